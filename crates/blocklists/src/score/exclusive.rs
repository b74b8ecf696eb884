//! What only one list sees, among all lists and among those that do not depend on it.
//!
//! A window of seven days holds what the window of one day holds, a union holds its parts, a copy everything: counted as
//! independent lists, they leave nobody anything of its own. Which lists depend on each other is found from what they hold.

use serde::Serialize;

use crate::overlap::Overlap;
use crate::sets::{Ranges, Width};

/// How two lists depend on each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Either holds nearly all of the other.
    Copy,
    /// The other one holds nearly all of this: a longer window of it, or a union with it.
    PartOf,
    /// This holds nearly all of the other one.
    Contains,
}

/// One list that another one depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Relation {
    /// Its place among the lists.
    pub list: usize,
    /// How.
    pub kind: Kind,
}

/// From what on lists are taken to depend on each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Independence {
    /// Share of the smaller list that the larger one holds, in percent.
    pub percent: u8,
    /// Fewer addresses in common than that are chance.
    pub least: u64,
}

impl Default for Independence {
    fn default() -> Self {
        Self { percent: 95, least: 10 }
    }
}

/// What one list has of its own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Exclusive {
    /// Addresses.
    pub addresses: u128,
    /// Addresses that no other list has.
    pub naive: u128,
    /// Addresses that no list has which does not depend on this one.
    pub independent: u128,
    /// The lists that depend on this one, or on which it depends.
    pub relations: Vec<Relation>,
}

/// Works it out for all lists, each given by its addresses of both kinds.
pub fn exclusive(lists: &[(Ranges<u32>, Ranges<u128>)], rule: Independence) -> Vec<Exclusive> {
    let v4: Vec<_> = lists.iter().map(|(v4, _)| v4).collect();
    let v6: Vec<_> = lists.iter().map(|(_, v6)| v6).collect();
    let (overlap_v4, overlap_v6) = (Overlap::of(&v4), Overlap::of(&v6));
    let wide = |a: u64, b: u128| b.saturating_add(a.into());
    let size = |at| wide(overlap_v4.addresses(at), overlap_v6.addresses(at));
    let common = |a, b| wide(overlap_v4.common(a, b), overlap_v6.common(a, b));
    let holds = |all: u128, part: u128| part.saturating_mul(100) >= all.saturating_mul(rule.percent.into());
    let related = |a: usize, b: usize| {
        let both = common(a, b);
        if both < rule.least.into() {
            return None;
        }
        match (holds(size(a), both), holds(size(b), both)) {
            (true, true) => Some(Kind::Copy),
            (true, false) => Some(Kind::PartOf),
            (false, true) => Some(Kind::Contains),
            (false, false) => None,
        }
    };
    let one = |a: usize| {
        let others = || (0..lists.len()).filter(move |b| *b != a);
        let relations: Vec<_> = others().filter_map(|b| related(a, b).map(|kind| Relation { list: b, kind })).collect();
        let independent: Vec<usize> =
            others().filter(|b| common(a, *b) > 0 && relations.iter().all(|relation| relation.list != *b)).collect();
        Exclusive {
            addresses: size(a),
            naive: wide(overlap_v4.exclusive(a), overlap_v6.exclusive(a)),
            independent: wide(left(v4[a], &independent, &v4), left(v6[a], &independent, &v6)),
            relations,
        }
    };
    (0..lists.len()).map(one).collect()
}

/// How many addresses of `list` are in none of `others`.
fn left<W: Width>(list: &Ranges<W>, others: &[usize], lists: &[&Ranges<W>]) -> W::Count {
    let mut left = list.clone();
    for other in others {
        if left.is_empty() {
            return W::Count::default();
        }
        left = left.difference(lists[*other]);
    }
    left.addresses()
}
