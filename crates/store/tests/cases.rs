//! Cases on both databases: versions, the one open case of a place, the order of the queue.

use anyhow::ensure;
use jiff::{SignedDuration, Timestamp};
use model::{CaseId, CaseState, Category, ContractId, Lane, Severity, UserId};
use store::cases::{self, CaseRow, Filter, View};
use store::{Store, StoreError};
use testkit::each_store;

fn at(second: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(1_790_000_000 + second)
}

fn new_case(id: i64, place: &str, contract: Option<i64>) -> CaseRow {
    CaseRow {
        contract: contract.map(ContractId),
        category: Category::Spam,
        last_event: Some(at(3)),
        rule: Some("rule".to_owned()),
        ..testkit::open_case(CaseId(id), place, at(id))
    }
}

async fn insert(store: &Store, case: &CaseRow) -> Result<(), StoreError> {
    let mut tx = store.begin().await?;
    tx.insert_case(case, Some("{}")).await?;
    tx.commit().await
}

async fn save(store: &Store, old: &CaseRow, new: &CaseRow) -> Result<CaseRow, StoreError> {
    let mut tx = store.begin().await?;
    let saved = tx.save_case(old, new).await?;
    tx.commit().await?;
    Ok(saved)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_comes_back_as_written_and_a_stale_version_is_refused() -> anyhow::Result<()> {
    each_store(|store| async move {
        let old = new_case(1, "site:example.com", Some(7));
        insert(&store, &old).await?;
        ensure!(cases::case(&mut &store, old.id).await? == old);
        ensure!(cases::case_by_number(&mut &store, &old.number).await? == old);
        let new = CaseRow {
            assignee: Some(UserId(4)),
            cause_reason: Some("said".to_owned()),
            unread: true,
            snoozed_until: Some(at(9)),
            ..old.clone()
        };
        let saved = save(&store, &old, &new).await?;
        ensure!(saved.version == 2 && cases::case(&mut &store, old.id).await? == saved);
        ensure!(matches!(save(&store, &old, &new).await, Err(StoreError::Stale { .. })));
        let cleared = save(&store, &saved, &CaseRow { assignee: None, ..saved.clone() }).await?;
        ensure!(cases::case(&mut &store, old.id).await?.assignee.is_none() && cleared.version == 3);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn one_place_of_one_contract_has_one_open_case() -> anyhow::Result<()> {
    each_store(|store| async move {
        let first = new_case(1, "site:example.com", Some(7));
        insert(&store, &first).await?;
        ensure!(matches!(
            insert(&store, &new_case(2, "site:example.com", Some(7))).await,
            Err(StoreError::Conflict(_))
        ));
        insert(&store, &new_case(3, "site:example.com", Some(8))).await?;
        insert(&store, &new_case(4, "site:example.com", None)).await?;
        insert(&store, &CaseRow { lane: Lane::Rights, ..new_case(5, "site:example.com", Some(7)) }).await?;
        insert(&store, &CaseRow { split: Some(CaseId(6)), ..new_case(6, "site:example.com", Some(7)) }).await?;
        let closed = CaseRow { state: CaseState::Closed, closed_at: Some(at(50)), ..first.clone() };
        save(&store, &first, &closed).await?;
        insert(&store, &new_case(7, "site:example.com", Some(7))).await?;
        let places = ["site:example.com".to_owned()];
        ensure!(cases::cases_at_places(&mut &store, &places, at(51)).await?.len() == 5, "closed before is left out");
        ensure!(cases::cases_at_places(&mut &store, &places, at(50)).await?.len() == 6);
        Ok(())
    })
    .await
}

async fn all(store: &Store, filter: &Filter, limit: i64) -> anyhow::Result<Vec<i64>> {
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = cases::page(&mut &*store, filter, after, limit, at(100)).await?;
        seen.extend(page.cases.iter().map(|case| case.id.0));
        after = page.next;
        if after.is_none() {
            return Ok(seen);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_is_by_deadline_then_harm_and_pages_lose_nothing() -> anyhow::Result<()> {
    each_store(|store| async move {
        for id in 1..=40 {
            let severity = Severity::ALL[usize::try_from(id % 5)?];
            let deadline_at = (id % 4 != 0).then(|| at(90 + (id % 3) * 10));
            let case = CaseRow { severity, deadline_at, ..new_case(id, &format!("host:192.0.2.{id}"), None) };
            let closed = CaseRow { state: CaseState::Closed, closed_at: Some(at(id)), ..case.clone() };
            insert(&store, if id % 10 == 0 { &closed } else { &case }).await?;
        }
        let open = all(&store, &Filter::default(), 7).await?;
        ensure!(open.len() == 36 && open == all(&store, &Filter::default(), 200).await?);
        let mut rows = Vec::new();
        for id in &open {
            rows.push(cases::case(&mut &store, CaseId(*id)).await?);
        }
        let rank =
            |case: &CaseRow| (case.deadline_at.unwrap_or(Timestamp::MAX), std::cmp::Reverse(case.severity), case.id);
        ensure!(rows.is_sorted_by_key(rank));
        let everything = all(&store, &Filter { view: View::All, ..Filter::default() }, 9).await?;
        ensure!(everything.ends_with(&[40, 30, 20, 10]), "closed last, the latest first: {everything:?}");
        let overdue = all(&store, &Filter { view: View::Overdue, ..Filter::default() }, 9).await?;
        ensure!(!overdue.is_empty() && overdue.iter().all(|id| id % 3 == 0 && id % 4 != 0), "{overdue:?}");
        let text = |text: &str| Filter { text: Some(text.to_owned()), ..Filter::default() };
        ensure!(all(&store, &text("2.33"), 9).await? == [33]);
        ensure!(all(&store, &text("m-2026-000033"), 9).await? == [33]);
        ensure!(all(&store, &text("%"), 9).await?.is_empty(), "a percent sign is a character, not everything");
        let counts = cases::counts(&mut &store, at(100)).await?;
        ensure!(counts.open == 36 && counts.unassigned == 36 && counts.overdue == i64::try_from(overdue.len())?);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn load_counts_open_and_lately_closed_of_each_person() -> anyhow::Result<()> {
    each_store(|store| async move {
        let mine = |id: i64| CaseRow { assignee: Some(UserId(5)), ..new_case(id, &format!("account:{id}"), None) };
        insert(&store, &mine(1)).await?;
        insert(&store, &CaseRow { deadline_at: Some(at(10)), ..mine(2) }).await?;
        let closed = |id, second| CaseRow {
            state: CaseState::Closed,
            closed_at: Some(at(second)),
            work_ms: 60_000,
            clicks: 3,
            ..mine(id)
        };
        insert(&store, &closed(3, 40)).await?;
        insert(&store, &closed(4, 20)).await?;
        let load = cases::load(&mut &store, at(30), at(60)).await?;
        ensure!(load.len() == 1, "{load:?}");
        let of = &load[0];
        ensure!((of.assignee, of.open, of.overdue, of.closed) == (Some(UserId(5)), 2, 1, 1), "{of:?}");
        ensure!((of.work_ms, of.clicks) == (60_000, 3));
        Ok(())
    })
    .await
}
