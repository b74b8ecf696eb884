//! The queue: one page of it, how many stand in each view, who has how much, and what is similar.

use jiff::Timestamp;
use model::{CaseState, Category, ContractId, CustomerId, Lane, Severity, UserId};
use serde::{Deserialize, Serialize};

use super::{COLUMNS, CaseRow, case_row, words};
use crate::{Arg, Query, StoreError, args};

/// Most rows of one page.
pub const MAX_PAGE: i64 = 200;

/// A ready-made view of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum View {
    /// Everything that is not closed.
    #[default]
    Open,
    /// Everything.
    All,
    /// Not closed and past its deadline.
    Overdue,
    /// Not closed and nobody's.
    Unassigned,
    /// Not closed and something arrived that nobody has looked at.
    Unread,
}

/// Which cases a page shows; what is absent does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Filter {
    /// Ready-made view.
    pub view: View,
    /// Only this state; with [`CaseState::Closed`] the view is taken as [`View::All`].
    pub state: Option<CaseState>,
    /// Only of this person.
    pub assignee: Option<UserId>,
    /// Only this lane.
    pub lane: Option<Lane>,
    /// Only this severity.
    pub severity: Option<Severity>,
    /// Only this category.
    pub category: Option<Category>,
    /// Only of this customer.
    pub customer: Option<CustomerId>,
    /// Only of this contract.
    pub contract: Option<ContractId>,
    /// Beginning of the case number, of the place or of a part of it (`example.com`, `shop`, `2.33`), or the whole key of a
    /// customer or contract.
    pub text: Option<String>,
    /// Also cases that are snoozed at the moment.
    pub snoozed: bool,
}

/// Where the next page begins: after this case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    queue_at: i64,
    rank: i64,
    id: i64,
}

impl CaseRow {
    /// Where this case stands in the queue, to ask for what stands behind it.
    pub fn cursor(&self) -> Cursor {
        let micros = |at: Option<Timestamp>| at.map(Timestamp::as_microsecond);
        // As the generated columns of the table say it.
        let queue_at = match self.state {
            CaseState::Closed => super::CLOSED - micros(self.closed_at).unwrap_or(0),
            _ => micros(self.deadline_at).unwrap_or(4_000_000_000_000_000_000),
        };
        let rank = match self.severity {
            Severity::Critical => 0,
            Severity::High => 1,
            Severity::Medium => 2,
            Severity::Low => 3,
            Severity::Info => 4,
        };
        Cursor { queue_at, rank, id: self.id.0 }
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.queue_at, self.rank, self.id)
    }
}

impl std::str::FromStr for Cursor {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.split('.').map(str::parse::<i64>);
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(Ok(queue_at)), Some(Ok(rank)), Some(Ok(id)), None) => Ok(Self { queue_at, rank, id }),
            _ => Err(format!("`{text}` is not a place in the queue; take the one that the page before gave")),
        }
    }
}

/// One page of the queue.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The cases, in the order of the queue: earliest deadline first, then the gravest.
    pub cases: Vec<CaseRow>,
    /// Where the next page begins; absent on the last one.
    pub next: Option<Cursor>,
}

/// Cases that share a word from which on it is quicker to walk along the queue.
const COMMON: i64 = 1000;

/// What is looked for, and whether many cases have it.
struct Text<'a> {
    text: &'a str,
    common: bool,
}

async fn text_of<'a>(query: &mut impl Query, filter: &'a Filter) -> Result<Option<Text<'a>>, StoreError> {
    let Some(text) = filter.text.as_deref().map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    let (from, to) = words::range(text);
    let sql =
        "SELECT COUNT(*) AS n FROM (SELECT case_id FROM case_word WHERE word >= $1 AND word < $2 LIMIT $3) AS found";
    let count = query.fetch_one(sql, args![from, to, COMMON]).await?.int("n")?;
    Ok(Some(Text { text, common: count >= COMMON }))
}

struct Where {
    terms: Vec<String>,
    values: Vec<Arg>,
}

impl Where {
    fn term(&mut self, text: &str, value: impl Into<Arg>) {
        self.values.push(value.into());
        self.terms.push(text.replace('?', &format!("${}", self.values.len())));
    }

    fn maybe(&mut self, text: &str, value: Option<impl Into<Arg>>) {
        if let Some(value) = value {
            self.term(text, value);
        }
    }

