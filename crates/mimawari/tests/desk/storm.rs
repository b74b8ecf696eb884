//! Killing the program again and again while mails come in, and waiting until all is done.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{bail, ensure};
use desk::{Actor, Desk};
use model::Role;
use store::{Store, args};
use testkit::{Sink, TestPostfix};

use crate::mails::{self, Letter};
use crate::site::Site;

/// Connections over which mails come in at the same time.
const SENDERS: usize = 4;

/// A number below `below`, another one each time.
pub(crate) fn random(below: u64) -> u64 {
    RandomState::new().build_hasher().finish() % below
}

/// How long the program lives this time. Most lives end while it starts or reads; some reach the outbox, which is looked at
/// each second.
fn life(number: usize) -> Duration {
    Duration::from_millis(if number % 5 == 4 { 1_050 + random(1_000) } else { 150 + random(450) })
}

/// Sends all letters while the program is killed `kills` times.
pub(crate) fn rage(site: &Site, front: &TestPostfix, letters: &[Letter], kills: usize) -> anyhow::Result<()> {
    let share = letters.len().div_ceil(SENDERS);
    let average = Duration::from_millis(600) * u32::try_from(kills)?;
    let pause = average / 2 / u32::try_from(share)?;
    thread::scope(|scope| {
        let senders: Vec<_> =
            letters.chunks(share).map(|part| scope.spawn(move || mails::send(front.address(), part, pause))).collect();
        for number in 0..kills {
            let node = site.start()?;
            thread::sleep(life(number));
            node.kill()?;
        }
        for sender in senders {
            let sent = sender.join().map_err(|_| anyhow::anyhow!("a sender panicked"))?;
            sent?;
        }
        Ok(())
    })
}

/// What is still to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Open {
    waiting: i64,
    jobs: i64,
    mails: i64,
    pub(crate) uncertain: i64,
}

pub(crate) async fn open(store: &Store) -> anyhow::Result<Open> {
    let row = store
        .fetch_one(
            "SELECT (SELECT COUNT(*) FROM report WHERE state = 'waiting') AS waiting, \
             (SELECT COUNT(*) FROM job WHERE state = 'ready') AS jobs, \
             (SELECT COUNT(*) FROM mail WHERE state IN ('queued', 'sending')) AS mails, \
             (SELECT COUNT(*) FROM mail WHERE state = 'uncertain') AS uncertain",
            args![],
        )
        .await?;
    let int = |name| row.int(name);
    Ok(Open { waiting: int("waiting")?, jobs: int("jobs")?, mails: int("mails")?, uncertain: int("uncertain")? })
}

/// What a person had to settle.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    pub(crate) resent: usize,
    pub(crate) marked: usize,
}

/// The mail servers around the desk.
pub(crate) struct Around<'a> {
    pub(crate) front: Option<&'a TestPostfix>,
    pub(crate) relay: &'a TestPostfix,
    pub(crate) sink: &'a Sink,
}

/// Waits until nothing is left to do. Mails of which the desk can't know whether they left are settled as a person would:
/// by a look into the mail server's log.
pub(crate) async fn settle(desk: &Desk, around: &Around<'_>, patience: Duration) -> anyhow::Result<Settled> {
    let until = Instant::now() + patience;
    let mut settled = Settled::default();
    let person = Actor::new("user:test", Role::Operator);
    loop {
        let queued = around.relay.queued() + around.front.map_or(0, TestPostfix::queued);
        let left = open(&desk.store).await?;
        if queued == 0 && left == (Open { waiting: 0, jobs: 0, mails: 0, uncertain: 0 }) {
            return Ok(settled);
        }
        if Instant::now() > until {
            let errors = desk.store.fetch("SELECT id, attempts, last_error FROM job WHERE state = 'ready'", args![]);
            let errors: Vec<_> = errors.await?.iter().map(|row| row.opt_text("last_error")).collect();
            bail!("not done after {patience:?}: {queued} mails in Postfix, {left:?}, {errors:?}");
        }
        if queued == 0 && left.uncertain > 0 {
            let arrived = around.sink.mails();
            for mail in desk.uncertain_mails(100).await? {
                let id = format!("<{}>", mail.message_id);
                let left_the_house =
                    arrived.iter().any(|seen| mails::field(&seen.raw, "Message-ID").as_ref() == Some(&id));
                if left_the_house {
                    desk.mark_sent(&person, mail.id).await?;
                    settled.marked += 1;
                } else {
                    desk.resend(&person, mail.id).await?;
                    settled.resent += 1;
                }
            }
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// Fails if a job was set aside.
pub(crate) async fn nothing_set_aside(store: &Store) -> anyhow::Result<()> {
    let dead = store.fetch("SELECT last_error FROM job WHERE state = 'dead'", args![]).await?;
    let why: Vec<_> = dead.iter().map(|row| row.opt_text("last_error")).collect();
    ensure!(dead.is_empty(), "jobs were set aside: {why:?}");
    Ok(())
}
