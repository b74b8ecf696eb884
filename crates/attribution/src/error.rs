//! Why a question could not be asked (an answer of "nobody" is no error).

use model::Code;

/// A failure of attribution.
#[derive(Debug, thiserror::Error)]
pub enum AttributionError {
    /// The database.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// The question or the import file is wrong.
    #[error("{0}")]
    BadInput(String),
}

impl AttributionError {
    /// The stable code.
    pub const fn code(&self) -> Code {
        match self {
            Self::Store(error) => error.code(),
            Self::BadInput(_) => Code("attribution.bad-input"),
        }
    }
}
