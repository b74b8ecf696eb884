//! A worker that dies at each step of sending: no mail leaves twice by itself, and none is forgotten.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::ensure;
use desk::channels::{Channel, Outcome, Sending};
use desk::notices::{Outgoing, ThreadKind};
use jiff::SignedDuration;
use store::mails::MailState;
use store::{Store, args};
use testkit::{TempStore, each_store};
use text::mail::MailKind;

use crate::world::{World, operator};

/// Where the worker dies.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Death {
    /// It does not.
    Never,
    /// The line was never opened.
    BeforeTheFirstByte,
    /// The server has the mail, the worker does not know it.
    AfterTheLastByte,
    /// The worker knows, and can't write it down.
    BeforeTheNote,
    /// The answer is lost; the worker lives.
    AnswerLost,
    /// The server says: later. It lies, it has the mail.
    LiesLater,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A mail server that keeps what it has got, and ends the worker as told.
struct Server {
    death: Mutex<Death>,
    store: Store,
    got: Mutex<Vec<Outgoing>>,
}

impl Server {
    fn new(store: &Store, death: Death) -> Self {
        Self { death: Mutex::new(death), store: store.clone(), got: Mutex::default() }
    }

    fn got(&self) -> Vec<Outgoing> {
        locked(&self.got).clone()
    }
}

impl Channel for Server {
    fn name(&self) -> &'static str {
        "server"
    }

    fn send<'a>(&'a self, mail: &'a Outgoing) -> Sending<'a> {
        Box::pin(async move {
            let death = std::mem::replace(&mut *locked(&self.death), Death::Never);
            if death == Death::BeforeTheFirstByte {
                std::future::pending::<()>().await;
            }
            locked(&self.got).push(mail.clone());
            match death {
                Death::AfterTheLastByte => std::future::pending().await,
                Death::BeforeTheNote => {
                    self.store.close().await;
                    Outcome::Taken("250 ok".to_owned())
                }
                Death::AnswerLost => Outcome::Unknown("connection reset".to_owned()),
                Death::LiesLater => Outcome::Later("451 try again".to_owned()),
                Death::Never | Death::BeforeTheFirstByte => Outcome::Taken("250 ok".to_owned()),
            }
        })
    }
}

