//! The mails that leave the desk: to customers and resellers (who had it), and to reporters (who told us).
//!
//! A mail is a template ([`Templates`]) rendered with facts ([`MailContext`]). The facts for customers have no field in
//! which a reporter could be named, and the facts for reporters none for a customer: the types keep the promise that the
//! identity of one is never told to the other (D32). Facts are typed and without language; wording happens here.
//!
//! Templates are compiled in and can be replaced at run time by texts from the store. A replacement is checked when it is
//! loaded: it must compile, use only values that exist, render for every kind of abuse, stay within the limits and not
//! accuse anybody (D02).

mod builtin;
mod context;
mod engine;
mod kind;
mod lint;
mod rules;
mod sample;
mod tidy;
mod view;

pub use builtin::{source, template_names};
pub use context::{
    Addressee, ContractFacts, CustomerContext, Deadline, Event, MailContext, MeasureFacts, Provider, ReporterContext,
};
pub use engine::{RenderedMail, Templates, names};
pub use kind::{Audience, Family, InfoReason, MailKind, Missing, Part};
pub use lint::{Accusation, accusations};
