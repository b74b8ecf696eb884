//! What a person does with a case: each a form that is posted, each undone where the desk can undo it.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::post;
use desk::Actor;
use desk::cases::{At, Closing};
use jiff::SignedDuration;
use model::{CaseId, Category, CauseClass, Exit, Grade, MailId, ObservationId, UserId};
use store::StoreError;
use store::cases::{self, CaseRow};

use crate::screens::case::{forms, timeline};
use crate::screens::form::{Done, Posted};
use crate::{AppState, Failure};

/// The routes of the deeds.
pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/cases/{id}/assign", post(assign))
        .route("/cases/{id}/note", post(note))
        .route("/cases/{id}/facts", post(facts))
        .route("/cases/{id}/snooze", post(snooze))
        .route("/cases/{id}/seen", post(seen))
        .route("/cases/{id}/close", post(close))
        .route("/cases/{id}/reopen", post(reopen))
        .route("/cases/{id}/work", post(work))
        .route("/cases/{id}/merge", post(merge))
        .route("/cases/{id}/split", post(split))
        .route("/cases/{id}/undo/{seq}", post(undo))
        .route("/mails/{id}/cancel", post(cancel))
}

impl Posted {
    /// Whoever sent the form, as the desk knows him.
    pub(in crate::screens) fn actor(&self) -> Actor {
        self.caller.as_actor()
    }

    /// The case as it was seen when the form was made.
    pub(in crate::screens) fn at(&self, case: CaseId) -> Result<At, Failure> {
        Ok(At { case, version: self.value("version")? })
    }
}

/// Leads back with word of what was done to `case`, and the way to undo it.
pub(in crate::screens) async fn did(
    state: &AppState,
    posted: &Posted,
    word: &'static str,
    case: CaseId,
    otherwise: &str,
) -> Result<Response, Failure> {
    state.forget_overview();
    let entries = state.desk.store.journal_of(case).await?;
    let undo = timeline::last_undoable(&entries).map(|seq| format!("/cases/{case}/undo/{seq}"));
    Ok(posted.done(otherwise, &Done { word, count: 1, undo }))
}

async fn assign(State(state): State<AppState>, Path(id): Path<CaseId>, posted: Posted) -> Result<Response, Failure> {
    let to = assignee(&posted)?;
    state.desk.assign_case(&posted.actor(), posted.at(id)?, to).await?;
    did(&state, &posted, "assigned", id, &format!("/cases/{id}")).await
}

/// The person named in the field `assignee`: `me`, a number, or nobody.
pub(in crate::screens) fn assignee(posted: &Posted) -> Result<Option<UserId>, Failure> {
    match posted.text("assignee") {
        "me" => posted.caller.user.map(Some).ok_or_else(Failure::forbidden),
        _ => posted.maybe("assignee"),
    }
}

async fn note(State(state): State<AppState>, Path(id): Path<CaseId>, posted: Posted) -> Result<Response, Failure> {
    state.desk.note_case(&posted.actor(), posted.at(id)?, &posted.body("note")).await?;
    Ok(posted.done(&format!("/cases/{id}"), &Done::one("noted")))
}

/// Category, grade and cause in one form; what is as it was is left alone.
async fn facts(State(state): State<AppState>, Path(id): Path<CaseId>, posted: Posted) -> Result<Response, Failure> {
    let (actor, mut at) = (posted.actor(), posted.at(id)?);
    let was = cases::case(&mut &state.desk.store, id).await?;
    let (category, grade, cause) =
        (posted.value::<Category>("category")?, posted.value::<Grade>("grade")?, posted.value::<CauseClass>("cause")?);
    if category != was.category {
        at = At::from(&state.desk.set_category(&actor, at, category).await?);
    }
    if grade != was.grade {
        at = At::from(&state.desk.set_grade(&actor, at, grade).await?);
    }
    if cause != was.cause {
        state.desk.set_cause(&actor, at, cause, 1.0, posted.words("reason")?).await?;
    }
    did(&state, &posted, "changed", id, &format!("/cases/{id}")).await
}

async fn snooze(State(state): State<AppState>, Path(id): Path<CaseId>, posted: Posted) -> Result<Response, Failure> {
    let hours = posted.value::<i64>("hours")?.clamp(1, 24 * 90);
    let until = state.desk.clock.now().checked_add(SignedDuration::from_hours(hours)).ok();
    state.desk.snooze_case(&posted.actor(), posted.at(id)?, until).await?;
    did(&state, &posted, "snoozed", id, "/cases").await
}

async fn seen(State(state): State<AppState>, Path(id): Path<CaseId>, posted: Posted) -> Result<Response, Failure> {
    state.desk.seen_case(&posted.actor(), posted.at(id)?).await?;
    state.forget_overview();
    Ok(posted.done(&format!("/cases/{id}"), &Done::one("saved")))
}

