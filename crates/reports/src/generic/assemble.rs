//! Observations out of the accused values: pairs of address and URL, times, counts, provenance.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use model::{Category, EventTime, Observation, Provenance, Reading};

use super::candidates::{Candidate, Context, Findings, Spot, Value};
use super::choose::Chosen;
use super::contacts::{self, MAX_CONTACTS};
use super::sections::{Kind, Section};
use crate::extract::time::{self, Clockwork};
use crate::extract::{ip, url};

/// Builds the observations, one per accused value or pair.
pub(crate) fn observations(
    chosen: Chosen,
    sections: &[Section<'_>],
    context: &Context,
    reading: &mut Reading,
) -> Vec<Observation> {
    let Chosen { accused, mut found } = chosen;
    found.labels.settle_port(context.is_attack());
    set_clocks(&mut found, context);
    let whole = document_time(&found.times).or_else(|| found.mail_date.clone());
    if whole.is_none() && found.yearless {
        reading.remarks.push(
            "A log line has no year and does not fit the 31 days before the report: ask for the year.".to_owned(),
        );
    }
    let (mut ips, links): (Vec<_>, Vec<_>) =
        accused.into_iter().partition(|(one, _)| matches!(one.value, Value::Ip(_)));
    contacts::settle(&mut ips, &found);
    let near = Near::of(&ips, &found);
    let make = |one: &Candidate, sure: f32| {
        let near = near.time(one, context);
        observation(one, sure, near.as_ref().or(whole.as_ref()), sections, context)
    };
    let pairs = Pairs::of(&ips);
    let mut out = Vec::new();
    let mut paired: HashSet<IpAddr> = HashSet::new();
    for (link, sure) in &links {
        let mates = pairs.mates(link, links.len());
        if mates.is_empty() {
            out.push(make(link, *sure));
        }
        for (ip, ip_sure) in mates {
            let mut seen = make(link, sure.min(*ip_sure));
            let with = make(ip, *ip_sure);
            seen.ip = with.ip;
            seen.port = with.port;
            seen.at = link.at.clone().or(with.at);
            seen.count = seen.count.or(with.count);
            seen.transport = with.transport;
            seen.target_ip = with.target_ip;
            seen.target_port = with.target_port;
            paired.extend(with.ip);
            out.push(seen);
        }
    }
    for (ip, sure) in &ips {
        if !matches!(&ip.value, Value::Ip(ip) if paired.contains(ip)) {
            contacts::spread(make(ip, *sure), ip, &mut out);
            if ip.contacts.len() >= MAX_CONTACTS {
                reading.remarks.push(format!("Of {:?} only the first {MAX_CONTACTS} connections were read.", ip.value));
            }
        }
    }
    if let [only] = out.as_mut_slice() {
        // With one event the labelled lines can only mean this one.
        let labels = &found.labels;
        let mark = if let [mark] = found.marks.as_slice() { Some(mark.port) } else { None };
        only.port = only.port.or(labels.port).or(mark);
        only.transport = only.transport.or(labels.transport);
        only.count = only.count.or(labels.count);
        let (ip, port) = labels.target.unwrap_or_default();
        only.target_ip = only.target_ip.or(ip);
        only.target_port = only.target_port.or(port);
        if let Some((count, period)) = found.rate.filter(|_| only.period_us.is_none()) {
            (only.count, only.period_us) = (Some(count), Some(period));
        }
    }
    if !found.hops.is_empty() {
        // Who quotes the header of a mail and says nothing else complains about the mail.
        for seen in out.iter_mut().filter(|seen| seen.category == Category::Unknown && seen.url.is_none()) {
            seen.category = Category::Spam;
        }
    }
    name_account(&mut out, found.account.as_deref(), whole.as_ref(), context);
    if out.is_empty() {
        reading.remarks.push(crate::generic::NOTHING_ACCUSED.to_owned());
    }
    out
}

/// The date of each time of day that has none of its own: the one date of the text, if it has no time with another one;
/// else, of a time beside a value, the last date in front of it: it stands over the list.
fn set_clocks(found: &mut Findings, context: &Context) {
    if found.clocks.is_empty() {
        return;
    }
    let day = |one: &time::Written| (one.year, one.month, one.day);
    let full = found.times.iter().any(|(_, full)| *full);
    let only = found.dates.first().filter(|date| !full && found.dates.iter().all(|one| day(one) == day(date)));
    let zoned = Clockwork { zone: found.zone.clone(), ..context.clock.clone() };
    let mut events = Vec::new();
    for clock in &found.clocks {
        let place = |spot: &Spot| (spot.section, spot.line);
        let above = || {
            let ends = found.days.partition_point(|(spot, _)| place(spot) <= place(&clock.spot));
            found.days[..ends].last().filter(|(spot, _)| clock.beside && spot.section == clock.spot.section)
        };
        let date = only.or_else(|| above().map(|(_, date)| date));
        let event = date.and_then(|date| zoned.event(&clock.time.with(date), &clock.text));
        events.extend(event.map(|event| (clock.spot, event)));
    }
    if events.is_empty() {
        return;
    }
    found.times.extend(events.iter().map(|(_, event)| (event.clone(), true)));
    found.dated.append(&mut events);
    found.dated.sort_by_key(|(spot, _)| (spot.section, spot.line));
}

/// A mailbox that is named belongs to the address its mails came from; where there is none, it is the accused itself.
fn name_account(out: &mut Vec<Observation>, account: Option<&str>, whole: Option<&EventTime>, context: &Context) {
    let Some(account) = account else { return };
    if let [only] = out.as_mut_slice() {
        if only.url.is_none() && only.domain.is_none() {
            only.account = Some(account.to_owned());
        }
    } else if out.is_empty() && context.is_about_people() {
        let mut seen = Observation::new(context.category, 0.6);
        seen.account = Some(account.to_owned());
        seen.at = whole.cloned();
        out.push(seen);
    }
}

/// A line of a section.
type Line = (usize, u32);

const fn line(spot: Spot) -> Line {
    (spot.section, spot.line)
}

/// The times that stand in the line of a value or beside it, and those of the hops.
struct Near<'f> {
    times: HashMap<Line, EventTime>,
    hops: HashMap<IpAddr, &'f str>,
}

