//! `/measures`: proposed with a record, approved by as many people as the kind needs, undone at any time.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use desk::DeskError;
use desk::measures::{Connectors, NewMeasure};
use jiff::Timestamp;
use model::Permission;
use model::measure::Justification;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::measures::{self, MeasureRow};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::cases::{CaseRef, find};
use super::extract::{Path, Query, Unread, refused, seen};
use super::page::{self, List};
use super::wire::{self, Id, Reason, Shown};
use crate::auth::Caller;
use crate::{AppState, Failure};

/// The routes.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_measures))
        .routes(routes!(list_of_case, propose))
        .routes(routes!(get_measure, justify))
        .routes(routes!(approve))
        .routes(routes!(refuse))
        .routes(routes!(undo))
}

/// The record that must be complete before a measure is approved.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Record {
    /// Legal ground.
    basis: Option<wire::LegalBasis>,
    /// What it is to achieve.
    #[serde(default)]
    purpose: String,
    /// Clause of the terms, article or document that the ground names.
    #[serde(default)]
    reference: String,
    /// Why nothing milder would do.
    #[serde(default)]
    necessity: String,
    /// What else it will touch.
    #[serde(default)]
    side_effects: String,
    /// Figures of the impact, required with `service-impact`.
    metrics: Option<String>,
    /// Whether communications data is read for it.
    #[serde(default)]
    reads_communications: bool,
    /// When it ends by itself.
    ends_at: Option<Timestamp>,
}

impl From<Record> for Justification {
    fn from(record: Record) -> Self {
        let Record { basis, purpose, reference, necessity, side_effects, metrics, reads_communications, ends_at } =
            record;
        let basis = basis.map(|basis| basis.0);
        Self { basis, purpose, reference, necessity, side_effects, metrics, reads_communications, ends_at }
    }
}

impl From<Justification> for Record {
    fn from(record: Justification) -> Self {
        Self {
            basis: record.basis.map(wire::LegalBasis),
            purpose: record.purpose,
            reference: record.reference,
            necessity: record.necessity,
            side_effects: record.side_effects,
            metrics: record.metrics,
            reads_communications: record.reads_communications,
            ends_at: record.ends_at,
        }
    }
}

/// A measure.
#[derive(Debug, Serialize, ToSchema)]
struct Measure {
    /// Identifier.
    id: Id,
    /// Counts the changes; to be given back as `If-Match`.
    version: i64,
    /// The case.
    case: Id,
    /// The contract it is taken against.
    contract: Option<Id>,
    /// What it does.
    kind: wire::MeasureKind,
    /// Where it stands.
    state: wire::MeasureState,
    /// To what; mailboxes and accounts are masked for roles without `view-personal`.
    target: String,
    /// Figures for the connector.
    #[schema(value_type = Option<Object>)]
    params: Value,
    /// Name of the connector.
    connector: String,
    /// The record.
    record: Record,
    /// What the record lacks.
    lacks: Vec<String>,
    /// Whether it was only tried out.
    dry_run: bool,
    /// Who proposed it.
    proposed_by: String,
    /// When.
    proposed_at: Timestamp,
    /// Who approved it first.
    approved_by: Option<String>,
    /// The second person.
    second_by: Option<String>,
    /// When it had all approvals.
    approved_at: Option<Timestamp>,
    /// When the connector was first asked to do it.
    acted_at: Option<Timestamp>,
    /// When it was seen to be in force.
    verified_at: Option<Timestamp>,
    /// When it was certainly no longer in force.
    ended_at: Option<Timestamp>,
    /// What the connector answered, or what a dry run would do.
    result: Option<String>,
    /// What went wrong last.
    error: Option<String>,
}

impl Measure {
    fn new(row: MeasureRow, shown: Shown, now: Timestamp) -> Self {
        let lacks = serde_json::to_value(row.justification.lacks(now)).ok();
        let lacks = lacks.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default();
        let target = row.target.parse().map_or(row.target, |subject| shown.subject(&subject));
        Self {
            id: row.id.into(),
            version: row.version,
            case: row.case.into(),
            contract: row.contract.map(Id::from),
            kind: row.kind.into(),
            state: row.state.into(),
            target,
            params: row.params,
            connector: row.connector,
            record: row.justification.into(),
            lacks,
            dry_run: row.dry_run,
            proposed_by: row.proposed_by,
            proposed_at: row.proposed_at,
            approved_by: row.approved_by,
            second_by: row.second_by,
            approved_at: row.approved_at,
            acted_at: row.acted_at,
            verified_at: row.verified_at,
            ended_at: row.ended_at,
            result: shown.text(row.result),
            error: shown.text(row.error),
        }
    }
}

