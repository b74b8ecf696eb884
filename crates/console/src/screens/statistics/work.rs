//! The work: who has how much and what a case costs a person (A04, B51), how cases end (B18), who comes back (D43).

use std::borrow::Borrow;

use askama::Template;
use axum::response::Response;
use desk::stats::{PersonRow, WorkReport, year_span};
use model::Permission;

use super::{ENTRY, Head};
use crate::Failure;
use crate::charts::{self, Bar};
use crate::screens::page::{Page, Visit, show};

#[derive(Template)]
#[template(path = "statistics-work.html")]
struct WorkPage {
    page: Page,
    head: Head,
    work: WorkReport,
    parts: Vec<String>,
    people: String,
    endings: String,
}

impl WorkPage {
    fn rate(&self, rate: impl Borrow<f64>) -> String {
        self.page.tv("statistics-per-day", &format!("{:.1}", rate.borrow()))
    }

    fn who(&self, row: &PersonRow) -> String {
        name(&self.page, row)
    }
}

pub(super) async fn show_work(visit: Visit) -> Result<Response, Failure> {
    let visit = visit.allowed(Permission::ViewCases)?;
    let page = visit.page(ENTRY.title);
    let head = Head::of(&visit, &page, "work")?;
    let work = visit.state.desk.work_report(year_span(head.year)?).await?;
    let people: Vec<Bar> = work
        .people
        .iter()
        .map(|row| Bar { label: name(&page, row), values: vec![row.cases - row.open, row.open] })
        .collect();
    let endings: Vec<Bar> = work
        .outcomes
        .endings
        .iter()
        .map(|ended| Bar { label: page.tn("exit", ended.exit), values: vec![ended.count] })
        .collect();
    show(&WorkPage {
        parts: vec![page.t("case-state-closed"), page.t("view-open")],
        people: charts::bars(&page.t("statistics-load"), &people, 640),
        endings: charts::bars(&page.t("statistics-endings"), &endings, 640),
        work,
        head,
        page,
    })
}

/// Who: a person's name, or nobody's.
fn name(page: &Page, row: &PersonRow) -> String {
    match (&row.name, row.user) {
        (Some(name), _) => name.clone(),
        (None, Some(user)) => format!("#{user}"),
        (None, None) => page.t("nobody"),
    }
}
