//! The worker: carries out what was approved, resumes what was left in the middle, ends what has come to its end.

use std::sync::Arc;

use model::MeasureState;
use serde_json::json;
use store::StoreError;
use store::measures::{self, MeasureRow};
use tokio::task::JoinSet;

use super::{WORKER, later};
use crate::measures::connectors::Connectors;
use crate::{Actor, Desk, DeskError, Mode};

/// Measures taken in one round; each is asked at the same time as the others, so that a slow system delays only its own.
const ROUND: i64 = 16;

/// What one round came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Worked {
    /// In force now.
    pub active: u32,
    /// Ended: undone, expired or tried out.
    pub ended: u32,
    /// Before a person now.
    pub failed: u32,
    /// To be asked again.
    pub again: u32,
    /// Held back by the hourly limit.
    pub limited: u32,
}

impl Desk {
    /// One round of work on measures; call it every few seconds, on every node.
    pub async fn work_measures(&self, connectors: &Arc<Connectors>) -> Result<Worked, DeskError> {
        // `ask`: a person presses the button. In a dry run nothing can happen, so the plan is shown at once.
        let approved = self.settings.measures != Mode::Ask;
        let due = measures::due_measures(&mut &self.store, self.clock.now(), approved, ROUND).await?;
        let mut round = JoinSet::new();
        for row in due {
            let (desk, connectors) = (self.clone(), Arc::clone(connectors));
            round.spawn(async move { desk.work_one(&connectors, &row).await });
        }
        let mut worked = Worked::default();
        let mut failure = None;
        // All are waited for, whatever one of them comes to: going away would cut the others off in the middle.
        while let Some(done) = round.join_next().await {
            match done.unwrap_or_else(|error| Err(DeskError::Connector(format!("a connector broke down: {error}")))) {
                Ok(Some(state)) => worked.count(state),
                Ok(None) => worked.limited += 1,
                // Another node was faster.
                Err(DeskError::Store(StoreError::Stale { .. })) => {}
                Err(error) => failure = Some(error),
            }
        }
        failure.map_or(Ok(worked), Err)
    }

    /// The state in which it was left; nothing if the limit holds it back.
    async fn work_one(&self, connectors: &Connectors, row: &MeasureRow) -> Result<Option<MeasureState>, DeskError> {
        let actor = Actor::system(WORKER);
        let over = row.ends_at.is_some_and(|end| end <= self.clock.now());
        let row = match row.state {
            MeasureState::Proposed | MeasureState::Approved if over => self.lapse(row, &actor).await?,
            MeasureState::Approved => match self.carry_out_measure(connectors, row.id, &actor).await {
                Err(error @ DeskError::Limit { .. }) => return self.hold_back(row, &error).await.map(|()| None),
                Err(DeskError::Store(error)) => return Err(error.into()),
                // What held at approval holds no longer: nothing was done, a person must look.
                Err(error) => self.withdraw(row, &error, &actor).await?,
                Ok(row) => row,
            },
            MeasureState::Acting => self.carry_out_measure(connectors, row.id, &actor).await.map_err(taken)?,
            _ => self.undo_measure(connectors, row.id, "its end has come", &actor).await.map_err(taken)?,
        };
        Ok(Some(row.state))
    }

    /// Its end passed before it began.
    async fn lapse(&self, row: &MeasureRow, actor: &Actor) -> Result<MeasureRow, DeskError> {
        let new = MeasureRow {
            state: MeasureState::Ended,
            ended_at: Some(self.clock.now()),
            ended_by: Some(actor.name.clone()),
            result: Some("its end came before it was carried out".to_owned()),
            ..row.clone()
        };
        let mut tx = self.store.begin().await?;
        let saved = tx.save_measure(row, &new).await?;
        self.journal_measure(&mut tx, &saved, &actor.name, "measure.lapsed", json!({ "ends_at": row.ends_at }));
        tx.commit().await?;
        Ok(saved)
    }

    async fn withdraw(&self, row: &MeasureRow, why: &DeskError, actor: &Actor) -> Result<MeasureRow, DeskError> {
        let new = MeasureRow {
            state: MeasureState::Failed,
            error: Some(format!("not begun: {why}")),
            ended_at: Some(self.clock.now()),
            ..row.clone()
        };
        self.put_before_person(row, new, actor).await
    }

    /// Told once, tried again each minute.
    async fn hold_back(&self, row: &MeasureRow, why: &DeskError) -> Result<(), DeskError> {
        let again = later(self.clock.now(), jiff::SignedDuration::from_mins(1));
        let told = row.error.as_deref() == Some(why.to_string().as_str());
        let new = MeasureRow { error: Some(why.to_string()), retry_at: again, ..row.clone() };
        let mut tx = self.store.begin().await?;
        let saved = tx.save_measure(row, &new).await?;
        if !told {
            tx.measure_unread(row.case, self.clock.now()).await?;
            self.journal_measure(&mut tx, &saved, WORKER, "measure.limited", json!({ "error": saved.error }));
        }
        tx.commit().await?;
        Ok(())
    }
}

/// Between looking and taking, somebody else may have taken it or brought it to its end.
fn taken(error: DeskError) -> DeskError {
    match error {
        DeskError::State(why) => StoreError::Stale { what: why.to_string() }.into(),
        other => other,
    }
}

impl Worked {
    const fn count(&mut self, state: MeasureState) {
        let counter = match state {
            MeasureState::Active => &mut self.active,
            MeasureState::Failed => &mut self.failed,
            MeasureState::Acting | MeasureState::Undoing => &mut self.again,
            _ => &mut self.ended,
        };
        *counter += 1;
    }
}
