//! Measures: stop, lock, limit, block, quarantine. No basis, no measure.
//!
//! The life of a measure is in [`lifecycle`]: proposed with its record, approved by as many people as its kind needs,
//! carried out once under one key, verified, told to the customer, undone at its end. How it is carried out is a
//! [`Connector`]: one file and one line in [`ALL`].
//!
//! A new connector answers [`Verb`]s about an [`Order`]. It must be idempotent (the same [`Order::key`] twice is one act),
//! must say [`Answer::Unknown`] whenever it cannot be sure, reads bounded answers in bounded time and keeps secrets out of
//! them: an answer's words go into the journal.

mod command;
mod connectors;
mod lifecycle;
mod port;
mod target;
mod webhook;

pub use connectors::{ConnectorSettings, Connectors, MAX_ANSWER};
pub use lifecycle::{NewMeasure, Worked};
pub use port::{Answer, Asked, Connector, Entry, Order, Verb};
pub use target::MAX_TARGET;

/// Every kind of connector, in alphabetical order.
pub const ALL: &[Entry] = &[command::ENTRY, webhook::ENTRY];

#[cfg(test)]
mod tests;
