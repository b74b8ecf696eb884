//! The sweep against comparing pair by pair.

use proptest::prelude::*;

use super::*;
use crate::sets::Range;

/// Each list from ranges in a small universe, at the top of the space or at its bottom.
fn lists<W: Width>(spec: &[Vec<(u8, u8)>], number: impl Fn(u8) -> W) -> Vec<Ranges<W>> {
    let range = |(a, length): &(u8, u8)| {
        // Half of the ranges are single addresses, as in life.
        let length = if length % 2 == 0 { 0 } else { length / 16 };
        Range::new(number(*a), number(a.saturating_add(length)))
    };
    spec.iter().map(|ranges| ranges.iter().map(range).collect()).collect()
}

fn check<W: Width>(lists: &[Ranges<W>]) {
    let borrowed: Vec<_> = lists.iter().collect();
    let overlap = Overlap::of(&borrowed);
    assert_eq!(overlap.lists(), lists.len());
    for (a, list) in lists.iter().enumerate() {
        assert_eq!(overlap.addresses(a), list.addresses());
        for (b, other) in lists.iter().enumerate() {
            assert_eq!(overlap.common(a, b), list.common(other), "{a} and {b}");
        }
        let others = Ranges::union_of(lists.iter().enumerate().filter(|(b, _)| *b != a).map(|(_, list)| list));
        assert_eq!(overlap.exclusive(a), list.difference(&others).addresses(), "only in {a}");
    }
    let pairs: Vec<_> = overlap.pairs().collect();
    assert_eq!(pairs.len(), lists.len() * lists.len().saturating_sub(1) / 2);
    assert!(pairs.iter().all(|(a, b, common)| a < b && *common == overlap.common(*a, *b)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_sweep_counts_what_pair_by_pair_counts(
        spec in prop::collection::vec(prop::collection::vec(any::<(u8, u8)>(), 0..20), 0..7), top: bool,
    ) {
        check(&lists(&spec, |at| if top { u32::MAX - 255 + u32::from(at) } else { at.into() }));
        check(&lists(&spec, |at| if top { u128::MAX - 255 + u128::from(at) } else { at.into() }));
    }
}

/// More ranges than one piece holds, so that ranges lie across the cuts.
#[test]
fn pieces_fit_together() {
    let every = |step: u32, length: u32| {
        (0..60_000).map(|at: u32| Range { first: at * step, last: at * step + length }).collect::<Ranges<u32>>()
    };
    let wide = Ranges::from_iter([Range { first: 5, last: 3_000_000 }]);
    check(&[every(40, 0), every(41, 7), wide, every(7, 0), every(40, 20), Ranges::default()]);
}
