//! `mimawari mailguard` as a user runs it: files of several kinds and orders in, findings out.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use demo::{MmdbRecord, mmdb};
use serde_json::Value;

fn run(folder: &Path, args: &[&str], input: &[u8]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mimawari"));
    command.env_clear().env("PATH", "/usr/bin:/bin").env("LANG", "C.UTF-8").env("TZ", "Asia/Tokyo");
    command.current_dir(folder).args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("to start");
    child.stdin.take().expect("standard input").write_all(input).expect("to be read");
    child.wait_with_output().expect("to end")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// 192.0.2.n is in a country of its own for each n, and in one network.
fn databases(folder: &Path) {
    let code = |n: u8| format!("{}{}", char::from(b'A' + n / 26), char::from(b'A' + n % 26));
    let net = |text: String| text.parse().expect("a network");
    let countries: Vec<_> =
        (0..=255_u8).map(|n| (net(format!("192.0.2.{n}/32")), MmdbRecord::Country(code(n)))).collect();
    let networks = [(net("192.0.2.0/24".to_owned()), MmdbRecord::Network(64_496, "Example".to_owned()))];
    std::fs::write(folder.join("country.mmdb"), mmdb(&countries)).expect("to write");
    std::fs::write(folder.join("asn.mmdb"), mmdb(&networks)).expect("to write");
}

fn submission(day: u32, hour: u32, n: u32) -> String {
    format!(
        "Dec {day:>2} {hour:02}:30:00 mx postfix/smtpd[7]: {n:010X}: client=h[192.0.2.{n}]:4{n:04}, sasl_method=PLAIN, sasl_username=taro@example.com\n"
    )
}

fn login(day: u32, hour: u32, n: u32) -> String {
    format!(
        "Dec {day:>2} {hour:02}:00:00 mx dovecot: imap-login: Login: user=<taro@example.com>, method=PLAIN, rip=192.0.2.{n}, lip=198.51.100.1, session=<a>\n"
    )
}

#[test]
fn files_of_any_order_and_packing_are_one_stream_in_time() {
    let folder = tempfile::tempdir().expect("a folder");
    databases(folder.path());
    // Ten countries in a day: five in Postfix's rotated and packed log, five in Dovecot's, between each other.
    let mut old = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    old.write_all((0..3).map(|n| submission(5, n, n)).collect::<String>().as_bytes()).expect("to pack");
    std::fs::write(folder.path().join("mail.log.2.gz"), old.finish().expect("to pack")).expect("to write");
    std::fs::write(folder.path().join("mail.log"), submission(5, 8, 3) + &submission(5, 9, 4)).expect("to write");
    std::fs::write(folder.path().join("dovecot.log"), (5..10).map(|n| login(5, n - 2, n)).collect::<String>())
        .expect("to write");
    let args = ["mailguard", "detect", "--json", "--year", "2025", "--mmdb-country", "country.mmdb"];
    let args: Vec<&str> =
        args.into_iter().chain(["--mmdb-asn", "asn.mmdb", "mail.log", "mail.log.2.gz", "dovecot.log"]).collect();
    let output = run(folder.path(), &args, b"");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let alerts: Vec<Value> =
        text(&output.stdout).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let alert = alerts.iter().find(|alert| alert["rule"] == "countries").expect("the rule of ten countries");
    assert_eq!((&alert["account"], &alert["at"]), (&"taro@example.com".into(), &"2025-12-05T09:30:00+09:00".into()));
    assert_eq!(alert["first"], "2025-12-05T00:30:00+09:00");
    let evidence = alert["evidence"].as_array().expect("a list");
    assert_eq!(evidence.len(), 10);
    assert_eq!((&evidence[9]["file"], &evidence[9]["line"]), (&"mail.log".into(), &2.into()));
    assert_eq!((&evidence[9]["port"], &evidence[9]["as"]), (&40_004.into(), &64_496.into()));
}

#[test]
fn standard_input_and_both_languages_work_and_mistakes_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    databases(folder.path());
    let lines: String = (0..10).map(|n| login(5, n, n)).collect();
    for (lang, said) in [("en", "Right passwords from 10 different countries within 24 h"), ("ja", "10 の異なる国から")]
    {
        let args = ["--lang", lang, "mailguard", "detect", "--mmdb-country", "country.mmdb", "--year", "2025", "-"];
        let output = run(folder.path(), &args, lines.as_bytes());
        let plain: String = text(&output.stdout).chars().filter(|c| !('\u{2066}'..='\u{2069}').contains(c)).collect();
        assert!(output.status.success() && plain.contains(said), "{plain}{}", text(&output.stderr));
    }
    std::fs::write(
        folder.path().join("rules.toml"),
        "[[countries]]\nof = \"country\"\ndistinct = 0\nwindow = \"1d\"\n",
    )
    .expect("to write");
    let output = run(folder.path(), &["mailguard", "detect", "--rules", "rules.toml", "-"], b"");
    let said = text(&output.stderr);
    assert!(
        !output.status.success() && said.contains("line 1, column 1") && said.contains("mailguard.rules"),
        "{said}"
    );
    let output = run(folder.path(), &["mailguard", "detect", "--mmdb-asn", "rules.toml", "-"], b"");
    assert!(text(&output.stderr).contains("mailguard.place"), "{}", text(&output.stderr));
    let rules = run(folder.path(), &["mailguard", "rules"], b"");
    assert_eq!(text(&rules.stdout), mailguard::DEFAULT);
}

