//! The life of a measure, step by step; every step is a change of its row with the journal entry of it, in one transaction.
//!
//! `proposed` → `approved` → `acting` → `active` → `undoing` → `ended`, and `refused` or `failed` on the side. Before the
//! other side is asked for anything, `acting` or `undoing` is committed with an owner and a lease; whoever finds such a row
//! after the lease asks again under the same key. Between two steps a crash loses nothing and doubles nothing.

mod approve;
mod carry;
#[cfg(test)]
mod law;
mod person;
mod propose;
mod settle;
mod undo;
mod work;

use jiff::{SignedDuration, Timestamp};
use model::CaseId;
use serde_json::{Value, json};
use store::Tx;
use store::measures::MeasureRow;

use super::port::Order;
use crate::why::reasons;
use crate::{Desk, DeskError, Why};

pub use propose::NewMeasure;
pub use work::Worked;

/// Who carries out what was approved, and ends what has come to its end.
pub(super) const WORKER: &str = "job:measures";

/// Time in which a claimed step belongs to its worker: longer than two answers may take.
const LEASE: SignedDuration = SignedDuration::from_mins(5);
/// Attempts at one step while its outcome is not known; then a person must look.
const MAX_ATTEMPTS: i64 = 8;
/// Time between two attempts to undo what could not be undone.
const UNDO_AGAIN: SignedDuration = SignedDuration::from_hours(1);
/// The window of the limit.
const HOUR: SignedDuration = SignedDuration::from_hours(1);

impl Desk {
    /// Writes a step down when the transaction commits. Targets stay out: the journal is kept for ever and shown to
    /// auditors, and a mailbox is a person.
    fn journal_measure(&self, tx: &mut Tx, row: &MeasureRow, actor: &str, kind: &str, more: Value) {
        let target_kind = row.target.split_once(':').map_or("", |(kind, _)| kind);
        let mut detail = json!({
            "measure": row.id, "kind": row.kind, "state": row.state, "target_kind": target_kind,
            "connector": row.connector, "dry_run": row.dry_run,
        });
        if let (Some(detail), Value::Object(more)) = (detail.as_object_mut(), more) {
            detail.extend(more);
        }
        tx.journal_at_commit(self.clock.now(), actor, kind, Some(row.case), detail);
    }

    async fn order(&self, row: &MeasureRow) -> Result<Order, DeskError> {
        let case = store::cases::case(&mut &self.store, row.case).await?;
        Ok(Order {
            key: row.idem.clone(),
            measure: row.id,
            case: case.number,
            kind: row.kind,
            target: row.target.clone(),
            params: row.params.clone(),
            ends_at: row.ends_at,
        })
    }
}

/// Refuses a step that does not follow from where the measure stands.
fn not_now(row: &MeasureRow, step: Why) -> DeskError {
    DeskError::State(reasons::measure_state(row.id, row.state, step))
}

/// The case on which a measure may still be taken.
async fn open_case(tx: &mut Tx, case: CaseId) -> Result<store::cases::CaseRow, DeskError> {
    let case = store::cases::case(tx, case).await?;
    if case.state == model::CaseState::Closed {
        return Err(DeskError::State(reasons::measure_case_closed(&case.number)));
    }
    Ok(case)
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

/// When an unknown outcome is asked about again: 10 seconds, doubled each time, at most ten minutes.
fn retry_at(now: Timestamp, attempts: i64) -> Timestamp {
    let doublings = u32::try_from(attempts.clamp(1, 7) - 1).unwrap_or(0);
    later(now, SignedDuration::from_secs((10_i64 << doublings).min(600)))
}
