//! How people use their mail: what a guard must not take for a crime.

use super::lines::{Mail, Writer};
use super::space::{ABROAD, Block, HOME_NETWORKS};
use crate::rng::{Rng, Stream};

/// How an account lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LifeKind {
    /// At home, at work behind one address with others, on the way with a phone.
    Person,
    /// As a person, with journeys; the phone abroad goes through the home country or a local network.
    Traveller,
    /// As a person, and through a VPN whose exit is abroad.
    Vpn,
    /// Several people use one account, one of them perhaps abroad.
    Shared,
    /// Sends to a list every week or month, from some day on.
    Newsletter,
    /// A program that sends all day.
    Machine,
    /// As a person, with web mail and an app that uses its API.
    Web,
}

/// An account's circumstances.
#[derive(Debug, Clone)]
pub(super) struct Life {
    pub(super) kind: LifeKind,
    home: usize,
    phone: usize,
    office: usize,
    salt: usize,
    /// First day of what the kind begins with.
    begins: usize,
    trips: Vec<Trip>,
}

#[derive(Debug, Clone, Copy)]
struct Trip {
    from: usize,
    days: usize,
    country: usize,
    roams: bool,
}

/// Offices behind one address.
const OFFICES: usize = 120;

/// The name of an account.
pub(super) fn name(account: usize) -> String {
    format!("u{account}@example.jp")
}

impl Life {
    pub(super) fn draw(seed: u64, account: usize, days: usize) -> Self {
        let mut rng = Rng::new(seed, Stream::MailAccount, account);
        let kinds = [
            LifeKind::Person,
            LifeKind::Traveller,
            LifeKind::Vpn,
            LifeKind::Shared,
            LifeKind::Newsletter,
            LifeKind::Machine,
            LifeKind::Web,
        ];
        let kind = kinds[rng.weighted([740, 80, 30, 40, 20, 10, 80].into_iter())];
        let trips = if kind == LifeKind::Traveller {
            (0..=rng.below(4))
                .map(|_| Trip {
                    from: rng.below(days.max(1)),
                    days: 2 + rng.below(9),
                    country: 1 + rng.below(ABROAD),
                    roams: rng.chance(500),
                })
                .collect()
        } else {
            Vec::new()
        };
        Self {
            kind,
            home: rng.below(HOME_NETWORKS - 8),
            phone: HOME_NETWORKS - 8 + rng.below(4),
            office: rng.below(OFFICES),
            salt: rng.below(1 << 20),
            begins: if rng.chance(300) { rng.below(days.max(1)) } else { 0 },
            trips,
        }
    }

    /// The network of the home.
    pub(super) const fn home(&self) -> usize {
        self.home
    }

    /// One day.
    pub(super) fn live(&self, account: usize, day: usize, rng: &mut Rng, out: &mut Writer) {
        let user = name(account);
        let trip = self.trips.iter().find(|trip| (trip.from..trip.from + trip.days).contains(&day));
        self.phone(&user, trip, day, rng, out);
        match trip {
            // On the day of the flight the laptop is shut.
            Some(trip) if trip.from == day || trip.from + trip.days - 1 == day => {}
            Some(trip) => {
                let hotel = Block::abroad(trip.country, self.salt % 5).address(self.salt / 7);
                self.sit(&user, hotel, (0, 23), rng, out);
            }
            None => {
                let home = Block::home(self.home, &mut Rng::from_salt((self.salt + day / 9) as u64))
                    .address(self.salt + day / 9);
                self.sit(&user, home, (19, 23), rng, out);
                if day % 7 < 5 && self.kind != LifeKind::Shared {
                    let office = Block::home(self.office, &mut Rng::from_salt(self.office as u64)).address(self.office);
                    self.sit(&user, office, (9, 18), rng, out);
                }
            }
        }
        match self.kind {
            LifeKind::Vpn if day >= self.begins => {
                let exit = Block::abroad([1, 17, 44][self.salt % 3], 6).address(self.salt % 40);
                self.sit(&user, exit, (8, 23), rng, out);
            }
            LifeKind::Shared => self.share(&user, rng, out),
            LifeKind::Newsletter if day >= self.begins => self.publish(&user, day, rng, out),
            LifeKind::Machine => self.run(&user, rng, out),
            LifeKind::Web => self.browse(&user, day, rng, out),
            _ => {}
        }
        // Once a year or so somebody's address stands on strangers' spam.
        if rng.below(300_000) == 0 {
            (0..400).for_each(|number| out.returned(36_000 + number * 5, &user));
        }
    }

    fn phone(&self, user: &str, trip: Option<&Trip>, day: usize, rng: &mut Rng, out: &mut Writer) {
        let abroad = trip.filter(|trip| !trip.roams && trip.from != day);
        for _ in 0..=rng.below(4) {
            let block = match abroad {
                Some(trip) => Block::abroad(trip.country, 5),
                None => Block::home(self.phone, rng),
            };
            out.login(moment((7, 23), rng), user, block.address(rng.below(250)));
        }
    }

