//! How good the evidence of a report is, whoever sent it (B20), and whether it can be true at all (D42).

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use attribution::{Answer, Reason};
use jiff::{SignedDuration, Timestamp};
use model::{DetailKind, Format, Grade, Observation, Reading, Transport};
use serde::{Deserialize, Serialize};

model::names! {
    /// Why a report's evidence may be made up.
    Flag {
        /// It speaks of a time that lay ahead when it arrived.
        Future "future",
        /// Nobody held the address at that time.
        NotHeld "not-held",
        /// Lines of one log go back and forth in time.
        OutOfOrder "out-of-order",
        /// Unrelated addresses are said to have used the same short-lived port in the same second.
        SameLines "same-lines",
    }
}

impl Flag {
    /// Whether this alone makes the evidence doubtful.
    pub const fn is_strong(self) -> bool {
        matches!(self, Self::Future | Self::SameLines)
    }
}

/// Clocks may be ahead by this much without doubt.
const SKEW: SignedDuration = SignedDuration::from_mins(10);
/// A line that is older than the one before by more than this is out of order; below it, log buffers explain it.
const BACKWARD: SignedDuration = SignedDuration::from_mins(1);
/// Ports from here on are chosen by chance for each connection.
const EPHEMERAL: u16 = 1024;
/// Lines of a report that are searched for evidence.
const MAX_LINES: usize = 5000;

/// Everything that speaks against the evidence; `answers` are those of attribution, in the order of `seen`.
pub fn flags(seen: &[&Observation], answers: &[&Answer], received: Timestamp) -> BTreeSet<Flag> {
    let mut found = BTreeSet::new();
    let limit = received.saturating_add(SKEW).unwrap_or(Timestamp::MAX);
    if seen.iter().filter_map(|one| one.at.as_ref()).any(|at| at.span().earliest > limit) {
        found.insert(Flag::Future);
    }
    let not_held = |answer: &&Answer| answer.reasons.contains(&Reason::NotHeld);
    if !answers.is_empty() && answers.iter().all(not_held) {
        found.insert(Flag::NotHeld);
    }
    if is_out_of_order(seen) {
        found.insert(Flag::OutOfOrder);
    }
    if has_same_lines(seen) {
        found.insert(Flag::SameLines);
    }
    found
}

/// Whether these flags together make the evidence doubtful: one strong, or two weak ones.
pub fn is_doubtful(flags: &BTreeSet<Flag>) -> bool {
    flags.iter().any(|flag| flag.is_strong()) || flags.len() >= 2
}

/// A log grows at its end. Lines about one address in one part that both rise and fall in time were put together by hand;
/// a list that only falls is a log shown newest first.
fn is_out_of_order(seen: &[&Observation]) -> bool {
    let mut logs: BTreeMap<_, Vec<(u32, Timestamp)>> = BTreeMap::new();
    for one in seen {
        let (Some(at), Some(from)) = (&one.at, &one.provenance) else { continue };
        if from.line > 0 {
            logs.entry((from.part.as_str(), one.ip)).or_default().push((from.line, at.at));
        }
    }
    logs.into_values().any(|mut lines| {
        lines.sort_unstable();
        let (mut rises, mut falls) = (0, 0);
        for pair in lines.windows(2) {
            let step = pair[1].1.duration_since(pair[0].1);
            rises += usize::from(step > BACKWARD);
            falls += usize::from(step < -BACKWARD);
        }
        rises >= 2 && falls >= 2
    })
}

/// Three machines do not choose the same port by chance (1 in 60,000 each) towards the same target in the same second.
fn has_same_lines(seen: &[&Observation]) -> bool {
    let mut coincidences: BTreeMap<_, BTreeSet<IpAddr>> = BTreeMap::new();
    for one in seen {
        if let (Some(ip), Some(port), Some(at)) = (one.ip, one.port, &one.at)
            && port >= EPHEMERAL
            && one.target_port.is_some_and(|target| target != port)
            && !is_reflector_port(port)
        {
            let key = (port, at.at.as_second(), one.target_ip, one.target_port);
            coincidences.entry(key).or_default().insert(ip);
        }
    }
    coincidences.values().any(|addresses| addresses.len() >= 3)
}

/// Whether a packet from this source port is the answer of a service that answers everybody (amplification): then the
/// source is not forged, and it is the open service that is to be mended.
pub const fn is_reflector_port(port: u16) -> bool {
    matches!(
        port,
        17 | 19
            | 53
            | 69
            | 111
            | 123
            | 137
            | 161
            | 389
            | 427
            | 500
            | 1434
            | 1900
            | 3283
            | 3702
            | 5060
            | 5353
            | 5683
            | 10001
            | 11211
            | 27015
            | 37810
    )
}

