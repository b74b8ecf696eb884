//! Filling the demo: the inventory, then a year of reports, each read, attributed, grouped and decided as it would have been
//! on its day.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use anyhow::{Context as _, Result};
use attribution::import::numbered;
use demo::{Door, Provider, Year, YearSettings};
use desk::worker::{Worker, WorkerSettings};
use desk::{Desk, channels};
use indicatif::ProgressBar;
use jiff::{SignedDuration, Timestamp};
use model::{Clock, SystemClock};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use store::inventory::{ImportReport, Line, read};
use store::reports::NewReport;
use store::totals::{Totals, totals};
use store::{Store, Tx};

use super::Args;
use super::work::Team;
use crate::progress;
use crate::serve::Node;

/// Rows of inventory in one transaction: short enough that a login is not kept waiting.
const ROWS: usize = 20_000;
/// Where the reports are addressed to.
const DESK: &str = "abuse@provider.example";

/// What came in.
#[derive(Debug, Default, Serialize)]
pub(super) struct Filled {
    pub(super) contracts: i64,
    #[serde(flatten)]
    pub(super) totals: Totals,
}

/// A clock that shows the time of the reports that are being replayed.
struct ReplayClock(AtomicI64);

impl ReplayClock {
    fn set(&self, at: Timestamp) {
        self.0.store(at.as_microsecond(), Ordering::SeqCst);
    }
}

impl Clock for ReplayClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::SeqCst)).unwrap_or_default()
    }
}

/// Fills the node's database, unless an earlier run did.
pub(super) async fn run(node: &Node, args: &Args) -> Result<Filled> {
    let store = &node.desk.store;
    let end = SystemClock.now();
    let (seed, contracts) = (args.seed, args.contracts);
    if totals(&mut &*store).await?.reports == 0 {
        let settings = demo::Settings { seed, contracts, ..demo::Settings::new(end) };
        let provider = tokio::task::spawn_blocking(move || Provider::generate(&settings)).await?;
        inventory(store, &provider, &progress::bar(provider.contract_count() as u64, "contracts"), end).await?;
        let year = Year::generate(&provider, &YearSettings { seed, reports: args.reports, ..YearSettings::new(end) });
        replay(node, &year, &progress::bar(year.len() as u64, "reports of a year")).await?;
    }
    Ok(Filled { contracts: read::contract_count(&mut &*store).await?, totals: totals(&mut &*store).await? })
}

async fn inventory(store: &Store, provider: &Provider, bar: &ProgressBar, now: Timestamp) -> Result<()> {
    let mut tx = store.begin().await?;
    tx.import_plans(rows(provider.plans())?).await?;
    tx.import_prefixes(rows(provider.prefixes())?).await?;
    tx.commit().await?;
    in_parts(store, provider.customers(), async |tx, rows| Ok(tx.import_customers(rows).await?)).await?;
    in_parts(store, provider.contracts(), async |tx, rows| {
        bar.inc(rows.len() as u64);
        Ok(tx.import_contracts(rows).await?)
    })
    .await?;
    bar.set_message("holdings");
    in_parts(store, provider.holdings(), async |tx, rows| Ok(tx.import_holdings(rows, "demo").await?)).await?;
    let mut tx = store.begin().await?;
    tx.analyze_inventory().await?;
    tx.journal(now, "cli:demo", "inventory.imported", None, &json!({ "contracts": provider.contract_count() })).await?;
    tx.commit().await?;
    bar.finish_and_clear();
    Ok(())
}

/// Imports rows in transactions of bounded size.
async fn in_parts<Row, Wanted>(
    store: &Store,
    all: impl Iterator<Item = Row>,
    mut import: impl AsyncFnMut(&mut Tx, Vec<Line<Wanted>>) -> Result<ImportReport>,
) -> Result<()>
where
    Row: Serialize,
    Wanted: DeserializeOwned,
{
    let mut all = all.peekable();
    while all.peek().is_some() {
        let part = rows(all.by_ref().take(ROWS))?;
        let mut tx = store.begin().await?;
        let report = import(&mut tx, part).await?;
        if let Some(refusal) = report.refused.first() {
            anyhow::bail!("the made-up inventory was refused: {}: {}", refusal.key, refusal.why);
        }
        tx.commit().await?;
    }
    Ok(())
}

/// The generator's rows as the store's: the same fields, carried over as a file would carry them.
fn rows<Row: Serialize, Wanted: DeserializeOwned>(all: impl Iterator<Item = Row>) -> Result<Vec<Line<Wanted>>> {
    let converted = all.map(|row| serde_json::from_value(serde_json::to_value(row)?).context("a made-up row"));
    Ok(numbered(converted.collect::<Result<Vec<Wanted>>>()?))
}

/// Lets the year pass, day by day: reports come in, the desk works, mails go into the outbox folder.
async fn replay(node: &Node, year: &Year, bar: &ProgressBar) -> Result<()> {
    let clock = Arc::new(ReplayClock(AtomicI64::new(0)));
    let desk = Desk { clock: Arc::clone(&clock) as Arc<dyn Clock>, ..node.desk.clone() };
    let channel = channels::open(&desk.settings)?;
    let mut worker = Worker::new(desk.clone(), WorkerSettings::default())?;
    let mut team = Team::new(&desk).await?;
    let mut reports = year.iter().peekable();
    let stop = node.supervisor.stop();
    while let Some(first) = reports.peek() {
        if stop.is_cancelled() {
            break;
        }
        let evening = end_of_day(first.received);
        let mut tx = desk.store.begin().await?;
        while let Some(report) = reports.next_if(|report| report.received < evening) {
            let door = if report.door == Door::Http { "api" } else { "lmtp" };
            let new = NewReport {
                raw: &report.raw,
                door,
                envelope_from: None,
                envelope_to: (report.door == Door::Mail).then_some(DESK),
                received: report.received,
            };
            tx.accept_report(new).await?;
            clock.set(report.received);
            bar.inc(1);
        }
        tx.commit().await?;
        while worker.step().await? > 0 {}
        clock.set(evening - SignedDuration::from_hours(6));
        team.work().await?;
        clock.set(evening);
        desk.send_due(&*channel).await?;
        desk.tick_deadlines().await?;
    }
    bar.finish_and_clear();
    Ok(())
}

/// Midnight after `at`, in Japan.
fn end_of_day(at: Timestamp) -> Timestamp {
    const JST: i64 = 9 * 3600;
    const DAY: i64 = 86_400;
    let days = (at.as_second() + JST).div_euclid(DAY) + 1;
    Timestamp::from_second(days * DAY - JST).unwrap_or(at)
}
