//! Who had it at that second: one contract, several candidates and why, or nobody. Never a guess.
//!
//! [`InventoryAttributor`] answers from the provider's inventory, which [`import`] takes in.

mod answer;
mod chain;
mod error;
pub mod import;
mod inventory;
mod resolve;

pub use answer::{Answer, Asked, AskedAll, Attributor, Candidate, Question, Reason, Verdict};
pub use error::AttributionError;
pub use inventory::{InventoryAttributor, MAX_SUBJECTS, Settings};
