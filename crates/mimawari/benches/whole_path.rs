//! How many mails a core takes from the door to the decided case, and how fast a page of a long queue is.
//!
//! `cargo bench -p mimawari`, or with `MIMAWARI_BENCH_CONTRACTS` (100000), `MIMAWARI_BENCH_REPORTS` (4000),
//! `MIMAWARI_BENCH_CASES` (100000) and `MIMAWARI_BENCH_DATABASE` (a URL; else a SQLite file in the temporary folder).
#![expect(clippy::print_stdout, reason = "a measurement prints its numbers")]

use std::io::{Seek, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use attribution::import::numbered;
use attribution::{InventoryAttributor, Question};
use demo::{DemoReport, Provider, Year, YearSettings};
use desk::Desk;
use desk::worker::{Worker, WorkerSettings};
use jiff::{SignedDuration, Timestamp};
use model::ReportReader as _;
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::acceptor::{Acceptor, OwnedReport};
use store::cases::{self, Filter};
use store::{Arg, Store, args};
use testkit::FixedClock;
use text::mail::Templates;

/// Doors that accept at the same time.
const DOORS: usize = 64;
/// Present of the made-up world.
const END: &str = "2026-03-31T15:00:00Z";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let folder = tempfile::Builder::new().prefix("mimawari-bench-").tempdir()?;
    let own = format!("sqlite:{}", folder.path().join("bench.db").display());
    let url = std::env::var("MIMAWARI_BENCH_DATABASE").unwrap_or(own);
    let (contracts, reports) = (setting("CONTRACTS", 100_000)?, setting("REPORTS", 4_000)?);
    let end: Timestamp = END.parse()?;
    let syncs = syncs_per_second(folder.path())?;
    println!("disk of {}: {syncs:.0} flushes of one page per second", folder.path().display());

    let store = Store::open(&store::Settings { url, connections: 4 }).await?;
    let provider = Provider::generate(&demo::Settings { contracts, ..demo::Settings::new(end) });
    let begun = Instant::now();
    import(&store, &provider).await?;
    println!("{contracts} contracts imported in {:.1} s", begun.elapsed().as_secs_f64());
    let year = Year::generate(&provider, &YearSettings { reports, noise: reports / 15, ..YearSettings::new(end) });
    let mails: Vec<DemoReport> = year.iter().collect();

    let desk = desk(store.clone())?;
    accept(&desk, &mails, syncs).await?;
    read(&mails)?;
    attribute(&desk, &mails).await?;
    everything(&desk, &mails).await?;
    queue(&desk, setting("CASES", 100_000)?).await?;
    store.close().await;
    Ok(())
}

fn setting(name: &str, usual: usize) -> anyhow::Result<usize> {
    let name = format!("MIMAWARI_BENCH_{name}");
    std::env::var(&name).map_or(Ok(usual), |text| text.parse().with_context(|| format!("{name}={text}")))
}

fn desk(store: Store) -> anyhow::Result<Desk> {
    Ok(Desk {
        attributor: Arc::new(InventoryAttributor::new(store.clone(), attribution::Settings::default())),
        store,
        clock: Arc::new(FixedClock::at(END)),
        reader: Arc::new(reports::Reader),
        tracer: Arc::new(reports::trace::Tracer::default()),
        checker: None,
        templates: Arc::new(Templates::builtin()?),
        settings: Arc::new(desk::Settings { notices: desk::Mode::Act, ..desk::Settings::default() }),
    })
}

