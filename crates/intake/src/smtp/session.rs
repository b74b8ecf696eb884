//! One session: commands and answers. The transfer of messages is in [`super::transfer`].

use std::time::Duration;

use smtp_proto::{Error as Grammar, MAIL_BODY_BINARYMIME, MailFrom, RcptTo, Request};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::body::Body;
use super::listener::{Door, Stream};
use super::transfer::Deadlines;
use super::wire::{End, Line, Wire};
use crate::Protocol;

/// Commands that failed after which a session is closed.
const FAULTS: u32 = 50;
/// Commands without a mail after which a session is closed: somebody is passing the time.
const IDLE_COMMANDS: u32 = 1000;
/// How long the last answer may take to leave.
const FAREWELL: Duration = Duration::from_secs(5);

/// A mail transaction.
#[derive(Debug, Default)]
pub(crate) struct Envelope {
    /// Empty for the null sender.
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    /// The size that the sender announced, or 0.
    pub(crate) size: usize,
    /// The chunks so far, once BDAT has begun, and the time by which the message must be whole.
    pub(crate) chunks: Option<(Body, Deadlines)>,
}

/// The state of a session.
pub(crate) struct Session<'a, S> {
    pub(crate) door: &'a Door,
    pub(crate) wire: Wire<S>,
    pub(crate) envelope: Option<Envelope>,
    pub(crate) idle_commands: u32,
    greeted: bool,
    faults: u32,
}

/// Whether the session goes on.
pub(crate) type Next = Result<bool, End>;

/// Serves one connection to its end.
pub(crate) async fn run(door: &Door, stream: Box<dyn Stream>, stop: CancellationToken) {
    let wire = Wire::new(stream, stop);
    let mut session = Session { door, wire, envelope: None, idle_commands: 0, greeted: false, faults: 0 };
    let host = &door.settings.hostname;
    session.wire.answer(&format!("220 {host} {} Mimawari", session.protocol()));
    let end = loop {
        match session.step().await {
            Ok(true) => {}
            Ok(false) => break None,
            Err(end) => break Some(end),
        }
    };
    match end {
        Some(End::Late) => session.wire.answer(&format!("421 4.4.2 {host} waited too long")),
        Some(End::Stopping) => session.wire.answer(&format!("421 4.3.2 {host} is closing, come again")),
        Some(End::Unbearable) => session.wire.answer(&format!("421 4.7.0 {host} too much rubbish")),
        None | Some(End::Closed | End::Broken) => {}
    }
    session.wire.close(Instant::now() + FAREWELL).await;
}