    /// A while at a desk: mail is read and perhaps written.
    fn sit(&self, user: &str, address: std::net::Ipv4Addr, hours: (u32, u32), rng: &mut Rng, out: &mut Writer) {
        let second = moment(hours, rng);
        if rng.chance(20) {
            out.failure(second.saturating_sub(20), user, address);
        }
        out.login(second, user, address);
        for number in 0..u32::try_from(rng.below(3)).unwrap_or(0) {
            let party = rng.chance(4);
            let count = if party { 20 + rng.below(40) } else { 1 + rng.below(2) };
            let recipients: Vec<String> = (0..count).map(|_| self.contact(rng)).collect();
            let second = second + 60 + number * 240;
            out.mail(&Mail { account: user, address, second, recipients: &recipients, bounced_per_mille: 15 });
        }
    }

    /// One of those to whom this account writes.
    fn contact(&self, rng: &mut Rng) -> String {
        let number = self.salt * 131 + rng.below(80);
        let domain = ["example.com", "example.net", "example.org", "docomo.ne.jp"][number % 4];
        format!("c{}@{domain}", number.wrapping_mul(48_271) % 1_000_000)
    }

    /// The others of a shared account, each at home and with a phone; of some, one is abroad all year.
    fn share(&self, user: &str, rng: &mut Rng, out: &mut Writer) {
        for other in 0..2 + self.salt % 5 {
            let home =
                Block::home(self.home + 3 * other + 1, &mut Rng::from_salt(other as u64)).address(self.salt + other);
            self.sit(user, home, (8, 22), rng, out);
            out.login(
                moment((7, 23), rng),
                user,
                Block::home(HOME_NETWORKS - 8 + other % 4, rng).address(rng.below(250)),
            );
        }
        if self.salt.is_multiple_of(12) {
            let branch = Block::abroad(1 + self.salt % ABROAD, 2).address(self.salt);
            self.sit(user, branch, (0, 23), rng, out);
        }
    }

    /// A mailing to the list, in the order of the list; few of its readers are gone.
    fn publish(&self, user: &str, day: usize, rng: &mut Rng, out: &mut Writer) {
        let every = if self.salt.is_multiple_of(3) { 7 } else { 28 };
        if !(day + self.salt).is_multiple_of(every) {
            return;
        }
        let address = Block::home(self.office, &mut Rng::from_salt(self.office as u64)).address(self.office);
        let phones = self.salt % 10 == 1;
        let mut list: Vec<String> = (0..200 + self.salt % 800)
            .map(|reader| {
                let domain =
                    if phones && reader % 5 < 3 { "ezweb.ne.jp" } else { ["example.com", "example.net"][reader % 2] };
                format!("r{:07}@{domain}", (self.salt + reader).wrapping_mul(7_919) % 9_999_991)
            })
            .collect();
        list.sort_unstable();
        for (part, recipients) in list.chunks(50).enumerate() {
            let second = 36_000 + u32::try_from(rng.below(60) + part * 30).unwrap_or(0);
            out.mail(&Mail { account: user, address, second, recipients, bounced_per_mille: 10 + self.salt % 25 });
        }
    }

    /// A printer or shop system: a mail every few minutes.
    fn run(&self, user: &str, rng: &mut Rng, out: &mut Writer) {
        let address = Block::home(self.office, &mut Rng::from_salt(self.office as u64)).address(self.office + 1);
        let every = 300 + self.salt % 600;
        for second in (0..86_000).step_by(every) {
            let recipients = [self.contact(rng)];
            out.mail(&Mail { account: user, address, second, recipients: &recipients, bounced_per_mille: 10 });
        }
    }

    /// Web mail in a browser, and for some an app without pages that was there from the first day.
    fn browse(&self, user: &str, day: usize, rng: &mut Rng, out: &mut Writer) {
        let address =
            Block::home(self.home, &mut Rng::from_salt((self.salt + day / 9) as u64)).address(self.salt + day / 9);
        let second = moment((8, 22), rng);
        out.web(second, user, address, None);
        out.web(second + 30, user, address, Some(0));
        if rng.chance(600) {
            out.web(second + 200, user, address, Some(1 + rng.below(4)));
        }
        if self.salt.is_multiple_of(3) {
            let phone = Block::home(self.phone, rng).address(rng.below(250));
            out.web(moment((7, 23), rng), user, phone, Some(1 + rng.below(2)));
        }
    }
}

/// A second of the day between two hours.
fn moment(hours: (u32, u32), rng: &mut Rng) -> u32 {
    hours.0 * 3600 + rng.below_u32((hours.1 - hours.0).max(1) * 3600)
}