#[test]
fn the_month_is_counted_and_printed_for_programs_and_people() {
    let folder = tempfile::tempdir().expect("a folder");
    databases(folder.path());
    let lines: String = (0..7).map(|n| submission(5, n, n)).collect();
    let args = ["mailguard", "stats", "--year", "2025", "--mmdb-country", "country.mmdb", "-"];
    let output = run(folder.path(), &[&["--json"], args.as_slice()].concat(), lines.as_bytes());
    let month: Value = serde_json::from_str(&text(&output.stdout)).expect("one month");
    assert_eq!((&month["month"], &month["accounts"], &month["mails"]), (&"2025-12".into(), &1.into(), &7.into()));
    let bin = &month["by_mails"][6];
    assert_eq!(
        (&bin["over"], &bin["to"], &bin["accounts"], &bin["percent"]),
        (&5.into(), &10.into(), &1.into(), &100.0.into())
    );
    assert_eq!(month["countries"].as_array().map(Vec::len), Some(7));
    let output = run(folder.path(), &[&["--lang", "ja"], args.as_slice()].concat(), lines.as_bytes());
    assert!(text(&output.stdout).contains("5-10"), "{}{}", text(&output.stdout), text(&output.stderr));
}

#[test]
fn thresholds_are_tried_on_old_logs_beside_what_was_stolen() {
    let folder = tempfile::tempdir().expect("a folder");
    databases(folder.path());
    // Ten countries in a day, of which the last five come after nine in the morning.
    let lines: String = (0..10).map(|n| submission(5, n, n)).collect();
    std::fs::write(folder.path().join("mail.log"), lines).expect("to write");
    std::fs::write(
        folder.path().join("stolen.csv"),
        "taro@example.com,2025-12-05T00:00:00+09:00,2025-12-06T00:00:00+09:00\n",
    )
    .expect("to write");
    let args = ["mailguard", "replay", "--year", "2025", "--mmdb-country", "country.mmdb", "--stolen", "stolen.csv"];
    let args: Vec<&str> = args.into_iter().chain(["--vary", "countries.distinct=5,10,11", "mail.log"]).collect();
    let output = run(folder.path(), &[&["--json"], args.as_slice()].concat(), b"");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let rows: Vec<Value> = text(&output.stdout).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let found: Vec<_> = rows.iter().map(|row| (row["confirmed"].as_u64(), row["minutes"].as_u64())).collect();
    assert_eq!(found[..3], [(Some(1), Some(270)), (Some(1), Some(570)), (Some(0), None)]);
    assert_eq!((&rows[0]["name"], &rows[0]["innocent"]), (&"countries.distinct=5".into(), &0.into()));
    let output = run(folder.path(), &[&["--lang", "ja"], args.as_slice()].concat(), b"");
    assert!(text(&output.stdout).contains("乗っ取りを検出"), "{}", text(&output.stdout));
    let output =
        run(folder.path(), &["mailguard", "replay", "--stolen", "stolen.csv", "--vary", "x=1", "mail.log"], b"");
    assert!(text(&output.stderr).contains("names no rule and number"), "{}", text(&output.stderr));
}
