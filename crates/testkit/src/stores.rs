//! Stores for tests: every test of the store, and of what stands on it, runs on SQLite and on PostgreSQL.

use std::future::Future;

use store::{Settings, Store};
use tempfile::TempDir;

use crate::Postgres;

/// A store with an empty database of its own.
pub struct TempStore {
    /// The open store.
    pub store: Store,
    /// How to open it again.
    pub settings: Settings,
    _folder: Option<TempDir>,
}

impl TempStore {
    /// A SQLite file in a temporary folder.
    pub async fn sqlite() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let url = format!("sqlite:{}", folder.path().join("test.db").display());
        Self::open(url, Some(folder)).await
    }

    /// A database in the shared PostgreSQL server.
    pub async fn postgres() -> anyhow::Result<Self> {
        Self::open(Postgres::shared()?.create_database()?, None).await
    }

    async fn open(url: String, folder: Option<TempDir>) -> anyhow::Result<Self> {
        let settings = Settings { url, connections: 4 };
        Ok(Self { store: Store::open(&settings).await?, settings, _folder: folder })
    }
}

/// Runs `test` on SQLite, then on PostgreSQL; the error says on which it failed.
pub async fn each_store<Test, Run>(test: Test) -> anyhow::Result<()>
where
    Test: Fn(Store) -> Run,
    Run: Future<Output = anyhow::Result<()>>,
{
    for temp in [TempStore::sqlite().await?, TempStore::postgres().await?] {
        let kind = if temp.store.is_postgres() { "PostgreSQL" } else { "SQLite" };
        test(temp.store.clone()).await.map_err(|error| error.context(format!("on {kind}")))?;
        temp.store.close().await;
    }
    Ok(())
}
