//! What a log line says: one event, borrowing from the line. No field can hold a password or a message's content.

use std::net::IpAddr;

use jiff::Timestamp;
use jiff::tz::Offset;

/// One event of a mail system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event<'l> {
    /// When it happened, UTC.
    pub at: Timestamp,
    /// The zone in which the line wrote it; of lines without a zone, the reader's.
    pub zone: Offset,
    /// What happened.
    pub what: What<'l>,
    /// Through which door.
    pub service: Service,
    /// The account, as the line writes it.
    pub account: Option<&'l [u8]>,
    /// The client's address, IPv4-mapped ones as IPv4.
    pub address: Option<IpAddr>,
    /// The client's port, where the line has it: behind a CGN it tells customers apart.
    pub port: Option<u16>,
    /// The message's queue id.
    pub queue_id: Option<&'l [u8]>,
    /// The machine or instance that wrote the line: queue ids are its own.
    pub host: &'l [u8],
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What<'l> {
    /// A password was right.
    Login,
    /// A password was wrong, or the account does not exist.
    LoginFailed,
    /// A mail was accepted from a client that had logged in.
    Submitted {
        /// Envelope sender and number of recipients, where this very line has them.
        envelope: Option<Envelope<'l>>,
    },
    /// The queue took the mail.
    Queued(Envelope<'l>),
    /// An attempt of delivery to one recipient.
    Delivery {
        /// Envelope recipient.
        recipient: &'l [u8],
        /// How it ended.
        outcome: Outcome,
    },
    /// The mail left the queue.
    Removed,
    /// A client was turned away, or did what no mail client does; no password was tried.
    Refused,
    /// A person's browser loaded a page of the web mail.
    PageLoad,
    /// The web mail's API was called.
    ApiCall {
        /// Recipients of the mail that this call sent; 0 if it sent none.
        recipients: u32,
    },
}

/// Who sends to how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Envelope<'l> {
    /// Envelope sender, empty for bounces (RFC 5321 section 4.5.5).
    pub sender: &'l [u8],
    /// Recipients; 0 where the line does not say.
    pub recipients: u32,
}

/// How a delivery ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The next server took it.
    Sent,
    /// Refused for good: a bounce goes back.
    Bounced,
    /// To be tried again.
    Deferred,
}

/// The door through which a client came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    /// SMTP, relay or submission.
    Smtp,
    /// IMAP.
    Imap,
    /// POP3.
    Pop3,
    /// ManageSieve (RFC 5804).
    Sieve,
    /// Web mail in a browser.
    Web,
    /// The programming interface of the web mail.
    Api,
    /// A line that does not say.
    Unknown,
}

impl What<'_> {
    /// Whether the client proved to know the password.
    pub const fn is_success(&self) -> bool {
        matches!(self, Self::Login | Self::Submitted { .. })
    }
}

impl<'l> Event<'l> {
    /// An event of which only time and kind are known yet.
    pub const fn new(at: Timestamp, zone: Offset, what: What<'l>, service: Service) -> Self {
        Self { at, zone, what, service, account: None, address: None, port: None, queue_id: None, host: b"" }
    }
}