/// Whether an observation's source address may be forged (D49): no connection was set up.
pub fn is_spoofable(seen: &Observation) -> bool {
    let answering = seen.transport == Some(Transport::Udp) && seen.port.is_some_and(is_reflector_port);
    matches!(seen.transport, Some(Transport::Udp | Transport::Icmp)) && !answering || is_syn_only(seen)
}

/// Whether only the first packet of a TCP connection was seen, as the line says.
fn is_syn_only(seen: &Observation) -> bool {
    let said = |text: &str| {
        let words = || text.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_ascii_uppercase);
        words().any(|word| word == "SYN" || word == "SYNFLOOD")
            && !words().any(|word| word == "ACK" || word == "SYNACK")
    };
    let texts = seen.provenance.as_ref().map(|from| from.text.as_str()).into_iter().chain(seen.object.as_deref());
    texts.into_iter().any(said)
}

/// The grade of the evidence for `seen` in one report, without regard to who sent it.
pub fn grade(reading: &Reading, seen: &[&Observation], flags: &BTreeSet<Flag>) -> Grade {
    if is_doubtful(flags) || is_single_ping(seen) {
        return Grade::Claim;
    }
    seen.iter().map(|one| grade_one(reading, one)).max().unwrap_or(Grade::Claim)
}

fn grade_one(reading: &Reading, seen: &Observation) -> Grade {
    // Nobody can vouch for what its maker does not publish.
    if seen.noted(DetailKind::Withheld).next().is_some() {
        return Grade::Claim;
    }
    // A page can be looked at: its whole URL is as good as a time.
    let named = seen.at.is_some() || seen.url.is_some();
    if !named {
        return Grade::Claim;
    }
    let value = seen.address().map(|ip| ip.to_string()).or_else(|| seen.account.clone()).or_else(|| seen.host());
    let shows = |line: &str| has_clock(line) && value.as_deref().is_some_and(|value| line.contains(value));
    let own_line = seen.provenance.as_ref().is_some_and(|from| from.line > 0 && shows(&from.text));
    // ARF carries the mail itself (RFC 5965, section 2).
    let carries_sample = reading.format == Format::Arf && seen.at.is_some();
    if seen.at.is_some() && (own_line || carries_sample || reading.text.lines().take(MAX_LINES).any(shows)) {
        Grade::Shown
    } else {
        Grade::Stated
    }
}

/// Whether a line holds a time of day.
fn has_clock(line: &str) -> bool {
    line.as_bytes().windows(5).any(|w| w[2] == b':' && [w[0], w[1], w[3], w[4]].iter().all(u8::is_ascii_digit))
}

/// Whether all there is are a few pings (D31): harmless, and their source may be forged.
pub fn is_single_ping(seen: &[&Observation]) -> bool {
    let events: u64 = seen.iter().map(|one| one.count.unwrap_or(1)).sum();
    !seen.is_empty() && events <= 3 && seen.iter().all(|one| one.transport == Some(Transport::Icmp))
}

#[cfg(test)]
mod tests {
    use attribution::Verdict;
    use model::time::EventTime;
    use model::{Category, Provenance, TimeSpan};

    use super::*;

