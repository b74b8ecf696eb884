//! Why a list or a history cannot be taken.

use jiff::Timestamp;
use model::Code;

/// A refusal. What is merely unreadable inside a list is no error: it is counted in [`crate::parse::Junk`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// The list is larger than allowed.
    #[error("more than {limit} {what} (line {line}); raise the limit if this list may be that large")]
    TooLarge {
        /// What there are too many of: `bytes`, `lines` or `entries`.
        what: &'static str,
        /// How many are allowed.
        limit: usize,
        /// The line at which the limit was passed; 0 where reading did not begin.
        line: usize,
    },
    /// A version is not later than those that are there.
    #[error("a version of {at} cannot follow the one of {last}; give versions in the order of their times")]
    Order {
        /// When it was taken.
        at: Timestamp,
        /// When the last one was taken.
        last: Timestamp,
    },
    /// The bytes are no history.
    #[error("this is no whole history: {what}; build it again from the snapshots, or take it from a backup")]
    Damaged {
        /// What was found.
        what: &'static str,
    },
    /// A register of lists cannot be used.
    #[error("the register of lists is wrong: {why}")]
    Register {
        /// What is wrong.
        why: String,
    },
}

impl ListError {
    /// The stable code.
    pub const fn code(&self) -> Code {
        match self {
            Self::TooLarge { .. } => Code("blocklists.too-large"),
            Self::Order { .. } => Code("blocklists.order"),
            Self::Damaged { .. } => Code("blocklists.damaged"),
            Self::Register { .. } => Code("blocklists.register"),
        }
    }
}
