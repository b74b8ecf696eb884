//! Measures: what waits for approval, what is in force and until when, and what was.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use desk::measures::{Connectors, NewMeasure};
use jiff::SignedDuration;
use model::measure::Justification;
use model::{CaseId, LegalBasis, MeasureId, MeasureKind, MeasureState, Permission};
use serde_json::Value;
use store::cases::CaseRow;
use store::measures::{self, MeasureRow};
use store::people;

use crate::screens::Entry;
use crate::screens::case::actor;
use crate::screens::form::{Done, Posted};
use crate::screens::page::{Page, Visit, show};
use crate::screens::view;
use crate::{AppState, Failure};

/// The navigation's entry.
pub(super) const ENTRY: Entry = Entry {
    path: "/measures",
    title: "measures-title",
    permission: Permission::ViewCases,
    key: Some("go-measures"),
    order: 3,
};

/// Rows of each list at first; each "more" shows as many again.
const ROWS: i64 = 25;
/// Rows of each list at most.
const MOST_ROWS: i64 = 1000;
/// States in which a person has to do something.
const PENDING: [MeasureState; 3] = [MeasureState::Proposed, MeasureState::Approved, MeasureState::Failed];
/// States in which something is in force or about to be.
const IN_FORCE: [MeasureState; 3] = [MeasureState::Acting, MeasureState::Active, MeasureState::Undoing];
/// States in which it is over.
const OVER: [MeasureState; 2] = [MeasureState::Ended, MeasureState::Refused];

/// The routes of this screen.
pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/measures", get(list))
        .route("/cases/{id}/measure", post(propose))
        .route("/measures/{id}/justify", post(justify))
        .route("/measures/{id}/approve", post(approve))
        .route("/measures/{id}/refuse", post(refuse))
        .route("/measures/{id}/undo", post(undo))
}

struct Line {
    measure: MeasureRow,
    number: String,
    target: String,
    proposed_by: String,
    approved_by: Vec<String>,
    /// What the record lacks before it can be approved.
    lacks: Vec<String>,
    /// Whether the one who looks may approve it.
    mine_to_approve: bool,
}

#[derive(Template)]
#[template(path = "measures.html")]
struct MeasuresPage {
    page: Page,
    pending: Vec<Line>,
    in_force: Vec<Line>,
    over: Vec<Line>,
    /// How many rows to ask for to see more, if a list was cut.
    more: Option<i64>,
}

async fn list(visit: Visit) -> Result<Response, Failure> {
    let visit = visit.allowed(Permission::ViewCases)?;
    let page = visit.page(ENTRY.title);
    let rows = visit.value::<i64>("rows")?.unwrap_or(ROWS).clamp(1, MOST_ROWS);
    let (pending, in_force, over) = (
        lines(&visit, &page, &PENDING, rows).await?,
        lines(&visit, &page, &IN_FORCE, rows).await?,
        lines(&visit, &page, &OVER, rows).await?,
    );
    let cut =
        [&pending, &in_force, &over].into_iter().any(|list| i64::try_from(list.len()) == Ok(rows)) && rows < MOST_ROWS;
    show(&MeasuresPage { page, pending, in_force, over, more: cut.then_some(rows + ROWS) })
}

async fn lines(visit: &Visit, page: &Page, states: &[MeasureState], most: i64) -> Result<Vec<Line>, Failure> {
    let rows = measures::measures_in(&mut visit.store(), states, most).await?;
    let users = people::users(&mut visit.store()).await?;
    let numbers = view::numbers(visit.store(), rows.iter().map(|row| row.case)).await?;
    let mut lines = Vec::with_capacity(rows.len());
    for measure in rows {
        let who = |name: &str| actor(page, &users, name).0;
        let approved = [measure.approved_by.as_deref(), measure.second_by.as_deref()];
        let own = measure.kind.needs_four_eyes()
            && [Some(measure.proposed_by.as_str()), Some(measure.written_by.as_str()), measure.approved_by.as_deref()]
                .contains(&Some(visit.caller.actor.as_str()));
        lines.push(Line {
            target: target(page, &measure.target),
            proposed_by: who(&measure.proposed_by),
            approved_by: approved.into_iter().flatten().map(who).collect(),
            lacks: measure.justification.lacks(page.now).iter().map(|lack| lack_words(page, *lack)).collect(),
            mine_to_approve: page.may(Permission::ApproveMeasure)
                && measure.state == MeasureState::Proposed
                && measure.justification.lacks(page.now).is_empty()
                && !own,
            number: numbers.get(&measure.case).cloned().unwrap_or_default(),
            measure,
        });
    }
    Ok(lines)
}

