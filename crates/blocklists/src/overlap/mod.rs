//! All lists against all lists: what each pair has in common and what only one list has, from one sweep over the addresses.
//!
//! Comparing pair by pair reads every list once for every other one. The sweep reads each once, in the order of the
//! addresses of all, and touches a pair only where both have something.

mod order;
mod sweep;

use crate::sets::{Count, Ranges, Width};

/// What lists have in common. Lists are known by their place in the slice that was compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlap<C> {
    addresses: Vec<C>,
    exclusive: Vec<C>,
    /// For each list the row of its pairs with the lists after it.
    common: Vec<C>,
}

/// Where the pair `a` < `b` of `lists` stands in the triangle of all pairs.
#[inline]
const fn pair(lists: usize, a: usize, b: usize) -> usize {
    // The rows before have lists - 1, lists - 2, … pairs.
    a * (2 * lists - a - 1) / 2 + b - a - 1
}

impl<C: Count> Overlap<C> {
    /// Compares all with all.
    pub fn of<W: Width<Count = C>>(lists: &[&Ranges<W>]) -> Self {
        sweep::run(lists)
    }

    /// How many lists were compared.
    pub const fn lists(&self) -> usize {
        self.addresses.len()
    }

    /// How many addresses `list` has.
    pub fn addresses(&self, list: usize) -> C {
        self.addresses[list]
    }

    /// How many addresses `list` has that no other list has.
    pub fn exclusive(&self, list: usize) -> C {
        self.exclusive[list]
    }

    /// How many addresses the two have in common; all, if they are one.
    pub fn common(&self, a: usize, b: usize) -> C {
        if a == b { self.addresses[a] } else { self.common[pair(self.lists(), a.min(b), a.max(b))] }
    }

    /// Every pair `(a, b)`, a < b, in order, with what they have in common.
    pub fn pairs(&self) -> impl Iterator<Item = (usize, usize, C)> + '_ {
        let lists = self.lists();
        let all = (0..lists).flat_map(move |a| (a + 1..lists).map(move |b| (a, b)));
        all.zip(&self.common).map(|((a, b), common)| (a, b, *common))
    }
}

#[cfg(test)]
mod tests;
