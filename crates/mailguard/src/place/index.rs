//! Address → number, for tables that are read a million times a second: for IPv4 three steps of 16, 8 and 8 bits in which
//! equal blocks are kept once, for IPv6 a binary search.

use std::net::IpAddr;

use hashbrown::HashMap;

/// This bit says that a cell names the next step instead of a value.
const NEXT: u32 = 1 << 31;
/// Cells of a page.
const PAGE: usize = 256;

/// Ranges of addresses with a number each; 0 is no range.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// By the first 16 bits.
    first: Vec<u32>,
    /// By the next 8, then by the last 8 bits: pages of one kind.
    pages: Vec<u32>,
    /// Starts of the IPv6 ranges, ascending, and their numbers.
    v6: Vec<(u128, u32)>,
}

/// Collects ranges in ascending order.
#[derive(Debug, Default)]
pub(super) struct Builder {
    v4: Vec<(u32, u32)>,
    v4_next: Option<u32>,
    v6: Vec<(u128, u32)>,
    v6_next: Option<u128>,
}

impl Builder {
    /// Addresses from `start` to `end`, both included. Ranges come in ascending order and do not overlap.
    pub(super) fn v4(&mut self, start: u32, end: u32, value: u32) {
        if let Some(next) = self.v4_next
            && next < start
        {
            self.v4.push((next, 0));
        }
        self.v4.push((start, value));
        self.v4_next = end.checked_add(1);
    }

    /// As [`Self::v4`].
    pub(super) fn v6(&mut self, start: u128, end: u128, value: u32) {
        if let Some(next) = self.v6_next
            && next < start
        {
            self.v6.push((next, 0));
        }
        self.v6.push((start, value));
        self.v6_next = end.checked_add(1);
    }

    pub(super) fn finish(mut self) -> Index {
        if let Some(next) = self.v4_next {
            self.v4.push((next, 0));
        }
        if let Some(next) = self.v6_next {
            self.v6.push((next, 0));
        }
        self.v6.dedup_by(|later, earlier| later.1 == earlier.1);
        let mut index = Index { first: Vec::new(), pages: Vec::new(), v6: self.v6 };
        if !self.v4.is_empty() {
            let mut known = HashMap::new();
            let mut cursor = Cursor { ranges: &self.v4, at: 0 };
            index.first = (0..1_u32 << 16).map(|high| index.cell(&mut cursor, &mut known, high << 16, 16)).collect();
        }
        index.pages.shrink_to_fit();
        index
    }
}

/// Walks over the ranges once.
struct Cursor<'r> {
    ranges: &'r [(u32, u32)],
    at: usize,
}

impl Cursor<'_> {
    /// The value at `address`, and whether it holds up to `last`.
    fn value(&mut self, address: u32, last: u32) -> (u32, bool) {
        while self.ranges.get(self.at + 1).is_some_and(|next| next.0 <= address) {
            self.at += 1;
        }
        let value = self.ranges.get(self.at).filter(|range| range.0 <= address).map_or(0, |range| range.1);
        let begun = self.ranges.get(self.at).is_some_and(|range| range.0 > address);
        let next = if begun { self.ranges.get(self.at) } else { self.ranges.get(self.at + 1) };
        (value, next.is_none_or(|next| next.0 > last))
    }
}

impl Index {
    /// The cell for the `2^bits` addresses from `start`.
    fn cell(&mut self, cursor: &mut Cursor<'_>, known: &mut HashMap<Vec<u32>, u32>, start: u32, bits: u32) -> u32 {
        let last = start | ((1_u32 << bits) - 1);
        let (value, whole) = cursor.value(start, last);
        if whole || bits == 0 {
            return value;
        }
        let step = bits - 8;
        let page: Vec<u32> =
            (0..PAGE).zip(0_u32..).map(|(_, at)| self.cell(cursor, known, start | at << step, step)).collect();
        if let Some(cell) = known.get(&page) {
            return *cell;
        }
        let cell = NEXT | u32::try_from(self.pages.len() / PAGE).unwrap_or(0);
        self.pages.extend_from_slice(&page);
        known.insert(page, cell);
        cell
    }

    /// The number of the range that `address` is in; 0 if it is in none.
    pub(super) fn get(&self, address: IpAddr) -> u32 {
        match address {
            IpAddr::V4(v4) => self.v4(v4.to_bits()),
            IpAddr::V6(v6) => {
                let bits = v6.to_bits();
                let after = self.v6.partition_point(|range| range.0 <= bits);
                after.checked_sub(1).and_then(|at| self.v6.get(at)).map_or(0, |range| range.1)
            }
        }
    }

    fn v4(&self, bits: u32) -> u32 {
        let Some(&cell) = self.first.get((bits >> 16) as usize) else { return 0 };
        if cell & NEXT == 0 {
            return cell;
        }
        let cell = self.page(cell, bits >> 8);
        if cell & NEXT == 0 { cell } else { self.page(cell, bits) }
    }

    fn page(&self, cell: u32, bits: u32) -> u32 {
        let at = (cell & !NEXT) as usize * PAGE + (bits & 0xFF) as usize;
        self.pages.get(at).copied().unwrap_or(0)
    }

    /// Bytes that it takes.
    pub(super) fn size(&self) -> usize {
        (self.first.len() + self.pages.len()) * 4 + self.v6.len() * 32
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_address_has_the_number_of_its_range(
            mut cuts in proptest::collection::btree_set(any::<u32>(), 0..40),
            near in proptest::collection::vec(0_u32..2000, 0..40),
            probes in proptest::collection::vec(any::<u32>(), 0..50),
        ) {
            cuts.extend(near.iter().map(|step| 0xC000_0200 + step));
            let cuts: Vec<u32> = cuts.into_iter().collect();
            let mut builder = Builder::default();
            let mut wanted = Vec::new();
            for (number, pair) in cuts.chunks_exact(2).enumerate() {
                let value = u32::try_from(number % 3).unwrap() + 1;
                builder.v4(pair[0], pair[1], value);
                builder.v6(u128::from(pair[0]) << 96, u128::from(pair[1]) << 96, value);
                wanted.push((pair[0], pair[1], value));
            }
            let index = builder.finish();
            let edges = cuts.iter().flat_map(|cut| [cut.wrapping_sub(1), *cut, cut.wrapping_add(1)]);
            for probe in edges.chain(probes) {
                let value = wanted.iter().find(|range| (range.0..=range.1).contains(&probe)).map_or(0, |range| range.2);
                prop_assert_eq!(index.get(Ipv4Addr::from_bits(probe).into()), value, "{:x}", probe);
                let value = wanted.iter().find(|range| (range.0..=range.1).contains(&probe)).map_or(0, |range| range.2);
                prop_assert_eq!(index.get(Ipv6Addr::from_bits(u128::from(probe) << 96).into()), value);
            }
        }
    }

    #[test]
    fn the_ends_of_the_space_are_in_it() {
        let mut builder = Builder::default();
        builder.v4(0, u32::MAX, 7);
        let index = builder.finish();
        assert_eq!(index.get("0.0.0.0".parse().unwrap()), 7);
        assert_eq!(index.get("255.255.255.255".parse().unwrap()), 7);
        assert_eq!(index.get("::1".parse().unwrap()), 0);
        assert_eq!(Builder::default().finish().get("192.0.2.1".parse().unwrap()), 0);
        assert!(index.size() < 300_000);
    }
}
