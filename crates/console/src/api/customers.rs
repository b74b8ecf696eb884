//! `/customers`: finding a customer, and what belongs to one.

use axum::Json;
use axum::extract::State;
use model::{Customer as Row, CustomerId, Permission};
use serde::{Deserialize, Serialize};
use store::inventory::search::{self, Hit, MAX_TEXT};
use store::inventory::{read, readiness};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::contracts::{Contract, Lacking};
use super::extract::{Path, Query};
use super::page::{self, List, MOST, Paging};
use super::wire::{self, Id, Shown};
use crate::auth::Caller;
use crate::{AppState, Failure};

/// The routes.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(find_customers))
        .routes(routes!(get_customer))
        .routes(routes!(list_contracts))
        .routes(routes!(list_customers))
        .routes(routes!(list_lacking))
}

/// A customer. Name and addresses are masked for roles without `view-personal`.
#[derive(Debug, Serialize, ToSchema)]
struct Customer {
    /// Identifier.
    id: Id,
    /// The provider's own key.
    key: String,
    /// Name, surname first.
    name: String,
    /// Address for notices.
    mail: Option<String>,
    /// Language of notices.
    lang: wire::Lang,
    /// The reseller above.
    parent: Option<Id>,
    /// Desk of a reseller.
    desk_mail: Option<String>,
    /// Whether persons are masked here.
    masked: bool,
}

impl Customer {
    fn new(row: Row, shown: Shown) -> Self {
        Self {
            id: row.id.into(),
            key: row.key,
            name: shown.name(row.name),
            mail: shown.mail(row.mail),
            lang: row.lang.into(),
            parent: row.parent.map(Id::from),
            desk_mail: shown.mail(row.desk_mail),
            masked: !shown.0,
        }
    }
}

/// A customer that fits.
#[derive(Debug, Serialize, ToSchema)]
struct Found {
    /// Customer.
    customer: Customer,
    /// What fitted: `key`, `contract`, `subject`, `mail` or `name`.
    via: String,
    /// The contract through which it was found.
    contract: Option<Contract>,
    /// The subject that this contract holds.
    subject: Option<String>,
}

/// A customer with the resellers above.
#[derive(Debug, Serialize, ToSchema)]
struct CustomerDetail {
    /// Customer.
    #[serde(flatten)]
    customer: Customer,
    /// The resellers above, nearest first.
    resellers: Vec<Customer>,
}

/// What to look for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Search {
    /// A key, a name, a mail address, an address, a domain or a login name.
    #[param(min_length = 1, max_length = 255)]
    text: String,
    /// Most customers, at most 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

/// Finds customers, surest first: by key, by what they hold now, by mail address, by name.
#[utoipa::path(
    get, path = "/customers", tag = "customers", params(Search),
    responses((status = 200, description = "The customers that fit.", body = List<Found>)),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn find_customers(
    State(state): State<AppState>,
    caller: Caller,
    Query(search): Query<Search>,
) -> Result<Json<List<Found>>, Failure> {
    caller.require(Permission::ViewCases)?;
    let limit = page::limit(search.limit)?;
    let text = search.text.trim();
    if text.is_empty() || text.len() > MAX_TEXT || text.contains('\0') {
        return Err(Failure::bad_request(format!("`text` has 1 to {MAX_TEXT} bytes")));
    }
    let shown = Shown::to(&caller);
    let most = usize::try_from(limit).unwrap_or(1);
    let hits = search::customers(&mut &state.desk.store, text, state.desk.clock.now(), most).await?;
    // Whoever may not see names and addresses must not find them out by searching either.
    let hits = hits.into_iter().filter(|hit| shown.0 || !matches!(hit.via, search::Via::Mail | search::Via::Name));
    Ok(Json(List::new(hits.map(|hit| found(hit, shown)).collect(), None)))
}

fn found(hit: Hit, shown: Shown) -> Found {
    let via = match hit.via {
        search::Via::Key => "key",
        search::Via::Contract => "contract",
        search::Via::Subject => "subject",
        search::Via::Mail => "mail",
        search::Via::Name => "name",
    };
    Found {
        customer: Customer::new(hit.customer, shown),
        via: via.to_owned(),
        contract: hit.contract.map(|row| Contract::new(row, shown)),
        subject: hit.subject.map(|subject| shown.subject(&subject)),
    }
}

/// A customer and the resellers above.
#[utoipa::path(
    get, path = "/customers/{id}", tag = "customers", params(("id" = Id, Path)),
    responses((status = 200, description = "The customer.", body = CustomerDetail), (status = 404, description = "No such customer.")),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn get_customer(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<Id>,
) -> Result<Json<CustomerDetail>, Failure> {
    caller.require(Permission::ViewCases)?;
    let shown = Shown::to(&caller);
    let chain = read::reseller_chain(&mut &state.desk.store, id.into()).await?;
    let mut chain = chain.into_iter().map(|row| Customer::new(row, shown));
    let customer = chain.next().ok_or_else(Failure::not_found)?;
    Ok(Json(CustomerDetail { customer, resellers: chain.collect() }))
}

/// The contracts of a customer, newest first; at most 200.
#[utoipa::path(
    get, path = "/customers/{id}/contracts", tag = "customers", params(("id" = Id, Path)),
    responses((status = 200, description = "The contracts.", body = List<Contract>), (status = 404, description = "No such customer.")),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn list_contracts(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<Id>,
) -> Result<Json<List<Contract>>, Failure> {
    caller.require(Permission::ViewCases)?;
    let shown = Shown::to(&caller);
    let id = read::customer(&mut &state.desk.store, id.into()).await?.id;
    let rows = read::contracts_of(&mut &state.desk.store, id, MOST).await?;
    Ok(Json(List::new(rows.into_iter().map(|row| Contract::new(row, shown)).collect(), None)))
}

/// The customers below a reseller.
#[utoipa::path(
    get, path = "/customers/{id}/customers", tag = "customers", params(("id" = Id, Path), Paging),
    responses((status = 200, description = "The customers below.", body = List<Customer>), (status = 404, description = "No such customer.")),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn list_customers(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<Id>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<Customer>>, Failure> {
    caller.require(Permission::ViewCases)?;
    let limit = page::limit(paging.limit)?;
    let after: Id = page::cursor(paging.cursor.as_deref())?.unwrap_or(Id(0));
    let id = read::customer(&mut &state.desk.store, id.into()).await?.id;
    let rows = read::customers_below(&mut &state.desk.store, id, CustomerId(after.0), limit + 1).await?;
    let shown = Shown::to(&caller);
    Ok(Json(List::cut(rows, limit, |row| row.id.to_string(), |row| Customer::new(row, shown))))
}

/// Running contracts of a customer that lack something for the day on which something happens.
#[utoipa::path(
    get, path = "/customers/{id}/readiness", tag = "customers", params(("id" = Id, Path)),
    responses((status = 200, description = "The contracts and what they lack.", body = List<Lacking>), (status = 404, description = "No such customer.")),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn list_lacking(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<Id>,
) -> Result<Json<List<Lacking>>, Failure> {
    caller.require(Permission::ViewCases)?;
    let shown = Shown::to(&caller);
    let id = read::customer(&mut &state.desk.store, id.into()).await?.id;
    let rows = readiness::missing_of_customer(&mut &state.desk.store, id, state.desk.clock.now(), MOST).await?;
    Ok(Json(List::new(rows.into_iter().map(|row| Lacking::new(row, shown)).collect(), None)))
}
