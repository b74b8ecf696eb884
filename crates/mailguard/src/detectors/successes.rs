//! An abnormal number of right passwords: far more in a day than the account ever had. A newsletter that goes out every month
//! has had as many before.

use serde::Deserialize;
use toml::de::{Error, ValueDeserializer};

use super::pace::{Pace, span};
use super::{Added, Detector, Entry, Finding, Kind, Seen};
use crate::alert::{Action, Family};
use crate::states::Many;
use crate::window::Window;

/// The detector's entry.
pub(super) const ENTRY: Entry =
    Entry { name: "successes", family: Family::Sending, action: Action::Watch, wants: &[Kind::Success], new };

fn new() -> Box<dyn Detector> {
    Box::new(Successes::default())
}

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

/// The rules with the days of the accounts.
#[derive(Default)]
struct Successes {
    rules: Vec<(Rule, Many<Pace>)>,
}

impl Rule {
    fn judge(&self, pace: &Pace, now: u32, seen: &Seen<'_>) -> Option<Finding> {
        if now < self.least || !pace.is_older_than(self.learn) {
            return None;
        }
        let threshold = (f64::from(self.times) * f64::from(pace.peak())).max(f64::from(self.least));
        (f64::from(now) >= threshold).then(|| Finding {
            account: seen.account,
            value: f64::from(now),
            threshold: threshold.round(),
            inputs: vec![("usual", format!("{:.0}", pace.peak()))],
            traces: vec![seen.trace()],
            ..Finding::default()
        })
    }
}

impl Detector for Successes {
    fn add(&mut self, value: ValueDeserializer<'_>) -> Result<Added, Error> {
        let rule = Rule::deserialize(value)?;
        let problem = (rule.times < 1.0).then(|| "`times` is at least 1".to_owned());
        let added = Added { window: rule.window, problem };
        self.rules.push((rule, Many::default()));
        Ok(added)
    }

    fn see(&mut self, seen: &Seen<'_>, found: &mut Vec<Finding>) {
        let Some(account) = seen.account else { return };
        for (number, (rule, paces)) in self.rules.iter_mut().enumerate() {
            let pace = paces.entry(account);
            let now = pace.count(span(seen.second, rule.window.seconds()), 1);
            found.extend(rule.judge(pace, now, seen).map(|finding| Finding { rule: number, ..finding }));
        }
    }

    fn size(&self) -> usize {
        self.rules.iter().map(|(_, paces)| paces.size()).sum()
    }
}
