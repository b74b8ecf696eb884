//! Several independent signs about one account: each may have an innocent reason, all at once hardly.

use serde::Deserialize;
use toml::de::{Error, ValueDeserializer};

use super::{Added, Detector, Entry, Finding, Seen, count};
use crate::accounts::AccountId;
use crate::alert::{Action, Alert, Family, Moment};
use crate::states::Few;
use crate::window::Window;

/// The detector's entry.
pub(super) const ENTRY: Entry = Entry { name: "joint", family: Family::Joint, action: Action::Lock, wants: &[], new };

fn new() -> Box<dyn Detector> {
    Box::new(Joint::default())
}

/// The numbers of a rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    /// So many different families of signs.
    families: usize,
    /// Within this time.
    window: Window,
}

/// A sign that was heard of.
struct Heard {
    at: Moment,
    family: Family,
    rule: String,
}

/// The rules with what was heard of accounts.
#[derive(Default)]
struct Joint {
    rules: Vec<(Rule, Few<Vec<Heard>>)>,
}

/// Most signs kept of one account.
const MAX_HEARD: usize = 16;

impl Rule {
    fn judge(&self, heard: &mut Vec<Heard>, alert: &Alert, seen: &Seen<'_>) -> Option<Finding> {
        heard.retain(|one| seen.second - one.at.at.as_second() < self.window.seconds());
        if heard.len() >= MAX_HEARD {
            heard.remove(0);
        }
        heard.push(Heard { at: alert.at, family: alert.family, rule: alert.rule.clone() });
        let mut families: Vec<Family> = heard.iter().map(|one| one.family).collect();
        families.sort_unstable();
        families.dedup();
        if families.len() < self.families {
            return None;
        }
        let mut rules: Vec<&str> = heard.iter().map(|one| one.rule.as_str()).collect();
        rules.sort_unstable();
        rules.dedup();
        Some(Finding {
            first: heard.first().map(|one| one.at),
            value: count(families.len()),
            threshold: count(self.families),
            inputs: vec![("rules", rules.join(", "))],
            traces: vec![seen.trace()],
            ..Finding::default()
        })
    }
}

impl Detector for Joint {
    fn add(&mut self, value: ValueDeserializer<'_>) -> Result<Added, Error> {
        let rule = Rule::deserialize(value)?;
        let problem = (!(2..=4).contains(&rule.families)).then(|| "`families` goes from 2 to 4".to_owned());
        let added = Added { window: rule.window, problem };
        self.rules.push((rule, Few::default()));
        Ok(added)
    }

    fn see(&mut self, _: &Seen<'_>, _: &mut Vec<Finding>) {}

    fn hear(&mut self, alert: &Alert, account: AccountId, seen: &Seen<'_>, found: &mut Vec<Finding>) {
        // A victim of somebody else's spam, or of tries that all failed, is not suspect.
        let innocent =
            alert.inputs.iter().any(|(name, value)| *name == "kind" && matches!(value.as_str(), "joe-job" | "target"));
        if alert.family == Family::Joint || innocent {
            return;
        }
        for (number, (rule, accounts)) in self.rules.iter_mut().enumerate() {
            let finding = rule.judge(accounts.entry(account), alert, seen);
            found.extend(finding.map(|finding| Finding { rule: number, account: Some(account), ..finding }));
        }
    }

    fn size(&self) -> usize {
        self.rules.iter().map(|(_, accounts)| accounts.size()).sum()
    }
}
