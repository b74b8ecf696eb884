//! Finding the next range of a sorted slice by growing steps: cheap when it is near, logarithmic when it is far.

use super::range::Range;
use super::width::Width;

/// The first place from `from` on whose range does not end before `address`.
#[inline]
pub(super) fn ending_from<W: Width>(ranges: &[Range<W>], from: usize, address: W) -> usize {
    let mut low = from;
    let mut step = 1;
    // Invariant: every range before `low` ends before `address`.
    loop {
        let probe = low.saturating_add(step) - 1;
        match ranges.get(probe) {
            Some(range) if range.last < address => {
                low = probe + 1;
                step *= 2;
            }
            _ => {
                let high = probe.min(ranges.len());
                let within = ranges.get(low..high).unwrap_or_default();
                return low + within.partition_point(|range| range.last < address);
            }
        }
    }
}
