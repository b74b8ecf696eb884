//! Corrections: what a person made of a report that was read wrongly, beside what the machine had read.

use jiff::Timestamp;
use model::{CaseId, ReportId};
use serde_json::Value;

use crate::{Query, Row, StoreError, Tx, args};

/// One correction.
#[derive(Debug, Clone, PartialEq)]
pub struct CorrectionRow {
    /// Its number.
    pub id: i64,
    /// The report.
    pub report: ReportId,
    /// When it was made.
    pub at: Timestamp,
    /// By whom.
    pub actor: String,
    /// What the machine had read.
    pub machine: Value,
    /// What the person says.
    pub person: Value,
    /// Whether it is kept as an example by which the readers are measured.
    pub fixture: bool,
    /// When it was taken back or replaced.
    pub ended_at: Option<Timestamp>,
    /// By whom.
    pub ended_by: Option<String>,
}

fn correction_row(row: &Row) -> Result<CorrectionRow, StoreError> {
    Ok(CorrectionRow {
        id: row.int("id")?,
        report: ReportId(row.int("report_id")?),
        at: row.time("at")?,
        actor: row.text("actor")?,
        machine: row.json("machine")?,
        person: row.json("person")?,
        fixture: row.flag("fixture")?,
        ended_at: row.opt_time("ended_at")?,
        ended_by: row.opt_text("ended_by")?,
    })
}

/// One correction.
pub async fn correction(query: &mut impl Query, id: i64) -> Result<CorrectionRow, StoreError> {
    let row = query.fetch_opt("SELECT * FROM correction WHERE id = $1", args![id]).await?;
    let row = row.as_ref().map(correction_row).transpose()?;
    row.ok_or_else(|| StoreError::NotFound { what: format!("correction {id}") })
}

/// The correction of a report that is in force.
pub async fn in_force(query: &mut impl Query, report: ReportId) -> Result<Option<CorrectionRow>, StoreError> {
    let sql = "SELECT * FROM correction WHERE report_id = $1 AND ended_at IS NULL";
    query.fetch_opt(sql, args![report]).await?.as_ref().map(correction_row).transpose()
}

/// Corrections in force in the order of their numbers, after `after`; with `fixtures` only those kept as examples.
pub async fn corrections(
    query: &mut impl Query,
    fixtures: bool,
    after: i64,
    limit: i64,
) -> Result<Vec<CorrectionRow>, StoreError> {
    let sql = "SELECT * FROM correction WHERE ended_at IS NULL AND fixture >= $1 AND id > $2 ORDER BY id LIMIT $3";
    query.fetch(sql, args![fixtures, after, limit]).await?.iter().map(correction_row).collect()
}

impl Tx {
    /// Puts a correction in force; the one before it ends. Returns its number.
    pub async fn add_correction(
        &mut self,
        report: ReportId,
        actor: &str,
        machine: &Value,
        person: &Value,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        let before = in_force(self, report).await?;
        // An example stays one when it is improved.
        let fixture = before.is_some_and(|row| row.fixture);
        self.end_correction(report, actor, now).await?;
        let id = self.new_id().await?;
        self.execute(
            "INSERT INTO correction (id, report_id, at, actor, machine, person, fixture) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            args![id, report, now, actor, machine.to_string(), person.to_string(), fixture],
        )
        .await?;
        self.execute("UPDATE report SET correction_id = $2 WHERE id = $1", args![report, id]).await?;
        Ok(id)
    }

    /// Takes the correction of a report out of force; says whether there was one.
    pub async fn end_correction(&mut self, report: ReportId, actor: &str, now: Timestamp) -> Result<bool, StoreError> {
        let sql = "UPDATE correction SET ended_at = $2, ended_by = $3 WHERE report_id = $1 AND ended_at IS NULL";
        let ended = self.execute(sql, args![report, now, actor]).await?;
        self.execute("UPDATE report SET correction_id = NULL WHERE id = $1", args![report]).await?;
        Ok(ended == 1)
    }

    /// Keeps the correction of a report as an example, or no longer; says whether there is one.
    pub async fn mark_fixture(&mut self, report: ReportId, fixture: bool) -> Result<bool, StoreError> {
        let sql = "UPDATE correction SET fixture = $2 WHERE report_id = $1 AND ended_at IS NULL";
        Ok(self.execute(sql, args![report, fixture]).await? == 1)
    }

    /// Takes away what was read from a report, because it is read anew. Returns the cases that it was evidence of.
    pub async fn take_observations(&mut self, report: ReportId) -> Result<Vec<CaseId>, StoreError> {
        let sql =
            "SELECT DISTINCT case_id FROM observation WHERE report_id = $1 AND case_id IS NOT NULL ORDER BY case_id";
        let rows = self.fetch(sql, args![report]).await?;
        let cases: Vec<CaseId> = rows.iter().map(|row| row.int("case_id").map(CaseId)).collect::<Result<_, _>>()?;
        self.execute("DELETE FROM observation WHERE report_id = $1", args![report]).await?;
        self.execute("UPDATE report SET case_id = NULL WHERE id = $1", args![report]).await?;
        for some in cases.chunks(256) {
            self.count_tellings(some).await?;
        }
        Ok(cases)
    }
}