async fn import(store: &Store, provider: &Provider) -> anyhow::Result<()> {
    fn same<Row: Serialize, Wanted: DeserializeOwned>(
        all: impl Iterator<Item = Row>,
    ) -> anyhow::Result<Vec<store::inventory::Line<Wanted>>> {
        let rows = all.map(|row| Ok(serde_json::from_value(serde_json::to_value(row)?)?));
        Ok(numbered(rows.collect::<anyhow::Result<Vec<Wanted>>>()?))
    }
    let mut tx = store.begin().await?;
    tx.import_plans(same(provider.plans())?).await?;
    tx.import_prefixes(same(provider.prefixes())?).await?;
    tx.import_customers(same(provider.customers())?).await?;
    tx.import_contracts(same(provider.contracts())?).await?;
    tx.import_holdings(same(provider.holdings())?, "bench").await?;
    tx.analyze_inventory().await?;
    tx.commit().await?;
    Ok(())
}

/// Work measured by the clock on the wall and by the processors.
struct Meter {
    begun: Instant,
    processor: f64,
}

impl Meter {
    fn start() -> Self {
        Self { begun: Instant::now(), processor: processor_seconds() }
    }

    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    fn tell(&self, what: &str, count: usize) -> f64 {
        let (wall, spent) = (self.begun.elapsed().as_secs_f64(), processor_seconds() - self.processor);
        let per_core = count as f64 / spent.max(1e-9);
        println!(
            "{what}: {count} in {wall:.2} s ({:.0}/s), {spent:.2} s of processor: {per_core:.0}/s and core",
            count as f64 / wall
        );
        count as f64 / wall
    }
}

/// What all threads of this process have used (`utime` and `stime`, in hundredths of a second).
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or_default();
    after.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// How often a page can be made durable: no single mail is durable faster.
fn syncs_per_second(folder: &std::path::Path) -> anyhow::Result<f64> {
    let mut file = std::fs::File::create(folder.join("flush"))?;
    let page = [7_u8; 4096];
    file.write_all(&page)?;
    let (begun, mut count) = (Instant::now(), 0_u32);
    while begun.elapsed() < Duration::from_secs(2) {
        file.rewind()?;
        file.write_all(&page)?;
        file.sync_data()?;
        count += 1;
    }
    Ok(f64::from(count) / begun.elapsed().as_secs_f64())
}

/// The door alone: every mail durable before it is answered, many doors at once.
async fn accept(desk: &Desk, mails: &[DemoReport], syncs: f64) -> anyhow::Result<()> {
    let acceptor = Acceptor::start(desk.store.clone());
    let meter = Meter::start();
    let mut doors = tokio::task::JoinSet::new();
    for part in mails.chunks(mails.len().div_ceil(DOORS)) {
        let (acceptor, part) = (acceptor.clone(), part.to_vec());
        doors.spawn(async move {
            for mail in part {
                let report = OwnedReport {
                    raw: mail.raw,
                    door: "lmtp",
                    envelope_from: Some(mail.truth.reporter.mail),
                    envelope_to: Some("abuse@provider.example".to_owned()),
                    received: mail.received,
                };
                acceptor.accept(report).await?;
            }
            Ok::<_, store::StoreError>(())
        });
    }
    while let Some(done) = doors.join_next().await {
        done??;
    }
    let rate = meter.tell("accept (durable)", mails.len());
    println!("  {:.2} durable mails for each flush that the disk can do", rate / syncs);
    Ok(())
}

/// The readers alone, on one thread.
fn read(mails: &[DemoReport]) -> anyhow::Result<()> {
    let meter = Meter::start();
    let found: usize = mails.iter().map(|mail| reports::Reader.read(&mail.raw, mail.received).observations.len()).sum();
    meter.tell("read", mails.len());
    ensure!(found > 0, "nothing was read");
    Ok(())
}

/// Attribution alone.
async fn attribute(desk: &Desk, mails: &[DemoReport]) -> anyhow::Result<()> {
    let mut questions = Vec::new();
    for mail in mails {
        for seen in reports::Reader.read(&mail.raw, mail.received).observations {
            let subjects = seen.subjects();
            if !subjects.is_empty() {
                questions.push(Question { subjects, port: seen.port, at: seen.at, now: mail.received });
            }
        }
    }
    let meter = Meter::start();
    let mut one = 0_usize;
    for question in &questions {
        one += usize::from(desk.attributor.attribute(question).await?.one().is_some());
    }
    meter.tell("attribute", questions.len());
    ensure!(one > 0, "nobody was found");
    Ok(())
}

