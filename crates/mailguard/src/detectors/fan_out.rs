//! The sender of advertising: many recipients never written to before, in the order of a list, at telephone companies'
//! domains, of whom many do not exist. A newsletter writes to the same people again and keeps its list clean.

use std::hash::BuildHasher as _;

use hashbrown::{DefaultHashBuilder, HashMap};
use serde::Deserialize;
use toml::de::{Error, ValueDeserializer};

use super::{Detector, Entry, Finding, Kind, Parsed, Seen, count};
use crate::accounts::AccountId;
use crate::alert::{Action, Family, Trace};
use crate::event::Outcome;
use crate::window::Window;

/// The detector's entry.
pub(super) const ENTRY: Entry =
    Entry { name: "fan_out", family: Family::Sending, action: Action::Watch, wants: &[Kind::Recipient], parse };

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

/// Bits of the memory of recipients of one account: three bits for each recipient; some two thousand are told apart well.
const BITS: usize = 16 << 10;

/// What one account wrote in the running window.
#[derive(Default)]
struct Account {
    since: i64,
    first: Option<Trace>,
    seen: u32,
    new: u32,
    ordered: u32,
    phone: u32,
    returned: u32,
    last: u64,
    /// Recipients of all times, made only for accounts that write to many.
    written: Vec<u64>,
}

struct FanOut {
    rule: Rule,
    hasher: DefaultHashBuilder,
    accounts: HashMap<AccountId, Account>,
}

fn parse(value: ValueDeserializer<'_>) -> Result<Parsed, Error> {
    let rule = Rule::deserialize(value)?;
    let problem = if !(20..=100_000).contains(&rule.recipients) {
        Some(format!("`recipients` is {}; it goes from 20 to 100000", rule.recipients))
    } else if !(1..=4).contains(&rule.signs) {
        Some("`signs` goes from 1 to 4".to_owned())
    } else {
        let unknown = rule.required.as_ref().filter(|name| !SIGNS.contains(&name.as_str()));
        unknown.map(|name| format!("`required` is {name}; the signs are {}", SIGNS.join(", ")))
    };
    let hasher = DefaultHashBuilder::default();
    Ok(Parsed { window: rule.window, detector: Box::new(FanOut { rule, hasher, accounts: HashMap::new() }), problem })
}

impl Account {
    /// Whether this recipient was written to before; remembers it.
    fn writes(&mut self, hash: u64) -> bool {
        if self.written.is_empty() {
            self.written = vec![0; BITS / 64];
        }
        let mut known = true;
        for part in [hash, hash >> 20, hash >> 40] {
            let bit = usize::try_from(part % BITS as u64).unwrap_or(0);
            known &= self.written[bit / 64] >> (bit % 64) & 1 == 1;
            self.written[bit / 64] |= 1 << (bit % 64);
        }
        known
    }

    /// Which signs there are.
    fn signs(&self, rule: &Rule) -> Vec<&'static str> {
        let share = |part: u32, percent: u32| u64::from(part) * 100 >= u64::from(self.seen) * u64::from(percent);
        let given = [
            share(self.new, rule.new_percent),
            share(self.ordered, rule.ordered_percent),
            share(self.phone, rule.phone_percent),
            share(self.returned, rule.returned_percent),
        ];
        SIGNS.into_iter().zip(given).filter_map(|(name, given)| given.then_some(name)).collect()
    }
}

/// The first eight letters as a number: enough to see the order of a list.
fn rank(name: &[u8]) -> u64 {
    let mut letters = [0_u8; 8];
    let len = name.len().min(8);
    letters[..len].copy_from_slice(&name[..len]);
    letters.make_ascii_lowercase();
    u64::from_be_bytes(letters)
}

impl Detector for FanOut {
    fn see(&mut self, seen: &Seen<'_>, found: &mut Vec<Finding>) {
        let (Some(account), Some((recipient, outcome))) = (seen.account, seen.delivery) else { return };
        // A recipient is counted when it is known how it ended.
        if outcome == Outcome::Deferred {
            return;
        }
        let rule = &self.rule;
        let hash = self.hasher.hash_one(recipient.to_ascii_lowercase());
        let state = self.accounts.entry(account).or_default();
        if state.first.is_none() || seen.second - state.since > rule.window.seconds() {
            let written = std::mem::take(&mut state.written);
            *state = Account { since: seen.second, first: Some(seen.trace()), written, ..Account::default() };
        }
        state.seen += 1;
        state.new += u32::from(!state.writes(hash));
        let rank = rank(recipient);
        state.ordered += u32::from(rank >= state.last);
        state.last = rank;
        let domain = crate::bytes::after_last(recipient, b"@").unwrap_or_default();
        state.phone += u32::from(rule.phone_domains.iter().any(|phone| domain.eq_ignore_ascii_case(phone.as_bytes())));
        state.returned += u32::from(outcome == Outcome::Bounced);
        if state.seen < rule.recipients {
            return;
        }
        let signs = state.signs(rule);
        let required = rule.required.as_ref().is_none_or(|name| signs.contains(&name.as_str()));
        if signs.len() >= rule.signs && required {
            let trace = seen.message.and_then(|message| message.trace);
            found.push(Finding {
                account: Some(account),
                first: state.first.map(|trace| trace.at),
                value: count(signs.len()),
                threshold: count(rule.signs),
                inputs: vec![
                    ("signs", signs.join(", ")),
                    ("recipients", state.seen.to_string()),
                    ("new", state.new.to_string()),
                    ("ordered", state.ordered.to_string()),
                    ("phone", state.phone.to_string()),
                    ("returned", state.returned.to_string()),
                ],
                traces: state.first.into_iter().chain(trace).chain([seen.trace()]).collect(),
                ..Finding::default()
            });
        }
    }

    fn size(&self) -> usize {
        let behind: usize = self.accounts.values().map(|account| account.written.capacity() * 8).sum();
        self.accounts.allocation_size() + behind
    }
}
