//! An account used from N countries (or networks, or addresses) within a window: one person is not in ten countries in a day.
//!
//! Exact: the addresses of the window are kept, not a sketch of them. The alert falls on the very event that shows the Nth.

use hashbrown::HashMap;
use serde::Deserialize;
use toml::de::{Error, ValueDeserializer};

use super::{Detector, Entry, Finding, Kind, LOOK_BACK, Parsed, Seen, count};
use crate::alert::{Action, Family, Trace};
use crate::history::{Keep, MAX_SIGHTINGS, Sighting};
use crate::window::Window;

/// The detector's entry.
pub(super) const ENTRY: Entry =
    Entry { name: "countries", family: Family::Place, action: Action::Lock, wants: &[Kind::Success], parse };

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

fn parse(value: ValueDeserializer<'_>) -> Result<Parsed, Error> {
    let rule = Rule::deserialize(value)?;
    let problem = if !(2..=MAX_SIGHTINGS).contains(&rule.distinct) {
        Some(format!("`distinct` is {}; it goes from 2 to {MAX_SIGHTINGS}", rule.distinct))
    } else if rule.window > LOOK_BACK {
        Some(format!("`window` is {}; addresses are remembered for {LOOK_BACK}", rule.window))
    } else {
        None
    };
    Ok(Parsed { window: rule.window, detector: Box::new(rule), problem })
}

impl Rule {
    /// What of a sighting is counted; nothing where it is not known.
    fn key(&self, one: &Sighting) -> Option<u128> {
        match self.of {
            Of::Country => one.country().map(|country| u128::from(u16::from_be_bytes(country.letters()))),
            Of::As => (one.network() != 0).then(|| u128::from(one.network())),
            Of::Address => match one.address() {
                std::net::IpAddr::V4(v4) => Some(u128::from(v4.to_bits())),
                std::net::IpAddr::V6(v6) => Some(v6.to_bits()),
            },
        }
    }

    /// The last sighting of each, oldest first.
    fn distinct(&self, seen: &Seen<'_>) -> Vec<Sighting> {
        let oldest = seen.second - self.window.seconds();
        let mut each: HashMap<u128, Sighting> = HashMap::new();
        for one in seen.history.recent().iter().filter(|one| one.last() > oldest) {
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
}

impl Detector for Rule {
    fn see(&mut self, seen: &Seen<'_>, found: &mut Vec<Finding>) {
        // Nearly every account has fewer addresses than the threshold, and then nothing is to be counted.
        if seen.history.recent().len() < self.distinct {
            return;
        }
        let each = self.distinct(seen);
        if each.len() < self.distinct {
            return;
        }
        found.push(Finding {
            account: seen.account,
            first: each.first().map(|one| Trace::from(one).at),
            value: count(each.len()),
            threshold: count(self.distinct),
            inputs: vec![("counted", format!("{:?}", self.of).to_lowercase())],
            traces: each.iter().map(Trace::from).collect(),
            ..Finding::default()
        });
    }

    fn keep(&self) -> Option<Keep> {
        Some(Keep { seconds: self.window.whole(), addresses: self.of == Of::Address })
    }

    fn size(&self) -> usize {
        0
    }
}
