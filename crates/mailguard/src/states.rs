//! What detectors keep of accounts, found by the account's number without hashing: densely for what nearly all have, and
//! sparsely, behind one bit an account, for what few have.

use hashbrown::HashMap;

use crate::accounts::AccountId;
use crate::blocks::grow;

/// A state that most accounts have. Four bytes for an account without one.
#[derive(Debug)]
pub(crate) struct Many<T> {
    /// Number of the account's item, from 1.
    at: Vec<u32>,
    items: Vec<T>,
}

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self { at: Vec::new(), items: Vec::new() }
    }
}

impl<T: Default> Many<T> {
    /// The account's state, if it has one.
    pub(crate) fn get_mut(&mut self, account: AccountId) -> Option<&mut T> {
        let at = *self.at.get(account.index())? as usize;
        self.items.get_mut(at.checked_sub(1)?)
    }

    /// The account's state, a new one if it has none.
    pub(crate) fn entry(&mut self, account: AccountId) -> &mut T {
        let index = account.index();
        if index >= self.at.len() {
            let more = index + 1 - self.at.len();
            grow(&mut self.at, more);
            self.at.resize(index + 1, 0);
        }
        if self.at[index] == 0 {
            grow(&mut self.items, 1);
            self.items.push(T::default());
            self.at[index] = u32::try_from(self.items.len()).unwrap_or(u32::MAX);
        }
        let at = self.at[index] as usize - 1;
        &mut self.items[at]
    }

    /// The states that there are.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.items.iter()
    }

    /// The states with their accounts.
    pub(crate) fn each(&self) -> impl Iterator<Item = (AccountId, &T)> {
        let accounts = self.at.iter().zip(0_u32..).filter(|(at, _)| **at > 0);
        accounts.filter_map(|(at, account)| Some((AccountId::from_number(account), self.items.get(*at as usize - 1)?)))
    }

    /// Bytes that it takes, without what states own.
    pub(crate) fn size(&self) -> usize {
        self.at.capacity() * 4 + self.items.capacity() * size_of::<T>()
    }
}

/// A state that few accounts have.
#[derive(Debug)]
pub(crate) struct Few<T> {
    has: Vec<u64>,
    items: HashMap<AccountId, T>,
}

impl<T> Default for Few<T> {
    fn default() -> Self {
        Self { has: Vec::new(), items: HashMap::new() }
    }
}

impl<T: Default> Few<T> {
    /// The account's state, if it has one.
    pub(crate) fn get_mut(&mut self, account: AccountId) -> Option<&mut T> {
        let word = *self.has.get(account.index() / 64)?;
        if word >> (account.index() % 64) & 1 == 0 { None } else { self.items.get_mut(&account) }
    }

    /// The account's state, a new one if it has none.
    pub(crate) fn entry(&mut self, account: AccountId) -> &mut T {
        let word = account.index() / 64;
        if word >= self.has.len() {
            self.has.resize(word + 1, 0);
        }
        self.has[word] |= 1 << (account.index() % 64);
        self.items.entry(account).or_default()
    }

    /// Takes the account's state away, if it has one.
    pub(crate) fn take(&mut self, account: AccountId) -> Option<T> {
        self.get_mut(account)?;
        self.has[account.index() / 64] &= !(1 << (account.index() % 64));
        self.items.remove(&account)
    }

    /// The states that there are.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.items.values()
    }

    /// Bytes that it takes, without what states own.
    pub(crate) fn size(&self) -> usize {
        self.has.capacity() * 8 + self.items.allocation_size()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::Accounts;

    #[test]
    fn each_account_has_its_own_state_and_others_none() {
        let mut accounts = Accounts::default();
        let ids: Vec<AccountId> = (0..200).map(|n| accounts.id(format!("u{n}").as_bytes())).collect();
        let (mut many, mut few) = (Many::<u32>::default(), Few::<u32>::default());
        for (id, number) in ids.iter().zip(0..200).rev().step_by(3) {
            *many.entry(*id) = number;
            *few.entry(*id) = number;
        }
        for (id, number) in ids.iter().zip(0_u32..) {
            let wanted = (199 - number).is_multiple_of(3).then_some(number);
            assert_eq!((many.get_mut(*id).copied(), few.get_mut(*id).copied()), (wanted, wanted));
        }
        assert_eq!(many.iter().count(), few.iter().count());
        assert_eq!((few.take(ids[199]), few.take(ids[199]), few.get_mut(ids[199])), (Some(199), None, None));
        assert!(many.size() > 0 && few.size() > 0);
    }
}
