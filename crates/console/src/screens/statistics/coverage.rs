//! The coverage: what the desk found itself against what it had to be told (A73).

use askama::Template;
use axum::response::Response;
use desk::stats::Coverage;
use model::Permission;

use super::{ENTRY, Head, series};
use crate::Failure;
use crate::charts::{self, Bar};
use crate::screens::page::{Page, Visit, show};

/// Where cases come from, by the name that they are kept under.
const ORIGINS: [&str; 3] = ["told", "found", "person"];

/// One origin over the year.
struct Origin {
    name: String,
    months: [i64; 12],
    total: i64,
}

#[derive(Template)]
#[template(path = "statistics-coverage.html")]
struct CoveragePage {
    page: Page,
    head: Head,
    coverage: Coverage,
    origins: Vec<Origin>,
    chart: String,
}

impl CoveragePage {
    fn names(&self) -> Vec<&str> {
        self.origins.iter().map(|origin| origin.name.as_str()).collect()
    }

    fn all(&self) -> i64 {
        self.origins.iter().map(|origin| origin.total).sum()
    }
}

pub(super) async fn show_coverage(visit: Visit) -> Result<Response, Failure> {
    let visit = visit.allowed(Permission::ViewCases)?;
    let page = visit.page(ENTRY.title);
    let head = Head::of(&visit, &page, "coverage")?;
    let coverage = visit.state.desk.coverage(head.year).await?;
    let counted = series(&coverage.months);
    let origins: Vec<Origin> = ORIGINS
        .into_iter()
        .map(|name| {
            let months = counted.iter().find(|(known, _)| known == name).map_or([0; 12], |(_, months)| *months);
            Origin { name: page.tn("origin", name), total: months.iter().sum(), months }
        })
        .collect();
    let bars: Vec<Bar> = (0..12)
        .map(|month| Bar {
            label: (month + 1).to_string(),
            values: origins.iter().map(|origin| origin.months[month]).collect(),
        })
        .collect();
    show(&CoveragePage {
        chart: charts::columns(&page.t("statistics-coverage"), &bars, 760, 220, 1),
        coverage,
        origins,
        head,
        page,
    })
}
