//! The connections of an accused address: behind a shared address only a port and a time together name a customer, so
//! each pair that a report names is an observation of its own (but for a port that is seen again within two minutes).

use std::collections::{HashMap, HashSet};

use jiff::SignedDuration;
use model::{EventTime, Observation};

use super::candidates::{Candidate, Findings, Spot, Target};

/// Most connections that are kept of one address.
pub(crate) const MAX_CONTACTS: usize = 1_000;
/// Most lines with a port of their own.
pub(crate) const MAX_MARKS: usize = 1_000;

/// One sighting of an address that can be told from its others.
#[derive(Debug, Clone)]
pub(crate) struct Contact {
    pub(crate) port: Option<u16>,
    pub(crate) at: Option<EventTime>,
    pub(crate) spot: Spot,
    pub(crate) text: String,
    pub(crate) span: Option<(u32, u32)>,
    pub(crate) target: Option<Target>,
}

/// A source port in a line without an address: `送信元ポート：40001`.
#[derive(Debug, Clone)]
pub(crate) struct Mark {
    pub(crate) port: u16,
    pub(crate) at: Option<EventTime>,
    pub(crate) spot: Spot,
}

/// Gives the addresses the ports and times that stand in lines of their own.
pub(super) fn settle(ips: &mut [(Candidate, f32)], found: &Findings) {
    let mut sections: Vec<usize> = ips.iter().flat_map(|(one, _)| &one.contacts).map(|one| one.spot.section).collect();
    sections.sort_unstable();
    sections.dedup();
    for section in sections {
        settle_section(section, ips, found);
    }
    let [(only, _)] = ips else { return };
    if found.marks.len() > 1 && only.contacts.iter().filter(|one| one.port.is_some()).count() < 2 {
        // The address is named once, and its connections are listed below.
        only.contacts = listed(only, found);
    }
}

fn settle_section(section: usize, ips: &mut [(Candidate, f32)], found: &Findings) {
    for row in ips.iter_mut().flat_map(|(one, _)| one.contacts.iter_mut()) {
        if row.at.is_none() && row.spot.section == section && row.spot.row > 0 {
            // A row with a time of day alone, whose date stood over the table.
            let same = found.dated.iter().find(|(spot, _)| (spot.section, spot.line) == (section, row.spot.line));
            row.at = same.map(|(_, at)| at.clone());
        }
    }
    let mut heads: Vec<&mut Contact> = ips
        .iter_mut()
        .flat_map(|(one, _)| one.contacts.iter_mut())
        .filter(|one| one.spot.section == section && one.spot.row == 0)
        .collect();
    heads.sort_by_key(|one| one.spot.line);
    let lines: Vec<u32> = heads.iter().map(|one| one.spot.line).collect();
    let marks: Vec<&Mark> = found.marks.iter().filter(|mark| mark.spot.section == section).collect();
    if !marks.is_empty() && heads.iter().any(|one| one.port.is_none()) {
        let beside = beside(&lines, &marks.iter().map(|mark| mark.spot.line).collect::<Vec<_>>());
        for (head, mark) in heads.iter_mut().zip(beside) {
            head.port = head.port.or_else(|| mark.and_then(|at| marks.get(at)).map(|mark| mark.port));
        }
    }
    let undated = |one: &&mut Contact| one.at.is_none() && one.port.is_some();
    if lines.len() > 1 && heads.iter().any(undated) {
        let dated: Vec<_> = found.dated.iter().filter(|(spot, _)| spot.section == section).collect();
        let beside = beside(&lines, &dated.iter().map(|(spot, _)| spot.line).collect::<Vec<_>>());
        // A list in which a time is missing is no list with times.
        if beside.iter().all(Option::is_some) {
            for (head, at) in heads.iter_mut().zip(beside) {
                head.at = head.at.take().or_else(|| at.and_then(|at| dated.get(at)).map(|(_, at)| at.clone()));
            }
        }
    }
}

fn listed(only: &Candidate, found: &Findings) -> Vec<Contact> {
    let lines: Vec<u32> = found.marks.iter().map(|mark| mark.spot.line).collect();
    let dated: Vec<u32> = found.dated.iter().map(|(spot, _)| spot.line).collect();
    let times = beside(&lines, &dated);
    let marks = found.marks.iter().zip(times).map(|(mark, at)| Contact {
        port: Some(mark.port),
        at: mark.at.clone().or_else(|| at.and_then(|at| found.dated.get(at)).map(|(_, at)| at.clone())),
        spot: only.spot,
        text: only.text.clone(),
        span: only.span,
        target: only.target,
    });
    marks.collect()
}

