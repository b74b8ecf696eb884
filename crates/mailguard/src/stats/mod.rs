//! Statistics of mail by month: how many accounts send how much, from which countries, and how much of it fails.

mod bins;
mod countries;

pub use bins::{Bin, MONTHLY, UPPER, tally};
pub use countries::{CountryRow, rounded};

use std::collections::BTreeMap;
use std::net::IpAddr;

use hashbrown::{HashMap, HashSet};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::accounts::Accounts;
use crate::event::{Event, Outcome, What};
use crate::join::Join;
use crate::place::{Cached, Country, Place, Places};

/// Countries with more uses than this are left out of the ranking: the usual ones say nothing.
pub const CUT: u64 = 1_000;

/// Counts the mail of many months.
pub struct Stats {
    accounts: Accounts,
    places: Cached,
    join: Join,
    months: BTreeMap<Month, Counts>,
    /// The day that was looked at last, days since 1970, and its month.
    day: (i64, Month),
}

/// Year and month.
type Month = (i16, i8);

/// What is counted in a month.
#[derive(Default)]
struct Counts {
    /// Mails of each account, by its number.
    mails: HashMap<u32, u64>,
    /// Accounts that logged in.
    seen: HashSet<u32>,
    uses: HashMap<Option<Country>, u64>,
    addresses: HashSet<(Option<Country>, IpAddr)>,
    deliveries: Deliveries,
}

/// How the deliveries of the accounts' mails ended. A delivery that is put off and tried again counts with each attempt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Deliveries {
    /// Taken by the next server.
    pub sent: u64,
    /// Refused for good.
    pub bounced: u64,
    /// Put off.
    pub deferred: u64,
}

/// The tables of a month.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MonthTable {
    /// `2026-02`.
    pub month: String,
    /// Accounts that sent.
    pub accounts: u64,
    /// Accounts that logged in and sent nothing.
    pub silent: u64,
    /// Mails.
    pub mails: u64,
    /// Accounts by the number of their mails, with their share.
    pub by_mails: Vec<Bin>,
    /// Those with more than a hundred, in finer steps.
    pub over_100: Vec<Bin>,
    /// Countries by the number of mails sent from them; those over [`CUT`] are left out.
    pub countries: Vec<CountryRow>,
    /// How many countries were left out.
    pub left_out: u64,
    /// Mails from addresses of which no country is known.
    pub unlocated: u64,
    /// How deliveries ended.
    pub deliveries: Deliveries,
    /// Share of the ended deliveries that were refused for good, in percent with three decimals.
    pub error_percent: f64,
}

impl Stats {
    /// Begins to count.
    pub fn new(places: Box<dyn Places>) -> Self {
        Self {
            accounts: Accounts::default(),
            places: Cached::new(places),
            join: Join::default(),
            months: BTreeMap::new(),
            day: (i64::MIN, (0, 0)),
        }
    }

    /// Counts an event in the month that its line's zone shows.
    pub fn see(&mut self, event: &Event<'_>) {
        match event.what {
            What::Login => {
                if let Some(name) = event.account {
                    let number = self.accounts.id(name).number();
                    self.counts(event).seen.insert(number);
                }
            }
            What::Submitted { .. } => self.mail(event),
            What::ApiCall { recipients } if recipients > 0 => self.mail(event),
            What::Delivery { outcome, .. } => {
                let message = event.queue_id.and_then(|id| self.join.find(event.host, id));
                if message.is_some_and(|message| message.account.is_some()) {
                    let deliveries = &mut self.counts(event).deliveries;
                    match outcome {
                        Outcome::Sent => deliveries.sent += 1,
                        Outcome::Bounced => deliveries.bounced += 1,
                        Outcome::Deferred => deliveries.deferred += 1,
                    }
                }
            }
            What::Removed => {
                if let Some(id) = event.queue_id {
                    self.join.remove(event.host, id);
                }
            }
            _ => {}
        }
    }

    fn mail(&mut self, event: &Event<'_>) {
        let Some(name) = event.account else { return };
        let account = self.accounts.id(name);
        if let Some(id) = event.queue_id {
            self.join.message(event.host, id).account = Some(account);
        }
        let place = event.address.map_or_else(Place::default, |address| self.places.place(address));
        let counts = self.counts(event);
        *counts.mails.entry(account.number()).or_default() += 1;
        *counts.uses.entry(place.country).or_default() += 1;
        if let Some(address) = event.address {
            counts.addresses.insert((place.country, address));
        }
    }

