//! Union, intersection and difference, each one pass over the smaller set and leaps over the larger.

use super::gallop::ending_from;
use super::range::{Range, Ranges};
use super::width::{Count as _, Width};

impl<W: Width> Ranges<W> {
    /// Calls `found` for every stretch that both sets have, in ascending order.
    pub fn common_with(&self, other: &Self, mut found: impl FnMut(Range<W>)) {
        let (one, two) = (self.as_slice(), other.as_slice());
        let (mut i, mut j) = (0, 0);
        while let (Some(a), Some(b)) = (one.get(i), two.get(j)) {
            if a.last < b.first {
                i = ending_from(one, i + 1, b.first);
            } else if b.last < a.first {
                j = ending_from(two, j + 1, a.first);
            } else {
                found(Range { first: a.first.max(b.first), last: a.last.min(b.last) });
                // Whichever ends first has nothing more to give.
                if a.last <= b.last { i += 1 } else { j += 1 }
            }
        }
    }

    /// What both have.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let mut common = Self::default();
        self.common_with(other, |range| common.push(range));
        common
    }

    /// How many addresses both have.
    pub fn common(&self, other: &Self) -> W::Count {
        let mut sum = W::Count::default();
        self.common_with(other, |range| sum = sum.plus(range.addresses()));
        sum
    }

    /// What this has and `other` has not.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        let mut left = Self::default();
        let mut j = 0;
        for range in self.as_slice() {
            j = ending_from(other.as_slice(), j, range.first);
            let mut from = Some(range.first);
            for taken in &other.as_slice()[j..] {
                if taken.first > range.last {
                    break;
                }
                if let (Some(first), Some(last)) = (from, taken.first.previous())
                    && first <= last
                {
                    left.push(Range { first, last });
                }
                from = taken.last.next();
            }
            if let Some(first) = from
                && first <= range.last
            {
                left.push(Range { first, last: range.last });
            }
        }
        left
    }

    /// What either has.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut all = Self::default();
        let (mut one, mut two) = (self.as_slice().iter().peekable(), other.as_slice().iter().peekable());
        loop {
            let next = match (one.peek(), two.peek()) {
                (Some(a), Some(b)) if a.first <= b.first => one.next(),
                (_, Some(_)) => two.next(),
                (_, None) => one.next(),
            };
            match next {
                Some(range) => all.push(*range),
                None => return all,
            }
        }
    }

    /// What any of `sets` has.
    #[must_use]
    pub fn union_of<'a>(sets: impl IntoIterator<Item = &'a Self>) -> Self {
        sets.into_iter().flat_map(|set| set.as_slice().iter().copied()).collect()
    }
}
