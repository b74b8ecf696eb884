//! Measures: one row each, changed only with the version that was read.
//!
//! Every step of a measure is one [`Tx::save_measure`]; whoever changed the row in between makes it fail with
//! [`StoreError::Stale`], so two nodes never carry out the same step.

use jiff::Timestamp;
use model::measure::Justification;
use model::{CaseId, ContractId, MeasureId, MeasureKind, MeasureState};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Arg, Query, Row, StoreError, Tx, args};

/// A measure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeasureRow {
    /// Our number.
    pub id: MeasureId,
    /// The case it belongs to.
    pub case: CaseId,
    /// The contract it is taken against.
    pub contract: Option<ContractId>,
    /// What it does.
    pub kind: MeasureKind,
    /// Where it stands.
    pub state: MeasureState,
    /// Name of the configured connector; empty while none is configured for this kind.
    pub connector: String,
    /// What it is done to: `contract:KEY`, or a subject such as `mailbox:user@example.com`.
    pub target: String,
    /// Figures for the connector, such as a rate; a JSON object.
    pub params: Value,
    /// The record that the law asks for.
    pub justification: Justification,
    /// When it ends by itself.
    pub ends_at: Option<Timestamp>,
    /// The key under which the connector does it once.
    pub idem: String,
    /// Whether it was only tried out.
    pub dry_run: bool,
    /// Who proposed it.
    pub proposed_by: String,
    /// When.
    pub proposed_at: Timestamp,
    /// Who last wrote its record.
    pub written_by: String,
    /// Who approved it first.
    pub approved_by: Option<String>,
    /// When it had all approvals.
    pub approved_at: Option<Timestamp>,
    /// The second person, where the first proposal came from the program.
    pub second_by: Option<String>,
    /// When the connector was first asked to do it.
    pub acted_at: Option<Timestamp>,
    /// When it was seen to be in force.
    pub verified_at: Option<Timestamp>,
    /// When it was certainly no longer (or never) in force.
    pub ended_at: Option<Timestamp>,
    /// Who ended it.
    pub ended_by: Option<String>,
    /// What the connector answered, or what a dry run would do.
    pub result: Option<String>,
    /// What went wrong last.
    pub error: Option<String>,
    /// The worker that is at it.
    pub owner: Option<String>,
    /// Nobody else takes it before.
    pub retry_at: Timestamp,
    /// How often the present step was tried.
    pub attempts: i64,
    /// Number of changes.
    pub version: i64,
}

impl MeasureRow {
    /// Every column that may change, with its value.
    fn columns(&self) -> Result<Vec<(&'static str, Arg)>, StoreError> {
        macro_rules! columns {
            ($($name:literal $value:expr;)+) => { vec![$(($name, Arg::from($value))),+] };
        }
        let justification = serde_json::to_string(&self.justification)
            .map_err(|error| StoreError::Damaged(format!("justification: {error}")))?;
        Ok(columns! {
            "state" self.state; "connector" &self.connector; "target" &self.target; "params" self.params.to_string();
            "justification" justification; "ends_at" self.ends_at; "dry_run" self.dry_run;
            "written_by" &self.written_by; "approved_by" self.approved_by.clone(); "approved_at" self.approved_at;
            "second_by" self.second_by.clone(); "acted_at" self.acted_at; "verified_at" self.verified_at;
            "ended_at" self.ended_at; "ended_by" self.ended_by.clone(); "result" self.result.clone();
            "error" self.error.clone(); "owner" self.owner.clone(); "retry_at" self.retry_at; "attempts" self.attempts;
        })
    }
}

impl Tx {
    /// Writes a new measure.
    pub async fn insert_measure(&mut self, new: &MeasureRow) -> Result<(), StoreError> {
        let mut names = vec!["id", "case_id", "contract_id", "kind", "idem", "proposed_by", "proposed_at", "version"];
        let mut values =
            args![new.id, new.case, new.contract, new.kind, &new.idem, &new.proposed_by, new.proposed_at, new.version];
        for (name, value) in new.columns()? {
            names.push(name);
            values.push(value);
        }
        let sql =
            format!("INSERT INTO measure ({}) VALUES ({})", names.join(", "), crate::placeholders(1, values.len()));
        self.execute(&sql, values).await?;
        Ok(())
    }

