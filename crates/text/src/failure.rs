//! What can go wrong with a text: only mail templates and the contexts given to them.

use model::{Code, Lang};
use thiserror::Error;

use crate::mail::{Audience, MailKind};

/// Why a mail could not be written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TextError {
    /// A template does not compile, uses a value that does not exist, or breaks a rule of the house.
    #[error("template `{template}`, line {line}: {problem}; {remedy}")]
    Template {
        /// Name as in the store: `ja/customer-reminder` or `en/parts/notes`.
        template: String,
        /// Line of the template text, from 1.
        line: usize,
        /// What is wrong, in English.
        problem: String,
        /// What to do about it, in English.
        remedy: String,
    },
    /// There is no template of this name, so an override cannot stand for it.
    #[error(
        "there is no template `{name}`: overrides are named <ja|en>/<kind> or <ja|en>/parts/<part>, such as ja/customer-reminder"
    )]
    NoSuchTemplate {
        /// The name that was given.
        name: String,
    },
    /// The facts are for another kind of reader than the mail.
    #[error("`{kind}` is a mail to the {expected}, but the facts given are for the {given}")]
    WrongAudience {
        /// The mail asked for.
        kind: MailKind,
        /// Whom it is for.
        expected: Audience,
        /// Whom the facts are for.
        given: Audience,
    },
    /// The mail needs a fact that was not given.
    #[error("`{kind}` needs `{field}`, which was not given")]
    MissingFact {
        /// The mail asked for.
        kind: MailKind,
        /// The field of the context.
        field: &'static str,
    },
    /// The mail grew too long or took too many steps.
    #[error("`{kind}` in {}: {limit}", lang.tag())]
    Limit {
        /// The mail asked for.
        kind: MailKind,
        /// Its language.
        lang: Lang,
        /// Which limit.
        limit: &'static str,
    },
}

impl TextError {
    /// The stable code, for the catalogue and for support.
    pub const fn code(&self) -> Code {
        match self {
            Self::Template { .. } | Self::NoSuchTemplate { .. } => Code("text.template"),
            Self::WrongAudience { .. } | Self::MissingFact { .. } => Code("text.context"),
            Self::Limit { .. } => Code("text.limit"),
        }
    }
}
