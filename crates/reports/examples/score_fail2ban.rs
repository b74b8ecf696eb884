//! Measures address and time of labelled log lines in eight layouts of mail:
//! `cargo run --release --example score_fail2ban -p reports -- FOLDER [--wrong]`.
//!
//! `FOLDER/fail2ban/logs` holds logs with a `# failJSON: {…}` comment in front of each labelled line. The times of the
//! labels are those of a server in Zürich. What is missing is said.
#![expect(clippy::print_stdout, reason = "a measurement prints")]

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use model::{EventTime, ReportReader as _};
use reports::extract::ip;
use reports::extract::time::{scan, stated_zone};
use serde::Deserialize;

/// The zone of the labels.
const ZONE: &str = "Europe/Zurich";

#[derive(Deserialize)]
struct Label {
    #[serde(default)]
    time: Option<String>,
    #[serde(default, rename = "match")]
    matches: bool,
    #[serde(default)]
    host: Option<String>,
}

struct Labelled {
    file: String,
    address: IpAddr,
    time: Option<DateTime>,
    line: String,
}

/// Name and text of a layout; the text is made of address, log line and the moment of writing.
type Layout = (&'static str, fn(&Labelled, &Moment) -> String);

/// When a mail is written, a little after the event.
struct Moment {
    received: Timestamp,
    mail_date: String,
    offset: String,
}

const LAYOUTS: [Layout; 8] = [
    ("ban with whois and lines", whois_lines),
    ("ban with matches, from Python", matches),
    ("complaint with a stated zone", complaint),
    ("X-ARF action", x_arf),
    ("automatic report", automatic),
    ("a person's mail", person),
    ("HTML with a log", html),
    ("log attached", attached),
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(folder) = arguments.first() else {
        println!("no folder given: nothing is measured");
        return;
    };
    let labelled = labelled(&Path::new(folder).join("fail2ban/logs"));
    if labelled.is_empty() {
        println!("{folder}/fail2ban/logs: no labelled lines, nothing is measured");
        return;
    }
    let show = arguments.iter().any(|word| word == "--wrong");
    println!(
        "{} labelled lines with an address, {} of them with a time",
        labelled.len(),
        labelled.iter().filter(|one| one.time.is_some()).count()
    );
    for (name, layout) in LAYOUTS {
        let (mut addresses, mut times, mut with_time) = (0, 0, 0);
        for one in &labelled {
            let moment = moment(one.time);
            let reading = reports::Reader.read(layout(one, &moment).as_bytes(), moment.received);
            let good = matches!(reading.observations.as_slice(), [only] if only.ip == Some(one.address));
            addresses += usize::from(good);
            let at = reading.observations.first().and_then(|seen| seen.at.as_ref());
            let in_time = one.time.map(|time| at.is_some_and(|at| agrees(at, time)));
            with_time += usize::from(in_time.is_some());
            times += usize::from(in_time == Some(true));
            if show && (!good || in_time == Some(false)) {
                let read: Vec<_> = reading.observations.iter().map(|seen| seen.ip).collect();
                println!(
                    "  {name}: {} wanted {} {:?}, read {read:?} {:?}\n    {}",
                    one.file,
                    one.address,
                    one.time,
                    at.map(|at| (at.at, &at.zone)),
                    one.line
                );
            }
        }
        println!("{name}: address {addresses}/{}, time {times}/{with_time}", labelled.len());
    }
}

/// Every labelled line that says an address.
fn labelled(folder: &Path) -> Vec<Labelled> {
    let mut files = Vec::new();
    walk(folder, &mut files);
    files.sort();
    let mut out = Vec::new();
    for file in files {
        let text = std::fs::read(&file).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
        let mut label: Option<Label> = None;
        let mut before: Option<&str> = None;
        for line in text.lines() {
            if let Some(json) = line.trim_start_matches(['#', ' ']).strip_prefix("failJSON:") {
                label = serde_json::from_str(json.trim()).ok();
                continue;
            }
            if line.trim().is_empty() || line.starts_with('#') {
                before = None;
                continue;
            }
            let context = std::mem::replace(
                &mut before,
                Some(line).filter(|_| label.as_ref().is_none_or(|label| !label.matches)),
            );
            if let Some(label) = label.take().filter(|label| label.matches)
                && let Some(host) = label.host
                && let Some(address) = ip::parse(&host)
            {
                // A time of day alone says no date; the label's is that of the test.
                let dated = line.as_bytes().get(2) != Some(&b':');
                let time = label.time.filter(|_| dated).and_then(|text| text.split('.').next()?.parse().ok());
                // Some programs write the time on a line of its own, in front.
                let context = context.filter(|_| !has_time(line));
                let line = [context, Some(line)].into_iter().flatten().collect::<Vec<_>>().join("\n");
                out.push(public(Labelled { file: file.display().to_string(), address, time, line }, &host));
            }
        }
    }
    out
}

fn has_time(line: &str) -> bool {
    let mut found = Vec::new();
    scan(line, &mut found);
    found.iter().any(|one| one.value.time.is_some())
}

/// Nobody reports a private address: it is exchanged for one of the documentation.
fn public(mut one: Labelled, host: &str) -> Labelled {
    if !ip::is_public(one.address) {
        one.address = IpAddr::from([203, 0, 113, 77]);
        one.line = one.line.replace(host, "203.0.113.77");
    }
    one
}

fn walk(folder: &Path, out: &mut Vec<PathBuf>) {
    for path in std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
        if path.is_dir() { walk(&path, out) } else { out.push(path) }
    }
}

