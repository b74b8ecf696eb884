//! Account names → small numbers. Names lie one after another in one piece of memory, lower case: no provider tells
//! mailboxes apart by case.

use std::hash::BuildHasher as _;

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::blocks::grow;

/// Number of an account, from 0 in order of appearance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountId(u32);

impl AccountId {
    /// The place of this account in a list of all.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// The account of a number that was given out.
    pub(crate) const fn from_number(number: u32) -> Self {
        Self(number)
    }

    /// The number itself.
    pub const fn number(self) -> u32 {
        self.0
    }
}

/// The names of the accounts that were seen.
#[derive(Debug, Default)]
pub struct Accounts {
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
    text: Vec<u8>,
    /// Where each name ends in `text`.
    ends: Vec<u64>,
}

/// Longest name: what [`crate::bytes::account`] lets through.
const MAX: usize = 255;

impl Accounts {
    /// The number of `name`, a new one if it was never seen.
    pub fn id(&mut self, name: &[u8]) -> AccountId {
        self.entry(name).0
    }

    /// The number of `name` if it was seen.
    pub fn find(&self, name: &[u8]) -> Option<AccountId> {
        self.find_entry(name).0
    }

    /// As [`Self::id`], with the hash of the name.
    pub(crate) fn entry(&mut self, name: &[u8]) -> (AccountId, u64) {
        let mut buffer = [0_u8; MAX];
        let name = lower(name, &mut buffer);
        let hash = self.hasher.hash_one(name);
        let (text, ends, hasher) = (&self.text, &self.ends, &self.hasher);
        if let Some(id) = self.table.find(hash, |id| slice(text, ends, *id) == name) {
            return (AccountId(*id), hash);
        }
        // Four thousand million accounts: what comes after shares the last number.
        let id = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
        self.table.insert_unique(hash, id, |id| hasher.hash_one(slice(text, ends, *id)));
        grow(&mut self.text, name.len());
        grow(&mut self.ends, 1);
        self.text.extend_from_slice(name);
        self.ends.push(self.text.len() as u64);
        (AccountId(id), hash)
    }

    /// As [`Self::find`], with the hash of the name.
    pub(crate) fn find_entry(&self, name: &[u8]) -> (Option<AccountId>, u64) {
        let mut buffer = [0_u8; MAX];
        let name = lower(name, &mut buffer);
        let hash = self.hasher.hash_one(name);
        let found = self.table.find(hash, |id| slice(&self.text, &self.ends, *id) == name);
        (found.map(|id| AccountId(*id)), hash)
    }

    /// The name of an account, with what is no UTF-8 replaced.
    pub fn name(&self, id: AccountId) -> String {
        String::from_utf8_lossy(slice(&self.text, &self.ends, id.0)).into_owned()
    }

    /// How many accounts there are.
    pub const fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether none was seen.
    pub const fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Bytes that the names and their table take.
    pub fn size(&self) -> usize {
        self.text.capacity() + self.ends.capacity() * 8 + self.table.allocation_size()
    }
}

fn lower<'b>(name: &[u8], buffer: &'b mut [u8; MAX]) -> &'b [u8] {
    let len = name.len().min(MAX);
    let out = &mut buffer[..len];
    out.copy_from_slice(&name[..len]);
    out.make_ascii_lowercase();
    out
}

fn slice<'t>(text: &'t [u8], ends: &[u64], id: u32) -> &'t [u8] {
    let place = |end: u64| usize::try_from(end).unwrap_or(usize::MAX);
    let id = id as usize;
    let start = id.checked_sub(1).and_then(|before| ends.get(before)).map_or(0, |end| place(*end));
    let end = ends.get(id).map_or(start, |end| place(*end));
    text.get(start..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_account_has_one_number_whatever_the_case() {
        let mut accounts = Accounts::default();
        let taro = accounts.id(b"Taro@Example.com");
        for number in 0..10_000 {
            accounts.id(format!("u{number}@example.net").as_bytes());
        }
        assert_eq!(accounts.id(b"taro@example.COM"), taro);
        assert_eq!((accounts.name(taro).as_str(), accounts.len()), ("taro@example.com", 10_001));
        let found = accounts.find(b"U77@example.net").unwrap();
        assert_eq!(accounts.name(found), "u77@example.net");
        assert!(accounts.find(b"nobody").is_none());
        assert!(accounts.size() / accounts.len() < 64, "{}", accounts.size() / accounts.len());
    }
}
