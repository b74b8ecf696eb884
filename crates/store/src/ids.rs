//! Row identifiers: blocks of numbers taken from the table `ids`, so that several nodes never give out the same one.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use crate::{Store, StoreError, Tx, args};

/// How many numbers a node takes at once; what a stopped node had left is lost, which hurts nobody.
const BLOCK: i64 = 4096;
/// Below this many left, the next transaction takes a new block before it begins.
const LOW: i64 = 256;

/// The numbers that this process may still give out.
#[derive(Default)]
pub(crate) struct IdBlock(Mutex<Range<i64>>);

impl IdBlock {
    fn with<T>(&self, act: impl FnOnce(&mut Range<i64>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether a new block should be taken.
    pub(crate) fn is_low(&self) -> bool {
        self.with(|block| block.end - block.start < LOW)
    }

    fn take(&self) -> Option<i64> {
        self.with(Iterator::next)
    }

    fn replace(&self, range: Range<i64>) {
        self.with(|block| *block = range);
    }
}

impl Tx {
    /// A fresh row identifier, unique among all tables and nodes.
    ///
    /// It comes from a block that a transaction of its own made durable: a block taken inside a transaction that is
    /// rolled back would be given out twice. When the block runs out, the counter itself is asked.
    pub async fn new_id(&mut self) -> Result<i64, StoreError> {
        match self.ids().take() {
            Some(id) => Ok(id),
            None => Ok(self.new_ids(1).await?.start),
        }
    }

    /// `count` fresh row identifiers in a row, for bulk work.
    pub async fn new_ids(&mut self, count: i64) -> Result<Range<i64>, StoreError> {
        let first = self.advance("row", count).await?;
        Ok(first..first + count)
    }

    /// The next number of the counter `name`, from 1, gapless among committed transactions: for numbers that people read.
    pub async fn next_number(&mut self, name: &str) -> Result<i64, StoreError> {
        self.advance(name, 1).await
    }

    async fn advance(&mut self, name: &str, by: i64) -> Result<i64, StoreError> {
        let row = self
            .fetch_one(
                "INSERT INTO ids (name, next) VALUES ($1, 1 + $2) \
                 ON CONFLICT (name) DO UPDATE SET next = ids.next + $2 RETURNING next",
                args![name, by],
            )
            .await?;
        Ok(row.int("next")? - by)
    }
}

impl Store {
    /// Takes a durable block of identifiers for this process.
    pub(crate) async fn reserve_ids(&self) -> Result<(), StoreError> {
        let mut tx = self.begin_bare().await?;
        let block = tx.new_ids(BLOCK).await?;
        tx.commit().await?;
        self.ids().replace(block);
        Ok(())
    }
}
