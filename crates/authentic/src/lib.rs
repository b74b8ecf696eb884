//! DKIM, SPF and ARC of a mail: verified when it comes, since keys are changed and taken away, from DNS answers that are
//! kept with the verdicts, so that anybody can repeat them years later.
//!
//! [`verify`] is pure: mail and answers in, verdicts out, and the questions that are still open. [`Gatherer`] asks them of one
//! configured resolver, within bounds, until none is open.

mod gather;
mod spf;
mod verify;

pub use gather::{Gatherer, Settings};
pub use verify::{MAX_SIGNATURES, verify};