    fn of(filter: &Filter, now: Timestamp, text: Option<Text<'_>>) -> Self {
        let mut all = Self { terms: Vec::new(), values: Vec::new() };
        if filter.view != View::All && filter.state != Some(CaseState::Closed) {
            // The second says no more than the first, but ends a walk along an index where the closed ones begin.
            all.terms.push(format!("state <> 'closed' AND queue_at <= {}", super::NO_DEADLINE));
        }
        match filter.view {
            View::Open | View::All => {}
            View::Overdue => all.term("queue_at < ?", now),
            View::Unassigned => all.terms.push("assignee IS NULL".to_owned()),
            View::Unread => all.terms.push("unread = 1".to_owned()),
        }
        if !filter.snoozed && filter.view != View::All {
            all.term("(snoozed_until IS NULL OR snoozed_until <= ?)", now);
        }
        all.maybe("state = ?", filter.state);
        all.maybe("assignee = ?", filter.assignee);
        all.maybe("lane = ?", filter.lane);
        all.maybe("severity = ?", filter.severity);
        all.maybe("category = ?", filter.category);
        all.maybe("customer_id = ?", filter.customer);
        all.maybe("contract_id = ?", filter.contract);
        if let Some(text) = text {
            all.text(&text);
        }
        all
    }

    /// Number, place or key, each by its own index; what many cases share is looked for along the queue instead.
    fn text(&mut self, text: &Text<'_>) {
        let (from, to) = words::range(text.text);
        self.values.extend(args![from, to, text.text]);
        let key = self.values.len();
        let words = format!("word >= ${} AND word < ${}", key - 2, key - 1);
        let contracts = format!("contract_id IN (SELECT id FROM contract WHERE key = ${key})");
        let customers = format!("customer_id IN (SELECT id FROM customer WHERE key = ${key})");
        self.terms.push(if text.common {
            format!(
                "(EXISTS (SELECT 1 FROM case_word WHERE case_id = cases.id AND {words}) OR {contracts} OR {customers})"
            )
        } else {
            format!(
                "id IN (SELECT case_id FROM case_word WHERE {words} UNION SELECT id FROM cases WHERE {contracts} \
                 UNION SELECT id FROM cases WHERE {customers})"
            )
        });
    }

    fn sql(&self) -> String {
        if self.terms.is_empty() { "1 = 1".to_owned() } else { self.terms.join(" AND ") }
    }
}

/// A page of at most `limit` (at most [`MAX_PAGE`]) cases after `after`.
pub async fn page(
    query: &mut impl Query,
    filter: &Filter,
    after: Option<Cursor>,
    limit: i64,
    now: Timestamp,
) -> Result<Page, StoreError> {
    let limit = limit.clamp(1, MAX_PAGE);
    let text = text_of(query, filter).await?;
    let mut all = Where::of(filter, now, text);
    if let Some(Cursor { queue_at, rank, id }) = after {
        let first = all.values.len() + 1;
        all.values.extend(args![queue_at, rank, id]);
        all.terms.push(format!("(queue_at, severity_rank, id) > (${first}, ${}, ${})", first + 1, first + 2));
    }
    all.values.push((limit + 1).into());
    let sql = format!(
        "SELECT {COLUMNS}, queue_at, severity_rank FROM cases WHERE {} ORDER BY queue_at, severity_rank, id LIMIT ${}",
        all.sql(),
        all.values.len()
    );
    let rows = query.fetch(&sql, all.values).await?;
    let shown = usize::try_from(limit).unwrap_or(rows.len()).min(rows.len());
    let next = match rows.get(shown.wrapping_sub(1)).filter(|_| rows.len() > shown) {
        Some(row) => {
            Some(Cursor { queue_at: row.int("queue_at")?, rank: row.int("severity_rank")?, id: row.int("id")? })
        }
        None => None,
    };
    Ok(Page { cases: rows.iter().take(shown).map(case_row).collect::<Result<_, _>>()?, next })
}

/// How many open cases stand in each view.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// By state (closed ones are not counted).
    pub states: Vec<(CaseState, i64)>,
    /// By severity.
    pub severities: Vec<(Severity, i64)>,
    /// All.
    pub open: i64,
    /// Past their deadline.
    pub overdue: i64,
    /// Nobody's.
    pub unassigned: i64,
    /// With something new.
    pub unread: i64,
}

