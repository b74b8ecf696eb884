//! The mails that fail2ban and its common helpers write: bans, summaries, complaints, "Automatic abuse report".

use std::net::IpAddr;

use jiff::Timestamp;
use jiff::tz::Offset;
use model::{Category, EventTime, Format, Noise, Observation, Provenance, Reading};

use super::Entry;
use crate::extract::time::{self, Clockwork};
use crate::extract::{ip, port};
use crate::input::Input;
use crate::mime::Mail;

/// The format's entry.
pub const ENTRY: Entry = Entry { name: "fail2ban", format: Format::Fail2ban, priority: 60, read };

/// What a subject says the mail is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// One address was banned, or is complained about.
    One(IpAddr),
    /// A buffered list of bans.
    Summary,
    /// A jail was started or stopped.
    Housekeeping,
}

fn read(input: &Input<'_>, reading: &mut Reading) -> bool {
    let Some(mail) = &input.mail else {
        return false;
    };
    let subject = mail.header("Subject").unwrap_or("");
    let Some(kind) = kind(subject) else {
        return false;
    };
    let body = crate::envelope::readable(mail);
    if subject.starts_with("Abuse from")
        && !body.contains("fail2ban")
        && !body.contains("Fail2Ban")
        && !body.contains("timezone is")
    {
        return false;
    }
    crate::envelope::fill(input, reading);
    reading.automatic = true;
    let mut clock = input.clock();
    clock.zone = time::stated_zone(&body, 2_000).or_else(|| writer_zone(mail));
    match kind {
        Kind::Housekeeping => {
            reading.report = false;
            reading.noise = Some(Noise::Housekeeping);
        }
        Kind::Summary => summary(&body, &clock, reading),
        Kind::One(address) => one(subject, &body, address, &clock, reading),
    }
    true
}

fn kind(subject: &str) -> Option<Kind> {
    let lower = subject.to_ascii_lowercase();
    let address = || {
        let mut found = Vec::new();
        ip::scan(subject, &mut found);
        found.first().map(|one| one.value)
    };
    if lower.contains("[fail2ban]") {
        if lower.contains(": started on")
            || lower.contains(": stopped on")
            || lower.ends_with("started")
            || lower.ends_with("stopped")
        {
            return Some(Kind::Housekeeping);
        }
        if lower.contains(": summary from") {
            return Some(Kind::Summary);
        }
        return address().map(Kind::One);
    }
    if lower.contains("automatic abuse report for ip") || lower.starts_with("abuse from ") {
        return address().map(Kind::One);
    }
    None
}

/// The zone in which the host that wrote the mail keeps its clock, and with it its log.
pub(super) fn writer_zone(mail: &Mail<'_>) -> Option<(String, Offset)> {
    let mut found = Vec::new();
    time::scan(mail.header("Date")?, &mut found);
    found.into_iter().next()?.value.zone
}

/// The jail: `[Fail2Ban] sshd: banned …`.
fn jail(subject: &str) -> Option<&str> {
    let rest = subject.split_once(']')?.1;
    let jail = rest.split_once(':')?.0.trim();
    (!jail.is_empty() && jail.len() <= 60 && !jail.contains(' ')).then_some(jail)
}

fn category(jail: &str) -> Category {
    let jail = jail.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| jail.contains(word));
    if has(&["badbot", "bot", "scrap"]) {
        Category::Scraping
    } else if has(&["noscript", "overflow", "php-url", "nohome", "shellshock", "modsec", "exploit", "404"]) {
        Category::VulnerabilityScan
    } else if has(&["portscan", "scan", "ufw", "firewall", "drop"]) {
        Category::PortScan
    } else if has(&["ddos", "req-limit", "limit"]) {
        Category::Ddos
    } else if has(&["spam", "postscreen", "rbl"]) {
        Category::Spam
    } else {
        Category::LoginAttack
    }
}

fn one(subject: &str, body: &str, address: IpAddr, clock: &Clockwork, reading: &mut Reading) {
    let mut seen = Observation::new(Category::LoginAttack, 0.95);
    seen.category = match jail(subject) {
        Some(jail) => category(jail),
        None => match crate::words::category(&log_text(body)) {
            Category::Unknown => Category::LoginAttack,
            category => category,
        },
    };
    seen.object = jail(subject).map(str::to_owned);
    seen.ip = Some(address);
    seen.provenance =
        Some(Provenance { part: "Subject".to_owned(), line: 0, text: crate::charset::prefix(subject, 200).to_owned() });
    seen.count = attempts(body);
    let log = log_events(body, address, clock);
    log.fill(&mut seen);
    if log.yearless {
        let remark = "A log line has no year and does not fit the 31 days before the report: ask for the year.";
        reading.remarks.push(remark.to_owned());
    }
    seen.at = seen.at.or_else(|| stated(body, clock));
    reading.observations.push(seen);
}

/// What the lines of a log say about one address.
#[derive(Debug, Default)]
pub(super) struct LogEvents {
    first: Option<Timestamp>,
    /// The last line is when it was last seen; the mail may be much later.
    last: Option<EventTime>,
    lines: u64,
    port: Option<u16>,
    /// A line without a year did not fit.
    yearless: bool,
}

