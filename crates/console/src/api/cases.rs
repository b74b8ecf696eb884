//! `/cases`: the queue, one case, its timeline and what it rests on.

use std::str::FromStr;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use model::{ObservationId, Permission, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::cases::{self, CaseRow, Cursor, Filter, View};
use store::{observations, screens};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Path, Query};
use super::journal::Entry;
use super::page::{self, List, MOST, Paging};
use super::reports::{Observation, Report};
use super::wire::{self, Id, Shown};
use crate::auth::Caller;
use crate::{AppState, Failure};

/// The routes.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_cases))
        .routes(routes!(get_case))
        .routes(routes!(get_timeline))
        .routes(routes!(list_observations))
        .routes(routes!(list_reports))
}

/// A case. A place that is a mailbox or login name is masked for roles without `view-personal`.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Case {
    /// Identifier.
    id: Id,
    /// The number that people read: `M-2026-000123`.
    number: String,
    /// Counts the changes.
    version: i64,
    /// Which desk.
    lane: wire::Lane,
    /// What it is about: `site:…`, `account:…` or `host:…`.
    place: String,
    /// Contract, once it is known.
    contract: Option<Id>,
    /// The contract's customer.
    customer: Option<Id>,
    /// Where it stands.
    state: wire::CaseState,
    /// How grave.
    severity: wire::Severity,
    /// What kind.
    category: wire::Category,
    /// How good the evidence is.
    grade: wire::Grade,
    /// What lies behind it.
    cause: wire::CauseClass,
    /// How sure that is, 0 to 1.
    cause_confidence: f64,
    /// How it ended.
    exit: Option<wire::Exit>,
    /// Clause of the terms, law or body that the exit names.
    exit_clause: Option<String>,
    /// Who works on it.
    assignee: Option<Id>,
    /// When it was opened.
    opened_at: Timestamp,
    /// When it was last changed.
    updated_at: Timestamp,
    /// First event.
    first_event_at: Option<Timestamp>,
    /// Last event.
    last_event_at: Option<Timestamp>,
    /// Until when somebody has to act.
    deadline_at: Option<Timestamp>,
    /// Who: `desk` or `customer`.
    deadline_kind: Option<String>,
    /// Hidden from the queue until then.
    snoozed_until_at: Option<Timestamp>,
    /// When it was closed.
    closed_at: Option<Timestamp>,
    /// Reports.
    reports: i64,
    /// Different reporters.
    reporters: i64,
    /// Observations.
    observations: i64,
    /// Of these, how many say again what another said.
    duplicates: i64,
    /// Reports of something that happened after the customer had been told.
    repeats: i64,
    /// How often it was reopened.
    reopened: i64,
    /// The case that it was merged into.
    merged_into: Option<Id>,
    /// The playbook's rule that decided.
    rule: Option<String>,
    /// Whether something arrived that nobody has looked at.
    unread: bool,
    /// Whether persons are masked here.
    masked: bool,
}

impl Case {
    pub(super) fn new(row: CaseRow, shown: Shown) -> Self {
        Self {
            id: row.id.into(),
            number: row.number,
            version: row.version,
            lane: row.lane.into(),
            place: shown.place(row.place),
            contract: row.contract.map(Id::from),
            customer: row.customer.map(Id::from),
            state: row.state.into(),
            severity: row.severity.into(),
            category: row.category.into(),
            grade: row.grade.into(),
            cause: row.cause.into(),
            cause_confidence: row.cause_confidence,
            exit: row.exit.map(wire::Exit),
            exit_clause: row.exit_clause,
            assignee: row.assignee.map(Id::from),
            opened_at: row.opened_at,
            updated_at: row.updated_at,
            first_event_at: row.first_event,
            last_event_at: row.last_event,
            deadline_at: row.deadline_at,
            deadline_kind: row.deadline_kind,
            snoozed_until_at: row.snoozed_until,
            closed_at: row.closed_at,
            reports: row.reports,
            reporters: row.reporters,
            observations: row.observations,
            duplicates: row.duplicates,
            repeats: row.repeats,
            reopened: row.reopened,
            merged_into: row.merged_into.map(Id::from),
            rule: row.rule,
            unread: row.unread,
            masked: !shown.0,
        }
    }
}

/// A case with what the playbook decided.
#[derive(Debug, Serialize, ToSchema)]
struct CaseDetail {
    /// Case.
    #[serde(flatten)]
    case: Case,
    /// Why the cause is thought to be that.
    cause_reason: Option<String>,
    /// A person's words on the exit.
    exit_note: Option<String>,
    /// Decision of the playbook with its reasons; its inner form may grow.
    #[schema(value_type = Option<Object>)]
    decision: Option<Value>,
}

/// Which cases.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// A ready-made view: `open` (the default), `all`, `overdue`, `unassigned` or `unread`.
    #[param(value_type = Option<String>)]
    view: Option<View>,
    /// Only in this state.
    #[param(inline)]
    state: Option<wire::CaseState>,
    /// Only of this person.
    #[param(inline)]
    assignee: Option<Id>,
    /// Only this lane.
    #[param(inline)]
    lane: Option<wire::Lane>,
    /// Only this severity.
    #[param(inline)]
    severity: Option<wire::Severity>,
    /// Only this category.
    #[param(inline)]
    category: Option<wire::Category>,
    /// Only of this customer.
    #[param(inline)]
    customer: Option<Id>,
    /// Only of this contract.
    #[param(inline)]
    contract: Option<Id>,
    /// Part of the number or of the place, or the key of a customer or contract.
    #[param(max_length = 200)]
    text: Option<String>,
    /// Also cases that are snoozed at the moment.
    #[serde(default)]
    snoozed: bool,
    /// Rows a page, at most 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// A case by its identifier or its number.
