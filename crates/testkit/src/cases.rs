//! A case as a test needs one: everything usual, and the test changes what it is about.

use jiff::Timestamp;
use model::{CaseId, CaseState, Category, CauseClass, Grade, Lane, Severity};
use store::cases::CaseRow;

/// An open case of medium severity at `place`, opened at `at` by one report; nobody's contract yet.
pub fn open_case(id: CaseId, place: &str, at: Timestamp) -> CaseRow {
    CaseRow {
        id,
        number: format!("M-2026-{id:0>6}", id = id.0),
        lane: Lane::Abuse,
        place: place.to_owned(),
        contract: None,
        customer: None,
        split: None,
        state: CaseState::Open,
        severity: Severity::Medium,
        category: Category::LoginAttack,
        grade: Grade::Shown,
        cause: CauseClass::Unknown,
        cause_confidence: 0.25,
        cause_reason: None,
        exit: None,
        exit_clause: None,
        exit_note: None,
        opened_at: at,
        updated_at: at,
        first_event: None,
        last_event: None,
        deadline_at: None,
        deadline_kind: None,
        assignee: None,
        reports: 1,
        reporters: 1,
        observations: 1,
        duplicates: 0,
        repeats: 0,
        reopened: 0,
        merged_into: None,
        version: 1,
        rule: None,
        own_data_read: false,
        origin: "told".to_owned(),
        snoozed_until: None,
        first_action_at: None,
        closed_at: None,
        work_ms: 0,
        clicks: 0,
        unread: false,
        summary: None,
    }
}