impl<'f> Near<'f> {
    fn of(ips: &[(Candidate, f32)], found: &'f Findings) -> Self {
        let (mut times, mut hops) = (HashMap::new(), HashMap::new());
        for (spot, at) in found.dated.iter().cloned().chain(times_beside(ips, &found.dated)) {
            times.entry(line(spot)).or_insert(at);
        }
        if found.times.iter().all(|(_, full)| !full) {
            for (ip, _, text) in &found.hops {
                hops.entry(*ip).or_insert(text.as_str());
            }
        }
        Self { times, hops }
    }

    fn time(&self, one: &Candidate, context: &Context) -> Option<EventTime> {
        let hop = || match &one.value {
            Value::Ip(ip) => self.hops.get(ip).and_then(|text| hop_time(text, context)),
            _ => None,
        };
        self.times.get(&line(one.spot)).cloned().or_else(hop)
    }
}

/// The accused addresses by their values and by their lines.
struct Pairs<'i> {
    ips: &'i [(Candidate, f32)],
    values: HashMap<&'i Value, usize>,
    lines: HashMap<Line, Vec<usize>>,
}

impl<'i> Pairs<'i> {
    fn of(ips: &'i [(Candidate, f32)]) -> Self {
        let mut lines: HashMap<Line, Vec<usize>> = HashMap::new();
        for (index, (ip, _)) in ips.iter().enumerate() {
            lines.entry(line(ip.spot)).or_default().push(index);
        }
        Self { ips, values: ips.iter().enumerate().map(|(index, (ip, _))| (&ip.value, index)).collect(), lines }
    }

    /// The addresses that a link belongs to: those of its row or line, else the only one there is.
    fn mates(&self, link: &Candidate, links: usize) -> Vec<&'i (Candidate, f32)> {
        if !link.row_mates.is_empty() {
            let mut found: Vec<usize> =
                link.row_mates.iter().filter_map(|mate| self.values.get(mate).copied()).collect();
            found.sort_unstable();
            return found.into_iter().filter_map(|index| self.ips.get(index)).collect();
        }
        // An address that is only known as the host of URLs belongs to these.
        if self.ips.iter().any(|(ip, _)| !ip.in_table && ip.row_mates.iter().any(|mate| matches!(mate, Value::Url(_))))
        {
            let host = match &link.value {
                Value::Url(text) | Value::Host(text) => url::host(text).and_then(ip::parse).map(Value::Ip),
                Value::Ip(_) => None,
            };
            let named = host.and_then(|host| self.values.get(&host).copied());
            return named.into_iter().filter_map(|index| self.ips.get(index)).collect();
        }
        if let Some([only]) = self.lines.get(&line(link.spot)).map(Vec::as_slice) {
            return self.ips.get(*only).into_iter().collect();
        }
        if self.ips.len() == 1 || (links == 1 && self.ips.len() <= 8) {
            return self.ips.iter().collect();
        }
        Vec::new()
    }
}