/// Longest time that one page may tell, milliseconds: whoever works longer on a case has left the page in between.
const MOST_WORK_MS: u32 = 3_600_000;
/// Most clicks that one page may tell.
const MOST_CLICKS: u32 = 1000;

/// Time and clicks that the case took on a page; the page tells it when it is left.
async fn work(State(state): State<AppState>, Path(id): Path<CaseId>, posted: Posted) -> Result<StatusCode, Failure> {
    let (spent, clicks) = (posted.value::<u32>("ms")?.min(MOST_WORK_MS), posted.value::<u32>("clicks")?);
    state.desk.touch_case(&posted.actor(), id, spent, clicks.min(MOST_CLICKS)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How a form closes a case.
pub(in crate::screens) fn closing(posted: &Posted) -> Result<Closing, Failure> {
    let filled = |name: &str| Some(posted.text(name).to_owned()).filter(|text| !text.is_empty());
    Ok(Closing { exit: posted.value::<Exit>("exit")?, clause: filled("clause"), note: filled("note") })
}

async fn close(State(state): State<AppState>, Path(id): Path<CaseId>, posted: Posted) -> Result<Response, Failure> {
    let closing = closing(&posted)?;
    let at = forms::with_incident(&state, &posted, id).await?;
    state.desk.close_case(&posted.actor(), at, &closing).await?;
    did(&state, &posted, "closed", id, &format!("/cases/{id}")).await
}

async fn reopen(State(state): State<AppState>, Path(id): Path<CaseId>, posted: Posted) -> Result<Response, Failure> {
    state.desk.reopen_case(&posted.actor(), posted.at(id)?, posted.words("reason")?).await?;
    did(&state, &posted, "reopened", id, &format!("/cases/{id}")).await
}

/// The case that a field names by our number or by the one that people read.
pub(in crate::screens) async fn named(state: &AppState, name: &str) -> Result<CaseRow, Failure> {
    let store = &state.desk.store;
    let found = match name.parse::<CaseId>() {
        Ok(id) => cases::case(&mut &*store, id).await,
        Err(_) => cases::case_by_number(&mut &*store, &name.to_uppercase()).await,
    };
    found.map_err(|error| match error {
        StoreError::NotFound { .. } => Failure::bad_request(format!("there is no case `{name}`; write its number")),
        error => error.into(),
    })
}

async fn merge(State(state): State<AppState>, Path(id): Path<CaseId>, posted: Posted) -> Result<Response, Failure> {
    let into = named(&state, posted.words("into")?).await?;
    state.desk.merge_cases(&posted.actor(), At::from(&into), posted.at(id)?).await?;
    state.forget_overview();
    let entries = state.desk.store.journal_of(into.id).await?;
    let undo = timeline::last_undoable(&entries).map(|seq| format!("/cases/{}/undo/{seq}", into.id));
    Ok(posted.done(&format!("/cases/{}", into.id), &Done { word: "merged", count: 1, undo }))
}

async fn split(State(state): State<AppState>, Path(id): Path<CaseId>, posted: Posted) -> Result<Response, Failure> {
    let chosen: Vec<ObservationId> = posted.all("observation").filter_map(|id| id.parse().ok()).collect();
    if chosen.is_empty() {
        return Err(Failure::bad_request("choose the observations that go into a case of their own"));
    }
    let fresh = state.desk.split_case(&posted.actor(), posted.at(id)?, &chosen).await?;
    did(&state, &posted, "split", id, &format!("/cases/{}", fresh.id)).await
}

/// Undoes an entry of the timeline. A toast knows no version: then the case as it stands is taken, and the desk refuses what
/// was changed since.
async fn undo(
    State(state): State<AppState>,
    Path((id, seq)): Path<(CaseId, i64)>,
    posted: Posted,
) -> Result<Response, Failure> {
    let at = match posted.maybe::<i64>("version")? {
        Some(version) => At { case: id, version },
        None => At::from(&cases::case(&mut &state.desk.store, id).await?),
    };
    state.desk.undo_case(&posted.actor(), at, seq).await?;
    state.forget_overview();
    Ok(posted.done(&format!("/cases/{id}"), &Done::one("undone")))
}

/// Takes a mail back that has not left yet.
async fn cancel(State(state): State<AppState>, Path(id): Path<MailId>, posted: Posted) -> Result<Response, Failure> {
    let mail = state.desk.cancel(&posted.actor(), id).await?;
    let case = mail.case.map_or_else(|| "/".to_owned(), |case| format!("/cases/{case}"));
    Ok(posted.done(&case, &Done::one("cancelled")))
}
