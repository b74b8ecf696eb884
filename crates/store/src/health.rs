//! Whether a database is whole: how much is in it, and whether the evidence still is what it was.

use crate::{Query, StoreError, args};

/// The tables whose rows are counted.
const TABLES: [&str; 14] = [
    "customer",
    "contract",
    "holding",
    "raw",
    "report",
    "observation",
    "reporter",
    "cases",
    "mail",
    "measure",
    "policy",
    "journal",
    "users",
    "job",
];

/// Rows of each table.
pub async fn row_counts(query: &mut impl Query) -> Result<Vec<(&'static str, i64)>, StoreError> {
    let mut counts = Vec::with_capacity(TABLES.len());
    for table in TABLES {
        let row = query.fetch_one(&format!("SELECT COUNT(*) AS n FROM {table}"), args![]).await?;
        counts.push((table, row.int("n")?));
    }
    Ok(counts)
}

/// Up to `limit` hashes of raw evidence after `after`, in their order. The order is that of SHA-256: a stretch of it that
/// begins anywhere is a fair sample.
pub async fn raw_hashes(query: &mut impl Query, after: &str, limit: i64) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT hash FROM raw WHERE hash > $1 ORDER BY hash LIMIT $2";
    query.fetch(sql, args![after, limit]).await?.iter().map(|row| row.text("hash")).collect()
}

/// Reports whose raw bytes are not there; always none, unless rows were deleted by a foreign hand.
pub async fn reports_without_raw(query: &mut impl Query) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) AS n FROM report WHERE NOT EXISTS (SELECT 1 FROM raw WHERE raw.hash = report.raw_hash)";
    query.fetch_one(sql, args![]).await?.int("n")
}