/// From the stored mail to the decided case with its mails written: read, attributed, grouped, decided, durable.
async fn everything(desk: &Desk, mails: &[DemoReport]) -> anyhow::Result<()> {
    let settings = WorkerSettings { lease: SignedDuration::from_hours(1), ..WorkerSettings::default() };
    let mut worker = Worker::new(desk.clone(), settings)?;
    let meter = Meter::start();
    while worker.step().await? > 0 {}
    meter.tell("everything after the door", mails.len());
    let sql = "SELECT (SELECT COUNT(*) FROM report WHERE state = 'waiting') AS waiting, (SELECT COUNT(*) FROM cases) AS cases, \
               (SELECT COUNT(*) FROM mail) AS mails, (SELECT COUNT(*) FROM journal) AS entries";
    let row = desk.store.fetch_one(sql, args![]).await?;
    println!(
        "  {} cases, {} mails, {} entries in the journal",
        row.int("cases")?,
        row.int("mails")?,
        row.int("entries")?
    );
    ensure!(row.int("waiting")? == 0, "reports were left over");
    Ok(())
}

/// Pages of the queue when it is far too long: the first one, and each next one.
async fn queue(desk: &Desk, wanted: usize) -> anyhow::Result<()> {
    let store = &desk.store;
    let have = usize::try_from(store.fetch_one("SELECT COUNT(*) AS n FROM cases", args![]).await?.int("n")?)?;
    copy_cases(store, wanted.saturating_sub(have)).await?;
    let now = desk.clock.now();
    let mut times = Vec::new();
    let (mut after, mut first) = (None, Vec::new());
    for _ in 0..200 {
        let begun = Instant::now();
        let page = cases::page(&mut &*store, &Filter::default(), after, 50, now).await?;
        times.push(begun.elapsed());
        after = page.next;
        let begun = Instant::now();
        cases::page(&mut &*store, &Filter::default(), None, 50, now).await?;
        first.push(begun.elapsed());
    }
    let begun = Instant::now();
    cases::counts(&mut &*store, now).await?;
    println!(
        "queue of {wanted} cases: first page p95 {:.2?}, further pages p95 {:.2?}, counts above it {:.2?}",
        p95(&mut first),
        p95(&mut times),
        begun.elapsed()
    );
    Ok(())
}

/// Fills the queue with copies of one case that differ in place, gravity and deadline.
async fn copy_cases(store: &Store, count: usize) -> anyhow::Result<()> {
    const COLUMNS: &str = "lane, customer_id, category, grade, cause, cause_confidence, opened_at, updated_at, reports, reporters, \
                           observations, duplicates, repeats, reopened, version, rule, own_data_read, origin, work_ms, clicks, unread, summary";
    let sql = format!(
        "INSERT INTO cases (id, number, place, state, severity, deadline_at, {COLUMNS}) \
         SELECT $1, $2, $3, 'open', $4, opened_at + $5, {COLUMNS} FROM cases WHERE id = (SELECT MIN(id) FROM cases)"
    );
    let severities = ["critical", "high", "medium", "low", "info"];
    for start in (0..count).step_by(5_000) {
        let mut tx = store.begin().await?;
        for number in start..count.min(start + 5_000) {
            let id = tx.new_id().await?;
            let spread = i64::try_from(number * 7_919 % count)? * 60_000_000;
            let values: Vec<Arg> = args![
                id,
                format!("B-{number}"),
                format!("site:w{number}.example.com"),
                severities[number % severities.len()],
                spread
            ];
            tx.execute(&sql, values).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}

fn p95(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() * 95 / 100).copied().unwrap_or_default()
}
