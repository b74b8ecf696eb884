//! Why the desk refuses.

use model::Code;
use model::measure::Lack;
use store::StoreError;

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
    #[error("the measure cannot go ahead; its record lacks {0:?}")]
    NoBasis(Vec<Lack>),
    /// A person who may not do this.
    #[error("{0}")]
    NotAllowed(String),
    /// Four eyes need two people.
    #[error("{0} wrote this measure and cannot be its second person")]
    SamePerson(String),
    /// The hourly limit on measures.
    #[error("{limit} measures were carried out in the last hour, the limit; {remedy}")]
    Limit {
        /// The limit.
        limit: u32,
        /// What to do.
        remedy: String,
    },
    /// The thing is not in a state in which this can be done.
    #[error("{0}")]
    State(String),
    /// What was given is incomplete or wrong.
    #[error("{0}")]
    Invalid(String),
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
