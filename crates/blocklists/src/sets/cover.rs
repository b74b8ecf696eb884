//! The smallest set of prefixes that is exactly a set of addresses, and how a prefix is written.

use std::fmt;
use std::net::IpAddr;

use serde::{Serialize, Serializer};

use super::range::{Range, Ranges};
use super::width::Width;

/// A prefix. As text always with its length (`192.0.2.1/32`); `{:#}` leaves the length of a single address out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix {
    /// Its lowest address.
    pub network: IpAddr,
    /// Its length in bits.
    pub length: u8,
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let single = if self.network.is_ipv4() { u32::BITS } else { u128::BITS };
        if f.alternate() && u32::from(self.length) == single {
            return write!(f, "{}", self.network);
        }
        write!(f, "{}/{}", self.network, self.length)
    }
}

impl Serialize for Prefix {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The prefixes of one range, in ascending order.
#[derive(Debug, Clone)]
pub struct Prefixes<W> {
    left: Option<Range<W>>,
}

impl<W: Width> Iterator for Prefixes<W> {
    type Item = Prefix;

    fn next(&mut self) -> Option<Prefix> {
        let Range { first, last } = self.left?;
        // The largest prefix that begins at `first`, made smaller until it ends within the range.
        let mut length = W::BITS - first.trailing_zeros().min(W::BITS);
        while first.broadcast(length) > last {
            length += 1;
        }
        let next = first.broadcast(length).next().filter(|next| *next <= last);
        self.left = next.map(|first| Range { first, last });
        Some(Prefix { network: first.address(), length })
    }
}

impl<W: Width> Range<W> {
    /// The fewest prefixes that are exactly this range.
    pub const fn prefixes(self) -> Prefixes<W> {
        Prefixes { left: Some(self) }
    }
}

impl<W: Width> Ranges<W> {
    /// The fewest prefixes that are exactly this set, in ascending order.
    pub fn prefixes(&self) -> impl Iterator<Item = Prefix> + '_ {
        self.as_slice().iter().flat_map(|range| range.prefixes())
    }
}
