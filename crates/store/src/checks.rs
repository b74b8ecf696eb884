//! What was found of the senders of reports when they came: verdicts with the DNS answers they rest on. Written once.

use jiff::Timestamp;
use model::ReportId;
use model::findings::Findings;

use crate::{Query, StoreError, Tx, args};

impl Tx {
    /// Keeps what was found of a report at `at`. What is there already stays: keys are taken away.
    pub async fn keep_findings(
        &mut self,
        report: ReportId,
        findings: &Findings,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let text = serde_json::to_string(findings).map_err(|error| damaged(report, &error))?;
        let sql =
            "INSERT INTO mail_check (report_id, at, findings) VALUES ($1, $2, $3) ON CONFLICT (report_id) DO NOTHING";
        self.execute(sql, args![report, at, text]).await?;
        Ok(())
    }
}

/// What was found of a report, if somebody looked.
pub async fn findings(query: &mut impl Query, report: ReportId) -> Result<Option<Findings>, StoreError> {
    let row = query.fetch_opt("SELECT findings FROM mail_check WHERE report_id = $1", args![report]).await?;
    let Some(text) = row.map(|row| row.text("findings")).transpose()? else { return Ok(None) };
    serde_json::from_str(&text).map(Some).map_err(|error| damaged(report, &error))
}

fn damaged(report: ReportId, error: &serde_json::Error) -> StoreError {
    StoreError::Damaged(format!("findings of report {report}: {error}"))
}
