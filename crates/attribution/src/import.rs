//! Taking in the provider's tables: CSV or JSON in, an exact report out.
//!
//! A file is taken or refused as a whole only where it cannot be read as a file (encoding, heading, syntax). Everything
//! else is decided row by row, and a second import of the same file changes nothing.
//!
//! A file of up to [`STEP`] rows is one transaction. A larger one is a transaction for every [`STEP`] rows, so that mails
//! and people get at the database in between; the report is the same. If such an import breaks off, what was taken in stays
//! and the journal shows a beginning without an end: the same file once more takes in the rest.

mod kind;
mod read;

use jiff::Timestamp;
use serde_json::json;
use store::Store;
use store::inventory::{Import, ImportReport, Line, Refusal};

use crate::AttributionError;
pub use kind::Kind;
pub use read::{FieldError, Fields, ImportRow, MAX_BYTES, MAX_ROW_BYTES, Parsed, parse};

/// From this many rows on the planner is told that tables have grown.
const MANY_ROWS: usize = 10_000;
/// Most rows in one transaction.
pub const STEP: usize = 5_000;

/// Takes in a file and writes down that it was: in the table of runs and in the journal.
///
/// `source` is the file's name or the API call, `actor` as in the journal.
pub async fn import(
    store: &Store,
    kind: Kind,
    bytes: &[u8],
    source: &str,
    actor: &str,
    now: Timestamp,
) -> Result<ImportReport, AttributionError> {
    let mut file = File::read(kind, bytes, source, now)?;
    let about = json!({ "kind": kind.name(), "source": source, "rows": file.rows });
    let mut tx = store.begin().await?;
    if file.rows > STEP {
        tx.journal_at_commit(now, actor, "inventory.import-begun", None, about);
    }
    while file.import.step(&mut tx, STEP).await? {
        tx.commit().await?;
        tx = store.begin().await?;
    }
    if file.rows >= MANY_ROWS {
        tx.analyze_inventory().await?;
    }
    let report = file.report();
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
    tx.journal_at_commit(now, actor, "inventory.imported", None, detail);
    tx.commit().await?;
    Ok(report)
}

/// What [`import`] would report, without changing anything. It is one transaction, whatever the size: on SQLite everybody
/// else waits for it.
pub async fn rehearse(
    store: &Store,
    kind: Kind,
    bytes: &[u8],
    source: &str,
    now: Timestamp,
) -> Result<ImportReport, AttributionError> {
    let mut file = File::read(kind, bytes, source, now)?;
    let mut tx = store.begin().await?;
    while file.import.step(&mut tx, STEP).await? {}
    Ok(file.report())
}

/// A file that was read.
struct File {
    import: Import,
    rows: usize,
    unreadable: Vec<Refusal>,
}

impl File {
    fn read(kind: Kind, bytes: &[u8], source: &str, now: Timestamp) -> Result<Self, AttributionError> {
        fn parsed<R: ImportRow>(
            bytes: &[u8],
            source: &str,
            import: impl FnOnce(Vec<Line<R>>) -> Import,
        ) -> Result<File, AttributionError> {
            let Parsed { rows, refused } = parse(bytes, source)?;
            Ok(File { rows: rows.len(), import: import(rows), unreadable: refused })
        }
        match kind {
            Kind::Plans => parsed(bytes, source, Import::plans),
            Kind::Customers => parsed(bytes, source, Import::customers),
            Kind::Contracts => parsed(bytes, source, Import::contracts),
            Kind::Holdings => parsed(bytes, source, |rows| Import::holdings(rows, source)),
            Kind::Prefixes => parsed(bytes, source, Import::prefixes),
            Kind::Readiness => parsed(bytes, source, |rows| Import::readiness(rows, now)),
        }
    }

    fn report(self) -> ImportReport {
        let mut report = self.import.into_report();
        report.refused.extend(self.unreadable);
        report.refused.sort_by_key(|refusal| refusal.line);
        report
    }
}

/// Numbers rows that do not come from a file, from 1.
pub fn numbered<T>(rows: impl IntoIterator<Item = T>) -> Vec<Line<T>> {
    (1..).zip(rows).map(|(line, row)| Line { line, row }).collect()
}
