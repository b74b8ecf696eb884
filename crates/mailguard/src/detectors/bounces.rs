//! Bounces. Of mails that the account sent: its list is bought, or somebody else sends (`hijack`). Of mails that it did not
//! send: its address was put on somebody else's spam (`joe-job`), and the flood fills its mailbox; the account is innocent.

use serde::Deserialize;
use toml::de::{Error, ValueDeserializer};

use super::{Added, Detector, Entry, Finding, Kind, Seen};
use crate::alert::{Action, Family, Trace};
use crate::event::Outcome;
use crate::history::Sighting;
use crate::join::Message;
use crate::states::Many;
use crate::window::Window;

/// The detector's entry.
pub(super) const ENTRY: Entry = Entry {
    name: "bounces",
    family: Family::Sending,
    action: Action::Watch,
    wants: &[Kind::Recipient, Kind::Returned],
    new,
};

fn new() -> Box<dyn Detector> {
    Box::new(Bounces::default())
}

/// Whose mails came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Of {
    Hijack,
    JoeJob,
}

/// The numbers of a rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    /// Whose mails.
    of: Of,
    /// So many bounces.
    bounces: u32,
    /// And such a share of the deliveries, in percent; for mails of others it means nothing.
    percent: u32,
    /// Within this time.
    window: Window,
}

/// One account's running window.
#[derive(Default)]
struct Account {
    /// The first delivery in it.
    first: Sighting,
    ended: u32,
    bounced: u32,
}

/// The rules with the windows of the accounts.
#[derive(Default)]
struct Bounces {
    rules: Vec<(Rule, Many<Account>)>,
}

impl Rule {
    /// Whether this happening counts, and whether it is a bounce.
    fn counts(&self, seen: &Seen<'_>) -> Option<bool> {
        match (self.of, seen.kind, seen.delivery) {
            (Of::Hijack, Kind::Recipient, Some((_, outcome))) => {
                (outcome != Outcome::Deferred).then_some(outcome == Outcome::Bounced)
            }
            (Of::JoeJob, Kind::Returned, _) => Some(true),
            _ => None,
        }
    }

    fn judge(&self, state: &Account, seen: &Seen<'_>) -> Option<Finding> {
        let share = u64::from(state.bounced) * 100 >= u64::from(state.ended) * u64::from(self.percent);
        let kind = if self.of == Of::Hijack { "hijack" } else { "joe-job" };
        (state.bounced >= self.bounces && share).then(|| Finding {
            account: seen.account,
            first: Some(Trace::from(&state.first).at),
            value: f64::from(state.bounced),
            threshold: f64::from(self.bounces),
            inputs: vec![("kind", kind.to_owned()), ("ended", state.ended.to_string())],
            traces: seen.message.and_then(Message::trace).into_iter().chain([seen.trace()]).collect(),
            ..Finding::default()
        })
    }
}

impl Detector for Bounces {
    fn add(&mut self, value: ValueDeserializer<'_>) -> Result<Added, Error> {
        let rule = Rule::deserialize(value)?;
        let problem = (rule.bounces == 0 || rule.percent > 100)
            .then(|| "`bounces` is at least 1 and `percent` at most 100".to_owned());
        let added = Added { window: rule.window, problem };
        self.rules.push((rule, Many::default()));
        Ok(added)
    }

    fn see(&mut self, seen: &Seen<'_>, found: &mut Vec<Finding>) {
        let Some(account) = seen.account else { return };
        for (number, (rule, accounts)) in self.rules.iter_mut().enumerate() {
            let Some(bounced) = rule.counts(seen) else { continue };
            let state = accounts.entry(account);
            if state.ended == 0 || seen.second - state.first.last() >= rule.window.seconds() {
                *state = Account { first: seen.sighting(), ended: 0, bounced: 0 };
            }
            state.ended += 1;
            state.bounced += u32::from(bounced);
            if bounced {
                found.extend(rule.judge(state, seen).map(|finding| Finding { rule: number, ..finding }));
            }
        }
    }

    fn size(&self) -> usize {
        self.rules.iter().map(|(_, accounts)| accounts.size()).sum()
    }
}
