//! Impossible travel: two right passwords so far apart that nobody could have gone from one place to the other in the time.
//!
//! The distance is what is left when both places lie in the most favourable spot of their uncertainty. A network that the
//! account has used on several days is no journey (a VPN, a phone whose provider brings it home from abroad).

use serde::Deserialize;
use toml::de::{Error, ValueDeserializer};

use super::{Added, Detector, Entry, Finding, Kind, Seen, count, whole};
use crate::alert::{Action, Family, Trace};
use crate::geo::least_km;
use crate::history::Sighting;
use crate::place::Place;
use crate::states::Few;
use crate::window::Window;

/// The detector's entry.
pub(super) const ENTRY: Entry =
    Entry { name: "travel", family: Family::Place, action: Action::Watch, wants: &[Kind::Success], new };

fn new() -> Box<dyn Detector> {
    Box::new(Travel::default())
}

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

/// The rules with the journeys of the accounts.
#[derive(Default)]
struct Travel {
    rules: Vec<(Rule, Few<Vec<Trace>>)>,
}

/// Seconds by which the clocks of two servers may differ.
const CLOCKS: i64 = 120;
/// Most journeys kept of one account.
const MAX_JUMPS: usize = 16;

impl Rule {
    fn problem(&self) -> Option<String> {
        if !(100.0..=40_000.0).contains(&self.speed) {
            return Some(format!("`speed` is {}; it goes from 100 to 40000", self.speed));
        }
        (!(1..=MAX_JUMPS).contains(&self.jumps) || self.places > self.jumps)
            .then(|| format!("`jumps` goes from 1 to {MAX_JUMPS} and `places` up to `jumps`"))
    }

    /// Kilometres an hour from the last place to this one, if it was too fast.
    fn too_fast(&self, last: &Sighting, seen: &Seen<'_>) -> Option<f64> {
        let distance = least_km(last.place(), seen.place);
        if distance < self.distance {
            return None;
        }
        let hours = whole((seen.second - last.last()).abs() + CLOCKS) / 3600.0;
        let speed = distance / hours;
        (speed > self.speed).then_some(speed)
    }

    /// Whether the journeys of the account are enough with this one.
    fn judge(&self, jumps: &mut Vec<Trace>, last: &Sighting, speed: f64, seen: &Seen<'_>) -> Option<Finding> {
        jumps.retain(|trace| seen.second - trace.at.at.as_second() < self.window.seconds());
        if jumps.len() >= MAX_JUMPS {
            jumps.remove(0);
        }
        jumps.push(seen.trace());
        let mut places: Vec<_> = jumps.iter().map(|trace| (trace.place.country, trace.place.network)).collect();
        places.sort_unstable();
        places.dedup();
        if jumps.len() < self.jumps || places.len() < self.places {
            return None;
        }
        let name = |place: Place| place.country.map_or_else(String::new, |country| country.to_string());
        let mut traces = vec![Trace::from(last)];
        traces.extend_from_slice(jumps);
        traces.sort_by_key(|trace| trace.at.at);
        Some(Finding {
            account: seen.account,
            first: traces.first().map(|trace| trace.at),
            value: speed.round(),
            threshold: self.speed,
            inputs: vec![
                ("from", name(last.place())),
                ("to", name(seen.place)),
                ("jumps", count(jumps.len()).to_string()),
            ],
            traces,
            ..Finding::default()
        })
    }
}

impl Detector for Travel {
    fn add(&mut self, value: ValueDeserializer<'_>) -> Result<Added, Error> {
        let rule = Rule::deserialize(value)?;
        let added = Added { window: rule.window, problem: rule.problem() };
        self.rules.push((rule, Few::default()));
        Ok(added)
    }

    fn see(&mut self, seen: &Seen<'_>, found: &mut Vec<Finding>) {
        let (Some(account), Some(last), Some(_)) = (seen.account, seen.previous, seen.place.country) else { return };
        // Nearly always the account is where it was.
        if last.country() == seen.place.country && seen.place.spot.is_none() {
            return;
        }
        for (number, (rule, jumps)) in self.rules.iter_mut().enumerate() {
            // A network known for long is no news; the way back home from a new one neither.
            if seen.is_known_for(rule.known_days) {
                continue;
            }
            let Some(speed) = rule.too_fast(&last, seen) else { continue };
            let finding = rule.judge(jumps.entry(account), &last, speed, seen);
            found.extend(finding.map(|finding| Finding { rule: number, ..finding }));
        }
    }

    fn size(&self) -> usize {
        let behind =
            |jumps: &Few<Vec<Trace>>| jumps.iter().map(|list| list.capacity() * size_of::<Trace>()).sum::<usize>();
        self.rules.iter().map(|(_, jumps)| jumps.size() + behind(jumps)).sum()
    }
}
