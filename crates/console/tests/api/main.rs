//! The API and the public form as programs and people outside see them: requests through the router, no network.
#![expect(clippy::unwrap_used, reason = "a test stops at what should not be")]

mod form;
mod garbage;
mod house;
mod registers;
mod reports;
mod sender_rules;
mod spec;
mod statistics;
mod steps;
mod traces;
