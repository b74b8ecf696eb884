//! Many short lists in few pieces of memory: the addresses and networks of ten million accounts. A list takes eight bytes and
//! its items; no allocation is made for one alone.

/// Room of the lists of each class.
const ROOM: [u8; 16] = [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 20, 24, 32, 48, 64];

/// A list of at most 64 items.
#[derive(Debug, Clone, Copy, Default)]
struct List {
    /// Number of the block among those of its class.
    block: u32,
    len: u8,
    class: u8,
}

/// One list for each owner, by the owner's number.
#[derive(Debug)]
pub(crate) struct Blocks<T> {
    lists: Vec<List>,
    classes: [Class<T>; ROOM.len()],
}

/// Blocks of one room, without gaps: where one becomes free the last one moves in.
#[derive(Debug)]
struct Class<T> {
    items: Vec<T>,
    /// Whose each block is.
    owners: Vec<u32>,
}

impl<T: Copy> Default for Blocks<T> {
    fn default() -> Self {
        Self { lists: Vec::new(), classes: std::array::from_fn(|_| Class { items: Vec::new(), owners: Vec::new() }) }
    }
}

impl<T: Copy> Blocks<T> {
    /// The items of an owner.
    pub(crate) fn get(&self, owner: usize) -> &[T] {
        let list = self.lists.get(owner).copied().unwrap_or_default();
        let (start, end) = range(list);
        self.classes[usize::from(list.class)].items.get(start..end).unwrap_or_default()
    }

    /// The items of an owner, to be changed.
    pub(crate) fn get_mut(&mut self, owner: usize) -> &mut [T] {
        let list = self.lists.get(owner).copied().unwrap_or_default();
        let (start, end) = range(list);
        self.classes[usize::from(list.class)].items.get_mut(start..end).unwrap_or_default()
    }

    /// Adds an item; a list that is full stays as it is.
    pub(crate) fn push(&mut self, owner: usize, item: T) {
        if owner >= self.lists.len() {
            let more = owner + 1 - self.lists.len();
            grow(&mut self.lists, more);
            self.lists.resize(owner + 1, List::default());
        }
        let list = self.lists[owner];
        let class = usize::from(list.class);
        if list.len == 0 {
            self.lists[owner] = List { block: self.classes[0].take(owner, 1, item), len: 1, class: 0 };
        } else if list.len < ROOM[class] {
            self.lists[owner].len += 1;
            if let Some(last) = self.get_mut(owner).last_mut() {
                *last = item;
            }
        } else if class + 1 < ROOM.len() {
            let wider = class + 1;
            let block = self.classes[wider].take(owner, usize::from(ROOM[wider]), item);
            let longer = List { block, len: list.len + 1, class: list.class + 1 };
            let (narrow, wide) = self.classes.split_at_mut(wider);
            let ((from, to), (start, end)) = (range(list), range(longer));
            wide[0].items[start..end - 1].copy_from_slice(&narrow[class].items[from..to]);
            self.lists[owner] = longer;
            self.release(list);
        }
    }

    /// Keeps the items that `keep` wants. The room stays: whoever had so many places will have them again.
    pub(crate) fn retain(&mut self, owner: usize, mut keep: impl FnMut(&T) -> bool) {
        let items = self.get_mut(owner);
        let mut kept = 0_u8;
        for at in 0..items.len() {
            if keep(&items[at]) {
                items[usize::from(kept)] = items[at];
                kept += 1;
            }
        }
        let Some(list) = self.lists.get_mut(owner).filter(|list| list.len > 0) else { return };
        list.len = kept;
        if kept == 0 {
            let emptied = std::mem::take(list);
            self.release(emptied);
        }
    }

    /// Gives a block back.
    fn release(&mut self, list: List) {
        let class = &mut self.classes[usize::from(list.class)];
        let room = usize::from(ROOM[usize::from(list.class)]);
        let Some(owner) = class.owners.pop() else { return };
        let end = class.owners.len() * room;
        if let Some(place) = class.owners.get_mut(list.block as usize) {
            *place = owner;
            class.items.copy_within(end..end + room, list.block as usize * room);
            self.lists[owner as usize].block = list.block;
        }
        class.items.truncate(end);
        shrink(&mut class.items);
        shrink(&mut class.owners);
    }

    /// Bytes that it takes.
    pub(crate) fn size(&self) -> usize {
        let of = |class: &Class<T>| class.items.capacity() * size_of::<T>() + class.owners.capacity() * 4;
        self.classes.iter().map(of).sum::<usize>() + self.lists.capacity() * size_of::<List>()
    }
}

impl<T: Copy> Class<T> {
    /// A block, filled with `item`.
    fn take(&mut self, owner: usize, room: usize, item: T) -> u32 {
        let block = u32::try_from(self.owners.len()).unwrap_or(u32::MAX);
        grow(&mut self.owners, 1);
        self.owners.push(u32::try_from(owner).unwrap_or(u32::MAX));
        grow(&mut self.items, room);
        self.items.resize(self.items.len() + room, item);
        block
    }
}

fn range(list: List) -> (usize, usize) {
    let start = list.block as usize * usize::from(ROOM[usize::from(list.class)]);
    (start, start + usize::from(list.len))
}

/// Gives memory back when more than a quarter of it is unused.
fn shrink<T>(items: &mut Vec<T>) {
    if items.capacity() > items.len() / 3 * 4 + 256 {
        items.shrink_to(items.len() / 10 * 11 + 64);
    }
}

/// Makes room for `more`: a tenth more, not twice as much, where it is the room of ten million accounts.
pub(crate) fn grow<T>(items: &mut Vec<T>, more: usize) {
    if items.capacity() - items.len() < more {
        items.reserve_exact(items.len() / 10 + more.max(64));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn lists_hold_what_plain_ones_would(steps in proptest::collection::vec((0_usize..6, 0_u32..100), 0..900)) {
            let mut blocks = Blocks::default();
            let mut plain: [Vec<u32>; 6] = Default::default();
            for (which, number) in steps {
                if number < 5 {
                    blocks.retain(which, |item| item % 7 != number && item % 3 != 0);
                    plain[which].retain(|item| item % 7 != number && item % 3 != 0);
                } else {
                    blocks.push(which, number);
                    if plain[which].len() < 64 {
                        plain[which].push(number);
                    }
                }
                for (owner, plain) in plain.iter().enumerate() {
                    prop_assert_eq!(blocks.get(owner), plain.as_slice());
                }
            }
        }
    }

    #[test]
    fn ten_thousand_lists_of_three_take_little_more_than_their_items() {
        let mut blocks = Blocks::default();
        for item in 0..3_u32 {
            (0..10_000).for_each(|owner| blocks.push(owner, item));
        }
        // 12 bytes of items and 8 of the list, its owner, and a tenth of room to grow.
        assert!(blocks.size() < 10_000 * 27, "{}", blocks.size());
    }
}