    fn moment(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn line(number: u32, ip: &str, at: &str, text: &str) -> Observation {
        let mut seen = Observation::new(Category::LoginAttack, 0.9);
        seen.ip = Some(ip.parse().unwrap());
        seen.at = Some(EventTime::zoned(moment(at), "Z", at));
        seen.provenance = Some(Provenance { part: "0".to_owned(), line: number, text: text.to_owned() });
        seen
    }

    fn of(seen: &[Observation], received: &str) -> BTreeSet<Flag> {
        flags(&seen.iter().collect::<Vec<_>>(), &[], moment(received))
    }

    #[test]
    fn a_time_ahead_is_doubtful_and_a_slow_clock_is_not() {
        let seen = [line(1, "192.0.2.1", "2026-11-22T10:00:00Z", "")];
        assert!(of(&seen, "2026-11-22T09:55:00Z").is_empty());
        assert_eq!(of(&seen, "2026-11-22T09:00:00Z"), BTreeSet::from([Flag::Future]));
        assert!(is_doubtful(&of(&seen, "2026-11-22T09:00:00Z")));
        // Without a zone the event may lie 14 hours earlier.
        let mut unzoned = seen[0].clone();
        unzoned.at = Some(EventTime::unzoned(moment("2026-11-22T18:00:00Z"), "18:00"));
        assert!(of(&[unzoned], "2026-11-22T09:00:00Z").is_empty());
    }

    #[test]
    fn a_log_shuffled_by_hand_is_flagged_and_one_shown_backwards_is_not() {
        let times = |hours: &[u8]| -> Vec<Observation> {
            let each = hours.iter().zip(1..);
            each.map(|(hour, number)| line(number, "192.0.2.1", &format!("2026-11-20T{hour:02}:00:00Z"), "")).collect()
        };
        assert!(of(&times(&[1, 2, 3, 4, 5, 6]), "2026-11-22T00:00:00Z").is_empty());
        assert!(of(&times(&[6, 5, 4, 3, 2, 1]), "2026-11-22T00:00:00Z").is_empty());
        assert_eq!(of(&times(&[3, 9, 1, 7, 2, 8]), "2026-11-22T00:00:00Z"), BTreeSet::from([Flag::OutOfOrder]));
    }

    #[test]
    fn one_port_in_one_second_from_three_addresses_is_no_chance() {
        let seen = |port: u16| -> Vec<Observation> {
            let one = |ip: &str| {
                let mut seen = line(0, ip, "2026-11-20T01:00:00Z", "");
                (seen.port, seen.target_port) = (Some(port), Some(22));
                seen
            };
            ["192.0.2.1", "198.51.100.7", "203.0.113.9"].map(one).into()
        };
        assert_eq!(of(&seen(41_234), "2026-11-22T00:00:00Z"), BTreeSet::from([Flag::SameLines]));
        assert!(of(&seen(123), "2026-11-22T00:00:00Z").is_empty());
        assert!(of(&seen(11_211), "2026-11-22T00:00:00Z").is_empty());
    }

    #[test]
    fn never_held_alone_is_weak_and_with_another_doubtful() {
        let at = moment("2026-11-20T01:00:00Z");
        let answer = Answer { verdict: Verdict::Nobody, reasons: vec![Reason::NotHeld], span: TimeSpan::instant(at) };
        let seen = line(1, "192.0.2.1", "2026-11-20T01:00:00Z", "");
        let found = flags(&[&seen], &[&answer], moment("2026-11-22T00:00:00Z"));
        assert_eq!(found, BTreeSet::from([Flag::NotHeld]));
        assert!(!is_doubtful(&found));
        assert!(is_doubtful(&BTreeSet::from([Flag::NotHeld, Flag::OutOfOrder])));
    }

    #[test]
    fn the_grade_follows_what_is_shown_not_who_shows_it() {
        let none = BTreeSet::new();
        let text = "Nov 20 01:00:00 host sshd[1]: Failed password for root from 192.0.2.1 port 4711 ssh2";
        let mut reading = Reading::new(Format::Generic);
        let shown = line(3, "192.0.2.1", "2026-11-20T01:00:00Z", text);
        let stated = line(3, "192.0.2.1", "2026-11-20T01:00:00Z", "192.0.2.1 attacked us");
        let mut claimed = stated.clone();
        claimed.at = None;
        assert_eq!(grade(&reading, &[&shown], &none), Grade::Shown);
        assert_eq!(grade(&reading, &[&stated], &none), Grade::Stated);
        assert_eq!(grade(&reading, &[&claimed], &none), Grade::Claim);
        assert_eq!(grade(&reading, &[&shown], &BTreeSet::from([Flag::Future])), Grade::Claim);
        reading.reporter.address = Some("soc@example.go.jp".to_owned());
        assert_eq!(grade(&reading, &[&stated], &none), Grade::Stated);
        let mut withheld = shown.clone();
        withheld.note(DetailKind::Withheld, "undated");
        assert_eq!(grade(&reading, &[&withheld], &none), Grade::Claim, "nobody can vouch for it");
        let mut ping = shown;
        ping.transport = Some(Transport::Icmp);
        assert_eq!(grade(&reading, &[&ping], &none), Grade::Claim, "a single ping has the lowest grade");
    }

    #[test]
    fn an_answering_service_is_no_forged_source() {
        let mut seen = Observation::new(Category::Ddos, 0.9);
        seen.transport = Some(Transport::Udp);
        assert!(is_spoofable(&seen));
        seen.port = Some(53);
        assert!(!is_spoofable(&seen));
        seen.transport = Some(Transport::Tcp);
        assert!(!is_spoofable(&seen));
        seen.object = Some("SYN flood".to_owned());
        assert!(is_spoofable(&seen));
    }
}
