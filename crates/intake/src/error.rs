//! Why a door cannot open, or cannot take an item.

use std::io;
use std::path::PathBuf;

use model::Code;
use store::StoreError;

/// A failure of a door. Each says where, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// The listener's address cannot be used.
    #[error("cannot listen on {address}: {source}; free the address or set `listen` to another one")]
    Bind {
        /// As configured.
        address: String,
        /// Why not.
        source: io::Error,
    },
    /// A setting makes no sense.
    #[error("setting `{setting}`: {why}")]
    Setting {
        /// Its name.
        setting: &'static str,
        /// What is wrong and how to mend it.
        why: String,
    },
    /// A file or folder cannot be read.
    #[error("cannot read {}: {source}; check that it exists and that this user may read it", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// One message is larger than allowed.
    #[error("{}, at byte {at}: the message is larger than {limit} bytes; raise `max_message_bytes` or take it out", file.display())]
    TooBig {
        /// The file.
        file: PathBuf,
        /// Where in it the message begins.
        at: u64,
        /// The limit.
        limit: usize,
    },
    /// The file holds no message.
    #[error("{}: {why}", file.display())]
    NoMessage {
        /// The file.
        file: PathBuf,
        /// What was found and what is expected.
        why: String,
    },
    /// The folder is no Maildir.
    #[error("{} is no Maildir: it lacks the folder `new`; create it with `maildirmake` or correct `folder`", folder.display())]
    NotMaildir {
        /// As configured.
        folder: PathBuf,
    },
    /// A message that was stored could not be moved out of the way.
    #[error("{} is stored but cannot be moved to `cur`: {source}; give this user the right to write there", file.display())]
    Move {
        /// The file.
        file: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The report could not be stored.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl IntakeError {
    /// The stable code.
    pub const fn code(&self) -> Code {
        match self {
            Self::Bind { .. } => Code("intake.bind"),
            Self::Setting { .. } => Code("intake.setting"),
            Self::Read { .. } => Code("intake.read"),
            Self::TooBig { .. } => Code("intake.too-big"),
            Self::NoMessage { .. } => Code("intake.no-message"),
            Self::NotMaildir { .. } => Code("intake.not-maildir"),
            Self::Move { .. } => Code("intake.move"),
            Self::Store(error) => error.code(),
        }
    }
}
