//! What is counted: every figure is one statement over raw rows, so that anybody can count again.

use jiff::Timestamp;
use model::{ContractId, Exit, ReporterId, UserId};
use serde::{Deserialize, Serialize};

use crate::{Arg, Query, StoreError, args};

/// A half-open span of time that is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First moment.
    pub from: Timestamp,
    /// First moment after.
    pub to: Timestamp,
}

/// One cell of a table by month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// Month, 1 to 12.
    pub month: u8,
    /// Group, category or origin, by its stable name.
    pub name: String,
    /// How many.
    pub count: i64,
}

/// One source of reports in a span (A11).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// The reporter.
    pub reporter: ReporterId,
    /// Its address.
    pub address: String,
    /// Its name.
    pub name: Option<String>,
    /// What kind: `person`, `robot`, `authority`.
    pub kind: String,
    /// How far it is believed, 0 to 1.
    pub trust: f64,
    /// Cases that it told of.
    pub cases: i64,
    /// Of these, told by nobody else.
    pub only: i64,
    /// Of those told by others too, where it was the first.
    pub first: i64,
    /// Observations of it.
    pub observations: i64,
    /// Different cases that any source told of in the span; the same in every row.
    pub all_cases: i64,
}

impl Source {
    /// Cases that others told of too.
    pub const fn shared(&self) -> i64 {
        self.cases - self.only
    }
}

/// Cases that two sources both told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overlap {
    /// One source.
    pub a: ReporterId,
    /// Another, with a higher number.
    pub b: ReporterId,
    /// Cases of both.
    pub cases: i64,
}

/// Cases that were opened on one day and had a step taken on another; days are counted from 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayPair {
    /// Day of opening.
    pub opened: i64,
    /// Day of the step.
    pub done: i64,
    /// How many.
    pub count: i64,
}

/// Time from opening to a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spread {
    /// How many cases have it.
    pub count: i64,
    /// Half of them took at most this, microseconds (nearest rank).
    pub median_us: i64,
    /// Nine of ten took at most this, microseconds (nearest rank).
    pub p90_us: i64,
}

/// The step whose speed is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The customer was first told or a measure first acted.
    FirstAction,
    /// The case ended with the abuse gone: fixed, stopped or cancelled.
    Fix,
}

impl Step {
    const fn column(self) -> &'static str {
        match self {
            Self::FirstAction => "first_action_at",
            Self::Fix => "closed_at",
        }
    }

    const fn condition(self) -> &'static str {
        match self {
            Self::FirstAction => "first_action_at IS NOT NULL",
            Self::Fix => "closed_at IS NOT NULL AND exit IN ('fixed', 'stopped', 'warned-then-stopped', 'cancelled')",
        }
    }
}

/// How cases ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// How.
    pub exit: Exit,
    /// How many.
    pub count: i64,
}

/// One person's work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonLoad {
    /// Who; absent: cases that nobody took.
    pub user: Option<UserId>,
    /// Cases.
    pub cases: i64,
    /// Of these, still open.
    pub open: i64,
    /// Time that people spent on them, milliseconds.
    pub work_ms: i64,
    /// Clicks and keys.
    pub clicks: i64,
}

/// A contract that comes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeater {
    /// The contract.
    pub contract: ContractId,
    /// Its key.
    pub key: String,
    /// Its cases in the span.
    pub cases: i64,
    /// Reports that came after its customer had been told.
    pub repeats: i64,
    /// When the last was opened.
    pub last: Timestamp,
}

/// Sites and URLs of one category (A10).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sites {
    /// Category.
    pub category: String,
    /// Different sites.
    pub sites: i64,
    /// Different URLs.
    pub urls: i64,
}

/// Numbers the months of `column` by the first moments of February to December in `$2` to `$12`.
fn month_of(column: &str) -> String {
    let arms: Vec<_> = (2..=12).map(|month| format!("WHEN {column} < ${month} THEN {}", month - 1)).collect();
    format!("CASE {} ELSE 12 END", arms.join(" "))
}

