//! Reminders and deadlines.

use anyhow::ensure;
use desk::Mode;
use desk::channels::{Channel, Outcome, Sending};
use desk::notices::{Outgoing, Ticked};
use jiff::SignedDuration;
use model::CaseState;
use store::mails::{self, MailState};
use testkit::each_store;
use text::mail::MailKind;

use crate::world::World;

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
        // Proposed, not done.
        let measures =
            world.desk.store.fetch("SELECT id FROM measure WHERE state <> 'proposed'", store::args![]).await?;
        ensure!(measures.is_empty());
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
