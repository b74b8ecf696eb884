//! The low-frequency teleporter: an account that is abroad for a moment now and then while its owner stays at home. Each
//! visit alone says little; over weeks they are a pattern.
//!
//! Three kinds: a far place and back in less than the journey takes (`excursion`); every week a country never seen before
//! (`country`); every week a network never seen before (`as`). In the latter two, too, the owner was at home around the visit.

use serde::Deserialize;
use toml::de::{Error, ValueDeserializer};

use super::{Added, Detector, Entry, Finding, Kind, Seen, count, whole};
use crate::accounts::AccountId;
use crate::alert::{Action, Family, Trace};
use crate::geo::least_km;
use crate::history::Known;
use crate::states::Few;
use crate::window::Window;

/// The detector's entry.
pub(super) const ENTRY: Entry =
    Entry { name: "teleporter", family: Family::Place, action: Action::Watch, wants: &[Kind::Success], new };

fn new() -> Box<dyn Detector> {
    Box::new(Teleporter::default())
}

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

/// The visits of the accounts.
#[derive(Default)]
struct Visits {
    /// Those whose owner has not yet been seen at home again, with the last use at home before.
    open: Few<Option<(Trace, Trace)>>,
    made: Few<Vec<Trace>>,
}

/// The rules with the visits.
#[derive(Default)]
struct Teleporter {
    rules: Vec<(Rule, Visits)>,
}

impl Rule {
    /// The last use from a known network, not too long ago.
    fn last_home(&self, seen: &Seen<'_>) -> Option<Trace> {
        let homes = seen.history().recent.iter().filter(|one| {
            one.last() <= seen.second
                && seen.second - one.last() <= self.around.seconds()
                && seen.history().knows(one.place()).is_some_and(|known| known.days >= self.known_days)
        });
        homes.max_by_key(|one| one.last()).map(Trace::from)
    }

    /// Whether this place is new in the way that the rule counts.
    fn is_new(&self, seen: &Seen<'_>) -> bool {
        let known = seen.history().known;
        match self.of {
            Of::Excursion => true,
            Of::Country => !known.iter().any(|one: &Known| one.country == seen.place.country),
            Of::As => seen.place.network != 0 && !known.iter().any(|one| one.network == seen.place.network),
        }
    }

    /// Whether the owner cannot have gone there and back between the two uses at home.
    fn is_impossible(&self, visit: &Trace, before: &Trace, seen: &Seen<'_>) -> bool {
        let away = seen.second - before.at.at.as_second();
        if away > 2 * self.around.seconds() {
            return false;
        }
        // A new network in the same country is no journey; that it comes every week is the sign.
        self.of == Of::As || 2.0 * least_km(before.place, visit.place) / SPEED * 3600.0 > whole(away)
    }

    /// At home again: the visit that was open is one more, if the owner cannot have made it.
    fn judge(&self, visits: &mut Visits, account: AccountId, seen: &Seen<'_>) -> Option<Finding> {
        let (visit, before) = visits.open.take(account)??;
        if !self.is_impossible(&visit, &before, seen) {
            return None;
        }
        let made = visits.made.entry(account);
        let visited = visit.at.at.as_second();
        made.retain(|old| visited - old.at.at.as_second() < self.window.seconds());
        let apart = |last: &Trace| visited - last.at.at.as_second() >= self.apart.seconds();
        if !made.last().is_none_or(apart) {
            return None;
        }
        if made.len() >= MAX_VISITS {
            made.remove(0);
        }
        made.push(visit);
        (made.len() >= self.visits).then(|| Finding {
            account: seen.account,
            first: made.first().map(|visit| visit.at),
            value: count(made.len()),
            threshold: count(self.visits),
            inputs: vec![("kind", format!("{:?}", self.of).to_lowercase())],
            traces: made.clone(),
            ..Finding::default()
        })
    }
}

impl Detector for Teleporter {
    fn add(&mut self, value: ValueDeserializer<'_>) -> Result<Added, Error> {
        let rule = Rule::deserialize(value)?;
        let problem = (!(2..=MAX_VISITS).contains(&rule.visits))
            .then(|| format!("`visits` is {}; it goes from 2 to {MAX_VISITS}", rule.visits));
        let added = Added { window: rule.window, problem };
        self.rules.push((rule, Visits::default()));
        Ok(added)
    }

    fn see(&mut self, seen: &Seen<'_>, found: &mut Vec<Finding>) {
        let (Some(account), Some(_)) = (seen.account, seen.place.country) else { return };
        for (number, (rule, visits)) in self.rules.iter_mut().enumerate() {
            if seen.is_known_for(rule.known_days) {
                // Nearly no account has an open visit.
                let finding = rule.judge(visits, account, seen);
                found.extend(finding.map(|finding| Finding { rule: number, ..finding }));
            } else if rule.is_new(seen)
                && let Some(home) = rule.last_home(seen)
            {
                // Only accounts with a home have visits; the first visit of several in a row counts.
                visits.open.entry(account).get_or_insert((seen.trace(), home));
            }
        }
    }

    fn size(&self) -> usize {
        let of = |visits: &Visits| {
            let behind = visits.made.iter().map(|made| made.capacity() * size_of::<Trace>()).sum::<usize>();
            visits.open.size() + visits.made.size() + behind
        };
        self.rules.iter().map(|(_, visits)| of(visits)).sum()
    }
}
