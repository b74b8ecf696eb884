//! What is ours, and what a version of a list says about it.

use std::collections::{BTreeSet, HashSet};
use std::net::IpAddr;

use serde::Serialize;

use super::row::{Fact, Snapshot, What, spelled};
use crate::sets::{Range, Ranges, Width};

/// What is ours: prefixes, domains and autonomous systems.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Own {
    /// IPv4 addresses.
    pub v4: Ranges<u32>,
    /// IPv6 addresses.
    pub v6: Ranges<u128>,
    /// Domains in lower case, in A-label form; what is below one is ours too.
    pub domains: HashSet<Box<str>>,
    /// Numbers of autonomous systems.
    pub systems: BTreeSet<u32>,
}

impl Own {
    /// Whether anything of it is ours.
    pub fn holds(&self, what: &What<'_>) -> bool {
        match what {
            What::V4(range) => self.v4.touches(*range),
            What::V6(range) => self.v6.touches(*range),
            What::As(number) => self.systems.contains(number),
            What::Domain(name) => self.holds_name(name),
            What::Url(url) => host(url).is_some_and(|host| match host.parse::<IpAddr>() {
                Ok(address) => self.holds(&address.into()),
                Err(_) => self.holds_name(host),
            }),
        }
    }

    /// Whether the name or one above it is ours.
    fn holds_name(&self, name: &str) -> bool {
        if self.domains.is_empty() {
            return false;
        }
        let lower = name.trim_end_matches('.').to_lowercase();
        let mut rest = lower.as_str();
        loop {
            if self.domains.contains(rest) {
                return true;
            }
            match rest.split_once('.') {
                Some((_, parent)) => rest = parent,
                None => return false,
            }
        }
    }
}

/// The host of a URL, without user and port, IPv6 without brackets.
fn host(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next(),
        None => host.split(':').next(),
    }
}

/// What a listing is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "value")]
pub enum Subject {
    /// An address of ours.
    Address(IpAddr),
    /// A stretch of ours, of more than one address: the first and the last.
    Addresses(IpAddr, IpAddr),
    /// A host name.
    Domain(String),
    /// A URL.
    Url(String),
    /// An autonomous system.
    As(u32),
}

/// Something of ours that a list has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hit {
    /// What of ours.
    pub subject: Subject,
    /// What the list says.
    #[serde(skip)]
    pub fact: Fact,
}

/// What a snapshot whose facts were gathered with [`Own::holds`] says about us, by subject, each once.
pub fn hits(own: &Own, snapshot: &Snapshot) -> Vec<Hit> {
    let mut hits = Vec::new();
    for fact in &snapshot.facts {
        let mut push = |subject| hits.push(Hit { subject, fact: fact.clone() });
        match What::read(&fact.what) {
            Some(What::V4(range)) => stretches(&own.v4, range, &mut push),
            Some(What::V6(range)) => stretches(&own.v6, range, &mut push),
            Some(What::Domain(name)) => push(Subject::Domain(name.to_owned())),
            Some(What::Url(url)) => push(Subject::Url(url.to_owned())),
            Some(What::As(number)) => push(Subject::As(number)),
            None => {}
        }
    }
    // Of two lines about one thing, the one that tells more stands.
    hits.sort_by(|a, b| (&a.subject, told(&b.fact)).cmp(&(&b.subject, told(&a.fact))));
    hits.dedup_by(|later, kept| later.subject == kept.subject);
    hits
}

/// How much a line says beside what is listed, and its last moment.
fn told(fact: &Fact) -> (usize, Option<jiff::Timestamp>) {
    let said = [!fact.reason.is_empty(), !fact.link.is_empty(), fact.first.is_some(), fact.port.is_some()];
    (said.into_iter().filter(|said| *said).count(), fact.last.or(fact.first))
}

/// The parts of an entry that are ours: by address up to eight of them, else as a stretch.
fn stretches<W: Width>(own: &Ranges<W>, entry: Range<W>, push: &mut impl FnMut(Subject)) {
    const SINGLE: u128 = 8;
    let alone = Ranges::from_iter([entry]);
    let ours = own.intersection(&alone);
    let few = crate::sets::Count::wide(ours.addresses()) <= SINGLE;
    for range in ours.as_slice() {
        if few {
            let mut at = Some(range.first);
            while let Some(address) = at.filter(|address| *address <= range.last) {
                push(Subject::Address(address.address()));
                at = address.next();
            }
        } else {
            push(Subject::Addresses(range.first.address(), range.last.address()));
        }
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Address(address) => write!(f, "{address}"),
            Self::Addresses(first, last) => f.write_str(&stretch(*first, *last)),
            Self::Domain(name) => f.write_str(name),
            Self::Url(url) => f.write_str(url),
            Self::As(number) => write!(f, "AS{number}"),
        }
    }
}

fn stretch(first: IpAddr, last: IpAddr) -> String {
    match (first, last) {
        (IpAddr::V4(one), IpAddr::V4(other)) => {
            spelled(Range::new(u32::from(one), u32::from(other)).prefixes(), first, last)
        }
        (IpAddr::V6(one), IpAddr::V6(other)) => {
            spelled(Range::new(u128::from(one), u128::from(other)).prefixes(), first, last)
        }
        _ => format!("{first}-{last}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::Limits;
    use crate::sources::{Collector, Row};

    fn own() -> Own {
        let space = |text: &str| match What::read(text) {
            Some(What::V4(range)) => range,
            _ => panic!("{text}"),
        };
        Own {
            v4: ["198.51.100.0/24", "203.0.113.16/28"].map(space).into_iter().collect(),
            v6: [Range::prefix(0x2001_0db8 << 96, 48)].into_iter().collect(),
            domains: ["example.jp".into()].into(),
            systems: [64_500].into(),
        }
    }

    fn said(lines: &[&str]) -> Vec<String> {
        let own = own();
        let keep = |what: &What<'_>| own.holds(what);
        let mut all = Collector::new(Limits::default(), &keep);
        for line in lines {
            all.row(&Row::of(What::read(line).expect("a value"))).expect("within limits");
        }
        hits(&own, &all.finish()).iter().map(|hit| hit.subject.to_string()).collect()
    }

    #[test]
    fn only_what_is_ours_is_a_hit_and_each_thing_once() {
        assert_eq!(
            said(&[
                "192.0.2.1",
                "198.51.100.7",
                "198.51.100.7",
                "2001:db8::1",
                "2001:db8:1::1",
                "AS64500",
                "AS64501",
                "shop.example.jp",
                "notexample.jp",
                "http://user@www.Example.jp:8080/a",
                "http://198.51.100.9/x",
                "http://[2001:db8::5]/x",
                "http://example.com/example.jp",
            ]),
            [
                "198.51.100.7",
                "2001:db8::1",
                "shop.example.jp",
                "http://198.51.100.9/x",
                "http://[2001:db8::5]/x",
                "http://user@www.Example.jp:8080/a",
                "AS64500",
            ]
        );
    }

    #[test]
    fn a_wide_entry_is_one_stretch_of_what_is_ours() {
        assert_eq!(said(&["203.0.113.16/31"]), ["203.0.113.16", "203.0.113.17"]);
        assert_eq!(said(&["203.0.113.0/24"]), ["203.0.113.16/28"]);
        assert_eq!(
            said(&["198.51.100.250-203.0.113.20"]),
            ["198.51.100.250-198.51.100.255", "203.0.113.16-203.0.113.20"]
        );
    }
}
