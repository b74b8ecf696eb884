//! The algebra against a set of single addresses, in small universes at both ends of the address space.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

/// Addresses of the universe; it lies at the bottom or at the top of the space.
const UNIVERSE: u128 = 48;

fn from<W: Width>(at: u128, top: bool, number: impl Fn(u128) -> W) -> W {
    let highest = if W::BITS == 32 { u128::from(u32::MAX) } else { u128::MAX };
    number(if top { highest - UNIVERSE + 1 + at } else { at })
}

type Spec = Vec<(u8, u8)>;

/// The same set as ranges and as single addresses.
fn both<W: Width>(spec: &Spec, top: bool, number: impl Fn(u128) -> W + Copy) -> (Ranges<W>, BTreeSet<W>) {
    let bounded = |value: u8| u128::from(value) % UNIVERSE;
    let ranges =
        spec.iter().map(|(a, b)| Range::new(from(bounded(*a), top, number), from(bounded(*b), top, number))).collect();
    let naive = spec
        .iter()
        .flat_map(|(a, b)| {
            let (a, b) = (bounded(*a), bounded(*b));
            (a.min(b)..=a.max(b)).map(|at| from(at, top, number)).collect::<Vec<_>>()
        })
        .collect();
    (ranges, naive)
}

fn flat<W: Width>(ranges: &Ranges<W>) -> Vec<W> {
    let mut all = Vec::new();
    for range in ranges.as_slice() {
        let mut at = range.first;
        loop {
            all.push(at);
            match at.next() {
                Some(next) if next <= range.last => at = next,
                _ => break,
            }
        }
    }
    all
}

fn check<W: Width>(one: &Spec, two: &Spec, top: bool, number: impl Fn(u128) -> W + Copy) {
    let ((a, naive_a), (b, naive_b)) = (both(one, top, number), both(two, top, number));
    for (set, naive) in [
        (a.clone(), naive_a.clone()),
        (a.union(&b), &naive_a | &naive_b),
        (Ranges::union_of([&a, &b]), &naive_a | &naive_b),
        (a.intersection(&b), &naive_a & &naive_b),
        (a.difference(&b), &naive_a - &naive_b),
        (b.difference(&a), &naive_b - &naive_a),
    ] {
        assert_eq!(flat(&set), naive.iter().copied().collect::<Vec<_>>());
        assert_eq!(set.addresses().wide(), naive.len() as u128);
        let apart = |pair: &[Range<W>]| pair[0].last.next().is_some_and(|next| next < pair[1].first);
        assert!(set.as_slice().windows(2).all(apart), "{set:?} has one form only");
        assert_eq!(Ranges::from_unsorted(set.as_slice().iter().rev().copied().collect()), set);
    }
    assert_eq!(a.common(&b).wide(), (&naive_a & &naive_b).len() as u128);
    for at in 0..UNIVERSE {
        let address = from(at, top, number);
        assert_eq!(a.find(address).is_some(), naive_a.contains(&address));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_algebra_is_that_of_sets(one: Spec, two: Spec, top: bool) {
        check::<u32>(&one, &two, top, |at| u32::try_from(at).unwrap());
        check::<u128>(&one, &two, top, |at| at);
    }

    /// The cover is exact, in order, and no shorter one exists: a prefix's sibling is never there as a whole.
    #[test]
    fn the_cover_is_exact_and_smallest(first: u32, last: u32) {
        let range = Range::new(first, last);
        let prefixes: Vec<_> = range.prefixes().collect();
        let blocks: Vec<_> = prefixes.iter().map(|prefix| {
            let std::net::IpAddr::V4(network) = prefix.network else { panic!("{prefix}") };
            let network = u32::from(network);
            prop_assert_eq!(network, network.network(prefix.length));
            Ok(Range::prefix(network, prefix.length))
        }).collect::<Result<_, TestCaseError>>()?;
        prop_assert_eq!(Ranges::from_unsorted(blocks.clone()), [range].into_iter().collect());
        for pair in blocks.windows(2).zip(prefixes.windows(2)) {
            let ([a, b], [left, right]) = pair else { panic!() };
            let siblings = left.length == right.length && a.first.network(left.length - 1) == b.first.network(left.length - 1);
            prop_assert!(!siblings, "{} and {} are one", left, right);
        }
    }
}

#[test]
fn the_ends_of_the_space_hold() {
    let all = Ranges::from_iter([Range { first: 0_u32, last: u32::MAX }]);
    assert_eq!(all.addresses(), 1 << 32);
    assert_eq!(all.prefixes().map(|prefix| prefix.to_string()).collect::<Vec<_>>(), ["0.0.0.0/0"]);
    let most = Ranges::from_iter([Range { first: 1, last: u32::MAX - 1 }]);
    assert_eq!(most.prefixes().count(), 62);
    assert_eq!(all.difference(&most).len(), 2);
    let all = Ranges::from_iter([Range { first: 0, last: u128::MAX }]);
    assert_eq!(all.addresses(), u128::MAX, "the one count that does not fit saturates");
    assert_eq!(all.prefixes().map(|prefix| prefix.to_string()).collect::<Vec<_>>(), ["::/0"]);
    assert_eq!(format!("{:#}", Range::single(0xc000_0201_u32).prefixes().next().unwrap()), "192.0.2.1");
}
