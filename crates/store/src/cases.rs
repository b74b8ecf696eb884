//! Cases: one row each, changed only with the version that was read.
//!
//! [`Tx::save_case`] writes what differs between the row as read and the row as wanted and adds 1 to its version; whoever
//! changed it in between makes the call fail with [`StoreError::Stale`]. The larger texts of a case (decision, answers,
//! incident form) are read and written on their own, so that a page of the queue stays light.

mod context;
mod queue;
mod words;

use jiff::Timestamp;
use model::{CaseId, CaseState, Category, CauseClass, ContractId, CustomerId, Exit, Grade, Lane, Severity, UserId};
use serde::{Deserialize, Serialize};

pub use context::{ContractFacts, contract_facts, earlier_cases, told_at};
pub use queue::{Counts, Cursor, Filter, Load, MAX_PAGE, Page, View, counts, load, page, similar};

use crate::{Arg, Query, Row, StoreError, Tx, args};

/// A case without its larger texts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseRow {
    /// Our number.
    pub id: CaseId,
    /// The number that people read: `M-2026-000123`.
    pub number: String,
    /// Which desk.
    pub lane: Lane,
    /// What it is about: `site:…`, `account:…` or `host:…`.
    pub place: String,
    /// Whose, once it is known.
    pub contract: Option<ContractId>,
    /// The contract's customer.
    pub customer: Option<CustomerId>,
    /// Suffix that tells cases of one place apart after a split; empty otherwise.
    pub split: Option<CaseId>,
    /// Where it stands.
    pub state: CaseState,
    /// How grave.
    pub severity: Severity,
    /// What kind.
    pub category: Category,
    /// How good the evidence is.
    pub grade: Grade,
    /// What lies behind it.
    pub cause: CauseClass,
    /// How sure that is, 0 to 1.
    pub cause_confidence: f64,
    /// Why: signals or a person's words.
    pub cause_reason: Option<String>,
    /// How it ended.
    pub exit: Option<Exit>,
    /// Clause of the terms, law or body that the exit names.
    pub exit_clause: Option<String>,
    /// A person's words on the exit.
    pub exit_note: Option<String>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// First event.
    pub first_event: Option<Timestamp>,
    /// Last event.
    pub last_event: Option<Timestamp>,
    /// Until when somebody has to act.
    pub deadline_at: Option<Timestamp>,
    /// Who: `desk` (we have to act) or `customer` (an answer is awaited).
    pub deadline_kind: Option<String>,
    /// Who works on it.
    pub assignee: Option<UserId>,
    /// Reports that belong to it.
    pub reports: i64,
    /// Different reporters.
    pub reporters: i64,
    /// Observations kept.
    pub observations: i64,
    /// Of these, how many only say again what another said.
    pub duplicates: i64,
    /// Reports of something that happened after the customer had been told (B19).
    pub repeats: i64,
    /// How often it was reopened.
    pub reopened: i64,
    /// The case that it went into.
    pub merged_into: Option<CaseId>,
    /// Number of changes.
    pub version: i64,
    /// The playbook's rule that decided.
    pub rule: Option<String>,
    /// Whether our own logs or data were read for it (A64).
    pub own_data_read: bool,
    /// Where it came from: `told` (outside report), `found` (our own sighting) or `person`.
    pub origin: String,
    /// Hidden from the queue until then.
    pub snoozed_until: Option<Timestamp>,
    /// When the customer was first told or a measure first acted (B24).
    pub first_action_at: Option<Timestamp>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// Milliseconds that people spent on it.
    pub work_ms: i64,
    /// Clicks and keys that it took (B51).
    pub clicks: i64,
    /// Whether something arrived that nobody has looked at.
    pub unread: bool,
    /// One line for the queue.
    pub summary: Option<String>,
}

/// `queue_at` of an open case without a deadline (see the schema): behind every date, before every closed case.
const NO_DEADLINE: i64 = 4_000_000_000_000_000_000;
/// `queue_at` of a closed case is this less the moment of closing (see the schema): after all open ones, the latest closed
/// first.
const CLOSED: i64 = 8_000_000_000_000_000_000;

impl CaseRow {
    /// Every column with its value, apart from `id` and `version`.
    fn columns(&self) -> Vec<(&'static str, Arg)> {
        macro_rules! columns {
            ($($name:literal $value:expr;)+) => { vec![$(($name, Arg::from($value))),+] };
        }
        columns! {
            "number" &self.number; "lane" self.lane; "place" &self.place; "contract_id" self.contract;
            "customer_id" self.customer; "split_from" self.split; "state" self.state;
            "severity" self.severity; "category" self.category; "grade" self.grade;
            "cause" self.cause; "cause_confidence" self.cause_confidence; "cause_reason" self.cause_reason.clone();
            "exit" self.exit; "exit_clause" self.exit_clause.clone(); "exit_note" self.exit_note.clone();
            "opened_at" self.opened_at; "updated_at" self.updated_at; "first_event" self.first_event;
            "last_event" self.last_event; "deadline_at" self.deadline_at; "deadline_kind" self.deadline_kind.clone();
            "assignee" self.assignee; "reports" self.reports; "reporters" self.reporters;
            "observations" self.observations; "duplicates" self.duplicates; "repeats" self.repeats;
            "reopened" self.reopened; "merged_into" self.merged_into; "rule" self.rule.clone();
            "own_data_read" self.own_data_read; "origin" &self.origin; "snoozed_until" self.snoozed_until;
            "first_action_at" self.first_action_at; "closed_at" self.closed_at; "work_ms" self.work_ms;
            "clicks" self.clicks; "unread" self.unread; "summary" self.summary.clone();
        }
    }
}

