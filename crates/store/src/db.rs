//! The two databases behind one face: run a statement, fetch rows, begin a transaction.
//!
//! SQLite has one writing connection (it allows one writer anyway; waiting here is fair and without busy loops) and several
//! reading ones. PostgreSQL has one pool. Statements are the same text for both, with `$1` parameters.

use std::sync::Arc;

use futures_util::TryStreamExt;
use sqlx::{AssertSqlSafe, PgPool, Postgres, Sqlite, SqlitePool, Transaction};

use crate::ids::IdBlock;
use crate::journal::PendingEntry;
use crate::row::{Inner as RowInner, Row};
use crate::{Arg, StoreError};

/// An open control database. Cloning is cheap and shares the connections.
#[derive(Clone)]
pub struct Store {
    pools: Pools,
    ids: Arc<IdBlock>,
}

#[derive(Clone)]
pub(crate) enum Pools {
    Sqlite { write: SqlitePool, read: SqlitePool },
    Postgres(PgPool),
}

/// A transaction: everything in it happens, or nothing. Dropped without [`Tx::commit`] it is rolled back.
pub struct Tx {
    inner: TxInner,
    ids: Arc<IdBlock>,
    /// Journal entries that wait for the commit; see [`Tx::journal_at_commit`].
    pub(crate) entries: Vec<PendingEntry>,
}

enum TxInner {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

macro_rules! bind {
    ($sql:expr, $args:expr, $db:ty) => {{
        let mut query = sqlx::query::<$db>(AssertSqlSafe($sql.to_owned()));
        for arg in $args {
            query = match arg {
                Arg::Int(value) => query.bind(value),
                Arg::Real(value) => query.bind(value),
                Arg::Text(value) => query.bind(value),
                Arg::Blob(value) => query.bind(value),
            };
        }
        query
    }};
}

impl Store {
    pub(crate) fn new(pools: Pools) -> Self {
        Self { pools, ids: Arc::default() }
    }

    pub(crate) fn ids(&self) -> &IdBlock {
        &self.ids
    }

    /// Whether this is PostgreSQL (for reports to the operator; statements never ask).
    pub const fn is_postgres(&self) -> bool {
        matches!(self.pools, Pools::Postgres(_))
    }

    /// All rows of a reading statement.
    pub async fn fetch(&self, sql: &str, args: Vec<Arg>) -> Result<Vec<Row>, StoreError> {
        Ok(match &self.pools {
            Pools::Sqlite { read, .. } => {
                bind!(sql, args, Sqlite).fetch(read).map_ok(|row| Row(RowInner::Sqlite(row))).try_collect().await?
            }
            Pools::Postgres(pool) => {
                bind!(sql, args, Postgres).fetch(pool).map_ok(|row| Row(RowInner::Postgres(row))).try_collect().await?
            }
        })
    }

    /// The first row of a reading statement, if any.
    pub async fn fetch_opt(&self, sql: &str, args: Vec<Arg>) -> Result<Option<Row>, StoreError> {
        Ok(match &self.pools {
            Pools::Sqlite { read, .. } => {
                bind!(sql, args, Sqlite).fetch_optional(read).await?.map(|row| Row(RowInner::Sqlite(row)))
            }
            Pools::Postgres(pool) => {
                bind!(sql, args, Postgres).fetch_optional(pool).await?.map(|row| Row(RowInner::Postgres(row)))
            }
        })
    }

    /// The single row of a reading statement that always has one (an aggregate).
    pub async fn fetch_one(&self, sql: &str, args: Vec<Arg>) -> Result<Row, StoreError> {
        self.fetch_opt(sql, args).await?.ok_or_else(|| StoreError::NotFound { what: "row".to_owned() })
    }

