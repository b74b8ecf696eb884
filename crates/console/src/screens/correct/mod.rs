//! A report whose reading a person corrects: what was found and what lacks, beside what he says; and all corrections.

mod archive;
mod deeds;

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use desk::corrections::{Accused, machine_of, person_of};
use jiff::Timestamp;
use model::{Category, Permission, ReportId};
use store::corrections::{self, CorrectionRow};
use store::{observations, people, reports};

use crate::screens::case::{Evidence, actor};
use crate::screens::page::{Page, Visit, show};
use crate::{AppState, Failure};

pub(crate) use archive::pack;

/// Title of the page on which a report is corrected; its keys work there.
pub(super) const TITLE: &str = "correct-title";
/// Values that are offered for change; the others stay as they are.
const ROWS: usize = 20;
/// Empty lines for what was not found.
const BLANK: usize = 3;
/// Corrections that are listed.
const LISTED: i64 = 200;

/// The routes of this screen.
pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/corrections", get(list))
        .route("/corrections/archive", get(archive::download))
        .route("/reports/{id}/correct", get(form))
        .merge(deeds::routes())
}

/// The correction of a report that is in force.
#[derive(Debug)]
pub(crate) struct Current {
    /// Its number.
    pub(crate) id: i64,
    /// When.
    pub(crate) at: Timestamp,
    /// Who.
    pub(crate) who: String,
    /// Whether it is kept as an example.
    pub(crate) fixture: bool,
}

impl Current {
    /// Of a report, if it was corrected.
    pub(crate) async fn of(visit: &Visit, page: &Page, report: ReportId) -> Result<Option<Self>, Failure> {
        let Some(row) = corrections::in_force(&mut visit.store(), report).await? else { return Ok(None) };
        let users = people::users(&mut visit.store()).await?;
        let (who, _) = actor(page, &users, &row.actor);
        Ok(Some(Self { id: row.id, at: row.at, who, fixture: row.fixture }))
    }
}

#[derive(Template)]
#[template(path = "correct.html")]
struct FormPage {
    page: Page,
    report: ReportId,
    state: String,
    rows: Vec<Accused>,
    evidence: Evidence,
}

impl FormPage {
    /// A field of a line as the form shows it.
    #[expect(clippy::unused_self, clippy::ref_option, reason = "templates call methods of the page with their fields")]
    fn or_empty<'a>(&self, field: &'a Option<String>) -> &'a str {
        field.as_deref().unwrap_or_default()
    }

    /// Whether a line has this category; an empty one has that of the first.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]
    fn is_category(&self, row: &Accused, category: &Category) -> bool {
        let first = self.rows.first().and_then(|row| row.category.as_deref());
        row.category.as_deref().or(first).unwrap_or("unknown") == category.name()
    }
}

async fn form(visit: Visit, Path(id): Path<ReportId>) -> Result<Response, Failure> {
    let visit = visit.allowed(Permission::WorkCases)?.allowed(Permission::ViewPersonal)?;
    let page = visit.page(TITLE);
    let row = reports::report(&mut visit.store(), id).await?;
    let seen = observations::of_report(&mut visit.store(), id).await?;
    let mut rows: Vec<Accused> = seen.iter().take(ROWS).map(|row| Accused::shown(row.id, &row.seen)).collect();
    rows.resize_with(rows.len() + BLANK, Accused::default);
    let evidence = Evidence::of_report(&visit, &page, id).await?;
    show(&FormPage { page, report: id, state: row.state, rows, evidence })
}

/// A correction as the list shows it.
struct Line {
    row: CorrectionRow,
    who: String,
    subject: String,
    machine: usize,
    person: usize,
    report: bool,
}

#[derive(Template)]
#[template(path = "corrections.html")]
struct ListPage {
    page: Page,
    lines: Vec<Line>,
    fixtures: usize,
}

async fn list(visit: Visit) -> Result<Response, Failure> {
    let visit = visit.allowed(Permission::WorkCases)?.allowed(Permission::ViewPersonal)?;
    let page = visit.page("corrections-title");
    let users = people::users(&mut visit.store()).await?;
    let mut lines = Vec::new();
    for row in corrections::corrections(&mut visit.store(), false, 0, LISTED).await? {
        let report = reports::report(&mut visit.store(), row.report).await?;
        let person = person_of(&row)?;
        lines.push(Line {
            who: actor(&page, &users, &row.actor).0,
            subject: page.clean(report.subject.as_deref().unwrap_or_default()),
            machine: machine_of(&row)?.observations.len(),
            person: person.observations.len(),
            report: person.report,
            row,
        });
    }
    lines.reverse();
    let fixtures = lines.iter().filter(|line| line.row.fixture).count();
    show(&ListPage { page, lines, fixtures })
}
