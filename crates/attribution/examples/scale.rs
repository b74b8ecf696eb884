//! Loads a provider of N contracts and measures how fast "who had it then?" is answered (A01).
//!
//! `cargo run --release -p attribution --example scale -- [CONTRACTS] [DATABASE-URL]`; 400,000 contracts on a new SQLite
//! file in the temporary folder by default.
#![expect(clippy::print_stdout, reason = "a measurement prints its numbers")]

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use attribution::import::numbered;
use attribution::{Attributor, InventoryAttributor, Question, Settings, Verdict};
use demo::{HoldingRow, Mix, Provider};
use jiff::Timestamp;
use model::{EventTime, SubjectKey};
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::Store;
use store::inventory::{ImportReport, read, search};

const ASKED: usize = 5_000;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let contracts = arguments.next().map_or(Ok(400_000), |text| text.parse())?;
    let file = std::env::temp_dir().join(format!("mimawari-scale-{}.db", std::process::id()));
    let url = arguments.next().unwrap_or_else(|| format!("sqlite:{}", file.display()));
    let end: Timestamp = "2026-03-31T15:00:00Z".parse()?;
    let store = Store::open(&store::Settings { url, connections: 4 }).await?;

    let provider = Provider::generate(&demo::Settings { contracts, mix: Mix::HOSTING, ..demo::Settings::new(end) });
    load(&store, &provider).await?;
    measure(&store, &provider, end).await?;
    store.close().await;
    for name in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{name}", file.display()));
    }
    Ok(())
}

/// The generator's rows are the import's rows in other types of the same JSON.
fn same<From: Serialize, To: DeserializeOwned>(row: &From) -> anyhow::Result<To> {
    Ok(serde_json::from_value(serde_json::to_value(row)?)?)
}

async fn load(store: &Store, provider: &Provider) -> anyhow::Result<()> {
    let plans = numbered(provider.plans().map(|row| same(&row)).collect::<anyhow::Result<Vec<_>>>()?);
    let customers = numbered(provider.customers().map(|row| same(&row)).collect::<anyhow::Result<Vec<_>>>()?);
    let contracts = numbered(provider.contracts().map(|row| same(&row)).collect::<anyhow::Result<Vec<_>>>()?);
    let holdings = numbered(provider.holdings().map(|row| same(&row)).collect::<anyhow::Result<Vec<_>>>()?);
    let prefixes = numbered(provider.prefixes().map(|row| same(&row)).collect::<anyhow::Result<Vec<_>>>()?);

    let start = Instant::now();
    let mut tx = store.begin().await?;
    let all = start;
    step("plans", &tx.import_plans(plans).await?, start)?;
    let start = Instant::now();
    step("customers", &tx.import_customers(customers).await?, start)?;
    let start = Instant::now();
    step("contracts", &tx.import_contracts(contracts).await?, start)?;
    let start = Instant::now();
    let again = holdings.clone();
    step("holdings", &tx.import_holdings(holdings, "scale").await?, start)?;
    tx.import_prefixes(prefixes).await?;
    let start = Instant::now();
    tx.analyze_inventory().await?;
    tx.commit().await?;
    println!("analyze and commit: {:.1?}; loaded in {:.1?}", start.elapsed(), all.elapsed());

    let start = Instant::now();
    let mut tx = store.begin().await?;
    let report = tx.import_holdings(again, "scale").await?;
    ensure!(report.inserted + report.updated == 0, "the second import changed something");
    println!("holdings again: {} unchanged in {:.1?}", report.unchanged, start.elapsed());
    Ok(())
}

fn step(what: &str, report: &ImportReport, start: Instant) -> anyhow::Result<()> {
    println!("{what}: {} rows in {:.1?}", report.inserted, start.elapsed());
    ensure!(report.refused.is_empty(), "refused: {:?}", report.refused.iter().take(5).collect::<Vec<_>>());
    Ok(())
}