async fn one(temp: TempStore, death: Death, copies: bool) -> anyhow::Result<()> {
    let settings = |settings: &mut desk::Settings| {
        if copies {
            "copies@example.jp".clone_into(&mut settings.copy_to);
        }
    };
    let world = World::with(temp.store.clone(), settings).await?;
    let case = world.ready_case().await?;
    let mail = world.notice(case, MailKind::CustomerNoticeRoot).await?.expect("a mail");
    let server = Server::new(&world.desk.store, death);
    // A dropped future is what is left of a killed worker: whatever it had not committed is gone.
    let _ = tokio::time::timeout(Duration::from_millis(300), world.desk.send_due(&server)).await;

    // Another process on the same database.
    let mut world = world;
    if death == Death::BeforeTheNote {
        world.desk.store = Store::open(&temp.settings).await?;
    }
    for copy in server.got() {
        ensure!(copy.copy_to.is_some() == copies);
        if copies {
            let raw = String::from_utf8(copy.bytes)?;
            let found = world.comes_in(&raw, "abuse+b@example.jp", "copies@example.jp").await?;
            ensure!(found.is_some_and(|found| found.kind == ThreadKind::OwnCopy), "{found:?}");
        }
    }
    for minutes in [1, 5, 20, 60, 24 * 60] {
        world.clock.advance(SignedDuration::from_mins(minutes));
        world.desk.send_due(&server).await?;
    }
    let row = world.mail(mail.id).await?;
    let got = server.got().len();
    let journal = world.journal(case).await?;
    let told = journal.iter().filter(|kind| *kind == "mail.sent").count();
    match (death, copies) {
        // Nothing tells us that it was taken: trying again is what the server asked for.
        (Death::LiesLater, false) => ensure!(got == 2),
        _ => ensure!(got <= 1, "sent {got} times"),
    }
    let settled = death == Death::Never || death == Death::LiesLater || (copies && got == 1);
    if settled {
        ensure!(row.state == MailState::Sent && told == 1, "{:?} {journal:?}", row.state);
        ensure!(world.case_row(case).await?.state == model::CaseState::Waiting);
    } else {
        ensure!(row.state == MailState::Uncertain && told == 0, "{:?} {journal:?}", row.state);
        ensure!(journal.iter().filter(|kind| *kind == "mail.for-a-person").count() == 1, "{journal:?}");
        ensure!(world.desk.uncertain_mails(10).await?.len() == 1);
        if got == 0 {
            world.desk.resend(&operator(), mail.id).await?;
            world.desk.send_due(&server).await?;
            ensure!(server.got().len() == 1 && server.got()[0].message_id == mail.message_id);
        } else {
            world.desk.mark_sent(&operator(), mail.id).await?;
        }
        ensure!(world.mail(mail.id).await?.state == MailState::Sent);
        ensure!(world.case_row(case).await?.state == model::CaseState::Waiting);
    }
    world.desk.store.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_may_die_anywhere() -> anyhow::Result<()> {
    for death in [
        Death::Never,
        Death::BeforeTheFirstByte,
        Death::AfterTheLastByte,
        Death::BeforeTheNote,
        Death::AnswerLost,
        Death::LiesLater,
    ] {
        for copies in [false, true] {
            for temp in [TempStore::sqlite().await?, TempStore::postgres().await?] {
                let kind = if temp.store.is_postgres() { "PostgreSQL" } else { "SQLite" };
                let done = one(temp, death, copies).await;
                done.map_err(|error| error.context(format!("{death:?}, copies: {copies}, {kind}")))?;
            }
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn many_workers_send_each_mail_once() -> anyhow::Result<()> {
    each_store(|store| async move {
        let world = std::sync::Arc::new(World::new(store).await?);
        for _ in 0..12 {
            let case = world.case(101, &format!("host:203.0.113.{}", 7)).await;
            let Ok(case) = case else { break };
            let report = world.report(&world.complaint(), (crate::world::REPORTER, "person"), Some(case)).await?;
            world.seen(report, case, Some("2026-11-23T05:05:08Z"), crate::world::LINE).await?;
            for kind in [MailKind::CustomerNoticeRoot, MailKind::CustomerReminder, MailKind::CustomerWarningThird] {
                world.notice(case, kind).await?;
            }
            // One open case at a place.
            let mut tx = world.desk.store.begin().await?;
            tx.execute("UPDATE cases SET place = place || '/' || id WHERE id = $1", args![case]).await?;
            tx.commit().await?;
        }
        let server = std::sync::Arc::new(Server::new(&world.desk.store, Death::Never));
        let workers: Vec<_> = (0..4)
            .map(|_| {
                let (world, server) = (std::sync::Arc::clone(&world), std::sync::Arc::clone(&server));
                tokio::spawn(async move { world.desk.send_due(&*server).await })
            })
            .collect();
        for worker in workers {
            worker.await??;
        }
        let mut ids: Vec<String> = server.got().into_iter().map(|mail| mail.message_id).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        ensure!(all == 36 && ids.len() == all, "{all} sent, {} different", ids.len());
        Ok(())
    })
    .await
}

/// A mail server that refuses.
struct Refuses(Outcome);

impl Channel for Refuses {
    fn name(&self) -> &'static str {
        "refuses"
    }
    fn send<'a>(&'a self, _: &'a Outgoing) -> Sending<'a> {
        Box::pin(async { self.0.clone() })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn later_is_tried_again_and_never_goes_to_a_person() -> anyhow::Result<()> {
    each_store(|store| async move {
        let world = World::new(store).await?;
        let case = world.ready_case().await?;
        let mail = world.notice(case, MailKind::CustomerNoticeRoot).await?.expect("a mail");
        let later = Refuses(Outcome::Later("451 greylisted".to_owned()));
        let done = world.desk.send_due(&later).await?;
        ensure!(done.put_off == 1 && world.mail(mail.id).await?.state == MailState::Queued);
        ensure!(world.desk.send_due(&later).await?.put_off == 0, "not before its time");
        world.clock.advance(SignedDuration::from_mins(2));
        let never = Refuses(Outcome::Refused("550 no such user".to_owned()));
        ensure!(world.desk.send_due(&never).await?.failed == 1);
        let row = world.mail(mail.id).await?;
        ensure!(
            row.state == MailState::Failed
                && row.last_error.as_deref() == Some("550 no such user")
                && row.attempts == 2
        );
        let case_row = world.case_row(case).await?;
        ensure!(case_row.unread && case_row.state == model::CaseState::Open);
        world.clock.advance(SignedDuration::from_hours(200));
        ensure!(world.desk.send_due(&never).await? == desk::notices::SentDue::default());
        Ok(())
    })
    .await
}
