//! Workers: two nodes on one PostgreSQL do nothing twice; a poison report is set aside after its tries.

use std::sync::Arc;
use std::time::Duration;

use crate::room::{JsonReader, Room, host, page, reading};
use anyhow::ensure;
use desk::worker::{Worker, WorkerSettings};
use jiff::SignedDuration;
use model::Category;
use store::{Store, args};
use testkit::{TempStore, each_store};
use tokio_util::sync::CancellationToken;

async fn count(store: &Store, sql: &str) -> anyhow::Result<i64> {
    Ok(store.fetch_one(sql, args![]).await?.int("n")?)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_workers_on_one_postgres_do_nothing_twice() -> anyhow::Result<()> {
    let temp = TempStore::postgres().await?;
    let room = Room::new(&temp.store).await?;
    for number in 0..120 {
        // Few places, so that the two nodes want the same cases at the same time.
        let url = format!("http://s{}.example.com/p{number}", number % 5);
        let ip = format!("192.0.2.{}", 10 + number % 2);
        let seen = vec![page(Category::Phishing, &url), host(Category::LoginAttack, &ip, "2026-04-05T22:00:00Z")];
        room.accept(&reading(&format!("r{}@example.org", number % 9), seen)).await?;
    }
    let other = Store::open(&temp.settings).await?;
    let second = Room::desk(&other, Arc::new(JsonReader), Arc::clone(&room.clock))?;
    let settings = WorkerSettings { batch: 7, idle: Duration::from_millis(5), ..WorkerSettings::default() };
    let stop = CancellationToken::new();
    let mut running = Vec::new();
    let mut watched = Vec::new();
    for desk in [room.desk.clone(), second] {
        let mut worker = Worker::new(desk, settings)?;
        watched.push(worker.watch());
        let stop = stop.clone();
        running.push(tokio::spawn(async move { worker.run(&stop).await }));
    }
    for _ in 0..600 {
        if count(&temp.store, "SELECT COUNT(*) AS n FROM job WHERE state = 'ready'").await? == 0 {
            break;
        }
        // A failed try waits for its time; the stopped clock must be moved for it.
        room.clock.advance(SignedDuration::from_secs(2));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    stop.cancel();
    for task in running {
        task.await?;
    }
    let store = &temp.store;
    ensure!(count(store, "SELECT COUNT(*) AS n FROM job WHERE state <> 'done'").await? == 0);
    ensure!(count(store, "SELECT COUNT(*) AS n FROM report WHERE state = 'read'").await? == 120);
    ensure!(count(store, "SELECT COUNT(*) AS n FROM observation").await? == 240);
    ensure!(count(store, "SELECT COUNT(*) AS n FROM cases").await? == 7);
    ensure!(count(store, "SELECT CAST(SUM(reports) AS BIGINT) AS n FROM cases").await? == 240);
    let twice = "SELECT COUNT(*) AS n FROM (SELECT report_id, case_id, fingerprint FROM observation GROUP BY 1, 2, 3 HAVING COUNT(*) > 1) AS twice";
    ensure!(count(store, twice).await? == 0);
    let entries = "SELECT COUNT(*) AS n FROM journal WHERE kind IN ('case.opened', 'case.report', 'case.reopened')";
    ensure!(count(store, entries).await? == 240);
    let numbers = count(store, "SELECT COUNT(DISTINCT number) AS n FROM cases").await?;
    ensure!(numbers == 7, "numbers without gaps: {numbers}");
    ensure!(watched.iter().all(|watch| watch.borrow().heartbeat.is_some()));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_always_fails_is_set_aside_and_the_others_are_done() -> anyhow::Result<()> {
    each_store(|store| async move {
        let room = Room::new(&store).await?;
        room.accept(&reading("a@example.org", vec![page(Category::Phishing, "http://example.com/1")])).await?;
        room.accept(&reading("a@example.org", vec![page(Category::Phishing, "http://example.com/2")])).await?;
        // Damaged evidence: its bytes do not have their hash any more.
        let mut tx = store.begin().await?;
        let first = tx.fetch_one("SELECT MIN(id) AS id FROM report", args![]).await?.int("id")?;
        let damaged =
            tx.fetch_one("SELECT raw_hash FROM report WHERE id <> $1", args![first]).await?.text("raw_hash")?;
        let body = tx.fetch_one("SELECT body FROM raw WHERE hash = $1", args![&damaged]).await?.blob("body")?;
        tx.execute("UPDATE raw SET body = $2 WHERE hash <> $1", args![damaged, body]).await?;
        tx.commit().await?;
        let mut worker = Worker::new(room.desk.clone(), WorkerSettings::default())?;
        for _ in 0..20 {
            worker.step().await?;
            room.clock.advance(SignedDuration::from_mins(40));
        }
        let states = store.fetch("SELECT state, error_code FROM report ORDER BY id", args![]).await?;
        let read = |index: usize| -> anyhow::Result<(String, Option<String>)> {
            Ok((states[index].text("state")?, states[index].opt_text("error_code")?))
        };
        ensure!(read(0)? == ("set-aside".to_owned(), Some("report.failed".to_owned())), "{:?}", read(0)?);
        ensure!(read(1)?.0 == "read");
        ensure!(store.job_depth(model::Clock::now(&*room.clock)).await?.dead == 1);
        Ok(())
    })
    .await
}
