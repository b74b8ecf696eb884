//! Reminders and deadlines.

use anyhow::{bail, ensure};
use desk::channels::{Channel, Outcome, Sending};
use desk::notices::{Outgoing, Ticked};
use desk::{Actor, Mode};
use jiff::SignedDuration;
use model::{CaseState, Category, MeasureKind, MeasureState, Observation, Role};
use store::mails::{self, MailState};
use store::measures::measures_of;
use testkit::each_store;
use text::mail::MailKind;

use crate::world::{REPORTER, World, at};

struct Takes;

impl Channel for Takes {
    fn name(&self) -> &'static str {
        "takes"
    }
    fn send<'a>(&'a self, _: &'a Outgoing) -> Sending<'a> {
        Box::pin(async { Outcome::Taken("250 ok".to_owned()) })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_reminder_at_half_time_and_a_proposal_at_the_end() -> anyhow::Result<()> {
    each_store(|store| async move {
        let world = World::new(store).await?;
        let case = world.ready_case().await?;
        world.notice(case, MailKind::CustomerNoticeRoot).await?;
        ensure!(world.desk.tick_deadlines().await? == Ticked::default(), "nobody has been told yet");
        world.desk.send_due(&Takes).await?;
        // Told on Tuesday, time until Friday 18:00: reminded on Wednesday at 10:00.
        world.clock.advance(SignedDuration::from_hours(23));
        ensure!(world.desk.tick_deadlines().await? == Ticked::default());
        world.clock.advance(SignedDuration::from_hours(1));
        ensure!(world.desk.tick_deadlines().await? == Ticked { reminded: 1, escalated: 0 });
        ensure!(world.desk.tick_deadlines().await? == Ticked::default());
        world.desk.send_due(&Takes).await?;
        let sent = mails::mails_of(&mut &world.desk.store, case).await?;
        ensure!(sent.len() == 2 && sent[1].kind == "customer-reminder" && sent[1].state == MailState::Sent);
        let head = crate::world::head(&sent[1]);
        ensure!(head.in_reply_to.as_ref() == Some(&sent[0].message_id) && head.references.len() == 1);
        // The reminder did not move the deadline.
        world.clock.advance(SignedDuration::from_hours(2 * 24 + 7));
        ensure!(world.desk.tick_deadlines().await? == Ticked::default());
        world.clock.advance(SignedDuration::from_hours(1));
        ensure!(world.desk.tick_deadlines().await? == Ticked { reminded: 0, escalated: 1 });
        ensure!(world.desk.tick_deadlines().await? == Ticked::default());
        let row = world.case_row(case).await?;
        ensure!(row.state == CaseState::Open && row.unread && row.deadline_kind.as_deref() == Some("desk"));
        let journal = world.desk.store.journal_of(case).await?;
        let proposed = journal.iter().find(|entry| entry.kind == "case.escalation-proposed").expect("a proposal");
        ensure!(
            proposed.detail["proposal"] == "suspend" && proposed.detail["reminded_at"].is_string(),
            "{}",
            proposed.detail
        );
        // Proposed where people approve measures, not done; and once.
        let [measure] = &measures_of(&mut &world.desk.store, case).await?[..] else { bail!("one measure") };
        ensure!(measure.kind == MeasureKind::Suspend && measure.state == MeasureState::Proposed, "{measure:?}");
        ensure!(measure.target == "contract:C-100300" && measure.proposed_by == "job:tick", "{measure:?}");
        ensure!(measure.justification.purpose.contains("2026年11月27日"), "{}", measure.justification.purpose);
        ensure!(proposed.detail["measure"] == serde_json::json!(measure.id));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn where_we_run_the_system_the_narrowest_measure_is_proposed() -> anyhow::Result<()> {
    each_store(|store| async move {
        let world = World::new(store).await?;
        let case = world.case(100, "site:shop.example.jp").await?;
        let report = world.report(&world.complaint(), (REPORTER, "person"), Some(case)).await?;
        let mut page = Observation::new(Category::Phishing, 0.9);
        page.url = Some("https://shop.example.jp/login.php".to_owned());
        world.observe(report, case, page).await?;
        let mut tx = world.desk.store.begin().await?;
        let sql = "UPDATE holding SET contract_id = 100 WHERE subject = 'domain:shop.example.jp'";
        tx.execute(sql, store::args![]).await?;
        tx.commit().await?;
        world.notice(case, MailKind::CustomerNoticeManaged).await?;
        world.desk.send_due(&Takes).await?;
        world.clock.advance(SignedDuration::from_hours(24 * 7));
        ensure!(world.desk.tick_deadlines().await?.escalated == 1);
        let [measure] = &measures_of(&mut &world.desk.store, case).await?[..] else { bail!("one measure") };
        ensure!(measure.kind == MeasureKind::QuarantinePath, "{measure:?}");
        ensure!(measure.target == "url:https://shop.example.jp/login.php", "{measure:?}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_count_the_days_on_which_the_playbook_is_closed() -> anyhow::Result<()> {
    each_store(|store| async move {
        let world = World::new(store).await?;
        let body = desk::playbook::DEFAULT.replacen("[deadlines]", "closed = [[11, 25], [11, 26]]\n[deadlines]", 1);
        let version = world.desk.write_playbook(&Actor::new("user:a", Role::Admin), &body).await?;
        world.desk.activate_playbook(&Actor::new("user:b", Role::Admin), version).await?;
        let case = world.ready_case().await?;
        let mail = world.notice(case, MailKind::CustomerNoticeRoot).await?.expect("a mail");
        // Told on Tuesday; Wednesday and Thursday are closed, then comes a weekend.
        let deadline = at("2026-12-01T18:00:00+09:00");
        ensure!(world.case_row(case).await?.deadline_at == Some(deadline));
        ensure!(mail.body.contains("business days, not counting today: 3"), "{}", mail.body);
        world.desk.send_due(&Takes).await?;
        // Half of the time is over on Friday morning.
        world.clock.advance(SignedDuration::from_hours(2 * 24));
        ensure!(world.desk.tick_deadlines().await? == Ticked::default());
        world.clock.advance(SignedDuration::from_hours(24));
        ensure!(world.desk.tick_deadlines().await? == Ticked { reminded: 1, escalated: 0 });
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answered_case_is_neither_reminded_nor_escalated() -> anyhow::Result<()> {
    each_store(|store| async move {
        let world = World::with(store, |settings| settings.notices = Mode::Act).await?;
        let case = world.ready_case().await?;
        let mail = world.notice(case, MailKind::CustomerNoticeRoot).await?.expect("a mail");
        world.desk.send_due(&Takes).await?;
        let raw = "From: suzuki@example.net\nSubject: Re\nMessage-ID: <a@example.net>\n\nDone.\n";
        world.comes_in(raw, "suzuki@example.net", mail.reply_to.as_deref().unwrap_or_default()).await?;
        world.clock.advance(SignedDuration::from_hours(24 * 30));
        ensure!(world.desk.tick_deadlines().await? == Ticked::default());
        ensure!(world.case_row(case).await?.state == CaseState::Answered);
        Ok(())
    })
    .await
}
