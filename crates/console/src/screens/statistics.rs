//! The year in numbers: what was reported, month by month, how fast the desk was, and whose reports helped.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use jiff::civil::date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use model::{DeskGroup, Permission};
use store::reporters::{self, ReporterRow};
use store::screens::{self, MonthCount, Pace};

use crate::charts::{self, Bar};
use crate::screens::Entry;
use crate::screens::page::{Page, Visit, show};
use crate::{AppState, Failure};

/// The navigation's entry.
pub(super) const ENTRY: Entry = Entry {
    path: "/statistics",
    title: "statistics-title",
    permission: Permission::ViewCases,
    key: Some("go-statistics"),
    order: 5,
};

/// Reporters that are listed.
const REPORTERS: i64 = 20;

/// The routes of this screen.
pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/statistics", get(statistics))
}

/// A row of the yearly table with its twelve months.
struct Row {
    name: String,
    months: Vec<i64>,
    total: i64,
}

#[derive(Template)]
#[template(path = "statistics.html")]
struct StatisticsPage {
    page: Page,
    year: i16,
    rows: Vec<Row>,
    all: i64,
    months: String,
    kinds: String,
    pace: Vec<Pace>,
    reporters: Vec<ReporterRow>,
}

impl StatisticsPage {
    fn length(&self, micros: Option<&i64>) -> String {
        micros.copied().map_or_else(
            || "–".to_owned(),
            |micros| text::wording::duration(self.page.lang, SignedDuration::from_micros(micros.max(0))),
        )
    }
}

async fn statistics(visit: Visit) -> Result<Response, Failure> {
    let visit = visit.allowed(Permission::ViewCases)?;
    let page = visit.page(ENTRY.title);
    let year = visit.value::<i16>("year")?.unwrap_or_else(|| page.now.to_zoned(page.zone.clone()).year());
    let edges = months(year, &page.zone)?;
    let (Some(from), Some(to)) = (edges.first().copied(), edges.last().copied()) else {
        return Err(Failure::bad_request(format!("there is no year {year}")));
    };
    let counts = screens::reports_by_group(&mut visit.store(), &edges).await?;
    let rows: Vec<Row> = DeskGroup::ALL.into_iter().map(|group| row(&page, group, &counts)).collect();
    let bars: Vec<Bar> = (0..12)
        .map(|month| Bar {
            label: format!("{}", month + 1),
            values: rows.iter().map(|row| row.months.get(month).copied().unwrap_or(0)).collect(),
        })
        .collect();
    let speeds = screens::pace(&mut visit.store(), from, to).await?;
    let kinds: Vec<Bar> = speeds.iter().map(|kind| kind_bar(&page, kind)).collect();
    show(&StatisticsPage {
        year,
        kinds: charts::bars(&page.t("statistics-kinds"), &kinds, 560),
        all: rows.iter().map(|row| row.total).sum(),
        months: charts::columns(&page.t("statistics-months"), &bars, 760, 220, 1),
        rows,
        pace: speeds,
        reporters: reporters::reporters(&mut visit.store(), REPORTERS, 0).await?,
        page,
    })
}

/// The cases of one kind: closed ones, then those still open.
fn kind_bar(page: &Page, kind: &Pace) -> Bar {
    Bar { label: page.tn("category", &kind.category), values: vec![kind.closed, kind.cases - kind.closed] }
}

/// The first moments of the twelve months of `year` and of the year after.
fn months(year: i16, zone: &TimeZone) -> Result<Vec<Timestamp>, Failure> {
    if !(2000..=2100).contains(&year) {
        return Err(Failure::bad_request(format!("`year={year}` in the address is no year of this desk")));
    }
    let starts = (1..=12).map(|month| date(year, month, 1)).chain([date(year + 1, 1, 1)]);
    Ok(starts.filter_map(|day| day.to_zoned(zone.clone()).ok()).map(|start| start.timestamp()).collect())
}

fn row(page: &Page, group: DeskGroup, counts: &[MonthCount]) -> Row {
    let of = |month: usize| {
        let here = |count: &&MonthCount| count.month == month && count.group.as_deref() == Some(group.name());
        counts.iter().filter(here).map(|count| count.reports).sum()
    };
    let months: Vec<i64> = (0..12).map(of).collect();
    Row { name: page.tn("group", group.name()), total: months.iter().sum(), months }
}
