//! One connection: bounded lines in, buffered answers out, and a deadline on every wait.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, sleep_until, timeout_at};
use tokio_util::sync::CancellationToken;

/// Longest command line with its CR LF. RFC 5321 asks for 512; extensions add to it.
pub(crate) const LINE: usize = 2048;
/// What is read from the connection at once.
const INPUT: usize = 16 << 10;
/// Answers are sent when this much has gathered, or when the next command must be waited for.
const OUTPUT: usize = 8 << 10;
/// How much of an overlong line is read in search of its end before the connection is closed.
const OVERLONG: usize = 1 << 20;

/// Why a connection ends without QUIT.
#[derive(Debug)]
pub(crate) enum End {
    /// The peer closed it.
    Closed,
    /// The peer was too slow.
    Late,
    /// The door is closing.
    Stopping,
    /// The peer sends only rubbish, or too much of it.
    Unbearable,
    /// The connection broke.
    Broken,
}

impl From<io::Error> for End {
    fn from(_: io::Error) -> Self {
        Self::Broken
    }
}

/// A line from the peer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// With its CR LF.
    Whole(Vec<u8>),
    /// It ended in a bare LF.
    BareLf,
    /// It was longer than [`LINE`]; its end was found.
    TooLong,
}

/// The connection.
pub(crate) struct Wire<S> {
    stream: S,
    input: Vec<u8>,
    at: usize,
    output: Vec<u8>,
    stop: CancellationToken,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    pub(crate) fn new(stream: S, stop: CancellationToken) -> Self {
        Self { stream, input: Vec::new(), at: 0, output: Vec::new(), stop }
    }

    /// What has been read and not yet been taken.
    pub(crate) fn pending(&self) -> &[u8] {
        self.input.get(self.at..).unwrap_or_default()
    }

    /// Takes `count` bytes of [`Wire::pending`].
    pub(crate) fn take(&mut self, count: usize) {
        self.at = (self.at + count).min(self.input.len());
    }

    /// Waits until something is pending. Answers go out before the waiting begins.
    pub(crate) async fn fill(&mut self, deadline: Instant) -> Result<(), End> {
        if !self.pending().is_empty() {
            return Ok(());
        }
        self.flush(deadline).await?;
        self.at = 0;
        self.input.resize(INPUT, 0);
        let read = tokio::select! {
            // What has arrived is preferred to the order to stop only by chance; either way nothing was promised.
            read = self.stream.read(&mut self.input) => read,
            () = sleep_until(deadline) => { self.input.clear(); return Err(End::Late) }
            () = self.stop.cancelled() => { self.input.clear(); return Err(End::Stopping) }
        };
        let count = read.as_ref().map_or(0, |count| *count);
        self.input.truncate(count);
        read?;
        if count == 0 { Err(End::Closed) } else { Ok(()) }
    }

    /// The next line, which must be whole by `deadline`.
    pub(crate) async fn line(&mut self, deadline: Instant) -> Result<Line, End> {
        let mut line = Vec::new();
        let mut length = 0;
        loop {
            self.fill(deadline).await?;
            let pending = self.pending();
            let found = memchr::memchr(b'\n', pending);
            let piece = found.map_or(pending.len(), |at| at + 1);
            length += piece;
            if length <= LINE {
                line.extend_from_slice(pending.get(..piece).unwrap_or_default());
            }
            self.take(piece);
            if found.is_some() {
                return Ok(match () {
                    () if length > LINE => Line::TooLong,
                    () if line.ends_with(b"\r\n") => Line::Whole(line),
                    () => Line::BareLf,
                });
            }
            if length > OVERLONG {
                return Err(End::Unbearable);
            }
        }
    }

    /// Queues an answer of one line.
    pub(crate) fn answer(&mut self, text: &str) {
        self.output.extend_from_slice(text.as_bytes());
        self.output.extend_from_slice(b"\r\n");
    }

    /// Sends the answers if there are many of them.
    pub(crate) async fn relieve(&mut self, deadline: Instant) -> Result<(), End> {
        if self.output.len() > OUTPUT { self.flush(deadline).await } else { Ok(()) }
    }

    /// Sends the answers.
    pub(crate) async fn flush(&mut self, deadline: Instant) -> Result<(), End> {
        if self.output.is_empty() {
            return Ok(());
        }
        let sent = timeout_at(deadline, async {
            self.stream.write_all(&self.output).await?;
            self.stream.flush().await
        })
        .await;
        self.output.clear();
        sent.map_err(|_| End::Late)?.map_err(End::from)
    }

    /// Sends what is left and closes.
    pub(crate) async fn close(mut self, deadline: Instant) {
        // The peer may be gone; it learns nothing then, and nothing was promised.
        let _ = self.flush(deadline).await;
        let _ = timeout_at(deadline, self.stream.shutdown()).await;
    }
}