/// The time that stands for the whole report: the last one with a time of day and zone, else any.
fn document_time(times: &[(EventTime, bool)]) -> Option<EventTime> {
    let full = |zoned: bool| times.iter().find(|(at, full)| *full && (!zoned || at.zone.is_some()));
    full(true).or_else(|| full(false)).or_else(|| times.first()).map(|(at, _)| at.clone())
}

/// When the receiving server took a mail over: it wrote the time behind the last semicolon (RFC 5321, section 4.4).
fn hop_time(text: &str, context: &Context) -> Option<EventTime> {
    text.rsplit_once(';').and_then(|(_, date)| time::parse(date, &context.clock))
}

/// The times of events that are listed one after the other, each address with a line of its own for its time: the time
/// behind an address and before the next one, or the other way round where the list begins with a time.
fn times_beside(ips: &[(Candidate, f32)], dated: &[(Spot, EventTime)]) -> Vec<(Spot, EventTime)> {
    let mut spots: Vec<Spot> = ips.iter().filter(|(ip, _)| ip.at.is_none()).map(|(ip, _)| ip.spot).collect();
    spots.sort_by_key(|spot| (spot.section, spot.line));
    let Some(first) = spots.first().filter(|_| spots.len() > 1 && spots.len() <= 1_000 && dated.len() > 1) else {
        return Vec::new();
    };
    let inside =
        |one: &Spot, after: u32, before: u32| one.section == first.section && (after..before).contains(&one.line);
    let leads = dated.iter().any(|(spot, _)| inside(spot, 0, first.line));
    let mut out = Vec::new();
    for (index, spot) in spots.iter().enumerate().filter(|(_, spot)| spot.section == first.section) {
        let found = if leads {
            let from = index.checked_sub(1).map_or(0, |at| spots[at].line + 1);
            dated.iter().rev().find(|(one, _)| inside(one, from, spot.line))
        } else {
            let next = spots.get(index + 1).filter(|next| next.section == spot.section);
            dated.iter().find(|(one, _)| inside(one, spot.line, next.map_or(u32::MAX, |next| next.line)))
        };
        out.extend(found.map(|(_, at)| (*spot, at.clone())));
    }
    // A list in which a time is missing is no such list.
    if out.len() == spots.len() { out } else { Vec::new() }
}

fn observation(
    one: &Candidate,
    sure: f32,
    whole: Option<&EventTime>,
    sections: &[Section<'_>],
    context: &Context,
) -> Observation {
    let mut seen = Observation::new(context.category, sure);
    match &one.value {
        Value::Ip(ip) => seen.ip = Some(*ip),
        Value::Url(url) => seen.url = Some(url.clone()),
        // A bare name is kept as it is written, too: notices quote it.
        Value::Host(host) => {
            seen.domain = Some(host.clone());
            seen.url = Some(host.clone());
        }
    }
    seen.port = one.port;
    seen.at = one.at.clone().or_else(|| whole.cloned());
    if let (Some(first), Some(last)) = (&one.first, &one.at) {
        seen.period_us = Some(last.at.as_microsecond() - first.at.as_microsecond()).filter(|period| *period > 0);
    }
    seen.count = one.count.or((one.times_seen > 1 && seen.period_us.is_some()).then_some(u64::from(one.times_seen)));
    seen.transport = one.transport;
    if let Some((ip, port)) = one.target {
        seen.target_ip = ip;
        seen.target_port = port;
    }
    let section = sections.get(one.spot.section);
    seen.provenance = Some(Provenance {
        part: section.map_or_else(String::new, |section| section.part.clone()),
        line: if section.is_some_and(|section| section.kind == Kind::Subject) { 0 } else { one.spot.line },
        text: one.text.clone(),
    });
    seen.span = one.span;
    seen
}
