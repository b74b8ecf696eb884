//! Where an address is: country and network (AS), as far as the operator's databases know it. Unknown stays unknown.

mod index;
mod mmdb;

pub use mmdb::Mmdb;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::NonZeroU16;

/// A country by its two letters (ISO 3166-1 alpha-2).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Country(NonZeroU16);

impl Country {
    /// The country of two ASCII letters, of either case.
    pub fn new(code: &str) -> Option<Self> {
        let [first, second] = code.as_bytes() else { return None };
        if !first.is_ascii_alphabetic() || !second.is_ascii_alphabetic() {
            return None;
        }
        let letters = [first.to_ascii_uppercase(), second.to_ascii_uppercase()];
        NonZeroU16::new(u16::from_be_bytes(letters)).map(Self)
    }

    /// The two letters.
    pub const fn letters(self) -> [u8; 2] {
        self.0.get().to_be_bytes()
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second] = self.letters();
        write!(f, "{}{}", char::from(first), char::from(second))
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl serde::Serialize for Country {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A point of the earth and how far from it the truth may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spot {
    /// Degrees north.
    pub latitude: f32,
    /// Degrees east.
    pub longitude: f32,
    /// Kilometres around it in which the address is, by the database's word.
    pub radius: f32,
}

/// Where an address is.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Place {
    /// Country.
    pub country: Option<Country>,
    /// Number of the autonomous system; 0 is reserved (RFC 7607) and stands for unknown.
    pub network: u32,
    /// Coordinates, where the database has them.
    pub spot: Option<Spot>,
}

/// Whoever can tell where an address is.
pub trait Places: Send + Sync {
    /// The place of a public address.
    fn place(&self, address: IpAddr) -> Place;
}

/// Knows nothing: rules about places are silent.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nowhere;

impl Places for Nowhere {
    fn place(&self, _: IpAddr) -> Place {
        Place::default()
    }
}

/// Whether `address` is of a network that many use at once (RFC 1918, 6598, 4193, loopback, link-local): it is no place,
/// whatever a database says. Documentation and benchmarking addresses are looked up as others are.
pub const fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_unspecified()
                || v4.is_broadcast()
                || v4.is_multicast()
                || is_shared(v4)
        }
        IpAddr::V6(v6) => {
            v6.is_loopback() || v6.is_unspecified() || v6.is_multicast() || is_local(v6) || v6.is_unicast_link_local()
        }
    }
}

/// 100.64.0.0/10 (RFC 6598).
const fn is_shared(address: Ipv4Addr) -> bool {
    let octets = address.octets();
    octets[0] == 100 && octets[1] & 0xC0 == 64
}

/// fc00::/7 (RFC 4193).
const fn is_local(address: Ipv6Addr) -> bool {
    address.octets()[0] & 0xFE == 0xFC
}

/// Remembers the answers for the addresses that come again; most do.
pub(crate) struct Cached {
    places: Box<dyn Places>,
    slots: Vec<(Option<IpAddr>, Place)>,
}

/// Slots of the cache, a power of two.
const SLOTS: usize = 1 << 15;

impl Cached {
    pub(crate) fn new(places: Box<dyn Places>) -> Self {
        Self { places, slots: vec![(None, Place::default()); SLOTS] }
    }

    pub(crate) fn place(&mut self, address: IpAddr) -> Place {
        let folded = match address {
            IpAddr::V4(v4) => u64::from(v4.to_bits()),
            IpAddr::V6(v6) => {
                let [high, low] = [v6.to_bits() >> 64, v6.to_bits()].map(low_half);
                high ^ low.rotate_left(17)
            }
        };
        let slot = &mut self.slots[(folded.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as usize % SLOTS];
        if slot.0 != Some(address) {
            let place = if is_private(address) { Place::default() } else { self.places.place(address) };
            *slot = (Some(address), place);
        }
        slot.1
    }
}

/// The lower 64 bits.
#[expect(clippy::cast_possible_truncation, reason = "the cut is the purpose")]
const fn low_half(bits: u128) -> u64 {
    bits as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_nowhere_and_documentation_is_somewhere() {
        for address in [
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "127.0.0.1",
            "100.64.0.1",
            "169.254.1.1",
            "fd00::1",
            "fe80::1",
            "::1",
        ] {
            assert!(is_private(address.parse().unwrap()), "{address}");
        }
        for address in ["192.0.2.1", "198.18.0.1", "100.63.255.255", "100.128.0.0", "2001:db8::1", "8.8.8.8"] {
            assert!(!is_private(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn a_country_is_two_letters() {
        assert_eq!(Country::new("jp").unwrap().to_string(), "JP");
        for text in ["", "J", "JPN", "J1", "日"] {
            assert!(Country::new(text).is_none(), "{text}");
        }
    }

    #[test]
    fn the_cache_asks_once_and_never_about_private_addresses() {
        struct Counting(std::sync::atomic::AtomicUsize);
        impl Places for &'static Counting {
            fn place(&self, _: IpAddr) -> Place {
                let asked = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                Place { network: u32::try_from(asked).unwrap() + 1, ..Place::default() }
            }
        }
        static COUNTING: Counting = Counting(std::sync::atomic::AtomicUsize::new(0));
        let mut cached = Cached::new(Box::new(&COUNTING));
        let mut network = |text: &str| cached.place(text.parse().unwrap()).network;
        assert_eq!(
            [network("192.0.2.1"), network("192.0.2.1"), network("10.0.0.1"), network("2001:db8::1")],
            [1, 1, 0, 2]
        );
    }
}
