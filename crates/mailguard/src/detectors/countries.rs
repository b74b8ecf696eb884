//! An account used from N countries (or networks, or addresses) within a window: one person is not in ten countries in a day.
//!
//! Exact: the addresses of the window are kept, not a sketch of them. The alert falls on the very event that shows the Nth.

use hashbrown::HashMap;
use serde::Deserialize;
use toml::de::{Error, ValueDeserializer};

use super::{Added, Detector, Entry, Finding, Kind, LOOK_BACK, Seen, count};
use crate::alert::{Action, Family, Trace};
use crate::history::{Keep, MAX_SIGHTINGS, Sighting};
use crate::window::Window;

/// The detector's entry.
pub(super) const ENTRY: Entry =
    Entry { name: "countries", family: Family::Place, action: Action::Lock, wants: &[Kind::Success], new };

fn new() -> Box<dyn Detector> {
    Box::new(Countries::default())
}

#[derive(Default)]
struct Countries {
    rules: Vec<Rule>,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Of {
    Country,
    As,
    Address,
}

/// The numbers of a rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    /// What is counted.
    of: Of,
    /// So many different ones.
    distinct: usize,
    /// Within this time.
    window: Window,
}

impl Rule {
    fn problem(&self) -> Option<String> {
        if !(2..=MAX_SIGHTINGS).contains(&self.distinct) {
            return Some(format!("`distinct` is {}; it goes from 2 to {MAX_SIGHTINGS}", self.distinct));
        }
        (self.window > LOOK_BACK)
            .then(|| format!("`window` is {}; addresses are remembered for {LOOK_BACK}", self.window))
    }

    /// What of a sighting is counted; nothing where it is not known.
    fn key(&self, one: &Sighting) -> Option<u128> {
        match self.of {
            Of::Country => one.country().map(|country| u128::from(u16::from_be_bytes(country.letters()))),
            Of::As => (one.network() != 0).then(|| u128::from(one.network())),
            Of::Address => one.address().map(|address| match address {
                std::net::IpAddr::V4(v4) => u128::from(v4.to_bits()),
                std::net::IpAddr::V6(v6) => v6.to_bits(),
            }),
        }
    }

    /// The last sighting of each, oldest first.
    fn distinct(&self, seen: &Seen<'_>) -> Vec<Sighting> {
        let oldest = seen.second - self.window.seconds();
        let mut each: HashMap<u128, Sighting> = HashMap::new();
        for one in seen.history().recent.iter().filter(|one| one.last() > oldest) {
            if let Some(key) = self.key(one) {
                let kept = each.entry(key).or_insert(*one);
                if one.last() > kept.last() {
                    *kept = *one;
                }
            }
        }
        let mut each: Vec<Sighting> = each.into_values().collect();
        each.sort_by_key(|one| (one.last(), one.position().line));
        each
    }

    fn judge(&self, seen: &Seen<'_>) -> Option<Finding> {
        let each = self.distinct(seen);
        (each.len() >= self.distinct).then(|| Finding {
            account: seen.account,
            first: each.first().map(|one| Trace::from(one).at),
            value: count(each.len()),
            threshold: count(self.distinct),
            inputs: vec![("counted", format!("{:?}", self.of).to_lowercase())],
            traces: each.iter().map(Trace::from).collect(),
            ..Finding::default()
        })
    }
}

impl Detector for Countries {
    fn add(&mut self, value: ValueDeserializer<'_>) -> Result<Added, Error> {
        let rule = Rule::deserialize(value)?;
        let added = Added { window: rule.window, problem: rule.problem() };
        self.rules.push(rule);
        Ok(added)
    }

    fn see(&mut self, seen: &Seen<'_>, found: &mut Vec<Finding>) {
        for (number, rule) in self.rules.iter().enumerate() {
            // Nearly every account has fewer addresses than the threshold, and then nothing is to be counted.
            if seen.history().recent.len() >= rule.distinct {
                found.extend(rule.judge(seen).map(|finding| Finding { rule: number, ..finding }));
            }
        }
    }

    fn keep(&self) -> Option<Keep> {
        self.rules.iter().fold(None, |sum: Option<Keep>, rule| {
            let own = Keep { seconds: rule.window.whole(), addresses: rule.of == Of::Address };
            Some(sum.map_or(own, |sum| sum.or(own)))
        })
    }

    fn size(&self) -> usize {
        0
    }
}