fn lack_words(page: &Page, lack: model::measure::Lack) -> String {
    let name = serde_json::to_value(lack).ok();
    page.tn("lack", name.as_ref().and_then(Value::as_str).unwrap_or_default())
}

/// A target, harmless; mailboxes and accounts are persons.
fn target(page: &Page, text: &str) -> String {
    match text.split_once(':') {
        Some(("mailbox", address)) => page.mail(address),
        Some(("account", name)) => page.name(name),
        Some(("url", url)) => text::wording::defang_url(url),
        Some((_, value)) => page.clean(value),
        None => page.clean(text),
    }
}

/// What of a case a measure can be taken on, the narrowest first.
pub(in crate::screens) fn targets(case: &CaseRow, contract: &str) -> Vec<String> {
    let place = match case.place.split_once(':') {
        Some(("site", name)) => Some(format!("domain:{name}")),
        Some(("account", name)) if name.contains('@') => Some(format!("mailbox:{name}")),
        Some(("account", name)) => Some(format!("account:{name}")),
        Some(("host", ip)) => Some(format!("ip:{ip}")),
        _ => None,
    };
    place.into_iter().chain([format!("contract:{contract}")]).collect()
}

async fn propose(State(state): State<AppState>, Path(id): Path<CaseId>, posted: Posted) -> Result<Response, Failure> {
    posted.caller.require(Permission::ProposeMeasure)?;
    let justification = record(&state, &posted)?;
    let new = NewMeasure {
        case: id,
        kind: posted.value::<MeasureKind>("kind")?,
        target: posted.words("target")?.to_owned(),
        params: Value::Null,
        connector: None,
        justification,
    };
    state.desk.propose_checked_measure(new, &posted.actor()).await?;
    state.forget_overview();
    Ok(posted.done(&format!("/cases/{id}"), &Done::one("proposed")))
}

/// The record as a form states it.
fn record(state: &AppState, posted: &Posted) -> Result<Justification, Failure> {
    let days = posted.value::<i64>("days")?.clamp(1, 366);
    let text = |name: &str| posted.text(name).to_owned();
    Ok(Justification {
        basis: posted.maybe::<LegalBasis>("basis")?,
        purpose: text("purpose"),
        reference: text("reference"),
        necessity: text("necessity"),
        side_effects: text("side_effects"),
        metrics: Some(text("metrics")).filter(|text| !text.is_empty()),
        reads_communications: !posted.text("reads").is_empty(),
        ends_at: state.desk.clock.now().checked_add(SignedDuration::from_hours(days * 24)).ok(),
    })
}

/// Completes the record of a measure that a rule proposed.
async fn justify(
    State(state): State<AppState>,
    Path(id): Path<MeasureId>,
    posted: Posted,
) -> Result<Response, Failure> {
    posted.caller.require(Permission::ProposeMeasure)?;
    let record = record(&state, &posted)?;
    state.desk.justify_measure(id, posted.value("version")?, record, &posted.actor()).await?;
    Ok(posted.done("/measures", &Done::one("saved")))
}

async fn approve(
    State(state): State<AppState>,
    Path(id): Path<MeasureId>,
    posted: Posted,
) -> Result<Response, Failure> {
    posted.caller.require(Permission::ApproveMeasure)?;
    state.desk.approve_measure(id, posted.value("version")?, &posted.actor()).await?;
    Ok(posted.done("/measures", &Done::one("approved")))
}

async fn refuse(State(state): State<AppState>, Path(id): Path<MeasureId>, posted: Posted) -> Result<Response, Failure> {
    posted.caller.require(Permission::ProposeMeasure)?;
    state.desk.refuse_measure(id, posted.words("reason")?, &posted.actor()).await?;
    Ok(posted.done("/measures", &Done::one("refused")))
}

async fn undo(State(state): State<AppState>, Path(id): Path<MeasureId>, posted: Posted) -> Result<Response, Failure> {
    posted.caller.require(Permission::ProposeMeasure)?;
    let connectors = Connectors::from_settings(&state.desk.settings.connectors)?;
    state.desk.undo_measure(&connectors, id, posted.words("reason")?, &posted.actor()).await?;
    state.forget_overview();
    Ok(posted.done("/measures", &Done::one("undone")))
}
