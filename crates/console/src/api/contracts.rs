//! `/contracts`: one contract, what it held, what its customer keeps ready.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use model::{Contract as Row, ContractId, Permission};
use serde::{Deserialize, Serialize};
use store::inventory::{read, readiness};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Path, Query};
use super::holdings::Holding;
use super::page::{self, List, MOST, Paging};
use super::wire::{self, Id, Shown};
use crate::auth::Caller;
use crate::{AppState, Failure};

/// The routes.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(find_contract))
        .routes(routes!(list_lacking))
        .routes(routes!(get_contract))
        .routes(routes!(list_holdings))
        .routes(routes!(get_readiness))
}

/// A contract. The person in charge is masked for roles without `view-personal`.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Contract {
    /// Identifier.
    id: Id,
    /// The provider's own key.
    key: String,
    /// Customer.
    customer: Id,
    /// Plan.
    plan: Id,
    /// First moment.
    from_at: Timestamp,
    /// First moment after the end; null = open.
    to_at: Option<Timestamp>,
    /// Person in charge of the service.
    responsible: Option<String>,
    /// Whether persons are masked here.
    masked: bool,
}

impl Contract {
    pub(super) fn new(row: Row, shown: Shown) -> Self {
        Self {
            id: row.id.into(),
            key: row.key,
            customer: row.customer.into(),
            plan: row.plan.into(),
            from_at: row.from,
            to_at: row.to,
            responsible: row.responsible.map(|name| shown.name(name)),
            masked: !shown.0,
        }
    }
}

/// A contract and what it lacks.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Lacking {
    /// Contract.
    contract: Contract,
    /// What is missing or out of date.
    missing: Vec<wire::ReadinessItem>,
}

impl Lacking {
    pub(super) fn new(row: readiness::Lacking, shown: Shown) -> Self {
        Self {
            contract: Contract::new(row.contract, shown),
            missing: row.missing.into_iter().map(wire::ReadinessItem).collect(),
        }
    }
}

/// What is noted for a contract, and what is missing.
#[derive(Debug, Serialize, ToSchema)]
struct Readiness {
    /// What is noted.
    noted: Vec<Noted>,
    /// What is missing or out of date.
    missing: Vec<wire::ReadinessItem>,
}

/// One item as it was noted.
#[derive(Debug, Serialize, ToSchema)]
struct Noted {
    /// What.
    item: wire::ReadinessItem,
    /// The name, date, telephone number or place of it; masked for roles without `view-personal`.
    value: String,
    /// First moment at which it has to be asked again.
    valid_until_at: Option<Timestamp>,
    /// When it was noted.
    updated_at: Timestamp,
}

/// Which contract.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ByKey {
    /// The provider's own key.
    key: String,
}

/// The contract with a key of the provider's own: a list of one or none.
#[utoipa::path(
    get, path = "/contracts", tag = "contracts", params(ByKey),
    responses((status = 200, description = "The contract, if there is one.", body = List<Contract>)),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn find_contract(
    State(state): State<AppState>,
    caller: Caller,
    Query(ByKey { key }): Query<ByKey>,
) -> Result<Json<List<Contract>>, Failure> {
    caller.require(Permission::ViewCases)?;
    let shown = Shown::to(&caller);
    if key.contains('\0') {
        return Ok(Json(List::new(Vec::new(), None)));
    }
    let found = match read::contract_by_key(&mut &state.desk.store, &key).await {
        Ok(row) => vec![Contract::new(row, shown)],
        Err(store::StoreError::NotFound { .. }) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    Ok(Json(List::new(found, None)))
}

/// Running sites and hosts without a person in charge or without an end date.
#[utoipa::path(
    get, path = "/contracts/lacking", tag = "contracts", params(Paging),
    responses((status = 200, description = "The contracts and what they lack.", body = List<Lacking>)),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn list_lacking(
    State(state): State<AppState>,
    caller: Caller,
    Query(paging): Query<Paging>,
) -> Result<Json<List<Lacking>>, Failure> {
    caller.require(Permission::ViewCases)?;
    let limit = page::limit(paging.limit)?;
    let after: Id = page::cursor(paging.cursor.as_deref())?.unwrap_or(Id(0));
    let now = state.desk.clock.now();
    let rows =
        readiness::sites_without_owner_or_end(&mut &state.desk.store, now, ContractId(after.0), limit + 1).await?;
    let shown = Shown::to(&caller);
    Ok(Json(List::cut(rows, limit, |row| row.contract.id.to_string(), |row| Lacking::new(row, shown))))
}

/// A contract.
#[utoipa::path(
    get, path = "/contracts/{id}", tag = "contracts", params(("id" = Id, Path)),
    responses((status = 200, description = "The contract.", body = Contract), (status = 404, description = "No such contract.")),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn get_contract(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<Id>,
) -> Result<Json<Contract>, Failure> {
    caller.require(Permission::ViewCases)?;
    let row = read::contract(&mut &state.desk.store, id.into()).await?;
    Ok(Json(Contract::new(row, Shown::to(&caller))))
}

/// What a contract held, the latest first; at most 200.
#[utoipa::path(
    get, path = "/contracts/{id}/holdings", tag = "contracts", params(("id" = Id, Path)),
    responses((status = 200, description = "The holdings.", body = List<Holding>), (status = 404, description = "No such contract.")),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn list_holdings(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<Id>,
) -> Result<Json<List<Holding>>, Failure> {
    caller.require(Permission::ViewCases)?;
    let shown = Shown::to(&caller);
    let id = read::contract(&mut &state.desk.store, id.into()).await?.id;
    let rows = read::holdings_of(&mut &state.desk.store, id, MOST).await?;
    Ok(Json(List::new(rows.iter().map(|row| Holding::new(row, shown)).collect(), None)))
}

/// What is noted for a contract for the day on which something happens, and what is missing.
#[utoipa::path(
    get, path = "/contracts/{id}/readiness", tag = "contracts", params(("id" = Id, Path)),
    responses((status = 200, description = "What is ready.", body = Readiness), (status = 404, description = "No such contract.")),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn get_readiness(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<Id>,
) -> Result<Json<Readiness>, Failure> {
    caller.require(Permission::ViewCases)?;
    let (shown, mut query) = (Shown::to(&caller), &state.desk.store);
    let missing = readiness::missing_of(&mut query, id.into(), state.desk.clock.now()).await?;
    let noted = readiness::readiness_of(&mut query, id.into()).await?.into_iter().map(|ready| Noted {
        item: ready.item.into(),
        value: shown.text(Some(ready.value)).unwrap_or_default(),
        valid_until_at: ready.valid_until,
        updated_at: ready.updated_at,
    });
    Ok(Json(Readiness { noted: noted.collect(), missing: missing.into_iter().map(wire::ReadinessItem).collect() }))
}
