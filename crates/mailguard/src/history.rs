//! What is remembered of an account: from where it was used lately, address by address, and which networks it has known for
//! long. Both have a bound; what is dropped first is what the counts do not need.

use std::net::IpAddr;

use jiff::Timestamp;
use jiff::tz::Offset;

use crate::place::{Country, Place};

/// Most addresses kept of one account. Counts of countries and networks are exact up to this number.
pub const MAX_SIGHTINGS: usize = 64;
/// Most networks kept of one account.
pub const MAX_KNOWN: usize = 24;

/// One address from which an account was used, with the last time.
#[derive(Debug, Clone, Copy, PartialEq)]
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
    /// A use at `at` from `address`.
    pub fn new(
        at: Timestamp,
        zone: Offset,
        address: IpAddr,
        port: Option<u16>,
        place: Place,
        position: Position,
    ) -> Self {
        let last = seconds(at);
        Self {
            address: octets(address),
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
    pub fn address(&self) -> IpAddr {
        IpAddr::from(self.address).to_canonical()
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

/// The memory of one account.
#[derive(Debug, Clone, Default)]
pub struct History {
    recent: Vec<Sighting>,
    known: Vec<Known>,
}

impl History {
    /// The addresses of the last days, in no order.
    pub fn recent(&self) -> &[Sighting] {
        &self.recent
    }

    /// The networks, in no order.
    pub fn known(&self) -> &[Known] {
        &self.known
    }

    /// What is known about the network of `place`.
    pub fn knows(&self, place: Place) -> Option<&Known> {
        self.known.iter().find(|known| known.network == place.network && known.country == place.country)
    }

    /// Remembers a use; forgets what is older than `keep` says. Returns the use before it.
    pub fn see(&mut self, sighting: Sighting, keep: Keep) -> Option<Sighting> {
        let previous = self.recent.iter().max_by_key(|old| old.last).copied();
        let oldest = sighting.last.saturating_sub(keep.seconds);
        self.recent.retain(|old| old.last > oldest);
        let same = |old: &Sighting| {
            old.address == sighting.address || !keep.addresses && sighting.country.is_some() && old.is_near(&sighting)
        };
        if let Some(old) = self.recent.iter_mut().find(|old| same(old)) {
            if sighting.last >= old.last {
                *old = sighting;
            }
            return previous;
        }
        if self.recent.len() >= MAX_SIGHTINGS {
            let victim = self.victim();
            self.recent.swap_remove(victim);
        } else if self.recent.len() == self.recent.capacity() {
            // Most accounts have two or three places: room is made one by one, as 36 bytes times ten million count.
            self.recent.reserve_exact(if self.recent.len() < 8 { 1 } else { 8 });
        }
        self.recent.push(sighting);
        previous
    }

    /// The sighting that is missed least: the oldest of those whose place another one shows, else the oldest.
    fn victim(&self) -> usize {
        let shown = |index: usize, one: &Sighting| {
            self.recent
                .iter()
                .enumerate()
                .any(|(other, two)| other != index && one.is_near(two) && one.last <= two.last)
        };
        let oldest = self.recent.iter().enumerate().min_by_key(|(index, one)| (!shown(*index, one), one.last));
        oldest.map_or(0, |(index, _)| index)
    }

    /// Remembers the network for long.
    pub fn learn(&mut self, place: Place, at: Timestamp) {
        if place == Place::default() {
            return;
        }
        let day = u16::try_from(at.as_second().div_euclid(86_400).max(0)).unwrap_or(u16::MAX);
        if let Some(known) =
            self.known.iter_mut().find(|known| known.network == place.network && known.country == place.country)
        {
            if day > known.last {
                known.last = day;
                known.days = known.days.saturating_add(1);
            }
            return;
        }
        if self.known.len() >= MAX_KNOWN {
            let stalest = self.known.iter().enumerate().min_by_key(|(_, known)| (known.last, known.days));
            if let Some((index, _)) = stalest {
                self.known.swap_remove(index);
            }
        } else if self.known.len() == self.known.capacity() {
            self.known.reserve_exact(if self.known.len() < 8 { 1 } else { 4 });
        }
        self.known.push(Known { network: place.network, country: place.country, first: day, last: day, days: 1 });
    }

    /// Bytes behind the two pointers.
    pub fn size(&self) -> usize {
        self.recent.capacity() * size_of::<Sighting>() + self.known.capacity() * size_of::<Known>()
    }
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

    fn seen(history: &mut History, second: i64, address: &str, country: &str, network: u32) {
        let at = Timestamp::from_second(second).unwrap();
        let place = Place { country: Country::new(country), network, spot: None };
        history.see(
            Sighting::new(at, Offset::UTC, address.parse().unwrap(), Some(7), place, Position::default()),
            Keep { seconds: 86_400, addresses: true },
        );
        history.learn(place, at);
    }

    #[test]
    fn an_address_is_kept_once_with_its_last_time_and_forgotten_after_the_window() {
        let mut history = History::default();
        for second in [0, 100, 86_400] {
            seen(&mut history, second, "192.0.2.1", "JP", 1);
        }
        seen(&mut history, 86_399, "2001:db8::1", "US", 2);
        assert_eq!(history.recent().len(), 2);
        seen(&mut history, 2 * 86_400, "192.0.2.2", "JP", 1);
        let addresses: Vec<_> = history.recent().iter().map(|one| one.address().to_string()).collect();
        assert_eq!(addresses, ["192.0.2.2"]);
        assert_eq!(history.known().len(), 2);
        assert_eq!((history.known()[0].days, history.known()[0].first, history.known()[0].last), (3, 0, 2));
    }

    #[test]
    fn when_there_is_no_room_no_country_is_lost() {
        let mut history = History::default();
        for country in 0..9_u8 {
            let code = format!("A{}", char::from(b'A' + country));
            seen(
                &mut history,
                1_000_000 + i64::from(country),
                &format!("192.0.2.{country}"),
                &code,
                u32::from(country),
            );
        }
        for number in 0..200_u8 {
            seen(&mut history, 1_001_000 + i64::from(number), &format!("198.51.100.{number}"), "JP", 99);
        }
        assert_eq!(history.recent().len(), MAX_SIGHTINGS);
        let mut countries: Vec<_> = history.recent().iter().map(|one| one.country().unwrap().to_string()).collect();
        countries.sort();
        countries.dedup();
        assert_eq!(countries.len(), 10);
    }

    #[test]
    fn a_sighting_takes_thirty_six_bytes_and_a_network_twelve() {
        assert_eq!((size_of::<Sighting>(), size_of::<Known>()), (36, 12));
    }
}
