//! One field that finds everything: case numbers, addresses, domains, mailboxes, customers, contracts.

use askama::Template;
use axum::Router;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use model::Permission;
use store::inventory::search::{self as inventory, Hit};
use store::{StoreError, cases, screens};

use crate::screens::page::{Page, Visit, show};
use crate::screens::view::{CaseLine, Names};
use crate::{AppState, Failure};

/// Rows of each kind.
const ROWS: usize = 30;

/// The routes of this screen.
pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/search", get(search))
}

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    page: Page,
    asked: String,
    lines: Vec<CaseLine>,
    customers: Vec<Hit>,
}

async fn search(visit: Visit) -> Result<Response, Failure> {
    let visit = visit.allowed(Permission::ViewCases)?;
    let page = visit.page("search-title");
    let asked = visit.field("q").unwrap_or_default();
    let store = visit.store();
    if asked.is_empty() {
        return show(&SearchPage { page, asked, lines: Vec::new(), customers: Vec::new() });
    }
    match cases::case_by_number(&mut &*store, &asked.to_uppercase()).await {
        Ok(case) => return Ok(Redirect::to(&format!("/cases/{}", case.id)).into_response()),
        Err(StoreError::NotFound { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let limit = i64::try_from(ROWS).unwrap_or(30);
    let subject = fanged(&asked);
    let mut found = screens::cases_with(&mut &*store, &subject, limit).await?;
    let filter = cases::Filter { view: cases::View::All, text: Some(subject.clone()), ..Default::default() };
    for case in cases::page(&mut &*store, &filter, None, limit, visit.now()).await?.cases {
        if !found.iter().any(|known| known.id == case.id) {
            found.push(case);
        }
    }
    // A customer found by a name or mailbox that may not be seen would tell that name.
    let customers = if page.personal() {
        inventory::customers(&mut &*store, &subject, visit.now(), ROWS).await?
    } else {
        Vec::new()
    };
    let names = Names::of(store, &found).await?;
    show(&SearchPage { lines: CaseLine::all(&page, &names, found), customers, asked, page })
}

/// What was asked for as the store writes it: defanging undone, of a URL the host.
fn fanged(asked: &str) -> String {
    let plain = asked.replace("[.]", ".").replace("[@]", "@").replacen("hxxp", "http", 1);
    match url::Url::parse(&plain) {
        Ok(url) if url.has_host() => url.host_str().unwrap_or(&plain).trim_matches(['[', ']']).to_owned(),
        _ => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::fanged;

    #[test]
    fn what_is_copied_from_a_page_is_found_again() {
        for (asked, meant) in [
            ("hxxps://shop[.]example[.]com/x", "shop.example.com"),
            ("203.0.113.7", "203.0.113.7"),
            ("http://[2001:db8::1]/", "2001:db8::1"),
            ("taro[@]example[.]jp", "taro@example.jp"),
            ("山田 太郎", "山田 太郎"),
        ] {
            assert_eq!(fanged(asked), meant);
        }
    }
}