fn moment(time: Option<DateTime>) -> Moment {
    let zone = TimeZone::get(ZONE).unwrap_or(TimeZone::UTC);
    let event = time.and_then(|time| zone.to_timestamp(time).ok());
    let received =
        event.unwrap_or(Timestamp::UNIX_EPOCH).saturating_add(SignedDuration::from_mins(90)).unwrap_or(Timestamp::MAX);
    let zoned = received.to_zoned(zone);
    Moment {
        received,
        mail_date: zoned.strftime("%a, %d %b %Y %H:%M:%S %z").to_string(),
        offset: zoned.strftime("%z (%Z)").to_string(),
    }
}

/// A time with a zone is a moment, or what the clock in that zone showed (some labels leave the zone of their line out);
/// one without is what the clock on the wall showed, read as UTC.
fn agrees(at: &EventTime, time: DateTime) -> bool {
    // Labels of TAI64 take it for Unix time, which it is ahead of by ten seconds.
    let ahead = if at.original.as_deref().is_some_and(|text| text.starts_with('@')) { 10 } else { 0 };
    let fits =
        |zone: TimeZone| zone.to_timestamp(time).is_ok_and(|wanted| wanted.as_second() == at.at.as_second() + ahead);
    match &at.zone {
        Some(zone) => {
            fits(TimeZone::get(ZONE).unwrap_or(TimeZone::UTC))
                || stated_zone(&format!("time zone {zone}"), 1).is_some_and(|(_, offset)| fits(TimeZone::fixed(offset)))
        }
        None => fits(TimeZone::UTC),
    }
}

fn head(subject: &str, moment: &Moment) -> String {
    format!(
        "From: Server <root@host.example.net>\nTo: abuse@example.com\nSubject: {subject}\nDate: {}\nMessage-ID: <1@host.example.net>\n",
        moment.mail_date
    )
}

fn whois_lines(one: &Labelled, moment: &Moment) -> String {
    let address = one.address;
    format!(
        "{}\nHi,\n\nThe IP {address} has just been banned by Fail2Ban after\n3 attempts against jail.\n\nHere is more information about {address}:\n\n% Registry data\ninetnum:        198.51.100.0 - 198.51.100.255\ncreated:        2011-03-01T10:11:12Z\nlast-modified:  2019-05-06T07:08:09Z\n\nLines containing failures of {address} (max 1000)\n{}\n\nRegards,\n\nFail2Ban\n",
        head(&format!("[Fail2Ban] jail: banned {address} from host.example.net"), moment),
        one.line
    )
}

