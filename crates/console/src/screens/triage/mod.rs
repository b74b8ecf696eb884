//! Triage: cases whose customer is not known and reports that could not be read, one decision each.

mod deeds;

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use model::{CaseId, CaseState, Permission, ReportId};
use store::cases::{self, Filter};
use store::screens::{self, ReportLine};

use crate::screens::Entry;
use crate::screens::case::{Brief, Evidence};
use crate::screens::page::{Page, Visit, show};
use crate::screens::view::{CaseLine, Names};
use crate::{AppState, Failure};

/// The navigation's entry.
pub(super) const ENTRY: Entry = Entry {
    path: "/triage",
    title: "triage-title",
    permission: Permission::ViewCases,
    key: Some("go-triage"),
    order: 1,
};

/// Rows of the list.
const ROWS: i64 = 100;

/// The routes of this screen.
pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/triage", get(triage)).merge(deeds::routes())
}

#[derive(Template)]
#[template(path = "triage.html")]
struct TriagePage {
    page: Page,
    lines: Vec<CaseLine>,
    brief: Option<Brief>,
    reports: Vec<ReportLine>,
    evidence: Option<Evidence>,
    of_reports: bool,
    cases: i64,
    set_aside: i64,
}

impl TriagePage {
    /// Whether a row is the one shown beside the list.
    fn is_shown(&self, line: &CaseLine) -> bool {
        self.brief.as_ref().is_some_and(|brief| brief.line.case.id == line.case.id)
    }

    fn is_report_shown(&self, line: &ReportLine) -> bool {
        self.evidence.as_ref().is_some_and(|evidence| evidence.line.report.id == line.report.id)
    }
}

async fn triage(visit: Visit) -> Result<Response, Failure> {
    let visit = visit.allowed(Permission::ViewCases)?;
    let page = visit.page(ENTRY.title);
    let (store, now) = (visit.store(), visit.now());
    let of_reports = visit.field("of").as_deref() == Some("reports");
    let counts = &visit.state.overview(now).await?.counts;
    let cases = counts.states.iter().find(|(state, _)| *state == CaseState::Triage).map_or(0, |(_, n)| *n);
    let set_aside = screens::count_reports_in(&mut &*store, "set-aside").await?;
    let mut shown = TriagePage {
        page,
        lines: Vec::new(),
        brief: None,
        reports: Vec::new(),
        evidence: None,
        of_reports,
        cases,
        set_aside,
    };
    if of_reports {
        shown.reports = screens::reports_in(&mut &*store, "set-aside", ROWS).await?;
        let wanted = visit.value::<ReportId>("sel")?;
        let known = wanted.filter(|id| shown.reports.iter().any(|line| line.report.id == *id));
        if let Some(id) = known.or_else(|| shown.reports.first().map(|line| line.report.id)) {
            shown.evidence = Some(Evidence::of_report(&visit, &shown.page, id).await?);
        }
    } else {
        let filter = Filter { state: Some(CaseState::Triage), ..Filter::default() };
        let found = cases::page(&mut &*store, &filter, None, ROWS, now).await?.cases;
        let wanted = visit.value::<CaseId>("sel")?;
        let known = wanted.filter(|id| found.iter().any(|case| case.id == *id));
        if let Some(id) = known.or_else(|| found.first().map(|case| case.id)) {
            shown.brief = Some(Brief::of(&visit, &shown.page, id).await?);
        }
        let names = Names::of(store, &found).await?;
        shown.lines = CaseLine::all(&shown.page, &names, found);
    }
    show(&shown)
}
