//! What a customer is told, and what he is never told.

use anyhow::ensure;
use desk::notices::Attachment;
use desk::{Actor, DeskError, Mode};
use model::{CaseState, Lang, Role};
use store::mails::{self, MailState};
use store::reporters::reporter_by_address;
use testkit::each_store;
use text::mail::{MailKind, Part};

use crate::world::{LINE, REPORTER, World, at, head};

/// Everything by which the reporter of the tests could be known.
const IDENTITY: [&str; 8] = [REPORTER, "widgets", "Widgets", "soc@", "198.51.100.9", "bastion", "Hilda", "Marlowe"];

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_has_every_part_and_hides_the_reporter() -> anyhow::Result<()> {
    each_store(|store| async move {
        let world = World::new(store).await?;
        let case = world.ready_case().await?;
        let mail = world.notice(case, MailKind::CustomerNoticeRoot).await?.expect("a mail");
        ensure!(mail.state == MailState::Queued && mail.to == "suzuki@example.net" && mail.lang == Lang::En);
        for part in Part::ALL {
            ensure!(mail.body.contains(&part.heading(Lang::En)), "{part} is lacking in\n{}", mail.body);
        }
        for question in 1..=6 {
            ensure!(mail.body.contains(&format!("\nQ{question} ")), "question {question}");
        }
        ensure!(mail.body.contains("203.0.113.7") && mail.body.contains("Failed password for root"), "{}", mail.body);
        ensure!(mail.subject.contains("M-2026-000001"), "{}", mail.subject);
        let files: Vec<Attachment> = serde_json::from_value(mail.attachments.clone().expect("a summary"))?;
        ensure!(files[0].mime == "text/plain" && files[0].text.contains("Failed password"), "{}", files[0].text);
        let everything = format!("{}\n{}\n{}", mail.subject, mail.body, files[0].text);
        ensure!(text::is_complete(&everything));
        for word in IDENTITY {
            ensure!(!everything.contains(word), "{word} in\n{everything}");
        }
        let head = head(&mail);
        ensure!(head.envelope_from.is_some_and(|from| from.starts_with("abuse+b")));
        ensure!(mail.reply_to.is_some_and(|to| to.starts_with(&format!("abuse+c{case}."))));
        let row = world.case_row(case).await?;
        // The clock is set, but nobody has been told yet.
        ensure!(row.state == CaseState::Open && row.deadline_kind.as_deref() == Some("customer"));
        ensure!(row.deadline_at == Some(at("2026-11-27T18:00:00+09:00")), "{:?}", row.deadline_at);
        ensure!(mail.body.contains("27 November 2026") || mail.body.contains("2026-11-27"), "{}", mail.body);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_shown_what_another_holder_did() -> anyhow::Result<()> {
    each_store(|store| async move {
        let world = World::new(store).await?;
        // The case of the earlier holder; one event is his, the others are of the next holder or of the moment between.
        let case = world.case(100, "host:203.0.113.7").await?;
        let report = world.report(&world.complaint(), (REPORTER, "person"), Some(case)).await?;
        for (when, line) in [
            (Some("2026-11-19T23:00:00Z"), "Nov 19 23:00:00 x sshd[1]: mine 203.0.113.7"),
            (Some("2026-11-19T23:59:58Z"), "Nov 19 23:59:58 x sshd[1]: between 203.0.113.7"),
            (Some("2026-11-21T00:00:00Z"), "Nov 21 00:00:00 x sshd[1]: theirs 203.0.113.7"),
            (None, "00:00:00 undated 203.0.113.7"),
        ] {
            world.seen(report, case, when, line).await?;
        }
        let mail = world.notice(case, MailKind::CustomerNoticeManaged).await?.expect("a mail");
        ensure!(mail.lang == Lang::Ja && mail.body.contains("mine"), "{}", mail.body);
        for line in ["between", "theirs", "undated", "Suzuki"] {
            ensure!(!mail.body.contains(line), "{line} in\n{}", mail.body);
        }
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_dated_evidence_of_this_contract_there_is_no_notice() -> anyhow::Result<()> {
    each_store(|store| async move {
        let world = World::new(store).await?;
        let case = world.case(100, "host:203.0.113.7").await?;
        let report = world.report(&world.complaint(), (REPORTER, "person"), Some(case)).await?;
        world.seen(report, case, None, LINE).await?;
        world.seen(report, case, Some("2026-11-23T05:05:08Z"), LINE).await?;
        for _ in 0..3 {
            ensure!(world.notice(case, MailKind::CustomerNoticeManaged).await?.is_none());
        }
        // Said once, and put before a person.
        ensure!(world.journal(case).await? == ["mail.withheld"], "{:?}", world.journal(case).await?);
        ensure!(world.case_row(case).await?.unread);
        let preview = world.desk.preview(case, MailKind::CustomerNoticeManaged, None).await;
        ensure!(matches!(&preview, Err(DeskError::State(why)) if why.to_string().contains("is dated")), "{preview:?}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_is_written_once_in_a_round() -> anyhow::Result<()> {
    each_store(|store| async move {
        let world = World::new(store).await?;
        let case = world.ready_case().await?;
        let first = world.notice(case, MailKind::CustomerNoticeRoot).await?.expect("a mail");
        ensure!(world.notice(case, MailKind::CustomerNoticeRoot).await?.is_none());
        ensure!(world.notice(case, MailKind::CustomerReminder).await?.is_some(), "another kind is another mail");
        // A rule cannot write again what a person took back; a person can.
        world.desk.cancel(&crate::world::operator(), first.id).await?;
        ensure!(world.notice(case, MailKind::CustomerNoticeRoot).await?.is_none());
        let mut tx = world.desk.store.begin().await?;
        let again =
            world.desk.write_customer_mail(&mut tx, case, MailKind::CustomerNoticeRoot, Mode::Ask, "user:hana").await?;
        let twice =
            world.desk.write_customer_mail(&mut tx, case, MailKind::CustomerNoticeRoot, Mode::Ask, "user:hana").await?;
        tx.commit().await?;
        ensure!(again.is_some() && twice.is_none());
        ensure!(world.mail(again.expect("a mail")).await?.state == MailState::Draft);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_writes_what_it_would_have_sent_and_changes_nothing() -> anyhow::Result<()> {
    each_store(|store| async move {
        let world = World::with(store, |settings| settings.notices = Mode::DryRun).await?;
        let case = world.ready_case().await?;
        let mail = world.notice(case, MailKind::CustomerNoticeRoot).await?.expect("a mail");
        ensure!(mail.state == MailState::Draft && head(&mail).dry_run && mail.dedupe.starts_with("dry:"));
        ensure!(world.case_row(case).await?.deadline_at.is_none());
        ensure!(world.desk.send_now(&crate::world::operator(), mail.id).await.is_err());
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_goes_to_the_nearest_reseller_with_a_desk() -> anyhow::Result<()> {
    each_store(|store| async move {
        let world = World::new(store).await?;
        let case = world.case(102, "site:shop.example.jp").await?;
        let report = world.report(&world.complaint(), (REPORTER, "person"), Some(case)).await?;
        let mut page = model::Observation::new(model::Category::Phishing, 0.9);
        page.url = Some("https://www.shop.example.jp/login.php".to_owned());
        world.observe(report, case, page).await?;
        let mail = world.notice(case, MailKind::CustomerNoticeRoot).await?.expect("a mail");
        ensure!(mail.kind == "reseller-forward" && mail.audience == "reseller" && mail.to == "desk@top.example.com");
        ensure!(head(&mail).resellers == ["R-22", "R-21", "R-20"], "{:?}", head(&mail).resellers);
        ensure!(mail.body.contains("C-100400") && !mail.body.contains("佐藤"), "{}", mail.body);
        ensure!(
            mail.body.contains("hxxps://www[.]shop[.]example[.]jp/login.php")
                && !mail.body.contains("https://www.shop")
        );
        ensure!(world.notice(case, MailKind::CustomerNoticeRoot).await?.is_none());
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reporter_is_named_only_with_his_consent_and_the_providers() -> anyhow::Result<()> {
    each_store(|store| async move {
        for (setting, consent, named) in [(false, true, false), (true, false, false), (true, true, true)] {
            let world = World::with(store.clone(), |settings| {
                if setting {
                    settings.mail.reporter_identity = desk::notices::ReporterIdentity::Share;
                }
            })
            .await?;
            let case = world.ready_case().await?;
            let reporter = reporter_by_address(&mut &world.desk.store, REPORTER).await?.expect("a reporter");
            let auditor = Actor::new("user:jun", Role::Auditor);
            ensure!(world.desk.share_reporter(&auditor, reporter.id, consent).await.is_err());
            let noted = world.desk.share_reporter(&crate::world::operator(), reporter.id, consent).await?;
            ensure!(noted.share_identity == consent);
            let mail = world.notice(case, MailKind::CustomerNoticeRoot).await?.expect("a mail");
            let summary = mail.attachments.expect("a summary").to_string();
            ensure!(summary.contains("Hilda Marlowe") == named, "{setting} {consent}: {summary}");
            ensure!(!mail.body.contains("Marlowe"));
            let mut tx = world.desk.store.begin().await?;
            for table in ["holding", "contract", "customer", "plan"] {
                tx.execute(&format!("DELETE FROM {table}"), store::args![]).await?;
            }
            tx.execute("UPDATE cases SET state = 'closed', closed_at = 1", store::args![]).await?;
            tx.commit().await?;
        }
        // Noted where it changed: yes, no, yes.
        let entries = store.journal_after(0, 1000).await?;
        let noted: Vec<_> = entries.iter().filter(|entry| entry.kind == "reporter.sharing").collect();
        ensure!(noted.len() == 3 && noted[1].detail["share_identity"] == false, "{noted:?}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_is_what_would_be_sent_and_writes_nothing() -> anyhow::Result<()> {
    each_store(|store| async move {
        let world = World::new(store).await?;
        let case = world.ready_case().await?;
        let japanese = world.desk.preview(case, MailKind::CustomerNoticeRoot, Some(Lang::Ja)).await?;
        ensure!(japanese.body.contains(&Part::Risk.heading(Lang::Ja)));
        ensure!(mails::mails_of(&mut &world.desk.store, case).await?.is_empty());
        ensure!(world.desk.preview(case, MailKind::ReporterReceipt, None).await.is_err());
        Ok(())
    })
    .await
}
