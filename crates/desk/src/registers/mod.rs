//! Registers: what is not a mail, what was looked at, what was asked and answered, what was reported to others.
//!
//! - [`Desk::record_access`](crate::Desk::record_access): the gate before every look into communications or personal data.
//! - Instruments: paper, telephone, courts and police; nothing is disclosed on the telephone.
//! - [`ConnectionForm`]: the fields without which nobody can answer "who was it"; the same form in and out.
//! - The incident form, the customer's answers, and what customers keep ready.

mod access;
mod form;
mod incident;
mod instrument;
mod outbound;
mod readiness;
mod xarf;

pub use access::{AccessGrant, Communications, Data, Look, Personal};
pub use form::{ConnectionForm, FormLack};
pub use instrument::{InstrumentAnswer, NewInstrument};
pub use outbound::NewOutbound;
pub use xarf::OUTBOUND_CATEGORIES;
