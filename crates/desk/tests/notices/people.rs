//! What people do with drafts.

use anyhow::ensure;
use desk::notices::{Auto, MailEdit};
use desk::{Actor, DeskError, Mode};
use jiff::SignedDuration;
use model::{Exit, Role};
use store::mails::MailState;
use testkit::each_store;
use text::mail::MailKind;

use crate::world::{REPORTER, World, head, operator};

fn edit(body: &str) -> MailEdit {
    MailEdit { subject: "Your server".to_owned(), body: body.to_owned() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_changed_released_held_and_taken_back() -> anyhow::Result<()> {
    each_store(|store| async move {
        let world = World::with(store, |settings| settings.notices = Mode::Ask).await?;
        let case = world.ready_case().await?;
        let mail = world.notice(case, MailKind::CustomerNoticeRoot).await?.expect("a draft");
        ensure!(mail.state == MailState::Draft && head(&mail).auto == Auto::Generated);
        let desk = &world.desk;
        let auditor = Actor::new("user:mina", Role::Auditor);
        ensure!(matches!(desk.edit(&auditor, mail.id, &edit("x")).await, Err(DeskError::NotAllowed(_))));
        let changed = desk.edit(&operator(), mail.id, &edit("Please look.\n")).await?;
        ensure!(changed.body == "Please look.\n" && changed.subject == "Your server");
        for text in [REPORTER, "Widgets SOC told us"] {
            ensure!(matches!(desk.edit(&operator(), mail.id, &edit(text)).await, Err(DeskError::Invalid(_))), "{text}");
        }
        let released = desk.send_now(&operator(), mail.id).await?;
        ensure!(released.state == MailState::Queued && head(&released).auto == Auto::No);
        ensure!(matches!(desk.edit(&operator(), mail.id, &edit("late")).await, Err(DeskError::State(_))));
        ensure!(desk.hold(&operator(), mail.id).await?.state == MailState::Draft);
        ensure!(desk.hold(&operator(), mail.id).await.is_err());
        // A deadline that has passed while the draft lay must not go out.
        world.clock.advance(SignedDuration::from_hours(24 * 10));
        ensure!(matches!(desk.send_now(&operator(), mail.id).await, Err(DeskError::State(_))));
        ensure!(desk.cancel(&operator(), mail.id).await?.state == MailState::Cancelled);
        let journal = world.journal(case).await?;
        ensure!(
            journal == ["mail.drafted", "mail.edited", "mail.released", "mail.held", "mail.cancelled"],
            "{journal:?}"
        );
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_to_a_reporter_cannot_name_the_customer() -> anyhow::Result<()> {
    each_store(|store| async move {
        let world = World::with(store, |settings| settings.reporter_mails = Mode::Ask).await?;
        let case = world.ready_case().await?;
        let mut tx = world.desk.store.begin().await?;
        let mails = world.desk.write_outcomes(&mut tx, case, Exit::Fixed).await?;
        tx.commit().await?;
        for text in ["It was Suzuki Trading.", "Ask suzuki@example.net", "Contract C-100300 was stopped"] {
            let refused = world.desk.edit(&operator(), mails[0], &edit(text)).await;
            ensure!(matches!(refused, Err(DeskError::Invalid(_))), "{text}");
        }
        world.desk.edit(&operator(), mails[0], &edit("It is fixed. Thank you.")).await?;
        Ok(())
    })
    .await
}
