//! The web mail's API used with a stolen password: mails go out and no browser ever opened a page from that address. A person
//! with a browser loads pages; an app that the owner has used for days is known.

use std::net::IpAddr;

use hashbrown::HashMap;
use serde::Deserialize;
use toml::de::{Error, ValueDeserializer};

use super::{Detector, Entry, Finding, Kind, Parsed, Seen};
use crate::accounts::AccountId;
use crate::alert::{Action, Family, Trace};
use crate::window::Window;

/// The detector's entry.
pub(super) const ENTRY: Entry =
    Entry { name: "api", family: Family::Web, action: Action::Lock, wants: &[Kind::Page, Kind::Api], parse };

/// The numbers of a rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    /// Recipients of mails sent through the API.
    recipients: u32,
    /// Within this time.
    window: Window,
    /// An app is known when the account used the API without pages on so many earlier days.
    known_days: u16,
}

/// One account's use of the web mail.
struct Account {
    since: i64,
    recipients: u32,
    first: Trace,
    /// Address and time of the last page.
    page: Option<(IpAddr, i64)>,
    /// The last day with API calls, and on how many days there were any.
    day: i64,
    days: u16,
}

struct Api {
    rule: Rule,
    accounts: HashMap<AccountId, Account>,
}

fn parse(value: ValueDeserializer<'_>) -> Result<Parsed, Error> {
    let rule = Rule::deserialize(value)?;
    let problem = (rule.recipients == 0).then(|| "`recipients` is at least 1".to_owned());
    Ok(Parsed { window: rule.window, detector: Box::new(Api { rule, accounts: HashMap::new() }), problem })
}

impl Detector for Api {
    fn see(&mut self, seen: &Seen<'_>, found: &mut Vec<Finding>) {
        let (Some(account), Some(address)) = (seen.account, seen.event.address) else { return };
        let state = self.accounts.entry(account).or_insert_with(|| Account {
            since: seen.second,
            recipients: 0,
            first: seen.trace(),
            page: None,
            day: 0,
            days: 0,
        });
        if seen.kind == Kind::Page {
            state.page = Some((address, seen.second));
            return;
        }
        let day = seen.second.div_euclid(86_400);
        if day > state.day {
            (state.day, state.days) = (day, state.days.saturating_add(1));
        }
        if seen.second - state.since >= self.rule.window.seconds() {
            (state.since, state.recipients, state.first) = (seen.second, 0, seen.trace());
        }
        let browsed = state.page.is_some_and(|(page, at)| page == address && seen.second - at < 86_400);
        if browsed || seen.recipients == 0 {
            return;
        }
        // Today's calls are among the days: an app is known by the days before.
        if state.days > self.rule.known_days && seen.history.knows(seen.place).is_some() {
            return;
        }
        state.recipients = state.recipients.saturating_add(seen.recipients);
        if state.recipients >= self.rule.recipients {
            found.push(Finding {
                account: Some(account),
                first: Some(state.first.at),
                value: f64::from(state.recipients),
                threshold: f64::from(self.rule.recipients),
                traces: vec![state.first, seen.trace()],
                ..Finding::default()
            });
        }
    }

    fn size(&self) -> usize {
        self.accounts.allocation_size()
    }
}
