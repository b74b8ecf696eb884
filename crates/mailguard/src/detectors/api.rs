//! The web mail's API used with a stolen password: mails go out and no browser ever opened a page from that address. A person
//! with a browser loads pages; an app that the owner has used for days is known.

use std::net::IpAddr;

use serde::Deserialize;
use toml::de::{Error, ValueDeserializer};

use super::{Added, Detector, Entry, Finding, Kind, Seen};
use crate::alert::{Action, Family, Trace};
use crate::history::Sighting;
use crate::states::Few;
use crate::window::Window;

/// The detector's entry.
pub(super) const ENTRY: Entry =
    Entry { name: "api", family: Family::Web, action: Action::Lock, wants: &[Kind::Page, Kind::Api], new };

fn new() -> Box<dyn Detector> {
    Box::new(Api::default())
}

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
#[derive(Default)]
struct Account {
    /// The first call of the running window.
    first: Option<Sighting>,
    recipients: u32,
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

/// The rules with the accounts that use the web mail.
#[derive(Default)]
struct Api {
    rules: Vec<(Rule, Few<Account>)>,
}

impl Rule {
    fn judge(&self, state: &mut Account, address: IpAddr, seen: &Seen<'_>) -> Option<Finding> {
        let mut first = *state.first.get_or_insert_with(|| seen.sighting());
        if seen.kind == Kind::Page {
            state.page = Some((address, seen.second));
            return None;
        }
        if seen.second - first.last() >= self.window.seconds() {
            first = seen.sighting();
            (state.first, state.recipients) = (Some(first), 0);
        }
        let browsed = state.page.is_some_and(|(page, at)| page == address && seen.second - at < 86_400);
        if browsed || seen.recipients == 0 {
            return None;
        }
        // Today is among the days: an app is known by the days before.
        if state.days_of_app(seen.place.network, seen.second.div_euclid(86_400)) > self.known_days {
            return None;
        }
        state.recipients = state.recipients.saturating_add(seen.recipients);
        let first = Trace::from(&first);
        (state.recipients >= self.recipients).then(|| Finding {
            account: seen.account,
            first: Some(first.at),
            value: f64::from(state.recipients),
            threshold: f64::from(self.recipients),
            traces: vec![first, seen.trace()],
            ..Finding::default()
        })
    }
}

impl Detector for Api {
    fn add(&mut self, value: ValueDeserializer<'_>) -> Result<Added, Error> {
        let rule = Rule::deserialize(value)?;
        let problem = (rule.recipients == 0).then(|| "`recipients` is at least 1".to_owned());
        let added = Added { window: rule.window, problem };
        self.rules.push((rule, Few::default()));
        Ok(added)
    }

    fn see(&mut self, seen: &Seen<'_>, found: &mut Vec<Finding>) {
        let (Some(account), Some(address)) = (seen.account, seen.event.address) else { return };
        for (number, (rule, accounts)) in self.rules.iter_mut().enumerate() {
            let finding = rule.judge(accounts.entry(account), address, seen);
            found.extend(finding.map(|finding| Finding { rule: number, ..finding }));
        }
    }

    fn size(&self) -> usize {
        self.rules.iter().map(|(_, accounts)| accounts.size()).sum()
    }
}
