//! The shapes in which `/statistics` answers.

use desk::stats;
use jiff::Timestamp;
use serde::Serialize;
use store::stats::{Cell, Span};
use utoipa::ToSchema;

use crate::api::wire::{self, Id, Shown};

/// What is counted, in one month.
#[derive(Debug, Serialize, ToSchema)]
struct MonthCount {
    /// 1 to 12.
    month: u8,
    /// Of what, by its stable name.
    name: String,
    /// How many.
    count: i64,
}

fn counts(cells: Vec<Cell>) -> Vec<MonthCount> {
    cells.into_iter().map(|Cell { month, name, count }| MonthCount { month, name, count }).collect()
}

/// One row of the yearly table.
#[derive(Debug, Serialize, ToSchema)]
struct Group {
    /// `spam-phishing`, `incident`, `rights`, `other-unlawful` or `unsorted`.
    name: &'static str,
    /// Reports.
    reports: i64,
    /// Reports by month, January first.
    months: Vec<i64>,
}

/// The yearly table (reports without noise and replies) and its trend.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct YearReport {
    /// Which.
    year: i16,
    /// The four rows, then what is in none of them.
    groups: Vec<Group>,
    /// What the four rows sum to.
    sorted: i64,
    /// Reports in none of them.
    unsorted: i64,
    /// All reports.
    total: i64,
    /// What the rows sum to, as a sentence in English.
    statement: String,
    /// Reports by month and category.
    reports_by_category: Vec<MonthCount>,
    /// Cases by month of opening and category.
    cases_by_category: Vec<MonthCount>,
}

impl YearReport {
    pub(super) fn new(report: stats::YearReport, trend: stats::Trend) -> Self {
        let group = |(index, group): (usize, model::DeskGroup)| {
            let months: Vec<i64> = report.months.iter().map(|row| row.groups[index]).collect();
            Group { name: group.name(), reports: months.iter().sum(), months }
        };
        Self {
            groups: model::DeskGroup::ALL.into_iter().enumerate().map(group).collect(),
            year: report.year,
            sorted: report.sorted,
            unsorted: report.unsorted,
            total: report.total,
            statement: report.statement,
            reports_by_category: counts(trend.reports),
            cases_by_category: counts(trend.cases),
        }
    }
}

/// Cases that kept a target.
#[derive(Debug, Serialize, ToSchema)]
struct Within {
    /// Days.
    days: u32,
    /// Cases within so many business days, by date; the day of opening does not count.
    business: i64,
    /// Cases within so many calendar days, by date.
    calendar: i64,
}

/// The speed of one step.
#[derive(Debug, Serialize, ToSchema)]
struct Step {
    /// Cases that came to it.
    cases: i64,
    /// Half of them took at most this, seconds.
    median_s: Option<i64>,
    /// Nine of ten took at most this, seconds.
    p90_s: Option<i64>,
    /// Half of them took at most so many business days.
    median_business_days: Option<u32>,
    /// Nine of ten took at most so many business days.
    p90_business_days: Option<u32>,
    /// Against one, three and five days.
    within: Vec<Within>,
}

impl From<stats::Speed> for Step {
    fn from(speed: stats::Speed) -> Self {
        let within =
            |within: stats::Within| Within { days: within.days, business: within.business, calendar: within.calendar };
        Self {
            cases: speed.elapsed.map_or(0, |spread| spread.count),
            median_s: speed.elapsed.map(|spread| spread.median_us / 1_000_000),
            p90_s: speed.elapsed.map(|spread| spread.p90_us / 1_000_000),
            median_business_days: speed.median_business_days,
            p90_business_days: speed.p90_business_days,
            within: speed.within.into_iter().map(within).collect(),
        }
    }
}

/// How fast the desk was.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SpeedReport {
    /// First moment that is counted.
    from_at: Timestamp,
    /// First moment after.
    to_at: Timestamp,
    /// Cases opened.
    opened: i64,
    /// To the first notice or measure.
    first_action: Step,
    /// To the end of the abuse.
    fix: Step,
}

impl SpeedReport {
    pub(super) fn new(span: Span, report: stats::SpeedReport) -> Self {
        Self {
            from_at: span.from,
            to_at: span.to,
            opened: report.opened,
            first_action: report.first_action.into(),
            fix: report.fix.into(),
        }
    }
}

/// A source of reports.
#[derive(Debug, Serialize, ToSchema)]
struct Source {
    /// Reporter.
    reporter: Id,
    /// Address.
    address: Option<String>,
    /// `person`, `robot` or `authority`.
    kind: String,
    /// How far it is believed, 0 to 1.
    trust: f64,
    /// Cases that it told of.
    cases: i64,
    /// Of these, told by nobody else.
    only: i64,
    /// Of these, told by others too.
    shared: i64,
    /// Of the shared, where it was the first.
    first: i64,
    /// Observations of it.
    observations: i64,
}

/// Cases that two sources both told of.
#[derive(Debug, Serialize, ToSchema)]
struct Overlap {
    /// One reporter.
    a: Id,
    /// Another.
    b: Id,
    /// Cases of both.
    cases: i64,
}

/// How many cases there may be in all: the busiest source against all others, by Chapman's estimator.
///
/// It assumes that sources find independently and that each case could be told by each: sources that copy from each other
/// make it too low, sources with different fields too high.
#[derive(Debug, Serialize, ToSchema)]
struct Estimate {
    /// Cases that are known.
    known: u64,
    /// Estimated number in all.
    total: f64,
    /// Lower end of the 95 % interval.
    low: f64,
    /// Upper end of the 95 % interval.
    high: f64,
}

