//! The sweep: through all addresses in order, with the ranges that lie over the present one.

use super::{Overlap, order, pair};
use crate::sets::{Count, Range, Ranges, Tagged as _, Width};

/// The state between two addresses.
struct Sweep<W: Width> {
    lists: usize,
    /// The longer ranges that are open at `here`, with their lists; few.
    open: Vec<(W, u32)>,
    /// Everything before is counted. Nothing is left after the highest address.
    here: Option<W>,
    exclusive: Vec<W::Count>,
    /// Pairs with a longer range in both.
    common: Vec<W::Count>,
    /// Pairs with a single address in one of them: no list has so many entries that this overflows.
    singles: Vec<u32>,
}

pub(super) fn run<W: Width>(lists: &[&Ranges<W>]) -> Overlap<W::Count> {
    let count = lists.len();
    let pairs = count * count.saturating_sub(1) / 2;
    let mut sweep = Sweep {
        lists: count,
        open: Vec::new(),
        here: Some(W::MIN),
        exclusive: vec![W::Count::default(); count],
        common: vec![W::Count::default(); pairs],
        singles: vec![0; pairs],
    };
    order::pieces(lists, |piece| sweep.piece(piece));
    sweep.pass(None);
    let mut common = sweep.common;
    for (sum, singles) in common.iter_mut().zip(sweep.singles) {
        *sum = sum.plus(W::Count::from(singles));
    }
    let addresses = lists.iter().map(|list| list.addresses()).collect();
    Overlap { addresses, exclusive: sweep.exclusive, common }
}

impl<W: Width> Sweep<W> {
    fn piece(&mut self, piece: &order::Piece<W>) {
        let mut long = piece.long.iter().copied().peekable();
        let mut singles = piece.singles.as_slice();
        // The lists that have the present address as a single one.
        let mut group: Vec<u32> = Vec::new();
        while let Some(tagged) = singles.first() {
            let (at, _) = tagged.parts();
            while let Some((range, list)) = long.next_if(|(range, _)| range.first <= at) {
                self.begin(range, list);
            }
            group.clear();
            group.extend(
                singles.iter().map(|tagged| tagged.parts()).take_while(|(one, _)| *one == at).map(|(_, list)| list),
            );
            singles = &singles[group.len()..];
            self.single(at, &group);
        }
        for (range, list) in long {
            self.begin(range, list);
        }
    }

    /// Opens a range.
    fn begin(&mut self, range: Range<W>, list: u32) {
        self.pass(Some(range.first));
        for (last, other) in &self.open {
            let both = W::span(range.first, range.last.min(*last));
            let (a, b) = (list.min(*other), list.max(*other));
            let sum = &mut self.common[pair(self.lists, a as usize, b as usize)];
            *sum = sum.plus(both);
        }
        self.open.push((range.last, list));
    }

    /// Takes in one address that the lists of `group`, in ascending order, have by itself.
    fn single(&mut self, at: W, group: &[u32]) {
        if !self.open.is_empty() {
            self.pass(Some(at));
            self.here = at.next();
        }
        if let ([list], []) = (group, self.open.as_slice()) {
            let sum = &mut self.exclusive[*list as usize];
            *sum = sum.plus(W::Count::ONE);
            return;
        }
        for (number, a) in group.iter().enumerate() {
            let row = pair(self.lists, *a as usize, *a as usize + 1);
            for b in &group[number + 1..] {
                self.singles[row + (b - a) as usize - 1] += 1;
            }
            for (_, other) in &self.open {
                let (a, b) = (*a.min(other), *a.max(other));
                self.singles[pair(self.lists, a as usize, b as usize)] += 1;
            }
        }
    }

    /// Goes on to `to` (not included; None is behind the highest address), closing what ends on the way, and counts what
    /// only one list has.
    fn pass(&mut self, to: Option<W>) {
        let reaches = |last: W| to.is_none_or(|to| last < to);
        while self.open.len() > 1 {
            let Some((place, (last, _))) = self.open.iter().enumerate().min_by_key(|(_, (last, _))| *last) else {
                return;
            };
            if !reaches(*last) {
                self.here = to;
                return;
            }
            self.here = self.here.max(last.next()).filter(|_| last.next().is_some());
            self.open.swap_remove(place);
        }
        if let ([(last, list)], Some(here)) = (self.open.as_slice(), self.here) {
            let end = if reaches(*last) { Some(*last) } else { to.and_then(W::previous) };
            if let Some(end) = end.filter(|end| here <= *end) {
                let sum = &mut self.exclusive[*list as usize];
                *sum = sum.plus(W::span(here, end));
            }
            if reaches(*last) {
                self.open.clear();
            }
        }
        self.here = to;
    }
}
