//! The queue: cases in the order in which they press, narrowed by views and chips that stand in the address.

mod bulk;
mod wish;

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use model::{CaseId, CaseState, Category, Lane, Permission, Severity};
use store::cases::{self, View};
use store::people::{self, User};

use crate::screens::Entry;
use crate::screens::case::Brief;
use crate::screens::page::{Page, Visit, show};
use crate::screens::view::{CaseLine, Names};
use crate::{AppState, Failure};

use wish::{Chip, Tab, Wish};

/// The navigation's entry.
pub(super) const ENTRY: Entry =
    Entry { path: "/cases", title: "queue-title", permission: Permission::ViewCases, key: Some("go-queue"), order: 2 };

/// The routes of this screen.
pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/cases", get(queue))
        .route("/cases/bulk", post(bulk::act))
        .route("/cases/{id}/preview", get(preview))
        .route("/cases/{id}/next", get(next))
}

#[derive(Template)]
#[template(path = "queue.html")]
struct QueuePage {
    page: Page,
    tabs: Vec<Tab>,
    chips: Vec<Chip>,
    clear: String,
    wish: Wish,
    lines: Vec<CaseLine>,
    next: Option<String>,
    first: Option<String>,
    users: Vec<User>,
    preview: Option<Brief>,
}

async fn queue(visit: Visit) -> Result<Response, Failure> {
    let visit = visit.allowed(Permission::ViewCases)?;
    let page = visit.page(ENTRY.title);
    let wish = Wish::of(&visit)?;
    let (store, now) = (visit.store(), visit.now());
    let found = cases::page(&mut &*store, &wish.filter, wish.after, wish.size, now).await?;
    let names = Names::of(store, &found.cases).await?;
    let users = people::users(&mut &*store).await?;
    let overview = visit.state.overview(now).await?;
    let preview = match visit.value::<CaseId>("sel")? {
        Some(id) => Some(Brief::of(&visit, &page, id).await?),
        None => None,
    };
    let chips = wish.chips(&visit, &page, &users).await?;
    show(&QueuePage {
        tabs: wish.tabs(&page, &overview, visit.caller.user),
        chips,
        clear: wish.cleared(),
        next: found.next.map(|next| wish.address_after(next)),
        first: wish.after.map(|_| wish.address()),
        lines: CaseLine::all(&page, &names, found.cases),
        users: users.into_iter().filter(|user| !user.disabled && user.role.may(Permission::WorkCases)).collect(),
        preview,
        wish,
        page,
    })
}

#[derive(Template)]
#[template(path = "preview.html")]
struct PreviewPart {
    page: Page,
    preview: Option<Brief>,
}

/// The pane beside the list; without script the case itself is opened.
async fn preview(visit: Visit, Path(id): Path<CaseId>) -> Result<Response, Failure> {
    let visit = visit.allowed(Permission::ViewCases)?;
    if !visit.partial() {
        return Ok(Redirect::to(&format!("/cases/{id}")).into_response());
    }
    let page = visit.page(ENTRY.title);
    let preview = Some(Brief::of(&visit, &page, id).await?);
    show(&PreviewPart { page, preview })
}

/// The case that stands behind this one in the queue of open cases.
async fn next(visit: Visit, Path(id): Path<CaseId>) -> Result<Response, Failure> {
    let visit = visit.allowed(Permission::ViewCases)?;
    let case = cases::case(&mut visit.store(), id).await?;
    let filter = cases::Filter { view: View::Open, ..Default::default() };
    let found = cases::page(&mut visit.store(), &filter, Some(case.cursor()), 1, visit.now()).await?;
    let path = found.cases.first().map_or_else(|| "/cases".to_owned(), |case| format!("/cases/{}", case.id));
    Ok(Redirect::to(&path).into_response())
}
