//! The mail guard: mail logs → events, and detectors that tell from them which accounts are in strange hands.
//!
//! Pure: bytes, state and clock come in, events and alerts go out. The clock of every rule is the time of the events, so a
//! year of old logs gives what the live logs would have given. Everything that grows has a bound that is written down.
//!
//! - [`lines`]: bytes → bounded lines; [`stamp`]: the time of a line, with zone and year; [`dialects`]: line → [`Event`].

mod bytes;
pub mod dialects;
mod error;
pub mod event;
pub mod lines;
pub mod stamp;

pub use error::MailguardError;
pub use event::{Envelope, Event, Outcome, Service, What};
