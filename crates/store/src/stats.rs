//! What is counted: every figure is one statement over raw rows, so that anybody can count again.
//!
//! The one roll-up is `telling` (see [`crate::observations`]). Each statement finds what it counts in one index.

use jiff::Timestamp;
use model::{CaseState, Category, ContractId, DeskGroup, Exit, ReporterId, UserId};
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
    /// Different cases that any source told of; the same in every row.
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
    /// The column that holds how long it took.
    const fn column(self) -> &'static str {
        match self {
            Self::FirstAction => "first_action_us",
            Self::Fix => "fix_us",
        }
    }
}

/// Cases of one person that stand alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Load {
    /// Who; absent: cases that nobody took.
    pub user: Option<UserId>,
    /// The name as shown.
    pub name: Option<String>,
    /// Whether they are closed.
    pub closed: bool,
    /// How they ended.
    pub exit: Option<Exit>,
    /// How many.
    pub cases: i64,
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

/// What is counted by month: rows of `table` by their moment `time` and by `column`, those alone of which `only` is true.
struct Counted {
    table: &'static str,
    time: &'static str,
    column: &'static str,
    only: &'static str,
    /// The name under which is counted what has none of the names asked for.
    rest: Option<&'static str>,
}

/// Counts by month and name; `bounds` are the first moments of the twelve months and of the year after.
///
/// Each cell is a count of its own over one range of an index, which is many times faster than to group the rows.
async fn by_month(
    query: &mut impl Query,
    of: &Counted,
    names: &[&'static str],
    bounds: &[Timestamp; 13],
) -> Result<Vec<Cell>, StoreError> {
    let months: Vec<_> = (1..=12).map(|month| format!("({month}, ${month}, ${})", month + 1)).collect();
    let choices: Vec<_> = (0..names.len()).map(|index| format!("(${})", index + 14)).collect();
    let Counted { table, time, column, only, rest } = of;
    let counted = format!("FROM {table} WHERE {time} >= month.low AND {time} < month.high AND {only}");
    let sql = format!(
        "WITH month (number, low, high) AS (VALUES {}), choice (name) AS (VALUES {}) \
         SELECT month.number AS month, choice.name AS name, (SELECT COUNT(*) {counted} AND {column} = choice.name) AS n \
         FROM month CROSS JOIN choice \
         UNION ALL SELECT month.number, NULL, (SELECT COUNT(*) {counted}) FROM month",
        months.join(", "),
        choices.join(", ")
    );
    let mut values: Vec<Arg> = bounds.iter().map(|bound| Arg::from(*bound)).collect();
    values.extend(names.iter().map(|name| Arg::from(*name)));
    let (mut cells, mut left) = (Vec::new(), [0_i64; 12]);
    for row in query.fetch(&sql, values).await? {
        let (month, count) = (u8::try_from(row.int("month")?).unwrap_or(12).clamp(1, 12), row.int("n")?);
        let left = &mut left[usize::from(month) - 1];
        if let Some(name) = row.opt_text("name")? {
            *left -= count;
            cells.push(Cell { month, name, count });
        } else {
            *left += count;
        }
    }
    let rests = rest.iter().flat_map(|name| left.iter().zip(1..).map(|(count, month)| (*name, *count, month)));
    cells.extend(rests.map(|(name, count, month)| Cell { month, name: name.to_owned(), count }));
    cells.retain(|cell| cell.count > 0);
    cells.sort_by(|a, b| (a.month, &a.name).cmp(&(b.month, &b.name)));
    Ok(cells)
}

/// Reports of a year by month and row of the yearly table (A03). Noise and replies are no reports; instruments are in
/// another table and no mail (A05).
pub async fn reports_by_group(query: &mut impl Query, bounds: &[Timestamp; 13]) -> Result<Vec<Cell>, StoreError> {
    let names: Vec<_> =
        DeskGroup::ALL.iter().filter(|group| **group != DeskGroup::Unsorted).map(|group| group.name()).collect();
    let of = Counted { column: "group_name", rest: Some(DeskGroup::Unsorted.name()), ..REPORTS };
    by_month(query, &of, &names, bounds).await
}

/// Reports of a year by month and category (B15, B41).
pub async fn reports_by_category(query: &mut impl Query, bounds: &[Timestamp; 13]) -> Result<Vec<Cell>, StoreError> {
    let names: Vec<_> = categories().filter(|name| *name != Category::Unknown.name()).collect();
    by_month(query, &Counted { rest: Some(Category::Unknown.name()), ..REPORTS }, &names, bounds).await
}

/// Cases of a year by month and category; merged ones count where they went.
pub async fn cases_by_category(query: &mut impl Query, bounds: &[Timestamp; 13]) -> Result<Vec<Cell>, StoreError> {
    by_month(query, &CASES, &categories().collect::<Vec<_>>(), bounds).await
}

/// Cases of a year by month and origin: told by others, found by us, entered by a person (A73).
pub async fn cases_by_origin(query: &mut impl Query, bounds: &[Timestamp; 13]) -> Result<Vec<Cell>, StoreError> {
    by_month(query, &Counted { column: "origin", ..CASES }, &["told", "found", "person"], bounds).await
}

const REPORTS: Counted = Counted {
    table: "report",
    time: "received_at",
    column: "category",
    only: "state NOT IN ('noise', 'reply')",
    rest: None,
};
const CASES: Counted =
    Counted { table: "cases", time: "opened_at", column: "category", only: "merged_into IS NULL", rest: None };

fn categories() -> impl Iterator<Item = &'static str> {
    Category::ALL.iter().map(|category| category.name())
}