    fn counts(&mut self, event: &Event<'_>) -> &mut Counts {
        let local = event.at.as_second() + i64::from(event.zone.seconds());
        let day = local.div_euclid(86_400);
        if day != self.day.0 {
            let date = Timestamp::from_second(local).unwrap_or_default().to_zoned(TimeZone::UTC).date();
            self.day = (day, (date.year(), date.month()));
        }
        self.months.entry(self.day.1).or_default()
    }

    /// The tables, oldest month first.
    pub fn months(&self) -> Vec<MonthTable> {
        self.months.iter().map(|(month, counts)| table(*month, counts)).collect()
    }
}

fn table((year, month): Month, counts: &Counts) -> MonthTable {
    let Deliveries { sent, bounced, .. } = counts.deliveries;
    let accounts = counts.mails.len() as u64;
    let (countries, left_out) = countries::ranking(&counts.uses, &counts.addresses, CUT);
    MonthTable {
        month: format!("{year:04}-{month:02}"),
        accounts,
        silent: counts.seen.iter().filter(|number| !counts.mails.contains_key(*number)).count() as u64,
        mails: counts.mails.values().sum(),
        by_mails: tally(&MONTHLY, counts.mails.values().copied(), accounts),
        over_100: tally(&UPPER, counts.mails.values().copied(), accounts),
        countries,
        left_out,
        unlocated: counts.uses.get(&None).copied().unwrap_or(0),
        deliveries: counts.deliveries,
        error_percent: bins::percent(bounced, sent + bounced),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialects::Reader;
    use crate::place::Nowhere;
    use crate::stamp::{Calendar, YearRule};

    /// Shows each line to the statistics, in Tokyo's time.
    fn months(lines: &str) -> Vec<MonthTable> {
        let zone = TimeZone::get("Asia/Tokyo").unwrap();
        let mut reader = Reader::new(Calendar::new(zone, YearRule::First(2026)));
        let mut stats = Stats::new(Box::new(Nowhere));
        for line in lines.lines() {
            if let Some(event) = reader.read(line.as_bytes()) {
                stats.see(&event);
            }
        }
        stats.months()
    }

    #[test]
    fn the_tables_are_exact() {
        let mut lines: Vec<String> = Vec::new();
        let mut queue = 0;
        for (user, mails) in
            [("a", 1), ("b", 5), ("c", 6), ("d", 100), ("e", 101), ("f", 125), ("g", 126), ("h", 10_001)]
        {
            for _ in 0..mails {
                queue += 1;
                lines.push(format!("Feb  3 04:05:06 mx postfix/smtpd[7]: {queue:08X}: client=h[192.0.2.1], sasl_method=PLAIN, sasl_username={user}"
                ));
            }
        }
        for (id, status) in [(1, "sent"), (2, "sent"), (3, "bounced"), (3, "deferred"), (99_999_999, "bounced")] {
            lines.push(format!("Feb  3 04:05:07 mx postfix/smtp[7]: {id:08X}: to=<x@example.org>, relay=r, dsn=2.0.0, status={status} (x)"
            ));
        }
        lines.push(
            "Feb 28 23:59:59 mx dovecot: imap-login: Login: user=<silent>, method=PLAIN, rip=192.0.2.1, lip=192.0.2.2"
                .to_owned(),
        );
        lines.push(
            "Mar  1 00:00:00 mx dovecot: imap-login: Login: user=<silent>, method=PLAIN, rip=192.0.2.1, lip=192.0.2.2"
                .to_owned(),
        );
        let months = months(&lines.join("\n"));
        assert_eq!(months.iter().map(|month| month.month.as_str()).collect::<Vec<_>>(), ["2026-02", "2026-03"]);
        let february = &months[0];
        assert_eq!((february.accounts, february.silent, february.mails, february.unlocated), (8, 1, 10_465, 10_465));
        let accounts = |bins: &[Bin]| bins.iter().map(|bin| bin.accounts).collect::<Vec<_>>();
        assert_eq!(accounts(&february.by_mails), [4, 1, 0, 0, 0, 0, 1, 2]);
        assert_eq!(accounts(&february.over_100), [1, 0, 0, 0, 0, 0, 0, 0, 1, 2]);
        assert_eq!(february.deliveries, Deliveries { sent: 2, bounced: 1, deferred: 1 });
        assert!((february.error_percent - 33.333).abs() < 1e-9);
        assert!((february.by_mails[0].percent - 50.0).abs() < 1e-9);
    }
}
