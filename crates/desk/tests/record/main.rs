//! Measures, registers and statistics: what the law asks for and what is counted.
#![expect(clippy::unwrap_used, reason = "a wrong value in a test should stop it")]

mod ground;
mod measures;
mod registers;
mod statistics;
