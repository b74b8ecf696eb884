//! What is sold, to whom, and who held what from when to when.
//!
//! [`rows`] are what an import reads (text keys), an [`Import`] takes them in, idempotently, step by step and with an exact
//! report; [`changes`] are the single changes of the API; [`read`], [`readiness`] and [`search`] answer
//! questions.
//!
//! The one invariant that everything rests on: **a subject (with its ports) is never in the hands of two contracts at
//! once.** It is checked with every import and every change, under one lock ([`crate::Tx::lock_inventory`]).

mod catalogue;
pub mod changes;
mod contracts;
mod customers;
mod exclusive;
mod holdings;
mod keys;
pub mod read;
pub mod readiness;
pub mod report;
pub mod rows;
pub mod search;
pub mod steps;

pub use changes::{NewHolding, Reassigned};
pub use read::{Held, PlanCount};
pub use report::{ImportReport, ImportRun, Line, Refusal, RefusalCode};
pub use rows::{ContractRow, CustomerRow, HoldingRow, PlanRow, PrefixRow, ReadinessRow};
pub use steps::Import;