/// The columns of a [`CaseRow`], for a `SELECT` of one's own.
pub const COLUMNS: &str = "id, number, lane, place, contract_id, customer_id, split_from, state, severity, category, grade, \
    cause, cause_confidence, cause_reason, exit, exit_clause, exit_note, opened_at, updated_at, first_event, last_event, \
    deadline_at, deadline_kind, assignee, reports, reporters, observations, duplicates, repeats, reopened, merged_into, \
    version, rule, own_data_read, origin, snoozed_until, first_action_at, closed_at, work_ms, clicks, unread, summary";

/// Builds a [`CaseRow`] from a row with the columns [`COLUMNS`].
pub fn case_row(row: &Row) -> Result<CaseRow, StoreError> {
    Ok(CaseRow {
        id: CaseId(row.int("id")?),
        number: row.text("number")?,
        lane: row.parse("lane")?,
        place: row.text("place")?,
        contract: row.opt_int("contract_id")?.map(ContractId),
        customer: row.opt_int("customer_id")?.map(CustomerId),
        split: row.opt_int("split_from")?.map(CaseId),
        state: row.parse("state")?,
        severity: row.parse("severity")?,
        category: row.parse("category")?,
        grade: row.parse("grade")?,
        cause: row.parse("cause")?,
        cause_confidence: row.real("cause_confidence")?,
        cause_reason: row.opt_text("cause_reason")?,
        exit: row.opt_parse("exit")?,
        exit_clause: row.opt_text("exit_clause")?,
        exit_note: row.opt_text("exit_note")?,
        opened_at: row.time("opened_at")?,
        updated_at: row.time("updated_at")?,
        first_event: row.opt_time("first_event")?,
        last_event: row.opt_time("last_event")?,
        deadline_at: row.opt_time("deadline_at")?,
        deadline_kind: row.opt_text("deadline_kind")?,
        assignee: row.opt_int("assignee")?.map(UserId),
        reports: row.int("reports")?,
        reporters: row.int("reporters")?,
        observations: row.int("observations")?,
        duplicates: row.int("duplicates")?,
        repeats: row.int("repeats")?,
        reopened: row.int("reopened")?,
        merged_into: row.opt_int("merged_into")?.map(CaseId),
        version: row.int("version")?,
        rule: row.opt_text("rule")?,
        own_data_read: row.flag("own_data_read")?,
        origin: row.text("origin")?,
        snoozed_until: row.opt_time("snoozed_until")?,
        first_action_at: row.opt_time("first_action_at")?,
        closed_at: row.opt_time("closed_at")?,
        work_ms: row.int("work_ms")?,
        clicks: row.int("clicks")?,
        unread: row.flag("unread")?,
        summary: row.opt_text("summary")?,
    })
}

/// One case.
pub async fn case(query: &mut impl Query, id: CaseId) -> Result<CaseRow, StoreError> {
    let row = query.fetch_opt(&format!("SELECT {COLUMNS} FROM cases WHERE id = $1"), args![id]).await?;
    row.as_ref().map(case_row).transpose()?.ok_or_else(|| StoreError::NotFound { what: format!("case {id}") })
}

/// One case by the number that people read.
pub async fn case_by_number(query: &mut impl Query, number: &str) -> Result<CaseRow, StoreError> {
    let row = query.fetch_opt(&format!("SELECT {COLUMNS} FROM cases WHERE number = $1"), args![number]).await?;
    row.as_ref().map(case_row).transpose()?.ok_or_else(|| StoreError::NotFound { what: format!("case {number}") })
}

/// The case that `id` went into by merging, followed to its end; `id` itself if it was not merged.
pub async fn merged_root(query: &mut impl Query, id: CaseId) -> Result<CaseRow, StoreError> {
    let mut row = case(query, id).await?;
    // Merging into a merged case is refused, so chains are short; the bound guards against damage.
    for _ in 0..32 {
        let Some(next) = row.merged_into else { break };
        row = case(query, next).await?;
    }
    Ok(row)
}

/// Cases of any of `places` that are open or were closed at `since` or later, the latest first.
pub async fn cases_at_places(
    query: &mut impl Query,
    places: &[String],
    since: Timestamp,
) -> Result<Vec<CaseRow>, StoreError> {
    let mut found = Vec::new();
    for chunk in places.chunks(500) {
        let sql = format!(
            "SELECT {COLUMNS} FROM cases WHERE place IN ({}) AND (state <> 'closed' OR closed_at >= $1) \
             ORDER BY opened_at DESC, id DESC",
            crate::placeholders(2, chunk.len())
        );
        let mut values = args![since];
        values.extend(chunk.iter().map(Arg::from));
        for row in query.fetch(&sql, values).await? {
            found.push(case_row(&row)?);
        }
    }
    Ok(found)
}

