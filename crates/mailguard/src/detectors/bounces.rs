//! Bounces. Of mails that the account sent: its list is bought, or somebody else sends (`hijack`). Of mails that it did not
//! send: its address was put on somebody else's spam (`joe-job`), and the flood fills its mailbox; the account is innocent.

use hashbrown::HashMap;
use serde::Deserialize;
use toml::de::{Error, ValueDeserializer};

use super::{Detector, Entry, Finding, Kind, Parsed, Seen};
use crate::accounts::AccountId;
use crate::alert::{Action, Family, Trace};
use crate::event::Outcome;
use crate::window::Window;

/// The detector's entry.
pub(super) const ENTRY: Entry = Entry {
    name: "bounces",
    family: Family::Sending,
    action: Action::Watch,
    wants: &[Kind::Recipient, Kind::Returned],
    parse,
};

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
#[derive(Clone, Copy)]
struct Account {
    since: i64,
    ended: u32,
    bounced: u32,
    first: Trace,
}

struct Bounces {
    rule: Rule,
    accounts: HashMap<AccountId, Account>,
}

fn parse(value: ValueDeserializer<'_>) -> Result<Parsed, Error> {
    let rule = Rule::deserialize(value)?;
    let problem = (rule.bounces == 0 || rule.percent > 100)
        .then(|| "`bounces` is at least 1 and `percent` at most 100".to_owned());
    Ok(Parsed { window: rule.window, detector: Box::new(Bounces { rule, accounts: HashMap::new() }), problem })
}

impl Detector for Bounces {
    fn see(&mut self, seen: &Seen<'_>, found: &mut Vec<Finding>) {
        let Some(account) = seen.account else { return };
        let (counts, bounced) = match (self.rule.of, seen.kind, seen.delivery) {
            (Of::Hijack, Kind::Recipient, Some((_, outcome))) => {
                (outcome != Outcome::Deferred, outcome == Outcome::Bounced)
            }
            (Of::JoeJob, Kind::Returned, _) => (true, true),
            _ => (false, false),
        };
        if !counts {
            return;
        }
        let fresh = Account { since: seen.second, ended: 0, bounced: 0, first: seen.trace() };
        let state = self.accounts.entry(account).or_insert(fresh);
        if seen.second - state.since >= self.rule.window.seconds() {
            *state = fresh;
        }
        state.ended += 1;
        state.bounced += u32::from(bounced);
        let share = u64::from(state.bounced) * 100 >= u64::from(state.ended) * u64::from(self.rule.percent);
        if bounced && state.bounced >= self.rule.bounces && share {
            let kind = if self.rule.of == Of::Hijack { "hijack" } else { "joe-job" };
            found.push(Finding {
                account: Some(account),
                first: Some(state.first.at),
                value: f64::from(state.bounced),
                threshold: f64::from(self.rule.bounces),
                inputs: vec![("kind", kind.to_owned()), ("ended", state.ended.to_string())],
                traces: seen.message.and_then(|message| message.trace).into_iter().chain([seen.trace()]).collect(),
                ..Finding::default()
            });
        }
    }

    fn size(&self) -> usize {
        self.accounts.allocation_size()
    }
}
