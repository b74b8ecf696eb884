//! A change of what is sent, with the right password, perhaps from the owner's own network: far more recipients in an hour
//! than ever, together with signs that a person's own sending does not have.
//!
//! The signs: many mails come back; the hour is one in which the account never sent; the network is new to it.

use hashbrown::HashMap;
use serde::Deserialize;
use toml::de::{Error, ValueDeserializer};

use super::pace::{Pace, span};
use super::{Detector, Entry, Finding, Kind, Parsed, Seen};
use crate::accounts::AccountId;
use crate::alert::{Action, Family, Trace};
use crate::event::Outcome;
use crate::window::Window;

/// The detector's entry.
pub(super) const ENTRY: Entry = Entry {
    name: "sending",
    family: Family::Sending,
    action: Action::Watch,
    wants: &[Kind::Mail, Kind::Recipient],
    parse,
};

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
    /// Deliveries and failures of the running span and the one before.
    ended: (u32, u32),
    first: Option<Trace>,
    strange: bool,
}

struct Sending {
    rule: Rule,
    accounts: HashMap<AccountId, Account>,
}

fn parse(value: ValueDeserializer<'_>) -> Result<Parsed, Error> {
    let rule = Rule::deserialize(value)?;
    let problem = if rule.times < 1.0 {
        Some("`times` is at least 1".to_owned())
    } else if rule.signs > 3 {
        Some("`signs` goes up to 3".to_owned())
    } else {
        None
    };
    Ok(Parsed { window: rule.window, detector: Box::new(Sending { rule, accounts: HashMap::new() }), problem })
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
        let near = [(hour + 23) % 24, hour, (hour + 1) % 24].iter().fold(0, |bits, hour| bits | 1 << hour);
        self.hours & near != 0
    }
}

impl Sending {
    /// Whether the account was used before its first days were over.
    fn has_learnt(&self, seen: &Seen<'_>) -> bool {
        let first = seen.history.known().iter().map(|known| i64::from(known.first)).min();
        first.is_some_and(|first| seen.second.div_euclid(86_400) - first >= i64::from(self.rule.learn_days))
    }

    fn mail(&mut self, seen: &Seen<'_>, account: AccountId, found: &mut Vec<Finding>) {
        let strange = seen.history.knows(seen.place).is_none_or(|known| known.days < self.rule.known_days);
        let state = self.accounts.entry(account).or_default();
        let now = state.pace.count(span(seen.second, self.rule.window.seconds()), seen.recipients);
        if now == seen.recipients {
            // A new span.
            (state.ended, state.first, state.strange) = ((0, 0), Some(seen.trace()), strange);
        }
        let known_hour = state.knows_hour(seen.second, i64::from(seen.event.zone.seconds()));
        state.strange |= strange;
        if now >= self.rule.least && self.has_learnt(seen) {
            self.judge(seen, account, !known_hour, found);
        }
    }

    fn judge(&mut self, seen: &Seen<'_>, account: AccountId, odd_hour: bool, found: &mut Vec<Finding>) {
        let Some(state) = self.accounts.get_mut(&account) else { return };
        let threshold = (f64::from(self.rule.times) * f64::from(state.pace.peak())).max(f64::from(self.rule.least));
        if f64::from(state.pace.now) < threshold {
            return;
        }
        let (ended, failed) = state.ended;
        let mut signs = Vec::new();
        if ended >= 20 && failed * 100 >= ended * self.rule.returned_percent {
            signs.push("returned");
        }
        if odd_hour {
            signs.push("hour");
        }
        if state.strange {
            signs.push("network");
        }
        if signs.len() < self.rule.signs {
            return;
        }
        found.push(Finding {
            account: Some(account),
            first: state.first.map(|trace| trace.at),
            value: f64::from(state.pace.now),
            threshold: threshold.round(),
            inputs: vec![("signs", signs.join(", ")), ("usual", format!("{:.0}", state.pace.peak()))],
            traces: state.first.into_iter().chain([seen.trace()]).collect(),
            ..Finding::default()
        });
    }
}

impl Detector for Sending {
    fn see(&mut self, seen: &Seen<'_>, found: &mut Vec<Finding>) {
        let Some(account) = seen.account else { return };
        if seen.kind == Kind::Mail {
            self.mail(seen, account, found);
            return;
        }
        let Some(state) = self.accounts.get_mut(&account) else { return };
        match seen.delivery {
            Some((_, Outcome::Sent)) => state.ended.0 += 1,
            Some((_, Outcome::Bounced)) => {
                state.ended = (state.ended.0 + 1, state.ended.1 + 1);
                // Bounces come after the mails: the sign may be complete only now.
                if state.pace.now >= self.rule.least && self.has_learnt(seen) {
                    self.judge(seen, account, false, found);
                }
            }
            _ => {}
        }
    }

    fn size(&self) -> usize {
        self.accounts.allocation_size()
    }
}
