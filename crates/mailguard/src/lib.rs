//! The mail guard: mail logs → events, and detectors that tell from them which accounts are in strange hands.
//!
//! Pure: bytes, state and clock come in, events and alerts go out. The clock of every rule is the time of the events, so a
//! year of old logs gives what the live logs would have given. Everything that grows has a bound that is written down.
//!
//! - [`lines`]: bytes → bounded lines; [`stamp`]: the time of a line, with zone and year; [`dialects`]: line → [`Event`].
//! - [`place`]: where an address is; [`history`]: what is remembered of an account; [`detectors`]: the rules, numbers from a
//!   file ([`Rules`]); [`Guard`]: events in, [`Alert`]s out.
//! - [`policy`]: whether an account may send this mail now.
//! - [`replay`]: what other thresholds would have done.
//! - [`stats`]: how many accounts send how much, from where.

pub mod accounts;
pub mod alert;
mod bench;
mod blocks;
mod bytes;
pub mod detectors;
pub mod dialects;
mod error;
pub mod event;
#[doc(hidden)]
pub mod fuzz;
mod geo;
mod guard;
pub mod history;
mod join;
pub mod lines;
pub mod place;
pub mod policy;
mod recipients;
pub mod replay;
mod rules;
pub mod stamp;
mod states;
pub mod stats;
pub mod window;

pub use alert::Alert;
pub use error::MailguardError;
pub use event::{Envelope, Event, Outcome, Service, What};
pub use guard::Guard;
pub use history::Position;
pub use join::Message;
pub use rules::{DEFAULT, Rules};
