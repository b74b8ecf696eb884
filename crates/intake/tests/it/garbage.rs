//! Whatever comes over the wire: no panic, bounded memory, and the next honest mail is stored.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::common::{Running, raw_mails};
use anyhow::{Context, ensure};
use intake::LmtpSettings;
use testkit::{SmtpClient, TempStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

static PANICS: AtomicU64 = AtomicU64::new(0);

/// The pieces of which rubbish is made: near enough to the real thing to reach every corner.
const PIECES: &[&[u8]] = &[
    b"LHLO c\r\n",
    b"MAIL FROM:<a@example.org>\r\n",
    b"MAIL FROM:<> SIZE=99999999999999999999\r\n",
    b"RCPT TO:<x@example.com>\r\n",
    b"RCPT TO:<\xff\xfe@\0>\r\n",
    b"DATA\r\n",
    b"\r\n.\r\n",
    b".\r\n",
    b"BDAT 10\r\n",
    b"BDAT 3 LAST\r\nabc",
    b"BDAT 18446744073709551615\r\n",
    b"BDAT -1\r\n",
    b"RSET\r\n",
    b"NOOP",
    b"QUIT\r\n",
    b"\r",
    b"\n",
    b"\0",
    b"MAIL FROM:<",
    b">>>>",
    b"VRFY \r\n",
    b"EHLO \r\n",
    b"AUTH PLAIN =\r\n",
    b"BURL imap://x LAST\r\n",
    b"ATRN a,b,,\r\n",
    b"HELP\r\n",
    b"RCPT TO:<x@example.com> NOTIFY=NEVER ORCPT=rfc822;+\r\n",
    b"MAIL FROM:<a@b> BY=-9;R MT-PRIORITY=-99 HOLDFOR=1 AUTH=<> MTRK=x:y\r\n",
];

/// A small generator: the same seed makes the same rubbish, so a failure can be repeated.
struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % below as u64).unwrap_or(0)
    }

    fn rubbish(&mut self) -> Vec<u8> {
        let mut all = Vec::new();
        if self.next(2) == 0 {
            all.extend_from_slice(b"LHLO c\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<x@example.com>\r\n");
        }
        for _ in 0..self.next(30) {
            match self.next(4) {
                0 => {
                    let length = self.next(300);
                    all.extend((0..length).map(|_| u8::try_from(self.next(256)).unwrap_or(0)));
                }
                1 => all.extend(std::iter::repeat_n(b'A', self.next(5000))),
                _ => all.extend_from_slice(PIECES[self.next(PIECES.len())]),
            }
        }
        if !all.is_empty() && self.next(3) == 0 {
            let at = self.next(all.len());
            all[at] ^= 1 << self.next(8);
        }
        all
    }
}

async fn session(address: std::net::SocketAddr, seed: u64) -> anyhow::Result<()> {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut stream = TcpStream::connect(address).await?;
    let rubbish = random.rubbish();
    // The door may close in the middle; that is its right.
    let _ = stream.write_all(&rubbish).await;
    if random.next(4) == 0 {
        return Ok(()); // gone without a word, answers unread
    }
    let _ = stream.shutdown().await;
    let mut answers = Vec::new();
    timeout(Duration::from_secs(20), stream.read_to_end(&mut answers))
        .await
        .with_context(|| format!("session {seed} hangs"))?
        .ok();
    let text = String::from_utf8_lossy(&answers);
    for line in text.lines() {
        let code = line.get(..3).and_then(|code| code.parse::<u16>().ok());
        ensure!(code.is_some_and(|code| (200..600).contains(&code)), "session {seed}: answer {line:?}");
    }
    Ok(())
}

fn peak_memory_kib() -> anyhow::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM")).context("no VmHWM")?;
    Ok(line.split_whitespace().nth(1).context("no number")?.parse()?)
}