/// `bounds` are the first moments of the twelve months and of the year after.
async fn by_month(
    query: &mut impl Query,
    table: &str,
    column: &str,
    name: &str,
    only: &str,
    bounds: &[Timestamp; 13],
) -> Result<Vec<Cell>, StoreError> {
    let sql = format!(
        "SELECT {} AS month, {name} AS name, COUNT(*) AS n FROM {table} \
         WHERE {column} >= $1 AND {column} < $13 AND {only} GROUP BY 1, 2 ORDER BY 1, 2",
        month_of(column)
    );
    let rows = query.fetch(&sql, bounds.iter().map(|bound| Arg::from(*bound)).collect()).await?;
    rows.iter()
        .map(|row| {
            let month = u8::try_from(row.int("month")?).unwrap_or(12);
            Ok(Cell { month, name: row.text("name")?, count: row.int("n")? })
        })
        .collect()
}

/// Reports of a year by month and row of the yearly table (A03). Noise and replies are no reports; instruments are in
/// another table and no mail (A05).
pub async fn reports_by_group(query: &mut impl Query, bounds: &[Timestamp; 13]) -> Result<Vec<Cell>, StoreError> {
    let group = "COALESCE(group_name, 'unsorted')";
    by_month(query, "report", "received_at", group, "state NOT IN ('noise', 'reply')", bounds).await
}

/// Reports of a year by month and category (B15, B41).
pub async fn reports_by_category(query: &mut impl Query, bounds: &[Timestamp; 13]) -> Result<Vec<Cell>, StoreError> {
    let category = "COALESCE(category, 'unknown')";
    by_month(query, "report", "received_at", category, "state NOT IN ('noise', 'reply')", bounds).await
}

/// Cases of a year by month and category; merged ones count where they went.
pub async fn cases_by_category(query: &mut impl Query, bounds: &[Timestamp; 13]) -> Result<Vec<Cell>, StoreError> {
    by_month(query, "cases", "opened_at", "category", "merged_into IS NULL", bounds).await
}

/// Cases of a year by month and origin: told by others, found by us, entered by a person (A73).
pub async fn cases_by_origin(query: &mut impl Query, bounds: &[Timestamp; 13]) -> Result<Vec<Cell>, StoreError> {
    by_month(query, "cases", "opened_at", "origin", "merged_into IS NULL", bounds).await
}

const TOLD: &str = "WITH told AS (SELECT o.case_id, r.reporter_id, MIN(r.received_at) AS first_at, COUNT(*) AS seen \
    FROM report r JOIN observation o ON o.report_id = r.id WHERE r.received_at >= $1 AND r.received_at < $2 \
    AND r.reporter_id IS NOT NULL AND o.case_id IS NOT NULL GROUP BY o.case_id, r.reporter_id)";

/// The sources of a span by the number of cases they told of, and what only they told.
pub async fn sources(query: &mut impl Query, span: Span, limit: i64) -> Result<Vec<Source>, StoreError> {
    let sql = format!(
        "{TOLD}, ranked AS (SELECT case_id, reporter_id, seen, COUNT(*) OVER (PARTITION BY case_id) AS tellers, \
         ROW_NUMBER() OVER (PARTITION BY case_id ORDER BY first_at, reporter_id) AS place FROM told), \
         counted AS (SELECT reporter_id, COUNT(*) AS cases, SUM(CASE WHEN tellers = 1 THEN 1 ELSE 0 END) AS only_it, \
         SUM(CASE WHEN place = 1 AND tellers > 1 THEN 1 ELSE 0 END) AS first_it, SUM(seen) AS seen, \
         SUM(SUM(CASE WHEN place = 1 THEN 1 ELSE 0 END)) OVER () AS all_cases FROM ranked GROUP BY reporter_id) \
         SELECT c.reporter_id, p.address, p.name, p.kind, p.trust, c.cases, CAST(c.only_it AS BIGINT) AS only_it, \
         CAST(c.first_it AS BIGINT) AS first_it, CAST(c.seen AS BIGINT) AS seen, \
         CAST(c.all_cases AS BIGINT) AS all_cases FROM counted c JOIN reporter p ON p.id = c.reporter_id \
         ORDER BY c.cases DESC, c.reporter_id LIMIT $3"
    );
    let rows = query.fetch(&sql, args![span.from, span.to, limit.clamp(1, 1000)]).await?;
    rows.iter()
        .map(|row| {
            Ok(Source {
                reporter: ReporterId(row.int("reporter_id")?),
                address: row.text("address")?,
                name: row.opt_text("name")?,
                kind: row.text("kind")?,
                trust: row.real("trust")?,
                cases: row.int("cases")?,
                only: row.int("only_it")?,
                first: row.int("first_it")?,
                observations: row.int("seen")?,
                all_cases: row.int("all_cases")?,
            })
        })
        .collect()
}