fn matches(one: &Labelled, moment: &Moment) -> String {
    let address = one.address;
    format!(
        "{}\nHi,\n\nThe IP {address} has just been banned for 600 seconds by Fail2Ban after 3 failure(s) against jail.\n\nMatches for this ban:\n{}\n\nRegards,\nFail2Ban\n",
        head(&format!("[Fail2Ban] jail: banned {address} from host.example.net"), moment),
        one.line
    )
}

fn complaint(one: &Labelled, moment: &Moment) -> String {
    format!(
        "{}\nDear Sir or Madam,\n\nsomebody at {} attacks us. This mail was generated by Fail2Ban.\n\nNote: Local timezone is {}\n{}\n",
        head(&format!("Abuse from {}", one.address), moment),
        one.address,
        moment.offset,
        one.line
    )
}

fn x_arf(one: &Labelled, moment: &Moment) -> String {
    let address = one.address;
    format!(
        "{}X-XARF: PLAIN\nAuto-Submitted: auto-generated\nMIME-Version: 1.0\nContent-Type: multipart/mixed; charset=utf8; boundary=\"Abuse1-bfbb\";\n\n--Abuse1-bfbb\nContent-Type: text/plain; charset=utf-8;\n\nThe address tried to log in too often.\n\n--Abuse1-bfbb\nContent-Type: text/plain; charset=utf-8; name=\"report.txt\";\n\n---\nReported-From: root@host.example.net\nCategory: abuse\nReport-ID: 1@host.example.net\nReport-Type: login-attack\nService: unspecified\nVersion: 0.2.0\nUser-Agent: Fail2ban v1.1\nDate: {}\nSource-Type: ip-address\nSource: {address}\nPort: 0\nAttachment: text/plain\nOccurances: 3\nTLP:\n\n--Abuse1-bfbb\nContent-Type: text/plain; charset=utf8; name=\"logfile.log\";\n\n{}\n\n--Abuse1-bfbb--\n",
        head(&format!("abuse report about {address} - {}", moment.mail_date), moment),
        moment.mail_date,
        one.line
    )
}

fn automatic(one: &Labelled, moment: &Moment) -> String {
    let address = one.address;
    format!(
        "{}\nDear abuse team,\n\nan address of yours attacked a server of mine.\n\nThe blocked address is {address}. Lines of the log:\n\n{}\n\nThis report was made by a program.\n",
        head(&format!("Automatic abuse report for IP address {address}"), moment),
        one.line
    )
}

fn person(one: &Labelled, moment: &Moment) -> String {
    let address = one.address;
    format!(
        "{}\nHello,\n\nyour IP address {address} attacks our server. Please stop it. Here is the log:\n\n{}\n\nBest regards,\nTaro\n",
        head(&format!("Attack from {address}"), moment),
        one.line
    )
}

fn html(one: &Labelled, moment: &Moment) -> String {
    let line = one.line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!(
        "{}MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n<html><body><p>Hello,</p><p>we see attacks on our server.</p><table><tr><td>Source IP:</td><td>{}</td></tr></table><p>Log:</p><pre>{line}</pre></body></html>\n",
        head("Attack on our server", moment),
        one.address
    )
}

fn attached(one: &Labelled, moment: &Moment) -> String {
    format!(
        "{}MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"b\"\n\n--b\nContent-Type: text/plain; charset=utf-8\n\nDear team,\n\nthe attacker is {}. The log is attached.\n--b\nContent-Type: text/plain; name=\"server.log\"\nContent-Disposition: attachment; filename=\"server.log\"\n\n{}\n--b--\n",
        head("Attack from your network", moment),
        one.address,
        one.line
    )
}
