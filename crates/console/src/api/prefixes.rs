//! `/prefixes`: the provider's own address space.

use axum::Json;
use axum::extract::State;
use model::Permission;
use serde::Serialize;
use store::inventory::read;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::page::List;
use crate::auth::Caller;
use crate::{AppState, Failure};

/// The routes.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list_prefixes))
}

/// An announced prefix.
#[derive(Debug, Serialize, ToSchema)]
struct Prefix {
    /// Prefix.
    #[schema(example = "192.0.2.0/24")]
    prefix: String,
    /// Number of the announcing autonomous system.
    asn: Option<i64>,
}

/// The provider's own prefixes; what one provider announces comes on one page.
#[utoipa::path(
    get, path = "/prefixes", tag = "inventory",
    responses((status = 200, description = "The prefixes.", body = List<Prefix>)),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn list_prefixes(State(state): State<AppState>, caller: Caller) -> Result<Json<List<Prefix>>, Failure> {
    caller.require(Permission::ViewCases)?;
    let prefixes = read::own_prefixes(&mut &state.desk.store).await?;
    let shown = prefixes.into_iter().map(|(prefix, asn)| Prefix { prefix: prefix.to_string(), asn });
    Ok(Json(List::new(shown.collect(), None)))
}