/// How many cases each two of `reporters` (at most 20) both told of.
pub async fn overlaps(
    query: &mut impl Query,
    span: Span,
    reporters: &[ReporterId],
) -> Result<Vec<Overlap>, StoreError> {
    let chosen = reporters.get(..20).unwrap_or(reporters);
    if chosen.len() < 2 {
        return Ok(Vec::new());
    }
    let told = TOLD
        .replace("r.reporter_id IS NOT NULL", &format!("r.reporter_id IN ({})", crate::placeholders(3, chosen.len())));
    let sql = format!(
        "{told} SELECT x.reporter_id AS a, y.reporter_id AS b, COUNT(*) AS n FROM told x \
         JOIN told y ON y.case_id = x.case_id AND y.reporter_id > x.reporter_id GROUP BY 1, 2 ORDER BY 1, 2"
    );
    let mut values = args![span.from, span.to];
    values.extend(chosen.iter().map(|id| Arg::from(*id)));
    let rows = query.fetch(&sql, values).await?;
    rows.iter()
        .map(|row| Ok(Overlap { a: ReporterId(row.int("a")?), b: ReporterId(row.int("b")?), cases: row.int("n")? }))
        .collect()
}

/// Time from opening to `step` of the cases opened in `span`; nothing if none has it.
pub async fn spread(query: &mut impl Query, span: Span, step: Step) -> Result<Option<Spread>, StoreError> {
    // Nearest rank: the smallest value that at least this share does not exceed.
    let sql = format!(
        "SELECT n, took FROM (SELECT took, ROW_NUMBER() OVER (ORDER BY took) AS k, COUNT(*) OVER () AS n FROM \
         (SELECT CASE WHEN {0} > opened_at THEN {0} - opened_at ELSE 0 END AS took FROM cases \
         WHERE opened_at >= $1 AND opened_at < $2 AND merged_into IS NULL AND {1}) AS taken) AS ranked \
         WHERE k = (n + 1) / 2 OR k = (n * 9 + 9) / 10 ORDER BY k",
        step.column(),
        step.condition()
    );
    let rows = query.fetch(&sql, args![span.from, span.to]).await?;
    let (Some(median), Some(p90)) = (rows.first(), rows.last()) else { return Ok(None) };
    Ok(Some(Spread { count: median.int("n")?, median_us: median.int("took")?, p90_us: p90.int("took")? }))
}

/// Cases opened in `span` by the day of opening and the day of `step`, in a zone `offset_us` ahead of UTC.
pub async fn day_pairs(
    query: &mut impl Query,
    span: Span,
    step: Step,
    offset_us: i64,
) -> Result<Vec<DayPair>, StoreError> {
    let sql = format!(
        "SELECT (opened_at + $3) / 86400000000 AS opened, ({0} + $3) / 86400000000 AS done, COUNT(*) AS n FROM cases \
         WHERE opened_at >= $1 AND opened_at < $2 AND merged_into IS NULL AND {1} GROUP BY 1, 2 ORDER BY 1, 2",
        step.column(),
        step.condition()
    );
    let rows = query.fetch(&sql, args![span.from, span.to, offset_us]).await?;
    rows.iter()
        .map(|row| Ok(DayPair { opened: row.int("opened")?, done: row.int("done")?, count: row.int("n")? }))
        .collect()
}

/// How many cases were opened in `span`; merged ones count where they went.
pub async fn opened(query: &mut impl Query, span: Span) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) AS n FROM cases WHERE opened_at >= $1 AND opened_at < $2 AND merged_into IS NULL";
    query.fetch_one(sql, args![span.from, span.to]).await?.int("n")
}

