//! The sender of advertising: many recipients never written to before, in the order of a list, at telephone companies'
//! domains, of whom many do not exist. A newsletter writes to the same people again and keeps its list clean.

use std::hash::BuildHasher as _;

use hashbrown::DefaultHashBuilder;
use serde::Deserialize;
use toml::de::{Error, ValueDeserializer};

use super::{Added, Detector, Entry, Finding, Kind, Seen, count};
use crate::alert::{Action, Family, Trace};
use crate::event::Outcome;
use crate::history::Sighting;
use crate::join::Message;
use crate::recipients::Recipients;
use crate::states::Many;
use crate::window::Window;

/// The detector's entry.
pub(super) const ENTRY: Entry =
    Entry { name: "fan_out", family: Family::Sending, action: Action::Watch, wants: &[Kind::Recipient], new };

fn new() -> Box<dyn Detector> {
    Box::new(FanOut::default())
}

/// The numbers of a rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    /// Recipients that are looked at together.
    recipients: u32,
    /// So many of the four signs.
    signs: usize,
    /// Among them this one; a clean list has all others too.
    required: Option<String>,
    /// Within this time.
    window: Window,
    /// Share of recipients never written to before, in percent.
    new_percent: u32,
    /// Share of pairs in ascending order, in percent.
    ordered_percent: u32,
    /// Share of recipients at the domains named below, in percent.
    phone_percent: u32,
    /// Share of deliveries that failed for good, in percent.
    returned_percent: u32,
    /// Domains of telephone companies.
    phone_domains: Vec<String>,
}

/// The signs.
const SIGNS: [&str; 4] = ["new", "ordered", "phone", "returned"];

/// What one account wrote in the running window.
#[derive(Default)]
struct Account {
    /// The first delivery in it.
    first: Sighting,
    seen: u32,
    new: u32,
    ordered: u32,
    phone: u32,
    returned: u32,
    last: [u32; 2],
    /// Recipients of all times.
    written: Recipients,
}

/// The rules with what the accounts wrote.
#[derive(Default)]
struct FanOut {
    hasher: DefaultHashBuilder,
    rules: Vec<(Rule, Many<Account>)>,
}

/// A delivery that ended.
struct Ended<'e> {
    recipient: &'e [u8],
    hash: u64,
    rank: [u32; 2],
    bounced: bool,
}

impl Rule {
    fn problem(&self) -> Option<String> {
        if !(20..=100_000).contains(&self.recipients) {
            return Some(format!("`recipients` is {}; it goes from 20 to 100000", self.recipients));
        }
        if !(1..=4).contains(&self.signs) {
            return Some("`signs` goes from 1 to 4".to_owned());
        }
        let unknown = self.required.as_ref().filter(|name| !SIGNS.contains(&name.as_str()));
        unknown.map(|name| format!("`required` is {name}; the signs are {}", SIGNS.join(", ")))
    }

    /// Which signs there are.
    fn signs(&self, state: &Account) -> [bool; 4] {
        let share = |part: u32, percent: u32| u64::from(part) * 100 >= u64::from(state.seen) * u64::from(percent);
        [
            share(state.new, self.new_percent),
            share(state.ordered, self.ordered_percent),
            share(state.phone, self.phone_percent),
            share(state.returned, self.returned_percent),
        ]
    }

    fn is_phone(&self, recipient: &[u8]) -> bool {
        let domain = memchr::memrchr(b'@', recipient).map_or_else(Default::default, |at| &recipient[at + 1..]);
        self.phone_domains.iter().any(|phone| domain.eq_ignore_ascii_case(phone.as_bytes()))
    }

    fn judge(&self, state: &mut Account, ended: &Ended<'_>, seen: &Seen<'_>) -> Option<Finding> {
        if state.seen == 0 || seen.second - state.first.last() > self.window.seconds() {
            let written = std::mem::take(&mut state.written);
            *state = Account { first: seen.sighting(), written, ..Account::default() };
        }
        state.seen += 1;
        state.new += u32::from(!state.written.insert(ended.hash));
        state.ordered += u32::from(ended.rank >= state.last);
        state.last = ended.rank;
        state.phone += u32::from(self.is_phone(ended.recipient));
        state.returned += u32::from(ended.bounced);
        if state.seen < self.recipients {
            return None;
        }
        let given = self.signs(state);
        let signs = SIGNS.into_iter().zip(given).filter_map(|(name, given)| given.then_some(name));
        let required = self.required.as_ref().is_none_or(|required| signs.clone().any(|name| name == required));
        let number = given.iter().filter(|given| **given).count();
        (number >= self.signs && required).then(|| Finding {
            account: seen.account,
            first: Some(Trace::from(&state.first).at),
            value: count(number),
            threshold: count(self.signs),
            inputs: vec![
                ("signs", signs.collect::<Vec<_>>().join(", ")),
                ("recipients", state.seen.to_string()),
                ("new", state.new.to_string()),
                ("ordered", state.ordered.to_string()),
                ("phone", state.phone.to_string()),
                ("returned", state.returned.to_string()),
            ],
            traces: [Trace::from(&state.first)]
                .into_iter()
                .chain(seen.message.and_then(Message::trace))
                .chain([seen.trace()])
                .collect(),
            ..Finding::default()
        })
    }
}

/// The first eight letters as numbers: enough to see the order of a list.
fn rank(name: &[u8]) -> [u32; 2] {
    let mut letters = [0_u8; 8];
    let len = name.len().min(8);
    letters[..len].copy_from_slice(&name[..len]);
    letters.make_ascii_lowercase();
    [0, 4].map(|at| letters[at..at + 4].iter().fold(0, |value, letter| value << 8 | u32::from(*letter)))
}

impl Detector for FanOut {
    fn add(&mut self, value: ValueDeserializer<'_>) -> Result<Added, Error> {
        let rule = Rule::deserialize(value)?;
        let added = Added { window: rule.window, problem: rule.problem() };
        self.rules.push((rule, Many::default()));
        Ok(added)
    }

    fn see(&mut self, seen: &Seen<'_>, found: &mut Vec<Finding>) {
        let (Some(account), Some((recipient, outcome))) = (seen.account, seen.delivery) else { return };
        // A recipient is counted when it is known how it ended.
        if outcome == Outcome::Deferred {
            return;
        }
        let mut lower = [0_u8; 320];
        let lower = &mut lower[..recipient.len().min(320)];
        lower.copy_from_slice(&recipient[..lower.len()]);
        lower.make_ascii_lowercase();
        let hash = self.hasher.hash_one(&*lower);
        let ended = Ended { recipient, hash, rank: rank(recipient), bounced: outcome == Outcome::Bounced };
        for (number, (rule, accounts)) in self.rules.iter_mut().enumerate() {
            let finding = rule.judge(accounts.entry(account), &ended, seen);
            found.extend(finding.map(|finding| Finding { rule: number, ..finding }));
        }
    }

    fn size(&self) -> usize {
        let behind = |account: &Account| account.written.size();
        self.rules.iter().map(|(_, accounts)| accounts.size() + accounts.iter().map(behind).sum::<usize>()).sum()
    }
}
