//! The port behind which other people's systems stand: what a connector is asked, and what it may answer.

use std::future::Future;
use std::pin::Pin;

use jiff::Timestamp;
use model::{MeasureId, MeasureKind};
use serde::{Deserialize, Serialize};
use serde_json::Value;

model::names! {
    /// What a connector is asked to do.
    Verb {
        /// Say what `act` would do, and change nothing.
        Plan "plan",
        /// Do it. The same key twice is one act.
        Act "act",
        /// Look at the other system whether it is in force.
        Verify "verify",
        /// Restore what was there before. The same key twice is one undoing.
        Undo "undo",
    }
}

/// An order to a connector; also the JSON that goes to the other side. It names no person and holds no evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// The key of this measure: the same for every verb and every repetition.
    pub key: String,
    /// Our number of the measure.
    pub measure: MeasureId,
    /// Number of the case, for the other side's own records.
    pub case: String,
    /// What to do.
    pub kind: MeasureKind,
    /// To what: `contract:KEY` or a subject such as `ip:192.0.2.1/32`, `mailbox:user@example.com`.
    pub target: String,
    /// Figures, such as `{"mails_per_hour": 10}`.
    pub params: Value,
    /// When it will be undone.
    pub ends_at: Option<Timestamp>,
}

/// What the other side answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is done; for [`Verb::Verify`] it is in force; for [`Verb::Plan`] this would be done.
    Done(String),
    /// It had been done before under this key.
    DoneBefore(String),
    /// It will not be done and has not been; for [`Verb::Verify`] it is not in force. With the other side's words.
    Refused(String),
    /// Nobody knows: time ran out, the line broke, the answer made no sense. Never taken for done; asked again.
    Unknown(String),
}

impl Answer {
    /// Longest text kept of an answer, characters.
    pub const MAX_WORDS: usize = 500;

    /// The other side's words, on one line and bounded.
    pub fn words(&self) -> String {
        let (Self::Done(words) | Self::DoneBefore(words) | Self::Refused(words) | Self::Unknown(words)) = self;
        text::wording::clean(words, Self::MAX_WORDS)
    }

    /// Whether it is done, now or before.
    pub const fn is_done(&self) -> bool {
        matches!(self, Self::Done(_) | Self::DoneBefore(_))
    }
}

/// The future of an answer; it can be sent between threads.
pub type Asked<'a> = Pin<Box<dyn Future<Output = Answer> + Send + 'a>>;

/// A system in which measures are carried out.
///
/// It decides nothing: plan, legal basis, approvals, limit and the holder of the target have been checked. It must answer
/// within [`MAX_ANSWER`](super::MAX_ANSWER); after that the answer counts as unknown.
pub trait Connector: Send + Sync {
    /// Carries out one verb of an order.
    fn ask<'a>(&'a self, verb: Verb, order: &'a Order) -> Asked<'a>;
}

/// One kind of connector: an entry of [`ALL`](super::ALL).
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Its name in the configuration.
    pub name: &'static str,
    /// Opens one with its settings; the error says which setting is wrong and how to mend it.
    pub open: fn(&Value) -> Result<Box<dyn Connector>, String>,
}
