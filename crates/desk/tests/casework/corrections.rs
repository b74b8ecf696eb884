//! A person corrects what was read: cases follow, nothing counts twice, and it can be taken back.

use anyhow::ensure;
use desk::corrections::{Accused, Correction};
use desk::{Actor, DeskError};
use model::{CaseState, Category, Exit, Noise, ObservationId, ReportId, Role};
use store::corrections as kept;
use store::{Store, StoreError, args, cases, observations};
use testkit::each_store;

use crate::room::{Room, host, page, reading};

fn person() -> Actor {
    Actor::new("user:sato", Role::Operator)
}

async fn newest(store: &Store) -> anyhow::Result<ReportId> {
    Ok(ReportId(store.fetch_one("SELECT MAX(id) AS id FROM report", args![]).await?.int("id")?))
}

fn accuses(ip: &str) -> Accused {
    Accused {
        ip: Some(ip.to_owned()),
        at: Some("2026-04-06 07:00:00".to_owned()),
        zone: Some("JST".to_owned()),
        category: Some("login-attack".to_owned()),
        ..Accused::default()
    }
}

fn says(accused: Vec<Accused>) -> Correction {
    Correction { report: true, accused }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_could_not_be_read_becomes_a_case_by_a_persons_word_and_back() -> anyhow::Result<()> {
    each_store(|store| async move {
        let room = Room::new(&store).await?;
        let mut mail = reading("noc@example.org", vec![]);
        mail.text = "Attacker -> 192[.]0[.]2[.]11\n".to_owned();
        room.report(&mail).await?;
        let report = newest(&store).await?;
        let first = room.desk.correct_report(&person(), report, None, &says(vec![accuses("192[.]0[.]2[.]11")])).await?;
        let done = room.work(1).await?;
        ensure!(done.len() == 1 && done[0].state == "read" && done[0].opened.len() == 1, "{done:?}");
        let case = done[0].opened[0];
        let row = cases::case(&mut &store, case).await?;
        ensure!(row.state == CaseState::Open && row.place == "host:192.0.2.11", "{row:?}");
        let seen = observations::of_report(&mut &store, report).await?;
        ensure!(seen.len() == 1 && seen[0].seen.highlighted() == Some(("Attacker -> ", "192.0.2.11", "")), "{seen:?}");
        ensure!(seen[0].seen.at.as_ref().is_some_and(|at| at.at.to_string() == "2026-04-05T22:00:00Z"));

        // Somebody else looked at the machine's reading and is late.
        let late = room.desk.correct_report(&person(), report, None, &says(vec![accuses("192.0.2.20")])).await;
        ensure!(matches!(late, Err(DeskError::Store(StoreError::Stale { .. }))), "{late:?}");
        let auditor = Actor::new("user:kansa", Role::Auditor);
        ensure!(matches!(room.desk.undo_correction(&auditor, report, first).await, Err(DeskError::NotAllowed(_))));

        room.desk.undo_correction(&person(), report, first).await?;
        let done = room.work(1).await?;
        ensure!(done[0].state == "set-aside", "the machine's reading counts again: {done:?}");
        let row = cases::case(&mut &store, case).await?;
        ensure!((row.state, row.exit, row.observations) == (CaseState::Closed, Some(Exit::InfoOnly), 0), "{row:?}");
        ensure!(kept::in_force(&mut &store, report).await?.is_none());
        let ended = kept::correction(&mut &store, first).await?;
        ensure!(ended.ended_by.as_deref() == Some("user:sato") && ended.machine["state"] == "set-aside", "{ended:?}");
        let kinds = store.journal_after(0, 10_000).await?.into_iter().map(|entry| entry.kind);
        let kinds: Vec<String> = kinds.filter(|kind| kind.contains("correct") || kind.contains("emptied")).collect();
        ensure!(kinds == ["report.corrected", "case.emptied", "report.correction-undone"], "{kinds:?}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_value_moves_to_the_right_case_and_the_rest_stays() -> anyhow::Result<()> {
    each_store(|store| async move {
        let room = Room::new(&store).await?;
        let other = vec![host(Category::LoginAttack, "192.0.2.11", "2026-04-05T21:00:00Z")];
        let first = room.report(&reading("a@example.org", other)).await?;
        let wrong = host(Category::LoginAttack, "192.0.2.11", "2026-04-05T22:00:00Z");
        let link = page(Category::Phishing, "http://www.example.com/wp-content/x");
        let both = room.report(&reading("b@example.org", vec![wrong, link])).await?;
        ensure!(both.attached == first.opened && both.opened.len() == 1, "{both:?}");
        let report = newest(&store).await?;
        let rows = observations::of_report(&mut &store, report).await?;
        let (moved, stays): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.seen.ip.is_some());
        let mut meant = Accused::shown(moved[0].id, &moved[0].seen);
        meant.ip = Some("192.0.2.20".to_owned());
        let same = Accused::shown(stays[0].id, &stays[0].seen);
        let id = room.desk.correct_report(&person(), report, None, &says(vec![meant, same])).await?;
        let done = room.work(1).await?;
        ensure!(done[0].opened.len() == 1 && done[0].reopened.len() == 1, "{done:?}");
        let old = cases::case(&mut &store, first.opened[0]).await?;
        ensure!((old.reports, old.observations, old.reporters) == (1, 1, 1), "{old:?}");
        let new = cases::case(&mut &store, done[0].opened[0]).await?;
        ensure!(new.place == "host:192.0.2.20" && new.state == CaseState::Open, "{new:?}");
        let site = cases::case(&mut &store, both.opened[0]).await?;
        ensure!((site.reports, site.observations) == (1, 1) && site.state == CaseState::Open, "{site:?}");
        let tellings = store.fetch_one("SELECT CAST(SUM(seen) AS BIGINT) AS n FROM telling", args![]).await?;
        ensure!(tellings.int("n")? == 3, "each observation is told once");
        let reporter = store::reporters::reporter_by_address(&mut &store, "b@example.org").await?.expect("a reporter");
        ensure!((reporter.reports, reporter.rejected) == (1, 0), "{reporter:?}");

        // A second correction keeps what the machine had read; a number from before it is refused.
        let gone = Accused { of: Some(ObservationId(moved[0].id.0)), ..accuses("192.0.2.20") };
        let stale = room.desk.correct_report(&person(), report, Some(id), &says(vec![gone])).await;
        ensure!(matches!(stale, Err(DeskError::Store(StoreError::Stale { .. }))), "{stale:?}");
        let id = room.desk.correct_report(&person(), report, Some(id), &says(vec![accuses("192.0.2.20")])).await?;
        room.work(1).await?;
        let row = kept::correction(&mut &store, id).await?;
        ensure!(row.machine["observations"].as_array().map(Vec::len) == Some(2), "{}", row.machine);
        let site = cases::case(&mut &store, both.opened[0]).await?;
        ensure!(site.state == CaseState::Closed && site.observations == 0, "{site:?}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn no_report_is_noise_and_every_refusal_says_why() -> anyhow::Result<()> {
    each_store(|store| async move {
        let room = Room::new(&store).await?;
        let seen = vec![host(Category::LoginAttack, "192.0.2.11", "2026-04-05T22:00:00Z")];
        let done = room.report(&reading("ads@example.org", seen)).await?;
        let report = newest(&store).await?;
        for (wrong, code) in [
            (says(vec![]), "desk.invalid"),
            (says(vec![Accused::default()]), "desk.invalid"),
            (says(vec![accuses("192.0.2.999")]), "desk.invalid"),
        ] {
            let refused = room.desk.correct_report(&person(), report, None, &wrong).await.err();
            ensure!(refused.as_ref().is_some_and(|error| error.code().0 == code), "{refused:?}");
        }
        room.desk.correct_report(&person(), report, None, &Correction::default()).await?;
        let again = room.work(1).await?;
        ensure!(again[0].state == "noise", "{again:?}");
        let reading = store::screens::reading(&mut &store, report).await?.unwrap_or_default();
        ensure!(reading["noise"] == serde_json::json!(Noise::Declared), "{reading}");
        ensure!(cases::case(&mut &store, done.opened[0]).await?.state == CaseState::Closed);
        // The word holds when the readers are other ones.
        room.desk.reread_report(&person(), report).await?;
        ensure!(room.work(1).await?[0].state == "noise");
        ensure!(store::reports::report(&mut &store, report).await?.correction.is_some());
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn examples_are_kept_by_one_step_and_measure_the_reader() -> anyhow::Result<()> {
    each_store(|store| async move {
        let room = Room::new(&store).await?;
        for (sender, ip) in [("a@example.org", "192.0.2.11"), ("b@example.org", "192.0.2.20")] {
            room.report(&reading(sender, vec![])).await?;
            let report = newest(&store).await?;
            let unmarked = room.desk.mark_fixture(&person(), report, true).await;
            ensure!(matches!(unmarked, Err(DeskError::State(_))), "nothing is labelled yet: {unmarked:?}");
            room.desk.correct_report(&person(), report, None, &says(vec![accuses(ip)])).await?;
            room.work(1).await?;
        }
        let last = newest(&store).await?;
        room.desk.mark_fixture(&person(), last, true).await?;
        ensure!(room.desk.fixtures(true, 0, 10).await?.len() == 2);
        let marked = room.desk.fixtures(false, 0, 10).await?;
        ensure!(marked.len() == 1 && marked[0].file == format!("report-{last}.json"), "{marked:?}");
        let labels = reports::score::expected(&marked[0].line).map_err(anyhow::Error::msg)?;
        ensure!(labels.len() == 1 && labels[0].clean && labels[0].sender == "b@example.org", "{}", marked[0].line);
        ensure!(labels[0].events[0].ip.as_deref() == Some("192.0.2.20"), "{}", marked[0].line);
        room.desk.mark_fixture(&person(), last, false).await?;
        ensure!(room.desk.fixtures(false, 0, 10).await?.is_empty());
        Ok(())
    })
    .await
}
