//! A change of what is sent, with the right password, perhaps from the owner's own network: far more recipients in an hour
//! than ever, together with signs that a person's own sending does not have.
//!
//! The signs: many mails come back; the hour is one in which the account never sent; the network is new to it.

use serde::Deserialize;
use toml::de::{Error, ValueDeserializer};

use super::pace::{Pace, span};
use super::{Added, Detector, Entry, Finding, Kind, Seen};
use crate::alert::{Action, Family, Trace};
use crate::event::Outcome;
use crate::history::Sighting;
use crate::states::Many;
use crate::window::Window;

/// The detector's entry.
pub(super) const ENTRY: Entry = Entry {
    name: "sending",
    family: Family::Sending,
    action: Action::Watch,
    wants: &[Kind::Mail, Kind::Recipient],
    new,
};

fn new() -> Box<dyn Detector> {
    Box::new(Sending::default())
}

/// The numbers of a rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    /// Fewer recipients are never reported.
    least: u32,
    /// So many times the highest number of recipients before.
    times: f32,
    /// The span in which they are counted.
    window: Window,
    /// So many of the signs.
    signs: usize,
    /// Share of the deliveries that failed for good, from which on they are a sign, in percent.
    returned_percent: u32,
    /// A network is known when it was used on so many days.
    known_days: u16,
    /// Nothing is said about an account in its first days, when everything about it is new.
    learn_days: u16,
}

/// What is known of one account's sending.
#[derive(Default)]
struct Account {
    pace: Pace,
    /// One bit for each hour of the day in which it sent on an earlier day.
    hours: u32,
    /// Hours of the running day, which are learnt when it is over.
    today: (u32, u32),
    /// Deliveries and failures of the running span.
    ended: (u32, u32),
    /// The first mail of the running span.
    first: Sighting,
    /// Whether a mail of the running span came from a network that is new to the account.
    strange: bool,
}

/// What rules of one span and one idea of a known network count together.
struct Meter {
    window: Window,
    known_days: u16,
    accounts: Many<Account>,
    rules: Vec<(usize, Rule)>,
}

/// The meters.
#[derive(Default)]
struct Sending {
    meters: Vec<Meter>,
    rules: usize,
}

impl Account {
    /// Whether the account sent at this hour on an earlier day, or within an hour of it.
    fn knows_hour(&mut self, second: i64, offset: i64) -> bool {
        let local = second + offset;
        let (day, hour) = (span(local, 86_400), u32::try_from(local.rem_euclid(86_400) / 3600).unwrap_or(0));
        if day != self.today.0 {
            self.hours |= self.today.1;
            self.today = (day, 0);
        }
        self.today.1 |= 1 << hour;
        let near = 1 << ((hour + 23) % 24) | 1 << hour | 1 << ((hour + 1) % 24);
        self.hours & near != 0
    }

    /// Counts a mail; returns whether its hour is one in which the account never sent.
    fn mail(&mut self, seen: &Seen<'_>, window: Window, known_days: u16) -> bool {
        let strange = !seen.is_known_for(known_days);
        let now = self.pace.count(span(seen.second, window.seconds()), seen.recipients);
        if now == seen.recipients {
            // A new span.
            (self.ended, self.first, self.strange) = ((0, 0), seen.sighting(), strange);
        }
        self.strange |= strange;
        !self.knows_hour(seen.second, i64::from(seen.event.zone.seconds()))
    }
}

impl Rule {
    fn problem(&self) -> Option<String> {
        if self.times < 1.0 {
            return Some("`times` is at least 1".to_owned());
        }
        (self.signs > 3).then(|| "`signs` goes up to 3".to_owned())
    }

    /// Whether the account was used before its first days were over.
    fn has_learnt(&self, seen: &Seen<'_>) -> bool {
        let first = seen.history().known.iter().map(|known| i64::from(known.first)).min();
        first.is_some_and(|first| seen.second.div_euclid(86_400) - first >= i64::from(self.learn_days))
    }

    fn judge(&self, state: &Account, odd_hour: bool, seen: &Seen<'_>) -> Option<Finding> {
        if state.pace.now < self.least {
            return None;
        }
        let threshold = (f64::from(self.times) * f64::from(state.pace.peak())).max(f64::from(self.least));
        if f64::from(state.pace.now) < threshold || !self.has_learnt(seen) {
            return None;
        }
        let (ended, failed) = state.ended;
        let returned = ended >= 20 && failed * 100 >= ended * self.returned_percent;
        let signs = [(returned, "returned"), (odd_hour, "hour"), (state.strange, "network")];
        if signs.iter().filter(|(given, _)| *given).count() < self.signs {
            return None;
        }
        let signs: Vec<&str> = signs.into_iter().filter_map(|(given, name)| given.then_some(name)).collect();
        let first = Trace::from(&state.first);
        Some(Finding {
            account: seen.account,
            first: Some(first.at),
            value: f64::from(state.pace.now),
            threshold: threshold.round(),
            inputs: vec![("signs", signs.join(", ")), ("usual", format!("{:.0}", state.pace.peak()))],
            traces: vec![first, seen.trace()],
            ..Finding::default()
        })
    }
}

impl Detector for Sending {
    fn add(&mut self, value: ValueDeserializer<'_>) -> Result<Added, Error> {
        let rule = Rule::deserialize(value)?;
        let added = Added { window: rule.window, problem: rule.problem() };
        let (window, known_days) = (rule.window, rule.known_days);
        let like = |meter: &Meter| meter.window == window && meter.known_days == known_days;
        let at = self.meters.iter().position(like).unwrap_or_else(|| {
            self.meters.push(Meter { window, known_days, accounts: Many::default(), rules: Vec::new() });
            self.meters.len() - 1
        });
        self.meters[at].rules.push((self.rules, rule));
        self.rules += 1;
        Ok(added)
    }

    fn see(&mut self, seen: &Seen<'_>, found: &mut Vec<Finding>) {
        let Some(account) = seen.account else { return };
        for meter in &mut self.meters {
            let (state, odd_hour) = if seen.kind == Kind::Mail {
                let state = meter.accounts.entry(account);
                let odd_hour = state.mail(seen, meter.window, meter.known_days);
                (state, odd_hour)
            } else {
                let Some(state) = meter.accounts.get_mut(account) else { continue };
                match seen.delivery {
                    Some((_, Outcome::Sent)) => state.ended.0 += 1,
                    Some((_, Outcome::Bounced)) => state.ended = (state.ended.0 + 1, state.ended.1 + 1),
                    _ => {}
                }
                // Bounces come after the mails: the sign may be complete only now.
                if !matches!(seen.delivery, Some((_, Outcome::Bounced))) {
                    continue;
                }
                (state, false)
            };
            for (number, rule) in &meter.rules {
                found.extend(rule.judge(state, odd_hour, seen).map(|finding| Finding { rule: *number, ..finding }));
            }
        }
    }

    fn size(&self) -> usize {
        self.meters.iter().map(|meter| meter.accounts.size()).sum()
    }
}
