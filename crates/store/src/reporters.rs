//! Reporters: who they are, how often they were right, and what only they told us (A11).

use jiff::Timestamp;
use model::ReporterId;
use serde::Serialize;

use crate::{Query, Row, StoreError, Tx, args};

/// A reporter.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReporterRow {
    /// Our number.
    pub id: ReporterId,
    /// Mail address, lower case.
    pub address: String,
    /// Name, as last written.
    pub name: Option<String>,
    /// Domain of the organisation.
    pub domain: Option<String>,
    /// `person`, `robot` or `authority`.
    pub kind: String,
    /// How far to believe, 0 to 1.
    pub trust: f64,
    /// Reports so far.
    pub reports: i64,
    /// Cases that proved true.
    pub confirmed: i64,
    /// Cases that proved untrue.
    pub rejected: i64,
    /// First report.
    pub first_seen: Timestamp,
    /// Last report.
    pub last_seen: Timestamp,
    /// A person's note.
    pub note: Option<String>,
    /// Whether this reporter agreed that customers are told who reported.
    pub share_identity: bool,
}

const COLUMNS: &str = "id, address, name, domain, kind, trust, reports, confirmed, rejected, first_seen, last_seen, note, \
     share_identity";

fn reporter_row(row: &Row) -> Result<ReporterRow, StoreError> {
    Ok(ReporterRow {
        id: ReporterId(row.int("id")?),
        address: row.text("address")?,
        name: row.opt_text("name")?,
        domain: row.opt_text("domain")?,
        kind: row.text("kind")?,
        trust: row.real("trust")?,
        reports: row.int("reports")?,
        confirmed: row.int("confirmed")?,
        rejected: row.int("rejected")?,
        first_seen: row.time("first_seen")?,
        last_seen: row.time("last_seen")?,
        note: row.opt_text("note")?,
        share_identity: row.flag("share_identity")?,
    })
}

/// One reporter.
pub async fn reporter(query: &mut impl Query, id: ReporterId) -> Result<ReporterRow, StoreError> {
    let row = query.fetch_opt(&format!("SELECT {COLUMNS} FROM reporter WHERE id = $1"), args![id]).await?;
    row.as_ref().map(reporter_row).transpose()?.ok_or_else(|| StoreError::NotFound { what: format!("reporter {id}") })
}

/// One reporter by mail address.
pub async fn reporter_by_address(query: &mut impl Query, address: &str) -> Result<Option<ReporterRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM reporter WHERE address = $1");
    query.fetch_opt(&sql, args![address.to_lowercase()]).await?.as_ref().map(reporter_row).transpose()
}

/// All reporters, the busiest first.
pub async fn reporters(query: &mut impl Query, limit: i64, offset: i64) -> Result<Vec<ReporterRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM reporter ORDER BY reports DESC, id LIMIT $1 OFFSET $2");
    query.fetch(&sql, args![limit.clamp(1, 1000), offset.max(0)]).await?.iter().map(reporter_row).collect()
}

/// A report's word on who sent it.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// Mail address.
    pub address: &'a str,
    /// Name.
    pub name: Option<&'a str>,
    /// Domain of the organisation.
    pub domain: Option<&'a str>,
    /// `person`, `robot` or `authority`.
    pub kind: &'a str,
    /// Trust of one who has sent nothing yet.
    pub trust: f64,
    /// When the report was received.
    pub at: Timestamp,
}

impl Tx {
    /// Notes one more report of this reporter and returns his row. An authority stays one, whatever a later report says.
    pub async fn see_reporter(&mut self, seen: Seen<'_>) -> Result<ReporterRow, StoreError> {
        let id = self.new_id().await?;
        let sql = format!(
            "INSERT INTO reporter (id, address, name, domain, kind, trust, reports, confirmed, rejected, first_seen, last_seen) \
             VALUES ($1, $2, $3, $4, $5, $6, 1, 0, 0, $7, $7) ON CONFLICT (address) DO UPDATE SET \
             reports = reporter.reports + 1, name = COALESCE(excluded.name, reporter.name), \
             domain = COALESCE(excluded.domain, reporter.domain), \
             kind = CASE WHEN reporter.kind = 'authority' THEN reporter.kind ELSE excluded.kind END, \
             first_seen = CASE WHEN excluded.first_seen < reporter.first_seen THEN excluded.first_seen ELSE reporter.first_seen END, \
             last_seen = CASE WHEN excluded.last_seen > reporter.last_seen THEN excluded.last_seen ELSE reporter.last_seen END \
             RETURNING {COLUMNS}"
        );
        let values = args![id, seen.address.to_lowercase(), seen.name, seen.domain, seen.kind, seen.trust, seen.at];
        reporter_row(&self.fetch_one(&sql, values).await?)
    }

    /// Takes back one report of this reporter: it is read again and counted anew.
    pub async fn unsee_reporter(&mut self, id: ReporterId) -> Result<(), StoreError> {
        self.execute("UPDATE reporter SET reports = reports - 1 WHERE id = $1 AND reports > 0", args![id]).await?;
        Ok(())
    }

    /// Notes how a case of this reporter ended: `confirmed` and `rejected` are added (taken away if negative).
    pub async fn judge_reporter(
        &mut self,
        id: ReporterId,
        confirmed: i64,
        rejected: i64,
    ) -> Result<ReporterRow, StoreError> {
        let sql = format!(
            "UPDATE reporter SET confirmed = confirmed + $2, rejected = rejected + $3 WHERE id = $1 RETURNING {COLUMNS}"
        );
        let row = self.fetch_opt(&sql, args![id, confirmed, rejected]).await?;
        row.as_ref()
            .map(reporter_row)
            .transpose()?
            .ok_or_else(|| StoreError::NotFound { what: format!("reporter {id}") })
    }

    /// Notes whether a reporter agreed that customers are told who reported; returns his row.
    pub async fn share_reporter(&mut self, id: ReporterId, share: bool) -> Result<ReporterRow, StoreError> {
        let sql = format!("UPDATE reporter SET share_identity = $2 WHERE id = $1 RETURNING {COLUMNS}");
        let row = self.fetch_opt(&sql, args![id, share]).await?;
        row.as_ref()
            .map(reporter_row)
            .transpose()?
            .ok_or_else(|| StoreError::NotFound { what: format!("reporter {id}") })
    }

    /// Writes trust, kind and note of a reporter.
    pub async fn save_reporter(&mut self, row: &ReporterRow) -> Result<(), StoreError> {
        let sql = "UPDATE reporter SET trust = $2, kind = $3, note = $4 WHERE id = $1";
        self.execute(sql, args![row.id, row.trust, &row.kind, row.note.clone()]).await?;
        Ok(())
    }
}
