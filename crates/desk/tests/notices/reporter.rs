//! What reporters are told, which of them, and what never.

use anyhow::ensure;
use desk::notices::{Attachment, Auto};
use jiff::SignedDuration;
use model::findings::{Findings, Method, Verdict};
use model::{CaseId, Exit, Lang, ReportId};
use store::mails::{MailRow, MailState};
use store::{Settings, Store, args};
use testkit::{TempStore, each_store};
use text::mail::{MailKind, Missing};

use crate::world::{NOW, REPORTER, World, at, head};

async fn receipt(world: &World, report: ReportId) -> anyhow::Result<Option<MailRow>> {
    let mut tx = world.desk.store.begin().await?;
    let id = world.desk.write_receipt(&mut tx, report).await?;
    tx.commit().await?;
    Ok(match id {
        Some(id) => Some(world.mail(id).await?),
        None => None,
    })
}

/// Everything that names the customers of the tests.
const CUSTOMER: [&str; 6] = ["Suzuki", "suzuki@", "C-100300", "K-11", "山田", "taro@"];

#[tokio::test(flavor = "multi_thread")]
async fn a_person_gets_a_receipt_at_once_and_only_one() -> anyhow::Result<()> {
    each_store(|store| async move {
        let world = World::new(store).await?;
        let report = world.report(&world.complaint(), (REPORTER, "person"), None).await?;
        let mail = receipt(&world, report).await?.expect("a receipt");
        ensure!(mail.state == MailState::Queued && mail.to == REPORTER && mail.not_before == mail.created_at);
        let head = head(&mail);
        ensure!(head.auto == Auto::Replied && head.envelope_from.is_none());
        ensure!(head.in_reply_to.as_deref() == Some("n0@widgets.example.org"), "{:?}", head.in_reply_to);
        ensure!(mail.subject.contains(&format!("R-{report}")) && text::is_complete(&mail.body));
        ensure!(receipt(&world, report).await?.is_none());
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_are_written_where_there_is_but_one_connection() -> anyhow::Result<()> {
    for temp in [TempStore::sqlite().await?, TempStore::postgres().await?] {
        // A second connection inside a transaction is one that nobody gives back before it ends.
        let world = World::new(Store::open(&Settings { connections: 1, ..temp.settings.clone() }).await?).await?;
        let case = world.ready_case().await?;
        let report = world.report(&world.complaint(), (REPORTER, "person"), None).await?;
        let both = async {
            let told = world.notice(case, MailKind::CustomerNoticeRoot).await?;
            Ok::<_, anyhow::Error>((receipt(&world, report).await?, told))
        };
        let (receipt, told) = tokio::time::timeout(std::time::Duration::from_secs(5), both).await??;
        ensure!(receipt.is_some() && told.is_some_and(|mail| mail.attachments.is_some()));
        world.desk.store.close().await;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_is_answered_when_it_asks_once_a_day() -> anyhow::Result<()> {
    each_store(|store| async move {
        let world = World::new(store).await?;
        let quiet = world.report(&world.complaint(), ("bot@example.net", "robot"), None).await?;
        ensure!(receipt(&world, quiet).await?.is_none(), "it did not ask");
        let mut asked = Vec::new();
        for _ in 0..3 {
            let report = world.report(&world.complaint(), ("bot@example.net", "robot"), None).await?;
            let mut tx = world.desk.store.begin().await?;
            tx.execute("UPDATE report SET answer_wanted = 1 WHERE id = $1", args![report]).await?;
            tx.commit().await?;
            asked.push(report);
        }
        ensure!(receipt(&world, asked[0]).await?.is_some() && receipt(&world, asked[1]).await?.is_none());
        world.clock.advance(SignedDuration::from_hours(24));
        ensure!(receipt(&world, asked[2]).await?.is_some());
        // The same words from a mail that says it is automatic: never.
        let automatic = format!("Auto-Submitted: auto-generated\n{}", world.complaint());
        let report = world.report(&automatic, ("person@example.net", "person"), None).await?;
        ensure!(receipt(&world, report).await?.is_none());
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_that_hides_what_it_is_stops_at_the_limit() -> anyhow::Result<()> {
    each_store(|store| async move {
        let world = World::with(store, |settings| settings.mail.receipts_per_day = 3).await?;
        let mut written = 0;
        for _ in 0..10 {
            let report = world.report(&world.complaint(), (REPORTER, "person"), None).await?;
            written += u32::from(receipt(&world, report).await?.is_some());
        }
        ensure!(written == 3, "{written}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_lacking_is_asked_for_by_name() -> anyhow::Result<()> {
    each_store(|store| async move {
        let world = World::new(store).await?;
        let report = world.report(&world.complaint(), (REPORTER, "person"), None).await?;
        let first = receipt(&world, report).await?.expect("a receipt");
        let mut tx = world.desk.store.begin().await?;
        let missing = [Missing::Port, Missing::Time, Missing::Port];
        let asked = world.desk.write_ask(&mut tx, report, &missing).await?.expect("a question");
        let twice = world.desk.write_ask(&mut tx, report, &missing).await?;
        let nothing = world.desk.write_ask(&mut tx, report, &[]).await?;
        tx.commit().await?;
        ensure!(twice.is_none() && nothing.is_none());
        let mail = world.mail(asked).await?;
        for missing in [Missing::Port, Missing::Time] {
            let why = text::t(mail.lang, &format!("missing-{missing}.why"));
            let plain = |text: &str| text.split_whitespace().collect::<String>();
            ensure!(plain(&mail.body).contains(&plain(&why)), "{why} in\n{}", mail.body);
        }
        // One mail is enough: the receipt has not left yet.
        ensure!(world.mail(first.id).await?.state == MailState::Cancelled);
        ensure!(receipt(&world, report).await?.is_none());
        Ok(())
    })
    .await
}

async fn outcomes(world: &World, case: CaseId, exit: Exit) -> anyhow::Result<Vec<MailRow>> {
    let mut tx = world.desk.store.begin().await?;
    let ids = world.desk.write_outcomes(&mut tx, case, exit).await?;
    tx.commit().await?;
    let mut mails = Vec::new();
    for id in ids {
        mails.push(world.mail(id).await?);
    }
    Ok(mails)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_reporter_hears_the_outcome_once_and_never_who_it_was() -> anyhow::Result<()> {
    each_store(|store| async move {
        let world = World::new(store).await?;
        let case = world.ready_case().await?;
        world.report(&world.complaint(), (REPORTER, "person"), Some(case)).await?;
        world.report(&world.complaint(), ("hanako@example.co.jp", "person"), Some(case)).await?;
        world.report(&world.complaint(), ("bot@example.net", "robot"), Some(case)).await?;
        let xarf = world.report(&world.complaint(), ("xarf@example.net", "robot"), Some(case)).await?;
        let mut tx = world.desk.store.begin().await?;
        let sql = "UPDATE report SET format = 'xarf-v4', answer_wanted = 1, report_key = 'REP-1', request = 'stop-and-identify' WHERE id = $1";
        tx.execute(sql, args![xarf]).await?;
        tx.commit().await?;
        let mails = outcomes(&world, case, Exit::Fixed).await?;
        let mut to: Vec<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
        to.sort_unstable();
        ensure!(to == ["hanako@example.co.jp", REPORTER, "xarf@example.net"], "{to:?}");
        for mail in &mails {
            let everything = format!("{} {} {:?}", mail.subject, mail.body, mail.attachments);
            ensure!(CUSTOMER.iter().all(|word| !everything.contains(word)), "{everything}");
            ensure!(text::is_complete(&mail.body) && mail.subject.contains("M-2026-000001"), "{}", mail.subject);
            ensure!((mail.lang == Lang::Ja) == mail.to.contains("@example.co.jp"));
        }
        let status = mails.iter().find(|mail| mail.to.starts_with("xarf")).expect("a mail").attachments.clone();
        let files: Vec<Attachment> = serde_json::from_value(status.expect("a status"))?;
        let status: serde_json::Value = serde_json::from_str(&files[0].text)?;
        ensure!(files[0].mime == "application/json" && status["report_id"] == "REP-1" && status["outcome"] == "fixed", "{status}");
        ensure!(outcomes(&world, case, Exit::Fixed).await?.is_empty());
        ensure!(outcomes(&world, case, Exit::Merged).await?.is_empty());
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_exit_can_be_told_in_both_languages() -> anyhow::Result<()> {
    each_store(|store| async move {
        let world = World::new(store).await?;
        let case = world.ready_case().await?;
        world.report(&world.complaint(), ("hanako@example.co.jp", "person"), Some(case)).await?;
        for (round, exit) in (1_i64..).zip(Exit::ALL.iter().filter(|exit| **exit != Exit::Merged)) {
            let mut tx = world.desk.store.begin().await?;
            tx.execute("UPDATE cases SET reopened = $2 WHERE id = $1", args![case, round]).await?;
            tx.commit().await?;
            let mails = outcomes(&world, case, *exit).await?;
            ensure!(mails.len() == 2, "{exit}: {}", mails.len());
            ensure!(mails.iter().all(|mail| CUSTOMER.iter().all(|word| !mail.body.contains(word))));
        }
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_goes_only_to_whom_our_servers_vouch_for() -> anyhow::Result<()> {
    each_store(|store| async move {
        let world = World::new(store).await?;
        let came = |results: &str, from: &str| {
            let way = "Received: from out.example.net (out.example.net [198.51.100.7]) by mx.example.jp (Postfix) with ESMTPS id 1";
            let body = world.complaint();
            let (head, body) = body.split_once("\n\n").unwrap_or((&body, ""));
            let head: Vec<&str> = head.lines().filter(|line| !line.starts_with("From:")).collect();
            format!(
                "Authentication-Results: mx.example.jp; {results}\n{way}; Sun, 22 Nov 2026 12:00:00 +0900\n\
                 From: {from}\n{}\n\n{body}",
                head.join("\n")
            )
        };
        let why = async || -> anyhow::Result<Vec<String>> {
            let entries = world.desk.store.journal_after(0, 1000).await?;
            let told = entries.iter().filter(|entry| entry.kind.starts_with("report.")).cloned();
            Ok(told.map(|entry| format!("{} {}", entry.kind, entry.detail["why"].as_str().unwrap_or(""))).collect())
        };
        // Forged: the policy of the domain that he names refuses it.
        let forged = came("spf=fail smtp.mailfrom=x@widgets.example.org", REPORTER);
        let report = world.report(&forged, (REPORTER, "person"), None).await?;
        ensure!(receipt(&world, report).await?.is_none());
        ensure!(why().await? == ["report.unanswered answer-unvouched"], "{:?}", why().await?);

        // What we found ourselves counts as much: nobody's server said a word.
        let silent = came("none", REPORTER);
        for (result, answered) in [("pass", true), ("fail", false)] {
            let report = world.report(&format!("X-Try: {result}\n{silent}"), (REPORTER, "person"), None).await?;
            let verdict = Verdict {
                method: Method::Dkim,
                result: result.to_owned(),
                domain: Some("widgets.example.org".to_owned()),
                selector: None,
                reason: None,
            };
            let mut tx = world.desk.store.begin().await?;
            let findings = Findings { verdicts: vec![verdict], ..Findings::default() };
            tx.keep_findings(report, &findings, at(NOW)).await?;
            tx.commit().await?;
            ensure!(receipt(&world, report).await?.is_some() == answered, "{result}");
        }

        // Sent by somebody who is known, with answers to somebody who is not: the victim hears nothing.
        let elsewhere = came("dkim=pass header.d=example.net", "Taro <taro@example.net>");
        let report = world.report(&elsewhere, ("victim@example.org", "person"), None).await?;
        let mail = receipt(&world, report).await?.expect("a receipt");
        ensure!(mail.to == "taro@example.net" && !mail.body.contains("Widgets SOC"), "{}", mail.to);
        ensure!(why().await?.contains(&"report.answered-instead answer-author".to_owned()), "{:?}", why().await?);

        // Passed on: who first reported it is a claim.
        let passed = came("dkim=pass header.d=example.net", "Hana <hana@example.net>");
        let report = world.report(&passed, ("victim@example.org", "person"), None).await?;
        let mut tx = world.desk.store.begin().await?;
        let reading = r#"{"forwarder":{"address":"hana@example.net"}}"#;
        tx.execute("UPDATE report SET reading = $2 WHERE id = $1", args![report, reading]).await?;
        tx.commit().await?;
        ensure!(receipt(&world, report).await?.is_some_and(|mail| mail.to == "hana@example.net"));
        ensure!(why().await?.contains(&"report.answered-instead answer-forwarder".to_owned()), "{:?}", why().await?);

        // Known, and it is he who reports.
        let own = came("spf=pass smtp.mailfrom=bounce@mail.widgets.example.org", REPORTER);
        let report = world.report(&own, (REPORTER, "person"), None).await?;
        ensure!(receipt(&world, report).await?.is_some_and(|mail| mail.to == REPORTER));
        Ok(())
    })
    .await
}
