//! DATA and BDAT: receives the message, has it stored, and only then answers.

use std::time::Duration;

use store::StoreError;
use store::acceptor::OwnedReport;
use tokio::time::Instant;

use super::body::{Body, Fault, is_looping};
use super::dots::Dots;
use super::listener::Stream;
use super::session::{Envelope, Next, Session, too_big};
use super::wire::End;

/// How much of an unwanted message is read, as a multiple of the largest wanted one, before the connection is closed.
const PATIENCE: usize = 2;

/// When a transfer is given up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadlines {
    whole: Instant,
    idle: Duration,
}

impl Deadlines {
    fn next(self) -> Instant {
        self.whole.min(Instant::now() + self.idle)
    }
}

impl<S: Stream> Session<'_, S> {
    fn deadlines(&self) -> Deadlines {
        let settings = &self.door.settings;
        Deadlines {
            whole: Instant::now() + Duration::from_secs(settings.data_timeout_s),
            idle: Duration::from_secs(settings.idle_timeout_s),
        }
    }

    /// Whether a peer has sent more than anybody should.
    fn is_too_much(&self, received: usize) -> bool {
        received > self.door.settings.max_message_bytes.saturating_mul(PATIENCE)
    }

    /// DATA (RFC 5321, section 4.1.1.4).
    pub(crate) async fn data(&mut self) -> Next {
        match &self.envelope {
            Some(envelope) if envelope.chunks.is_some() => {
                return Ok(self.fault("503 5.5.1 the message has begun with BDAT"));
            }
            Some(envelope) if !envelope.to.is_empty() => {}
            _ => return Ok(self.fault("503 5.5.1 no valid recipients")),
        }
        let envelope = self.envelope.take().unwrap_or_default();
        self.wire.answer("354 go on, end with CR LF . CR LF");
        let deadlines = self.deadlines();
        let (mut dots, mut body) = (Dots::default(), Body::new(self.door.settings.max_message_bytes, envelope.size));
        let mut piece = Vec::new();
        while !dots.is_end() {
            self.wire.fill(deadlines.next()).await?;
            let taken = dots.feed(self.wire.pending(), &mut piece);
            self.wire.take(taken);
            body.push(&piece, &self.door.memory).await;
            piece.clear();
            if self.is_too_much(body.received()) {
                return Err(End::Unbearable);
            }
        }
        self.deliver(&envelope, body).await;
        Ok(true)
    }

    /// BDAT (RFC 3030): the bytes follow the command at once, whether it is accepted or not.
    pub(crate) async fn bdat(&mut self, size: usize, last: bool) -> Next {
        let wanted = self.envelope.as_ref().is_some_and(|envelope| !envelope.to.is_empty());
        let size_of_all = self.envelope.as_ref().map_or(0, |envelope| envelope.size);
        let begun = self.envelope.as_mut().and_then(|envelope| envelope.chunks.take());
        let (mut body, deadlines) =
            begun.unwrap_or_else(|| (Body::new(self.door.settings.max_message_bytes, size_of_all), self.deadlines()));
        if self.is_too_much(body.received().saturating_add(size)) {
            self.wire.answer(&too_big(self.door.settings.max_message_bytes));
            return Err(End::Unbearable);
        }
        self.chunk(size, &mut body, wanted, deadlines).await?;
        if !wanted {
            return Ok(self.fault("503 5.5.1 no valid recipients"));
        }
        if last {
            let envelope = self.envelope.take().unwrap_or_default();
            self.deliver(&envelope, body).await;
        } else if let Some(fault) = body.fault() {
            // The transaction is over; what else comes of it is answered with 503.
            self.envelope = None;
            self.refuse(fault, 1);
        } else {
            self.wire.answer(&format!("250 2.0.0 {size} bytes received"));
            // A chunk is progress; only commands that move nothing count as passing the time.
            self.idle_commands = self.idle_commands.saturating_sub(u32::from(size > 0));
            if let Some(envelope) = &mut self.envelope {
                envelope.chunks = Some((body, deadlines));
            }
        }
        Ok(true)
    }

    async fn chunk(&mut self, size: usize, body: &mut Body, wanted: bool, deadlines: Deadlines) -> Result<(), End> {
        let mut left = size;
        while left > 0 {
            self.wire.fill(deadlines.next()).await?;
            let pending = self.wire.pending();
            let piece = pending.get(..left.min(pending.len())).unwrap_or_default();
            if wanted {
                body.push(piece, &self.door.memory).await;
            }
            let taken = piece.len();
            left -= taken;
            self.wire.take(taken);
        }
        Ok(())
    }

    /// Stores the message and answers: once, or for each recipient with LMTP (RFC 2033, section 4.2).
    async fn deliver(&mut self, envelope: &Envelope, body: Body) {
        self.idle_commands = 0;
        let answers = if self.is_lmtp() { envelope.to.len() } else { 1 };
        if let Some(fault) = body.fault() {
            self.refuse(fault, answers);
            return;
        }
        // The memory stays reserved until the message is stored.
        let (raw, _memory) = body.finish();
        if is_looping(&raw) {
            self.door.counters.refused();
            self.repeat("554 5.4.6 the mail goes round in circles", answers);
            return;
        }
        let answer = self.keep(envelope, raw).await;
        self.repeat(&answer, answers);
    }

    /// Hands the message to the acceptor and words its answer. Our own failures are never the sender's fault: 4xx.
    async fn keep(&self, envelope: &Envelope, raw: Vec<u8>) -> String {
        let (door, bytes) = (self.door.name(), raw.len());
        let report = OwnedReport {
            raw,
            door,
            envelope_from: Some(envelope.from.clone()),
            envelope_to: Some(envelope.to.join(", ")),
            received: self.door.clock.now(),
        };
        match self.door.acceptor.accept(report).await {
            Ok(receipt) => {
                self.door.counters.stored(bytes, receipt.duplicate);
                let report = receipt.report;
                tracing::info!(%report, bytes, door, duplicate = receipt.duplicate, "report stored");
                format!("250 2.0.0 stored as report {report}")
            }
            Err(error) => {
                self.door.counters.temporary();
                tracing::error!(code = %error.code(), %error, bytes, door, "report put off");
                let status = if matches!(error, StoreError::Full(_)) { "452 4.3.1" } else { "451 4.3.0" };
                format!("{status} not stored now ({}), come again", error.code())
            }
        }
    }

    fn refuse(&mut self, fault: Fault, answers: usize) {
        match fault {
            Fault::TooBig => {
                self.door.counters.refused();
                self.repeat(&too_big(self.door.settings.max_message_bytes), answers);
            }
            Fault::NoMemory => {
                self.door.counters.temporary();
                self.repeat("452 4.3.1 too many mails at once, come again", answers);
            }
        }
    }

    fn repeat(&mut self, answer: &str, times: usize) {
        for _ in 0..times {
            self.wire.answer(answer);
        }
    }
}
