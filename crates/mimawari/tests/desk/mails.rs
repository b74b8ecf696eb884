//! Mails as text: the few header fields that the tests look at, and sending.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::ensure;
use testkit::SmtpClient;

/// Our mark on every mail that we send in, so that it is known again whatever became of it on the way.
const SERIAL: &str = "X-Test-Serial";

/// One mail to send.
#[derive(Debug, Clone)]
pub(crate) struct Letter {
    /// Envelope sender.
    pub(crate) from: String,
    /// Envelope recipient.
    pub(crate) to: String,
    /// The mail.
    pub(crate) raw: Vec<u8>,
}

impl Letter {
    /// A mail to the desk that carries `serial`.
    pub(crate) fn marked(serial: usize, from: &str, raw: &[u8]) -> Self {
        let mut marked = format!("{SERIAL}: {serial}\r\n").into_bytes();
        marked.extend_from_slice(raw);
        Self { from: from.to_owned(), to: "abuse@provider.example".to_owned(), raw: marked }
    }
}

/// The serial in the head of a mail.
pub(crate) fn serial(raw: &[u8]) -> Option<usize> {
    field(raw, SERIAL)?.parse().ok()
}

/// A field of the head, unfolded.
pub(crate) fn field(raw: &[u8], name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(raw);
    let head = text.split("\r\n\r\n").next()?.replace("\r\n ", " ").replace("\r\n\t", " ");
    head.lines().find_map(|line| {
        let (field, value) = line.split_once(':')?;
        field.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    })
}

/// Sends mails over one SMTP connection, with a pause between them; each must be taken.
pub(crate) fn send(server: SocketAddr, letters: &[Letter], pause: Duration) -> anyhow::Result<()> {
    let mut client = SmtpClient::connect(server)?;
    client.ehlo()?;
    for letter in letters {
        let answers = client.mail(&letter.from, &[&letter.to], &letter.raw, 1)?;
        ensure!(answers.iter().all(|answer| answer.starts_with("250")), "{answers:?}");
        std::thread::sleep(pause);
    }
    client.command("QUIT")?;
    Ok(())
}
