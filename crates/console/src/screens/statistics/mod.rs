//! What the desk counts, one question a page: the year, the speed, the sources, the coverage and the work.
//!
//! The figures come from `desk::stats`, as those of the API and the command line do; each page names both calls.

mod coverage;
mod sources;
mod speed;
mod work;
mod year;

use axum::Router;
use axum::routing::get;
use model::Permission;

use crate::screens::Entry;
use crate::screens::page::{Page, Visit};
use crate::{AppState, Failure};

/// The navigation's entry.
pub(super) const ENTRY: Entry = Entry {
    path: "/statistics",
    title: "statistics-title",
    permission: Permission::ViewCases,
    key: Some("go-statistics"),
    order: 5,
};

/// The reports by the name that address, API and command share.
const REPORTS: [&str; 5] = ["year", "speed", "sources", "coverage", "work"];

/// The routes of this screen.
pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/statistics", get(year::show_year))
        .route("/statistics/speed", get(speed::show_speed))
        .route("/statistics/sources", get(sources::show_sources))
        .route("/statistics/coverage", get(coverage::show_coverage))
        .route("/statistics/work", get(work::show_work))
}

/// A report that can be looked at, for the year that is looked at.
struct Tab {
    name: String,
    href: String,
    current: bool,
}

/// What every report has above and below it.
struct Head {
    year: i16,
    /// Which report, by its name.
    report: &'static str,
    tabs: Vec<Tab>,
}

impl Head {
    /// The head of `report` for the year in the address, or this one.
    fn of(visit: &Visit, page: &Page, report: &'static str) -> Result<Self, Failure> {
        let year = visit.value::<i16>("year")?.unwrap_or_else(|| page.now.to_zoned(page.zone.clone()).year());
        let tab = |name: &'static str| Tab {
            name: page.tn("statistics-tab", name),
            href: format!("{}?year={year}", path(name)),
            current: name == report,
        };
        Ok(Self { year, report, tabs: REPORTS.map(tab).into() })
    }

    /// The page of this report.
    fn path(&self) -> String {
        path(self.report)
    }
}

fn path(report: &str) -> String {
    if report == "year" { ENTRY.path.to_owned() } else { format!("{}/{report}", ENTRY.path) }
}

/// Cells of a table by month as one series of twelve for each name, in the order in which the names come.
fn series(cells: &[store::stats::Cell]) -> Vec<(String, [i64; 12])> {
    let mut found: Vec<(String, [i64; 12])> = Vec::new();
    for cell in cells {
        let at = found.iter().position(|(name, _)| *name == cell.name).unwrap_or_else(|| {
            found.push((cell.name.clone(), [0; 12]));
            found.len() - 1
        });
        if let Some(count) = usize::from(cell.month).checked_sub(1).and_then(|month| found[at].1.get_mut(month)) {
            *count += cell.count;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use store::stats::Cell;

    use super::*;

    #[test]
    fn cells_become_a_series_for_each_name() {
        let cell = |month, name: &str, count| Cell { month, name: name.to_owned(), count };
        let found = series(&[cell(1, "told", 3), cell(12, "told", 4), cell(2, "found", 1), cell(13, "found", 9)]);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].1[0], found[0].1[11], found[1].1[1]), (3, 4, 1));
        assert_eq!(found[1].1.iter().sum::<i64>(), 1, "a month that is none counts nowhere");
    }
}