    /// Begins a transaction that may write. On SQLite it takes the write lock at once, so it cannot fail half-way for
    /// want of it.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        if self.ids.is_low() {
            self.reserve_ids().await?;
        }
        self.begin_bare().await
    }

    /// Begins a transaction without looking at the block of identifiers.
    pub(crate) async fn begin_bare(&self) -> Result<Tx, StoreError> {
        let inner = match &self.pools {
            Pools::Sqlite { write, .. } => TxInner::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
            Pools::Postgres(pool) => TxInner::Postgres(pool.begin().await?),
        };
        Ok(Tx { inner, ids: Arc::clone(&self.ids), entries: Vec::new() })
    }

    /// Closes all connections, after open transactions have ended.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    pub(crate) fn ids(&self) -> &IdBlock {
        &self.ids
    }

    /// Runs a statement and returns the number of rows it changed.
    pub async fn execute(&mut self, sql: &str, args: Vec<Arg>) -> Result<u64, StoreError> {
        Ok(match &mut self.inner {
            TxInner::Sqlite(tx) => bind!(sql, args, Sqlite).execute(&mut **tx).await?.rows_affected(),
            TxInner::Postgres(tx) => bind!(sql, args, Postgres).execute(&mut **tx).await?.rows_affected(),
        })
    }

    /// All rows of a statement (a query, or a change with `RETURNING`).
    pub async fn fetch(&mut self, sql: &str, args: Vec<Arg>) -> Result<Vec<Row>, StoreError> {
        Ok(match &mut self.inner {
            TxInner::Sqlite(tx) => {
                bind!(sql, args, Sqlite).fetch(&mut **tx).map_ok(|row| Row(RowInner::Sqlite(row))).try_collect().await?
            }
            TxInner::Postgres(tx) => {
                bind!(sql, args, Postgres)
                    .fetch(&mut **tx)
                    .map_ok(|row| Row(RowInner::Postgres(row)))
                    .try_collect()
                    .await?
            }
        })
    }

    /// The first row of a statement, if any.
    pub async fn fetch_opt(&mut self, sql: &str, args: Vec<Arg>) -> Result<Option<Row>, StoreError> {
        Ok(match &mut self.inner {
            TxInner::Sqlite(tx) => {
                bind!(sql, args, Sqlite).fetch_optional(&mut **tx).await?.map(|row| Row(RowInner::Sqlite(row)))
            }
            TxInner::Postgres(tx) => {
                bind!(sql, args, Postgres).fetch_optional(&mut **tx).await?.map(|row| Row(RowInner::Postgres(row)))
            }
        })
    }

    /// The single row of a statement that always has one.
    pub async fn fetch_one(&mut self, sql: &str, args: Vec<Arg>) -> Result<Row, StoreError> {
        self.fetch_opt(sql, args).await?.ok_or_else(|| StoreError::NotFound { what: "row".to_owned() })
    }

    /// Makes everything in this transaction durable. When this returns `Ok`, it survives a power cut.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        for entry in std::mem::take(&mut self.entries) {
            self.journal(entry.at, &entry.actor, &entry.kind, entry.case, &entry.detail).await?;
        }
        match self.inner {
            TxInner::Sqlite(tx) => tx.commit().await?,
            TxInner::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }

    /// Inserts many rows with few statements: `head` is `INSERT INTO t (a, b) VALUES`, `tail` what follows the rows
    /// (`ON CONFLICT …` or nothing). Every row must have the same number of values.
    pub async fn insert_many(&mut self, head: &str, rows: Vec<Vec<Arg>>, tail: &str) -> Result<u64, StoreError> {
        let Some(width) = rows.first().map(Vec::len).filter(|width| *width > 0) else {
            return Ok(0);
        };
        // Both allow at least 32,766 parameters, but SQLite is asked for the name of each, and looks it up from the first
        // one on: the square of their number. PostgreSQL pays per round trip.
        let parameters = match self.inner {
            TxInner::Sqlite(_) => 256,
            TxInner::Postgres(_) => 4096,
        };
        let per_statement = (parameters / width).max(1);
        let statement = |rows: usize| {
            let values: Vec<String> =
                (0..rows).map(|row| format!("({})", crate::placeholders(row * width + 1, width))).collect();
            format!("{head} {} {tail}", values.join(", "))
        };
        let full = statement(per_statement);
        let mut changed = 0;
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let chunk: Vec<Vec<Arg>> = rows.by_ref().take(per_statement).collect();
            let values = chunk.len();
            let args = chunk.into_iter().flatten().collect();
            changed += match values {
                _ if values == per_statement => self.execute(&full, args).await?,
                _ => self.execute(&statement(values), args).await?,
            };
        }
        Ok(changed)
    }
}
