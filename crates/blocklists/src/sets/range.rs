//! A range of addresses, and a set of them.

use super::width::{Count as _, Width};

/// Addresses from `first` to `last`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Range<W> {
    /// The lowest address.
    pub first: W,
    /// The highest address; not below `first`.
    pub last: W,
}

impl<W: Width> Range<W> {
    /// From the lower to the higher of the two.
    #[inline]
    pub fn new(one: W, other: W) -> Self {
        if one <= other { Self { first: one, last: other } } else { Self { first: other, last: one } }
    }

    /// One address.
    #[inline]
    pub const fn single(address: W) -> Self {
        Self { first: address, last: address }
    }

    /// The prefix of this `length` around `address`.
    #[inline]
    pub fn prefix(address: W, length: u8) -> Self {
        Self { first: address.network(length), last: address.broadcast(length) }
    }

    /// Whether `address` is in it.
    #[inline]
    pub fn contains(&self, address: W) -> bool {
        self.first <= address && address <= self.last
    }

    /// How many addresses.
    #[inline]
    pub fn addresses(&self) -> W::Count {
        W::span(self.first, self.last)
    }
}

/// A set of addresses: ranges in ascending order, between any two of which at least one address is missing.
///
/// Two equal sets have equal ranges.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Ranges<W> {
    ranges: Vec<Range<W>>,
}

impl<W: Width> Ranges<W> {
    /// The set of all addresses in `ranges`, which may be in any order and overlap.
    pub fn from_unsorted(mut ranges: Vec<Range<W>>) -> Self {
        if !ranges.is_sorted_by_key(|range| range.first) {
            ranges.sort_unstable_by_key(|range| range.first);
        }
        Self::joined(ranges)
    }

    /// Joins what overlaps or touches; `ranges` are in the order of their first addresses.
    fn joined(mut ranges: Vec<Range<W>>) -> Self {
        let mut kept = 0;
        for at in 1..ranges.len() {
            let range = ranges[at];
            let open = &mut ranges[kept];
            // Touching counts as overlapping: a set has one form only.
            if open.last.next().is_none_or(|next| range.first <= next) {
                open.last = open.last.max(range.last);
            } else {
                kept += 1;
                ranges[kept] = range;
            }
        }
        ranges.truncate(kept + 1);
        Self { ranges }
    }

    /// Appends a range that begins after all that are there, joining it to the last one if they touch.
    #[inline]
    pub(crate) fn push(&mut self, range: Range<W>) {
        match self.ranges.last_mut() {
            Some(open) if open.last.next().is_none_or(|next| range.first <= next) => {
                open.last = open.last.max(range.last);
            }
            _ => self.ranges.push(range),
        }
    }

    /// The ranges in ascending order.
    #[inline]
    pub fn as_slice(&self) -> &[Range<W>] {
        &self.ranges
    }

    /// Whether there is no address in it.
    pub const fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// How many ranges.
    pub const fn len(&self) -> usize {
        self.ranges.len()
    }

    /// How many addresses.
    pub fn addresses(&self) -> W::Count {
        self.ranges.iter().fold(W::Count::default(), |sum, range| sum.plus(range.addresses()))
    }

    /// Whether any address of `range` is in it.
    pub fn touches(&self, range: Range<W>) -> bool {
        let before = self.ranges.partition_point(|own| own.last < range.first);
        self.ranges.get(before).is_some_and(|own| own.first <= range.last)
    }

    /// The range that holds `address`, if one does.
    pub fn find(&self, address: W) -> Option<Range<W>> {
        let after = self.ranges.partition_point(|range| range.first <= address);
        let range = *self.ranges.get(after.checked_sub(1)?)?;
        range.contains(address).then_some(range)
    }
}

impl<W: Width> FromIterator<Range<W>> for Ranges<W> {
    fn from_iter<I: IntoIterator<Item = Range<W>>>(ranges: I) -> Self {
        Self::from_unsorted(ranges.into_iter().collect())
    }
}
