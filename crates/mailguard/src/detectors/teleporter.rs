//! The low-frequency teleporter: an account that is abroad for a moment now and then while its owner stays at home. Each
//! visit alone says little; over weeks they are a pattern.
//!
//! Three kinds: a far place and back in less than the journey takes (`excursion`); every week a country never seen before
//! (`country`); every week a network never seen before (`as`). In the latter two, too, the owner was at home around the visit.

use hashbrown::HashMap;
use serde::Deserialize;
use toml::de::{Error, ValueDeserializer};

use super::{Detector, Entry, Finding, Kind, Parsed, Seen, count, whole};
use crate::accounts::AccountId;
use crate::alert::{Action, Family, Trace};
use crate::geo::least_km;
use crate::history::Known;
use crate::window::Window;

/// The detector's entry.
pub(super) const ENTRY: Entry =
    Entry { name: "teleporter", family: Family::Place, action: Action::Watch, wants: &[Kind::Success], parse };

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Of {
    Excursion,
    Country,
    As,
}

/// The numbers of a rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    /// What kind of visit.
    of: Of,
    /// So many visits.
    visits: usize,
    /// At least so far from each other.
    apart: Window,
    /// Within this time.
    window: Window,
    /// The owner was at home within this time before and after.
    around: Window,
    /// Home is a network used on so many days.
    known_days: u16,
}

/// Kilometres an hour of a journey, its ways to the airports included.
const SPEED: f64 = 800.0;
/// Most visits kept of one account.
const MAX_VISITS: usize = 16;

/// The state of one account.
#[derive(Default)]
struct Account {
    /// A visit whose owner has not yet been seen at home again.
    open: Option<(Trace, Trace)>,
    visits: Vec<Trace>,
}

struct Teleporter {
    rule: Rule,
    accounts: HashMap<AccountId, Account>,
}

fn parse(value: ValueDeserializer<'_>) -> Result<Parsed, Error> {
    let rule = Rule::deserialize(value)?;
    let problem = (!(2..=MAX_VISITS).contains(&rule.visits))
        .then(|| format!("`visits` is {}; it goes from 2 to {MAX_VISITS}", rule.visits));
    Ok(Parsed { window: rule.window, detector: Box::new(Teleporter { rule, accounts: HashMap::new() }), problem })
}

impl Teleporter {
    fn is_home(&self, seen: &Seen<'_>) -> bool {
        seen.history.knows(seen.place).is_some_and(|known| known.days >= self.rule.known_days)
    }

    /// The last use from a known network, not too long ago.
    fn last_home(&self, seen: &Seen<'_>) -> Option<Trace> {
        let homes = seen.history.recent().iter().filter(|one| {
            one.last() <= seen.second
                && seen.second - one.last() <= self.rule.around.seconds()
                && seen.history.knows(one.place()).is_some_and(|known| known.days >= self.rule.known_days)
        });
        homes.max_by_key(|one| one.last()).map(Trace::from)
    }

    /// Whether this place is new in the way that the rule counts.
    fn is_new(&self, seen: &Seen<'_>) -> bool {
        let known = seen.history.known();
        match self.rule.of {
            Of::Excursion => true,
            Of::Country => !known.iter().any(|one: &Known| one.country == seen.place.country),
            Of::As => seen.place.network != 0 && !known.iter().any(|one| one.network == seen.place.network),
        }
    }

    /// Whether the owner cannot have gone there and back between the two uses at home.
    fn is_impossible(&self, visit: &Trace, before: &Trace, seen: &Seen<'_>) -> bool {
        let away = seen.second - before.at.at.as_second();
        if away > 2 * self.rule.around.seconds() {
            return false;
        }
        // A new network in the same country is no journey; that it comes every week is the sign.
        self.rule.of == Of::As || 2.0 * least_km(before.place, visit.place) / SPEED * 3600.0 > whole(away)
    }
}

impl Detector for Teleporter {
    fn see(&mut self, seen: &Seen<'_>, found: &mut Vec<Finding>) {
        let (Some(account), Some(_)) = (seen.account, seen.place.country) else { return };
        if !self.is_home(seen) {
            // Only accounts with a home have visits; the first visit of several in a row counts.
            if self.is_new(seen)
                && let Some(home) = self.last_home(seen)
            {
                let state = self.accounts.entry(account).or_default();
                state.open = state.open.or(Some((seen.trace(), home)));
            }
            return;
        }
        // Nearly no account has an open visit.
        let Some((visit, before)) = self.accounts.get_mut(&account).and_then(|state| state.open.take()) else { return };
        if !self.is_impossible(&visit, &before, seen) {
            return;
        }
        let Some(state) = self.accounts.get_mut(&account) else { return };
        let visited = visit.at.at.as_second();
        state.visits.retain(|old| visited - old.at.at.as_second() < self.rule.window.seconds());
        let apart = |last: &Trace| visited - last.at.at.as_second() >= self.rule.apart.seconds();
        if !state.visits.last().is_none_or(apart) {
            return;
        }
        if state.visits.len() >= MAX_VISITS {
            state.visits.remove(0);
        }
        state.visits.push(visit);
        if state.visits.len() < self.rule.visits {
            return;
        }
        found.push(Finding {
            account: Some(account),
            first: state.visits.first().map(|visit| visit.at),
            value: count(state.visits.len()),
            threshold: count(self.rule.visits),
            inputs: vec![("kind", format!("{:?}", self.rule.of).to_lowercase())],
            traces: state.visits.clone(),
            ..Finding::default()
        });
    }

    fn size(&self) -> usize {
        let visits: usize = self.accounts.values().map(|account| account.visits.capacity() * size_of::<Trace>()).sum();
        self.accounts.allocation_size() + visits
    }
}
