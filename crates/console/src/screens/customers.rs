//! A customer: contracts, what they hold, cases, resellers above and customers below.

use std::collections::HashMap;

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use model::{Contract, Customer, CustomerId, Holding, Permission, Plan, PlanId, ReadinessItem};
use store::cases::{self, Filter, View};
use store::inventory::read;
use store::inventory::readiness::{self, Ready};

use crate::screens::page::{Page, Visit, show};
use crate::screens::view::{CaseLine, Names};
use crate::{AppState, Failure};

/// Contracts, cases and customers below that are listed.
const ROWS: i64 = 50;
/// Holdings of a contract that are listed.
const HOLDINGS: i64 = 10;

/// The routes of this screen.
pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/customers/{id}", get(customer))
}

/// A contract with what it holds.
struct ContractLine {
    contract: Contract,
    plan: Plan,
    holdings: Vec<Holding>,
    ready: Vec<Ready>,
    /// What a running contract lacks (D54).
    missing: Vec<ReadinessItem>,
}

#[derive(Template)]
#[template(path = "customers.html")]
struct CustomerPage {
    page: Page,
    customer: Customer,
    above: Vec<Customer>,
    below: Vec<Customer>,
    contracts: Vec<ContractLine>,
    lines: Vec<CaseLine>,
}

async fn customer(visit: Visit, Path(id): Path<CustomerId>) -> Result<Response, Failure> {
    let visit = visit.allowed(Permission::ViewCases)?;
    let page = visit.page("customer-title");
    let store = visit.store();
    let mut above = read::reseller_chain(&mut &*store, id).await?;
    let customer = above.remove(0);
    let filter = Filter { view: View::All, customer: Some(id), snoozed: true, ..Filter::default() };
    let found = cases::page(&mut &*store, &filter, None, ROWS, visit.now()).await?.cases;
    let names = Names::of(store, &found).await?;
    show(&CustomerPage {
        contracts: contracts(&visit, id).await?,
        below: read::customers_below(&mut &*store, id, CustomerId(0), ROWS).await?,
        lines: CaseLine::all(&page, &names, found),
        customer,
        above,
        page,
    })
}

async fn contracts(visit: &Visit, id: CustomerId) -> Result<Vec<ContractLine>, Failure> {
    let store = visit.store();
    let plans: HashMap<PlanId, Plan> =
        read::plans(&mut &*store).await?.into_iter().map(|plan| (plan.id, plan)).collect();
    let mut lines = Vec::new();
    for contract in read::contracts_of(&mut &*store, id, ROWS).await? {
        let Some(plan) = plans.get(&contract.plan).cloned() else { continue };
        let holdings = read::holdings_of(&mut &*store, contract.id, HOLDINGS).await?;
        let ready = readiness::readiness_of(&mut &*store, contract.id).await?;
        let runs = contract.to.is_none_or(|to| to > visit.now());
        let missing =
            if runs { readiness::missing_of(&mut &*store, contract.id, visit.now()).await? } else { Vec::new() };
        lines.push(ContractLine { contract, plan, holdings, ready, missing });
    }
    Ok(lines)
}
