//! How long a page of the queue takes with 100,000 cases, on SQLite and on PostgreSQL.
//!
//! `cargo run --release -p desk --example queue_scale [-- CASES]` fills a store of each kind and prints the median and the
//! 95th percentile of each kind of page, in milliseconds. A tenth of the cases is open, and once all are.
#![expect(clippy::print_stdout, reason = "an example that prints its measurements")]

use std::time::Instant;

use anyhow::Context as _;
use jiff::{SignedDuration, Timestamp};
use model::{CaseState, Category, Lane, Severity, UserId};
use store::cases::{self, Cursor, Filter, View};
use store::{Arg, Store, args};
use testkit::TempStore;

const ROUNDS: usize = 40;
const PAGE: i64 = 50;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let count: i64 = std::env::args().nth(1).map_or(Ok(100_000), |text| text.parse()).context("number of cases")?;
    for all_open in [false, true] {
        for temp in [TempStore::sqlite().await?, TempStore::postgres().await?] {
            let kind = if temp.store.is_postgres() { "PostgreSQL" } else { "SQLite" };
            let open = if all_open { "all open" } else { "a tenth open" };
            fill(&temp.store, count, all_open).await?;
            println!("{kind}, {count} cases, {open}: page of {PAGE}, p50 / p95 in ms");
            measure(&temp.store, now()?).await?;
            temp.store.close().await;
        }
    }
    Ok(())
}

fn now() -> anyhow::Result<Timestamp> {
    Ok("2026-04-06T03:00:00Z".parse()?)
}

/// Writes rows as the pipeline would have over a year, without the year.
async fn fill(store: &Store, count: i64, all_open: bool) -> anyhow::Result<()> {
    let now = now()?;
    let head = "INSERT INTO cases (id, number, lane, place, contract_id, customer_id, state, severity, category, grade, cause, \
        cause_confidence, opened_at, updated_at, deadline_at, deadline_kind, assignee, reports, reporters, observations, \
        duplicates, repeats, reopened, version, own_data_read, origin, closed_at, work_ms, clicks, unread, exit, decision) VALUES";
    let decision = format!("{{\"facts\":\"{}\"}}", "x".repeat(1500));
    for start in (0..count).step_by(5000) {
        let mut rows = Vec::new();
        for id in start..(start + 5000).min(count) {
            let pick = id.wrapping_mul(2_654_435_761) % 1_000_003;
            let opened = now.saturating_sub(SignedDuration::from_mins(pick % 525_600))?;
            let open = all_open || pick % 10 == 0;
            let state = if open {
                [CaseState::Open, CaseState::Waiting, CaseState::Triage][index(pick, 3)]
            } else {
                CaseState::Closed
            };
            let category = Category::ALL[index(pick, Category::ALL.len())];
            let place = format!("site:s{id}.example.com");
            let deadline =
                (pick % 7 != 0).then(|| opened.saturating_add(SignedDuration::from_hours(72))).transpose()?;
            let closed = (!open).then(|| opened.saturating_add(SignedDuration::from_hours(50))).transpose()?;
            let mut row: Vec<Arg> =
                args![id + 1, format!("M-2026-{id:06}"), category.lane(), place, pick % 40_000, pick % 30_000, state];
            row.extend(args![
                Severity::ALL[index(pick / 7, 5)],
                category,
                "stated",
                "unknown",
                0.0,
                opened,
                opened,
                deadline,
                "desk"
            ]);
            row.extend(args![
                (pick % 3 != 0).then_some(UserId(pick / 10 % 5)),
                2_i64,
                1_i64,
                5_i64,
                1_i64,
                0_i64,
                0_i64,
                1_i64,
                false
            ]);
            row.extend(args![
                "told",
                closed,
                60_000_i64,
                9_i64,
                pick % 20 == 0,
                (!open).then_some("fixed"),
                decision.clone()
            ]);
            rows.push(row);
        }
        let mut tx = store.begin().await?;
        tx.insert_many(head, rows, "").await?;
        let words = (start..(start + 5000).min(count)).flat_map(|id| {
            [format!("s{id}.example.com"), format!("m-2026-{id:06}"), "example.com".to_owned()]
                .map(|word| args![hex(&word), id + 1])
        });
        tx.insert_many("INSERT INTO case_word (word, case_id) VALUES", words.collect(), "").await?;
        tx.commit().await?;
    }
    let mut tx = store.begin().await?;
    tx.execute("ANALYZE cases", args![]).await?;
    tx.execute("ANALYZE case_word", args![]).await?;
    Ok(tx.commit().await?)
}

/// As the store writes its words.
fn hex(word: &str) -> String {
    word.bytes().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

fn index(pick: i64, of: usize) -> usize {
    usize::try_from(pick).unwrap_or(0) % of
}

async fn measure(store: &Store, now: Timestamp) -> anyhow::Result<()> {
    let of = |change: fn(&mut Filter)| {
        let mut filter = Filter::default();
        change(&mut filter);
        filter
    };
    let filters = [
        ("open", of(|_| {})),
        ("overdue", of(|filter| filter.view = View::Overdue)),
        ("unassigned", of(|filter| filter.view = View::Unassigned)),
        ("unread", of(|filter| filter.view = View::Unread)),
        ("waiting", of(|filter| filter.state = Some(CaseState::Waiting))),
        ("closed", of(|filter| filter.state = Some(CaseState::Closed))),
        ("mine", of(|filter| filter.assignee = Some(UserId(3)))),
        ("critical", of(|filter| filter.severity = Some(Severity::Critical))),
        ("phishing", of(|filter| filter.category = Some(Category::Phishing))),
        ("rights", of(|filter| filter.lane = Some(Lane::Rights))),
        (
            "mine and critical",
            of(|filter| (filter.assignee, filter.severity) = (Some(UserId(3)), Some(Severity::Critical))),
        ),
        ("text, everywhere", of(|filter| (filter.view, filter.text) = (View::All, Some("s777.example".to_owned())))),
        ("text that all have", of(|filter| (filter.view, filter.text) = (View::All, Some("example".to_owned())))),
        ("number", of(|filter| (filter.view, filter.text) = (View::All, Some("M-2026-000777".to_owned())))),
    ];
    for (name, filter) in filters {
        let (mut times, mut after, mut rows): (Vec<f64>, Option<Cursor>, usize) = (Vec::new(), None, 0);
        for _ in 0..ROUNDS {
            let start = Instant::now();
            let page = cases::page(&mut &*store, &filter, after, PAGE, now).await?;
            times.push(start.elapsed().as_secs_f64() * 1e3);
            (after, rows) = (page.next, rows.max(page.cases.len()));
        }
        report(name, &mut times, rows);
    }
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        cases::counts(&mut &*store, now).await?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    report("counts of the views", &mut times, 0);
    Ok(())
}

fn report(name: &str, times: &mut [f64], rows: usize) {
    times.sort_by(f64::total_cmp);
    let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or(0.0);
    println!("  {name:<22} {:>7.2} / {:>7.2}   ({rows} rows)", at(50), at(95));
}
