//! What tests of every room share: a clock that stands still, and stores of both kinds that vanish afterwards.
//!
//! Nothing here stands in for a database or a mail server: the store is a real SQLite file or a database in a real
//! PostgreSQL server that this crate starts on a local socket; [`TestPostfix`] is a real Postfix, in front of the desk or
//! behind it, where a [`Sink`] takes what leaves the house.

mod cases;
mod clock;
mod dkim;
mod nsd;
mod ports;
mod postfix;
mod postgres;
mod sink;
mod smtp;
mod stores;

pub use cases::open_case;
pub use clock::FixedClock;
pub use dkim::DkimKey;
pub use nsd::Nsd;
pub use ports::steady_port;
pub use postfix::TestPostfix;
pub use postgres::Postgres;
pub use sink::{Sink, SinkMail};
pub use smtp::{SmtpClient, dot_stuffed};
pub use stores::{TempStore, each_store};
