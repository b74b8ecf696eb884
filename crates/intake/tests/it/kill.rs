//! `kill -9` at random moments: what was answered with 250 is stored exactly once, whatever the moment.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use store::{Store, args};
use testkit::{SmtpClient, TempStore};

/// Connections that send at the same time.
const SENDERS: u64 = 8;

/// What all senders share.
#[derive(Default)]
struct Senders {
    /// No new mails; what has no answer yet is still repeated.
    finish: AtomicBool,
    answered: AtomicU64,
    repeated: AtomicU64,
    put_off: AtomicU64,
}

fn program() -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe()?;
    let path = own.parent().and_then(|deps| deps.parent()).context("no target folder")?.join("examples/lmtp_door");
    ensure!(path.exists(), "{} is missing; run `cargo build -p intake --example lmtp_door`", path.display());
    Ok(path)
}

fn random(below: u64) -> u64 {
    RandomState::new().build_hasher().finish() % below
}

/// Unique, of several sizes, some with lines that begin with dots.
fn body(sender: u64, number: u64) -> Vec<u8> {
    let filling = format!(".{number}\r\n").repeat(usize::try_from(number % 400).unwrap_or(0));
    format!("From: <r{sender}@example.org>\r\nSubject: {sender}/{number}\r\n\r\n{filling}end\r\n").into_bytes()
}

/// Sends one mail after the other, each again and again with the same bytes until it is answered with 250. Returns how
/// many mails it sent.
fn send(sender: u64, address: SocketAddr, shared: &Senders) -> u64 {
    let mut number = 0;
    let mut connection = None;
    while !shared.finish.load(Ordering::SeqCst) {
        let body = body(sender, number);
        let mut attempts = 0;
        while !offer(&mut connection, address, &body, shared) {
            attempts += 1;
            thread::sleep(Duration::from_millis(5));
        }
        shared.repeated.fetch_add(u64::from(attempts > 0), Ordering::SeqCst);
        shared.answered.fetch_add(1, Ordering::SeqCst);
        number += 1;
    }
    number
}

fn offer(connection: &mut Option<SmtpClient>, address: SocketAddr, body: &[u8], shared: &Senders) -> bool {
    let connected = match connection.take() {
        Some(open) => Ok(open),
        None => SmtpClient::connect(address).and_then(|mut open| open.lhlo().map(|()| open)),
    };
    let Ok(mut open) = connected else { return false };
    match open.mail("r@example.org", &["abuse@provider.example"], body, 1) {
        Ok(answers) if answers.iter().all(|answer| answer.starts_with("250")) => {
            *connection = Some(open);
            true
        }
        Ok(_) => {
            shared.put_off.fetch_add(1, Ordering::SeqCst);
            false
        }
        Err(_) => false,
    }
}

/// The process; killed (on Unix: SIGKILL) when dropped, also when the test fails.
struct Door(Child);

impl Drop for Door {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(url: &str, address: SocketAddr) -> anyhow::Result<Door> {
    let mut command = Command::new(program()?);
    command.arg(url).arg(address.to_string()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Ok(Door(command.spawn()?))
}

/// Kills the door `kills` times under load, then lets the senders finish.
fn rage(url: &str, kills: u32) -> anyhow::Result<(Vec<u64>, Arc<Senders>)> {
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let shared = Arc::new(Senders::default());
    let senders: Vec<_> = (0..SENDERS)
        .map(|sender| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || send(sender, address, &shared))
        })
        .collect();
    for _ in 0..kills {
        let mut door = start(url, address)?;
        // From "not yet open" to "in the middle of the work".
        thread::sleep(Duration::from_millis(10 + random(300)));
        ensure!(door.0.try_wait()?.is_none(), "the door ended by itself");
        drop(door);
    }
    let door = start(url, address)?;
    shared.finish.store(true, Ordering::SeqCst);
    let until = Instant::now() + Duration::from_secs(30);
    while senders.iter().any(|sender| !sender.is_finished()) && Instant::now() < until {
        thread::sleep(Duration::from_millis(20));
    }
    let stuck = senders.iter().filter(|sender| !sender.is_finished()).count();
    drop(door);
    ensure!(stuck == 0, "{stuck} senders never got an answer");
    let sent = senders.into_iter().map(|sender| sender.join().map_err(|_| anyhow::anyhow!("a sender panicked")));
    Ok((sent.collect::<anyhow::Result<_>>()?, shared))
}

async fn check(store: &Store, sent: &[u64]) -> anyhow::Result<()> {
    let rows = store.fetch("SELECT raw_hash, COUNT(*) AS n FROM report GROUP BY raw_hash", args![]).await?;
    let mut stored = BTreeMap::new();
    for row in &rows {
        stored.insert(row.text("raw_hash")?, row.int("n")?);
    }
    for (sender, count) in (0_u64..).zip(sent) {
        for number in 0..*count {
            let hash = store::raw::content_hash(&body(sender, number));
            ensure!(
                stored.remove(&hash) == Some(1),
                "mail {sender}/{number} was answered with 250 and is not stored once"
            );
            store.get_raw(&hash).await?;
        }
    }
    ensure!(stored.is_empty(), "{} reports that nobody sent", stored.len());
    let total: u64 = sent.iter().sum();
    for table in ["report", "raw", "job"] {
        let count = store.fetch_one(&format!("SELECT COUNT(*) AS n FROM {table}"), args![]).await?.int("n")?;
        ensure!(u64::try_from(count)? == total, "{count} rows in {table} for {total} mails");
    }
    Ok(())
}

async fn survive(temp: TempStore, kills: u32) -> anyhow::Result<()> {
    // The schema is there; from now on only the door that is killed writes.
    temp.store.close().await;
    let url = temp.settings.url.clone();
    let (sent, shared) = tokio::task::spawn_blocking(move || rage(&url, kills)).await??;
    let store = Store::open(&temp.settings).await?;
    check(&store, &sent).await?;
    let (answered, repeated) = (shared.answered.load(Ordering::SeqCst), shared.repeated.load(Ordering::SeqCst));
    eprintln!("{kills} kills: {answered} mails answered, {repeated} of them repeated, {:?} put off", shared.put_off);
    // Otherwise the kills hit nothing and this test proves nothing.
    ensure!(
        repeated >= u64::from(kills) && answered > repeated,
        "only {repeated} of {answered} mails were interrupted"
    );
    store.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn system_kill_two_hundred_times_and_every_answered_mail_is_stored_once() -> anyhow::Result<()> {
    survive(TempStore::sqlite().await?, 200).await
}

#[tokio::test(flavor = "multi_thread")]
async fn system_kill_on_postgresql() -> anyhow::Result<()> {
    survive(TempStore::postgres().await?, 40).await
}
