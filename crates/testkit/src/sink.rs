//! A mailbox at the end of the world: an LMTP server that keeps every mail in memory, and refuses when told to.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::bail;

/// A mail that arrived: one per transaction, with all recipients that were accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SinkMail {
    /// Envelope sender; empty for the null sender.
    pub from: String,
    /// Envelope recipients.
    pub to: Vec<String>,
    /// The mail as bytes, lines ending in CR LF.
    pub raw: Vec<u8>,
}

#[derive(Debug, Default)]
struct Shared {
    mails: Mutex<Vec<SinkMail>>,
    arrived: Condvar,
    refusals: Mutex<BTreeMap<String, String>>,
    closed: AtomicBool,
}

/// The running server; it stops when dropped.
#[derive(Debug)]
pub struct Sink {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Sink {
    /// Starts on a free port of 127.0.0.1.
    pub fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::default());
        let serving = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if serving.closed.load(Ordering::SeqCst) {
                    return;
                }
                let shared = Arc::clone(&serving);
                // A peer that breaks off loses its own mail, as it knows.
                thread::spawn(move || session(stream, &shared));
            }
        });
        Ok(Self { address, shared })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on refuses the recipient with `answer`, such as `550 5.1.1 no such user` or `451 4.3.0 later`.
    pub fn refuse(&self, recipient: &str, answer: &str) {
        locked(&self.shared.refusals).insert(recipient.to_lowercase(), answer.to_owned());
    }

    /// Accepts the recipient again.
    pub fn accept_again(&self, recipient: &str) {
        locked(&self.shared.refusals).remove(&recipient.to_lowercase());
    }

    /// Every mail so far, in order of arrival.
    pub fn mails(&self) -> Vec<SinkMail> {
        locked(&self.shared.mails).clone()
    }

    /// Waits until at least `count` mails have arrived, and returns all.
    pub fn wait_for(&self, count: usize, patience: Duration) -> anyhow::Result<Vec<SinkMail>> {
        let until = Instant::now() + patience;
        let mut mails = locked(&self.shared.mails);
        while mails.len() < count {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                bail!("only {} of {count} mails arrived within {patience:?}", mails.len());
            }
            mails = self.shared.arrived.wait_timeout(mails, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        Ok(mails.clone())
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::SeqCst);
        // Wakes the listening thread, which then sees the flag.
        let _ = TcpStream::connect(self.address);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn session(stream: TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_mins(5)))?;
    let mut reader = BufReader::new(stream);
    let mut mail = SinkMail { from: String::new(), to: Vec::new(), raw: Vec::new() };
    say(&mut reader, "220 sink.example LMTP")?;
    let mut line = String::new();
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        match verb.as_str() {
            "LHLO" => say(&mut reader, "250-sink.example\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 PIPELINING")?,
            "MAIL" => {
                mail = SinkMail { from: address(&line), to: Vec::new(), raw: Vec::new() };
                say(&mut reader, "250 2.1.0 ok")?;
            }
            "RCPT" => {
                let to = address(&line);
                let refusal = locked(&shared.refusals).get(&to.to_lowercase()).cloned();
                if refusal.is_none() {
                    mail.to.push(to);
                }
                say(&mut reader, refusal.as_deref().unwrap_or("250 2.1.5 ok"))?;
            }
            "DATA" if mail.to.is_empty() => say(&mut reader, "503 5.5.1 no recipients")?,
            "DATA" => {
                say(&mut reader, "354 go on")?;
                mail.raw = content(&mut reader)?;
                let answers = vec!["250 2.0.0 kept"; mail.to.len()].join("\r\n");
                locked(&shared.mails).push(mail.clone());
                shared.arrived.notify_all();
                say(&mut reader, &answers)?;
            }
            "QUIT" => return say(&mut reader, "221 2.0.0 goodbye"),
            "RSET" | "NOOP" => say(&mut reader, "250 2.0.0 ok")?,
            _ => say(&mut reader, "500 5.5.1 unknown")?,
        }
    }
}

fn say(reader: &mut BufReader<TcpStream>, answer: &str) -> io::Result<()> {
    reader.get_mut().write_all(format!("{answer}\r\n").as_bytes())
}

/// What stands between the angle brackets.
fn address(line: &str) -> String {
    let start = line.find('<').map_or(line.len(), |at| at + 1);
    let rest = line.get(start..).unwrap_or_default();
    rest.split('>').next().unwrap_or_default().to_owned()
}

fn content(reader: &mut BufReader<TcpStream>) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    let mut line = Vec::new();
    loop {
        line.clear();
        if reader.read_until(b'\n', &mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        match line.as_slice() {
            b".\r\n" => return Ok(content),
            [b'.', rest @ ..] => content.extend_from_slice(rest),
            whole => content.extend_from_slice(whole),
        }
    }
}
