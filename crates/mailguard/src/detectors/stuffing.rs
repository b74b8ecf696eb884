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

use super::{Added, Detector, Entry, Finding, Kind, Seen, count};
use crate::accounts::AccountId;
use crate::alert::{Action, Family, Trace};
use crate::history::Sighting;
use crate::window::Window;

/// The detector's entry.
pub(super) const ENTRY: Entry = Entry {
    name: "stuffing",
    family: Family::Source,
    action: Action::LimitSource,
    wants: &[Kind::Success, Kind::Failure],
    new,
};

fn new() -> Box<dyn Detector> {
    Box::new(Stuffing::default())
}

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

/// One name that a source has tried: its hash, for most of them are of no account, and the line.
#[derive(Debug)]
struct Try {
    name: u64,
    account: Option<AccountId>,
    line: Sighting,
}

/// What one source has tried, or who has tried one account.
type Tries = Vec<Try>;

/// A rule with what it watches.
struct Watch {
    rule: Rule,
    young: HashMap<u64, Tries>,
    old: HashMap<u64, Tries>,
}

/// The rules.
#[derive(Default)]
struct Stuffing {
    hasher: DefaultHashBuilder,
    watches: Vec<Watch>,
    wrong: Wrong,
}

/// The keys by which rules look at a happening.
struct Keys {
    source: u64,
    network: u64,
    name: u64,
}

impl Keys {
    /// Nothing for lines without account or address.
    fn of(seen: &Seen<'_>, hasher: &DefaultHashBuilder) -> Option<Self> {
        seen.event.account?;
        let source = match source(seen.event.address?) {
            // As a prefix of IPv6 these would be of ::/32, from which nobody comes.
            IpAddr::V4(v4) => u64::from(v4.to_bits()),
            IpAddr::V6(v6) => u64::try_from(v6.to_bits() >> 64).unwrap_or(0),
        };
        let network = if seen.place.network == 0 { 0 } else { hasher.hash_one(seen.place.network) };
        Some(Self { source: hasher.hash_one(source), network, name: seen.name })
    }

    /// Which list the happening belongs to, and what stands in it.
    fn pick(&self, of: Of) -> Option<(u64, u64)> {
        match of {
            Of::Source | Of::Success => Some((self.source, self.name)),
            Of::Network => (self.network != 0).then_some((self.network, self.name)),
            Of::Target => Some((self.name, self.source)),
        }
    }
}

/// Which keys may have a list or stand in one: nearly all right passwords are of those who were never wrong, and that is told
/// by two bits.
#[derive(Default)]
struct Wrong {
    bits: Vec<u64>,
    /// Keys that were set.
    set: usize,
}

impl Wrong {
    /// Words at first, so many that the processor keeps them near, and at most: half a megabyte.
    const WORDS: std::ops::RangeInclusive<usize> = 512..=1 << 16;

    fn place(&self, key: u64) -> (usize, u32) {
        let bit = usize::try_from(key >> 40).unwrap_or(0);
        // Their number is a power of two.
        ((bit / 64) & self.bits.len().wrapping_sub(1), u32::try_from(bit % 64).unwrap_or(0))
    }

    fn has(&self, key: u64) -> bool {
        let (word, bit) = self.place(key);
        self.bits.get(word).is_some_and(|bits| bits >> bit & 1 == 1)
    }

    fn set(&mut self, key: u64) {
        let (word, bit) = self.place(key);
        if let Some(bits) = self.bits.get_mut(word) {
            *bits |= 1 << bit;
        }
        self.set += 1;
    }

    /// Whether so many were set that the bits say little.
    fn is_full(&self) -> bool {
        self.set >= self.bits.len() * 8
    }

    /// Begins anew with these keys; what has no list any more is forgotten.
    fn renew(&mut self, keys: impl Iterator<Item = u64> + Clone) {
        let words = (keys.clone().count() / 4).next_power_of_two();
        (self.bits, self.set) = (vec![0; words.clamp(*Self::WORDS.start(), *Self::WORDS.end())], 0);
        keys.for_each(|key| self.set(key));
        // The next time is not at the next key, however many there are.
        self.set = self.set.min(self.bits.len() * 4);
    }
}

impl Watch {
    /// The list of a key, a new one if there is none.
    fn list(&mut self, key: u64) -> &mut Tries {
        if !self.young.contains_key(&key) && self.young.len() >= GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        let old = &mut self.old;
        self.young.entry(key).or_insert_with(|| old.remove(&key).unwrap_or_default())
    }

