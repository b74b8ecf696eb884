//! What only the screens ask: names for numbers, the reports of a case, the health of intake, pages of the journal.

use std::collections::HashMap;

use jiff::Timestamp;
use model::{CaseId, CustomerId, ReportId};
use serde::Serialize;
use serde_json::Value;

use crate::cases::{CaseRow, case_row};
use crate::journal::Entry;
use crate::reports::{ReportRow, report_row};
use crate::{Arg, Query, Row, StoreError, args, placeholders};

/// Key and name of each of `ids`.
pub async fn customer_names(
    query: &mut impl Query,
    ids: &[CustomerId],
) -> Result<HashMap<CustomerId, (String, String)>, StoreError> {
    let mut names = HashMap::new();
    for chunk in ids.chunks(500) {
        let sql = format!("SELECT id, key, name FROM customer WHERE id IN ({})", placeholders(1, chunk.len()));
        for row in query.fetch(&sql, chunk.iter().map(|id| Arg::from(*id)).collect()).await? {
            names.insert(CustomerId(row.int("id")?), (row.text("key")?, row.text("name")?));
        }
    }
    Ok(names)
}

/// A report as a list shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportLine {
    /// The report.
    pub report: ReportRow,
    /// Address of its reporter.
    pub address: Option<String>,
    /// Trust in its reporter, 0 to 1.
    pub trust: Option<f64>,
    /// Grade of its evidence by itself.
    pub grade: Option<String>,
}

const LINE: &str = "SELECT report.*, reporter.address AS reporter_address, reporter.trust AS reporter_trust \
    FROM report LEFT JOIN reporter ON reporter.id = report.reporter_id";

fn line(row: &Row) -> Result<ReportLine, StoreError> {
    let address = row.opt_text("reporter_address")?;
    let trust = if address.is_some() { Some(row.real("reporter_trust")?) } else { None };
    Ok(ReportLine { report: report_row(row)?, address, trust, grade: row.opt_text("grade")? })
}

/// The reports that belong to a case, the latest first.
pub async fn reports_of_case(query: &mut impl Query, case: CaseId, limit: i64) -> Result<Vec<ReportLine>, StoreError> {
    let sql = format!(
        "{LINE} WHERE report.id IN (SELECT report_id FROM observation WHERE case_id = $1) \
         ORDER BY report.received_at DESC, report.id DESC LIMIT $2"
    );
    query.fetch(&sql, args![case, limit]).await?.iter().map(line).collect()
}

/// One report with its reporter.
pub async fn report_line(query: &mut impl Query, report: ReportId) -> Result<ReportLine, StoreError> {
    let row = query.fetch_opt(&format!("{LINE} WHERE report.id = $1"), args![report]).await?;
    row.as_ref().map(line).transpose()?.ok_or_else(|| StoreError::NotFound { what: format!("report {report}") })
}

/// Reports in `state`, the latest first.
pub async fn reports_in(query: &mut impl Query, state: &str, limit: i64) -> Result<Vec<ReportLine>, StoreError> {
    let sql = format!("{LINE} WHERE report.state = $1 ORDER BY report.received_at DESC, report.id DESC LIMIT $2");
    query.fetch(&sql, args![state, limit]).await?.iter().map(line).collect()
}

/// What the reader made of a report, as it was kept.
pub async fn reading(query: &mut impl Query, report: ReportId) -> Result<Option<Value>, StoreError> {
    let row = query.fetch_opt("SELECT reading FROM report WHERE id = $1", args![report]).await?;
    let text = row.map(|row| row.opt_text("reading")).transpose()?.flatten();
    text.map(|text| {
        serde_json::from_str(&text).map_err(|error| StoreError::Damaged(format!("reading of report {report}: {error}")))
    })
    .transpose()
}

/// What one door brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DoorHealth {
    /// Door.
    pub door: String,
    /// Last report that came through it.
    pub last: Timestamp,
    /// Reports since the moment asked for.
    pub reports: i64,
    /// Of these read as a report, a reply or noise.
    pub read: i64,
    /// Of these set aside for a person.
    pub set_aside: i64,
    /// Of these not read yet.
    pub waiting: i64,
}

/// What each door brought since `since`, doors by name. A door that has been silent since then is not listed.
pub async fn intake_health(query: &mut impl Query, since: Timestamp) -> Result<Vec<DoorHealth>, StoreError> {
    let sql = "SELECT door, MAX(received_at) AS last, COUNT(*) AS n, \
               CAST(SUM(CASE WHEN state = 'set-aside' THEN 1 ELSE 0 END) AS BIGINT) AS aside, \
               CAST(SUM(CASE WHEN state = 'waiting' THEN 1 ELSE 0 END) AS BIGINT) AS waiting \
               FROM report WHERE received_at >= $1 GROUP BY door ORDER BY door";
    let rows = query.fetch(sql, args![since]).await?;
    rows.iter()
        .map(|row| {
            let (reports, set_aside, waiting) = (row.int("n")?, row.int("aside")?, row.int("waiting")?);
            let read = reports - set_aside - waiting;
            Ok(DoorHealth { door: row.text("door")?, last: row.time("last")?, reports, read, set_aside, waiting })
        })
        .collect()
}

/// How many reports stand in `state`.
pub async fn count_reports_in(query: &mut impl Query, state: &str) -> Result<i64, StoreError> {
    query.fetch_one("SELECT COUNT(*) AS n FROM report WHERE state = $1", args![state]).await?.int("n")
}

/// When each report of the last days came in: one count per moment of `edges` (from one edge until before the next).
pub async fn reports_between(query: &mut impl Query, edges: &[Timestamp]) -> Result<Vec<i64>, StoreError> {
    let mut counts = Vec::with_capacity(edges.len());
    for pair in edges.windows(2) {
        let sql = "SELECT COUNT(*) AS n FROM report WHERE received_at >= $1 AND received_at < $2";
        counts.push(query.fetch_one(sql, args![pair[0], pair[1]]).await?.int("n")?);
    }
    Ok(counts)
}

/// Entries of the journal before `before`, the latest first; only those whose kind begins with `kind`.
pub async fn journal_before(
    query: &mut impl Query,
    before: Option<i64>,
    kind: Option<&str>,
    limit: i64,
) -> Result<Vec<Entry>, StoreError> {
    let (from, to) =
        kind.map_or((String::new(), "\u{10ffff}".to_owned()), |kind| (kind.to_owned(), format!("{kind}~")));
    let sql = "SELECT * FROM journal WHERE seq < $1 AND kind >= $2 AND kind <= $3 ORDER BY seq DESC LIMIT $4";
    let rows = query.fetch(sql, args![before.unwrap_or(i64::MAX), from, to, limit]).await?;
    rows.iter().map(crate::journal::entry).collect()
}

/// Cases in which `value` (an address, a domain, an account, a part of a URL's host) was seen, the latest first.
pub async fn cases_with(query: &mut impl Query, value: &str, limit: i64) -> Result<Vec<CaseRow>, StoreError> {
    let value = value.trim().to_lowercase();
    let sql = format!(
        "SELECT {} FROM cases WHERE place IN ($1, $2, $3) OR id IN \
         (SELECT case_id FROM observation WHERE ip = $4 AND case_id IS NOT NULL) \
         ORDER BY opened_at DESC, id DESC LIMIT $5",
        crate::cases::COLUMNS
    );
    let places = ["site", "account", "host"].map(|kind| format!("{kind}:{value}"));
    let [site, account, host] = places;
    query.fetch(&sql, args![site, account, host, value, limit]).await?.iter().map(case_row).collect()
}
