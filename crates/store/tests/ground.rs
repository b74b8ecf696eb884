//! The ground of the store on both databases: transactions, identifiers, raw evidence, jobs, journal.

use std::collections::BTreeSet;

use anyhow::ensure;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use store::{Store, StoreError, args, journal};
use testkit::each_store;

fn at(second: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(1_790_000_000 + second)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_transaction_leaves_nothing_and_gives_no_identifier_twice() -> anyhow::Result<()> {
    each_store(|store| async move {
        let mut seen = BTreeSet::new();
        for round in 0..5000 {
            let mut tx = store.begin().await?;
            let id = tx.new_id().await?;
            tx.put_raw(format!("round {round}").as_bytes(), at(0)).await?;
            if round % 3 == 0 {
                drop(tx);
            } else {
                ensure!(seen.insert(id), "identifier {id} was given out twice");
                if round % 500 == 1 {
                    tx.commit().await?;
                }
            }
        }
        let kept = store.fetch_one("SELECT COUNT(*) AS n FROM raw", args![]).await?.int("n")?;
        ensure!(
            usize::try_from(kept)? == (0..5000).filter(|round| round % 3 != 0 && round % 500 == 1).count(),
            "{kept} rows"
        );
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn raw_evidence_comes_back_byte_for_byte_and_is_stored_once() -> anyhow::Result<()> {
    each_store(|store| async move {
        let body: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
        for _ in 0..2 {
            let mut tx = store.begin().await?;
            tx.put_raw(&body, at(0)).await?;
            tx.put_raw(b"", at(0)).await?;
            tx.commit().await?;
        }
        ensure!(store.get_raw(&store::raw::content_hash(&body)).await? == body);
        ensure!(store.get_raw(&store::raw::content_hash(b"")).await?.is_empty());
        ensure!(store.fetch_one("SELECT COUNT(*) AS n FROM raw", args![]).await?.int("n")? == 2);
        ensure!(matches!(store.get_raw("00").await, Err(StoreError::NotFound { .. })));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_null_of_each_type_and_each_type_survive() -> anyhow::Result<()> {
    each_store(|store| async move {
        let mut tx = store.begin().await?;
        let none: Option<&str> = None;
        let no_number: Option<i64> = None;
        tx.execute(
            "INSERT INTO customer (id, key, name, mail, lang, parent_id, desk_mail) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            args![1_i64, "k", "山田 太郎", none, model::Lang::Ja, no_number, Some("desk@example.com")],
        )
        .await?;
        tx.commit().await?;
        let row = store.fetch_one("SELECT * FROM customer WHERE id = $1", args![1_i64]).await?;
        ensure!(row.text("name")? == "山田 太郎" && row.opt_text("mail")?.is_none() && row.opt_int("parent_id")?.is_none());
        ensure!(row.opt_text("desk_mail")?.as_deref() == Some("desk@example.com"));
        ensure!(row.parse::<model::Lang>("lang")? == model::Lang::Ja);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_share_the_queue_and_do_nothing_twice() -> anyhow::Result<()> {
    each_store(|store| async move {
        let mut tx = store.begin().await?;
        for number in 0..300 {
            tx.enqueue("count", &json!({ "number": number }), at(0), Some(&format!("count-{number}"))).await?;
            tx.enqueue("count", &json!({ "number": number }), at(0), Some(&format!("count-{number}"))).await?;
        }
        tx.commit().await?;
        let nodes: Vec<_> = (0..4).map(|node| tokio::spawn(work(store.clone(), node))).collect();
        let mut done = Vec::new();
        for node in nodes {
            done.extend(node.await??);
        }
        done.sort_unstable();
        ensure!(done == (0..300).collect::<Vec<_>>(), "each exactly once, not {} entries", done.len());
        ensure!(store.job_depth(at(1)).await? == store::jobs::Depth::default());
        Ok(())
    })
    .await
}

async fn work(store: Store, node: i64) -> anyhow::Result<Vec<i64>> {
    let mut done = Vec::new();
    for round in 0.. {
        let jobs = store
            .claim_jobs(&["count"], 7, at(1), SignedDuration::from_secs(60), &format!("node{node}-{round}"))
            .await?;
        if jobs.is_empty() {
            break;
        }
        for job in jobs {
            let mut tx = store.begin().await?;
            tx.finish_job(&job).await?;
            tx.commit().await?;
            done.push(job.payload["number"].as_i64().unwrap_or(-1));
        }
    }
    Ok(done)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_lease_cannot_commit_and_a_poison_job_is_set_aside() -> anyhow::Result<()> {
    each_store(|store| async move {
        let mut tx = store.begin().await?;
        tx.enqueue("poison", &json!({}), at(0), None).await?;
        tx.commit().await?;
        let lease = SignedDuration::from_secs(10);
        let slow = store.claim_jobs(&["poison"], 1, at(1), lease, "slow").await?.remove(0);
        ensure!(store.claim_jobs(&["poison"], 1, at(5), lease, "early").await?.is_empty(), "the lease still runs");
        let quick = store.claim_jobs(&["poison"], 1, at(12), lease, "quick").await?.remove(0);
        let mut tx = store.begin().await?;
        ensure!(matches!(tx.finish_job(&slow).await, Err(StoreError::Stale { .. })), "the slow worker lost its lease");
        drop(tx);
        let mut job = quick;
        for attempt in 2.. {
            let mut tx = store.begin().await?;
            let dead = tx.fail_job(&job, "it always fails", at(12 + attempt)).await?;
            tx.commit().await?;
            if dead {
                ensure!(attempt == store::jobs::MAX_ATTEMPTS, "set aside after {attempt} attempts");
                break;
            }
            job =
                store.claim_jobs(&["poison"], 1, at(12 + attempt), lease, &format!("again{attempt}")).await?.remove(0);
        }
        ensure!(store.job_depth(at(100)).await?.dead == 1);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journal_verifies_and_every_kind_of_tampering_is_named() -> anyhow::Result<()> {
    each_store(|store| async move {
        for number in 0..20 {
            let mut tx = store.begin().await?;
            tx.journal(at(number), "user:sato", "case.note", None, &json!({ "z": number, "a": "注記 \u{1F43E}" }))
                .await?;
            if number % 7 == 3 {
                drop(tx);
            } else {
                tx.commit().await?;
            }
        }
        let lines: Vec<String> =
            store.journal_after(0, 1000).await?.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
        let (count, _) = journal::verify(lines.iter().cloned())?;
        ensure!(count == 17, "{count} entries");

        let mut changed = lines.clone();
        changed[4] = changed[4].replace("sato", "ito");
        ensure!(journal::verify(changed.into_iter()) == Err(journal::Break::Changed(5)));
        let mut cut = lines.clone();
        cut.remove(8);
        ensure!(matches!(
            journal::verify(cut.into_iter()),
            Err(journal::Break::Gap { line: 9, expected: 9, found: 10 })
        ));
        let mut moved = lines.clone();
        moved.swap(2, 3);
        ensure!(journal::verify(moved.into_iter()).is_err());
        let mut garbage = lines;
        garbage[0] = "{".to_owned();
        ensure!(matches!(journal::verify(garbage.into_iter()), Err(journal::Break::Unreadable { line: 1, .. })));
        Ok(())
    })
    .await
}
