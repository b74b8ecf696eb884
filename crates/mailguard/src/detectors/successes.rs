//! An abnormal number of right passwords: far more in a day than the account ever had. A newsletter that goes out every month
//! has had as many before.

use hashbrown::HashMap;
use serde::Deserialize;
use toml::de::{Error, ValueDeserializer};

use super::pace::{Pace, span};
use super::{Detector, Entry, Finding, Kind, Parsed, Seen};
use crate::accounts::AccountId;
use crate::alert::{Action, Family};
use crate::window::Window;

/// The detector's entry.
pub(super) const ENTRY: Entry =
    Entry { name: "successes", family: Family::Sending, action: Action::Watch, wants: &[Kind::Success], parse };

/// The numbers of a rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    /// Fewer are never reported.
    least: u32,
    /// So many times the highest number before.
    times: f32,
    /// The span in which they are counted.
    window: Window,
    /// So many spans are learnt from before anything is reported.
    learn: u32,
}

struct Successes {
    rule: Rule,
    paces: HashMap<AccountId, Pace>,
}

fn parse(value: ValueDeserializer<'_>) -> Result<Parsed, Error> {
    let rule = Rule::deserialize(value)?;
    let problem = (rule.times < 1.0).then(|| "`times` is at least 1".to_owned());
    Ok(Parsed { window: rule.window, detector: Box::new(Successes { rule, paces: HashMap::new() }), problem })
}

impl Detector for Successes {
    fn see(&mut self, seen: &Seen<'_>, found: &mut Vec<Finding>) {
        let Some(account) = seen.account else { return };
        let pace = self.paces.entry(account).or_default();
        let now = pace.count(span(seen.second, self.rule.window.seconds()), 1);
        if now < self.rule.least || !pace.is_older_than(self.rule.learn) {
            return;
        }
        let threshold = (f64::from(self.rule.times) * f64::from(pace.peak())).max(f64::from(self.rule.least));
        if f64::from(now) >= threshold {
            found.push(Finding {
                account: Some(account),
                value: f64::from(now),
                threshold: threshold.round(),
                inputs: vec![("usual", format!("{:.0}", pace.peak()))],
                traces: vec![seen.trace()],
                ..Finding::default()
            });
        }
    }

    fn size(&self) -> usize {
        self.paces.allocation_size()
    }
}
