//! Histories against remembering every version, and bytes that are none.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn at(hour: usize) -> Timestamp {
    Timestamp::from_second(1_546_300_800 + i64::try_from(hour).unwrap() * 3600).unwrap()
}

/// Entries over a universe of 32 addresses.
fn entries(spec: &[(u8, u8)]) -> Entries {
    let range = |(a, b): &(u8, u8)| (u32::from(a % 32), u32::from(if b % 3 > 0 { a % 32 } else { b % 32 }));
    let v4 = spec.iter().map(range).map(|(a, b)| Range::new(a, b)).collect();
    let v6 =
        spec.iter().map(range).map(|(a, b)| Range::new(u128::MAX - u128::from(a), u128::MAX - u128::from(b))).collect();
    Entries { v4, v6, ..Entries::default() }
}

fn build(versions: &[Vec<(u8, u8)>]) -> History {
    let mut history = History::default();
    for (hour, version) in versions.iter().enumerate() {
        history.push(at(hour), entries(version)).unwrap();
    }
    history
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_history_answers_as_its_versions_do(versions in prop::collection::vec(prop::collection::vec(any::<(u8, u8)>(), 0..8), 1..12)) {
        let history = build(&versions);
        let (v4, v6) = (Timeline::new(&history.stays_v4()), Timeline::new(&history.stays_v6()));
        let listed: Vec<BTreeSet<u32>> = versions.iter().map(|version| {
            entries(version).v4.iter().flat_map(|range| range.first..=range.last).collect()
        }).collect();
        for address in 0..32_u32 {
            for hour in 0..versions.len() {
                // Asked at the version's own time, and just before the next one.
                for moment in [at(hour), Timestamp::from_second(at(hour + 1).as_second() - 1).unwrap()] {
                    let answer = v4.ask(&history, address, moment);
                    prop_assert_eq!(answer.is_some(), listed[hour].contains(&address));
                    prop_assert_eq!(v6.ask(&history, u128::MAX - u128::from(address), moment), answer);
                    let Some(answer) = answer else { continue };
                    let first = (0..=hour).rev().take_while(|hour| listed[*hour].contains(&address)).last().unwrap();
                    let last = (hour..versions.len()).take_while(|hour| listed[*hour].contains(&address)).last().unwrap();
                    prop_assert_eq!((answer.since, answer.since_or_before), (at(first), first == 0));
                    prop_assert_eq!((answer.last_seen, answer.gone), (at(last), (last + 1 < versions.len()).then(|| at(last + 1))));
                }
            }
            prop_assert_eq!(v4.ask(&history, address, at(0) - jiff::SignedDuration::from_secs(1)), None);
        }
        let sizes: Vec<usize> = versions.iter().map(|version| {
            let entries = entries(version);
            entries.v4.iter().collect::<BTreeSet<_>>().len() + entries.v6.iter().collect::<BTreeSet<_>>().len()
        }).collect();
        prop_assert_eq!(history.sizes(), sizes);
    }

    #[test]
    fn bytes_bring_the_same_history_back(versions in prop::collection::vec(prop::collection::vec(any::<(u8, u8)>(), 0..8), 0..12), more: Vec<(u8, u8)>) {
        let mut history = build(&versions);
        let bytes = history.to_bytes();
        let mut again = History::from_bytes(&bytes).unwrap();
        prop_assert_eq!(again.to_bytes(), bytes);
        prop_assert_eq!((again.times(), again.sizes(), again.changes().collect::<Vec<_>>()), (history.times(), history.sizes(), history.changes().collect::<Vec<_>>()));
        prop_assert_eq!((again.stays_v4(), again.stays_v6()), (history.stays_v4(), history.stays_v6()));
        again.push(at(50), entries(&more)).unwrap();
        history.push(at(50), entries(&more)).unwrap();
        prop_assert_eq!(again.to_bytes(), history.to_bytes(), "and goes on as if it had never been away");
    }

    #[test]
    fn damaged_bytes_are_refused(versions in prop::collection::vec(prop::collection::vec(any::<(u8, u8)>(), 0..8), 1..6), place: prop::sample::Index, bit in 0_u8..8) {
        let mut bytes = build(&versions).to_bytes();
        let place = place.index(bytes.len());
        prop_assert!(History::from_bytes(&bytes[..place]).is_err());
        bytes[place] ^= 1 << bit;
        prop_assert!(History::from_bytes(&bytes).is_err());
    }
}

#[test]
fn versions_come_in_order() {
    let mut history = build(&[vec![(1, 1)], vec![(2, 1)]]);
    let refused = history.push(at(1), Entries::default()).unwrap_err();
    assert_eq!(refused, ListError::Order { at: at(1), last: at(1) });
    assert_eq!((history.versions(), history.sampling_seconds()), (2, Some(3600)));
}
