//! Opening a database: connecting, settings that make a commit durable, and upgrading the schema.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sqlx::Connection as _;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use crate::db::Pools;
use crate::{Store, StoreError, args};

/// Where the control database is and how many connections may be open.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// `sqlite:FILE` or `postgres://USER:PASSWORD@HOST/NAME`.
    pub url: String,
    /// Most connections at once.
    pub connections: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { url: "sqlite:mimawari.db".to_owned(), connections: 8 }
    }
}

/// Every step of the schema, oldest first. A step is never changed once released; a new one is added.
const STEPS: &[(&str, &str)] = &[("0001", include_str!("schema/0001_ground.sql"))];

/// How long a statement waits for a connection before the caller is told that the database is busy.
const PATIENCE: Duration = Duration::from_secs(10);

impl Store {
    /// Opens the database at `settings.url`, creating a SQLite file that is not there, and upgrades its schema.
    pub async fn open(settings: &Settings) -> Result<Self, StoreError> {
        let url = settings.url.as_str();
        let pools = if let Some(file) = url.strip_prefix("sqlite:") {
            open_sqlite(PathBuf::from(file), settings.connections).await?
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            open_postgres(url, settings.connections).await?
        } else {
            return Err(StoreError::Url {
                url: without_password(url),
                why: "the scheme is neither sqlite: nor postgres:".to_owned(),
            });
        };
        let store = Self::new(pools);
        store.upgrade().await?;
        store.reserve_ids().await?;
        Ok(store)
    }

    /// Applies the steps that the database lacks, each in one transaction.
    async fn upgrade(&self) -> Result<(), StoreError> {
        let mut tx = self.begin_bare().await?;
        tx.execute("CREATE TABLE IF NOT EXISTS schema_step (name TEXT PRIMARY KEY)", args![]).await?;
        if self.is_postgres() {
            // Two nodes may start at the same moment: one upgrades, the other waits here and then finds it done.
            tx.execute("LOCK TABLE schema_step IN ACCESS EXCLUSIVE MODE", args![]).await?;
        }
        let done: Vec<String> = tx
            .fetch("SELECT name FROM schema_step ORDER BY name", args![])
            .await?
            .iter()
            .map(|row| row.text("name"))
            .collect::<Result<_, _>>()?;
        if let Some(unknown) = done.iter().find(|name| !STEPS.iter().any(|(step, _)| step == name)) {
            return Err(StoreError::Schema(format!(
                "it has step {unknown}, which only a newer program knows; start that one"
            )));
        }
        for (name, sql) in STEPS.iter().filter(|(name, _)| !done.iter().any(|step| step == name)) {
            for statement in statements(sql) {
                // The one word that the two databases spell differently.
                let statement = if self.is_postgres() { statement } else { statement.replace("BYTEA", "BLOB") };
                tx.execute(&statement, args![])
                    .await
                    .map_err(|error| StoreError::Schema(format!("step {name}: {error}")))?;
            }
            tx.execute("INSERT INTO schema_step (name) VALUES ($1)", args![*name]).await?;
        }
        tx.commit().await
    }
}

/// Splits a schema file at semicolons that end a line, dropping comment lines.
fn statements(sql: &str) -> Vec<String> {
    let code: Vec<&str> = sql.lines().filter(|line| !line.trim_start().starts_with("--")).collect();
    code.join("\n")
        .split(";\n")
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .map(|text| text.trim_end_matches(';').to_owned())
        .collect()
}

async fn open_sqlite(file: PathBuf, connections: u32) -> Result<Pools, StoreError> {
    let options = SqliteConnectOptions::new()
        .filename(&file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // FULL: in WAL mode a commit is on the disk when it returns. Doors answer 250 on that promise.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(PATIENCE)
        .statement_cache_capacity(256)
        .pragma("cache_size", "-65536")
        .pragma("temp_store", "MEMORY")
        .pragma("mmap_size", "268435456");
    let pool = |most: u32| {
        SqlitePoolOptions::new()
            .max_connections(most)
            .min_connections(1)
            .acquire_timeout(PATIENCE)
            .idle_timeout(None)
            .max_lifetime(None)
            // When the disk is full SQLite rolls back by itself, and sqlx goes on believing in the transaction: such a
            // connection could never begin one again. It is replaced. (The test before acquiring, on by default, has
            // waited for rollbacks that were still under way.)
            .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
    };
    // The writer first: it creates the file.
    let write = pool(1).connect_with(options.clone()).await?;
    let read = pool(connections.max(1)).connect_with(options).await?;
    Ok(Pools::Sqlite { write, read })
}

async fn open_postgres(url: &str, connections: u32) -> Result<Pools, StoreError> {
    let options = PgConnectOptions::from_str(url)
        .map_err(|error| StoreError::Url { url: without_password(url), why: error.to_string() })?
        .application_name("mimawari")
        .statement_cache_capacity(256);
    let pool = PgPoolOptions::new()
        .max_connections(connections.max(2))
        .acquire_timeout(PATIENCE)
        .connect_with(options)
        .await?;
    Ok(Pools::Postgres(pool))
}

/// A URL that may be shown: what stands between the user's name and the host is blotted out.
fn without_password(url: &str) -> String {
    let Some((head, tail)) = url.rsplit_once('@') else {
        return url.to_owned();
    };
    match head.split_once("://").and_then(|(scheme, login)| Some((scheme, login.split_once(':')?.0))) {
        Some((scheme, user)) => format!("{scheme}://{user}:…@{tail}"),
        None => url.to_owned(),
    }
}
