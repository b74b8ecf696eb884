//! Steps of `/reports/{id}`: a report that came to no case is read again, or taken off the list of those to look at.

use axum::Json;
use axum::extract::State;
use model::{Permission, ReportId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Path, Unread};
use super::reports::Report;
use super::wire::{Id, Reason, Shown};
use crate::auth::Caller;
use crate::{AppState, Failure};

/// The routes.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(read_again)).routes(routes!(dismiss))
}

/// The report as it stands after a step.
async fn after(state: &AppState, caller: &Caller, id: ReportId) -> Result<Json<Report>, Failure> {
    state.forget_overview();
    let row = store::reports::report(&mut &state.desk.store, id).await?;
    Ok(Json(Report::new(row, Shown::to(caller))))
}

/// Has a report read again with the readers, the inventory and the playbook of today.
#[utoipa::path(
    post, path = "/reports/{id}/rereads", tag = "reports", params(("id" = Id, Path)),
    responses(
        (status = 200, description = "The report, waiting to be read.", body = Report),
        (status = 404, description = "No such report."),
        (status = 409, description = "It went into a case or conversation, or waits already."),
    ),
    extensions(("x-permission" = json!("work-cases")))
)]
async fn read_again(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<Id>,
) -> Result<Json<Report>, Failure> {
    caller.require(Permission::WorkCases)?;
    state.desk.reread_report(&caller.as_actor(), id.into()).await?;
    after(&state, &caller, id.into()).await
}

/// Takes a report off the list of those that a person must look at. Its bytes stay.
#[utoipa::path(
    post, path = "/reports/{id}/dismissals", tag = "reports", params(("id" = Id, Path)), request_body = Reason,
    responses(
        (status = 200, description = "The report, dismissed.", body = Report),
        (status = 404, description = "No such report."),
        (status = 409, description = "It went into a case or conversation, or waits to be read."),
        (status = 422, description = "No reason."),
    ),
    extensions(("x-permission" = json!("work-cases")))
)]
async fn dismiss(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<Id>,
    body: Unread<Reason>,
) -> Result<Json<Report>, Failure> {
    caller.require(Permission::WorkCases)?;
    let reason = body.read().await?.reason;
    state.desk.dismiss_report(&caller.as_actor(), id.into(), &reason).await?;
    after(&state, &caller, id.into()).await
}
