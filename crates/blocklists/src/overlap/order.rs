//! The ranges of many lists in the order of their first addresses, piece by piece.
//!
//! Sorting everything at once would run through memory many times. Every list is sorted already, so the address space is
//! cut into pieces that fit the processor's cache, and each is gathered and sorted by itself.

use crate::sets::{Range, Ranges, Tagged as _, Width};

/// Ranges in one piece, about; eight times that many bytes must fit the cache nearest to the processor but one.
const PIECE: usize = 1 << 14;
/// Every so many-th range of a list is a sample for where to cut.
const SAMPLE: usize = 1 << 8;

/// A piece of the address space.
pub(super) struct Piece<W: Width> {
    /// Single addresses with their lists.
    pub(super) singles: Vec<W::Tagged>,
    /// Longer ranges with their lists.
    pub(super) long: Vec<(Range<W>, u32)>,
}

/// Calls `each` with every piece, in order.
pub(super) fn pieces<W: Width>(lists: &[&Ranges<W>], mut each: impl FnMut(&Piece<W>)) {
    let mut cuts: Vec<W> =
        lists.iter().flat_map(|list| list.as_slice().iter().step_by(SAMPLE).skip(1).map(|range| range.first)).collect();
    cuts.sort_unstable();
    let cuts = cuts.into_iter().step_by(PIECE / SAMPLE).skip(1);
    let mut left: Vec<&[Range<W>]> = lists.iter().map(|list| list.as_slice()).collect();
    let mut piece = Piece { singles: Vec::with_capacity(2 * PIECE), long: Vec::new() };
    for cut in cuts.map(Some).chain([None]) {
        piece.singles.clear();
        piece.long.clear();
        for (list, left) in (0_u32..).zip(&mut left) {
            let mut taken = 0;
            for range in left.iter().take_while(|range| cut.is_none_or(|cut| range.first < cut)) {
                taken += 1;
                if range.first == range.last {
                    piece.singles.push(W::Tagged::new(range.first, list));
                } else {
                    piece.long.push((*range, list));
                }
            }
            *left = &left[taken..];
        }
        piece.singles.sort_unstable();
        piece.long.sort_unstable_by_key(|(range, list)| (range.first, *list));
        each(&piece);
    }
}