/// A measure as it is proposed; its record may be completed later.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Proposal {
    /// What it does.
    kind: wire::MeasureKind,
    /// To what: `contract:KEY`, `ip:…`, `domain:…`, `mailbox:…`, `account:…` or `url:…`.
    target: String,
    /// Figures for the connector.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    params: Value,
    /// Name of the connector; the first that can do it unless given.
    connector: Option<String>,
    /// The record.
    record: Record,
}

/// Which measures.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Only in this state.
    #[param(inline)]
    state: Option<wire::MeasureState>,
    /// Rows, at most 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

fn answer(state: &AppState, result: Result<MeasureRow, DeskError>, caller: &Caller) -> Result<Measure, Failure> {
    let row = result.map_err(refused)?;
    state.forget_overview();
    Ok(Measure::new(row, Shown::to(caller), state.desk.clock.now()))
}

/// The measures, the newest first.
#[utoipa::path(
    get, path = "/measures", tag = "measures", params(Which),
    responses((status = 200, description = "The measures.", body = List<Measure>)),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn list_measures(
    State(state): State<AppState>,
    caller: Caller,
    Query(which): Query<Which>,
) -> Result<Json<List<Measure>>, Failure> {
    caller.require(Permission::ViewCases)?;
    let limit = page::limit(which.limit)?;
    let states: Vec<_> = which.state.map(|state| state.0).into_iter().collect();
    let rows = measures::measures_in(&mut &state.desk.store, &states, limit).await?;
    let (shown, now) = (Shown::to(&caller), state.desk.clock.now());
    Ok(Json(List::new(rows.into_iter().map(|row| Measure::new(row, shown, now)).collect(), None)))
}

/// The measures of a case, oldest first.
#[utoipa::path(
    get, path = "/cases/{id}/measures", tag = "measures",
    params(("id" = String, Path, description = "Identifier or number.")),
    responses((status = 200, description = "The measures.", body = List<Measure>), (status = 404, description = "No such case.")),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn list_of_case(
    State(state): State<AppState>,
    caller: Caller,
    Path(case): Path<CaseRef>,
) -> Result<Json<List<Measure>>, Failure> {
    caller.require(Permission::ViewCases)?;
    let case = find(&state, &case).await?.id;
    let rows = measures::measures_of(&mut &state.desk.store, case).await?;
    let (shown, now) = (Shown::to(&caller), state.desk.clock.now());
    Ok(Json(List::new(rows.into_iter().map(|row| Measure::new(row, shown, now)).collect(), None)))
}

/// Proposes a measure. Nothing happens before it is approved; one that is under way already comes back as it is.
#[utoipa::path(
    post, path = "/cases/{id}/measures", tag = "measures",
    params(("id" = String, Path, description = "Identifier or number.")), request_body = Proposal,
    responses(
        (status = 201, description = "The measure.", body = Measure),
        (status = 404, description = "No such case."),
        (status = 409, description = "The case is closed, or its customer is not known."),
        (status = 422, description = "A value is wrong, or the contract does not hold the target."),
    ),
    extensions(("x-permission" = json!("propose-measure")))
)]
async fn propose(
    State(state): State<AppState>,
    caller: Caller,
    Path(case): Path<CaseRef>,
    body: Unread<Proposal>,
) -> Result<(StatusCode, Json<Measure>), Failure> {
    caller.require(Permission::ProposeMeasure)?;
    let Proposal { kind, target, params, connector, record } = body.read().await?;
    let case = find(&state, &case).await?.id;
    let new = NewMeasure { case, kind: kind.0, target, params, connector, justification: record.into() };
    let result = state.desk.propose_checked_measure(new, &caller.as_actor()).await;
    Ok((StatusCode::CREATED, Json(answer(&state, result, &caller)?)))
}

