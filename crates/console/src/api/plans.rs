//! `/plans`: the product catalogue, with how many contracts each plan has.

use axum::Json;
use axum::extract::State;
use model::Permission;
use serde::Serialize;
use store::inventory::{PlanCount, read};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::page::List;
use super::wire::{self, Id};
use crate::auth::Caller;
use crate::{AppState, Failure};

/// The routes.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list_plans))
}

/// A plan.
#[derive(Debug, Serialize, ToSchema)]
struct Plan {
    /// Identifier.
    id: Id,
    /// The provider's own key.
    key: String,
    /// Name as customers know it.
    name: String,
    /// Kind of service.
    service: wire::ServiceKind,
    /// Who has root.
    control: wire::Control,
    /// Price a month, yen.
    yen_per_month: Option<i64>,
    /// Disk quota, GB.
    disk_gb: Option<i64>,
    /// Mails an hour that the plan may send.
    mails_per_hour: Option<i64>,
    /// Contracts that run now.
    running: i64,
    /// Contracts, ended ones too.
    contracts: i64,
}

/// The plans by key; a catalogue is short and comes on one page.
#[utoipa::path(
    get, path = "/plans", tag = "inventory",
    responses((status = 200, description = "The plans.", body = List<Plan>)),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn list_plans(State(state): State<AppState>, caller: Caller) -> Result<Json<List<Plan>>, Failure> {
    caller.require(Permission::ViewCases)?;
    let counts = read::counts_per_plan(&mut &state.desk.store, state.desk.clock.now()).await?;
    Ok(Json(List::new(counts.into_iter().map(shown).collect(), None)))
}

fn shown(PlanCount { plan, running, all, .. }: PlanCount) -> Plan {
    Plan {
        id: plan.id.into(),
        key: plan.key,
        name: plan.name,
        service: plan.service.into(),
        control: plan.control.into(),
        yen_per_month: plan.yen_per_month,
        disk_gb: plan.disk_gb,
        mails_per_hour: plan.mails_per_hour,
        running,
        contracts: all,
    }
}
