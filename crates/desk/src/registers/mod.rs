//! Registers: what is not a mail, what was looked at, what was asked and answered, what was reported to others.
//!
//! - [`Desk::record_access`](crate::Desk::record_access): the gate before every look into communications or personal data.
//! - Instruments: paper, telephone, courts and police; nothing is disclosed on the telephone.
//! - [`ConnectionForm`]: the fields without which nobody can answer "who was it"; the same form in and out.
//! - The incident form, the customer's answers, and the pack of evidence for the step on a contract.

mod access;
mod form;
mod incident;
mod instrument;
mod outbound;
mod pack;
mod xarf;

pub use access::{AccessGrant, Communications, Data, Look, Personal};
pub use form::{ConnectionForm, FormLack};
pub use incident::Incident;
pub use instrument::{InstrumentAnswer, InstrumentReply, NewInstrument};
pub use outbound::{NewOutbound, Sighting};
pub use pack::Pack;
pub use xarf::OUTBOUND_CATEGORIES;
