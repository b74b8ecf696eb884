//! Watched lists and listings on both databases.

use anyhow::{Context as _, ensure};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use store::blocklists::{self, Asked};
use store::reports::NewReport;
use testkit::each_store;

fn at(second: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(1_790_000_000 + second)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_asked_by_one_node_at_a_time_and_not_before_it_is_due() -> anyhow::Result<()> {
    each_store(|store| async move {
        let mut tx = store.begin().await?;
        tx.set_list("one", "trial", at(0), "cli:test").await?;
        tx.set_list("two", "retired", at(0), "cli:test").await?;
        tx.commit().await?;
        let claimed = store.claim_list(at(0), at(60)).await?.context("it is due at once")?;
        ensure!(claimed.name == "one" && claimed.state == "trial");
        ensure!(
            store.claim_list(at(59), at(120)).await?.is_none(),
            "another node has it, and retired ones are not asked"
        );
        ensure!(store.claim_list(at(60), at(120)).await?.is_some(), "that node died");
        let asked = Asked {
            due_at: at(500),
            answered_at: Some(at(61)),
            etag: Some("\"7\"".to_owned()),
            entries: Some(3),
            trouble: Some("frozen: x".to_owned()),
            ..Asked::default()
        };
        let mut tx = store.begin().await?;
        tx.note_asked("one", &asked).await?;
        tx.set_list("one", "rated", at(62), "cli:other").await?;
        tx.commit().await?;
        let found = blocklists::watched_list(&mut &store, "one").await?.context("known")?;
        ensure!(found.asked == asked && found.state == "rated" && found.set_by == "cli:other", "{found:?}");
        ensure!(blocklists::watched_lists(&mut &store).await?.len() == 2);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stay_begins_once_ends_once_and_may_begin_again() -> anyhow::Result<()> {
    each_store(|store| async move {
        let new = |subject: &str| (subject.to_owned(), json!({ "reason": "ssh" }));
        let mut tx = store.begin().await?;
        tx.begin_listings("one", at(0), &[new("192.0.2.1"), new("192.0.2.2")]).await?;
        tx.begin_listings("one", at(1), &[new("192.0.2.1")]).await?;
        tx.begin_listings("two", at(1), &[new("192.0.2.1")]).await?;
        tx.commit().await?;
        let open = blocklists::open_listings(&mut &store, "one").await?;
        ensure!(open.len() == 2 && open[0].first_at == at(0), "{open:?}");
        let raw = b"{}";
        let mut tx = store.begin().await?;
        let report = NewReport { raw, door: "list", envelope_from: None, envelope_to: None, received: at(1) };
        let report = tx.accept_report(report).await?.report;
        tx.report_listings(&[open[0].id], report).await?;
        tx.end_listings(&[open[0].id], at(9)).await?;
        tx.end_listings(&[open[0].id], at(99)).await?;
        tx.begin_listings("one", at(20), &[new("192.0.2.1")]).await?;
        tx.commit().await?;
        let all = blocklists::listings(&mut &store, Some("192.0.2.1"), false, 10).await?;
        ensure!(all.len() == 3 && all[0].first_at == at(20), "{all:?}");
        ensure!(all.iter().filter_map(|stay| stay.gone_at).eq([at(9)]), "{all:?}");
        ensure!(blocklists::listings(&mut &store, None, true, 10).await?.len() == 3);
        let unsettled = blocklists::unsettled_listings(&mut &store, 10).await?;
        ensure!(unsettled.len() == 1 && unsettled[0].report == Some(report), "{unsettled:?}");
        let mut tx = store.begin().await?;
        tx.settle_listing(unsettled[0].id).await?;
        tx.commit().await?;
        ensure!(blocklists::unsettled_listings(&mut &store, 10).await?.is_empty());
        Ok(())
    })
    .await
}
