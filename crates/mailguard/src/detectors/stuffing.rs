//! Credential stuffing: one address (or network) tries the passwords of many accounts, or many addresses try one account.
//!
//! Failures alone never ask for a lock: whoever can fail on purpose could lock others out. What may is a right password from
//! an address that has just been wrong about many other accounts. An office behind one address, whose people mistype, is told
//! apart by those people's right passwords from there: an account that succeeds is struck off the list of the tried ones.

use std::hash::BuildHasher as _;
use std::net::IpAddr;

use hashbrown::{DefaultHashBuilder, HashMap};
use serde::Deserialize;
use toml::de::{Error, ValueDeserializer};

use super::{Detector, Entry, Finding, Kind, Parsed, Seen, count};
use crate::alert::{Action, Family, Trace};
use crate::window::Window;

/// The detector's entry.
pub(super) const ENTRY: Entry = Entry {
    name: "stuffing",
    family: Family::Source,
    action: Action::LimitSource,
    wants: &[Kind::Success, Kind::Failure],
    parse,
};

/// What a rule says something about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Of {
    /// One address, many accounts.
    Source,
    /// One network, many accounts.
    Network,
    /// One account, many addresses.
    Target,
    /// The right password from an address that tried many accounts.
    Success,
}

/// The numbers of a rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    /// What is looked at.
    of: Of,
    /// So many accounts, or addresses.
    tried: usize,
    /// Within this time.
    window: Window,
}

/// Most sources, or targets, that are watched at a time: of two generations the older one is forgotten.
const GENERATION: usize = 50_000;
/// Most accounts kept of one source.
const MAX_TRIED: usize = 256;

/// What one source has tried: hashes of names, for most of them are of no account.
#[derive(Debug, Default)]
struct Tried {
    names: Vec<(u64, Trace)>,
}

struct Stuffing {
    rule: Rule,
    hasher: DefaultHashBuilder,
    young: HashMap<u64, Tried>,
    old: HashMap<u64, Tried>,
}

fn parse(value: ValueDeserializer<'_>) -> Result<Parsed, Error> {
    let rule = Rule::deserialize(value)?;
    let problem = (!(2..=MAX_TRIED).contains(&rule.tried))
        .then(|| format!("`tried` is {}; it goes from 2 to {MAX_TRIED}", rule.tried));
    let window = rule.window;
    let hasher = DefaultHashBuilder::default();
    let detector = Stuffing { rule, hasher, young: HashMap::new(), old: HashMap::new() };
    Ok(Parsed { window, detector: Box::new(detector), problem })
}

impl Stuffing {
    /// The list of a key, a new one if there is none.
    fn list(&mut self, key: u64) -> &mut Tried {
        if !self.young.contains_key(&key) && self.young.len() >= GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        let old = &mut self.old;
        self.young.entry(key).or_insert_with(|| old.remove(&key).unwrap_or_default())
    }

    /// Which list an event belongs to, and what stands in it.
    fn keys(&self, seen: &Seen<'_>) -> Option<(u64, u64)> {
        let mut lower = [0_u8; 255];
        let name = seen.event.account?;
        let lower = &mut lower[..name.len().min(255)];
        lower.copy_from_slice(&name[..lower.len()]);
        lower.make_ascii_lowercase();
        let name = self.hasher.hash_one(&*lower);
        let address = self.hasher.hash_one(source(seen.event.address?));
        match self.rule.of {
            Of::Source | Of::Success => Some((address, name)),
            Of::Network => (seen.place.network != 0).then(|| (u64::from(seen.place.network), name)),
            Of::Target => Some((name, address)),
        }
    }

    fn succeeded(&mut self, seen: &Seen<'_>, found: &mut Vec<Finding>) {
        // Most addresses have never been wrong: the name is not even looked at.
        if matches!(self.rule.of, Of::Source | Of::Success) {
            let Some(address) = seen.event.address else { return };
            let key = self.hasher.hash_one(source(address));
            if !self.young.contains_key(&key) && !self.old.contains_key(&key) {
                return;
            }
        }
        let Some((key, name)) = self.keys(seen) else { return };
        let Some(list) = self.young.get_mut(&key).or_else(|| self.old.get_mut(&key)) else { return };
        // Whoever knows the password has mistyped it before.
        list.names.retain(|(tried, _)| *tried != name);
        if self.rule.of != Of::Success {
            return;
        }
        let oldest = seen.second - self.rule.window.seconds();
        list.names.retain(|(_, trace)| trace.at.at.as_second() > oldest);
        // Of a person who has long used this network it is no sign that others fail there.
        let familiar = seen.history.knows(seen.place).is_some_and(|known| known.days >= 3);
        if list.names.len() < self.rule.tried || familiar {
            return;
        }
        let mut traces: Vec<Trace> = list.names.iter().map(|(_, trace)| *trace).collect();
        traces.push(seen.trace());
        found.push(Finding {
            account: seen.account,
            first: traces.first().map(|trace| trace.at),
            value: count(list.names.len()),
            threshold: count(self.rule.tried),
            inputs: vec![("kind", "success".to_owned())],
            traces,
            ..Finding::default()
        });
    }

    fn failed(&mut self, seen: &Seen<'_>, found: &mut Vec<Finding>) {
        let Some((key, name)) = self.keys(seen) else { return };
        let oldest = seen.second - self.rule.window.seconds();
        let (tried, of) = (self.rule.tried, self.rule.of);
        let list = self.list(key);
        list.names.retain(|(tried, trace)| *tried != name && trace.at.at.as_second() > oldest);
        if list.names.len() >= MAX_TRIED {
            list.names.remove(0);
        }
        list.names.push((name, Trace { account: seen.account, ..seen.trace() }));
        if list.names.len() < tried || of == Of::Success {
            return;
        }
        let traces: Vec<Trace> = list.names.iter().map(|(_, trace)| *trace).collect();
        let kind = format!("{:?}", self.rule.of).to_lowercase();
        let subject = match self.rule.of {
            Of::Network => Some(format!("AS{}", seen.place.network)),
            Of::Target => None,
            _ => seen.event.address.map(|address| source(address).to_string()),
        };
        found.push(Finding {
            account: seen.account.filter(|_| self.rule.of == Of::Target),
            subject,
            first: traces.first().map(|trace| trace.at),
            value: count(traces.len()),
            threshold: count(self.rule.tried),
            inputs: vec![("kind", kind)],
            traces,
        });
    }
}

/// The source of an address: an IPv6 customer has a /64 of them.
fn source(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() >> 64 << 64).into()),
    }
}

impl Detector for Stuffing {
    fn see(&mut self, seen: &Seen<'_>, found: &mut Vec<Finding>) {
        if seen.kind == Kind::Failure { self.failed(seen, found) } else { self.succeeded(seen, found) }
    }

    fn size(&self) -> usize {
        let tables = [&self.young, &self.old];
        let lists = tables.iter().flat_map(|table| table.values()).map(|list| list.names.capacity());
        tables.iter().map(|table| table.allocation_size()).sum::<usize>()
            + lists.sum::<usize>() * size_of::<(u64, Trace)>()
    }
}
