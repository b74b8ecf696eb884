//! Who had it at that second: one contract, several candidates and why, or nobody. Never a guess.

mod answer;
mod error;

pub use answer::{Answer, Asked, Attributor, Candidate, Question, Reason, Verdict};
pub use error::AttributionError;
