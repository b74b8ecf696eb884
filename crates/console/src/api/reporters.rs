//! `/reporters`: who reports to us, how far each is believed, and whether a customer may be told who it was.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use model::Permission;
use serde::{Deserialize, Serialize};
use store::reporters::{self, ReporterRow};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Path, Query, Unread};
use super::page::{self, List, Paging};
use super::wire::{Id, Shown};
use crate::auth::Caller;
use crate::{AppState, Failure};

/// The routes.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list_reporters)).routes(routes!(share_reporter))
}

/// A reporter.
#[derive(Debug, Serialize, ToSchema)]
struct Reporter {
    /// Identifier.
    id: Id,
    /// Mail address; masked for roles without `view-personal`.
    address: Option<String>,
    /// `person`, `robot` or `authority`.
    kind: String,
    /// How far to believe, 0 to 1.
    trust: f64,
    /// Reports so far.
    reports: i64,
    /// Cases that proved true.
    confirmed: i64,
    /// Cases that proved untrue.
    rejected: i64,
    /// Whether this reporter agreed that customers are told who reported.
    share_identity: bool,
    /// First report.
    first_seen_at: Timestamp,
    /// Last report.
    last_seen_at: Timestamp,
    /// Whether persons are masked here.
    masked: bool,
}

impl Reporter {
    fn new(row: ReporterRow, shown: Shown) -> Self {
        Self {
            id: row.id.into(),
            address: shown.mail(Some(row.address)),
            kind: row.kind,
            trust: row.trust,
            reports: row.reports,
            confirmed: row.confirmed,
            rejected: row.rejected,
            share_identity: row.share_identity,
            first_seen_at: row.first_seen,
            last_seen_at: row.last_seen,
            masked: !shown.0,
        }
    }
}

/// Whether a reporter agreed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Sharing {
    /// Whether customers may be told who reported. It takes `reporter_identity = "share"` in the configuration as well.
    share_identity: bool,
}

/// The reporters, the busiest first.
#[utoipa::path(
    get, path = "/reporters", tag = "reporters", params(Paging),
    responses((status = 200, description = "The reporters.", body = List<Reporter>)),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn list_reporters(
    State(state): State<AppState>,
    caller: Caller,
    Query(paging): Query<Paging>,
) -> Result<Json<List<Reporter>>, Failure> {
    caller.require(Permission::ViewCases)?;
    let limit = page::limit(paging.limit)?;
    let from: i64 = page::cursor(paging.cursor.as_deref())?.unwrap_or(0);
    let rows = reporters::reporters(&mut &state.desk.store, limit + 1, from).await?;
    let shown = Shown::to(&caller);
    Ok(Json(List::cut(rows, limit, |_| (from + limit).to_string(), |row| Reporter::new(row, shown))))
}

/// Notes whether a reporter agreed that customers are told who reported; nobody has until it is noted.
#[utoipa::path(
    put, path = "/reporters/{id}/sharing", tag = "reporters", params(("id" = Id, Path)), request_body = Sharing,
    responses(
        (status = 200, description = "The reporter.", body = Reporter),
        (status = 404, description = "No such reporter."),
        (status = 422, description = "Understood and wrong; `detail` names what."),
    ),
    extensions(("x-permission" = json!("work-cases")))
)]
async fn share_reporter(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<Id>,
    body: Unread<Sharing>,
) -> Result<Json<Reporter>, Failure> {
    caller.require(Permission::WorkCases)?;
    let Sharing { share_identity } = body.read().await?;
    let actor = caller.as_actor();
    let row = state.desk.share_reporter(&actor, id.into(), share_identity).await?;
    Ok(Json(Reporter::new(row, Shown::to(&caller))))
}