#[tokio::test(flavor = "multi_thread")]
async fn system_ten_thousand_sessions_of_rubbish_hurt_nobody() -> anyhow::Result<()> {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        PANICS.fetch_add(1, Ordering::SeqCst);
        usual(info);
    }));
    let temp = TempStore::sqlite().await?;
    let listen = "127.0.0.1:0".to_owned();
    let settings =
        LmtpSettings { listen, max_message_bytes: 100_000, memory_bytes: 1 << 20, ..LmtpSettings::default() };
    let door = Running::start_with(&temp.store, settings).await?;
    let before = peak_memory_kib()?;
    let mut sessions = JoinSet::new();
    for seed in 0..10_000 {
        while sessions.len() >= 50 {
            sessions.join_next().await.context("no session")???;
        }
        sessions.spawn(session(door.address, seed));
    }
    while let Some(session) = sessions.join_next().await {
        session??;
    }
    let grown = peak_memory_kib()?.saturating_sub(before);
    println!("memory grew by {grown} KiB; {:?}", door.counters.read());
    ensure!(PANICS.load(Ordering::SeqCst) == 0, "something panicked");
    ensure!(grown < 200 << 10, "memory grew by {grown} KiB");
    ensure!(door.counters.read().connections == 10_000 && door.counters.read().temporary == 0);

    let mut honest = SmtpClient::connect(door.address)?;
    honest.lhlo()?;
    let answers = honest.mail("r@example.org", &["abuse@provider.example"], b"Subject: honest\r\n", 1)?;
    ensure!(answers.iter().all(|answer| answer.starts_with("250")), "{answers:?}");
    ensure!(raw_mails(&temp.store).await?.iter().any(|mail| mail == b"Subject: honest\r\n"));
    door.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn endless_lines_and_many_large_messages_stay_within_bounds() -> anyhow::Result<()> {
    let temp = TempStore::sqlite().await?;
    let listen = "127.0.0.1:0".to_owned();
    let settings =
        LmtpSettings { listen, max_message_bytes: 8 << 20, memory_bytes: 16 << 20, ..LmtpSettings::default() };
    let door = Running::start_with(&temp.store, settings).await?;
    let mut endless = SmtpClient::connect(door.address)?;
    let piece = vec![b'A'; 65_536];
    while endless.send(&piece).is_ok() {}
    let mut long = SmtpClient::connect(door.address)?;
    long.send(&[vec![b'A'; 100_000], b"\r\nNOOP\n".to_vec()].concat())?;
    ensure!(long.answer()?.starts_with("500 5.5.2"));
    ensure!(long.answer()?.starts_with("500 5.5.2"), "a bare LF ends no line");
    ensure!(long.command("NOOP")?.starts_with("250"));

    let before = peak_memory_kib()?;
    let senders: Vec<_> = (0..12_u8)
        .map(|number| {
            let address = door.address;
            std::thread::spawn(move || -> std::io::Result<String> {
                let mut client = SmtpClient::connect(address)?;
                client.lhlo()?;
                client.send(b"MAIL FROM:<> SIZE=7000002\r\nRCPT TO:<x@example.com>\r\nDATA\r\n")?;
                for expected in ["250", "250", "354"] {
                    client.expect(expected)?;
                }
                let line = [vec![b'a' + number; 998], b"\r\n".to_vec()].concat();
                for _ in 0..7000 {
                    client.send(&line)?;
                }
                client.send(b".\r\n")?;
                client.answer()
            })
        })
        .collect();
    let mut stored = 0;
    for sender in senders {
        let answer = sender.join().map_err(|_| anyhow::anyhow!("a sender panicked"))??;
        ensure!(answer.starts_with("250") || answer.starts_with("452 4.3.1"), "{answer}");
        stored += usize::from(answer.starts_with("250"));
    }
    let grown = peak_memory_kib()?.saturating_sub(before);
    println!("{stored} of 12 stored, memory grew by {grown} KiB");
    ensure!(stored >= 2 && raw_mails(&temp.store).await?.len() == stored);
    ensure!(grown < 80 << 10, "memory grew by {grown} KiB for at most 16 MiB of messages under way");
    door.stop().await;
    Ok(())
}
