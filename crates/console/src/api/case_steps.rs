//! Changes of `/cases/{id}`: each is one step of the desk on the version that the caller has seen, journalled, undoable.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use desk::cases::{At, Closing};
use desk::why::reasons;
use desk::{Actor, DeskError};
use jiff::Timestamp;
use model::{ContractId, ObservationId, Permission, UserId};
use serde::Deserialize;
use store::cases::CaseRow;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::cases::{Case, CaseRef, find};
use super::extract::{Path, Unread, refused, seen};
use super::wire::{self, Id, Shown};
use crate::auth::Caller;
use crate::{AppState, Failure};

/// Most observations of one split.
const MAX_SPLIT: usize = 1000;

/// The routes.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(change))
        .routes(routes!(note))
        .routes(routes!(accept))
        .routes(routes!(close))
        .routes(routes!(reopen))
        .routes(routes!(merge))
        .routes(routes!(split))
        .routes(routes!(undo))
}

/// A change of one thing: an object with exactly one of these fields.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Change {
    /// Who works on it; null = nobody.
    Assignee(Option<Id>),
    /// Hidden from the queue until then; null = shown.
    SnoozedUntilAt(Option<Timestamp>),
    /// What kind it is.
    Category(wire::Category),
    /// What lies behind it.
    Cause(Cause),
    /// How good the evidence is.
    Grade(wire::Grade),
    /// `false`: everything that arrived has been looked at.
    Unread(bool),
}

/// What lies behind a case.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Cause {
    /// Class.
    class: wire::CauseClass,
    /// How sure, 0 to 1.
    #[schema(minimum = 0, maximum = 1)]
    confidence: f64,
    /// Why.
    reason: String,
}

/// A person's words.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Words {
    /// Text.
    #[schema(min_length = 1)]
    text: String,
}

/// Whose it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Acceptance {
    /// The contract; null = the one that was found.
    contract: Option<Id>,
}

/// How it ends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Ending {
    /// Exit.
    exit: wire::Exit,
    /// Clause of the terms, law, or the body it is referred to.
    clause: Option<String>,
    /// A person's words.
    note: Option<String>,
}

/// Which case goes into this one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Merge {
    /// The case that goes in.
    from: Id,
    /// Its version that was seen.
    from_version: i64,
}

/// What leaves for a case of its own.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Split {
    /// Observations, at most 1000.
    #[schema(min_items = 1, max_items = 1000)]
    observations: Vec<Id>,
}

/// What is taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Undo {
    /// Number of the entry in the timeline.
    seq: i64,
}

/// A step under way: who takes it, on which version of which case.
struct Step {
    state: AppState,
    actor: Actor,
    at: At,
    shown: Shown,
}

impl Step {
    /// Checks who is asking, then what was seen.
    async fn begin(state: AppState, caller: &Caller, case: &CaseRef, headers: &HeaderMap) -> Result<Self, Failure> {
        caller.require(Permission::WorkCases)?;
        let version = seen(headers)?;
        let case = find(&state, case).await?.id;
        Ok(Self { state, actor: caller.as_actor(), at: At { case, version }, shown: Shown::to(caller) })
    }

    /// The case as it is after the step.
    fn end(self, result: Result<CaseRow, DeskError>) -> Result<Response, Failure> {
        let row = result.map_err(refused)?;
        self.state.forget_overview();
        let tag = HeaderValue::from_str(&format!("\"{}\"", row.version));
        let mut response = Json(Case::new(row, self.shown)).into_response();
        if let Ok(tag) = tag {
            response.headers_mut().insert(header::ETAG, tag);
        }
        Ok(response)
    }
}