/// How many open cases stand in each view at `now`.
pub async fn counts(query: &mut impl Query, now: Timestamp) -> Result<Counts, StoreError> {
    let sql = "SELECT state, severity, COUNT(*) AS n, CAST(SUM(CASE WHEN queue_at < $1 THEN 1 ELSE 0 END) AS BIGINT) AS overdue, \
               CAST(SUM(CASE WHEN assignee IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS unassigned, \
               CAST(SUM(unread) AS BIGINT) AS unread FROM cases WHERE state <> 'closed' GROUP BY state, severity";
    let mut counts = Counts::default();
    for row in query.fetch(sql, args![now]).await? {
        let number = row.int("n")?;
        add(&mut counts.states, row.parse("state")?, number);
        add(&mut counts.severities, row.parse("severity")?, number);
        counts.open += number;
        counts.overdue += row.int("overdue")?;
        counts.unassigned += row.int("unassigned")?;
        counts.unread += row.int("unread")?;
    }
    counts.states.sort();
    counts.severities.sort();
    Ok(counts)
}

fn add<K: PartialEq>(list: &mut Vec<(K, i64)>, key: K, number: i64) {
    match list.iter_mut().find(|(known, _)| *known == key) {
        Some((_, sum)) => *sum += number,
        None => list.push((key, number)),
    }
}

/// What one person has (A04).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Load {
    /// Who; absent for cases that are nobody's.
    pub assignee: Option<UserId>,
    /// Open cases.
    pub open: i64,
    /// Of these past their deadline.
    pub overdue: i64,
    /// Closed since the moment asked for.
    pub closed: i64,
    /// Milliseconds of work on those.
    pub work_ms: i64,
    /// Clicks on those (B51).
    pub clicks: i64,
}

/// What each person has at `now` and did since `since`.
pub async fn load(query: &mut impl Query, since: Timestamp, now: Timestamp) -> Result<Vec<Load>, StoreError> {
    let sql = "SELECT assignee, CAST(SUM(CASE WHEN state = 'closed' THEN 0 ELSE 1 END) AS BIGINT) AS open, \
               CAST(SUM(CASE WHEN state <> 'closed' AND queue_at < $2 THEN 1 ELSE 0 END) AS BIGINT) AS overdue, \
               CAST(SUM(CASE WHEN state = 'closed' THEN 1 ELSE 0 END) AS BIGINT) AS closed, \
               CAST(SUM(CASE WHEN state = 'closed' THEN work_ms ELSE 0 END) AS BIGINT) AS work_ms, \
               CAST(SUM(CASE WHEN state = 'closed' THEN clicks ELSE 0 END) AS BIGINT) AS clicks \
               FROM cases WHERE queue_at <= $1 GROUP BY assignee ORDER BY assignee";
    // One range of the queue's own order holds every open case and those closed since then.
    let rows = query.fetch(sql, args![super::CLOSED - since.as_microsecond(), now]).await?;
    rows.iter()
        .map(|row| {
            Ok(Load {
                assignee: row.opt_int("assignee")?.map(UserId),
                open: row.int("open")?,
                overdue: row.int("overdue")?,
                closed: row.int("closed")?,
                work_ms: row.int("work_ms")?,
                clicks: row.int("clicks")?,
            })
        })
        .collect()
}

/// Other cases that a person should know of: of the same place, contract or customer, the latest first.
pub async fn similar(query: &mut impl Query, case: &CaseRow, limit: i64) -> Result<Vec<CaseRow>, StoreError> {
    let mut found: Vec<CaseRow> = Vec::new();
    let ways = [
        ("place", Some(Arg::from(&case.place))),
        ("contract_id", case.contract.map(Arg::from)),
        ("customer_id", case.customer.map(Arg::from)),
    ];
    for (column, value) in ways {
        let Some(value) = value else { continue };
        let sql = format!(
            "SELECT {COLUMNS} FROM cases WHERE {column} = $1 AND id <> $2 ORDER BY opened_at DESC, id DESC LIMIT $3"
        );
        for row in query.fetch(&sql, vec![value, case.id.into(), limit.clamp(1, MAX_PAGE).into()]).await? {
            let row = case_row(&row)?;
            if !found.iter().any(|known| known.id == row.id) {
                found.push(row);
            }
        }
    }
    found.truncate(usize::try_from(limit.clamp(1, MAX_PAGE)).unwrap_or(0));
    Ok(found)
}
