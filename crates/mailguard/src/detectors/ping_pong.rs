//! Ping-pong: an account that changes again and again between two far places, faster than anyone travels. If both are known
//! for long, two people may share it; if one is new, somebody else has the password.

use serde::Deserialize;
use toml::de::{Error, ValueDeserializer};

use super::{Added, Detector, Entry, Finding, Kind, Seen, count};
use crate::alert::{Action, Family, Trace};
use crate::geo::least_km;
use crate::states::Few;
use crate::window::Window;

/// The detector's entry.
pub(super) const ENTRY: Entry =
    Entry { name: "ping_pong", family: Family::Place, action: Action::Watch, wants: &[Kind::Success], new };

fn new() -> Box<dyn Detector> {
    Box::new(PingPong::default())
}

/// The numbers of a rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    /// So many changes.
    changes: usize,
    /// Over at least so many kilometres.
    distance: f64,
    /// Each within this time of the one before.
    within: Window,
    /// All within this time.
    window: Window,
    /// A place is known when it was used on so many days.
    known_days: u16,
}

/// Most changes kept of one account.
const MAX_CHANGES: usize = 16;

/// The rules with the changes of the accounts.
#[derive(Default)]
struct PingPong {
    rules: Vec<(Rule, Few<Vec<Trace>>)>,
}

impl Rule {
    /// Whether this change, among those before it, is the one too many.
    fn judge(&self, changes: &mut Vec<Trace>, last: Trace, seen: &Seen<'_>) -> Option<Finding> {
        let before = changes.last().map_or(last, |change| *change);
        // A change to a third place, or a slow one, begins anew.
        let goes_on = changes.len() < 2 || changes[changes.len() - 2].place.country == seen.place.country;
        let quick = seen.second - before.at.at.as_second() <= self.within.seconds();
        if !goes_on || !quick {
            changes.clear();
        }
        if changes.is_empty() {
            changes.push(last);
        }
        changes.push(seen.trace());
        changes.retain(|change| seen.second - change.at.at.as_second() < self.window.seconds());
        if changes.len() > MAX_CHANGES {
            changes.remove(0);
        }
        let made = changes.len().saturating_sub(1);
        if made < self.changes {
            return None;
        }
        let known =
            |trace: &Trace| seen.history().knows(trace.place).is_some_and(|known| known.days >= self.known_days);
        let hypothesis = if known(&last) && known(&seen.trace()) { "shared" } else { "stolen" };
        Some(Finding {
            account: seen.account,
            first: changes.first().map(|change| change.at),
            value: count(made),
            threshold: count(self.changes),
            inputs: vec![("hypothesis", hypothesis.to_owned())],
            traces: changes.clone(),
            ..Finding::default()
        })
    }
}

impl Detector for PingPong {
    fn add(&mut self, value: ValueDeserializer<'_>) -> Result<Added, Error> {
        let rule = Rule::deserialize(value)?;
        let problem = (!(2..=MAX_CHANGES).contains(&rule.changes))
            .then(|| format!("`changes` is {}; it goes from 2 to {MAX_CHANGES}", rule.changes));
        let added = Added { window: rule.window, problem };
        self.rules.push((rule, Few::default()));
        Ok(added)
    }

    fn see(&mut self, seen: &Seen<'_>, found: &mut Vec<Finding>) {
        let (Some(account), Some(last), Some(_)) = (seen.account, seen.previous, seen.place.country) else { return };
        if last.country() == seen.place.country && seen.place.spot.is_none() {
            return;
        }
        let last = Trace::from(&last);
        let distance = least_km(last.place, seen.place);
        for (number, (rule, changes)) in self.rules.iter_mut().enumerate() {
            if distance >= rule.distance {
                let finding = rule.judge(changes.entry(account), last, seen);
                found.extend(finding.map(|finding| Finding { rule: number, ..finding }));
            }
        }
    }

    fn size(&self) -> usize {
        let behind =
            |changes: &Few<Vec<Trace>>| changes.iter().map(|list| list.capacity() * size_of::<Trace>()).sum::<usize>();
        self.rules.iter().map(|(_, changes)| changes.size() + behind(changes)).sum()
    }
}
