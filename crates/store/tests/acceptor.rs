//! The acceptor: many reports share a transaction, one bad one harms no other, and full or closed means "later".

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::ensure;
use jiff::Timestamp;
use store::acceptor::{Acceptor, OwnedReport};
use store::{Store, StoreError, args};
use testkit::{TempStore, each_store};

fn mail(text: &str) -> OwnedReport {
    OwnedReport {
        raw: text.as_bytes().to_vec(),
        door: "lmtp",
        envelope_from: Some(String::new()),
        envelope_to: Some("abuse@provider.example".to_owned()),
        received: Timestamp::UNIX_EPOCH,
    }
}

async fn count(store: &Store, table: &str) -> anyhow::Result<i64> {
    Ok(store.fetch_one(&format!("SELECT COUNT(*) AS n FROM {table}"), args![]).await?.int("n")?)
}

/// Offers all at once and returns the answers in order.
async fn offer(
    acceptor: &Acceptor,
    mails: impl Iterator<Item = OwnedReport>,
) -> anyhow::Result<Vec<Result<store::reports::Receipt, StoreError>>> {
    let tasks: Vec<_> = mails
        .map(|mail| {
            let acceptor = acceptor.clone();
            tokio::spawn(async move { acceptor.accept(mail).await })
        })
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await?);
    }
    Ok(answers)
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_offered_together_are_stored_once_each_with_their_jobs() -> anyhow::Result<()> {
    each_store(|store| async move {
        let acceptor = Acceptor::start(store.clone());
        // Each mail three times, close together: within a batch and across batches.
        let answers = offer(&acceptor, (0..1500).map(|n| mail(&format!("mail {}", n / 3)))).await?;
        let receipts: Vec<_> = answers.into_iter().collect::<Result<_, _>>()?;
        let fresh: BTreeSet<_> = receipts.iter().filter(|one| !one.duplicate).map(|one| one.report).collect();
        ensure!(fresh.len() == 500, "{} fresh", fresh.len());
        for three in receipts.chunks(3) {
            ensure!(three.iter().all(|one| one.report == three[0].report), "one mail, one report: {three:?}");
            ensure!(three.iter().filter(|one| !one.duplicate).count() == 1, "{three:?}");
        }
        ensure!(count(&store, "report").await? == 500 && count(&store, "raw").await? == 500);
        ensure!(count(&store, "job").await? == 500);
        let large = "x".repeat(300_000);
        let receipt = acceptor.accept(mail(&large)).await?;
        let row = store::reports::report(&mut &store, receipt.report).await?;
        ensure!(store.get_raw(&row.raw_hash).await? == large.as_bytes());
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn one_report_that_cannot_be_written_harms_no_other() -> anyhow::Result<()> {
    each_store(|store| async move {
        if !store.is_postgres() {
            // PostgreSQL refuses the NUL below by itself; SQLite must be told to.
            let mut tx = store.begin().await?;
            tx.execute(
                "CREATE TRIGGER poison BEFORE INSERT ON report WHEN NEW.envelope_from LIKE 'poison%' \
                 BEGIN SELECT RAISE(ABORT, 'poison'); END",
                args![],
            )
            .await?;
            tx.commit().await?;
        }
        let acceptor = Acceptor::start(store.clone());
        let mails = (0..100).map(|n| {
            let from = if n == 41 { "poison\0".to_owned() } else { format!("r{n}@example.org") };
            OwnedReport { envelope_from: Some(from), ..mail(&format!("mail {n}")) }
        });
        for (n, answer) in offer(&acceptor, mails).await?.into_iter().enumerate() {
            ensure!(answer.is_ok() == (n != 41), "{n}: {answer:?}");
        }
        ensure!(count(&store, "report").await? == 99 && count(&store, "job").await? == 99);
        ensure!(count(&store, "raw").await? == 99, "the bad one leaves nothing behind");
        Ok(())
    })
    .await
}

async fn limit_pages(store: &Store, pages: i64) -> anyhow::Result<()> {
    // The pragma belongs to the connection, and SQLite has one that writes.
    let mut tx = store.begin().await?;
    tx.fetch(&format!("PRAGMA max_page_count = {pages}"), args![]).await?;
    tx.commit().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_means_later_and_loses_nothing() -> anyhow::Result<()> {
    let temp = TempStore::sqlite().await?;
    let acceptor = Acceptor::start(temp.store.clone());
    acceptor.accept(mail("before")).await?;
    let pages = temp.store.fetch_one("PRAGMA page_count", args![]).await?.int("page_count")?;
    limit_pages(&temp.store, pages + 2).await?;
    let numbers: Vec<String> =
        (0_u64..60_000).map(|n| format!("{:x}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect();
    let noise = numbers.concat();
    let answer = acceptor.accept(mail(&noise)).await;
    ensure!(matches!(&answer, Err(StoreError::Full(_))), "{answer:?}");
    limit_pages(&temp.store, 1 << 30).await?;
    ensure!(!acceptor.accept(mail(&noise)).await?.duplicate);
    ensure!(count(&temp.store, "report").await? == 2);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_database_means_later() -> anyhow::Result<()> {
    for temp in [TempStore::sqlite().await?, TempStore::postgres().await?] {
        let acceptor = Acceptor::start(temp.store.clone());
        temp.store.close().await;
        let answers = offer(&acceptor, (0..80).map(|n| mail(&format!("mail {n}")))).await?;
        ensure!(answers.iter().all(|answer| answer.as_ref().is_err_and(StoreError::is_temporary)), "{answers:?}");
        let again = Store::open(&temp.settings).await?;
        let acceptor = Acceptor::start(again.clone());
        let answers = offer(&acceptor, (0..80).map(|n| mail(&format!("mail {n}")))).await?;
        ensure!(answers.iter().all(|answer| answer.as_ref().is_ok_and(|receipt| !receipt.duplicate)), "{answers:?}");
        again.close().await;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_database_stands_still_further_callers_are_told_that_it_is_busy() -> anyhow::Result<()> {
    let temp = TempStore::sqlite().await?;
    let acceptor = Acceptor::start(temp.store.clone());
    let blocking = temp.store.begin().await?;
    // Batches of 64 and a queue of 256: of 600 many find no place, and those who do are told together.
    let begun = Instant::now();
    let answers = offer(&acceptor, (0..600).map(|n| mail(&format!("mail {n}")))).await?;
    ensure!(answers.iter().all(|answer| matches!(answer, Err(StoreError::Down(_)))), "{:?}", answers.first());
    let busy = answers.iter().filter(|answer| answer.as_ref().is_err_and(|e| e.to_string().contains("busy"))).count();
    ensure!(busy > 100, "{busy} were told at the door");
    ensure!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    drop(blocking);
    ensure!(acceptor.accept(mail("after")).await.is_ok());
    ensure!(count(&temp.store, "report").await? == 1);
    Ok(())
}
