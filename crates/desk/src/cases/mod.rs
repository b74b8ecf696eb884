//! What a person does with a case: each operation is one transaction with the version that he saw, one entry in the journal
//! with what was before and after, and can be undone from that entry.

mod delisted;
mod flow;
mod gate;
mod judge;
mod merge;
mod split;
mod undo;

use model::{CaseId, Permission};
use serde_json::{Map, Value, json};
use store::cases::{self, CaseRow};
use store::{StoreError, Tx};

use crate::pipeline::{Context, decide_now};
use crate::playbook::{Facts, Stored};
use crate::why::reasons;
use crate::{Actor, Desk, DeskError};

pub use flow::Closing;
pub use gate::{INCIDENT_QUESTIONS, needs_incident_form};

/// A case as a person saw it: a change of anything newer is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At {
    /// The case.
    pub case: CaseId,
    /// The version that was seen.
    pub version: i64,
}

impl From<&CaseRow> for At {
    fn from(row: &CaseRow) -> Self {
        Self { case: row.id, version: row.version }
    }
}

/// A change under way: the transaction, the row as it was, and the playbook in force. The playbook is read before the
/// transaction begins: one that waited for a second connection could wait for another that does the same.
pub(crate) struct Open {
    pub(crate) tx: Tx,
    pub(crate) old: CaseRow,
    pub(crate) context: Context,
}

impl Desk {
    /// Begins a change of a case by somebody who may, on the version that he saw.
    pub(crate) async fn open_case(&self, actor: &Actor, at: At) -> Result<Open, DeskError> {
        actor.must(Permission::WorkCases)?;
        let context = self.decision_context().await?;
        let mut tx = self.store.begin().await?;
        let old = cases::case(&mut tx, at.case).await?;
        if old.version != at.version {
            return Err(StoreError::Stale { what: format!("case {}", old.number) }.into());
        }
        Ok(Open { tx, old, context })
    }

    /// Writes a change with its entry in the journal, within the transaction.
    pub(crate) async fn write_change(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        kind: &str,
        old: &CaseRow,
        new: CaseRow,
        more: Value,
    ) -> Result<CaseRow, DeskError> {
        let new = CaseRow { updated_at: self.clock.now(), ..new };
        let saved = tx.save_case(old, &new).await?;
        let mut detail = difference(old, &new)?;
        if let (Value::Object(detail), Value::Object(more)) = (&mut detail, more) {
            detail.extend(more);
        }
        tx.journal_at_commit(self.clock.now(), &actor.name, kind, Some(old.id), detail);
        Ok(saved)
    }

    /// Changes one case and commits; nothing is written if nothing changes.
    pub(crate) async fn change_one(
        &self,
        actor: &Actor,
        at: At,
        kind: &str,
        more: Value,
        change: impl FnOnce(&mut CaseRow) -> Result<(), DeskError> + Send,
    ) -> Result<CaseRow, DeskError> {
        let Open { mut tx, old, .. } = self.open_case(actor, at).await?;
        let mut new = old.clone();
        change(&mut new)?;
        if new == old {
            return Ok(old);
        }
        let saved = self.write_change(&mut tx, actor, kind, &old, new, more).await?;
        tx.commit().await?;
        Ok(saved)
    }

    /// Decides anew on facts that changed, and takes over what the decision says of an open case. Steps are not carried out.
    pub(crate) async fn redecide(
        &self,
        tx: &mut Tx,
        context: &Context,
        case: &mut CaseRow,
        facts: Facts,
    ) -> Result<Stored, DeskError> {
        let decision = decide_now(&facts, context);
        case.severity = decision.severity;
        case.category = decision.category;
        case.grade = decision.grade;
        case.rule = Some(decision.rule.clone());
        case.cause = decision.cause.class;
        case.cause_confidence = decision.cause.confidence;
        if facts.settled.cause.is_none() {
            let names: Vec<&str> = decision.cause.signals.iter().map(|signal| signal.name()).collect();
            case.cause_reason = (!names.is_empty()).then(|| names.join(" "));
        }
        let stored = Stored { facts, decision, at: context.now };
        let text = serde_json::to_string(&stored).map_err(DeskError::unreadable)?;
        tx.set_decision(case.id, &text).await?;
        Ok(stored)
    }
}

/// Fields that say when and how often, not what; they are never undone.
const BOOKKEEPING: [&str; 4] = ["version", "updated_at", "work_ms", "clicks"];

/// What differs between two rows: `{"before": {…}, "after": {…}}`.
pub(crate) fn difference(old: &CaseRow, new: &CaseRow) -> Result<Value, DeskError> {
    let (old, new) = (fields(old)?, fields(new)?);
    let (mut before, mut after) = (Map::new(), Map::new());
    for (name, value) in &new {
        let was = old.get(name).unwrap_or(&Value::Null);
        if was != value && !BOOKKEEPING.contains(&name.as_str()) {
            before.insert(name.clone(), was.clone());
            after.insert(name.clone(), value.clone());
        }
    }
    Ok(json!({ "before": before, "after": after }))
}

pub(crate) fn fields(row: &CaseRow) -> Result<Map<String, Value>, DeskError> {
    match serde_json::to_value(row) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(DeskError::unreadable("a case is no object")),
        Err(error) => Err(DeskError::unreadable(error)),
    }
}

/// `row` with some fields set to other values.
pub(crate) fn patched(row: &CaseRow, patch: &Map<String, Value>) -> Result<CaseRow, DeskError> {
    let mut all = fields(row)?;
    all.extend(patch.clone());
    serde_json::from_value(Value::Object(all))
        .map_err(|error| DeskError::State(reasons::entry_does_not_fit(error.to_string())))
}