/// Sites and URLs of one category; several URLs on one site are one site.
#[derive(Debug, Serialize, ToSchema)]
struct SiteCount {
    /// Category.
    category: String,
    /// Different sites.
    sites: i64,
    /// Different URLs.
    urls: i64,
}

/// Whose reports help.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SourceReport {
    /// First moment that is counted, by the receipt of the reports.
    from_at: Timestamp,
    /// First moment after.
    to_at: Timestamp,
    /// Different cases that any source told of.
    all_cases: i64,
    /// The sources, the busiest first, at most 200.
    sources: Vec<Source>,
    /// How often two of the eight busiest told of the same.
    overlaps: Vec<Overlap>,
    /// Null where no two sources told of the same case.
    estimate: Option<Estimate>,
    /// By category.
    sites: Vec<SiteCount>,
}

impl SourceReport {
    pub(super) fn new(span: Span, table: stats::SourceTable, shown: Shown) -> Self {
        let source = |source: store::stats::Source| Source {
            reporter: source.reporter.into(),
            kind: source.kind.clone(),
            trust: source.trust,
            cases: source.cases,
            only: source.only,
            shared: source.shared(),
            first: source.first,
            observations: source.observations,
            address: shown.mail(Some(source.address)),
        };
        let overlap = |both: store::stats::Overlap| Overlap { a: both.a.into(), b: both.b.into(), cases: both.cases };
        let sites = |row: store::stats::Sites| SiteCount { category: row.category, sites: row.sites, urls: row.urls };
        let estimate = |is: stats::Estimate| Estimate { known: is.known, total: is.total, low: is.low, high: is.high };
        Self {
            from_at: span.from,
            to_at: span.to,
            all_cases: table.all_cases,
            sources: table.sources.into_iter().map(source).collect(),
            overlaps: table.overlaps.into_iter().map(overlap).collect(),
            estimate: table.estimate.map(estimate),
            sites: table.sites.into_iter().map(sites).collect(),
        }
    }
}

/// Found and told.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CoverageReport {
    /// Which year.
    year: i16,
    /// Cases that others told of.
    told: i64,
    /// Cases that our own sensors found.
    found: i64,
    /// Cases that people of the desk entered.
    entered: i64,
    /// Share of all cases that our own sensors found, 0 to 1; null while there is no case.
    found_share: Option<f64>,
    /// By month of opening; the names are `told`, `found` and `person`.
    months: Vec<MonthCount>,
}

impl CoverageReport {
    pub(super) fn new(year: i16, coverage: stats::Coverage) -> Self {
        let stats::Coverage { months, told, found, entered, found_share } = coverage;
        Self { year, told, found, entered, found_share, months: counts(months) }
    }
}

/// One person's work.
#[derive(Debug, Serialize, ToSchema)]
struct Person {
    /// Who; null: cases that nobody took.
    user: Option<Id>,
    /// The name as shown.
    name: Option<String>,
    /// Cases.
    cases: i64,
    /// Of these, still open.
    open: i64,
    /// Minutes a case.
    minutes_per_case: f64,
    /// Clicks and keys a case.
    clicks_per_case: f64,
}

/// One way in which cases ended.
#[derive(Debug, Serialize, ToSchema)]
struct Ended {
    /// How.
    exit: wire::Exit,
    /// How many.
    cases: i64,
}

/// A contract that comes back.
#[derive(Debug, Serialize, ToSchema)]
struct Repeater {
    /// Contract.
    contract: Id,
    /// The provider's own key.
    contract_key: String,
    /// Cases.
    cases: i64,
    /// Reports that came after its customer had been told.
    repeats: i64,
    /// When the last was opened.
    last_at: Timestamp,
}

/// The work of a span.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WorkReport {
    /// First moment that is counted.
    from_at: Timestamp,
    /// First moment after.
    to_at: Timestamp,
    /// Cases opened.
    opened: i64,
    /// Business days of the span that have begun.
    business_days: u32,
    /// Cases opened a business day; null while none has begun.
    cases_per_business_day: Option<f64>,
    /// By person, the one with most cases first.
    people: Vec<Person>,
    /// Cases closed.
    closed: i64,
    /// Of these, handled: the abuse ended or a competent body has it.
    handled: i64,
    /// By ending.
    endings: Vec<Ended>,
    /// Contracts with two cases or more, at most 100.
    repeaters: Vec<Repeater>,
}

impl WorkReport {
    pub(super) fn new(span: Span, work: stats::WorkReport) -> Self {
        let person = |row: stats::PersonRow| Person {
            user: row.user.map(Into::into),
            name: row.name,
            cases: row.cases,
            open: row.open,
            minutes_per_case: row.minutes_per_case,
            clicks_per_case: row.clicks_per_case,
        };
        let repeater = |row: store::stats::Repeater| Repeater {
            contract: row.contract.into(),
            contract_key: row.key,
            cases: row.cases,
            repeats: row.repeats,
            last_at: row.last,
        };
        let ending = |ended: stats::Ended| Ended { exit: ended.exit.into(), cases: ended.count };
        Self {
            from_at: span.from,
            to_at: span.to,
            opened: work.opened,
            business_days: work.business_days,
            cases_per_business_day: work.cases_per_business_day,
            people: work.people.into_iter().map(person).collect(),
            closed: work.outcomes.closed,
            handled: work.outcomes.handled,
            endings: work.outcomes.endings.into_iter().map(ending).collect(),
            repeaters: work.repeaters.into_iter().map(repeater).collect(),
        }
    }
}