    /// Writes what differs between `old`, as it was read, and `new`, and returns the row as it stands then.
    pub async fn save_measure(&mut self, old: &MeasureRow, new: &MeasureRow) -> Result<MeasureRow, StoreError> {
        let mut values = args![old.id, old.version];
        let mut sets = vec!["version = version + 1".to_owned()];
        for ((name, before), (_, after)) in old.columns()?.into_iter().zip(new.columns()?) {
            if before != after {
                values.push(after);
                sets.push(format!("{name} = ${}", values.len()));
            }
        }
        let sql = format!("UPDATE measure SET {} WHERE id = $1 AND version = $2", sets.join(", "));
        if self.execute(&sql, values).await? == 1 {
            Ok(MeasureRow { version: old.version + 1, ..new.clone() })
        } else {
            Err(StoreError::Stale { what: format!("measure {}", old.id) })
        }
    }

    /// How many measures were begun in earnest since `since`. Until this transaction ends, no other one on any node gets
    /// an answer, so that a limit counted here holds.
    pub async fn count_measures_alone(&mut self, since: Timestamp) -> Result<i64, StoreError> {
        // The counter's row is the lock. On PostgreSQL the count below is a statement of its own and sees what the
        // transaction that held the lock before has committed.
        self.next_number("measures-begun").await?;
        let sql = "SELECT COUNT(*) AS n FROM measure WHERE acted_at > $1 AND dry_run = 0";
        self.fetch_one(sql, args![since]).await?.int("n")
    }

    /// A measure on this case is in force. Closed cases stay closed.
    pub async fn contain_case(&mut self, case: CaseId, now: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE cases SET state = 'contained', first_action_at = COALESCE(first_action_at, $2), updated_at = $2, \
                   version = version + 1 WHERE id = $1 AND state <> 'closed'";
        self.execute(sql, args![case, now]).await?;
        Ok(())
    }

    /// Nothing contains this case any more: it is the desk's again.
    pub async fn release_case(&mut self, case: CaseId, now: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE cases SET state = 'open', unread = 1, updated_at = $2, version = version + 1 \
                   WHERE id = $1 AND state = 'contained'";
        self.execute(sql, args![case, now]).await?;
        Ok(())
    }

    /// Puts what happened to a measure before whoever works on the case.
    pub async fn measure_unread(&mut self, case: CaseId, now: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE cases SET unread = 1, updated_at = $2, version = version + 1 WHERE id = $1";
        self.execute(sql, args![case, now]).await?;
        Ok(())
    }

    /// Gives the measures of `from` to `to`, when cases are merged; returns their numbers, for undoing it.
    pub async fn move_measures(&mut self, from: CaseId, to: CaseId) -> Result<Vec<MeasureId>, StoreError> {
        let sql = "UPDATE measure SET case_id = $2, version = version + 1 WHERE case_id = $1 RETURNING id";
        self.fetch(sql, args![from, to]).await?.iter().map(|row| Ok(MeasureId(row.int("id")?))).collect()
    }
}

/// One measure.
pub async fn measure(query: &mut impl Query, id: MeasureId) -> Result<MeasureRow, StoreError> {
    let row = query.fetch_opt("SELECT * FROM measure WHERE id = $1", args![id]).await?;
    row.as_ref().map(measure_row).transpose()?.ok_or_else(|| StoreError::NotFound { what: format!("measure {id}") })
}

/// The measures of a case, oldest first.
pub async fn measures_of(query: &mut impl Query, case: CaseId) -> Result<Vec<MeasureRow>, StoreError> {
    let sql = "SELECT * FROM measure WHERE case_id = $1 ORDER BY proposed_at, id";
    query.fetch(sql, args![case]).await?.iter().map(measure_row).collect()
}

