//! The registers: papers and calls with their deadlines (A05), what customers do not keep ready (A42, D54), looks into data
//! (D39), reports to other operators (D46). None of them counts as a report to us.

mod deeds;

use std::collections::HashMap;

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};
use model::{CaseId, ContractId, CustomerId, Permission};
use store::inventory::readiness::{self, Lacking};
use store::registers::{self, AccessRow, InstrumentKind, InstrumentRow, InstrumentState, OutboundRow};
use store::{people, screens};

use crate::screens::Entry;
use crate::screens::case::actor;
use crate::screens::page::{Page, Visit, show};
use crate::screens::view;
use crate::{AppState, Failure};

/// The navigation's entry.
pub(super) const ENTRY: Entry = Entry {
    path: "/registers",
    title: "registers-title",
    permission: Permission::ViewCases,
    key: Some("go-registers"),
    order: 4,
};

/// Rows of each list.
const ROWS: i64 = 100;

/// The routes of this screen.
pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/registers", get(instruments).post(deeds::enter))
        .route("/registers/{id}/link", post(deeds::link))
        .route("/registers/{id}/answer", post(deeds::answer))
        .route("/registers/readiness", get(lacking))
        .route("/registers/outbound", get(outbound))
        .route("/registers/looks", get(looks))
}

/// A row with the number of its case and the person who acted.
struct Line<R> {
    row: R,
    number: Option<String>,
    who: String,
}

/// Rows with what people read instead of numbers.
async fn lines<R>(
    visit: &Visit,
    page: &Page,
    rows: Vec<R>,
    about: impl Fn(&R) -> (Option<CaseId>, &str) + Send,
) -> Result<Vec<Line<R>>, Failure> {
    let cases: Vec<CaseId> = rows.iter().filter_map(|row| about(row).0).collect();
    let numbers = view::numbers(visit.store(), cases.into_iter()).await?;
    let users = people::users(&mut visit.store()).await?;
    let line = |row: R| {
        let (case, who) = about(&row);
        let (number, who) = (case.and_then(|case| numbers.get(&case).cloned()), actor(page, &users, who).0);
        Line { row, number, who }
    };
    Ok(rows.into_iter().map(line).collect())
}

#[derive(Template)]
#[template(path = "registers.html")]
struct InstrumentsPage {
    page: Page,
    open: Vec<Line<InstrumentRow>>,
    done: Vec<Line<InstrumentRow>>,
}

async fn instruments(visit: Visit) -> Result<Response, Failure> {
    let visit = visit.allowed(Permission::ViewCases)?;
    let page = visit.page(ENTRY.title);
    let rows = registers::instruments(&mut visit.store(), None, ROWS).await?;
    let (open, done) = rows.into_iter().partition(|row| row.state == InstrumentState::Open);
    let (open, done) = (lines(&visit, &page, open, about).await?, lines(&visit, &page, done, about).await?);
    show(&InstrumentsPage { page, open, done })
}

/// The case of an instrument, and who had it in hand last.
fn about(row: &InstrumentRow) -> (Option<CaseId>, &str) {
    (row.case, row.answered_by.as_deref().unwrap_or(&row.entered_by))
}

#[derive(Template)]
#[template(path = "registers-readiness.html")]
struct ReadinessPage {
    page: Page,
    sites: Vec<Lacking>,
    customers: HashMap<CustomerId, (String, String)>,
    next: Option<ContractId>,
}

impl ReadinessPage {
    /// Key and name of a customer, as this page may show them.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates give fields by reference")]
    fn customer(&self, id: &CustomerId) -> (String, String) {
        self.customers.get(id).map(|(key, name)| (key.clone(), self.page.name(name))).unwrap_or_default()
    }
}

/// Running sites and hosts without a person in charge or without an end date.
async fn lacking(visit: Visit) -> Result<Response, Failure> {
    let visit = visit.allowed(Permission::ViewCases)?;
    let page = visit.page(ENTRY.title);
    let after = visit.value::<ContractId>("after")?.unwrap_or(ContractId(0));
    let store = &mut visit.store();
    let mut sites = readiness::sites_without_owner_or_end(store, visit.now(), after, ROWS + 1).await?;
    let shown = usize::try_from(ROWS).unwrap_or(100);
    let more = sites.len() > shown;
    sites.truncate(shown);
    let next = sites.last().filter(|_| more).map(|site| site.contract.id);
    let ids: Vec<CustomerId> = sites.iter().map(|site| site.contract.customer).collect();
    show(&ReadinessPage { customers: screens::customer_names(store, &ids).await?, sites, next, page })
}

#[derive(Template)]
#[template(path = "registers-outbound.html")]
struct OutboundPage {
    page: Page,
    lines: Vec<Line<OutboundRow>>,
}

async fn outbound(visit: Visit) -> Result<Response, Failure> {
    let visit = visit.allowed(Permission::ViewCases)?;
    let page = visit.page(ENTRY.title);
    let rows = registers::outbounds(&mut visit.store(), ROWS).await?;
    let lines = lines(&visit, &page, rows, |row| (row.case, &row.actor)).await?;
    show(&OutboundPage { page, lines })
}

#[derive(Template)]
#[template(path = "registers-looks.html")]
struct LooksPage {
    page: Page,
    lines: Vec<Line<AccessRow>>,
}

async fn looks(visit: Visit) -> Result<Response, Failure> {
    let visit = visit.allowed(Permission::ViewCases)?;
    let page = visit.page(ENTRY.title);
    let rows = registers::accesses(&mut visit.store(), None, ROWS).await?;
    let lines = lines(&visit, &page, rows, |row| (row.case, &row.actor)).await?;
    show(&LooksPage { page, lines })
}
