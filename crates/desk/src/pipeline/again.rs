//! A person's word on a report that came to no case: read it again, or leave it.

use model::{Permission, ReportId};
use serde_json::json;
use store::reports::{self, READ_REPORT};

use super::DISMISSED;
use crate::why::reasons;
use crate::{Actor, Desk, DeskError};

/// States of a report that belongs to no case and to no conversation: nothing hangs on its reading yet.
const LOOSE: [&str; 3] = ["set-aside", "noise", "dismissed"];

impl Desk {
    /// Has a report read again, with the readers, the inventory and the playbook of today. One that went into a case or a
    /// conversation is not: its observations would count twice.
    pub async fn reread_report(&self, actor: &Actor, report: ReportId) -> Result<(), DeskError> {
        self.settle_report(actor, report, &LOOSE, "waiting", None).await
    }

    /// Takes a report off the list of those that a person must look at. Its bytes stay.
    pub async fn dismiss_report(&self, actor: &Actor, report: ReportId, reason: &str) -> Result<(), DeskError> {
        let reason = text::wording::clean(reason, 1000);
        if reason.is_empty() {
            return Err(DeskError::Invalid(reasons::say_why()));
        }
        self.settle_report(actor, report, &LOOSE[..2], "dismissed", Some(&reason)).await
    }

    async fn settle_report(
        &self,
        actor: &Actor,
        report: ReportId,
        from: &[&str],
        to: &str,
        reason: Option<&str>,
    ) -> Result<(), DeskError> {
        actor.must(Permission::WorkCases)?;
        let now = self.clock.now();
        let mut tx = self.store.begin().await?;
        let row = reports::report(&mut tx, report).await?;
        if !tx.move_report(report, from, to, reason.map(|_| DISMISSED), reason).await? {
            return Err(DeskError::State(reasons::report_state(report, &row.state, from.join(", "), to)));
        }
        if reason.is_none() {
            tx.enqueue(READ_REPORT, &json!({ "report": report }), now, None).await?;
        }
        let kind = if reason.is_none() { "report.reread" } else { DISMISSED };
        let detail = json!({ "report": report, "was": row.state, "code": row.error_code, "reason": reason });
        tx.journal_at_commit(now, &actor.name, kind, None, detail);
        Ok(tx.commit().await?)
    }
}
