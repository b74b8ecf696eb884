//! Which observations a customer may be shown: dated ones, from the time in which his contract surely held the subject (A58).
//!
//! The whole interval in which an event may lie must be within the holding: where it reaches over a change of hands, the
//! event may be somebody else's and is not shown. A page is dated by the writing of the report that found it; a connection
//! without a time is not evidence.

use jiff::Timestamp;
use model::{DetailKind, EventTime, Observation, SubjectKey, TimeSpan};
use store::notices::{Held, Seen};
use text::mail::Event;

use super::redact::Redactor;

/// Most events given to a template, which shows as many.
const MAX_EVENTS: usize = 20;

/// What a notice may show.
#[derive(Debug, Clone, Default)]
pub(crate) struct Evidence {
    /// The first [`MAX_EVENTS`].
    pub(crate) events: Vec<Event>,
    /// All that may be shown.
    pub(crate) count: u64,
    /// First moment.
    pub(crate) first: Option<Timestamp>,
    /// Last moment.
    pub(crate) last: Option<Timestamp>,
    /// Left out: no time is known.
    pub(crate) undated: u64,
    /// Left out: the source is private, or does not publish when and how (A58, A59).
    pub(crate) withheld: u64,
    /// Left out: not surely held by this contract then.
    pub(crate) not_held: u64,
    /// Whether who saw one of them adds that the machine may itself be hijacked.
    pub(crate) disclaimed: bool,
    /// Port, where all events have the same.
    pub(crate) port: Option<u16>,
}

/// The observation as the store keeps it.
pub(crate) fn observation(seen: &Seen) -> Observation {
    let stored: Option<Observation> = serde_json::from_value(seen.detail.clone()).ok();
    let mut seen_there = stored.unwrap_or_else(|| Observation::new(model::Category::Unknown, 0.0));
    seen_there.ip = seen.ip.as_deref().and_then(|ip| ip.parse().ok());
    seen_there.port = seen.port.and_then(|port| u16::try_from(port).ok());
    seen_there.url.clone_from(&seen.url);
    seen_there.domain.clone_from(&seen.domain);
    seen_there.account.clone_from(&seen.account);
    let original = seen_there.at.take().and_then(|at| at.original);
    seen_there.at =
        seen.at.map(|at| EventTime { at, uncertainty_us: seen.uncertainty_us, zone: seen.zone.clone(), original });
    seen_there
}

/// The canonical texts of everything that could cover what was seen, for asking the store.
pub(crate) fn wider_subjects(seen: &[Seen]) -> Vec<String> {
    let mut texts: Vec<String> =
        seen.iter().flat_map(|seen| observation(seen).subjects()).flat_map(|key| wider(&key)).collect();
    texts.sort_unstable();
    texts.dedup();
    texts
}

fn wider(key: &SubjectKey) -> Vec<String> {
    match key {
        // The key of each wider prefix clears the host bits by itself.
        SubjectKey::Ip(net) => (0..=net.prefix_len())
            .filter_map(|length| format!("ip:{}/{length}", net.addr()).parse::<SubjectKey>().ok())
            .map(|key| key.to_string())
            .collect(),
        _ => key.with_parents().iter().map(SubjectKey::to_string).collect(),
    }
}

/// Sorts what was seen into what may be shown and what may not. `seen` is newest first.
pub(crate) fn gather(seen: &[Seen], held: &[Held], redactor: &Redactor) -> Evidence {
    let mut evidence = Evidence::default();
    let mut ports = Vec::new();
    for (one, row) in seen.iter().map(|row| (observation(row), row)) {
        if one.noted(DetailKind::Withheld).next().is_some() {
            evidence.withheld += 1;
            continue;
        }
        let Some(span) = dated(&one, row) else {
            evidence.undated += 1;
            continue;
        };
        if !held.iter().any(|held| covers(held, &one, span)) {
            evidence.not_held += 1;
            continue;
        }
        evidence.count += 1;
        evidence.disclaimed |= one.noted(DetailKind::Disclaimer).next().is_some();
        ports.push(one.port);
        let at = one.at.as_ref().map_or(row.received_at, |time| time.at);
        evidence.first = Some(evidence.first.map_or(at, |first| first.min(at)));
        evidence.last = Some(evidence.last.map_or(at, |last| last.max(at)));
        if evidence.events.len() < MAX_EVENTS {
            let excerpt = one.provenance.as_ref().and_then(|place| redactor.evidence(&place.text));
            evidence.events.push(Event { log_excerpt: excerpt, ..Event::from(&one) });
        }
    }
    ports.dedup();
    evidence.port = (ports.len() == 1).then(|| ports[0]).flatten();
    evidence
}

/// The interval in which the event surely lies; nothing if it is undated.
fn dated(one: &Observation, row: &Seen) -> Option<TimeSpan> {
    match &one.at {
        Some(time) => Some(time.span()),
        // What the reporter found on the web was there when the report was written: in the interval in which it was asked
        // whose it was.
        None if one.url.is_some() || one.domain.is_some() => {
            Some(row.answered.unwrap_or(TimeSpan::instant(row.received_at)))
        }
        None => None,
    }
}

fn covers(held: &Held, one: &Observation, span: TimeSpan) -> bool {
    let all_ports = held.ports.0 <= 0 && held.ports.1 >= 65_535;
    let port_fits = || one.port.is_some_and(|port| (held.ports.0..=held.ports.1).contains(&i64::from(port)));
    span.within(held.from, held.to)
        && (all_ports || port_fits())
        && one.subjects().iter().any(|key| is_within(key, &held.subject))
}

