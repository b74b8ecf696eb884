//! Taking in the provider's tables: CSV or JSON in, an exact report out.
//!
//! A file is taken or refused as a whole only where it cannot be read as a file (encoding, heading, syntax). Everything
//! else is decided row by row, and a second import of the same file changes nothing.

mod kind;
mod read;

use jiff::Timestamp;
use serde_json::json;
use store::inventory::{ImportReport, Line};
use store::{Store, Tx};

use crate::AttributionError;
pub use kind::Kind;
pub use read::{FieldError, Fields, ImportRow, MAX_BYTES, MAX_ROW_BYTES, Parsed, parse};

/// From this many rows on the planner is told that tables have grown.
const MANY_ROWS: usize = 10_000;

/// Takes in a file and writes down that it was: in the table of runs and in the journal.
///
/// `source` is the file's name or the API call, `actor` as in the journal. All of it is one transaction.
pub async fn import(
    store: &Store,
    kind: Kind,
    bytes: &[u8],
    source: &str,
    actor: &str,
    now: Timestamp,
) -> Result<ImportReport, AttributionError> {
    let file = File::read(kind, bytes, source)?;
    let rows = file.len();
    let mut tx = store.begin().await?;
    let report = file.take_in(&mut tx, source, now).await?;
    if rows >= MANY_ROWS {
        tx.analyze_inventory().await?;
    }
    let run = tx.record_import(now, actor, &format!("{kind}:{source}"), &report).await?;
    let detail = json!({
        "run": run,
        "kind": kind.name(),
        "source": source,
        "inserted": report.inserted,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "refused": report.refused.len(),
    });
    tx.journal(now, actor, "inventory.imported", None, &detail).await?;
    tx.commit().await?;
    Ok(report)
}

/// What [`import`] would report, without changing anything.
pub async fn rehearse(
    store: &Store,
    kind: Kind,
    bytes: &[u8],
    source: &str,
    now: Timestamp,
) -> Result<ImportReport, AttributionError> {
    let file = File::read(kind, bytes, source)?;
    let mut tx = store.begin().await?;
    file.take_in(&mut tx, source, now).await
}

/// A file that was read.
enum File {
    Plans(Parsed<store::inventory::PlanRow>),
    Customers(Parsed<store::inventory::CustomerRow>),
    Contracts(Parsed<store::inventory::ContractRow>),
    Holdings(Parsed<store::inventory::HoldingRow>),
    Prefixes(Parsed<store::inventory::PrefixRow>),
    Readiness(Parsed<store::inventory::ReadinessRow>),
}

impl File {
    fn read(kind: Kind, bytes: &[u8], source: &str) -> Result<Self, AttributionError> {
        Ok(match kind {
            Kind::Plans => Self::Plans(parse(bytes, source)?),
            Kind::Customers => Self::Customers(parse(bytes, source)?),
            Kind::Contracts => Self::Contracts(parse(bytes, source)?),
            Kind::Holdings => Self::Holdings(parse(bytes, source)?),
            Kind::Prefixes => Self::Prefixes(parse(bytes, source)?),
            Kind::Readiness => Self::Readiness(parse(bytes, source)?),
        })
    }

    const fn len(&self) -> usize {
        match self {
            Self::Plans(file) => file.rows.len(),
            Self::Customers(file) => file.rows.len(),
            Self::Contracts(file) => file.rows.len(),
            Self::Holdings(file) => file.rows.len(),
            Self::Prefixes(file) => file.rows.len(),
            Self::Readiness(file) => file.rows.len(),
        }
    }

    async fn take_in(self, tx: &mut Tx, source: &str, now: Timestamp) -> Result<ImportReport, AttributionError> {
        let (mut report, unreadable) = match self {
            Self::Plans(file) => (tx.import_plans(file.rows).await?, file.refused),
            Self::Customers(file) => (tx.import_customers(file.rows).await?, file.refused),
            Self::Contracts(file) => (tx.import_contracts(file.rows).await?, file.refused),
            Self::Holdings(file) => (tx.import_holdings(file.rows, source).await?, file.refused),
            Self::Prefixes(file) => (tx.import_prefixes(file.rows).await?, file.refused),
            Self::Readiness(file) => (tx.import_readiness(file.rows, now).await?, file.refused),
        };
        report.refused.extend(unreadable);
        report.refused.sort_by_key(|refusal| refusal.line);
        Ok(report)
    }
}

/// Numbers rows that do not come from a file, from 1.
pub fn numbered<T>(rows: impl IntoIterator<Item = T>) -> Vec<Line<T>> {
    (1..).zip(rows).map(|(line, row)| Line { line, row }).collect()
}