#[derive(Debug)]
pub(super) enum CaseRef {
    Id(Id),
    Number(String),
}

impl FromStr for CaseRef {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let number = text.len() <= 40 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        text.parse().map(Self::Id).or_else(|_| if number { Ok(Self::Number(text.to_owned())) } else { Err(()) })
    }
}

/// The case that a path names.
pub(super) async fn find(state: &AppState, case: &CaseRef) -> Result<CaseRow, Failure> {
    let mut store = &state.desk.store;
    Ok(match case {
        CaseRef::Id(id) => cases::case(&mut store, (*id).into()).await?,
        CaseRef::Number(number) => cases::case_by_number(&mut store, number).await?,
    })
}

/// The queue: earliest deadline first, then the gravest.
#[utoipa::path(
    get, path = "/cases", tag = "cases", params(Which),
    responses((status = 200, description = "The cases.", body = List<Case>)),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn list_cases(
    State(state): State<AppState>,
    caller: Caller,
    Query(which): Query<Which>,
) -> Result<Json<List<Case>>, Failure> {
    caller.require(Permission::ViewCases)?;
    let limit = page::limit(which.limit)?;
    let after: Option<Cursor> = page::cursor(which.cursor.as_deref())?;
    if which.text.as_deref().is_some_and(|text| text.contains('\0')) {
        return Err(Failure::bad_request("`text` has a zero byte"));
    }
    let filter = Filter {
        view: which.view.unwrap_or_default(),
        state: which.state.map(|value| value.0),
        assignee: which.assignee.map(UserId::from),
        lane: which.lane.map(|value| value.0),
        severity: which.severity.map(|value| value.0),
        category: which.category.map(|value| value.0),
        customer: which.customer.map(model::CustomerId::from),
        contract: which.contract.map(model::ContractId::from),
        text: which.text,
        snoozed: which.snoozed,
    };
    let found = cases::page(&mut &state.desk.store, &filter, after, limit, state.desk.clock.now()).await?;
    let shown = Shown::to(&caller);
    let items = found.cases.into_iter().map(|row| Case::new(row, shown)).collect();
    Ok(Json(List::new(items, found.next.map(|next| next.to_string()))))
}

/// A case. Its version is also the `ETag`, to be given back as `If-Match` by whoever changes it.
#[utoipa::path(
    get, path = "/cases/{id}", tag = "cases", params(("id" = String, Path, description = "Identifier or number.")),
    responses((status = 200, description = "The case.", body = CaseDetail), (status = 404, description = "No such case.")),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn get_case(
    State(state): State<AppState>,
    caller: Caller,
    Path(case): Path<CaseRef>,
) -> Result<Response, Failure> {
    caller.require(Permission::ViewCases)?;
    let shown = Shown::to(&caller);
    let row = find(&state, &case).await?;
    let detail = CaseDetail {
        cause_reason: row.cause_reason.clone(),
        exit_note: shown.text(row.exit_note.clone()),
        decision: cases::decision(&mut &state.desk.store, row.id).await?,
        case: Case::new(row, shown),
    };
    let tag = format!("\"{}\"", detail.case.version);
    Ok(([(header::ETAG, tag)], Json(detail)).into_response())
}

/// Everything that happened on a case, oldest first: its entries of the journal.
#[utoipa::path(
    get, path = "/cases/{id}/timeline", tag = "cases", params(("id" = String, Path, description = "Identifier or number.")),
    responses((status = 200, description = "The entries.", body = List<Entry>), (status = 404, description = "No such case.")),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn get_timeline(
    State(state): State<AppState>,
    caller: Caller,
    Path(case): Path<CaseRef>,
) -> Result<Json<List<Entry>>, Failure> {
    caller.require(Permission::ViewCases)?;
    let shown = Shown::to(&caller);
    let id = find(&state, &case).await?.id;
    let entries = state.desk.store.journal_of(id).await?;
    Ok(Json(List::new(entries.into_iter().map(|row| Entry::new(row, shown)).collect(), None)))
}

/// What was seen, in the order in which it came in.
#[utoipa::path(
    get, path = "/cases/{id}/observations", tag = "cases",
    params(("id" = String, Path, description = "Identifier or number."), Paging),
    responses((status = 200, description = "The observations.", body = List<Observation>), (status = 404, description = "No such case.")),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn list_observations(
    State(state): State<AppState>,
    caller: Caller,
    Path(case): Path<CaseRef>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<Observation>>, Failure> {
    caller.require(Permission::ViewCases)?;
    let limit = page::limit(paging.limit)?;
    let after: Id = page::cursor(paging.cursor.as_deref())?.unwrap_or(Id(0));
    let id = find(&state, &case).await?.id;
    let rows = observations::of_case(&mut &state.desk.store, id, ObservationId(after.0), limit + 1).await?;
    let shown = Shown::to(&caller);
    Ok(Json(List::cut(rows, limit, |row| row.id.to_string(), |row| Observation::new(row, shown))))
}

/// The reports of a case, the latest first; at most 200.
#[utoipa::path(
    get, path = "/cases/{id}/reports", tag = "cases", params(("id" = String, Path, description = "Identifier or number.")),
    responses((status = 200, description = "The reports.", body = List<Report>), (status = 404, description = "No such case.")),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn list_reports(
    State(state): State<AppState>,
    caller: Caller,
    Path(case): Path<CaseRef>,
) -> Result<Json<List<Report>>, Failure> {
    caller.require(Permission::ViewCases)?;
    let shown = Shown::to(&caller);
    let id = find(&state, &case).await?.id;
    let rows = screens::reports_of_case(&mut &state.desk.store, id, MOST).await?;
    Ok(Json(List::new(rows.into_iter().map(|line| Report::new(line.report, shown)).collect(), None)))
}
