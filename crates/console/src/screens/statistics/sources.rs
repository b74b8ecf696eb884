//! The sources: whose reports help, who tells alone and who tells first, and how many cases there may be in all (A11).

use askama::Template;
use axum::response::Response;
use desk::stats::{Estimate, SourceTable, year_span};
use model::{Permission, ReporterId};
use store::stats::Source;
use text::Value;
use text::wording::{clean, group, number};

use super::{ENTRY, Head};
use crate::Failure;
use crate::charts::{self, Bar};
use crate::screens::page::{Page, Visit, show};

/// Sources in the chart.
const DRAWN: usize = 12;
/// Longest label in the chart, characters.
const LABEL: usize = 26;

/// How often one of the busiest sources told of the same as each of the others; a dash with itself.
struct Shared {
    name: String,
    with: Vec<String>,
}

#[derive(Template)]
#[template(path = "statistics-sources.html")]
struct SourcesPage {
    page: Page,
    head: Head,
    table: SourceTable,
    parts: Vec<String>,
    chart: String,
    shared: Vec<Shared>,
    estimate: Option<String>,
}

pub(super) async fn show_sources(visit: Visit) -> Result<Response, Failure> {
    let visit = visit.allowed(Permission::ViewCases)?;
    let page = visit.page(ENTRY.title);
    let head = Head::of(&visit, &page, "sources")?;
    let table = visit.state.desk.source_table(year_span(head.year)?).await?;
    let bars: Vec<Bar> = table.sources.iter().take(DRAWN).map(|source| bar(&page, source)).collect();
    show(&SourcesPage {
        chart: charts::bars(&page.t("statistics-sources"), &bars, 640),
        parts: ["source-only", "source-first", "source-later"].map(|key| page.t(key)).into(),
        shared: shared(&page, &table),
        estimate: table.estimate.as_ref().map(|estimate| sentence(&page, estimate)),
        table,
        head,
        page,
    })
}

/// The cases of a source: told by it alone, by it first, by others before it.
fn bar(page: &Page, source: &Source) -> Bar {
    let values = vec![source.only, source.first, source.shared() - source.first];
    Bar { label: clean(&page.mail(&source.address), LABEL), values }
}

fn shared(page: &Page, table: &SourceTable) -> Vec<Shared> {
    let mut busiest: Vec<ReporterId> = table.overlaps.iter().flat_map(|pair| [pair.a, pair.b]).collect();
    busiest.sort_unstable();
    busiest.dedup();
    let rows: Vec<&Source> = table.sources.iter().filter(|source| busiest.contains(&source.reporter)).collect();
    let both = |a: ReporterId, b: ReporterId| {
        let pair = table.overlaps.iter().find(|pair| (pair.a, pair.b) == (a.min(b), a.max(b)));
        if a == b { "–".to_owned() } else { page.number(pair.map_or(0, |pair| pair.cases)) }
    };
    let row = |row: &&Source| Shared {
        name: page.mail(&row.address),
        with: rows.iter().map(|other| both(row.reporter, other.reporter)).collect(),
    };
    rows.iter().map(row).collect()
}

fn sentence(page: &Page, estimate: &Estimate) -> String {
    let whole = |value: f64| group(&format!("{value:.0}"));
    let values: [(&str, Value<'_>); 4] = [
        ("known", number(i128::from(estimate.known)).into()),
        ("total", whole(estimate.total).into()),
        ("low", whole(estimate.low).into()),
        ("high", whole(estimate.high).into()),
    ];
    text::ta(page.lang, "statistics-estimate", &values)
}