/// Whether whoever holds `held` also holds `key`.
fn is_within(key: &SubjectKey, held: &SubjectKey) -> bool {
    match (key, held) {
        (SubjectKey::Ip(address), SubjectKey::Ip(net)) => net.contains(address),
        (key, held) => key.with_parents().contains(held),
    }
}

#[cfg(test)]
mod tests {
    use model::{Category, ReportId};

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn seen(ip: &str, at: Option<&str>, uncertainty_s: i64) -> Seen {
        let detail = serde_json::to_value(Observation::new(Category::PortScan, 0.9)).unwrap();
        Seen {
            report: ReportId(1),
            received_at: "2026-11-22T09:00:00Z".parse().unwrap(),
            ip: Some(ip.to_owned()),
            port: Some(50_025),
            url: None,
            domain: None,
            account: None,
            at: at.map(|at| at.parse().unwrap()),
            uncertainty_us: uncertainty_s * 1_000_000,
            zone: Some("+0000".to_owned()),
            answered: None,
            detail,
        }
    }

    fn held(subject: &str, from: &str, to: Option<&str>) -> Held {
        Held { subject: subject.parse().unwrap(), ports: (0, 65_535), from: at(from), to: to.map(at) }
    }

    #[test]
    fn only_what_lies_surely_within_the_holding_is_shown() {
        let holding = [held("ip:203.0.113.0/29", "2026-11-22T00:00:00Z", Some("2026-11-22T06:00:00Z"))];
        let rows = [
            seen("203.0.113.7", Some("2026-11-22T05:59:50Z"), 5),
            seen("203.0.113.7", Some("2026-11-22T05:59:58Z"), 5),
            seen("203.0.113.7", Some("2026-11-22T06:00:00Z"), 0),
            seen("203.0.113.7", Some("2026-11-22T00:00:00Z"), 0),
            seen("203.0.113.7", Some("2026-11-21T23:59:59Z"), 0),
            seen("203.0.113.8", Some("2026-11-22T03:00:00Z"), 0),
            seen("203.0.113.7", Some("2026-11-22T03:00:00Z"), 14 * 3600),
            seen("203.0.113.7", None, 0),
        ];
        let evidence = gather(&rows, &holding, &Redactor::default());
        assert_eq!((evidence.count, evidence.not_held, evidence.undated), (2, 5, 1));
        assert_eq!(evidence.first, Some(at("2026-11-22T00:00:00Z")));
        assert_eq!(evidence.last, Some(at("2026-11-22T05:59:50Z")));
        assert_eq!(evidence.port, Some(50_025));
    }

    #[test]
    fn a_shared_address_needs_the_port() {
        let mut part = held("ip:203.0.113.7", "2026-01-01T00:00:00Z", None);
        part.ports = (50_000, 50_999);
        let mut other = seen("203.0.113.7", Some("2026-11-22T03:00:00Z"), 0);
        other.port = Some(51_000);
        let mut none = other.clone();
        none.port = None;
        let rows = [seen("203.0.113.7", Some("2026-11-22T03:00:00Z"), 0), other, none];
        assert_eq!(gather(&rows, &[part], &Redactor::default()).count, 1);
    }

    #[test]
    fn names_are_covered_by_the_domain_above_them_and_pages_are_dated_by_their_report() {
        let holding = [held("domain:example.jp", "2026-11-22T08:00:00Z", None)];
        let mut page = seen("192.0.2.1", None, 0);
        (page.ip, page.url) = (None, Some("https://a.shop.example.jp/x".to_owned()));
        // Written when somebody else held the name, whenever it was received.
        let mut earlier = page.clone();
        earlier.answered = Some(TimeSpan::instant(at("2026-11-22T07:00:00Z")));
        let mut mailbox = seen("192.0.2.1", Some("2026-11-22T08:30:00Z"), 0);
        (mailbox.ip, mailbox.account) = (None, Some("Info@Example.jp".to_owned()));
        let mut other = page.clone();
        other.url = Some("https://notexample.jp/".to_owned());
        let evidence = gather(&[page, earlier, mailbox, other], &holding, &Redactor::default());
        assert_eq!((evidence.count, evidence.not_held), (2, 2));
    }

    #[test]
    fn what_a_source_does_not_publish_is_never_shown() {
        let holding = [held("ip:203.0.113.7", "2026-01-01T00:00:00Z", None)];
        let mut one = Observation::new(Category::Phishing, 0.9);
        one.note(DetailKind::Withheld, "private");
        let mut row = seen("203.0.113.7", Some("2026-11-22T03:00:00Z"), 0);
        row.detail = serde_json::to_value(one).unwrap();
        let evidence = gather(&[row], &holding, &Redactor::default());
        assert_eq!((evidence.count, evidence.withheld), (0, 1));
    }

    #[test]
    fn twenty_are_shown_and_all_are_counted() {
        let holding = [held("ip:203.0.113.7", "2026-01-01T00:00:00Z", None)];
        let rows = vec![seen("203.0.113.7", Some("2026-11-22T03:00:00Z"), 0); 25];
        let evidence = gather(&rows, &holding, &Redactor::default());
        assert_eq!((evidence.events.len(), evidence.count), (20, 25));
    }
}
