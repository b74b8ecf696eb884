//! Why the guard cannot start. A line that says nothing is no error: it is counted.

use model::Code;

/// A failure of the mail guard.
#[derive(Debug, thiserror::Error)]
pub enum MailguardError {
    /// The rule file does not hold.
    #[error("rules, line {line}, column {column}: {problem}")]
    Rules {
        /// Line of the rule file, from 1.
        line: usize,
        /// Column of that line, from 1, in characters.
        column: usize,
        /// What is wrong, in English.
        problem: String,
    },
    /// A geographical database cannot be used.
    #[error("{what} database: {problem}")]
    Place {
        /// Which one: `country` or `network`.
        what: &'static str,
        /// What is wrong, in English.
        problem: String,
    },
}

impl MailguardError {
    /// The stable code.
    pub const fn code(&self) -> Code {
        match self {
            Self::Rules { .. } => Code("mailguard.rules"),
            Self::Place { .. } => Code("mailguard.place"),
        }
    }
}
