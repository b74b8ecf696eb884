//! `/playbooks`: the versions of the playbooks, in force and before.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use model::Permission;
use serde::Serialize;
use store::policy::{PolicyRow, policies};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::page::{List, MOST};
use crate::auth::Caller;
use crate::{AppState, Failure};

/// The routes.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list_playbooks))
}

/// One version of a playbook.
#[derive(Debug, Serialize, ToSchema)]
struct Playbook {
    /// Name.
    name: String,
    /// Version, from 1.
    version: i64,
    /// Whether it is in force.
    active: bool,
    /// When it was written.
    created_at: Timestamp,
    /// Who wrote it.
    created_by: String,
    /// Who put it in force.
    approved_by: Option<String>,
    /// The text (TOML).
    body: String,
}

/// All versions by name, the newest first; at most 200. None = the built-in playbook is in force.
#[utoipa::path(
    get, path = "/playbooks", tag = "policy",
    responses((status = 200, description = "The playbooks.", body = List<Playbook>)),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn list_playbooks(State(state): State<AppState>, caller: Caller) -> Result<Json<List<Playbook>>, Failure> {
    caller.require(Permission::ViewCases)?;
    let rows = policies(&mut &state.desk.store, "playbook").await?;
    let most = usize::try_from(MOST).unwrap_or(0);
    Ok(Json(List::new(rows.into_iter().take(most).map(playbook).collect(), None)))
}

fn playbook(row: PolicyRow) -> Playbook {
    let PolicyRow { name, version, active, created_at, created_by, approved_by, body, .. } = row;
    Playbook { name, version, active, created_at, created_by, approved_by, body }
}
