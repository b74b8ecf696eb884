//! `/me`: who this API takes the caller for.

use axum::Json;
use model::Permission;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::wire;
use crate::auth::Caller;
use crate::{AppState, Failure};

/// The routes.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(get_me))
}

/// The caller.
#[derive(Debug, Serialize, ToSchema)]
struct Me {
    /// Name in the journal: `user:NAME` or `api:TOKEN`.
    actor: String,
    /// Name as shown.
    name: String,
    /// Role.
    role: wire::Role,
    /// What the role may do.
    permissions: Vec<String>,
    /// Language.
    lang: wire::Lang,
}

/// Who am I, and what may I do?
#[utoipa::path(get, path = "/me", tag = "me", responses((status = 200, description = "The caller.", body = Me)))]
async fn get_me(caller: Caller) -> Result<Json<Me>, Failure> {
    let may = Permission::ALL.iter().filter(|permission| caller.role.may(**permission));
    Ok(Json(Me {
        permissions: may.map(|permission| permission.name().to_owned()).collect(),
        actor: caller.actor,
        name: caller.display,
        role: caller.role.into(),
        lang: caller.lang.into(),
    }))
}
