//! What an answer comes to: written down with everything that follows from it, in one transaction.
//!
//! Every `settle_…` takes the row as it was claimed; if the lease ran out and another worker took it, nothing is written.

use model::{CauseClass, MeasureKind, MeasureState};
use serde_json::json;
use store::measures::{self, MeasureRow};
use text::mail::MailKind;

use super::retry_at;
use crate::measures::port::Answer;
use crate::{Actor, Desk, DeskError};

impl Desk {
    /// It is in force: the case is contained and the customer is told, in the same transaction (B31).
    pub(super) async fn settle_active(
        &self,
        row: &MeasureRow,
        answer: &Answer,
        actor: &Actor,
    ) -> Result<MeasureRow, DeskError> {
        let now = self.clock.now();
        let mut tx = self.store.begin().await?;
        let new = MeasureRow {
            state: MeasureState::Active,
            verified_at: Some(now),
            result: Some(answer.words()),
            error: None,
            owner: None,
            retry_at: now,
            attempts: 0,
            ..row.clone()
        };
        let saved = tx.save_measure(row, &new).await?;
        tx.contain_case(row.case, now).await?;
        let cause = store::cases::case(&mut tx, row.case).await?.cause;
        // The mail on a cancellation judges the customer; it needs a cause that says so (D02).
        let kind = match (row.kind, cause) {
            (MeasureKind::Cancel, CauseClass::Deliberate) => MailKind::CustomerCancel,
            _ => MailKind::CustomerMeasure,
        };
        let mail = self.write_measure_mail(&mut tx, &saved, kind, &actor.name).await?;
        let done_before = matches!(answer, Answer::DoneBefore(_));
        let more =
            json!({ "result": saved.result, "done_before": done_before, "mail": mail, "ends_at": saved.ends_at });
        self.journal_measure(&mut tx, &saved, &actor.name, "measure.active", more);
        tx.commit().await?;
        Ok(saved)
    }

    /// The other side will not do it, and has not.
    pub(super) async fn settle_refused(
        &self,
        row: &MeasureRow,
        answer: &Answer,
        actor: &Actor,
    ) -> Result<MeasureRow, DeskError> {
        let new = MeasureRow { ended_at: Some(self.clock.now()), ..failed(row, &answer.words()) };
        self.put_before_person(row, new, actor).await
    }

    /// Whether it is in force is not known: a person must look. It is undone at its end all the same.
    pub(super) async fn settle_unsure(
        &self,
        row: &MeasureRow,
        why: &str,
        actor: &Actor,
    ) -> Result<MeasureRow, DeskError> {
        self.put_before_person(row, failed(row, why), actor).await
    }

    /// Failed, and put before a person; `new` follows from `row`.
    pub(super) async fn put_before_person(
        &self,
        row: &MeasureRow,
        new: MeasureRow,
        actor: &Actor,
    ) -> Result<MeasureRow, DeskError> {
        let mut tx = self.store.begin().await?;
        let saved = tx.save_measure(row, &new).await?;
        tx.measure_unread(row.case, self.clock.now()).await?;
        self.journal_measure(&mut tx, &saved, &actor.name, "measure.failed", json!({ "error": saved.error }));
        tx.commit().await?;
        Ok(saved)
    }

    /// Asked again later under the same key.
    pub(super) async fn settle_again(
        &self,
        row: &MeasureRow,
        why: &str,
        actor: &Actor,
    ) -> Result<MeasureRow, DeskError> {
        let why = text::wording::clean(why, Answer::MAX_WORDS);
        let new = MeasureRow {
            owner: None,
            error: Some(why.clone()),
            retry_at: retry_at(self.clock.now(), row.attempts),
            ..row.clone()
        };
        let mut tx = self.store.begin().await?;
        let saved = tx.save_measure(row, &new).await?;
        let more = json!({ "attempt": row.attempts, "error": why, "retry_at": saved.retry_at });
        self.journal_measure(&mut tx, &saved, &actor.name, "measure.unknown", more);
        tx.commit().await?;
        Ok(saved)
    }

    /// A dry run ends here: what would have been done is in `result`.
    pub(super) async fn settle_dry(
        &self,
        row: &MeasureRow,
        answer: &Answer,
        actor: &Actor,
    ) -> Result<MeasureRow, DeskError> {
        let now = self.clock.now();
        let new = MeasureRow {
            state: MeasureState::Ended,
            result: Some(format!("dry run: {}", answer.words())),
            ended_at: Some(now),
            ended_by: Some(actor.name.clone()),
            owner: None,
            retry_at: now,
            ..row.clone()
        };
        let mut tx = self.store.begin().await?;
        let saved = tx.save_measure(row, &new).await?;
        self.journal_measure(&mut tx, &saved, &actor.name, "measure.dry-run", json!({ "result": saved.result }));
        tx.commit().await?;
        Ok(saved)
    }

    /// No longer in force: a case that nothing else contains goes back to the desk.
    pub(super) async fn settle_ended(
        &self,
        row: &MeasureRow,
        words: String,
        actor: &Actor,
    ) -> Result<MeasureRow, DeskError> {
        let now = self.clock.now();
        let new = MeasureRow {
            state: MeasureState::Ended,
            result: Some(words),
            error: None,
            ended_at: Some(now),
            owner: None,
            retry_at: now,
            ..row.clone()
        };
        let mut tx = self.store.begin().await?;
        let saved = tx.save_measure(row, &new).await?;
        if !measures::is_contained(&mut tx, row.case, row.id).await? {
            tx.release_case(row.case, now).await?;
        }
        self.journal_measure(&mut tx, &saved, &actor.name, "measure.ended", json!({ "result": saved.result }));
        tx.commit().await?;
        Ok(saved)
    }
}

fn failed(row: &MeasureRow, why: &str) -> MeasureRow {
    MeasureRow {
        state: MeasureState::Failed,
        error: Some(text::wording::clean(why, Answer::MAX_WORDS)),
        owner: None,
        ..row.clone()
    }
}
