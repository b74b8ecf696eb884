//! What tests of every room share: a clock that stands still, and stores of both kinds that vanish afterwards.
//!
//! Nothing here stands in for a database or a mail server: the store is a real SQLite file or a database in a real
//! PostgreSQL server that this crate starts on a local socket.

mod clock;
mod postgres;
mod stores;

pub use clock::FixedClock;
pub use postgres::Postgres;
pub use stores::{TempStore, each_store};