/// The sources by the number of cases opened in `span` that they told of, and what only they told.
pub async fn sources(query: &mut impl Query, span: Span, limit: i64) -> Result<Vec<Source>, StoreError> {
    let sql = "WITH counted AS (SELECT p.id, COUNT(*) AS cases, SUM(CASE WHEN t.place = 0 THEN 1 ELSE 0 END) AS only_it, \
               SUM(CASE WHEN t.place = 1 THEN 1 ELSE 0 END) AS first_it, SUM(t.seen) AS seen \
               FROM reporter p CROSS JOIN telling t \
               WHERE t.reporter_id = p.id AND t.opened_at >= $1 AND t.opened_at < $2 GROUP BY p.id) \
               SELECT c.id, p.address, p.name, p.kind, p.trust, c.cases, CAST(c.only_it AS BIGINT) AS only_it, \
               CAST(c.first_it AS BIGINT) AS first_it, CAST(c.seen AS BIGINT) AS seen, \
               CAST(SUM(c.only_it + c.first_it) OVER () AS BIGINT) AS all_cases \
               FROM counted c JOIN reporter p ON p.id = c.id ORDER BY c.cases DESC, c.id LIMIT $3";
    let rows = query.fetch(sql, args![span.from, span.to, limit.clamp(1, 1000)]).await?;
    rows.iter()
        .map(|row| {
            Ok(Source {
                reporter: ReporterId(row.int("id")?),
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

/// How many cases opened in `span` each two of `reporters` (at most 20) both told of.
pub async fn overlaps(
    query: &mut impl Query,
    span: Span,
    reporters: &[ReporterId],
) -> Result<Vec<Overlap>, StoreError> {
    let chosen = reporters.get(..20).unwrap_or(reporters);
    if chosen.len() < 2 {
        return Ok(Vec::new());
    }
    let these = crate::placeholders(3, chosen.len());
    let sql = format!(
        "SELECT x.reporter_id AS a, y.reporter_id AS b, COUNT(*) AS n FROM telling x \
         CROSS JOIN telling y WHERE y.case_id = x.case_id AND y.reporter_id > x.reporter_id \
         AND x.reporter_id IN ({these}) AND y.reporter_id IN ({these}) \
         AND x.opened_at >= $1 AND x.opened_at < $2 AND x.place > 0 GROUP BY 1, 2 ORDER BY 1, 2"
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
    let took = step.column();
    // Nearest rank: the smallest value that at least this share does not exceed. The unary plus keeps the moment of opening
    // out of the choice of the index, so that the one is walked that is ordered by what is asked for.
    let these =
        format!("FROM cases WHERE +opened_at >= $1 AND +opened_at < $2 AND merged_into IS NULL AND {took} IS NOT NULL");
    let sql = format!(
        "WITH counted AS (SELECT COUNT(*) AS n {}) SELECT n, \
         (SELECT {took} {these} ORDER BY {took} LIMIT 1 OFFSET (SELECT (n - 1) / 2 FROM counted)) AS median, \
         (SELECT {took} {these} ORDER BY {took} LIMIT 1 OFFSET (SELECT (n * 9 - 1) / 10 FROM counted)) AS p90 FROM counted",
        these.replace('+', "")
    );
    let row = query.fetch_one(&sql, args![span.from, span.to]).await?;
    let (count, median, p90) = (row.int("n")?, row.opt_int("median")?, row.opt_int("p90")?);
    Ok(median.zip(p90).map(|(median_us, p90_us)| Spread { count, median_us, p90_us }))
}

/// Cases opened in `span` by the day of opening and the day of `step`, in a zone `offset_us` ahead of UTC.
pub async fn day_pairs(
    query: &mut impl Query,
    span: Span,
    step: Step,
    offset_us: i64,
) -> Result<Vec<DayPair>, StoreError> {
    let took = step.column();
    let sql = format!(
        "SELECT (opened_at + $3) / 86400000000 AS opened, (opened_at + {took} + $3) / 86400000000 AS done, \
         COUNT(*) AS n FROM cases WHERE opened_at >= $1 AND opened_at < $2 AND merged_into IS NULL \
         AND {took} IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2"
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

/// Who had how much of the cases opened in `span`, and how they ended (A04, B18, B51).
pub async fn loads(query: &mut impl Query, span: Span) -> Result<Vec<Load>, StoreError> {
    // Grouped in the order of an index; the unary plus keeps SQLite from going by the moment of opening and sorting.
    let sql = "SELECT x.assignee, users.display, x.state, x.exit, x.n, x.work_ms, x.clicks FROM (SELECT assignee, state, exit, \
               COUNT(*) AS n, CAST(SUM(work_ms) AS BIGINT) AS work_ms, CAST(SUM(clicks) AS BIGINT) AS clicks FROM cases \
               WHERE +opened_at >= $1 AND +opened_at < $2 AND merged_into IS NULL GROUP BY assignee, state, exit) AS x \
               LEFT JOIN users ON users.id = x.assignee ORDER BY x.assignee, x.state, x.exit";
    let rows = query.fetch(sql, args![span.from, span.to]).await?;
    rows.iter()
        .map(|row| {
            let closed = row.parse::<CaseState>("state")? == CaseState::Closed;
            Ok(Load {
                user: row.opt_int("assignee")?.map(UserId),
                name: row.opt_text("display")?,
                closed,
                exit: row.opt_parse("exit")?.filter(|_| closed),
                cases: row.int("n")?,
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
               CAST(SUM(repeats) AS BIGINT) AS repeats, MAX(opened_at) AS last_at FROM cases WHERE +opened_at >= $1 \
               AND +opened_at < $2 AND merged_into IS NULL AND contract_id IS NOT NULL \
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
    // A URL is on one site, so the different ones of a category are the sum of those of its sites.
    let sql = "SELECT category, COUNT(*) AS sites, CAST(SUM(urls) AS BIGINT) AS urls FROM (SELECT category, place, \
               COUNT(DISTINCT url_key) AS urls FROM observation WHERE received_at >= $1 AND received_at < $2 \
               AND place LIKE 'site:%' GROUP BY category, place) AS site GROUP BY category ORDER BY 2 DESC, 1";
    let rows = query.fetch(sql, args![span.from, span.to]).await?;
    rows.iter()
        .map(|row| Ok(Sites { category: row.text("category")?, sites: row.int("sites")?, urls: row.int("urls")? }))
        .collect()
}
