//! How long the server takes for a page at 100,000 cases: fills a SQLite file with cases and the reports that led to them,
//! asks the router as a browser would, and prints the percentiles; then those of each function of the statistics.
//!
//! `queue_bench [CASES] [ROUNDS]`; the targets at 100,000 cases are p95 ≤ 50 ms for the queue and ≤ 200 ms for statistics.

#[path = "../tests/common/mod.rs"]
#[expect(dead_code, reason = "only the provider is needed here, not the morning's reports")]
mod common;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode, header};
use console::{AppState, Settings};
use desk::Desk;
use desk::stats::year_span;
use jiff::{SignedDuration, Timestamp};
use model::{
    CaseId, CaseState, Category, CauseClass, Clock, Exit, Grade, Lane, Lang, Observation, ObservationId, ReportId,
    ReporterId, Severity, SystemClock, UserId,
};
use store::acceptor::Acceptor;
use store::cases::CaseRow;
use store::inventory::read;
use store::observations::{ObservationRow, ReportRead};
use store::reporters::Seen;
use store::{Store, Tx, args};
use tower::ServiceExt as _;

/// Pages that an operator opens all day.
const PAGES: &[&str] = &[
    "/cases",
    "/cases?size=200",
    "/cases?assignee=me",
    "/cases?view=overdue",
    "/cases?view=unassigned",
    "/cases?state=waiting",
    "/cases?severity=high&category=phishing",
    "/cases?state=closed",
    "/statistics",
    "/statistics/speed",
    "/statistics/sources",
    "/statistics/coverage",
    "/statistics/work",
    "/api/v1/statistics/sources",
];
/// Sources of the reports; a few tell of most.
const SOURCES: i64 = 300;
/// Every so many cases one is open: a desk that keeps up.
const OPEN_OF: i64 = 20;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "a benchmark speaks to whoever started it")]
async fn main() -> anyhow::Result<()> {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse::<i64>());
    let cases = numbers.next().transpose()?.unwrap_or(100_000);
    let rounds = numbers.next().transpose()?.unwrap_or(25);
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite:{}", folder.path().join("bench.db").display());
    let store = Store::open(&store::Settings { url, connections: 4 }).await?;
    let desk = common::desk(&store, Arc::new(SystemClock), desk::Settings::default()).await?;
    let (filling, me) = (Instant::now(), common::person(&store, "alex").await?);
    fill(&store, cases, me).await?;
    println!("{cases} cases, one of {OPEN_OF} open, written in {:.1} s", filling.elapsed().as_secs_f64());
    let now = SystemClock.now();
    let mut tx = store.begin().await?;
    tx.open_session("bench", "csrf", me, "bench", now, now + SignedDuration::from_hours(1)).await?;
    tx.commit().await?;
    let router = console::router(AppState::new(desk.clone(), Settings::default(), Acceptor::start(store)));
    println!("{:44}{:>9}{:>9}{:>9}{:>11}", "page", "p50 ms", "p95 ms", "max ms", "bytes");
    for page in PAGES {
        let mut times = Vec::new();
        let mut bytes = 0;
        for _ in 0..rounds {
            let (time, size) = ask(&router, page).await?;
            times.push(time);
            bytes = size;
        }
        line(page, times, &bytes.to_string());
    }
    functions(&desk, rounds).await
}

#[expect(clippy::print_stdout, reason = "a benchmark speaks to whoever started it")]
fn line(name: &str, mut times: Vec<Duration>, more: &str) {
    times.sort_unstable();
    let last = times.len().saturating_sub(1);
    let at = |share: usize| times.get((times.len() * share / 100).min(last)).copied().unwrap_or_default();
    let ms = |time: Duration| format!("{:.1}", time.as_secs_f64() * 1000.0);
    println!("{name:44}{:>9}{:>9}{:>9}{more:>11}", ms(at(50)), ms(at(95)), ms(at(100)));
}

/// Times what the pages of the statistics are made of.
async fn functions(desk: &Desk, rounds: i64) -> anyhow::Result<()> {
    let year = SystemClock.now().to_zoned(text::wording::tokyo()).year();
    let span = year_span(year)?;
    macro_rules! time {
        ($($name:literal $call:expr;)+) => {$(
            let mut times = Vec::new();
            for _ in 0..rounds {
                let begun = Instant::now();
                $call.await?;
                times.push(begun.elapsed());
            }
            line($name, times, "");
        )+};
    }
    time! {
        "year_report" desk.year_report(year, Lang::En);
        "trend" desk.trend(year);
        "speed" desk.speed(span);
        "source_table" desk.source_table(span);
        "sites" store::stats::sites(&mut &desk.store, span);
        "coverage" desk.coverage(year);
        "work_report" desk.work_report(span);
    }
    Ok(())
}

async fn ask(router: &Router, page: &str) -> anyhow::Result<(Duration, usize)> {
    let mut request = Request::get(page).header(header::COOKIE, "mimawari=bench").body(Body::empty())?;
    request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 1))));
    let begun = Instant::now();
    let response = router.clone().oneshot(request).await?;
    ensure!(response.status() == StatusCode::OK, "{page}: {}", response.status());
    let body = axum::body::to_bytes(response.into_body(), 16 << 20).await?;
    Ok((begun.elapsed(), body.len()))
}

