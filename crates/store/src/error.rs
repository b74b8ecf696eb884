//! What can go wrong with the database, by what a caller does about it.

use model::Code;

/// A failure of the control database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk or the database is full: nothing was written, try again later.
    #[error("the database cannot write because its disk is full: {0}")]
    Full(String),
    /// The database is not reachable or broke off: nothing was written, try again later.
    #[error("the database does not answer: {0}")]
    Down(String),
    /// A row that must be unique exists.
    #[error("there is one already: {0}")]
    Conflict(String),
    /// Another transaction changed the row since it was read.
    #[error("somebody else changed {what} in the meantime; load it again")]
    Stale {
        /// What was to be changed.
        what: String,
    },
    /// What was asked for is not there.
    #[error("there is no {what}")]
    NotFound {
        /// What was asked for.
        what: String,
    },
    /// The URL or folder given in the configuration cannot be a database.
    #[error("`{url}` is not a database: {why}; write sqlite:FILE or postgres://USER@HOST/NAME")]
    Url {
        /// As configured, without password.
        url: String,
        /// Why not.
        why: String,
    },
    /// The database was written by a newer program, or an upgrade failed.
    #[error("the database's schema does not fit this program: {0}")]
    Schema(String),
    /// A stored value is not what this program writes: damage or a foreign hand.
    #[error("a stored value is damaged: {0}")]
    Damaged(String),
    /// The SQL of this program is wrong: a bug.
    #[error("a statement failed: {0}")]
    Statement(String),
}

impl StoreError {
    /// The stable code.
    pub const fn code(&self) -> Code {
        Code(match self {
            Self::Full(_) => "store.full",
            Self::Down(_) => "store.down",
            Self::Conflict(_) => "store.conflict",
            Self::Stale { .. } => "store.stale",
            Self::NotFound { .. } => "store.not-found",
            Self::Url { .. } => "store.url",
            Self::Schema(_) => "store.schema",
            Self::Damaged(_) => "store.damaged",
            Self::Statement(_) => "store.statement",
        })
    }

    /// Whether the same call may work later without anybody changing anything.
    pub const fn is_temporary(&self) -> bool {
        matches!(self, Self::Full(_) | Self::Down(_))
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let text = error.to_string();
        match &error {
            sqlx::Error::Database(database) => {
                let code = database.code().unwrap_or_default();
                match code.as_ref() {
                    // SQLITE_FULL, its I/O relatives for "no space", and PostgreSQL's disk_full.
                    "13" | "53100" => Self::Full(text),
                    // SQLITE_BUSY/LOCKED (also extended), CANTOPEN, IOERR, READONLY; PostgreSQL classes 08, 53, 57, 40.
                    "5" | "6" | "10" | "14" | "8" | "261" | "517" | "778" | "1032" | "4874" => Self::Down(text),
                    code if code.starts_with("08")
                        || code.starts_with("53")
                        || code.starts_with("57")
                        || code.starts_with("40") =>
                    {
                        Self::Down(text)
                    }
                    _ if database.is_unique_violation() => Self::Conflict(text),
                    _ => Self::Statement(text),
                }
            }
            sqlx::Error::Io(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Tls(_) => Self::Down(text),
            sqlx::Error::RowNotFound => Self::NotFound { what: "row".to_owned() },
            sqlx::Error::ColumnNotFound(_) | sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
                Self::Damaged(text)
            }
            _ => Self::Statement(text),
        }
    }
}
