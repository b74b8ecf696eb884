//! Answers, bounces, machines' replies and strangers.

use anyhow::ensure;
use desk::channels::{Channel, Outcome, Sending};
use desk::notices::{Outgoing, ThreadKind};
use model::{CaseId, CaseState};
use store::mails::{MailRow, MailState};
use store::messages::{self, MessageKind};
use testkit::each_store;
use text::mail::MailKind;

use crate::world::{REPORTER, World, at};

/// A mail server that takes everything.
struct Takes;

impl Channel for Takes {
    fn name(&self) -> &'static str {
        "takes"
    }
    fn send<'a>(&'a self, _: &'a Outgoing) -> Sending<'a> {
        Box::pin(async { Outcome::Taken("250 ok".to_owned()) })
    }
}

/// A case whose customer has been told.
async fn told(world: &World) -> anyhow::Result<(CaseId, MailRow)> {
    let case = world.ready_case().await?;
    let mail = world.notice(case, MailKind::CustomerNoticeRoot).await?.expect("a mail");
    world.desk.send_due(&Takes).await?;
    let row = world.case_row(case).await?;
    ensure!(row.state == CaseState::Waiting && row.first_action_at.is_some(), "{:?}", row.state);
    Ok((case, world.mail(mail.id).await?))
}

fn reply(mail: &MailRow, number: u32, body: &str) -> String {
    format!(
        "From: Suzuki <suzuki@example.net>\nTo: {}\nSubject: Re: {}\nMessage-ID: <r{number}@example.net>\nIn-Reply-To: <{}>\n\
         Content-Type: text/plain; charset=utf-8\n\n{body}\n",
        mail.reply_to.as_deref().unwrap_or_default(),
        mail.subject.chars().filter(char::is_ascii).collect::<String>(),
        mail.message_id
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_stops_the_customers_clock() -> anyhow::Result<()> {
    each_store(|store| async move {
        let world = World::new(store).await?;
        let (case, mail) = told(&world).await?;
        let text =
            "We found it.\n> Q1 Was the machine or service running at the time stated: yes\nQ2: no, we stopped it";
        let found = world.comes_in(&reply(&mail, 1, text), "suzuki@example.net", "abuse@example.jp").await?;
        let found = found.expect("a conversation");
        ensure!(found.case == Some(case) && found.kind == ThreadKind::CustomerAnswer);
        let row = world.case_row(case).await?;
        ensure!(row.state == CaseState::Answered && row.unread && row.deadline_kind.as_deref() == Some("desk"));
        ensure!(row.deadline_at == Some(at("2026-11-25T18:00:00+09:00")));
        let answers = world.desk.store.fetch_one("SELECT answers FROM cases WHERE id = $1", store::args![case]).await?;
        let answers: serde_json::Value = answers.json("answers")?;
        ensure!(answers["up"]["yes"] == true && answers["ongoing"]["yes"] == false, "{answers}");
        ensure!(world.journal(case).await?.ends_with(&["case.answered".to_owned()]));
        // The second answer is kept too; the same mail once more is not.
        let second = reply(&mail, 2, "Q2: yes, it is back");
        world.comes_in(&second, "suzuki@example.net", "abuse@example.jp").await?;
        world.comes_in(&second, "suzuki@example.net", "abuse@example.jp").await?;
        let kept = messages::messages_of(&mut &world.desk.store, case).await?;
        ensure!(
            kept.len() == 2 && kept.iter().all(|message| message.kind == MessageKind::Customer && !message.automatic)
        );
        // After an answer the desk may ask again: a new round.
        ensure!(world.notice(case, MailKind::CustomerNoticeRoot).await?.is_some());
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_signed_address_is_enough() -> anyhow::Result<()> {
    each_store(|store| async move {
        let world = World::new(store).await?;
        let (case, mail) = told(&world).await?;
        let raw = "From: son@example.org\nSubject: (no subject)\nMessage-ID: <s@example.org>\n\nIt was me.\n";
        let to = mail.reply_to.clone().unwrap_or_default();
        let found = world.comes_in(raw, "son@example.org", &to.to_uppercase()).await?.expect("a conversation");
        ensure!(found.case == Some(case) && found.kind == ThreadKind::CustomerAnswer);
        // One letter of the token changed: nobody's.
        let forged = to.replace('@', "x@");
        let raw = raw.replace("<s@", "<t@");
        ensure!(world.comes_in(&raw, "son@example.org", &forged).await?.is_none());
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_alone_makes_nobody_the_customer() -> anyhow::Result<()> {
    each_store(|store| async move {
        let world = World::new(store).await?;
        let (case, _) = told(&world).await?;
        let number = world.case_row(case).await?.number;
        let mail = |from: &str, id: u32| {
            format!(
                "From: {from}\nSubject: Re: [{number}] please close\nMessage-ID: <f{id}@example.net>\n\nIt is fixed.\n"
            )
        };
        // A stranger; a stranger under the customer's name whose envelope says otherwise; a forged reference.
        ensure!(world.comes_in(&mail("eve@example.com", 1), "eve@example.com", "abuse@example.jp").await?.is_none());
        ensure!(world.comes_in(&mail("suzuki@example.net", 2), "eve@example.com", "abuse@example.jp").await?.is_none());
        let forged = format!("In-Reply-To: <m1.aaaaaaaaaaaaaaaa@example.jp>\n{}", mail("eve@example.com", 3));
        ensure!(world.comes_in(&forged, "eve@example.com", "abuse@example.jp").await?.is_none());
        ensure!(world.case_row(case).await?.state == CaseState::Waiting);
        // The reporter of the case is known, as a reporter.
        let reporter = world.comes_in(&mail(REPORTER, 4), REPORTER, "abuse@example.jp").await?.expect("a conversation");
        ensure!(reporter.kind == ThreadKind::ReporterAnswer && world.case_row(case).await?.state == CaseState::Waiting);
        // The customer himself.
        let customer = world.comes_in(&mail("Suzuki@Example.net", 5), "suzuki@example.net", "abuse@example.jp").await?;
        ensure!(customer.expect("a conversation").kind == ThreadKind::CustomerAnswer);
        ensure!(world.case_row(case).await?.state == CaseState::Answered);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_automatic_reply_is_no_answer() -> anyhow::Result<()> {
    each_store(|store| async move {
        let world = World::new(store).await?;
        let (case, mail) = told(&world).await?;
        let raw = format!("Auto-Submitted: auto-replied\n{}", reply(&mail, 1, "I am on holiday until Monday."));
        let bounce_address = crate::world::head(&mail).envelope_from.unwrap_or_default();
        let found = world.comes_in(&raw, "", &bounce_address).await?.expect("a conversation");
        ensure!(found.kind == ThreadKind::AutoReply && found.case == Some(case), "{found:?}");
        let row = world.case_row(case).await?;
        ensure!(row.state == CaseState::Waiting && row.deadline_kind.as_deref() == Some("customer"));
        let kept = messages::messages_of(&mut &world.desk.store, case).await?;
        ensure!(kept.len() == 1 && kept[0].automatic);
        ensure!(messages::count_answers(&mut &world.desk.store, case).await? == 0);
        ensure!(world.mail(mail.id).await?.state == MailState::Sent);
        Ok(())
    })
    .await
}

fn bounce(mail: &MailRow, recipient: &str, action: &str, number: u32) -> String {
    format!(
        "From: MAILER-DAEMON@mx.example.jp\nSubject: Undelivered Mail Returned to Sender\nMessage-ID: <b{number}@mx.example.jp>\n\
         Auto-Submitted: auto-replied\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"B\"\n\n\
         --B\nContent-Type: text/plain\n\nI'm sorry.\n\n--B\nContent-Type: message/delivery-status\n\n\
         Reporting-MTA: dns; mx.example.jp\n\nFinal-Recipient: rfc822; {recipient}\nAction: {action}\nStatus: 5.1.1\n\
         Diagnostic-Code: smtp; 550 5.1.1 User unknown\n\n\
         --B\nContent-Type: message/rfc822\n\nMessage-ID: <{}>\nSubject: x\n\nx\n\n--B--\n",
        mail.message_id
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_address_goes_to_a_person_at_once() -> anyhow::Result<()> {
    each_store(|store| async move {
        let world = World::with(store, |settings| settings.copy_to = "copies@example.jp".to_owned()).await?;
        let (case, mail) = told(&world).await?;
        // A delay and a lost copy change nothing.
        for (recipient, action, number) in [("suzuki@example.net", "delayed", 1), ("copies@example.jp", "failed", 2)] {
            let raw = bounce(&mail, recipient, action, number);
            let found = world.comes_in(&raw, "", "abuse@example.jp").await?.expect("ours");
            ensure!(found.kind == ThreadKind::Delivery, "{found:?}");
            ensure!(world.mail(mail.id).await?.state == MailState::Sent);
        }
        let raw = bounce(&mail, "suzuki@example.net", "failed", 3);
        let found = world.comes_in(&raw, "", "abuse@example.jp").await?.expect("ours");
        ensure!(found.kind == ThreadKind::Bounce && found.case == Some(case));
        let after = world.mail(mail.id).await?;
        ensure!(after.state == MailState::Bounced && after.last_error.is_some_and(|why| why.contains("User unknown")));
        let row = world.case_row(case).await?;
        ensure!(row.state == CaseState::Open && row.unread && row.deadline_kind.as_deref() == Some("desk"));
        let journal = world.journal(case).await?;
        ensure!(
            journal.contains(&"mail.bounced".to_owned()) && journal.contains(&"case.escalated".to_owned()),
            "{journal:?}"
        );
        // A second bounce of the same mail is noted and changes nothing more.
        let before = world.journal(case).await?.len();
        world.comes_in(&bounce(&mail, "suzuki@example.net", "failed", 4), "", "abuse@example.jp").await?;
        ensure!(world.journal(case).await?.len() == before);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bounce_of_somebody_elses_mail_is_not_ours() -> anyhow::Result<()> {
    each_store(|store| async move {
        let world = World::new(store).await?;
        let (_, mut mail) = told(&world).await?;
        mail.message_id = format!("x{}", mail.message_id);
        ensure!(
            world.comes_in(&bounce(&mail, "suzuki@example.net", "failed", 1), "", "abuse@example.jp").await?.is_none()
        );
        Ok(())
    })
    .await
}
