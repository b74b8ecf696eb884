//! Two cases become one; the smaller one keeps its number and points to the other.

use model::{CaseState, Exit, ObservationId};
use serde_json::json;
use store::cases::{self, CaseRow};
use store::{StoreError, Tx, observations};

use super::{At, Open};
use crate::pipeline::Context;
use crate::why::reasons;
use crate::{Actor, Desk, DeskError};

impl Desk {
    /// Merges `from` into `into`: its observations go over, it is closed as merged. Two contracts are never one case.
    pub async fn merge_cases(&self, actor: &Actor, into: At, from: At) -> Result<CaseRow, DeskError> {
        self.merge_as(actor, into, from, "case.merged").await
    }

    /// Says that `case` tells the same as `of`: it is merged into it.
    pub async fn mark_duplicate(&self, actor: &Actor, case: At, of: At) -> Result<CaseRow, DeskError> {
        self.merge_as(actor, of, case, "case.duplicate").await
    }

    async fn merge_as(&self, actor: &Actor, into: At, from: At, kind: &str) -> Result<CaseRow, DeskError> {
        let Open { mut tx, old: into, context } = self.open_case(actor, into).await?;
        let old = cases::case(&mut tx, from.case).await?;
        if old.version != from.version {
            return Err(StoreError::Stale { what: format!("case {}", old.number) }.into());
        }
        may_merge(&into, &old)?;
        let moved = tx.move_observations(old.id, into.id, None).await?;
        let closed = CaseRow {
            state: CaseState::Closed,
            exit: Some(Exit::Merged),
            merged_into: Some(into.id),
            closed_at: Some(self.clock.now()),
            snoozed_until: None,
            unread: false,
            ..old.clone()
        };
        let more = json!({ "into": into.id, "into_number": into.number });
        self.write_change(&mut tx, actor, "case.merged-away", &old, closed, more).await?;
        let mut new = into.clone();
        new.repeats += old.repeats;
        new.unread |= old.unread;
        self.recount(&mut tx, &context, &mut new).await?;
        let detail = json!({
            "from": old.id, "from_number": old.number, "observations": moved, "repeats": old.repeats,
            "restore": super::difference(&old, &cases::case(&mut tx, old.id).await?)?["before"],
        });
        let saved = self.write_change(&mut tx, actor, kind, &into, new, detail).await?;
        tx.commit().await?;
        Ok(saved)
    }

    /// Counts a case anew after observations came or went, builds its facts and decides.
    pub(crate) async fn recount(&self, tx: &mut Tx, context: &Context, case: &mut CaseRow) -> Result<(), DeskError> {
        tx.settle_observations(case.id).await?;
        let tally = observations::tally(tx, case.id).await?;
        case.reports = tally.reports;
        case.reporters = tally.reporters;
        case.observations = tally.observations;
        case.duplicates = tally.duplicates;
        case.first_event = tally.first_event;
        case.last_event = tally.last_event;
        let before = self.facts_of(tx, case).await?;
        let mut facts = self.rebuild_facts(tx, case, Some(&before)).await?;
        facts.repeats = case.repeats;
        self.redecide(tx, context, case, facts).await?;
        Ok(())
    }

    /// Takes a merge back: the observations that went over return, and the merged case stands as it did.
    pub(crate) async fn unmerge(
        &self,
        tx: &mut Tx,
        context: &Context,
        actor: &Actor,
        into: &CaseRow,
        entry: &Undone,
    ) -> Result<CaseRow, DeskError> {
        let gone = cases::case(tx, entry.other).await?;
        if gone.merged_into != Some(into.id) {
            return Err(DeskError::State(reasons::not_merged_any_more(&gone.number, &into.number)));
        }
        tx.move_observations(into.id, gone.id, Some(&entry.observations)).await?;
        tx.settle_observations(gone.id).await?;
        let restored = super::patched(&gone, &entry.restore)?;
        self.write_change(tx, actor, "case.undone", &gone, restored, json!({ "seq": entry.seq })).await?;
        let mut new = into.clone();
        new.repeats -= entry.repeats;
        self.recount(tx, context, &mut new).await?;
        // What else the merge changed (unread) goes back where nobody changed it since.
        new.unread = entry.before_unread.unwrap_or(new.unread);
        self.write_change(tx, actor, "case.undone", into, new, json!({ "seq": entry.seq })).await
    }
}

/// What an entry of the journal says about observations that went from one case to another.
pub(crate) struct Undone {
    pub(crate) seq: i64,
    pub(crate) other: model::CaseId,
    pub(crate) observations: Vec<ObservationId>,
    pub(crate) repeats: i64,
    pub(crate) restore: serde_json::Map<String, serde_json::Value>,
    pub(crate) before_unread: Option<bool>,
}

fn may_merge(into: &CaseRow, from: &CaseRow) -> Result<(), DeskError> {
    let why = if into.id == from.id {
        reasons::merge_same_case()
    } else if into.lane != from.lane {
        reasons::merge_other_desk()
    } else if into.state == CaseState::Closed || from.state == CaseState::Closed {
        reasons::merge_closed()
    } else if from.contract.is_some() && from.contract != into.contract {
        reasons::merge_other_contract()
    } else {
        return Ok(());
    };
    Err(DeskError::State(reasons::cannot_merge(&from.number, &into.number, why)))
}
