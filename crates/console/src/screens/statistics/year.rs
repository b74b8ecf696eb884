//! The year: the provider's yearly table with what its parts sum to (A03), and what rises and falls month by month (B15).

use askama::Template;
use axum::response::Response;
use desk::stats::{Trend, YearReport};
use model::Permission;

use super::{ENTRY, Head, series};
use crate::Failure;
use crate::charts::{self, Bar};
use crate::screens::page::{Page, Visit, show};

/// A kind of abuse over the year.
struct Kind {
    name: String,
    spark: String,
    months: [i64; 12],
    reports: i64,
    cases: i64,
}

#[derive(Template)]
#[template(path = "statistics-year.html")]
struct YearPage {
    page: Page,
    head: Head,
    report: YearReport,
    /// The rows of the table and what could not be sorted: name and number by month.
    rows: Vec<(String, Vec<i64>)>,
    chart: String,
    kinds: Vec<Kind>,
}

impl YearPage {
    fn names(&self) -> Vec<&str> {
        self.rows.iter().map(|(name, _)| name.as_str()).collect()
    }

    fn sum(&self, months: &[i64]) -> String {
        self.page.number(months.iter().sum::<i64>())
    }
}

pub(super) async fn show_year(visit: Visit) -> Result<Response, Failure> {
    let visit = visit.allowed(Permission::ViewCases)?;
    let page = visit.page(ENTRY.title);
    let head = Head::of(&visit, &page, "year")?;
    let desk = &visit.state.desk;
    let (report, trend) = tokio::try_join!(desk.year_report(head.year, page.lang), desk.trend(head.year))?;
    let bars: Vec<Bar> =
        report.months.iter().map(|row| Bar { label: row.month.to_string(), values: row.groups.to_vec() }).collect();
    let of = |index: usize| report.months.iter().map(|row| row.groups[index]).collect();
    let mut rows: Vec<(String, Vec<i64>)> =
        report.groups.iter().enumerate().map(|(index, row)| (row.name.clone(), of(index))).collect();
    rows.push((page.t("group-unsorted"), of(rows.len())));
    show(&YearPage {
        chart: charts::columns(&page.t("statistics-months"), &bars, 760, 220, 1),
        kinds: kinds(&page, &trend),
        head,
        report,
        rows,
        page,
    })
}

/// The kinds of the year, the most reported first.
fn kinds(page: &Page, trend: &Trend) -> Vec<Kind> {
    let (reports, cases) = (series(&trend.reports), series(&trend.cases));
    let sum = |of: &[(String, [i64; 12])], name: &str| {
        of.iter().find(|(known, _)| known == name).map_or(0, |(_, months)| months.iter().sum())
    };
    let only_cases = cases.iter().filter(|(name, _)| sum(&reports, name) == 0).map(|(name, _)| (name, [0; 12]));
    let mut kinds: Vec<Kind> = reports
        .iter()
        .map(|(name, months)| (name, *months))
        .chain(only_cases)
        .map(|(name, months)| {
            let word = page.tn("category", name);
            Kind {
                spark: charts::sparkline(&page.tv("statistics-spark", &word), &months, 96, 20),
                reports: months.iter().sum(),
                cases: sum(&cases, name),
                name: word,
                months,
            }
        })
        .collect();
    kinds.sort_by_key(|kind| std::cmp::Reverse((kind.reports, kind.cases)));
    kinds
}
