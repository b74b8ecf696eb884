//! How much there is: one row of counts.

use serde::Serialize;

use crate::{Query, StoreError, args};

/// Counts over the whole database.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Rows of "who held what".
    pub holdings: i64,
    /// Reports accepted.
    pub reports: i64,
    /// Cases ever opened.
    pub cases: i64,
    /// Cases that are closed.
    pub closed: i64,
    /// Mails written.
    pub mails: i64,
    /// Entries of the journal.
    pub journal: i64,
}

/// Counts everything; takes as long as reading an index of each table.
pub async fn totals(query: &mut impl Query) -> Result<Totals, StoreError> {
    let sql = "SELECT (SELECT COUNT(*) FROM holding) AS holdings, (SELECT COUNT(*) FROM report) AS reports, \
               (SELECT COUNT(*) FROM cases) AS cases, (SELECT COUNT(*) FROM cases WHERE state = 'closed') AS closed, \
               (SELECT COUNT(*) FROM mail) AS mails, (SELECT COUNT(*) FROM journal) AS journal";
    let row = query.fetch_one(sql, args![]).await?;
    Ok(Totals {
        holdings: row.int("holdings")?,
        reports: row.int("reports")?,
        cases: row.int("cases")?,
        closed: row.int("closed")?,
        mails: row.int("mails")?,
        journal: row.int("journal")?,
    })
}
