//! Approving and refusing: a complete record, and as many people as the kind needs.

use model::{CaseId, MeasureId, MeasureState, Permission};
use serde_json::json;
use store::Tx;
use store::measures::MeasureRow;

use super::person::{eyes, is_person};
use super::propose::seen_measure;
use super::{not_now, open_case};
use crate::measures::connectors::for_kind;
use crate::why::reasons;
use crate::{Actor, Desk, DeskError, Mode, Said};

impl Desk {
    /// Approves a measure as it was in version `seen`. Suspending and cancelling need two people: whoever proposed it or
    /// wrote its record is not the second; what a rule proposed needs two approvals.
    pub async fn approve_measure(&self, id: MeasureId, seen: i64, actor: &Actor) -> Result<MeasureRow, DeskError> {
        actor.must(Permission::ApproveMeasure)?;
        let before = store::measures::measure(&mut &self.store, id).await?;
        if before.justification.lacks(self.clock.now()).is_empty() {
            self.must_hold(before.contract, &before.target).await?;
        }
        let mut tx = self.store.begin().await?;
        let row = self.approve_in(&mut tx, id, seen, actor).await?;
        tx.commit().await?;
        Ok(row)
    }

    pub(crate) async fn approve_in(
        &self,
        tx: &mut Tx,
        id: MeasureId,
        seen: i64,
        actor: &Actor,
    ) -> Result<MeasureRow, DeskError> {
        actor.must(Permission::ApproveMeasure)?;
        let old = seen_measure(tx, id, seen).await?;
        if old.state != MeasureState::Proposed {
            return Err(not_now(&old, reasons::step_approved()));
        }
        let now = self.clock.now();
        let lacks = old.justification.lacks(now);
        if !lacks.is_empty() {
            return Err(DeskError::NoBasis(lacks));
        }
        let wants_second = wants_second(&old, actor)?;
        open_case(tx, old.case).await?;
        let mut new = MeasureRow { connector: self.connector_of(&old)?, ..old.clone() };
        if old.approved_by.is_some() {
            new.second_by = Some(actor.name.clone());
        } else {
            new.approved_by = Some(actor.name.clone());
        }
        if !wants_second {
            new.state = MeasureState::Approved;
            new.approved_at = Some(now);
            new.retry_at = now;
        }
        let row = tx.save_measure(&old, &new).await?;
        let kind = if wants_second { "measure.first-approval" } else { "measure.approved" };
        self.journal_measure(tx, &row, &actor.name, kind, json!({ "justification": row.justification }));
        Ok(row)
    }

    /// Refuses a measure that has not begun; whoever proposed it may take it back.
    pub async fn refuse_measure(&self, id: MeasureId, reason: &str, actor: &Actor) -> Result<MeasureRow, DeskError> {
        let mut tx = self.store.begin().await?;
        let row = self.refuse_in(&mut tx, id, reason, actor).await?;
        tx.commit().await?;
        Ok(row)
    }

    pub(crate) async fn refuse_in(
        &self,
        tx: &mut Tx,
        id: MeasureId,
        reason: &str,
        actor: &Actor,
    ) -> Result<MeasureRow, DeskError> {
        let old = store::measures::measure(tx, id).await?;
        let own = old.proposed_by == actor.name;
        actor.must(if own { Permission::ProposeMeasure } else { Permission::ApproveMeasure })?;
        if !matches!(old.state, MeasureState::Proposed | MeasureState::Approved) {
            return Err(not_now(&old, reasons::step_refused()));
        }
        let reason = text::wording::clean(reason, 500);
        if reason.is_empty() {
            return Err(DeskError::Invalid(reasons::refusal_without_reason()));
        }
        let new = MeasureRow {
            state: MeasureState::Refused,
            ended_at: Some(self.clock.now()),
            ended_by: Some(actor.name.clone()),
            error: Some(reason.clone()),
            ..old.clone()
        };
        let row = tx.save_measure(&old, &new).await?;
        self.journal_measure(tx, &row, &actor.name, "measure.refused", json!({ "reason": reason }));
        Ok(row)
    }

    /// What was only proposed for a case that is now closed lapses: nobody could approve it any more, and a list of
    /// decisions to take must not fill with those that are past.
    pub(crate) async fn lapse_proposals(&self, tx: &mut Tx, case: CaseId, actor: &Actor) -> Result<(), DeskError> {
        for old in store::measures::measures_of(tx, case).await? {
            if old.state != MeasureState::Proposed {
                continue;
            }
            let new = MeasureRow {
                state: MeasureState::Refused,
                ended_at: Some(self.clock.now()),
                ended_by: Some(actor.name.clone()),
                ..old.clone()
            };
            let row = tx.save_measure(&old, &new).await?;
            self.journal_measure(tx, &row, &actor.name, "measure.lapsed", json!({ "because": "case.closed" }));
        }
        Ok(())
    }

    /// The connector by which a measure will be carried out. A dry run works without one.
    fn connector_of(&self, row: &MeasureRow) -> Result<String, DeskError> {
        let known = |name: &str| self.settings.connectors.iter().any(|one| one.name == name);
        if known(&row.connector) {
            return Ok(row.connector.clone());
        }
        match for_kind(&self.settings.connectors, row.kind) {
            Some(name) => Ok(name.to_owned()),
            None if self.settings.measures == Mode::DryRun => Ok(row.connector.clone()),
            None => {
                let kind = Said::fields("measure-kind", [row.kind.name()]);
                Err(DeskError::Invalid(reasons::no_connector_for(kind)))
            }
        }
    }
}

/// Whether one more person must approve after `actor`; an error if `actor` cannot be a pair of eyes of his own.
fn wants_second(row: &MeasureRow, actor: &Actor) -> Result<bool, DeskError> {
    if !row.kind.needs_four_eyes() {
        return Ok(false);
    }
    let Some(own) = eyes(&actor.name) else {
        return Err(DeskError::NotAllowed(reasons::not_a_person(&actor.name, row.kind)));
    };
    let before = [Some(&row.proposed_by), Some(&row.written_by), row.approved_by.as_ref()];
    if before.into_iter().flatten().filter_map(|name| eyes(name)).any(|name| name == own) {
        return Err(DeskError::SamePerson(actor.name.clone()));
    }
    let by_person = [&row.proposed_by, &row.written_by].into_iter().any(|name| is_person(name) && eyes(name).is_some());
    Ok(!by_person && row.approved_by.is_none())
}