/// Up to `limit` measures in one of `states`, the newest first; all states if none is named.
pub async fn measures_in(
    query: &mut impl Query,
    states: &[MeasureState],
    limit: i64,
) -> Result<Vec<MeasureRow>, StoreError> {
    let states = if states.is_empty() { MeasureState::ALL } else { states };
    let sql = format!(
        "SELECT * FROM measure WHERE state IN ({}) ORDER BY proposed_at DESC, id DESC LIMIT $1",
        crate::placeholders(2, states.len())
    );
    let mut values = args![limit.clamp(1, 1000)];
    values.extend(states.iter().map(|state| Arg::from(*state)));
    query.fetch(&sql, values).await?.iter().map(measure_row).collect()
}

/// Measures for which a worker has something to do at `now`, the longest waiting first: approved ones (with `approved`),
/// those left in the middle, those whose end has come.
pub async fn due_measures(
    query: &mut impl Query,
    now: Timestamp,
    approved: bool,
    limit: i64,
) -> Result<Vec<MeasureRow>, StoreError> {
    // A failed one without `ended_at` may be in force: at its end it is undone all the same.
    let sql = "SELECT * FROM measure WHERE retry_at <= $1 AND (\
               (state = 'approved' AND $2 = 1) OR state IN ('acting', 'undoing') OR \
               (state IN ('proposed', 'approved', 'active') AND ends_at <= $1) OR \
               (state = 'failed' AND ended_at IS NULL AND ends_at <= $1)) \
               ORDER BY retry_at, id LIMIT $3";
    query.fetch(sql, args![now, approved, limit]).await?.iter().map(measure_row).collect()
}

/// A measure of this case under way that does `kind` to `target`.
pub async fn measure_under_way(
    query: &mut impl Query,
    case: CaseId,
    kind: MeasureKind,
    target: &str,
) -> Result<Option<MeasureId>, StoreError> {
    let sql = "SELECT id FROM measure WHERE case_id = $1 AND kind = $2 AND target = $3 \
               AND state IN ('proposed', 'approved', 'acting', 'active') ORDER BY id LIMIT 1";
    let row = query.fetch_opt(sql, args![case, kind, target]).await?;
    row.map(|row| row.int("id").map(MeasureId)).transpose()
}

/// Whether another measure of this case than `except` is, or may be, in force.
pub async fn is_contained(query: &mut impl Query, case: CaseId, except: MeasureId) -> Result<bool, StoreError> {
    let sql = "SELECT id FROM measure WHERE case_id = $1 AND id <> $2 AND dry_run = 0 AND ended_at IS NULL \
               AND state IN ('acting', 'active', 'undoing') LIMIT 1";
    Ok(query.fetch_opt(sql, args![case, except]).await?.is_some())
}

/// Builds a [`MeasureRow`] from a row of the table `measure`.
pub fn measure_row(row: &Row) -> Result<MeasureRow, StoreError> {
    Ok(MeasureRow {
        id: MeasureId(row.int("id")?),
        case: CaseId(row.int("case_id")?),
        contract: row.opt_int("contract_id")?.map(ContractId),
        kind: row.parse("kind")?,
        state: row.parse("state")?,
        connector: row.text("connector")?,
        target: row.text("target")?,
        params: row.json("params")?,
        justification: row.json("justification")?,
        ends_at: row.opt_time("ends_at")?,
        idem: row.text("idem")?,
        dry_run: row.flag("dry_run")?,
        proposed_by: row.text("proposed_by")?,
        proposed_at: row.time("proposed_at")?,
        written_by: row.text("written_by")?,
        approved_by: row.opt_text("approved_by")?,
        approved_at: row.opt_time("approved_at")?,
        second_by: row.opt_text("second_by")?,
        acted_at: row.opt_time("acted_at")?,
        verified_at: row.opt_time("verified_at")?,
        ended_at: row.opt_time("ended_at")?,
        ended_by: row.opt_text("ended_by")?,
        result: row.opt_text("result")?,
        error: row.opt_text("error")?,
        owner: row.opt_text("owner")?,
        retry_at: row.time("retry_at")?,
        attempts: row.int("attempts")?,
        version: row.int("version")?,
    })
}
