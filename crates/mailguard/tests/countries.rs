//! The rule of ten countries in a day, line by line: the alert falls on the very line that shows the tenth.

use demo::{MmdbRecord, mmdb};
use jiff::tz::TimeZone;
use mailguard::dialects::Reader;
use mailguard::place::Mmdb;
use mailguard::stamp::{Calendar, YearRule};
use mailguard::{Alert, Guard, Position, Rules};
use proptest::prelude::*;

const RULES: &str = "[[countries]]\nof = \"country\"\ndistinct = 10\nwindow = \"1d\"\n";

/// 192.0.2.n is in a country of its own for each n.
fn places() -> Box<Mmdb> {
    let entries: Vec<_> = (0..=255_u8)
        .map(|n| {
            let code = format!("{}{}", char::from(b'A' + n / 26), char::from(b'A' + n % 26));
            (format!("192.0.2.{n}/32").parse().expect("a network"), MmdbRecord::Country(code))
        })
        .collect();
    Box::new(Mmdb::read(Some(&mmdb(&entries)), None).expect("a database"))
}

fn detect(lines: &str) -> Vec<Alert> {
    let mut guard = Guard::new(Rules::parse(RULES).expect("rules"), places());
    let mut reader = Reader::new(Calendar::new(TimeZone::get("Asia/Tokyo").expect("a zone"), YearRule::First(2026)));
    let source = guard.source("mail.log");
    let mut alerts = Vec::new();
    for (line, number) in lines.lines().zip(1..) {
        if let Some(event) = reader.read(line.as_bytes()) {
            alerts.extend_from_slice(guard.see(&event, Position { source, line: number }));
        }
    }
    alerts
}

fn login(minute: u32, user: &str, n: u32) -> String {
    let (day, hour, minute) = (minute / 1440 + 1, minute / 60 % 24, minute % 60);
    format!(
        "Feb {day:>2} {hour:02}:{minute:02}:00 mx dovecot: imap-login: Login: user=<{user}>, method=PLAIN, rip=192.0.2.{n}, rport=4{n:04}, lip=198.51.100.1\n"
    )
}

#[test]
fn the_alert_falls_on_the_line_that_shows_the_tenth_country() {
    let mut lines = String::new();
    for n in 0..9 {
        lines += &login(10 * n, "taro@example.com", n);
        lines += &login(10 * n + 1, "hanako@example.com", 1);
    }
    assert!(detect(&lines).is_empty());
    lines += &login(1439, "Taro@example.com", 200);
    lines += &login(1440, "taro@example.com", 201);
    let alerts = detect(&lines);
    assert_eq!(alerts.len(), 1);
    let alert = serde_json::to_value(&alerts[0]).unwrap();
    assert_eq!((&alert["rule"], &alert["account"]), (&"countries".into(), &"taro@example.com".into()));
    assert_eq!(
        (&alert["at"], &alert["first"]),
        (&"2026-02-01T23:59:00+09:00".into(), &"2026-02-01T00:00:00+09:00".into())
    );
    assert_eq!(
        (&alert["value"], &alert["threshold"], &alert["window_s"]),
        (&10.0.into(), &10.0.into(), &86_400.into())
    );
    let last = &alert["evidence"][9];
    assert_eq!(
        (&last["address"], &last["port"], &last["country"]),
        (&"192.0.2.200".into(), &40_200.into(), &"HS".into())
    );
    assert_eq!(
        (&last["file"], &last["line"], &last["at"]),
        (&"mail.log".into(), &19.into(), &"2026-02-01T23:59:00+09:00".into())
    );
}

#[test]
fn ten_countries_in_more_than_a_day_are_a_journey_and_private_addresses_no_country() {
    let spread: String = (0..12).map(|n| login(160 * n, "taro", n)).collect();
    assert!(detect(&spread).is_empty());
    let within: String = (0..12).map(|n| login(159 * n, "taro", n)).collect();
    assert_eq!(detect(&within).len(), 1);
    let private: String = (0..20).map(|n| login(n, "taro", 1).replace("192.0.2.1", &format!("10.0.0.{n}"))).collect();
    assert!(detect(&private).is_empty());
}

#[test]
fn failures_never_count() {
    let failed: String = (0..50)
        .map(|n| {
            login(n, "taro", n).replace("imap-login: Login:", "imap-login: Disconnected (auth failed, 1 attempts):")
        })
        .collect();
    assert!(detect(&failed).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The window against counting everything anew at every line.
    #[test]
    fn the_window_counts_as_a_naive_model_does(steps in proptest::collection::vec((0_u32..120, 0_u32..14), 1..150)) {
        let mut minute = 0;
        let mut lines = String::new();
        let mut all: Vec<(u32, u32)> = Vec::new();
        let mut quiet = 0;
        let mut wanted = Vec::new();
        for (at, (step, n)) in steps.iter().enumerate() {
            minute += step;
            if minute >= 27 * 1440 {
                break;
            }
            lines += &login(minute, "taro", *n);
            all.push((minute, *n));
            let mut recent: Vec<u32> =
                all.iter().filter(|(then, _)| minute - then < 1440).map(|(_, country)| *country).collect();
            recent.sort_unstable();
            recent.dedup();
            if recent.len() >= 10 && minute >= quiet {
                wanted.push(u32::try_from(at).unwrap() + 1);
                quiet = minute + 1440;
            }
        }
        let found: Vec<u32> = detect(&lines).iter().map(|alert| alert.evidence.last().unwrap().line).collect();
        prop_assert_eq!(found, wanted);
    }
}
