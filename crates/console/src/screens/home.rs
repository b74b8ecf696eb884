//! The desk's home: what presses me, what is new, who has how much, and whether reports still come in.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use jiff::{SignedDuration, Timestamp};
use model::Permission;
use store::cases::{self, Filter, View};
use store::jobs::Depth;
use store::mails::{self, MailState};
use store::screens::{self, DoorHealth};

use crate::charts;
use crate::screens::Entry;
use crate::screens::page::{Page, Visit, show};
use crate::screens::view::{CaseLine, Names};
use crate::{AppState, Failure};

/// The navigation's entry.
pub(super) const ENTRY: Entry =
    Entry { path: "/", title: "home-title", permission: Permission::ViewCases, key: Some("go-home"), order: 0 };

/// Rows of each short list.
const ROWS: i64 = 8;
/// Hours that the health of intake looks back.
const HOURS: i64 = 24;

/// The routes of this screen.
pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/", get(home))
}

/// What one person has.
struct LoadLine {
    name: Option<String>,
    href: String,
    open: i64,
    overdue: i64,
    closed: i64,
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    page: Page,
    mine: Vec<CaseLine>,
    unread: Vec<CaseLine>,
    triage: i64,
    overdue: i64,
    unassigned: i64,
    open: i64,
    load: Vec<LoadLine>,
    doors: Vec<DoorHealth>,
    spark: String,
    set_aside: i64,
    depth: Depth,
    uncertain: usize,
}

async fn home(visit: Visit) -> Result<Response, Failure> {
    let visit = visit.allowed(Permission::ViewCases)?;
    let page = visit.page(ENTRY.title);
    let (store, now) = (visit.store(), visit.now());
    let me = visit.caller.user;
    let mine = Filter { assignee: me, ..Filter::default() };
    let mine = if page.works() { mine } else { Filter::default() };
    let mine = cases::page(&mut &*store, &mine, None, ROWS, now).await?.cases;
    let unread = Filter { view: View::Unread, ..Filter::default() };
    let unread = cases::page(&mut &*store, &unread, None, ROWS, now).await?.cases;
    let all: Vec<_> = mine.iter().chain(&unread).cloned().collect();
    let names = Names::of(store, &all).await?;
    let overview = visit.state.overview(now).await?;
    let load = overview
        .load
        .iter()
        .map(|load| LoadLine {
            name: names.person(load.assignee).map(str::to_owned),
            href: load.assignee.map_or_else(|| "/cases?view=unassigned".into(), |id| format!("/cases?assignee={id}")),
            open: load.open,
            overdue: load.overdue,
            closed: load.closed,
        })
        .collect();
    let hours = hours(now);
    let first = hours.first().copied().unwrap_or(now);
    let counts = screens::reports_between(&mut &*store, &hours).await?;
    let triage = overview.counts.states.iter().find(|(state, _)| *state == model::CaseState::Triage);
    show(&HomePage {
        mine: CaseLine::all(&page, &names, mine),
        unread: CaseLine::all(&page, &names, unread),
        triage: triage.map_or(0, |(_, n)| *n),
        overdue: overview.counts.overdue,
        unassigned: overview.counts.unassigned,
        open: overview.counts.open,
        load,
        doors: screens::intake_health(&mut &*store, first).await?,
        spark: charts::sparkline(&page.t("intake-spark"), &counts, 240, 36),
        set_aside: screens::count_reports_in(&mut &*store, "set-aside").await?,
        depth: store.job_depth(now).await?,
        uncertain: mails::mails_in(&mut &*store, MailState::Uncertain, 100).await?.len(),
        page,
    })
}

/// The edges of the last hours, the last one being now.
fn hours(now: Timestamp) -> Vec<Timestamp> {
    (0..=HOURS).rev().filter_map(|back| now.checked_sub(SignedDuration::from_hours(back)).ok()).collect()
}
