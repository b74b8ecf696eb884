//! Several independent signs about one account: each may have an innocent reason, all at once hardly.

use hashbrown::HashMap;
use serde::Deserialize;
use toml::de::{Error, ValueDeserializer};

use super::{Detector, Entry, Finding, Parsed, Seen, count};
use crate::accounts::AccountId;
use crate::alert::{Action, Alert, Family, Moment};
use crate::window::Window;

/// The detector's entry.
pub(super) const ENTRY: Entry = Entry { name: "joint", family: Family::Joint, action: Action::Lock, wants: &[], parse };

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

struct Joint {
    rule: Rule,
    accounts: HashMap<AccountId, Vec<Heard>>,
}

/// Most signs kept of one account.
const MAX_HEARD: usize = 16;

fn parse(value: ValueDeserializer<'_>) -> Result<Parsed, Error> {
    let rule = Rule::deserialize(value)?;
    let problem = (!(2..=4).contains(&rule.families)).then(|| "`families` goes from 2 to 4".to_owned());
    Ok(Parsed { window: rule.window, detector: Box::new(Joint { rule, accounts: HashMap::new() }), problem })
}

impl Detector for Joint {
    fn see(&mut self, _: &Seen<'_>, _: &mut Vec<Finding>) {}

    fn hear(&mut self, alert: &Alert, account: AccountId, seen: &Seen<'_>, found: &mut Vec<Finding>) {
        // A victim of somebody else's spam, or of tries that all failed, is not suspect.
        let innocent =
            alert.inputs.iter().any(|(name, value)| *name == "kind" && matches!(value.as_str(), "joe-job" | "target"));
        if alert.family == Family::Joint || innocent {
            return;
        }
        let heard = self.accounts.entry(account).or_default();
        heard.retain(|one| seen.second - one.at.at.as_second() < self.rule.window.seconds());
        if heard.len() >= MAX_HEARD {
            heard.remove(0);
        }
        heard.push(Heard { at: alert.at, family: alert.family, rule: alert.rule.clone() });
        let mut families: Vec<Family> = heard.iter().map(|one| one.family).collect();
        families.sort_unstable();
        families.dedup();
        if families.len() < self.rule.families {
            return;
        }
        let mut rules: Vec<&str> = heard.iter().map(|one| one.rule.as_str()).collect();
        rules.sort_unstable();
        rules.dedup();
        found.push(Finding {
            account: Some(account),
            first: heard.first().map(|one| one.at),
            value: count(families.len()),
            threshold: count(self.rule.families),
            inputs: vec![("rules", rules.join(", "))],
            traces: vec![seen.trace()],
            ..Finding::default()
        });
    }

    fn size(&self) -> usize {
        self.accounts.allocation_size()
    }
}
