//! The two widths of an address, behind one trait, so that there is one code for IPv4 and IPv6.

use std::fmt::Debug;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How many addresses: `u64` for IPv4, `u128` for IPv6, where the one count that does not fit (all of them) saturates.
pub trait Count: Copy + Default + Ord + Debug + From<u32> + Send + Sync {
    /// Adds; never wraps.
    #[must_use]
    fn plus(self, other: Self) -> Self;
    /// Takes away; never wraps.
    #[must_use]
    fn minus(self, other: Self) -> Self;
    /// The number, as wide as it may be.
    fn wide(self) -> u128;
    /// One.
    const ONE: Self;
}

/// An address with a number, in the order of the address, then of the number; as small as it can be.
pub trait Tagged<W>: Copy + Ord + Send + Sync {
    /// Tags the address.
    fn new(address: W, tag: u32) -> Self;
    /// Takes the two apart.
    fn parts(self) -> (W, u32);
}

/// An address as a number in host order.
pub trait Width: Copy + Ord + Debug + Default + Send + Sync + 'static {
    /// What counts such addresses.
    type Count: Count;
    /// Such an address with a number.
    type Tagged: Tagged<Self>;
    /// The lowest address.
    const MIN: Self;
    /// The highest address.
    const MAX: Self;
    /// Bits of an address.
    const BITS: u8;

    /// The next address, if there is one.
    fn next(self) -> Option<Self>;
    /// The address before, if there is one.
    fn previous(self) -> Option<Self>;
    /// How many addresses `first..=last` has; `last` is not below `first`.
    fn span(first: Self, last: Self) -> Self::Count;
    /// The lowest address of the prefix of this `length` (0 ..= BITS).
    #[must_use]
    fn network(self, length: u8) -> Self;
    /// The highest address of the prefix of this `length` (0 ..= BITS).
    #[must_use]
    fn broadcast(self, length: u8) -> Self;
    /// Bits at the end that are 0.
    fn trailing_zeros(self) -> u8;
    /// The highest bit in which the two differ, counted from the top; BITS if they are equal.
    fn common_bits(self, other: Self) -> u8;
    /// As the standard library has it.
    fn address(self) -> IpAddr;
}

macro_rules! width {
    ($word:ty, $count:ty, $bits:literal, $address:ty, $tagged:ty) => {
        impl Width for $word {
            type Count = $count;
            type Tagged = $tagged;
            const MIN: Self = 0;
            const MAX: Self = <$word>::MAX;
            const BITS: u8 = $bits;

            #[inline]
            fn next(self) -> Option<Self> {
                self.checked_add(1)
            }
            #[inline]
            fn previous(self) -> Option<Self> {
                self.checked_sub(1)
            }
            #[inline]
            fn span(first: Self, last: Self) -> $count {
                <$count>::from(last.saturating_sub(first)).saturating_add(1)
            }
            #[inline]
            fn network(self, length: u8) -> Self {
                self & !Self::MAX.checked_shr(u32::from(length)).unwrap_or(0)
            }
            #[inline]
            fn broadcast(self, length: u8) -> Self {
                self | Self::MAX.checked_shr(u32::from(length)).unwrap_or(0)
            }
            #[inline]
            fn trailing_zeros(self) -> u8 {
                u8::try_from(<$word>::trailing_zeros(self)).unwrap_or($bits)
            }
            #[inline]
            fn common_bits(self, other: Self) -> u8 {
                u8::try_from((self ^ other).leading_zeros()).unwrap_or($bits)
            }
            fn address(self) -> IpAddr {
                <$address>::from(self).into()
            }
        }
    };
}

width!(u32, u64, 32, Ipv4Addr, u64);
width!(u128, u128, 128, Ipv6Addr, (u128, u32));

impl Tagged<u32> for u64 {
    #[inline]
    fn new(address: u32, tag: u32) -> Self {
        Self::from(address) << 32 | Self::from(tag)
    }
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the two halves")]
    fn parts(self) -> (u32, u32) {
        ((self >> 32) as u32, self as u32)
    }
}

impl Tagged<u128> for (u128, u32) {
    #[inline]
    fn new(address: u128, tag: u32) -> Self {
        (address, tag)
    }
    #[inline]
    fn parts(self) -> (u128, u32) {
        self
    }
}

macro_rules! count {
    ($word:ty) => {
        impl Count for $word {
            const ONE: Self = 1;
            #[inline]
            fn plus(self, other: Self) -> Self {
                self.saturating_add(other)
            }
            #[inline]
            fn minus(self, other: Self) -> Self {
                self.saturating_sub(other)
            }
            #[inline]
            fn wide(self) -> u128 {
                u128::from(self)
            }
        }
    };
}

count!(u64);
count!(u128);