async fn measure(store: &Store, provider: &Provider, end: Timestamp) -> anyhow::Result<()> {
    let attributor = InventoryAttributor::new(store.clone(), Settings::default());
    for kind in ["ip:", "domain:", "mailbox:", "account:"] {
        let rows: Vec<HoldingRow> =
            provider.holdings().filter(|row| row.subject.starts_with(kind) && row.contract.is_some()).collect();
        let mut times = Vec::with_capacity(ASKED);
        let mut ones = 0;
        let step = (rows.len() / ASKED).max(1);
        for row in rows.iter().step_by(step).take(ASKED) {
            let question = question(row, end)?;
            let start = Instant::now();
            let answer = attributor.attribute(&question).await?;
            times.push(start.elapsed());
            ones += usize::from(matches!(answer.verdict, Verdict::One(_)));
        }
        show(kind, &mut times);
        println!("  {ones} of {} have exactly one answer", times.len());
    }
    many(&attributor, provider, end).await?;
    searches(store, provider, end).await?;
    let start = Instant::now();
    let plans = read::counts_per_plan(&mut &*store, end).await?;
    println!("counts of {} plans: {:.1?}", plans.len(), start.elapsed());
    Ok(())
}

fn question(row: &HoldingRow, now: Timestamp) -> anyhow::Result<Question> {
    let subject: SubjectKey = row.subject.parse().map_err(|why: String| anyhow::anyhow!(why))?;
    let subject = match subject {
        SubjectKey::Ip(net) => SubjectKey::address(net.addr()),
        SubjectKey::Domain(name) => SubjectKey::domain(&format!("www.{name}")).context("a host")?,
        other => other,
    };
    Ok(Question {
        subjects: vec![subject],
        port: (row.port_lo > 0).then_some(row.port_lo),
        at: Some(EventTime::zoned(row.from + jiff::SignedDuration::from_secs(60), "Z", "")),
        now,
    })
}

async fn many(attributor: &InventoryAttributor, provider: &Provider, now: Timestamp) -> anyhow::Result<()> {
    let questions: Vec<Question> = provider
        .questions(1)
        .take(10_000)
        .map(|asked| Question {
            subjects: vec![SubjectKey::address(asked.ip)],
            port: asked.port,
            at: Some(EventTime::zoned(asked.at, "Z", "")),
            now,
        })
        .collect();
    let start = Instant::now();
    let answers = attributor.attribute_many(&questions).await?;
    println!("{} questions at once: {:.1?}", answers.len(), start.elapsed());
    Ok(())
}

async fn searches(store: &Store, provider: &Provider, now: Timestamp) -> anyhow::Result<()> {
    let domain = provider.holdings().find_map(|row| row.subject.strip_prefix("domain:").map(str::to_owned));
    let mailbox = provider.holdings().find_map(|row| row.subject.strip_prefix("mailbox:").map(str::to_owned));
    let customer = provider.customers().nth(1_000).context("a customer")?;
    let texts = [
        ("address", "198.18.9.9".to_owned()),
        ("domain", domain.unwrap_or_default()),
        ("mailbox", mailbox.unwrap_or_default()),
        ("key", customer.key),
        ("name", customer.name),
        ("notice address", customer.mail.unwrap_or_default()),
    ];
    for (what, text) in texts {
        let mut times = Vec::new();
        for _ in 0..20 {
            let start = Instant::now();
            search::customers(&mut &*store, &text, now, 20).await?;
            times.push(start.elapsed());
        }
        show(&format!("search by {what}"), &mut times);
    }
    Ok(())
}

fn show(what: &str, times: &mut [Duration]) {
    times.sort_unstable();
    let at = |percent: usize| times.get((times.len() * percent / 100).min(times.len().saturating_sub(1)));
    let [p50, p95, p99] = [50, 95, 99].map(|percent| at(percent).copied().unwrap_or_default());
    println!("{what} p50 {p50:.1?}, p95 {p95:.1?}, p99 {p99:.1?}");
}
