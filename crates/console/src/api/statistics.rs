//! `/statistics`: what the desk counts, as the console and `mimawari statistics` show it.

mod figures;

use axum::Json;
use axum::extract::State;
use desk::stats::{day_span, year_span};
use jiff::civil::Date;
use model::calendar::Calendar;
use model::{Lang, Permission};
use serde::Deserialize;
use store::stats::Span;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::Query;
use super::wire::Shown;
use crate::auth::Caller;
use crate::{AppState, Failure};
use figures::{CoverageReport, SourceReport, SpeedReport, WorkReport, YearReport};

/// The routes.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(get_year))
        .routes(routes!(get_speed))
        .routes(routes!(get_sources))
        .routes(routes!(get_coverage))
        .routes(routes!(get_work))
}

/// Which year.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OfYear {
    /// The year in Japan; this one unless given.
    year: Option<i16>,
}

/// Which span: a year, or whole days in Japan.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OfSpan {
    /// The year; this one unless something is given. Not together with `from` and `to`.
    year: Option<i16>,
    /// First day that is counted, `2026-04-01`; together with `to`.
    from: Option<Date>,
    /// Last day that is counted.
    to: Option<Date>,
}

impl OfSpan {
    fn span(&self, state: &AppState) -> Result<Span, Failure> {
        match (self.year, self.from, self.to) {
            (None, Some(from), Some(to)) => Ok(day_span(from, to)?),
            (year, None, None) => Ok(year_span(year.unwrap_or_else(|| this_year(state)))?),
            _ => Err(Failure::bad_request("give either `year`, or `from` and `to`")),
        }
    }
}

fn this_year(state: &AppState) -> i16 {
    state.desk.clock.now().to_zoned(Calendar::default().zone().clone()).year()
}

/// The yearly table: reports by row and month, and what the rows sum to.
#[utoipa::path(
    get, path = "/statistics/year", tag = "statistics", params(OfYear),
    responses(
        (status = 200, description = "The year.", body = YearReport),
        (status = 422, description = "Not a year that can be counted."),
    ),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn get_year(
    State(state): State<AppState>,
    caller: Caller,
    Query(of): Query<OfYear>,
) -> Result<Json<YearReport>, Failure> {
    caller.require(Permission::ViewCases)?;
    let year = of.year.unwrap_or_else(|| this_year(&state));
    let (report, trend) = tokio::try_join!(state.desk.year_report(year, Lang::En), state.desk.trend(year))?;
    Ok(Json(YearReport::new(report, trend)))
}

/// How fast the cases were worked on that were opened in a span.
#[utoipa::path(
    get, path = "/statistics/speed", tag = "statistics", params(OfSpan),
    responses(
        (status = 200, description = "The speed.", body = SpeedReport),
        (status = 422, description = "Not a span that can be counted."),
    ),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn get_speed(
    State(state): State<AppState>,
    caller: Caller,
    Query(of): Query<OfSpan>,
) -> Result<Json<SpeedReport>, Failure> {
    caller.require(Permission::ViewCases)?;
    let span = of.span(&state)?;
    Ok(Json(SpeedReport::new(span, state.desk.speed(span).await?)))
}

/// Whose reports help, and how many cases there may be in all. Addresses are masked for roles without `view-personal`.
#[utoipa::path(
    get, path = "/statistics/sources", tag = "statistics", params(OfSpan),
    responses(
        (status = 200, description = "The sources.", body = SourceReport),
        (status = 422, description = "Not a span that can be counted."),
    ),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn get_sources(
    State(state): State<AppState>,
    caller: Caller,
    Query(of): Query<OfSpan>,
) -> Result<Json<SourceReport>, Failure> {
    caller.require(Permission::ViewCases)?;
    let span = of.span(&state)?;
    Ok(Json(SourceReport::new(span, state.desk.source_table(span).await?, Shown::to(&caller))))
}

/// What the desk found itself, and what it was told.
#[utoipa::path(
    get, path = "/statistics/coverage", tag = "statistics", params(OfYear),
    responses(
        (status = 200, description = "The coverage.", body = CoverageReport),
        (status = 422, description = "Not a year that can be counted."),
    ),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn get_coverage(
    State(state): State<AppState>,
    caller: Caller,
    Query(of): Query<OfYear>,
) -> Result<Json<CoverageReport>, Failure> {
    caller.require(Permission::ViewCases)?;
    let year = of.year.unwrap_or_else(|| this_year(&state));
    Ok(Json(CoverageReport::new(year, state.desk.coverage(year).await?)))
}

/// Who had how much of the cases opened in a span, what a case costs, how they ended and who comes back.
#[utoipa::path(
    get, path = "/statistics/work", tag = "statistics", params(OfSpan),
    responses(
        (status = 200, description = "The work.", body = WorkReport),
        (status = 422, description = "Not a span that can be counted."),
    ),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn get_work(
    State(state): State<AppState>,
    caller: Caller,
    Query(of): Query<OfSpan>,
) -> Result<Json<WorkReport>, Failure> {
    caller.require(Permission::ViewCases)?;
    let span = of.span(&state)?;
    Ok(Json(WorkReport::new(span, state.desk.work_report(span).await?)))
}