/// How the cases ended that were opened in `span` (B18).
pub async fn endings(query: &mut impl Query, span: Span) -> Result<Vec<Ended>, StoreError> {
    let sql = "SELECT exit, COUNT(*) AS n FROM cases WHERE opened_at >= $1 AND opened_at < $2 AND merged_into IS NULL \
               AND state = 'closed' AND exit IS NOT NULL GROUP BY exit ORDER BY n DESC, exit";
    let rows = query.fetch(sql, args![span.from, span.to]).await?;
    rows.iter().map(|row| Ok(Ended { exit: row.parse("exit")?, count: row.int("n")? })).collect()
}

/// Who had how much of the cases opened in `span` (A04, B51).
pub async fn person_loads(query: &mut impl Query, span: Span) -> Result<Vec<PersonLoad>, StoreError> {
    let sql = "SELECT assignee, COUNT(*) AS n, CAST(SUM(CASE WHEN state <> 'closed' THEN 1 ELSE 0 END) AS BIGINT) AS still, \
               CAST(SUM(work_ms) AS BIGINT) AS work_ms, CAST(SUM(clicks) AS BIGINT) AS clicks FROM cases \
               WHERE opened_at >= $1 AND opened_at < $2 AND merged_into IS NULL GROUP BY assignee ORDER BY n DESC, assignee";
    let rows = query.fetch(sql, args![span.from, span.to]).await?;
    rows.iter()
        .map(|row| {
            Ok(PersonLoad {
                user: row.opt_int("assignee")?.map(UserId),
                cases: row.int("n")?,
                open: row.int("still")?,
                work_ms: row.int("work_ms")?,
                clicks: row.int("clicks")?,
            })
        })
        .collect()
}

/// Contracts with at least `least` cases opened in `span`, the most first. False alarms do not count.
pub async fn repeaters(
    query: &mut impl Query,
    span: Span,
    least: i64,
    limit: i64,
) -> Result<Vec<Repeater>, StoreError> {
    let sql = "SELECT x.contract_id, contract.key, x.n, x.repeats, x.last_at FROM (SELECT contract_id, COUNT(*) AS n, \
               CAST(SUM(repeats) AS BIGINT) AS repeats, MAX(opened_at) AS last_at FROM cases WHERE opened_at >= $1 \
               AND opened_at < $2 AND merged_into IS NULL AND contract_id IS NOT NULL \
               AND (exit IS NULL OR exit NOT IN ('rejected', 'not-ours', 'lacks-data', 'info-only')) \
               GROUP BY contract_id HAVING COUNT(*) >= $3) AS x JOIN contract ON contract.id = x.contract_id \
               ORDER BY x.n DESC, x.last_at DESC, x.contract_id LIMIT $4";
    let rows = query.fetch(sql, args![span.from, span.to, least, limit.clamp(1, 1000)]).await?;
    rows.iter()
        .map(|row| {
            Ok(Repeater {
                contract: ContractId(row.int("contract_id")?),
                key: row.text("key")?,
                cases: row.int("n")?,
                repeats: row.int("repeats")?,
                last: row.time("last_at")?,
            })
        })
        .collect()
}

/// Different sites and URLs in the reports of `span`, by category: several URLs on one site are one (A10).
pub async fn sites(query: &mut impl Query, span: Span) -> Result<Vec<Sites>, StoreError> {
    let sql = "SELECT o.category, COUNT(DISTINCT o.place) AS sites, COUNT(DISTINCT o.url) AS urls FROM report r \
               JOIN observation o ON o.report_id = r.id WHERE r.received_at >= $1 AND r.received_at < $2 \
               AND o.place LIKE 'site:%' GROUP BY o.category ORDER BY 2 DESC, 1";
    let rows = query.fetch(sql, args![span.from, span.to]).await?;
    rows.iter()
        .map(|row| Ok(Sites { category: row.text("category")?, sites: row.int("sites")?, urls: row.int("urls")? }))
        .collect()
}
