//! The provider's keys to our numbers, for the rows of one import.

use std::collections::{HashMap, HashSet};

use crate::{Arg, StoreError, Tx, args, placeholders};

/// Values in one `IN (…)`; few, because SQLite's cost of binding is the square of their number.
pub(super) const IN_CHUNK: usize = 256;
/// From this many rows on an import reads a whole table rather than asking for its keys.
pub(super) const BULK: usize = 20_000;
/// Longest key.
const MAX_KEY: usize = 255;

/// Tables whose rows have a key.
#[derive(Debug, Clone, Copy)]
pub(super) enum Keyed {
    Plan,
    Customer,
    Contract,
}

impl Keyed {
    const fn table(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Customer => "customer",
            Self::Contract => "contract",
        }
    }
}

/// Whether `key` can be a key.
pub(super) fn is_key(key: &str) -> bool {
    !key.trim().is_empty() && key.len() <= MAX_KEY
}

impl Tx {
    /// The numbers of the rows with these keys.
    pub(super) async fn ids_of<'k>(
        &mut self,
        table: Keyed,
        keys: impl IntoIterator<Item = &'k str> + Send,
    ) -> Result<HashMap<String, i64>, StoreError> {
        let wanted: HashSet<&str> = keys.into_iter().collect();
        let table = table.table();
        let mut ids = HashMap::with_capacity(wanted.len());
        if wanted.len() >= BULK {
            for row in self.fetch(&format!("SELECT id, key FROM {table}"), args![]).await? {
                ids.insert(row.text("key")?, row.int("id")?);
            }
            return Ok(ids);
        }
        let wanted: Vec<&str> = wanted.into_iter().collect();
        for chunk in wanted.chunks(IN_CHUNK) {
            let sql = format!("SELECT id, key FROM {table} WHERE key IN ({})", placeholders(1, chunk.len()));
            for row in self.fetch(&sql, chunk.iter().map(|key| Arg::from(*key)).collect()).await? {
                ids.insert(row.text("key")?, row.int("id")?);
            }
        }
        Ok(ids)
    }

    /// Whether a table has no rows yet, so that nothing has to be looked up in it.
    pub(super) async fn is_empty(&mut self, table: &'static str) -> Result<bool, StoreError> {
        Ok(self.fetch_opt(&format!("SELECT 1 AS one FROM {table} LIMIT 1"), args![]).await?.is_none())
    }

    /// Takes the lock that every change of the inventory holds until its transaction ends, so that two of them cannot both
    /// find an address free. On SQLite there is one writer anyway.
    pub async fn lock_inventory(&mut self) -> Result<(), StoreError> {
        self.next_number("inventory").await.map(|_| ())
    }

    /// Lets the planner know that tables have grown.
    pub async fn analyze_inventory(&mut self) -> Result<(), StoreError> {
        for table in ["plan", "customer", "contract", "holding"] {
            self.execute(&format!("ANALYZE {table}"), args![]).await?;
        }
        Ok(())
    }
}