/// Of each head the mark that belongs to it: the first one behind it, or the last one in front of it, whichever way round
/// the list is written. All lines are in order.
fn beside(heads: &[u32], marks: &[u32]) -> Vec<Option<usize>> {
    let inside = |from: u32, to: u32| {
        let first = marks.partition_point(|mark| *mark < from);
        (first, marks.partition_point(|mark| *mark < to))
    };
    let behind = heads.iter().enumerate().map(|(index, head)| {
        let (first, end) = inside(*head, heads.get(index + 1).copied().unwrap_or(u32::MAX));
        (first < end).then_some(first)
    });
    let ahead = heads.iter().enumerate().map(|(index, head)| {
        let (first, end) = inside(index.checked_sub(1).map_or(0, |at| heads[at] + 1), head + 1);
        end.checked_sub(1).filter(|last| *last >= first)
    });
    let (behind, ahead): (Vec<_>, Vec<_>) = (behind.collect(), ahead.collect());
    let cost = |way: &[Option<usize>]| {
        let missing = way.iter().filter(|one| one.is_none()).count();
        let far = |(mark, head): (&Option<usize>, &u32)| Some(u64::from(marks.get((*mark)?)?.abs_diff(*head)));
        (missing, way.iter().zip(heads).filter_map(far).sum::<u64>())
    };
    if cost(&ahead) < cost(&behind) { ahead } else { behind }
}

/// How long a port that was seen surely stays with the same customer: a translator waits two minutes before it gives the
/// port to another one (RFC 6888, REQ-8).
const HELD: SignedDuration = SignedDuration::from_secs(120);

/// Sightings of one port that are surely of one customer.
struct Held<'c> {
    first: &'c Contact,
    last: &'c Contact,
    times: u64,
}

impl Held<'_> {
    /// Whether a sighting of the port may be another customer's.
    fn is_over(&self, one: &Contact) -> bool {
        let times = self.last.at.as_ref().zip(one.at.as_ref());
        times.is_some_and(|(before, at)| at.at.duration_since(before.at).abs() > HELD)
    }

    /// Between the first sighting and the last one, microseconds; logs are written either way round.
    fn period(&self) -> Option<i64> {
        let (first, last) = self.first.at.as_ref().zip(self.last.at.as_ref())?;
        Some((last.at.as_microsecond() - first.at.as_microsecond()).abs()).filter(|period| *period > 0)
    }

    /// The later one of both.
    fn at(&self) -> Option<EventTime> {
        [self.first, self.last].into_iter().filter_map(|one| one.at.clone()).max_by_key(|at| at.at)
    }
}

/// Puts together what is of one customer.
fn held<'c>(contacts: impl Iterator<Item = &'c Contact>) -> Vec<Held<'c>> {
    let mut all: Vec<Held<'c>> = Vec::new();
    let mut latest: HashMap<Option<u16>, usize> = HashMap::new();
    for one in contacts {
        let before = latest.get(&one.port).and_then(|at| all.get_mut(*at));
        if let Some(known) = before.filter(|known| !known.is_over(one)) {
            (known.last, known.times) = (one, known.times + 1);
        } else {
            latest.insert(one.port, all.len());
            all.push(Held { first: one, last: one, times: 1 });
        }
    }
    all
}

/// One observation for each connection of an address that `base` was made of.
pub(super) fn spread(base: Observation, one: &Candidate, out: &mut Vec<Observation>) {
    let dated: HashSet<Option<u16>> = one.contacts.iter().filter(|one| one.at.is_some()).map(|one| one.port).collect();
    // A port that is named again without its time is no other connection.
    let told = |one: &&Contact| one.port.is_some() && (one.at.is_some() || !dated.contains(&one.port));
    let all = held(one.contacts.iter().filter(told));
    if all.is_empty() {
        out.push(base);
        return;
    }
    let several = all.len() > 1;
    for held in all {
        let (contact, period) = (held.first, held.period());
        let mut seen = base.clone();
        seen.port = contact.port;
        seen.at = held.at().or(seen.at);
        if several || period.is_some() {
            // The figures of the base are those of all connections together.
            seen.period_us = period;
            seen.count = period.map(|_| held.times);
        }
        if let Some(target) = contact.target {
            (seen.target_ip, seen.target_port) = target;
        }
        if let Some(place) = seen.provenance.as_mut().filter(|_| several) {
            place.line = contact.spot.line;
            place.text.clone_from(&contact.text);
            seen.span = contact.span;
        }
        out.push(seen);
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn a_port_is_held_for_two_minutes() {
        let at = |second: i64| Contact {
            port: Some(4242),
            at: Some(EventTime::zoned(Timestamp::from_second(second).unwrap(), "Z", "")),
            spot: Spot { section: 0, line: 1, row: 0, depth: 0 },
            text: String::new(),
            span: None,
            target: None,
        };
        let seen = [0, 120, 200, 321].map(at);
        let told: Vec<_> = held(seen.iter()).iter().map(|held| (held.times, held.period())).collect();
        assert_eq!(told, [(3, Some(200_000_000)), (1, None)]);
    }

    #[test]
    fn marks_go_to_their_heads_whichever_way_round() {
        let (one, two) = (Some(0), Some(1));
        // The address, then its port; and a port on top, then the address.
        assert_eq!(beside(&[1, 5], &[2, 6]), [one, two]);
        assert_eq!(beside(&[2, 6], &[1, 5]), [one, two]);
        // A date on top belongs to none of them.
        assert_eq!(beside(&[10, 20], &[1, 11, 21]), [two, Some(2)]);
        assert_eq!(beside(&[10, 20], &[11]), [one, None]);
        assert_eq!(beside(&[10], &[]), [None]);
    }
}
