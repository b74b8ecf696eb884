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
    /// Networks of an app: number, last day, number of days.
    apps: [(u32, i64, u16); 3],
}

impl Account {
    /// On how many days the API was called without pages from this network, today among them.
    fn days_of_app(&mut self, network: u32, day: i64) -> u16 {
        let known = self.apps.iter().position(|app| app.0 == network && app.2 > 0);
        let stalest = || self.apps.iter().enumerate().min_by_key(|(_, app)| app.1).map_or(0, |(at, _)| at);
        let app = &mut self.apps[known.unwrap_or_else(stalest)];
        if known.is_none() {
            *app = (network, day, 1);
        } else if day > app.1 {
            (app.1, app.2) = (day, app.2.saturating_add(1));
        }
        app.2
    }
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
            apps: [(0, 0, 0); 3],
        });
        if seen.kind == Kind::Page {
            state.page = Some((address, seen.second));
            return;
        }
        if seen.second - state.since >= self.rule.window.seconds() {
            (state.since, state.recipients, state.first) = (seen.second, 0, seen.trace());
        }
        let browsed = state.page.is_some_and(|(page, at)| page == address && seen.second - at < 86_400);
        if browsed || seen.recipients == 0 {
            return;
        }
        // Today is among the days: an app is known by the days before.
        if state.days_of_app(seen.place.network, seen.second.div_euclid(86_400)) > self.rule.known_days {
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
