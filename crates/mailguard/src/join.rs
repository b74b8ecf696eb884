//! Lines of one message joined by its queue id: who sent it, to how many, with what result. A bounded table: of two
//! generations the older one is dropped when the younger one is full.

use std::hash::BuildHasher as _;

use hashbrown::{DefaultHashBuilder, HashMap};

use crate::accounts::AccountId;
use crate::alert::Trace;
use crate::history::Sighting;

/// A message in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Message {
    /// The account that sent it; nothing for mail from elsewhere.
    pub account: Option<AccountId>,
    /// The line that took it, where an account sent it.
    pub sighting: Sighting,
    /// Whether the envelope sender is empty: a bounce (RFC 5321 section 4.5.5).
    pub bounce: bool,
    /// Whether the queue's line was seen; it comes again with every new attempt.
    pub queued: bool,
    /// Recipients, 0 while unknown.
    pub recipients: u32,
}

impl Message {
    /// The line that took it, as evidence.
    pub(crate) fn trace(&self) -> Option<Trace> {
        self.account.map(|_| Trace::from(&self.sighting))
    }
}

/// Messages of each generation.
const GENERATION: usize = 100_000;

/// The table.
#[derive(Debug, Default)]
pub(crate) struct Join {
    hasher: DefaultHashBuilder,
    young: HashMap<u64, Message, Plain>,
    old: HashMap<u64, Message, Plain>,
}

/// The key is a hash already.
#[derive(Debug, Clone, Copy, Default)]
struct Plain;

impl std::hash::BuildHasher for Plain {
    type Hasher = Kept;
    fn build_hasher(&self) -> Kept {
        Kept(0)
    }
}

#[derive(Debug)]
struct Kept(u64);

impl std::hash::Hasher for Kept {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }
    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

impl Join {
    /// The message with this id on this host, a new one if it is unknown. Two ids fall together once in 10^14 messages.
    pub(crate) fn message(&mut self, host: &[u8], id: &[u8]) -> &mut Message {
        let key = self.key(host, id);
        if !self.young.contains_key(&key) && self.young.len() >= GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        let old = &mut self.old;
        self.young.entry(key).or_insert_with(|| old.remove(&key).unwrap_or_default())
    }

    fn key(&self, host: &[u8], id: &[u8]) -> u64 {
        self.hasher.hash_one((host, id))
    }

    /// The message, if it is known.
    pub(crate) fn find(&self, host: &[u8], id: &[u8]) -> Option<&Message> {
        let key = self.key(host, id);
        self.young.get(&key).or_else(|| self.old.get(&key))
    }

    /// The message has left the queue.
    pub(crate) fn remove(&mut self, host: &[u8], id: &[u8]) {
        let key = self.key(host, id);
        if self.young.remove(&key).is_none() {
            self.old.remove(&key);
        }
    }

    /// Bytes of the table.
    pub(crate) fn size(&self) -> usize {
        self.young.allocation_size() + self.old.allocation_size()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_of_their_host_and_the_table_is_bounded() {
        let mut join = Join::default();
        join.message(b"a", b"8E5BDF3BD5").recipients = 3;
        assert!(join.find(b"b", b"8E5BDF3BD5").is_none());
        assert_eq!(join.find(b"a", b"8E5BDF3BD5").unwrap().recipients, 3);
        for number in 0..3 * GENERATION {
            join.message(b"a", format!("{number:010}").as_bytes()).queued = true;
            // What is still asked for stays.
            assert_eq!(join.message(b"a", b"8E5BDF3BD5").recipients, 3);
        }
        assert!(join.young.len() + join.old.len() <= 2 * GENERATION + 1);
        join.remove(b"a", b"8E5BDF3BD5");
        assert!(join.find(b"a", b"8E5BDF3BD5").is_none());
    }
}
