//! Impossible travel: two right passwords so far apart that nobody could have gone from one place to the other in the time.
//!
//! The distance is what is left when both places lie in the most favourable spot of their uncertainty. A network that the
//! account has used on several days is no journey (a VPN, a phone whose provider brings it home from abroad).

use hashbrown::HashMap;
use serde::Deserialize;
use toml::de::{Error, ValueDeserializer};

use super::{Detector, Entry, Finding, Kind, Parsed, Seen, count, whole};
use crate::accounts::AccountId;
use crate::alert::{Action, Family, Trace};
use crate::geo::least_km;
use crate::history::Sighting;
use crate::place::Place;
use crate::window::Window;

/// The detector's entry.
pub(super) const ENTRY: Entry =
    Entry { name: "travel", family: Family::Place, action: Action::Watch, wants: &[Kind::Success], parse };

/// The numbers of a rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    /// Kilometres an hour that a traveller may make from door to door.
    speed: f64,
    /// Shorter distances are no sign.
    distance: f64,
    /// So many impossible journeys.
    jumps: usize,
    /// To so many different countries or networks that are new to the account.
    places: usize,
    /// Within this time.
    window: Window,
    /// A network is known when it was used on so many days.
    known_days: u16,
}

/// The journeys of the accounts.
struct Travel {
    rule: Rule,
    jumps: HashMap<AccountId, Vec<(Trace, f64)>>,
}

/// Seconds by which the clocks of two servers may differ.
const CLOCKS: i64 = 120;
/// Most journeys kept of one account.
const MAX_JUMPS: usize = 16;

fn parse(value: ValueDeserializer<'_>) -> Result<Parsed, Error> {
    let rule = Rule::deserialize(value)?;
    let problem = if !(100.0..=40_000.0).contains(&rule.speed) {
        Some(format!("`speed` is {}; it goes from 100 to 40000", rule.speed))
    } else if !(1..=MAX_JUMPS).contains(&rule.jumps) || rule.places > rule.jumps {
        Some(format!("`jumps` goes from 1 to {MAX_JUMPS} and `places` up to `jumps`"))
    } else {
        None
    };
    Ok(Parsed { window: rule.window, detector: Box::new(Travel { rule, jumps: HashMap::new() }), problem })
}

impl Travel {
    /// Kilometres an hour from the last place to this one, if it was too fast.
    fn too_fast(&self, last: &Sighting, seen: &Seen<'_>) -> Option<f64> {
        let distance = least_km(last.place(), seen.place);
        if distance < self.rule.distance {
            return None;
        }
        let hours = whole((seen.second - last.last()).abs() + CLOCKS) / 3600.0;
        let speed = distance / hours;
        (speed > self.rule.speed).then_some(speed)
    }

    fn knows(&self, seen: &Seen<'_>, place: Place) -> bool {
        seen.history.knows(place).is_some_and(|known| known.days >= self.rule.known_days)
    }
}

impl Detector for Travel {
    fn see(&mut self, seen: &Seen<'_>, found: &mut Vec<Finding>) {
        let (Some(account), Some(last), Some(_)) = (seen.account, seen.previous, seen.place.country) else { return };
        // Nearly always the account is where it was.
        if last.country() == seen.place.country && seen.place.spot.is_none() {
            return;
        }
        let Some(speed) = self.too_fast(&last, seen) else { return };
        // A network known for long is no news; the way back home from a new one neither.
        if self.knows(seen, seen.place) {
            return;
        }
        let jumps = self.jumps.entry(account).or_default();
        jumps.retain(|(trace, _)| seen.second - trace.at.at.as_second() < self.rule.window.seconds());
        if jumps.len() >= MAX_JUMPS {
            jumps.remove(0);
        }
        jumps.push((seen.trace(), speed));
        let mut places: Vec<_> = jumps.iter().map(|(trace, _)| (trace.place.country, trace.place.network)).collect();
        places.sort_unstable();
        places.dedup();
        if jumps.len() < self.rule.jumps || places.len() < self.rule.places {
            return;
        }
        let name = |place: Place| place.country.map_or_else(String::new, |country| country.to_string());
        let mut traces = vec![Trace::from(&last)];
        traces.extend(jumps.iter().map(|(trace, _)| *trace));
        traces.sort_by_key(|trace| trace.at.at);
        found.push(Finding {
            account: Some(account),
            first: traces.first().map(|trace| trace.at),
            value: speed.round(),
            threshold: self.rule.speed,
            inputs: vec![
                ("from", name(last.place())),
                ("to", name(seen.place)),
                ("jumps", count(jumps.len()).to_string()),
            ],
            traces,
            ..Finding::default()
        });
    }

    fn size(&self) -> usize {
        self.jumps.allocation_size()
    }
}
