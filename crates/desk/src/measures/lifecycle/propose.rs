//! Writing a measure down, and completing its record.

use model::measure::Justification;
use model::{CaseId, MeasureId, MeasureKind, MeasureState, Permission};
use serde_json::{Value, json};
use store::Tx;
use store::measures::{self, MeasureRow};

use super::{not_now, open_case};
use crate::measures::connectors::for_kind;
use crate::measures::target::Target;
use crate::why::reasons;
use crate::{Actor, Desk, DeskError, Mode};

/// Longest text in a justification, characters.
const MAX_TEXT: usize = 4000;
/// Longest figures for a connector, bytes of JSON.
const MAX_PARAMS: usize = 4096;

/// A measure as it is proposed. The justification may be incomplete; [`Justification::lacks`] says what is missing.
#[derive(Debug, Clone, PartialEq)]
pub struct NewMeasure {
    /// The case.
    pub case: CaseId,
    /// What it does.
    pub kind: MeasureKind,
    /// To what: `contract:KEY`, `ip:…`, `domain:…`, `mailbox:…`, `account:…` or `url:…`.
    pub target: String,
    /// Figures for the connector; a JSON object or null.
    pub params: Value,
    /// Name of the connector; absent: the first that can do it.
    pub connector: Option<String>,
    /// The record.
    pub justification: Justification,
}

impl Desk {
    /// Writes a measure down for a person, in a transaction of its own; what the contract does not hold now is refused at
    /// once, and not only at approval.
    pub async fn propose_checked_measure(&self, new: NewMeasure, actor: &Actor) -> Result<MeasureRow, DeskError> {
        actor.must(Permission::ProposeMeasure)?;
        let case = store::cases::case(&mut &self.store, new.case).await?;
        self.must_hold(case.contract, &new.target).await?;
        let mut tx = self.store.begin().await?;
        let id = self.propose_measure(&mut tx, new, actor).await?;
        let row = measures::measure(&mut tx, id).await?;
        tx.commit().await?;
        Ok(row)
    }

    /// Writes a measure down; nothing happens yet. A measure of the same kind on the same target that is under way is not
    /// written twice: its number comes back. Whether the contract still holds the target is checked when it is approved
    /// and when it begins: a rule must not fail for a customer who has moved on.
    pub async fn propose_measure(&self, tx: &mut Tx, new: NewMeasure, actor: &Actor) -> Result<MeasureId, DeskError> {
        actor.must(Permission::ProposeMeasure)?;
        let case = open_case(tx, new.case).await?;
        let Some(contract) = case.contract else {
            return Err(DeskError::State(reasons::measure_customer_unknown(&case.number)));
        };
        new.target.parse::<Target>()?;
        check_texts(&new.justification, &new.params)?;
        if let Some(twin) = measures::measure_under_way(tx, new.case, new.kind, &new.target).await? {
            return Ok(twin);
        }
        let now = self.clock.now();
        let id = MeasureId(tx.new_id().await?);
        let connector = new.connector.as_deref().or_else(|| for_kind(&self.settings.connectors, new.kind));
        let row = MeasureRow {
            id,
            case: new.case,
            contract: Some(contract),
            kind: new.kind,
            state: MeasureState::Proposed,
            connector: connector.unwrap_or_default().to_owned(),
            target: new.target,
            params: if new.params.is_null() { json!({}) } else { new.params },
            ends_at: new.justification.ends_at,
            justification: new.justification,
            idem: fresh_key(id)?,
            dry_run: self.settings.measures == Mode::DryRun,
            proposed_by: actor.name.clone(),
            proposed_at: now,
            written_by: actor.name.clone(),
            approved_by: None,
            approved_at: None,
            second_by: None,
            acted_at: None,
            verified_at: None,
            ended_at: None,
            ended_by: None,
            result: None,
            error: None,
            owner: None,
            retry_at: now,
            attempts: 0,
            version: 1,
        };
        tx.insert_measure(&row).await?;
        let more = json!({ "justification": row.justification, "lacks": row.justification.lacks(now) });
        self.journal_measure(tx, &row, &actor.name, "measure.proposed", more);
        Ok(id)
    }

    /// Replaces the record of a proposed measure. What was approved was another text: approvals are gone.
    /// `seen` is the version that the person had before him.
    pub async fn justify_measure(
        &self,
        id: MeasureId,
        seen: i64,
        justification: Justification,
        actor: &Actor,
    ) -> Result<MeasureRow, DeskError> {
        let mut tx = self.store.begin().await?;
        let row = self.justify_in(&mut tx, id, seen, justification, actor).await?;
        tx.commit().await?;
        Ok(row)
    }

    pub(crate) async fn justify_in(
        &self,
        tx: &mut Tx,
        id: MeasureId,
        seen: i64,
        justification: Justification,
        actor: &Actor,
    ) -> Result<MeasureRow, DeskError> {
        actor.must(Permission::ProposeMeasure)?;
        let old = seen_measure(tx, id, seen).await?;
        if old.state != MeasureState::Proposed {
            return Err(not_now(&old, reasons::step_justified()));
        }
        check_texts(&justification, &old.params)?;
        let new = MeasureRow {
            ends_at: justification.ends_at,
            justification,
            written_by: actor.name.clone(),
            approved_by: None,
            ..old.clone()
        };
        let row = tx.save_measure(&old, &new).await?;
        let more = json!({ "justification": row.justification, "lacks": row.justification.lacks(self.clock.now()) });
        self.journal_measure(tx, &row, &actor.name, "measure.justified", more);
        Ok(row)
    }
}

/// The measure as the person saw it; anything else is stale.
pub(super) async fn seen_measure(tx: &mut Tx, id: MeasureId, seen: i64) -> Result<MeasureRow, DeskError> {
    let row = measures::measure(tx, id).await?;
    if row.version == seen {
        return Ok(row);
    }
    Err(store::StoreError::Stale { what: format!("measure {id}") }.into())
}

fn check_texts(record: &Justification, params: &Value) -> Result<(), DeskError> {
    let texts = [&record.purpose, &record.reference, &record.necessity, &record.side_effects];
    let metrics = record.metrics.iter();
    if texts.into_iter().chain(metrics).any(|text| text.chars().count() > MAX_TEXT) {
        return Err(DeskError::Invalid(reasons::justification_too_long(MAX_TEXT)));
    }
    if !(params.is_object() || params.is_null()) || params.to_string().len() > MAX_PARAMS {
        return Err(DeskError::Invalid(reasons::parameters_wrong(MAX_PARAMS)));
    }
    Ok(())
}

/// A key that no other measure has had or will have, also after a database was restored.
fn fresh_key(id: MeasureId) -> Result<String, DeskError> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(DeskError::no_randomness)?;
    Ok(bytes.iter().fold(format!("m{id}-"), |key, byte| key + &format!("{byte:02x}")))
}
