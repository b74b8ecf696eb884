//! `/corrections` and `/reports/{id}/corrections`: what a person says of a report that was read wrongly.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use desk::corrections::{self as made, Correction, machine_of, person_of};
use jiff::Timestamp;
use model::{Permission, ReportId};
use serde::{Deserialize, Serialize};
use store::corrections::{self, CorrectionRow};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Path, Query, Unread, refused};
use super::page::{self, List};
use super::wire::{self, Id};
use crate::auth::Caller;
use crate::screens::correct::pack;
use crate::{AppState, Failure};

/// The routes.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_corrections))
        .routes(routes!(get_archive))
        .routes(routes!(correct))
        .routes(routes!(undo_correction))
        .routes(routes!(mark_fixture))
}

/// One value as a reading has it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReadValue {
    /// Address.
    ip: Option<String>,
    /// Port.
    port: Option<u16>,
    /// URL as reported. It may be dangerous: never open it, never make it a link.
    url: Option<String>,
    /// Domain.
    domain: Option<String>,
    /// Mailbox or login name.
    account: Option<String>,
    /// When it happened.
    at: Option<Timestamp>,
    /// What kind.
    category: wire::Category,
    /// How sure the reader is; a person is certain.
    confidence: f32,
}

impl From<&model::Observation> for ReadValue {
    fn from(seen: &model::Observation) -> Self {
        Self {
            ip: seen.ip.map(|ip| ip.to_string()),
            port: seen.port,
            url: seen.url.clone(),
            domain: seen.domain.clone(),
            account: seen.account.clone(),
            at: seen.at.as_ref().map(|at| at.at),
            category: seen.category.into(),
            confidence: seen.confidence,
        }
    }
}

/// A correction that is in force.
#[derive(Debug, Serialize, ToSchema)]
struct Corrected {
    /// Identifier.
    id: Id,
    /// The report.
    report: Id,
    /// When it was made.
    made_at: Timestamp,
    /// By whom.
    made_by: String,
    /// Whether the person says that it is a report at all.
    is_report: bool,
    /// What the machine had read.
    machine: Vec<ReadValue>,
    /// What the person says.
    person: Vec<ReadValue>,
    /// Whether it is kept as an example by which the readers are measured.
    fixture: bool,
}

impl Corrected {
    fn new(row: &CorrectionRow) -> Result<Self, Failure> {
        let person = person_of(row)?;
        Ok(Self {
            id: Id(row.id),
            report: row.report.into(),
            made_at: row.at,
            made_by: row.actor.clone(),
            is_report: person.report,
            machine: machine_of(row)?.observations.iter().map(ReadValue::from).collect(),
            person: person.observations.iter().map(ReadValue::from).collect(),
            fixture: row.fixture,
        })
    }
}

/// One value that a person says is accused. `hxxp://` and `[.]` are understood.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct Accused {
    /// The observation that this one alters; what is null here is taken out of it.
    observation: Option<Id>,
    /// Address.
    ip: Option<String>,
    /// Port.
    port: Option<u16>,
    /// URL.
    url: Option<String>,
    /// Domain.
    domain: Option<String>,
    /// Mailbox or login name.
    account: Option<String>,
    /// When: RFC 3339, or a date and time of day in `zone`.
    at: Option<String>,
    /// Zone of a time that names none: `+09:00`, `JST`, `Asia/Tokyo`; without it every zone is possible.
    zone: Option<String>,
    /// What kind.
    category: Option<wire::Category>,
}

/// What a person says of a report.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCorrection {
    /// Whether it is a report at all.
    is_report: bool,
    /// What it accuses, at most 5,000; empty if it is no report.
    #[serde(default)]
    accused: Vec<Accused>,
    /// The correction that was in force when the person looked; null if there was none.
    #[serde(default)]
    replaces: Option<Id>,
}

/// Which correction is taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CorrectionUndo {
    /// The correction that is in force.
    correction: Id,
}

/// Whether a correction is an example.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FixtureMark {
    /// Whether it is kept as an example.
    fixture: bool,
}

/// The correction that was made.
#[derive(Debug, Serialize, ToSchema)]
struct CorrectionMade {
    /// Its identifier.
    correction: Id,
}

/// Which corrections.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Only those that are kept as examples.
    fixture: Option<bool>,
    /// Rows a page, at most 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// The corrections in force, the oldest first.
