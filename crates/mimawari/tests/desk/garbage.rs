//! Rubbish through the real door of the real program: nothing crashes, memory stays bounded, nothing is lost.

use std::time::{Duration, Instant};

use anyhow::ensure;
use model::{Clock, SystemClock};
use reports::fuzz::{Dice, mutate};
use store::{Store, args};
use testkit::{SmtpClient, steady_port};

use crate::mails::Letter;
use crate::site::Site;
use crate::world;

/// Mails that begin as reports and end as something else.
const MUTATED: usize = 2_000;
/// Memory that the program may take at its worst, in bytes. One mail may be 50 MiB, and is held more than once while it is
/// read; several are read at the same time.
const MEMORY: u64 = 1_500 << 20;

/// One mail of each kind that is made to break readers.
fn hostile() -> Vec<(&'static str, Vec<u8>)> {
    let text = |text: String| format!("From: a@example.org\r\nSubject: attack\r\n\r\n{text}\r\n").into_bytes();
    let level = |n: u32| format!("Content-Type: multipart/mixed; boundary=\"b{n}\"\r\n\r\n--b{n}\r\n");
    let nested = format!("From: a@example.org\r\n{}", (0..1_000).map(level).collect::<String>());
    let messages = format!("From: a@example.org\r\n{}", "Content-Type: message/rfc822\r\n\r\n".repeat(50_000));
    let headers = format!("From: a@example.org\r\n{}\r\nattack from 192.0.2.1\r\n", "X-A: b\r\n".repeat(300_000));
    let words = format!("From: a@example.org\r\nSubject: {}\r\n\r\nx\r\n", "=?utf-8?Q?".repeat(20_000));
    let html = format!("From: a@example.org\r\nContent-Type: text/html\r\n\r\n{}", "<a href=&".repeat(100_000));
    vec![
        ("nesting", nested.into_bytes()),
        ("messages in messages", messages.into_bytes()),
        ("a sea of headers", headers.into_bytes()),
        ("encoded words", words.into_bytes()),
        ("html", html.into_bytes()),
        ("deep json", format!("{{\"xarf_version\":\"4.2.0\",\"evidence\":{}", "[".repeat(1_000_000)).into_bytes()),
        ("one long line", text("192.0.2.1 ".repeat(2_000_000))),
        ("many addresses", text(lines(60_000, |n| format!("198.18.{}.{}", n / 256 % 256, n % 256)))),
        ("many urls", text(lines(20_000, |n| format!("http://w{n}.example.com/x")))),
        ("nothing", Vec::new()),
        ("one line end", b"\r\n".to_vec()),
        ("zeros", vec![0; 100_000]),
        ("bytes", (0..=255).cycle().take(200_000).collect()),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn system_garbage_through_the_door_crashes_nothing_and_loses_nothing() -> anyhow::Result<()> {
    // No mail leaves: there is nobody at this port.
    let site = Site::new(None, steady_port()?, 1)?;
    let provider = world::provider(500, SystemClock.now());
    let store = site.store().await?;
    world::import(&store, &provider).await?;
    let reports = world::reports(&provider, 300, 30, SystemClock.now());
    let mails: Vec<Vec<u8>> = reports.into_iter().map(|report| report.raw).collect();
    let mut node = site.start()?;
    node.wait_until_open()?;

    let mut dice = Dice(0x5eed_1234_5678_9abc);
    let mutated = (0..MUTATED).map(|_| mutate(&mails, &mut dice));
    let letters: Vec<Vec<u8>> = mutated.chain(hostile().into_iter().map(|(_, raw)| raw)).collect();
    let accepted = tokio::task::block_in_place(|| send(&site, &letters))?;
    ensure!(accepted == letters.len(), "{accepted} of {} mails were accepted", letters.len());
    wait(&store, Duration::from_mins(5)).await?;
    node.still_runs()?;
    let peak = node.peak_memory()?;
    eprintln!("{} mails, at most {} MiB of memory", letters.len(), peak >> 20);
    ensure!(peak < MEMORY, "{} MiB of memory", peak >> 20);
    every_one_ended(&store, letters.len()).await?;
    node.stop()
}

fn send(site: &Site, letters: &[Vec<u8>]) -> anyhow::Result<usize> {
    let mut client = SmtpClient::connect(site.door)?;
    client.lhlo()?;
    let mut accepted = 0;
    for (number, raw) in letters.iter().enumerate() {
        let letter = Letter::marked(number, "a@example.org", raw);
        let answers = client.mail(&letter.from, &[&letter.to], &letter.raw, 1)?;
        accepted += usize::from(answers.iter().all(|answer| answer.starts_with("250")));
    }
    Ok(accepted)
}

/// Until every report is read.
pub(crate) async fn wait(store: &Store, patience: Duration) -> anyhow::Result<()> {
    let until = Instant::now() + patience;
    loop {
        let row = store.fetch_one("SELECT COUNT(*) AS n FROM job WHERE state = 'ready'", args![]).await?;
        let left = row.int("n")?;
        if left == 0 {
            return Ok(());
        }
        ensure!(Instant::now() < until, "{left} reports are still not read after {patience:?}");
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

/// Whatever was accepted has an end, and what a person has to see says why. None of them made the reader die or the
/// database refuse.
async fn every_one_ended(store: &Store, sent: usize) -> anyhow::Result<()> {
    let sql = "SELECT state, error_code, COUNT(*) AS n FROM report GROUP BY state, error_code ORDER BY 3 DESC";
    let mut all = 0;
    for row in store.fetch(sql, args![]).await? {
        let (state, code, count) = (row.text("state")?, row.opt_text("error_code")?, row.int("n")?);
        eprintln!("{count:5} {state} {}", code.as_deref().unwrap_or_default());
        all += usize::try_from(count)?;
        let ended = matches!(state.as_str(), "read" | "noise" | "reply" | "dismissed" | "set-aside");
        ensure!(ended, "{count} reports are {state}");
        ensure!(state != "set-aside" || code.is_some(), "{count} reports are set aside without a reason");
        let failed = matches!(code.as_deref(), Some("report.unreadable" | "report.failed"));
        ensure!(!failed, "{count} reports ended with {code:?}");
    }
    ensure!(all == sent, "{all} of {sent} mails are stored");
    Ok(())
}

/// `count` lines.
fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    let all: Vec<String> = (0..count).map(line).collect();
    all.join("\r\n") + "\r\n"
}
