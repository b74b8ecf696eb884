//! The control database: customers, cases, journal, jobs. SQLite by default, PostgreSQL by URL, one text of SQL for both.
//!
//! This is the only crate with SQL. [`Store`] opens and upgrades a database and begins transactions; every other module
//! adds the statements of one area as methods on [`Store`] (reading) and [`Tx`] (changing). A change and the job, journal
//! entry or mail that follows from it are written in one [`Tx`].

mod args;
mod db;
mod error;
mod ids;
mod open;
mod query;
mod row;
mod tellings;

pub mod acceptor;
pub mod blocklists;
pub mod cases;
pub mod checks;
pub mod corrections;
pub mod health;
pub mod inventory;
pub mod jobs;
pub mod journal;
pub mod listing;
pub mod mails;
pub mod measures;
pub mod messages;
pub mod notices;
pub mod observations;
pub mod people;
pub mod policy;
pub mod raw;
pub mod registers;
pub mod reporters;
pub mod reports;
pub mod screens;
pub mod stats;
pub mod totals;

pub use args::{Arg, placeholders};
pub use db::{Store, Tx};
pub use error::StoreError;
pub use open::Settings;
pub use query::Query;
pub use row::Row;