    fn succeeded(&mut self, (key, name): (u64, u64), seen: &Seen<'_>) -> Option<Finding> {
        let list = self.young.get_mut(&key).or_else(|| self.old.get_mut(&key))?;
        // Whoever knows the password has mistyped it before.
        list.retain(|tried| tried.name != name);
        if self.rule.of != Of::Success {
            return None;
        }
        let oldest = seen.second - self.rule.window.seconds();
        list.retain(|tried| tried.line.last() > oldest);
        // Of a person who has long used this network it is no sign that others fail there.
        if list.len() < self.rule.tried || seen.is_known_for(3) {
            return None;
        }
        let mut traces: Vec<Trace> = list.iter().map(|tried| Trace::from(&tried.line)).collect();
        traces.push(seen.trace());
        Some(Finding {
            account: seen.account,
            first: traces.first().map(|trace| trace.at),
            value: count(list.len()),
            threshold: count(self.rule.tried),
            inputs: vec![("kind", "success".to_owned())],
            traces,
            ..Finding::default()
        })
    }

    fn failed(&mut self, (key, name): (u64, u64), seen: &Seen<'_>) -> Option<Finding> {
        let oldest = seen.second - self.rule.window.seconds();
        let Rule { tried, of, .. } = self.rule;
        let list = self.list(key);
        list.retain(|tried| tried.name != name && tried.line.last() > oldest);
        if list.len() >= MAX_TRIED {
            list.remove(0);
        }
        list.push(Try { name, account: seen.account, line: seen.sighting() });
        if list.len() < tried || of == Of::Success {
            return None;
        }
        let trace = |tried: &Try| Trace { account: tried.account, ..Trace::from(&tried.line) };
        let traces: Vec<Trace> = list.iter().map(trace).collect();
        let subject = match of {
            Of::Network => Some(format!("AS{}", seen.place.network)),
            Of::Target => None,
            Of::Source | Of::Success => seen.event.address.map(|address| source(address).to_string()),
        };
        Some(Finding {
            account: seen.account.filter(|_| of == Of::Target),
            subject,
            first: traces.first().map(|trace| trace.at),
            value: count(traces.len()),
            threshold: count(tried),
            inputs: vec![("kind", format!("{of:?}").to_lowercase())],
            traces,
            ..Finding::default()
        })
    }

    /// All keys, and what stands in their lists.
    fn keys(&self) -> impl Iterator<Item = u64> + Clone {
        let lists = self.young.iter().chain(&self.old);
        lists.flat_map(|(key, list)| [*key].into_iter().chain(list.iter().map(|tried| tried.name)))
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
    fn add(&mut self, value: ValueDeserializer<'_>) -> Result<Added, Error> {
        let rule = Rule::deserialize(value)?;
        let problem = (!(2..=MAX_TRIED).contains(&rule.tried))
            .then(|| format!("`tried` is {}; it goes from 2 to {MAX_TRIED}", rule.tried));
        let added = Added { window: rule.window, problem };
        self.watches.push(Watch { rule, young: HashMap::new(), old: HashMap::new() });
        Ok(added)
    }

    fn see(&mut self, seen: &Seen<'_>, found: &mut Vec<Finding>) {
        let Some(keys) = Keys::of(seen, &self.hasher) else { return };
        if seen.kind == Kind::Failure && self.wrong.is_full() {
            self.wrong.renew(self.watches.iter().flat_map(Watch::keys));
        }
        for (number, watch) in self.watches.iter_mut().enumerate() {
            let Some(pair) = keys.pick(watch.rule.of) else { continue };
            let finding = if seen.kind == Kind::Failure {
                self.wrong.set(pair.0);
                self.wrong.set(pair.1);
                watch.failed(pair, seen)
            } else if self.wrong.has(pair.0) && (watch.rule.of == Of::Success || self.wrong.has(pair.1)) {
                watch.succeeded(pair, seen)
            } else {
                None
            };
            found.extend(finding.map(|finding| Finding { rule: number, ..finding }));
        }
    }

    fn size(&self) -> usize {
        let tables = self.watches.iter().flat_map(|watch| [&watch.young, &watch.old]);
        let of = |table: &HashMap<u64, Tries>| {
            let tries: usize = table.values().map(Vec::capacity).sum();
            table.allocation_size() + tries * size_of::<Try>()
        };
        tables.map(of).sum::<usize>() + self.wrong.bits.capacity() * 8
    }
}
