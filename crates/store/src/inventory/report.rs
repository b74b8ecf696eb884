//! What became of an import, row by row where a row was refused.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Query, StoreError, Tx, args};

/// A row and the line of the file in which it begins, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<T> {
    /// Line.
    pub line: u64,
    /// Row.
    pub row: T,
}

/// Why a row was refused; the key of its explanation in the catalogue (`refusal-<name>`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefusalCode {
    /// The line is no row of this kind.
    Unreadable,
    /// A key is empty or longer than 255 bytes.
    BadKey,
    /// The file has a row of the same key with other content before.
    Duplicate,
    /// The contract's plan is not known.
    UnknownPlan,
    /// The contract's customer is not known.
    UnknownCustomer,
    /// The customer's reseller is not known, or was refused itself.
    UnknownReseller,
    /// The contract is not known.
    UnknownContract,
    /// The end is not after the beginning.
    BadPeriod,
    /// No prefix, domain, mailbox or account.
    BadSubject,
    /// The last port is before the first, or ports on something that is no address.
    BadPorts,
    /// A customer would be its own reseller.
    ResellerCycle,
    /// More than three levels of resellers.
    ResellerDepth,
    /// Another contract holds it at that time.
    HeldAlready,
}

/// One refused row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Line of the file, from 1.
    pub line: u64,
    /// Key or subject of the row.
    pub key: String,
    /// Why, for programs.
    pub code: RefusalCode,
    /// Why and what to do, in English.
    pub why: String,
}

/// What became of an import. Rows that were not refused are in the database, exactly as they stand in the file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReport {
    /// Rows that are new.
    pub inserted: u64,
    /// Rows that replaced older content.
    pub updated: u64,
    /// Rows that were there already.
    pub unchanged: u64,
    /// Rows that were not taken, in the order of the file.
    pub refused: Vec<Refusal>,
}

impl ImportReport {
    /// Adds a refusal.
    pub(crate) fn refuse(&mut self, line: u64, key: &str, code: RefusalCode, why: String) {
        self.refused.push(Refusal { line, key: key.to_owned(), code, why });
    }

    /// Counts a row that was written.
    pub(crate) const fn count(&mut self, new: bool) {
        *(if new { &mut self.inserted } else { &mut self.updated }) += 1;
    }

    /// Puts the refusals into the order of the file.
    #[must_use]
    pub(crate) fn sorted(mut self) -> Self {
        self.refused.sort_by_key(|refusal| refusal.line);
        self
    }
}

/// One import as it was carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportRun {
    /// Its number.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Who, as in the journal.
    pub actor: String,
    /// Kind and file, such as `holdings:leases.csv`.
    pub source: String,
    /// How many rows were refused; [`ImportRun::report`] may list fewer.
    pub refused: i64,
    /// Counts and the first refusals.
    pub report: ImportReport,
}

/// Most refusals that are kept with a run; the caller of the import gets all of them.
pub const KEPT_REFUSALS: usize = 1_000;

impl Tx {
    /// Writes down that an import was carried out; returns the number of the run.
    pub async fn record_import(
        &mut self,
        at: Timestamp,
        actor: &str,
        source: &str,
        report: &ImportReport,
    ) -> Result<i64, StoreError> {
        let id = self.new_id().await?;
        let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let refused = i64::try_from(report.refused.len()).unwrap_or(i64::MAX);
        let mut kept = report.clone();
        kept.refused.truncate(KEPT_REFUSALS);
        let json = serde_json::to_string(&kept).map_err(|error| StoreError::Statement(error.to_string()))?;
        self.execute(
            "INSERT INTO import_run (id, at, actor, source, inserted, updated, unchanged, refused, report) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            args![
                id,
                at,
                actor,
                source,
                count(report.inserted),
                count(report.updated),
                count(report.unchanged),
                refused,
                json
            ],
        )
        .await?;
        Ok(id)
    }
}

/// The latest imports, newest first.
pub async fn import_runs(query: &mut impl Query, limit: i64) -> Result<Vec<ImportRun>, StoreError> {
    let rows = query.fetch("SELECT * FROM import_run ORDER BY at DESC, id DESC LIMIT $1", args![limit]).await?;
    rows.iter()
        .map(|row| {
            Ok(ImportRun {
                id: row.int("id")?,
                at: row.time("at")?,
                actor: row.text("actor")?,
                source: row.text("source")?,
                refused: row.int("refused")?,
                report: row.json("report")?,
            })
        })
        .collect()
}