async fn fill(store: &Store, cases: i64, me: UserId) -> anyhow::Result<()> {
    let contract = read::contract_by_key(&mut &*store, "WEB-1001").await?;
    let now = SystemClock.now();
    let sources = sources(store, now).await?;
    for block in 0..=cases / 5_000 {
        let mut tx = store.begin().await?;
        for number in (block * 5_000)..((block + 1) * 5_000).min(cases) {
            let id = CaseId(tx.new_id().await?);
            let mut row = case(id, number, now).context("a moment in range")?;
            row.assignee = (number % 7 < 3).then_some(me);
            row.contract = Some(contract.id);
            row.customer = Some(contract.customer);
            tx.insert_case(&row, None).await?;
            for teller in 0..=number % 2 {
                // The product of two even shares: the first sources tell of far more than the last.
                let pick = |salt: i64| (number * 7919 + teller * 104_729 + salt).wrapping_mul(2_654_435_761) % 1009;
                let source = usize::try_from(pick(1) * pick(2) * SOURCES / (1009 * 1009)).unwrap_or(0);
                report(&mut tx, &row, teller, sources[source.min(sources.len() - 1)]).await?;
            }
        }
        tx.commit().await?;
    }
    let mut tx = store.begin().await?;
    tx.execute("ANALYZE", args![]).await?;
    Ok(tx.commit().await?)
}

async fn sources(store: &Store, now: Timestamp) -> anyhow::Result<Vec<ReporterId>> {
    let (mut tx, mut ids) = (store.begin().await?, Vec::new());
    for number in 0..SOURCES {
        let address = format!("desk@source{number}.example.org");
        let seen = Seen { address: &address, name: None, domain: None, kind: "robot", trust: 0.5, at: now };
        ids.push(tx.see_reporter(seen).await?.id);
    }
    tx.commit().await?;
    Ok(ids)
}

/// One report of a case with one or two observations, as reading writes it.
async fn report(tx: &mut Tx, case: &CaseRow, teller: i64, reporter: ReporterId) -> anyhow::Result<()> {
    let received_at = case.opened_at.checked_add(SignedDuration::from_hours(5 * teller))?;
    let id = ReportId(tx.new_id().await?);
    let sql = "INSERT INTO report (id, raw_hash, door, received_at, state) VALUES ($1, $2, 'lmtp', $3, 'waiting')";
    tx.execute(sql, args![id, format!("{id:064}"), received_at]).await?;
    let mut rows = Vec::new();
    for page in 0..=case.id.0 % 2 {
        let mut seen = Observation::new(case.category, 0.9);
        seen.url =
            case.place.strip_prefix("site:").map(|host| format!("https://{host}/kit/{page}/{teller}/login.html"));
        let observation = ObservationId(tx.new_id().await?);
        rows.push(ObservationRow {
            id: observation,
            report: id,
            received_at,
            case: Some(case.id),
            place: Some(case.place.clone()),
            contract: case.contract,
            attribution: None,
            fingerprint: format!("{observation:032}"),
            duplicate: false,
            seen,
        });
    }
    tx.insert_observations(&rows).await?;
    let read = ReportRead {
        state: "read",
        reporter: Some(reporter),
        reading: Some(format!("{{\"text\":\"{}\"}}", "x".repeat(1200))),
        case: Some(case.id),
        group: Some(case.category.group().name()),
        category: Some(case.category),
        ..ReportRead::default()
    };
    Ok(tx.finish_reading(id, &read, received_at).await?)
}

fn case(id: CaseId, number: i64, now: Timestamp) -> Option<CaseRow> {
    let pick = |of: usize| usize::try_from(number).unwrap_or(0).wrapping_mul(2_654_435_761) / 7 % of;
    let open = number % OPEN_OF == 0;
    let opened = now.checked_sub(SignedDuration::from_mins(number % 525_600)).ok()?;
    let deadline = opened.checked_add(SignedDuration::from_hours(72)).ok()?;
    let states = [CaseState::Triage, CaseState::Open, CaseState::Waiting, CaseState::Answered, CaseState::Contained];
    Some(CaseRow {
        id,
        number: format!("M-2026-{number:06}"),
        lane: Lane::Abuse,
        place: format!("site:s{number}.example.com"),
        contract: None,
        customer: None,
        split: None,
        state: if open { states[pick(states.len())] } else { CaseState::Closed },
        severity: Severity::ALL[pick(Severity::ALL.len())],
        category: Category::ALL[pick(Category::ALL.len())],
        grade: Grade::Shown,
        cause: CauseClass::Victim,
        cause_confidence: 0.5,
        cause_reason: None,
        exit: (!open).then_some(Exit::ALL[pick(Exit::ALL.len() - 1)]),
        exit_clause: None,
        exit_note: None,
        opened_at: opened,
        updated_at: opened,
        first_event: Some(opened),
        last_event: Some(opened),
        deadline_at: open.then_some(deadline),
        deadline_kind: open.then(|| "desk".to_owned()),
        assignee: None,
        reports: 1 + number % 9,
        reporters: 1,
        observations: 3,
        duplicates: 0,
        repeats: 0,
        reopened: 0,
        merged_into: None,
        version: 1,
        rule: Some("content-managed".to_owned()),
        own_data_read: false,
        origin: "told".to_owned(),
        snoozed_until: None,
        first_action_at: opened.checked_add(SignedDuration::from_mins(number % 4001)).ok().filter(|_| !open),
        closed_at: opened.checked_add(SignedDuration::from_mins(30 + number * 31 % 14_009)).ok().filter(|_| !open),
        work_ms: 60_000,
        clicks: 7,
        unread: open && number % 3 == 0,
        summary: None,
    })
}