impl<S: Stream> Session<'_, S> {
    fn protocol(&self) -> &'static str {
        match self.door.settings.protocol {
            Protocol::Lmtp => "LMTP",
            Protocol::Smtp => "ESMTP",
        }
    }

    pub(crate) fn is_lmtp(&self) -> bool {
        self.door.settings.protocol == Protocol::Lmtp
    }

    /// Reads a command and answers it.
    async fn step(&mut self) -> Next {
        let deadline = Instant::now() + Duration::from_secs(self.door.settings.command_timeout_s);
        self.wire.relieve(deadline).await?;
        let line = self.wire.line(deadline).await?;
        self.idle_commands += 1;
        if self.faults > FAULTS || self.idle_commands > IDLE_COMMANDS {
            return Err(End::Unbearable);
        }
        let line = match line {
            Line::Whole(line) => line,
            Line::BareLf => return Ok(self.fault("500 5.5.2 a line ends with CR LF")),
            Line::TooLong => return Ok(self.fault("500 5.5.2 the line is too long")),
        };
        match Request::parse(&mut line.iter()) {
            Ok(request) => self.command(request).await,
            Err(error) => Ok(self.fault(&complaint(&error))),
        }
    }

    /// Answers with a failure and counts it.
    pub(crate) fn fault(&mut self, text: &str) -> bool {
        self.faults += 1;
        self.wire.answer(text);
        true
    }

    fn say(&mut self, text: &str) -> bool {
        self.wire.answer(text);
        true
    }

    async fn command<T: AsRef<str>>(&mut self, request: Request<T>) -> Next {
        Ok(match request {
            Request::Lhlo { host } if self.is_lmtp() => self.greet(host.as_ref(), true),
            Request::Ehlo { host } if !self.is_lmtp() => self.greet(host.as_ref(), true),
            Request::Helo { host } if !self.is_lmtp() => self.greet(host.as_ref(), false),
            Request::Lhlo { .. } | Request::Ehlo { .. } | Request::Helo { .. } => {
                let word = if self.is_lmtp() { "LHLO" } else { "EHLO" };
                self.fault(&format!("500 5.5.1 this door speaks {}: say {word}", self.protocol()))
            }
            Request::Mail { from } => self.mail(&from),
            Request::Rcpt { to } => self.rcpt(&to),
            Request::Data => return self.data().await,
            Request::Bdat { chunk_size, is_last } => return self.bdat(chunk_size, is_last).await,
            Request::Rset => {
                self.envelope = None;
                self.say("250 2.0.0 forgotten")
            }
            Request::Noop { .. } => self.say("250 2.0.0 nothing done"),
            Request::Vrfy { .. } => self.say("252 2.5.0 send the mail and see"),
            Request::Help { .. } => self.say("214 2.0.0 RFC 2033, RFC 5321"),
            Request::Quit => {
                self.say("221 2.0.0 goodbye");
                return Ok(false);
            }
            _ => self.fault("502 5.5.1 this command is not offered here"),
        })
    }

    fn greet(&mut self, _peer: &str, extended: bool) -> bool {
        self.greeted = true;
        self.envelope = None;
        let host = &self.door.settings.hostname;
        if !extended {
            self.wire.answer(&format!("250 {host}"));
            return true;
        }
        let size = format!("SIZE {}", self.door.settings.max_message_bytes);
        self.wire.answer(&format!("250-{host}"));
        for extension in ["PIPELINING", "8BITMIME", "SMTPUTF8", "CHUNKING", "ENHANCEDSTATUSCODES"] {
            self.wire.answer(&format!("250-{extension}"));
        }
        self.wire.answer(&format!("250 {size}"));
        true
    }

    fn mail<T: AsRef<str>>(&mut self, from: &MailFrom<T>) -> bool {
        let address = from.address.as_ref();
        if !self.greeted {
            return self.fault("503 5.5.1 greet first");
        }
        if self.envelope.is_some() {
            return self.fault("503 5.5.1 a mail is already under way");
        }
        if from.flags & MAIL_BODY_BINARYMIME != 0 {
            return self.fault("555 5.5.4 BODY=BINARYMIME is not offered here");
        }
        if from.size > self.door.settings.max_message_bytes {
            self.door.counters.refused();
            return self.fault(&too_big(self.door.settings.max_message_bytes));
        }
        if !is_clean(address) {
            return self.fault("553 5.1.7 the sender's address holds control characters");
        }
        self.envelope = Some(Envelope { from: address.to_owned(), size: from.size, ..Envelope::default() });
        self.say("250 2.1.0 sender ok")
    }

    fn rcpt<T: AsRef<str>>(&mut self, to: &RcptTo<T>) -> bool {
        let address = to.address.as_ref();
        let Some(envelope) = &mut self.envelope else {
            return self.fault("503 5.5.1 say MAIL first");
        };
        if envelope.chunks.is_some() {
            return self.fault("503 5.5.1 the message has begun");
        }
        if envelope.to.len() >= self.door.settings.max_recipients {
            return self.fault("452 4.5.3 too many recipients, send the mail to the others separately");
        }
        if !is_clean(address) || address.is_empty() {
            return self.fault("553 5.1.3 this is not an address");
        }
        if !self.door.recipients.accepts(address) {
            self.door.counters.refused();
            return self.fault("550 5.1.1 no such address here");
        }
        envelope.to.push(address.to_owned());
        self.say("250 2.1.5 recipient ok")
    }
}

/// The refusal of a message for its size.
pub(crate) fn too_big(limit: usize) -> String {
    format!("552 5.3.4 the message is larger than {limit} bytes")
}

/// Whether an address can be stored and repeated in an answer as it is.
fn is_clean(address: &str) -> bool {
    !address.chars().any(char::is_control)
}

fn complaint(error: &Grammar) -> String {
    match error {
        Grammar::UnknownCommand => "500 5.5.1 unknown command".to_owned(),
        Grammar::InvalidSenderAddress => "553 5.1.7 the sender's address is not valid".to_owned(),
        Grammar::InvalidRecipientAddress => "553 5.1.3 the recipient's address is not valid".to_owned(),
        Grammar::SyntaxError { syntax } => format!("501 5.5.2 expected: {syntax}"),
        Grammar::InvalidParameter { param } => format!("501 5.5.4 the parameter {param} is not valid"),
        // What the peer wrote is not repeated to it.
        Grammar::UnsupportedParameter { .. } => "555 5.5.4 a parameter is not offered here".to_owned(),
        Grammar::NeedsMoreData { .. } | Grammar::ResponseTooLong | Grammar::InvalidResponse { .. } => {
            "501 5.5.2 the command is incomplete".to_owned()
        }
    }
}
