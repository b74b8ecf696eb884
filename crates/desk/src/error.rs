//! Why the desk refuses.

use model::Code;
use model::measure::Lack;
use store::StoreError;

use crate::why::{Said, Why, reasons};

/// A refusal or failure of the desk.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Attribution.
    #[error(transparent)]
    Attribution(#[from] attribution::AttributionError),
    /// A text or template.
    #[error(transparent)]
    Text(#[from] text::TextError),
    /// The law gate: the record lacks something.
    #[error("{}", reasons::no_basis(Said::named("lack", .0)))]
    NoBasis(Vec<Lack>),
    /// A person who may not do this.
    #[error("{0}")]
    NotAllowed(Why),
    /// Four eyes need two people.
    #[error("{}", reasons::same_person(.0))]
    SamePerson(String),
    /// The hourly limit on measures.
    #[error("{}", reasons::measure_limit(*.limit))]
    Limit {
        /// The limit.
        limit: u32,
    },
    /// The thing is not in a state in which this can be done.
    #[error("{0}")]
    State(Why),
    /// What was given is incomplete or wrong.
    #[error("{0}")]
    Invalid(Why),
    /// A playbook that cannot be used.
    #[error("playbook {name}, {place}: {why}")]
    Playbook {
        /// Its name.
        name: String,
        /// Rule or line.
        place: String,
        /// What is wrong and how to mend it.
        why: String,
    },
    /// A connector or channel failed.
    #[error("{0}")]
    Connector(String),
}

impl DeskError {
    /// What is kept as JSON could not be written or read.
    pub(crate) fn unreadable(error: impl std::fmt::Display) -> Self {
        Self::State(reasons::record_unreadable(error.to_string()))
    }

    /// The system gives no random numbers.
    pub(crate) fn no_randomness(error: getrandom::Error) -> Self {
        Self::State(reasons::no_randomness(error.to_string()))
    }

    /// What exactly happened and what to do, in the language of whoever reads it where the reason has a text of its own.
    pub fn said(&self) -> Said {
        match self {
            Self::NotAllowed(why) | Self::State(why) | Self::Invalid(why) => why.clone().into(),
            Self::NoBasis(lacks) => reasons::no_basis(Said::named("lack", lacks)).into(),
            Self::SamePerson(who) => reasons::same_person(who).into(),
            Self::Limit { limit } => reasons::measure_limit(*limit).into(),
            Self::Store(_) | Self::Attribution(_) | Self::Text(_) | Self::Playbook { .. } | Self::Connector(_) => {
                self.to_string().into()
            }
        }
    }

    /// The stable code.
    pub const fn code(&self) -> Code {
        match self {
            Self::Store(error) => error.code(),
            Self::Attribution(error) => error.code(),
            Self::Text(error) => error.code(),
            Self::NoBasis(_) => Code("desk.no-basis"),
            Self::NotAllowed(_) => Code("desk.not-allowed"),
            Self::SamePerson(_) => Code("desk.same-person"),
            Self::Limit { .. } => Code("desk.limit"),
            Self::State(_) => Code("desk.state"),
            Self::Invalid(_) => Code("desk.invalid"),
            Self::Playbook { .. } => Code("desk.playbook"),
            Self::Connector(_) => Code("desk.connector"),
        }
    }
}