/// A measure.
#[utoipa::path(
    get, path = "/measures/{id}", tag = "measures", params(("id" = Id, Path)),
    responses((status = 200, description = "The measure.", body = Measure), (status = 404, description = "No such measure.")),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn get_measure(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<Id>,
) -> Result<Json<Measure>, Failure> {
    caller.require(Permission::ViewCases)?;
    let row = measures::measure(&mut &state.desk.store, id.into()).await?;
    Ok(Json(Measure::new(row, Shown::to(&caller), state.desk.clock.now())))
}

/// Replaces the record of a proposed measure. Approvals of the older text are gone.
#[utoipa::path(
    patch, path = "/measures/{id}", tag = "measures",
    params(("id" = Id, Path), ("If-Match" = String, Header, description = "The version that was seen, in quotation marks.")),
    request_body = Record,
    responses(
        (status = 200, description = "The measure after it.", body = Measure),
        (status = 404, description = "No such measure."),
        (status = 409, description = "It is approved or over already."),
        (status = 422, description = "A value is wrong."),
    ),
    extensions(("x-permission" = json!("propose-measure")))
)]
async fn justify(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<Id>,
    headers: HeaderMap,
    body: Unread<Record>,
) -> Result<Json<Measure>, Failure> {
    caller.require(Permission::ProposeMeasure)?;
    let version = seen(&headers)?;
    let record = body.read().await?.into();
    let result = state.desk.justify_measure(id.into(), version, record, &caller.as_actor()).await;
    answer(&state, result, &caller).map(Json)
}

/// Approves a measure as it was seen. Suspending and cancelling need two people.
#[utoipa::path(
    post, path = "/measures/{id}/approvals", tag = "measures",
    params(("id" = Id, Path), ("If-Match" = String, Header, description = "The version that was seen, in quotation marks.")),
    responses(
        (status = 200, description = "The measure after it.", body = Measure),
        (status = 404, description = "No such measure."),
        (status = 409, description = "It is approved or over already, or its case is closed."),
        (status = 422, description = "Its record lacks something, or the contract does not hold the target any more."),
    ),
    extensions(("x-permission" = json!("approve-measure")))
)]
async fn approve(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<Id>,
    headers: HeaderMap,
) -> Result<Json<Measure>, Failure> {
    caller.require(Permission::ApproveMeasure)?;
    let result = state.desk.approve_measure(id.into(), seen(&headers)?, &caller.as_actor()).await;
    answer(&state, result, &caller).map(Json)
}

/// Refuses a measure that has not begun; whoever proposed it may take it back.
#[utoipa::path(
    post, path = "/measures/{id}/refusals", tag = "measures", params(("id" = Id, Path)), request_body = Reason,
    responses(
        (status = 200, description = "The measure after it.", body = Measure),
        (status = 404, description = "No such measure."),
        (status = 409, description = "It has begun or is over already."),
        (status = 422, description = "No reason."),
    ),
    extensions(("x-permission" = json!("propose-measure")))
)]
async fn refuse(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<Id>,
    body: Unread<Reason>,
) -> Result<Json<Measure>, Failure> {
    caller.require(Permission::ProposeMeasure)?;
    let reason = body.read().await?.reason;
    answer(&state, state.desk.refuse_measure(id.into(), &reason, &caller.as_actor()).await, &caller).map(Json)
}

/// Undoes a measure that is or may be in force: the connector is asked at once. Whoever may propose one may lift one.
#[utoipa::path(
    post, path = "/measures/{id}/undos", tag = "measures", params(("id" = Id, Path)), request_body = Reason,
    responses(
        (status = 200, description = "The measure after it; its state says how it went.", body = Measure),
        (status = 404, description = "No such measure."),
        (status = 409, description = "It is not in force, or somebody else is at it."),
        (status = 422, description = "No reason."),
    ),
    extensions(("x-permission" = json!("propose-measure")))
)]
async fn undo(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<Id>,
    body: Unread<Reason>,
) -> Result<Json<Measure>, Failure> {
    caller.require(Permission::ProposeMeasure)?;
    let reason = body.read().await?.reason;
    let connectors = Connectors::from_settings(&state.desk.settings.connectors)?;
    answer(&state, state.desk.undo_measure(&connectors, id.into(), &reason, &caller.as_actor()).await, &caller)
        .map(Json)
}
