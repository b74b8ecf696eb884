//! The ways out of the house: a channel takes a composed mail and says what became of it.
//!
//! A channel changes no word and chooses nobody. It must know the difference between "refused" and "nobody knows": once the
//! other side may have the whole mail, a lost line is [`Outcome::Unknown`], and the mail goes to a person rather than out
//! twice.

use std::future::Future;
use std::pin::Pin;

use crate::notices::Outgoing;
use crate::why::reasons;
use crate::{DeskError, Settings};

pub mod folder;
pub mod smtp;

/// What became of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The other side has it and says so; its words.
    Taken(String),
    /// Not taken; it may be tried again later.
    Later(String),
    /// Not taken, and it never will be as it is.
    Refused(String),
    /// It may have been taken: the answer was lost.
    Unknown(String),
}

/// What a channel returns: a future that can be sent between threads.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// A way out of the house.
pub trait Channel: Send + Sync {
    /// Its name in the configuration.
    fn name(&self) -> &'static str;

    /// Hands one mail over. Called once for each claim; the caller bounds the time.
    fn send<'a>(&'a self, mail: &'a Outgoing) -> Sending<'a>;
}

/// A channel: its name and how it is opened.
pub struct Entry {
    /// Name of the file in this folder, and in `desk.mail.channel`.
    pub name: &'static str,
    /// Opens it, or says what is wrong with its configuration. Connects to nothing yet.
    pub open: fn(&Settings) -> Result<Box<dyn Channel>, DeskError>,
}

/// Every channel, in alphabetical order.
pub const ALL: &[Entry] = &[folder::ENTRY, smtp::ENTRY];

/// The channel that the configuration names.
pub fn open(settings: &Settings) -> Result<Box<dyn Channel>, DeskError> {
    let wanted = settings.mail.channel.as_str();
    if let Some(entry) = ALL.iter().find(|entry| entry.name == wanted) {
        return (entry.open)(settings);
    }
    let known: Vec<_> = ALL.iter().map(|entry| entry.name).collect();
    Err(DeskError::Invalid(reasons::mail_channel_unknown(wanted, known.join(", "))))
}
