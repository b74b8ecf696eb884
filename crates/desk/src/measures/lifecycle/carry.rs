//! Carrying out: claimed first, then asked, then verified, then written down.

use model::{MeasureId, MeasureState, Permission};
use serde_json::json;
use store::Tx;
use store::measures::{self, MeasureRow};

use super::{HOUR, LEASE, MAX_ATTEMPTS, later, not_now, open_case};
use crate::measures::connectors::Connectors;
use crate::measures::port::{Answer, Verb};
use crate::why::reasons;
use crate::{Actor, Desk, DeskError, Mode};

impl Desk {
    /// Carries out an approved measure, or asks again about one that was left in the middle. In a dry run the connector
    /// only says what it would do. The state of the row that comes back says how it went.
    pub async fn carry_out_measure(
        &self,
        connectors: &Connectors,
        id: MeasureId,
        actor: &Actor,
    ) -> Result<MeasureRow, DeskError> {
        let before = measures::measure(&mut &self.store, id).await?;
        if before.state == MeasureState::Approved {
            self.must_hold(before.contract, &before.target).await?;
        }
        let mut tx = self.store.begin().await?;
        let row = self.claim_in(&mut tx, id, actor).await?;
        tx.commit().await?;
        let order = self.order(&row).await?;
        if row.dry_run {
            let answer = connectors.ask(&row.connector, Verb::Plan, &order).await;
            return self.settle_dry(&row, &answer, actor).await;
        }
        let answer = connectors.ask(&row.connector, Verb::Act, &order).await;
        if let Answer::Refused(_) = answer {
            return self.settle_refused(&row, &answer, actor).await;
        }
        if !answer.is_done() {
            return self.settle_unknown(&row, &answer.words(), actor).await;
        }
        match connectors.ask(&row.connector, Verb::Verify, &order).await {
            Answer::Done(_) | Answer::DoneBefore(_) => self.settle_active(&row, &answer, actor).await,
            Answer::Refused(words) => {
                let words = format!("it was said to be done, but is not in force: {words}");
                self.settle_unsure(&row, &words, actor).await
            }
            Answer::Unknown(words) => self.settle_unknown(&row, &words, actor).await,
        }
    }

    /// Takes a measure for carrying out. Everything that was checked at approval is checked again: time has passed.
    pub(crate) async fn claim_in(&self, tx: &mut Tx, id: MeasureId, actor: &Actor) -> Result<MeasureRow, DeskError> {
        actor.must(Permission::ProposeMeasure)?;
        let now = self.clock.now();
        let old = measures::measure(tx, id).await?;
        let first = match old.state {
            MeasureState::Approved => true,
            MeasureState::Acting if old.retry_at <= now => false,
            MeasureState::Acting => {
                return Err(DeskError::State(reasons::measure_taken(id)));
            }
            _ => return Err(not_now(&old, reasons::step_carried_out())),
        };
        let mut new = MeasureRow { state: MeasureState::Acting, ..old.clone() };
        if first {
            self.may_begin(tx, &old).await?;
            new.dry_run = self.settings.measures == Mode::DryRun;
            new.attempts = 0;
            if !new.dry_run {
                self.within_limit(tx).await?;
                new.acted_at = Some(now);
            }
        }
        new.attempts += 1;
        new.owner = Some(actor.name.clone());
        new.retry_at = later(now, LEASE);
        let row = tx.save_measure(&old, &new).await?;
        self.journal_measure(tx, &row, &actor.name, "measure.acting", json!({ "attempt": row.attempts }));
        Ok(row)
    }

    /// Nothing begins without a basis that holds now, or on a closed case.
    async fn may_begin(&self, tx: &mut Tx, row: &MeasureRow) -> Result<(), DeskError> {
        let lacks = row.justification.lacks(self.clock.now());
        if !lacks.is_empty() {
            return Err(DeskError::NoBasis(lacks));
        }
        open_case(tx, row.case).await.map(drop)
    }

    /// Against our own mistakes: at most so many an hour, on all nodes together.
    async fn within_limit(&self, tx: &mut Tx) -> Result<(), DeskError> {
        let limit = self.settings.measures_per_hour;
        let since = self.clock.now().saturating_sub(HOUR).unwrap_or_default();
        if tx.count_measures_alone(since).await? < i64::from(limit) {
            return Ok(());
        }
        Err(DeskError::Limit { limit })
    }

    /// The outcome is not known: it is asked about again under the same key, and in the end by a person.
    async fn settle_unknown(&self, row: &MeasureRow, why: &str, actor: &Actor) -> Result<MeasureRow, DeskError> {
        if row.attempts >= MAX_ATTEMPTS {
            return self.settle_unsure(row, &format!("not known after {} attempts: {why}", row.attempts), actor).await;
        }
        self.settle_again(row, why, actor).await
    }
}
