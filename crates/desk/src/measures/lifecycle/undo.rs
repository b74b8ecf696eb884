//! Undoing: by a person at any time, by itself at the end.

use model::{MeasureId, MeasureKind, MeasureState, Permission};
use serde_json::json;
use store::Tx;
use store::measures::{self, MeasureRow};

use super::{LEASE, MAX_ATTEMPTS, UNDO_AGAIN, later, not_now};
use crate::measures::connectors::Connectors;
use crate::measures::port::{Answer, Verb};
use crate::why::reasons;
use crate::{Actor, Desk, DeskError};

impl Desk {
    /// Undoes a measure that is or may be in force. No approval: whoever may propose one may lift one.
    pub async fn undo_measure(
        &self,
        connectors: &Connectors,
        id: MeasureId,
        why: &str,
        actor: &Actor,
    ) -> Result<MeasureRow, DeskError> {
        let mut tx = self.store.begin().await?;
        let row = self.claim_undo_in(&mut tx, id, why, actor).await?;
        tx.commit().await?;
        if row.kind == MeasureKind::Cancel && actor.name == super::WORKER {
            // The date closes the record; a contract that was ended stays ended.
            return self.settle_ended(&row, "the contract stays ended".to_owned(), actor).await;
        }
        let order = self.order(&row).await?;
        match connectors.ask(&row.connector, Verb::Undo, &order).await {
            answer @ (Answer::Done(_) | Answer::DoneBefore(_)) => self.settle_ended(&row, answer.words(), actor).await,
            Answer::Refused(words) => self.settle_stuck(&row, &words, actor).await,
            Answer::Unknown(words) if row.attempts >= MAX_ATTEMPTS => self.settle_stuck(&row, &words, actor).await,
            Answer::Unknown(words) => self.settle_again(&row, &words, actor).await,
        }
    }

    pub(crate) async fn claim_undo_in(
        &self,
        tx: &mut Tx,
        id: MeasureId,
        why: &str,
        actor: &Actor,
    ) -> Result<MeasureRow, DeskError> {
        actor.must(Permission::ProposeMeasure)?;
        let now = self.clock.now();
        let old = measures::measure(tx, id).await?;
        let again = old.state == MeasureState::Undoing;
        let possible = match old.state {
            MeasureState::Active => true,
            // Perhaps in force, perhaps not; undoing what is not there harms nobody.
            MeasureState::Failed => old.ended_at.is_none(),
            MeasureState::Undoing => old.retry_at <= now,
            _ => false,
        };
        if !possible {
            return Err(not_now(&old, reasons::step_undone()));
        }
        let new = MeasureRow {
            state: MeasureState::Undoing,
            owner: Some(actor.name.clone()),
            retry_at: later(now, LEASE),
            attempts: if again { old.attempts + 1 } else { 1 },
            ended_by: if again { old.ended_by.clone() } else { Some(actor.name.clone()) },
            ..old.clone()
        };
        let row = tx.save_measure(&old, &new).await?;
        let more = json!({ "why": text::wording::clean(why, 500), "attempt": row.attempts });
        self.journal_measure(tx, &row, &actor.name, "measure.undoing", more);
        Ok(row)
    }

    /// It could not be lifted: a person must look, and it is tried again each hour.
    async fn settle_stuck(&self, row: &MeasureRow, why: &str, actor: &Actor) -> Result<MeasureRow, DeskError> {
        let new = MeasureRow {
            state: MeasureState::Failed,
            error: Some(format!("not undone: {}", text::wording::clean(why, Answer::MAX_WORDS))),
            owner: None,
            retry_at: later(self.clock.now(), UNDO_AGAIN),
            ..row.clone()
        };
        self.put_before_person(row, new, actor).await
    }
}
