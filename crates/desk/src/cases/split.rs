//! One case becomes two.

use model::{CaseId, CaseState, Exit, ObservationId};
use serde_json::json;
use store::Tx;
use store::cases::{self, CaseRow};

use super::merge::Undone;
use super::{At, Open};
use crate::pipeline::Context;
use crate::why::reasons;
use crate::{Actor, Desk, DeskError};

impl Desk {
    /// Takes some observations of a case out into a case of their own, of the same contract. Returns the new case.
    pub async fn split_case(
        &self,
        actor: &Actor,
        at: At,
        observations: &[ObservationId],
    ) -> Result<CaseRow, DeskError> {
        let Open { mut tx, old, context } = self.open_case(actor, at).await?;
        if old.state == CaseState::Closed {
            return Err(DeskError::State(reasons::case_closed(&old.number)));
        }
        let now = self.clock.now();
        let id = CaseId(tx.new_id().await?);
        let year = now.to_zoned(context.calendar.zone().clone()).year();
        let serial = tx.next_number(&format!("case:{year}")).await?;
        let mut fresh = CaseRow {
            id,
            number: format!("M-{year}-{serial:06}"),
            split: Some(id),
            opened_at: now,
            updated_at: now,
            repeats: 0,
            reopened: 0,
            version: 1,
            own_data_read: false,
            work_ms: 0,
            clicks: 0,
            unread: true,
            first_action_at: None,
            snoozed_until: None,
            ..old.clone()
        };
        if !matches!(fresh.state, CaseState::Triage) {
            fresh.state = CaseState::Open;
        }
        let decision = cases::decision(&mut tx, old.id).await?.map(|value| value.to_string());
        tx.insert_case(&fresh, decision.as_deref()).await?;
        let moved = tx.move_observations(old.id, id, Some(observations)).await?;
        if moved.len() != observations.len() || moved.is_empty() {
            return Err(DeskError::Invalid(reasons::observations_each_once()));
        }
        let mut rest = old.clone();
        self.recount(&mut tx, &context, &mut rest).await?;
        if rest.observations == 0 {
            return Err(DeskError::Invalid(reasons::nothing_left_to_split()));
        }
        let mut counted = fresh.clone();
        self.recount(&mut tx, &context, &mut counted).await?;
        let counted = tx.save_case(&fresh, &counted).await?;
        let detail = json!({ "into": id, "into_number": counted.number, "observations": moved });
        self.write_change(&mut tx, actor, "case.split", &old, rest, detail).await?;
        let detail = json!({ "from": old.id, "from_number": old.number, "number": counted.number });
        tx.journal_at_commit(now, &actor.name, "case.opened", Some(id), detail);
        tx.commit().await?;
        Ok(counted)
    }

    /// Takes a split back: the observations return and the case that was split off is closed as merged.
    pub(crate) async fn unsplit(
        &self,
        tx: &mut Tx,
        context: &Context,
        actor: &Actor,
        old: &CaseRow,
        entry: &Undone,
    ) -> Result<CaseRow, DeskError> {
        let other = cases::case(tx, entry.other).await?;
        if other.state == CaseState::Closed {
            return Err(DeskError::State(reasons::case_closed_since(&other.number)));
        }
        tx.move_observations(other.id, old.id, None).await?;
        let gone = CaseRow {
            state: CaseState::Closed,
            exit: Some(Exit::Merged),
            merged_into: Some(old.id),
            closed_at: Some(self.clock.now()),
            unread: false,
            ..other.clone()
        };
        self.write_change(tx, actor, "case.merged-away", &other, gone, json!({ "seq": entry.seq })).await?;
        let mut new = old.clone();
        self.recount(tx, context, &mut new).await?;
        self.write_change(tx, actor, "case.undone", old, new, json!({ "seq": entry.seq })).await
    }
}