impl LogEvents {
    /// Takes the time of a line, if it has one.
    fn take(&mut self, line: &str, needle: &str, clock: &Clockwork) -> bool {
        let mut found = Vec::new();
        time::scan(line, &mut found);
        let Some(at) = found.iter().find(|one| one.value.time.is_some()) else {
            return false;
        };
        match clock.event(&at.value, &line[at.start..at.end]) {
            Some(event) => {
                self.lines += 1;
                self.port = self.port.or_else(|| source_port(line, needle));
                self.first.get_or_insert(event.at);
                self.last = Some(event);
            }
            None => self.yearless |= at.value.year.is_none(),
        }
        true
    }

    /// Gives an observation the time, the period, the count and the port that it lacks.
    pub(super) fn fill(&self, seen: &mut Observation) {
        if let (Some(first), Some(last)) = (self.first, &self.last) {
            seen.period_us = Some(last.at.as_microsecond() - first.as_microsecond()).filter(|period| *period > 0);
        }
        seen.at = self.last.clone().or_else(|| seen.at.take());
        seen.port = seen.port.or(self.port);
        seen.count = seen.count.or(Some(self.lines).filter(|lines| *lines > 0));
    }
}

/// Reads the log lines in `text` that name `address`; where none does, all of them.
pub(super) fn log_events(text: &str, address: IpAddr, clock: &Clockwork) -> LogEvents {
    let needle = address.to_string();
    let mut events = LogEvents::default();
    let mut before = None;
    for line in text.lines().take(MAX_LOG_LINES) {
        if names(line, address, &needle) {
            // Some programs write the time on a line of its own, in front.
            if !events.take(line, &needle, clock)
                && let Some(before) = before
            {
                events.take(before, &needle, clock);
            }
            before = None;
        } else {
            before = Some(line).filter(|line| line.len() > 20);
        }
    }
    if events.lines == 0 && !events.yearless {
        for line in text.lines().take(MAX_LOG_LINES).filter(|line| is_log_line(line)) {
            events.take(line, &needle, clock);
        }
        events.lines = 0;
    }
    events
}

/// Most lines of a log that are read.
const MAX_LOG_LINES: usize = 20_000;

/// Whether a line names the address, in whatever spelling.
fn names(line: &str, address: IpAddr, needle: &str) -> bool {
    if line.contains(needle) {
        return true;
    }
    let mut found = Vec::new();
    ip::scan(line, &mut found);
    found.iter().any(|one| one.value == address)
}

/// Lines of programs, not of a registry or of the letter around them.
fn is_log_line(line: &str) -> bool {
    let mut found = Vec::new();
    time::scan(line, &mut found);
    found.first().is_some_and(|one| one.value.time.is_some() && one.start < 4) && line.len() > 20
}

/// Log lines without the whois block that many of these mails carry.
fn log_text(body: &str) -> String {
    body.lines()
        .filter(|line| !line.starts_with(['%', '#']) && !line.contains("whois"))
        .take(200)
        .collect::<Vec<_>>()
        .join("\n")
}

/// "generated at <time>": when nothing in a log says it.
fn stated(body: &str, clock: &Clockwork) -> Option<EventTime> {
    let line = body.lines().take(20).find(|line| line.contains("generated at") || line.contains("banned"))?;
    let mut found = Vec::new();
    time::scan(line, &mut found);
    let one = found.first()?;
    clock.event(&one.value, &line[one.start..one.end])
}

/// "after 5 attempts", "(5 failures)".
fn attempts(body: &str) -> Option<u64> {
    let line = body.lines().take(60).find(|line| line.contains(" attempts") || line.contains(" failures"))?;
    let words: Vec<&str> = line.split(|c: char| c.is_whitespace() || c == '(' || c == ')').collect();
    let at = words.iter().position(|word| word.starts_with("attempts") || word.starts_with("failures"))?;
    words[..at].iter().rev().take(3).find_map(|word| word.parse().ok())
}

/// `from 192.0.2.1 port 4242`, `192.0.2.1:4242`.
fn source_port(line: &str, needle: &str) -> Option<u16> {
    let end = line.find(needle)? + needle.len();
    if let Some(port) = port::after(line, end) {
        return Some(port);
    }
    let rest = line[end..].trim_start();
    let digits = rest.strip_prefix("port ")?;
    digits.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// `<date>: <address> (<n> failures)`, one a line.
fn summary(body: &str, clock: &Clockwork, reading: &mut Reading) {
    let category = category(jail(reading.subject.as_deref().unwrap_or("")).unwrap_or(""));
    for (number, line) in (1_u32..).zip(body.lines()).take(20_000) {
        let Some(open) = line.find('(').filter(|_| line.contains("failures")) else {
            continue;
        };
        let mut found = Vec::new();
        ip::scan(&line[..open], &mut found);
        let Some(address) = found.last() else {
            continue;
        };
        let mut seen = Observation::new(category, 0.93);
        seen.ip = Some(address.value);
        let mut times = Vec::new();
        time::scan(&line[..address.start], &mut times);
        seen.at = times.first().and_then(|one| clock.event(&one.value, &line[one.start..one.end]));
        seen.count = line[open + 1..].split_whitespace().next().and_then(|word| word.parse().ok());
        seen.provenance =
            Some(Provenance { part: "1".to_owned(), line: number, text: crate::charset::prefix(line, 200).to_owned() });
        reading.observations.push(seen);
    }
    if reading.observations.is_empty() {
        reading.remarks.push("The summary lists no address.".to_owned());
    }
}
