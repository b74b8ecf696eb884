//! The fields that a question about a connection must have (D46), and the same fields when we are asked (D47).

use std::net::IpAddr;

use jiff::Timestamp;
use jiff::tz::Offset;
use model::{Category, Observation, Transport};
use serde::{Deserialize, Serialize};

/// Most log lines of a form.
pub(super) const MAX_LINES: usize = 200;
/// Longest log line, bytes.
pub(super) const MAX_LINE: usize = 1000;
/// Lines between which a mail of ours shows its log, so that the other side finds all of it.
pub(super) const LOG_BEGIN: &str = "-----BEGIN LOG-----";
/// The end of the log.
pub(super) const LOG_END: &str = "-----END LOG-----";

/// One connection: from where, to where, when, by which log. Sent to another operator, or read from a report to us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConnectionForm {
    /// What kind of attack.
    pub category: Category,
    /// When.
    pub at: Option<Timestamp>,
    /// The zone in which the log is written, as an offset such as `+09:00`.
    pub zone: Option<String>,
    /// The address from which it came.
    pub source_ip: Option<IpAddr>,
    /// Its port; behind a shared address nobody can be found without it.
    pub source_port: Option<u16>,
    /// The address that was attacked.
    pub target_ip: Option<IpAddr>,
    /// Its port.
    pub target_port: Option<u16>,
    /// Transport protocol.
    pub transport: Option<Transport>,
    /// How often, if counted.
    pub count: Option<u64>,
    /// Lines of the log, as they stand there.
    pub log: Vec<String>,
}

model::names! {
    /// What a form lacks; the key of its wording is `form-lack-<name>`.
    FormLack {
        /// When it happened.
        Time "time",
        /// The zone of the log, as an offset.
        Zone "zone",
        /// The address it came from.
        SourceIp "source-ip",
        /// The port it came from.
        SourcePort "source-port",
        /// The address that was attacked.
        TargetIp "target-ip",
        /// The port that was attacked.
        TargetPort "target-port",
        /// TCP, UDP or ICMP.
        Transport "transport",
        /// Log lines, of which at least one names the source.
        Log "log",
    }
}

impl ConnectionForm {
    /// An empty form.
    pub const fn new(category: Category) -> Self {
        Self {
            category,
            at: None,
            zone: None,
            source_ip: None,
            source_port: None,
            target_ip: None,
            target_port: None,
            transport: None,
            count: None,
            log: Vec::new(),
        }
    }

    /// Everything that is missing; empty if the form may be sent. ICMP has no ports.
    pub fn lacks(&self) -> Vec<FormLack> {
        let ports = self.transport != Some(Transport::Icmp);
        let source = self.source_ip.map(|ip| ip.to_string());
        let shown = source.is_some_and(|source| self.log.iter().any(|line| line.contains(&source)));
        let fits = self.log.len() <= MAX_LINES && self.log.iter().all(|line| is_log_line(line));
        [
            (self.at.is_none(), FormLack::Time),
            (self.zone.as_deref().and_then(offset).is_none(), FormLack::Zone),
            (self.source_ip.is_none(), FormLack::SourceIp),
            (ports && self.source_port.is_none(), FormLack::SourcePort),
            (self.target_ip.is_none(), FormLack::TargetIp),
            (ports && self.target_port.is_none(), FormLack::TargetPort),
            (self.transport.is_none(), FormLack::Transport),
            (!(shown && fits), FormLack::Log),
        ]
        .into_iter()
        .filter_map(|(lacking, lack)| lacking.then_some(lack))
        .collect()
    }

    /// The form as a report to us fills it; `text` is the readable text of the report that `seen` was read from.
    pub fn from_report(seen: &Observation, text: &str) -> Self {
        let at = seen.at.as_ref();
        Self {
            category: seen.category,
            at: at.map(|at| at.at),
            zone: at.and_then(|at| at.zone.clone()),
            source_ip: seen.address(),
            source_port: seen.port,
            target_ip: seen.target_ip,
            target_port: seen.target_port,
            transport: seen.transport,
            count: seen.count,
            log: log_lines(seen, text),
        }
    }
}

/// The offset that a zone names: `Z`, `UTC` or `±HH:MM`.
pub(super) fn offset(zone: &str) -> Option<Offset> {
    if matches!(zone, "Z" | "UTC") {
        return Some(Offset::UTC);
    }
    let (sign, rest) = match zone.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    if rest.len() != 5 || !(0..60).contains(&minutes) {
        return None;
    }
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}

/// The lines that a mail of ours marks as the log; else those that name the source and a time of day.
fn log_lines(seen: &Observation, text: &str) -> Vec<String> {
    let marked = text.split_once(LOG_BEGIN).and_then(|(_, rest)| rest.split_once(LOG_END));
    if let Some((log, _)) = marked {
        let lines = log.lines().map(str::trim_end).filter(|line| !line.is_empty());
        return lines.take(MAX_LINES).map(str::to_owned).collect();
    }
    let Some(source) = seen.address().map(|ip| ip.to_string()) else { return Vec::new() };
    let shows = |line: &&str| line.contains(&source) && line.contains(':') && is_log_line(line);
    text.lines().map(str::trim_end).filter(shows).take(MAX_LINES).map(str::to_owned).collect()
}

/// Whether a line can go through a mail and come out the same.
fn is_log_line(line: &str) -> bool {
    let whole = !line.is_empty() && line.len() <= MAX_LINE && line.trim_end() == line;
    whole && !line.chars().any(|c| c.is_control() && c != '\t') && line != LOG_BEGIN && line != LOG_END
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_empty_field_is_named() {
        let empty = ConnectionForm::new(Category::PortScan);
        assert_eq!(empty.lacks(), FormLack::ALL);
        let ping = ConnectionForm { transport: Some(Transport::Icmp), ..empty };
        assert!(!ping.lacks().contains(&FormLack::SourcePort) && !ping.lacks().contains(&FormLack::TargetPort));
        let other = ConnectionForm {
            source_ip: Some("192.0.2.1".parse().unwrap()),
            log: vec!["12:00:00 from 198.51.100.9".to_owned()],
            ..ping
        };
        assert!(other.lacks().contains(&FormLack::Log), "a log of somebody else");
    }

    #[test]
    fn zones_are_offsets() {
        assert_eq!(offset("+09:00").map(Offset::seconds), Some(32_400));
        assert_eq!(offset("-03:30").map(Offset::seconds), Some(-12_600));
        assert!(["JST", "9", "+9:00", "+09:60", "+99:00", ""].iter().all(|zone| offset(zone).is_none()));
    }
}
