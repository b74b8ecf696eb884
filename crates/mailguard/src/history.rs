//! What is remembered of an account: from where it was used lately, address by address, and which networks it has known for
//! long. Both have a bound; what is dropped first is what the counts do not need.

use std::net::IpAddr;

use jiff::Timestamp;
use jiff::tz::Offset;

use crate::accounts::AccountId;
use crate::blocks::Blocks;
use crate::place::{Country, Place};

/// Most addresses kept of one account. Counts of countries and networks are exact up to this number.
pub const MAX_SIGHTINGS: usize = 64;
/// Most networks kept of one account.
pub const MAX_KNOWN: usize = 24;

/// One address from which an account was used, with the last time.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Sighting {
    address: [u8; 16],
    /// Seconds since 1970, the last time.
    last: u32,
    network: u32,
    line: u32,
    source: u16,
    country: Option<Country>,
    port: u16,
    /// Minutes.
    zone: i16,
}

/// Where a line stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Position {
    /// Number of the source.
    pub source: u16,
    /// Number of the line in it, from 1.
    pub line: u32,
}

impl Sighting {
    /// A use at `at` from `address`; lines of the queue have none.
    pub fn new(
        at: Timestamp,
        zone: Offset,
        address: Option<IpAddr>,
        port: Option<u16>,
        place: Place,
        position: Position,
    ) -> Self {
        let last = seconds(at);
        Self {
            address: address.map_or([0; 16], octets),
            last,
            network: place.network,
            line: position.line,
            source: position.source,
            country: place.country,
            port: port.unwrap_or(0),
            zone: i16::try_from(zone.seconds() / 60).unwrap_or(0),
        }
    }

    /// The last time, in seconds since 1970.
    pub fn last(&self) -> i64 {
        i64::from(self.last)
    }

    /// The last time.
    pub fn at(&self) -> Timestamp {
        Timestamp::from_second(i64::from(self.last)).unwrap_or_default()
    }

    /// The zone in which its line was written.
    pub fn zone(&self) -> Offset {
        Offset::from_seconds(i32::from(self.zone) * 60).unwrap_or(Offset::UTC)
    }

    /// The address.
    pub fn address(&self) -> Option<IpAddr> {
        (self.address != [0; 16]).then(|| IpAddr::from(self.address).to_canonical())
    }

    /// The client's port at the last time.
    pub const fn port(&self) -> Option<u16> {
        if self.port == 0 { None } else { Some(self.port) }
    }

    /// The country.
    pub const fn country(&self) -> Option<Country> {
        self.country
    }

    /// The network's number, 0 if unknown.
    pub const fn network(&self) -> u32 {
        self.network
    }

    /// Where that is.
    pub const fn place(&self) -> Place {
        Place { country: self.country, network: self.network, spot: None }
    }

    /// Where the line of the last time stood.
    pub const fn position(&self) -> Position {
        Position { source: self.source, line: self.line }
    }

    /// Whether both are of one place, as far as it is known.
    fn is_near(&self, other: &Self) -> bool {
        self.country == other.country && self.network == other.network
    }
}

/// What the rules need to be remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// Seconds for which a use is remembered.
    pub seconds: u32,
    /// Whether each address is kept, or the last one of each country and network.
    pub addresses: bool,
}

impl Keep {
    /// What serves both.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self { seconds: self.seconds.max(other.seconds), addresses: self.addresses || other.addresses }
    }
}

/// A network that an account has used before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Its number, 0 where only the country is known.
    pub network: u32,
    /// Its country.
    pub country: Option<Country>,
    /// Day of the first use, days since 1970.
    pub first: u16,
    /// Day of the last use.
    pub last: u16,
    /// Number of days with a use.
    pub days: u16,
}

/// What is remembered of one account.
#[derive(Debug, Clone, Copy, Default)]
pub struct History<'h> {
    /// The addresses of the last days, in no order.
    pub recent: &'h [Sighting],
    /// The networks, in no order.
    pub known: &'h [Known],
}

impl History<'_> {
    /// What is known about the network of `place`.
    pub fn knows(&self, place: Place) -> Option<&Known> {
        self.known.iter().find(|known| known.is_at(place))
    }
}

impl Known {
    fn is_at(&self, place: Place) -> bool {
        self.network == place.network && self.country == place.country
    }
}

/// What is remembered of all accounts, by their numbers.
#[derive(Debug, Default)]
pub(crate) struct Histories {
    recent: Blocks<Sighting>,
    known: Blocks<Known>,
}