/// One of the larger texts of a case, JSON in a column of its own; nothing if it was not written yet.
async fn larger(query: &mut impl Query, column: &str, id: CaseId) -> Result<Option<serde_json::Value>, StoreError> {
    let row = query.fetch_opt(&format!("SELECT {column} FROM cases WHERE id = $1"), args![id]).await?;
    let text = row.map(|row| row.opt_text(column)).transpose()?.flatten();
    text.map(|text| {
        serde_json::from_str(&text).map_err(|error| StoreError::Damaged(format!("{column} of case {id}: {error}")))
    })
    .transpose()
}

/// The decision of a case as JSON, if a playbook has decided on it.
pub async fn decision(query: &mut impl Query, id: CaseId) -> Result<Option<serde_json::Value>, StoreError> {
    larger(query, "decision", id).await
}

/// The incident form of a case as JSON, if one was begun (D44).
pub async fn incident(query: &mut impl Query, id: CaseId) -> Result<Option<serde_json::Value>, StoreError> {
    larger(query, "incident", id).await
}

/// What the customer answered as JSON, by question, if he did (D52).
pub async fn answers(query: &mut impl Query, id: CaseId) -> Result<Option<serde_json::Value>, StoreError> {
    larger(query, "answers", id).await
}

/// Number, decision and rule of the cases opened from `from` until before `to`, in pages by `after`.
pub async fn decisions(
    query: &mut impl Query,
    from: Timestamp,
    to: Timestamp,
    after: CaseId,
    limit: i64,
) -> Result<Vec<(CaseId, String, String)>, StoreError> {
    let sql = "SELECT id, number, decision FROM cases WHERE opened_at >= $1 AND opened_at < $2 AND id > $3 \
               AND decision IS NOT NULL ORDER BY id LIMIT $4";
    let rows = query.fetch(sql, args![from, to, after, limit]).await?;
    rows.iter().map(|row| Ok((CaseId(row.int("id")?), row.text("number")?, row.text("decision")?))).collect()
}

impl Tx {
    /// Writes a new case. [`StoreError::Conflict`] if an open case of this lane, place and contract exists.
    pub async fn insert_case(&mut self, case: &CaseRow, decision: Option<&str>) -> Result<(), StoreError> {
        let mut names = vec!["id", "version", "decision"];
        let mut values = args![case.id, case.version, decision];
        for (name, value) in case.columns() {
            names.push(name);
            values.push(value);
        }
        let sql = format!("INSERT INTO cases ({}) VALUES ({})", names.join(", "), crate::placeholders(1, values.len()));
        self.execute(&sql, values).await?;
        let words = words::of(&case.number, &case.place).into_iter().map(|word| args![word, case.id]).collect();
        self.insert_many(
            "INSERT INTO case_word (word, case_id) VALUES",
            words,
            "ON CONFLICT (word, case_id) DO NOTHING",
        )
        .await?;
        Ok(())
    }

    /// Writes what differs between `old`, as it was read, and `new`, and returns the row as it stands then.
    pub async fn save_case(&mut self, old: &CaseRow, new: &CaseRow) -> Result<CaseRow, StoreError> {
        let mut values = args![old.id, old.version];
        let mut sets = vec!["version = version + 1".to_owned()];
        for ((name, before), (_, after)) in old.columns().into_iter().zip(new.columns()) {
            if before != after {
                values.push(after);
                sets.push(format!("{name} = ${}", values.len()));
            }
        }
        let sql = format!("UPDATE cases SET {} WHERE id = $1 AND version = $2", sets.join(", "));
        if self.execute(&sql, values).await? == 1 {
            Ok(CaseRow { version: old.version + 1, ..new.clone() })
        } else {
            Err(StoreError::Stale { what: format!("case {}", old.number) })
        }
    }

    /// Writes the decision of a case. Part of a change made with [`Tx::save_case`], which checks the version.
    pub async fn set_decision(&mut self, id: CaseId, decision: &str) -> Result<(), StoreError> {
        self.execute("UPDATE cases SET decision = $2 WHERE id = $1", args![id, decision]).await?;
        Ok(())
    }
}

impl Tx {
    /// Adds time and clicks to a case. Sums do not get in each other's way, so the version stays.
    pub async fn touch_case(&mut self, id: CaseId, work_ms: u32, clicks: u32) -> Result<(), StoreError> {
        let sql = "UPDATE cases SET work_ms = work_ms + $2, clicks = clicks + $3 WHERE id = $1";
        match self.execute(sql, args![id, work_ms, clicks]).await? {
            1 => Ok(()),
            _ => Err(StoreError::NotFound { what: format!("case {id}") }),
        }
    }
}
