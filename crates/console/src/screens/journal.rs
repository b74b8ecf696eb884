//! The journal: everything that happened, page by page, the latest first.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use jiff::Timestamp;
use model::Permission;
use store::{people, screens};

use crate::screens::Entry;
use crate::screens::case::{actor, details, word};
use crate::screens::page::{Page, Visit, show};
use crate::{AppState, Failure};

/// The navigation's entry.
pub(super) const ENTRY: Entry = Entry {
    path: "/journal",
    title: "journal-title",
    permission: Permission::ViewJournal,
    key: Some("go-journal"),
    order: 6,
};

/// Entries of a page.
const ROWS: i64 = 100;

/// The routes of this screen.
pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/journal", get(journal))
}

struct Line {
    seq: i64,
    at: Timestamp,
    who: String,
    auto: bool,
    what: String,
    kind: String,
    case: Option<i64>,
    details: Vec<(String, String)>,
    hash: String,
}

#[derive(Template)]
#[template(path = "journal.html")]
struct JournalPage {
    page: Page,
    kind: String,
    lines: Vec<Line>,
    next: Option<i64>,
}

async fn journal(visit: Visit) -> Result<Response, Failure> {
    let visit = visit.allowed(Permission::ViewJournal)?;
    let page = visit.page(ENTRY.title);
    let kind = visit.field("kind");
    let before = visit.value::<i64>("before")?;
    let entries = screens::journal_before(&mut visit.store(), before, kind.as_deref(), ROWS + 1).await?;
    let users = people::users(&mut visit.store()).await?;
    let shown = usize::try_from(ROWS).unwrap_or(100);
    let next = entries.get(shown - 1).filter(|_| entries.len() > shown).map(|entry| entry.seq);
    let lines = entries
        .iter()
        .take(shown)
        .map(|entry| {
            let (who, auto) = actor(&page, &users, &entry.actor);
            Line {
                seq: entry.seq,
                at: Timestamp::from_microsecond(entry.at).unwrap_or_default(),
                who,
                auto,
                what: word(&page, "event", &entry.kind.replace('.', "-")),
                kind: entry.kind.clone(),
                case: entry.case_id,
                details: details(&page, &users, &entry.detail),
                hash: entry.hash.chars().take(12).collect(),
            }
        })
        .collect();
    show(&JournalPage { kind: kind.unwrap_or_default(), lines, next, page })
}
