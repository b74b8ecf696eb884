//! Ping-pong: an account that changes again and again between two far places, faster than anyone travels. If both are known
//! for long, two people may share it; if one is new, somebody else has the password.

use hashbrown::HashMap;
use serde::Deserialize;
use toml::de::{Error, ValueDeserializer};

use super::{Detector, Entry, Finding, Kind, Parsed, Seen, count};
use crate::accounts::AccountId;
use crate::alert::{Action, Family, Trace};
use crate::geo::least_km;
use crate::window::Window;

/// The detector's entry.
pub(super) const ENTRY: Entry =
    Entry { name: "ping_pong", family: Family::Place, action: Action::Watch, wants: &[Kind::Success], parse };

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

struct PingPong {
    rule: Rule,
    changes: HashMap<AccountId, Vec<Trace>>,
}

fn parse(value: ValueDeserializer<'_>) -> Result<Parsed, Error> {
    let rule = Rule::deserialize(value)?;
    let problem = (!(2..=MAX_CHANGES).contains(&rule.changes))
        .then(|| format!("`changes` is {}; it goes from 2 to {MAX_CHANGES}", rule.changes));
    let window = rule.window;
    Ok(Parsed { window, detector: Box::new(PingPong { rule, changes: HashMap::new() }), problem })
}

impl Detector for PingPong {
    fn see(&mut self, seen: &Seen<'_>, found: &mut Vec<Finding>) {
        let (Some(account), Some(last), Some(_)) = (seen.account, seen.previous, seen.place.country) else { return };
        let last = Trace::from(&last);
        if last.place.country == seen.place.country && seen.place.spot.is_none()
            || least_km(last.place, seen.place) < self.rule.distance
        {
            return;
        }
        let changes = self.changes.entry(account).or_default();
        let before = changes.last().map_or(last, |change| *change);
        // A change to a third place, or a slow one, begins anew.
        let goes_on = changes.len() < 2 || changes[changes.len() - 2].place.country == seen.place.country;
        let quick = seen.second - before.at.at.as_second() <= self.rule.within.seconds();
        if !goes_on || !quick {
            changes.clear();
        }
        if changes.is_empty() {
            changes.push(last);
        }
        changes.push(seen.trace());
        changes.retain(|change| seen.second - change.at.at.as_second() < self.rule.window.seconds());
        if changes.len() > MAX_CHANGES {
            changes.remove(0);
        }
        let made = changes.len().saturating_sub(1);
        if made < self.rule.changes {
            return;
        }
        let known =
            |trace: &Trace| seen.history.knows(trace.place).is_some_and(|known| known.days >= self.rule.known_days);
        let hypothesis = if known(&last) && known(&seen.trace()) { "shared" } else { "stolen" };
        found.push(Finding {
            account: Some(account),
            first: changes.first().map(|change| change.at),
            value: count(made),
            threshold: count(self.rule.changes),
            inputs: vec![("hypothesis", hypothesis.to_owned())],
            traces: changes.clone(),
            ..Finding::default()
        });
    }

    fn size(&self) -> usize {
        self.changes.allocation_size()
    }
}
