//! The sheet of keys as a page of its own, for whoever has no script or wants it printed.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

use crate::keys::{self, Key, Scope};
use crate::screens::page::{Page, Visit, show};
use crate::{AppState, Failure};

/// The routes of this screen.
pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/keys", get(sheet))
}

#[derive(Template)]
#[template(path = "keys.html")]
struct KeysPage {
    page: Page,
    sheet: Vec<(Scope, Vec<Key>)>,
}

async fn sheet(visit: Visit) -> Result<Response, Failure> {
    let all = |group: Scope| (group, keys::ALL.iter().copied().filter(|key| key.scope == group).collect());
    show(&KeysPage { page: visit.page("keys-title"), sheet: Scope::ALL.into_iter().map(all).collect() })
}