impl Histories {
    /// What is remembered of an account.
    pub(crate) fn of(&self, account: AccountId) -> History<'_> {
        History { recent: self.recent.get(account.index()), known: self.known.get(account.index()) }
    }

    /// Remembers a use; forgets what is older than `keep` says. Returns the use before it.
    pub(crate) fn see(&mut self, account: AccountId, sighting: Sighting, keep: Keep) -> Option<Sighting> {
        let owner = account.index();
        let oldest = sighting.last.saturating_sub(keep.seconds);
        let (mut previous, mut same, mut stale) = (None, None, false);
        let recent = self.recent.get_mut(owner);
        for (index, old) in recent.iter().enumerate() {
            if previous.is_none_or(|previous: &Sighting| old.last >= previous.last) {
                previous = Some(old);
            }
            stale |= old.last <= oldest;
            let is_same = old.address == sighting.address
                || !keep.addresses && sighting.country.is_some() && old.is_near(&sighting);
            if is_same && old.last > oldest && same.is_none() {
                same = Some(index);
            }
        }
        let previous = previous.copied();
        if let Some(old) = same.and_then(|index| recent.get_mut(index))
            && sighting.last >= old.last
        {
            *old = sighting;
        }
        if stale {
            self.recent.retain(owner, |old| old.last > oldest);
        }
        if same.is_none() {
            let recent = self.recent.get_mut(owner);
            if recent.len() >= MAX_SIGHTINGS {
                recent[victim(recent)] = sighting;
            } else {
                self.recent.push(owner, sighting);
            }
        }
        previous
    }

    /// Remembers the network for long.
    pub(crate) fn learn(&mut self, account: AccountId, place: Place, at: Timestamp) {
        if place == Place::default() {
            return;
        }
        let day = u16::try_from(at.as_second().div_euclid(86_400).max(0)).unwrap_or(u16::MAX);
        let known = self.known.get_mut(account.index());
        if let Some(known) = known.iter_mut().find(|known| known.is_at(place)) {
            if day > known.last {
                known.last = day;
                known.days = known.days.saturating_add(1);
            }
            return;
        }
        let fresh = Known { network: place.network, country: place.country, first: day, last: day, days: 1 };
        if known.len() >= MAX_KNOWN {
            if let Some(stalest) = known.iter_mut().min_by_key(|known| (known.last, known.days)) {
                *stalest = fresh;
            }
            return;
        }
        self.known.push(account.index(), fresh);
    }

    /// Bytes that they take.
    pub(crate) fn size(&self) -> usize {
        self.recent.size() + self.known.size()
    }
}

/// The sighting that is missed least: the oldest of those whose place another one shows, else the oldest.
fn victim(recent: &[Sighting]) -> usize {
    let shown = |index: usize, one: &Sighting| {
        let mut others = recent.iter().enumerate().filter(|(other, _)| *other != index);
        others.any(|(_, two)| one.is_near(two) && one.last <= two.last)
    };
    let oldest = recent.iter().enumerate().min_by_key(|(index, one)| (!shown(*index, one), one.last));
    oldest.map_or(0, |(index, _)| index)
}

/// Seconds since 1970; what lies outside 1970 to 2106 is put at its end.
pub(crate) fn seconds(at: Timestamp) -> u32 {
    u32::try_from(at.as_second().max(0)).unwrap_or(u32::MAX)
}

const fn octets(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().octets(),
        IpAddr::V6(v6) => v6.octets(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::Accounts;

    struct One(Histories, AccountId);

    impl One {
        fn new() -> Self {
            Self(Histories::default(), Accounts::default().id(b"taro"))
        }

        fn seen(&mut self, second: i64, address: &str, country: &str, network: u32) {
            let at = Timestamp::from_second(second).unwrap();
            let place = Place { country: Country::new(country), network, spot: None };
            let sighting = Sighting::new(at, Offset::UTC, address.parse().ok(), Some(7), place, Position::default());
            self.0.see(self.1, sighting, Keep { seconds: 86_400, addresses: true });
            self.0.learn(self.1, place, at);
        }

        fn history(&self) -> History<'_> {
            self.0.of(self.1)
        }
    }

    #[test]
    fn an_address_is_kept_once_with_its_last_time_and_forgotten_after_the_window() {
        let mut one = One::new();
        for second in [0, 100, 86_400] {
            one.seen(second, "192.0.2.1", "JP", 1);
        }
        one.seen(86_399, "2001:db8::1", "US", 2);
        assert_eq!(one.history().recent.len(), 2);
        one.seen(2 * 86_400, "192.0.2.2", "JP", 1);
        let addresses: Vec<_> = one.history().recent.iter().map(|one| one.address().unwrap().to_string()).collect();
        assert_eq!(addresses, ["192.0.2.2"]);
        let known = one.history().known;
        assert_eq!(known.len(), 2);
        assert_eq!((known[0].days, known[0].first, known[0].last), (3, 0, 2));
    }

    #[test]
    fn when_there_is_no_room_no_country_is_lost() {
        let mut one = One::new();
        for country in 0..9_u8 {
            let code = format!("A{}", char::from(b'A' + country));
            one.seen(1_000_000 + i64::from(country), &format!("192.0.2.{country}"), &code, u32::from(country));
        }
        for number in 0..200_u8 {
            one.seen(1_001_000 + i64::from(number), &format!("198.51.100.{number}"), "JP", 99);
        }
        assert_eq!(one.history().recent.len(), MAX_SIGHTINGS);
        let mut countries: Vec<_> = one.history().recent.iter().map(|one| one.country().unwrap().to_string()).collect();
        countries.sort();
        countries.dedup();
        assert_eq!(countries.len(), 10);
    }

    #[test]
    fn a_sighting_takes_thirty_six_bytes_and_a_network_twelve() {
        assert_eq!((size_of::<Sighting>(), size_of::<Known>()), (36, 12));
    }
}
