//! Notices: what the desk tells customers, resellers and reporters, how it leaves the house, and what comes back.
//!
//! - [`customer`]: notices from a case, with evidence of the time in which the contract held the place and of no other.
//! - [`reporter`], [`outcome`]: receipts, questions and outcomes, to whom they are wanted, without loops.
//! - [`outbox`]: sending; a mail is claimed and committed before its first byte, and closed afterwards.
//! - [`thread`]: answers, bounces and copies of our own mails find their case.
//! - [`ticks`]: reminders and passed deadlines; [`people`]: what a person does with a draft.
//!
//! The parts that decide are pure and stand apart: `evidence`, `redact`, `policy`, `delivery`, `answers`, `compose`.

mod address;
mod answers;
mod compose;
mod customer;
mod delivery;
mod draft;
mod evidence;
mod outbox;
mod outcome;
mod people;
mod policy;
mod redact;
mod reporter;
mod sender;
mod settings;
mod summary;
mod thread;
mod ticks;

pub use answers::{Answered, QUESTIONS, parse_answers};
pub use compose::Outgoing;
pub use customer::Withheld;
pub use draft::{Attachment, Auto, Head};
pub use outbox::SentDue;
pub use people::MailEdit;
pub use settings::{MailSettings, ReporterIdentity, Tls};
pub use thread::{ThreadKind, Threaded};
pub use ticks::Ticked;
