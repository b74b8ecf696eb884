//! What is done with a stolen password, in eight ways, and the daily tries of those who have none.

use super::life::name;
use super::lines::{Mail, Writer};
use super::space::{ABROAD, Block, HOME_NETWORKS};
use crate::rng::Rng;

/// In which way a stolen account is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HijackKind {
    /// A botnet of many countries in one day.
    Countries,
    /// A botnet of many networks of the home country.
    Networks,
    /// Mails from one far place, all day, while the owner is at home.
    PingPong,
    /// A moment abroad once a day, for weeks.
    Teleporter,
    /// Every week another country.
    WeeklyCountry,
    /// Every week another network of the home country, at night.
    WeeklyNetwork,
    /// A burst from the owner's own network: a neighbour's infected machine.
    Home,
    /// The web mail's API from a hosting network of the home country.
    Api,
}

impl HijackKind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Countries,
        Self::Networks,
        Self::PingPong,
        Self::Teleporter,
        Self::WeeklyCountry,
        Self::WeeklyNetwork,
        Self::Home,
        Self::Api,
    ];

    /// How many days it goes on.
    pub(super) const fn days(self) -> usize {
        match self {
            Self::Countries | Self::Networks | Self::Home | Self::Api => 2,
            Self::PingPong => 3,
            Self::Teleporter => 21,
            Self::WeeklyCountry => 40,
            Self::WeeklyNetwork => 54,
        }
    }
}

/// Whose account it is.
pub(super) struct Victim {
    pub(super) number: usize,
    pub(super) home: usize,
}

/// One day of a hijack.
pub(super) fn commit(kind: HijackKind, victim: &Victim, day: usize, number: usize, rng: &mut Rng, out: &mut Writer) {
    let user = name(victim.number);
    let spam = Spam { user: &user, number };
    match kind {
        HijackKind::Countries => {
            for bot in 0..12 + rng.below(28) {
                let address = Block::abroad(1 + (number + bot) % ABROAD, rng.below(7)).address(rng.below(250));
                spam.send(address, rng.below_u32(80_000), 8 + rng.below(20), 150, rng, out);
            }
        }
        HijackKind::Networks => {
            for bot in 0..17 + rng.below(18) {
                let address = Block::home(number + bot, rng).address(rng.below(250));
                spam.send(address, rng.below_u32(80_000), 8 + rng.below(20), 150, rng, out);
            }
        }
        HijackKind::PingPong => {
            let far = Block::abroad(1 + number % ABROAD, 3).address(number);
            for hour in 0..20 {
                spam.send(far, hour * 3600 + rng.below_u32(3600), 5 + rng.below(25), 120, rng, out);
            }
        }
        HijackKind::Teleporter => {
            let far = Block::abroad(1 + (number * 5 + day) % ABROAD, 4).address(number + day);
            spam.send(far, 12 * 3600 + rng.below_u32(3 * 3600), 10 + rng.below(20), 100, rng, out);
        }
        HijackKind::WeeklyCountry if day.is_multiple_of(7) => {
            let far = Block::abroad(1 + (number * 3 + day / 7 * 5) % ABROAD, 1).address(number);
            spam.send(far, 11 * 3600 + rng.below_u32(4 * 3600), 10 + rng.below(30), 100, rng, out);
        }
        HijackKind::WeeklyNetwork if day.is_multiple_of(7) => {
            let near = Block::home(victim.home + 5 + 3 * (day / 7), rng).address(rng.below(250));
            spam.send(near, 3 * 3600 + rng.below_u32(3600), 30 + rng.below(40), 180, rng, out);
        }
        HijackKind::Home => {
            let near = Block::home(victim.home, rng).address(rng.below(250));
            let start = 2 * 3600 + rng.below_u32(2 * 3600);
            for part in 0..8 + u32::try_from(rng.below(20)).unwrap_or(0) {
                spam.send(near, start + part * 90, 20 + rng.below(30), 200, rng, out);
            }
        }
        HijackKind::Api => {
            let host = Block::home(HOME_NETWORKS - 2, rng).address(number);
            let start = rng.below_u32(70_000);
            out.web(start, &user, host, Some(0));
            (1..15).for_each(|part| out.web(start + part * 40, &user, host, Some(5 + rng.below(20))));
        }
        HijackKind::WeeklyCountry | HijackKind::WeeklyNetwork => {}
    }
}

/// Mails to a bought list.
struct Spam<'s> {
    user: &'s str,
    number: usize,
}

impl Spam<'_> {
    fn send(
        &self,
        address: std::net::Ipv4Addr,
        second: u32,
        count: usize,
        bounced: usize,
        rng: &mut Rng,
        out: &mut Writer,
    ) {
        let mut list: Vec<String> = (0..count)
            .map(|_| {
                let domain = rng.pick(&["docomo.ne.jp", "ezweb.ne.jp", "example.com", "example.net"]);
                format!("t{:08}@{domain}", rng.below(100_000_000))
            })
            .collect();
        // Half of them work through an ordered list.
        if self.number.is_multiple_of(2) {
            list.sort_unstable();
        }
        out.login(second.saturating_sub(3), self.user, address);
        out.mail(&Mail { account: self.user, address, second, recipients: &list, bounced_per_mille: bounced });
    }
}

/// Passwords tried from everywhere: some addresses try many accounts, and one account is tried from many addresses.
pub(super) fn tries(accounts: usize, rng: &mut Rng, out: &mut Writer) {
    for _ in 0..6 {
        let address = Block::anywhere(rng).address(rng.below(250));
        let start = rng.below_u32(80_000);
        for number in 0..10 + rng.below_u32(40) {
            out.failure(start + number * 20, &name(rng.below(accounts.max(1))), address);
        }
    }
    let target = name(rng.below(accounts.max(1)));
    for _ in 0..30 {
        out.failure(rng.below_u32(86_000), &target, Block::anywhere(rng).address(rng.below(250)));
    }
}
