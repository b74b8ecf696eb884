//! What people do with cases, on both databases: versions, exits, merging and splitting and taking it back.

use crate::room::{Room, at, host, page, reading};
use anyhow::{bail, ensure};
use desk::cases::{At, Closing};
use desk::{Actor, DeskError};
use model::{CaseState, Category, CauseClass, Exit, Grade, Role, Transport, UserId};
use store::cases::{self, CaseRow};
use store::{Store, StoreError, observations, reporters};
use testkit::each_store;

fn anna() -> Actor {
    Actor::new("user:anna", Role::Operator)
}

/// A row without what says only when and how often it was written.
fn bare(case: &CaseRow) -> CaseRow {
    CaseRow { version: 0, updated_at: at(crate::room::NOW), ..case.clone() }
}

async fn load(store: &Store, case: &CaseRow) -> anyhow::Result<CaseRow> {
    Ok(cases::case(&mut &*store, case.id).await?)
}

async fn opened(room: &Room, sender: &str, seen: Vec<model::Observation>) -> anyhow::Result<CaseRow> {
    let done = room.report(&reading(sender, seen)).await?;
    let Some(id) = done.opened.first() else { bail!("no case: {done:?}") };
    Ok(cases::case(&mut &room.desk.store, *id).await?)
}

/// The last entry of this kind on a case.
async fn entry(store: &Store, case: &CaseRow, kind: &str) -> anyhow::Result<i64> {
    let timeline = store.journal_of(case.id).await?;
    let found = timeline.iter().rev().find(|entry| entry.kind == kind);
    found.map(|entry| entry.seq).ok_or_else(|| anyhow::anyhow!("no {kind} on {}", case.number))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_on_an_old_version_is_refused_and_an_auditor_changes_nothing() -> anyhow::Result<()> {
    each_store(|store| async move {
        let room = Room::new(&store).await?;
        let case =
            opened(&room, "a@example.org", vec![host(Category::LoginAttack, "192.0.2.11", "2026-04-05T22:00:00Z")])
                .await?;
        let taken = room.desk.assign_case(&anna(), At::from(&case), Some(UserId(3))).await?;
        let stale = room.desk.assign_case(&anna(), At::from(&case), None).await;
        ensure!(matches!(stale, Err(DeskError::Store(StoreError::Stale { .. }))), "{stale:?}");
        let auditor = Actor::new("user:audit", Role::Auditor);
        let refused = room.desk.assign_case(&auditor, At::from(&taken), None).await;
        ensure!(matches!(refused, Err(DeskError::NotAllowed(_))), "{refused:?}");
        room.desk.touch_case(&anna(), case.id, 90_000, 7).await?;
        let now = load(&store, &case).await?;
        ensure!((now.work_ms, now.clicks, now.version) == (90_000, 7, taken.version));
        let undone = room.desk.undo_case(&anna(), At::from(&now), entry(&store, &case, "case.assigned").await?).await?;
        ensure!(undone.assignee.is_none());
        let again = room.desk.undo_case(&anna(), At::from(&undone), entry(&store, &case, "case.assigned").await?).await;
        ensure!(matches!(again, Err(DeskError::State(_))), "{again:?}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn merging_and_taking_it_back_leaves_everything_as_it_was() -> anyhow::Result<()> {
    each_store(|store| async move {
        let room = Room::new(&store).await?;
        let into =
            opened(&room, "a@example.org", vec![page(Category::Phishing, "http://a.example.com/wp-content/x")]).await?;
        let from = opened(
            &room,
            "b@example.net",
            vec![
                page(Category::Phishing, "http://b.example.com/y"),
                page(Category::Malware, "http://b.example.com/z.exe"),
            ],
        )
        .await?;
        let facts = |case: &CaseRow| {
            let (store, id) = (store.clone(), case.id);
            async move { cases::decision(&mut &store, id).await }
        };
        let before = (facts(&into).await?, facts(&from).await?);
        let merged = room.desk.merge_cases(&anna(), At::from(&into), At::from(&from)).await?;
        ensure!((merged.reports, merged.reporters, merged.observations) == (2, 2, 3), "{merged:?}");
        let gone = load(&store, &from).await?;
        ensure!(gone.exit == Some(Exit::Merged) && gone.merged_into == Some(into.id));
        // What comes for the merged place now goes where it went.
        let more =
            room.report(&reading("c@example.org", vec![page(Category::Phishing, "http://b.example.com/new")])).await?;
        ensure!(more.attached == [into.id], "{more:?}");
        let merged = load(&store, &into).await?;
        let back = room.desk.undo_case(&anna(), At::from(&merged), entry(&store, &into, "case.merged").await?).await?;
        ensure!((back.reports, back.observations) == (2, 2), "its own and the one that came since: {back:?}");
        ensure!(bare(&load(&store, &from).await?) == bare(&from), "{:?}", load(&store, &from).await?);
        ensure!(facts(&from).await? == before.1);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_without_news_is_undone_to_the_letter() -> anyhow::Result<()> {
    each_store(|store| async move {
        let room = Room::new(&store).await?;
        let into = opened(&room, "a@example.org", vec![page(Category::Phishing, "http://a.example.com/x")]).await?;
        let from = opened(&room, "b@example.net", vec![page(Category::Phishing, "http://b.example.com/y")]).await?;
        let stored = cases::decision(&mut &store, into.id).await?.unwrap_or_default();
        let merged = room.desk.mark_duplicate(&anna(), At::from(&from), At::from(&into)).await?;
        let back =
            room.desk.undo_case(&anna(), At::from(&merged), entry(&store, &into, "case.duplicate").await?).await?;
        ensure!(bare(&back) == bare(&into), "{back:?}\n{into:?}");
        ensure!(bare(&load(&store, &from).await?) == bare(&from));
        let now = cases::decision(&mut &store, into.id).await?.unwrap_or_default();
        ensure!(now["facts"] == stored["facts"], "facts built anew are those that grew: {now}\n{stored}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_contracts_are_never_one_case() -> anyhow::Result<()> {
    each_store(|store| async move {
        let room = Room::new(&store).await?;
        let one = opened(&room, "a@example.org", vec![page(Category::Phishing, "http://example.com/x")]).await?;
        let other = opened(&room, "a@example.org", vec![page(Category::Phishing, "http://example.net/x")]).await?;
        let refused = room.desk.merge_cases(&anna(), At::from(&one), At::from(&other)).await;
        ensure!(matches!(refused, Err(DeskError::State(_))), "{refused:?}");
        ensure!(load(&store, &other).await? == other && load(&store, &one).await? == one);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn splitting_moves_what_is_named_and_can_be_taken_back() -> anyhow::Result<()> {
    each_store(|store| async move {
        let room = Room::new(&store).await?;
        let urls = ["http://example.com/a", "http://example.com/b", "http://example.com/c"];
        let case = opened(&room, "a@example.org", urls.map(|url| page(Category::Phishing, url)).into()).await?;
        let rows = observations::of_case(&mut &store, case.id, model::ObservationId(0), 10).await?;
        let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
        let all = room.desk.split_case(&anna(), At::from(&case), &ids).await;
        ensure!(matches!(all, Err(DeskError::Invalid(_))), "{all:?}");
        let fresh = room.desk.split_case(&anna(), At::from(&case), &ids[..1]).await?;
        let rest = load(&store, &case).await?;
        ensure!(fresh.observations == 1 && rest.observations == 2 && fresh.contract == case.contract);
        ensure!(fresh.state == CaseState::Open && fresh.number != case.number);
        let again =
            room.report(&reading("b@example.org", vec![page(Category::Phishing, "http://example.com/d")])).await?;
        ensure!(again.attached == [case.id], "news go to the first: {again:?}");
        let rest = load(&store, &case).await?;
        let whole = room.desk.undo_case(&anna(), At::from(&rest), entry(&store, &case, "case.split").await?).await?;
        ensure!(whole.observations == 4, "{whole:?}");
        ensure!(load(&store, &fresh).await?.merged_into == Some(case.id));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_exit_is_reached_with_its_clause_or_refused_for_a_reason() -> anyhow::Result<()> {
    each_store(|store| async move {
        let room = Room::new(&store).await?;
        let mut number = 0;
        for exit in Exit::ALL.iter().copied() {
            number += 1;
            let url = format!("http://s{number}.example.com/x");
            let mut case = opened(&room, "judge@example.org", vec![page(Category::Phishing, &url)]).await?;
            let bare_exit = room.desk.close_case(&anna(), At::from(&case), &Closing::new(exit)).await;
            let needs = matches!(
                exit,
                Exit::Stopped | Exit::WarnedThenStopped | Exit::Cancelled | Exit::ReferredOut | Exit::Merged
            );
            ensure!(bare_exit.is_err() == needs, "{exit}: {bare_exit:?}");
            if !needs {
                continue;
            }
            let clause = Closing { exit, clause: Some("約款第12条".to_owned()), note: None };
            if exit == Exit::Cancelled {
                ensure!(
                    room.desk.close_case(&anna(), At::from(&case), &clause).await.is_err(),
                    "the cause is not deliberate"
                );
                case =
                    room.desk.set_cause(&anna(), At::from(&case), CauseClass::Deliberate, 0.95, "false name").await?;
            }
            let closed = room.desk.close_case(&anna(), At::from(&case), &clause).await;
            match exit {
                // Nobody was told in this test, and merging is not closing.
                Exit::WarnedThenStopped | Exit::Merged => ensure!(closed.is_err(), "{exit}"),
                _ => ensure!(closed?.exit_clause.as_deref() == Some("約款第12条"), "{exit}"),
            }
        }
        let judged = reporters::reporter_by_address(&mut &store, "judge@example.org").await?;
        let judged = judged.ok_or_else(|| anyhow::anyhow!("no reporter"))?;
        ensure!((judged.confirmed, judged.rejected) == (4, 1), "{judged:?}");
        ensure!((judged.trust - 5.0 / 7.0).abs() < 1e-9, "{}", judged.trust);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_is_undone_with_the_reporters_trust() -> anyhow::Result<()> {
    each_store(|store| async move {
        let room = Room::new(&store).await?;
        let case = opened(&room, "r@example.org", vec![page(Category::Phishing, "http://example.com/x")]).await?;
        room.desk.close_case(&anna(), At::from(&case), &Closing::new(Exit::Rejected)).await?;
        let trust = || async {
            let row = reporters::reporter_by_address(&mut &store, "r@example.org").await?;
            row.map(|row| row.trust).ok_or_else(|| anyhow::anyhow!("no reporter"))
        };
        ensure!((trust().await? - 1.0 / 3.0).abs() < 1e-9);
        let closed = load(&store, &case).await?;
        let open = room.desk.undo_case(&anna(), At::from(&closed), entry(&store, &case, "case.closed").await?).await?;
        ensure!(open.state == CaseState::Open && open.exit.is_none() && open.closed_at.is_none());
        ensure!((trust().await? - 0.5).abs() < 1e-9);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attacked_customers_case_closes_only_with_all_six_answers() -> anyhow::Result<()> {
    each_store(|store| async move {
        let room = Room::new(&store).await?;
        let case =
            opened(&room, "r@example.org", vec![page(Category::RemoteCompromise, "http://example.com/shell.php")])
                .await?;
        let Err(DeskError::State(why)) =
            room.desk.close_case(&anna(), At::from(&case), &Closing::new(Exit::Fixed)).await
        else {
            bail!("closed without the form");
        };
        for question in desk::cases::INCIDENT_QUESTIONS {
            ensure!(why.to_string().contains(question), "{why}");
        }
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_settles_category_cause_and_grade_and_the_next_report_keeps_them() -> anyhow::Result<()> {
    each_store(|store| async move {
        let room = Room::new(&store).await?;
        let case = opened(&room, "r@example.org", vec![page(Category::Phishing, "http://example.com/x")]).await?;
        let sorted = room.desk.set_category(&anna(), At::from(&case), Category::Fraud).await?;
        let caused = room.desk.set_cause(&anna(), At::from(&sorted), CauseClass::Victim, 0.9, "old plugin").await?;
        let graded = room.desk.set_grade(&anna(), At::from(&caused), Grade::Confirmed).await?;
        ensure!(graded.category == Category::Fraud && graded.cause == CauseClass::Victim);
        ensure!(
            room.desk.set_category(&anna(), At::from(&graded), Category::Copyright).await.is_err(),
            "another desk's"
        );
        room.report(&reading("s@example.org", vec![page(Category::Phishing, "http://example.com/y")])).await?;
        let now = load(&store, &case).await?;
        ensure!(now.category == Category::Fraud && now.cause == CauseClass::Victim && now.grade == Grade::Confirmed);
        ensure!(now.cause_reason.as_deref() == Some("old plugin"), "{:?}", now.cause_reason);
        let back = room.desk.undo_case(&anna(), At::from(&now), entry(&store, &case, "case.grade").await?).await?;
        ensure!(back.grade == case.grade, "{back:?}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_in_triage_is_accepted_for_a_contract_and_the_customer_gets_his_draft() -> anyhow::Result<()> {
    each_store(|store| async move {
        let room = Room::new(&store).await?;
        let mut seen = host(Category::LoginAttack, "203.0.113.5", "2026-04-05T22:00:00Z");
        seen.transport = Some(Transport::Tcp);
        let case = opened(&room, "r@example.org", vec![seen]).await?;
        ensure!(case.state == CaseState::Triage);
        ensure!(room.desk.accept_case(&anna(), At::from(&case), None).await.is_err(), "no contract");
        let row = store.fetch_one("SELECT id FROM contract WHERE key = 'LINE'", store::args![]).await?;
        let contract = model::ContractId(row.int("id")?);
        let open = room.desk.accept_case(&anna(), At::from(&case), Some(contract)).await?;
        ensure!(open.state == CaseState::Open && open.contract == Some(contract) && open.deadline_at.is_some());
        Ok(())
    })
    .await
}
