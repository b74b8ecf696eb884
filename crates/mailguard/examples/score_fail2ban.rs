//! Measures host, user and time of labelled log lines of mail programs, file by file:
//! `cargo run --release --example score_fail2ban -p mailguard -- FOLDER [--wrong]`.
//!
//! `FOLDER` holds logs with a `# failJSON: {…}` comment in front of each labelled line, as fail2ban's tests have them. The
//! times of the labels are those of a server in Zürich whose clock shows noon of 14 August 2005. What is missing is said.
#![expect(clippy::print_stdout, reason = "a measurement prints")]

use std::net::IpAddr;
use std::path::Path;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use mailguard::What;
use mailguard::dialects::Reader;
use mailguard::stamp::{Calendar, YearRule};
use serde::Deserialize;

/// The zone of the labels.
const ZONE: &str = "Europe/Zurich";
/// Files of mail programs.
const FILES: [&str; 25] = [
    "assp",
    "courier-auth",
    "courier-smtp",
    "cyrus-imap",
    "domino-smtp",
    "dovecot",
    "exim",
    "exim-spam",
    "groupoffice",
    "horde",
    "kerio",
    "openwebmail",
    "oracleims",
    "perdition",
    "postfix",
    "qmail",
    "roundcube-auth",
    "sendmail-auth",
    "sendmail-reject",
    "sieve",
    "sogo-auth",
    "solid-pop3d",
    "squirrelmail",
    "tine20",
    "uwimap-auth",
];

#[derive(Deserialize)]
struct Label {
    #[serde(default)]
    time: Option<String>,
    #[serde(default, rename = "match")]
    matches: bool,
    #[serde(default)]
    host: Option<String>,
    #[serde(default)]
    user: Option<String>,
}

/// Right ones of those that the labels say.
#[derive(Default, Clone, Copy)]
struct Score {
    lines: [u32; 2],
    hosts: [u32; 2],
    users: [u32; 2],
    times: [u32; 2],
    quiet: [u32; 2],
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(folder) = arguments.first() else {
        println!("no folder given: nothing is measured");
        return;
    };
    let show = arguments.iter().any(|word| word == "--wrong");
    let mut total = Score::default();
    for name in FILES {
        match std::fs::read(Path::new(folder).join(name)) {
            Ok(bytes) => {
                let score = file(name, &bytes, show);
                print(name, score);
                for (sum, part) in total.parts().into_iter().zip({ score }.parts()) {
                    sum[0] += part[0];
                    sum[1] += part[1];
                }
            }
            Err(error) => println!("{name}: not measured, {error}"),
        }
    }
    print("total", total);
}

impl Score {
    const fn parts(&mut self) -> [&mut [u32; 2]; 5] {
        [&mut self.lines, &mut self.hosts, &mut self.users, &mut self.times, &mut self.quiet]
    }
}

fn print(name: &str, score: Score) {
    let of = |part: [u32; 2]| format!("{:>3}/{:<3}", part[0], part[1]);
    println!(
        "{name:<16} all right {}  host {}  user {}  time {}  no failure where none is {}",
        of(score.lines),
        of(score.hosts),
        of(score.users),
        of(score.times),
        of(score.quiet)
    );
}

fn file(name: &str, bytes: &[u8], show: bool) -> Score {
    let zone = TimeZone::get(ZONE).unwrap_or(TimeZone::UTC);
    let end = "2005-08-14T10:00:00Z".parse().unwrap_or_default();
    let mut reader = Reader::new(Calendar::new(zone.clone(), YearRule::NotAfter(end)));
    let mut score = Score::default();
    let mut label: Option<Label> = None;
    for line in bytes.split(|byte| *byte == b'\n') {
        let text = String::from_utf8_lossy(line);
        if let Some(json) = text.trim_start_matches(['#', ' ']).strip_prefix("failJSON:") {
            label = serde_json::from_str(json.trim()).ok();
            continue;
        }
        let Some(label) = (!text.starts_with('#') && !text.trim().is_empty()).then(|| label.take()).flatten() else {
            continue;
        };
        let event = reader.read(line);
        if !label.matches {
            count(&mut score.quiet, event.is_none_or(|event| event.what != What::LoginFailed));
            continue;
        }
        let host = label.host.as_deref().and_then(|host| host.parse::<IpAddr>().ok());
        let host = host.is_none_or(|host| event.and_then(|event| event.address) == Some(host));
        let user = label.user.as_ref().map(|user| event.and_then(|event| event.account) == Some(user.as_bytes()));
        let time = label.time.as_deref().and_then(wall).map(|wanted| {
            // Labels of TAI64N take it for Unix time, which it is ahead of by ten seconds.
            let ahead = if text.starts_with('@') { 10 } else { 0 };
            let wanted = zone.to_timestamp(wanted).map(|at| at.as_second() - ahead).ok();
            event.map(|event| event.at.as_second()) == wanted
        });
        count(&mut score.hosts, host);
        if let Some(user) = user {
            count(&mut score.users, user);
        }
        if let Some(time) = time {
            count(&mut score.times, time);
        }
        let right = host && user.unwrap_or(true) && time.unwrap_or(true);
        count(&mut score.lines, right);
        if show && !right {
            println!("  {name}: wanted {:?} {:?} {:?}, read {event:?}\n    {text}", label.host, label.user, label.time);
        }
    }
    score
}

fn count(part: &mut [u32; 2], right: bool) {
    part[0] += u32::from(right);
    part[1] += 1;
}

/// `2005-3-7T02:09:33` too, as one label is written; a fraction is left out.
fn wall(text: &str) -> Option<DateTime> {
    let text = text.split('.').next()?;
    let (date, clock) = text.split_once('T')?;
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    format!("{year}-{month:0>2}-{day:0>2}T{clock}").parse().ok()
}