macro_rules! step {
    ($(#[$doc:meta])* $name:ident $method:ident $path:literal $body:ident, $about:literal, |$step:ident, $given:ident| $run:expr) => {
        $(#[$doc])*
        #[utoipa::path(
            $method, path = $path, tag = "cases",
            params(
                ("id" = String, Path, description = "Identifier or number."),
                ("If-Match" = String, Header, description = "The version that was seen, in quotation marks."),
            ),
            request_body = $body,
            responses(
                (status = 200, description = $about, body = Case),
                (status = 404, description = "No such case."),
                (status = 409, description = "The case is not in a state in which this can be done."),
                (status = 422, description = "A value is wrong; `detail` says which and why."),
            ),
            extensions(("x-permission" = json!("work-cases")))
        )]
        async fn $name(
            State(state): State<AppState>,
            caller: Caller,
            Path(case): Path<CaseRef>,
            headers: HeaderMap,
            body: Unread<$body>,
        ) -> Result<Response, Failure> {
            let $step = Step::begin(state, &caller, &case, &headers).await?;
            let $given = body.read().await?;
            let result = $run.await;
            $step.end(result)
        }
    };
}

step! {
    /// Changes one thing of a case.
    change patch "/cases/{id}" Change, "The case after it.", |step, given| apply(&step, given)
}

step! {
    /// Writes a note into the timeline.
    note post "/cases/{id}/notes" Words, "The case after it.",
    |step, given| step.state.desk.note_case(&step.actor, step.at, &given.text)
}

step! {
    /// Takes a case out of triage: it is about this contract. The playbook then decides what follows.
    accept post "/cases/{id}/acceptances" Acceptance, "The case after it.",
    |step, given| step.state.desk.accept_case(&step.actor, step.at, given.contract.map(ContractId::from))
}

step! {
    /// Closes a case. Its reporters hear of it where they wish to.
    close post "/cases/{id}/closings" Ending, "The case after it.", |step, given| end_case(&step, given)
}

step! {
    /// Opens a closed case again; the text says why.
    reopen post "/cases/{id}/reopenings" Words, "The case after it.",
    |step, given| step.state.desk.reopen_case(&step.actor, step.at, &given.text)
}

step! {
    /// Puts another case into this one.
    merge post "/cases/{id}/merges" Merge, "The case that took the other in.",
    |step, given| step.state.desk.merge_cases(
        &step.actor, step.at, At { case: given.from.into(), version: given.from_version }
    )
}

step! {
    /// Splits observations off into a case of their own.
    split post "/cases/{id}/splits" Split, "The new case.", |step, given| split_off(&step, given)
}

step! {
    /// Takes a step back that the timeline names.
    undo post "/cases/{id}/undos" Undo, "The case after it.",
    |step, given| step.state.desk.undo_case(&step.actor, step.at, given.seq)
}

/// Does the one thing that a change names.
async fn apply(step: &Step, change: Change) -> Result<CaseRow, DeskError> {
    let (desk, actor, at) = (&step.state.desk, &step.actor, step.at);
    match change {
        Change::Assignee(to) => desk.assign_case(actor, at, to.map(UserId::from)).await,
        Change::SnoozedUntilAt(until) => desk.snooze_case(actor, at, until).await,
        Change::Category(to) => desk.set_category(actor, at, to.0).await,
        Change::Cause(to) => desk.set_cause(actor, at, to.class.0, to.confidence, &to.reason).await,
        Change::Grade(to) => desk.set_grade(actor, at, to.0).await,
        Change::Unread(false) => desk.seen_case(actor, at).await,
        Change::Unread(true) => Err(DeskError::Invalid(reasons::only_seen())),
    }
}

async fn end_case(step: &Step, ending: Ending) -> Result<CaseRow, DeskError> {
    let closing = Closing { exit: ending.exit.0, clause: ending.clause, note: ending.note };
    step.state.desk.close_case(&step.actor, step.at, &closing).await
}

async fn split_off(step: &Step, split: Split) -> Result<CaseRow, DeskError> {
    if split.observations.is_empty() || split.observations.len() > MAX_SPLIT {
        return Err(DeskError::Invalid(reasons::name_observations(MAX_SPLIT)));
    }
    let observations: Vec<ObservationId> = split.observations.into_iter().map(ObservationId::from).collect();
    step.state.desk.split_case(&step.actor, step.at, &observations).await
}