#[utoipa::path(
    get, path = "/corrections", tag = "reports", params(Which),
    responses((status = 200, description = "The corrections.", body = List<Corrected>)),
    extensions(("x-permission" = json!("view-personal")))
)]
async fn list_corrections(
    State(state): State<AppState>,
    caller: Caller,
    Query(which): Query<Which>,
) -> Result<Json<List<Corrected>>, Failure> {
    caller.require(Permission::ViewPersonal)?;
    let limit = page::limit(which.limit)?;
    let after: i64 = page::cursor(which.cursor.as_deref())?.unwrap_or(0);
    let fixtures = which.fixture.unwrap_or(false);
    let rows = corrections::corrections(&mut &state.desk.store, fixtures, after, limit).await?;
    let full = i64::try_from(rows.len()).is_ok_and(|count| count == limit);
    let next = rows.last().filter(|_| full).map(|row| row.id.to_string());
    let items = rows.iter().map(Corrected::new).collect::<Result<_, _>>()?;
    Ok(Json(List::new(items, next)))
}

/// The corrections that are kept as examples, as a ZIP: the mails as they came and `expected.jsonl`, for
/// `mimawari report score`. At most 64 MiB of mails.
#[utoipa::path(
    get, path = "/corrections/archive", tag = "reports",
    responses(
        (status = 200, description = "The archive.", body = Vec<u8>, content_type = "application/zip"),
        (status = 413, description = "More than 64 MiB: take them out on the command line."),
    ),
    extensions(("x-permission" = json!("view-personal")))
)]
async fn get_archive(State(state): State<AppState>, caller: Caller) -> Result<Response, Failure> {
    caller.require(Permission::ViewPersonal)?;
    pack(&state.desk).await
}

/// Puts what a person says in the place of what was read. The report is worked on anew; its cases follow.
#[utoipa::path(
    post, path = "/reports/{id}/corrections", tag = "reports", params(("id" = Id, Path)),
    request_body = NewCorrection,
    responses(
        (status = 201, description = "It is in force.", body = CorrectionMade),
        (status = 404, description = "No such report."),
        (status = 409, description = "Not read yet, or an answer in a conversation."),
        (status = 412, description = "Somebody else corrected it meanwhile."),
        (status = 422, description = "A value that cannot be meant; `detail` names it."),
    ),
    extensions(("x-permission" = json!("work-cases")))
)]
async fn correct(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<Id>,
    body: Unread<NewCorrection>,
) -> Result<Response, Failure> {
    caller.require(Permission::WorkCases)?;
    let new = body.read().await?;
    let accused = |one: Accused| made::Accused {
        of: one.observation.map(Into::into),
        ip: one.ip,
        port: one.port.map(|port| port.to_string()),
        url: one.url,
        domain: one.domain,
        account: one.account,
        at: one.at,
        zone: one.zone,
        category: one.category.map(|category| category.0.name().to_owned()),
    };
    let correction = Correction { report: new.is_report, accused: new.accused.into_iter().map(accused).collect() };
    let seen = new.replaces.map(|id| id.0);
    let made = state.desk.correct_report(&caller.as_actor(), id.into(), seen, &correction).await.map_err(refused)?;
    state.forget_overview();
    Ok((StatusCode::CREATED, Json(CorrectionMade { correction: Id(made) })).into_response())
}

/// Takes a correction back: the machine's reading counts again.
#[utoipa::path(
    post, path = "/reports/{id}/correction-undos", tag = "reports", params(("id" = Id, Path)),
    request_body = CorrectionUndo,
    responses(
        (status = 204, description = "It is out of force."),
        (status = 404, description = "No such report."),
        (status = 409, description = "Not read yet."),
        (status = 412, description = "Another correction is in force."),
        (status = 422, description = "The body lacks something."),
    ),
    extensions(("x-permission" = json!("work-cases")))
)]
async fn undo_correction(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<Id>,
    body: Unread<CorrectionUndo>,
) -> Result<StatusCode, Failure> {
    caller.require(Permission::WorkCases)?;
    let undo = body.read().await?;
    let report: ReportId = id.into();
    state.desk.undo_correction(&caller.as_actor(), report, undo.correction.0).await.map_err(refused)?;
    state.forget_overview();
    Ok(StatusCode::NO_CONTENT)
}

/// Keeps the correction of a report as an example, or no longer.
#[utoipa::path(
    put, path = "/reports/{id}/fixture", tag = "reports", params(("id" = Id, Path)),
    request_body = FixtureMark,
    responses(
        (status = 204, description = "It is as said."),
        (status = 409, description = "The report was not corrected."),
        (status = 422, description = "The body lacks something."),
    ),
    extensions(("x-permission" = json!("work-cases")))
)]
async fn mark_fixture(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<Id>,
    body: Unread<FixtureMark>,
) -> Result<StatusCode, Failure> {
    caller.require(Permission::WorkCases)?;
    let mark = body.read().await?;
    state.desk.mark_fixture(&caller.as_actor(), id.into(), mark.fixture).await?;
    Ok(StatusCode::NO_CONTENT)
}
