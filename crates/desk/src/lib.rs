//! The desk: it groups observations into cases, decides by playbook, tells customers and reporters, proposes and carries out
//! measures on a legal basis, and counts what happened.
//!
//! [`Desk`] is what every part works with: the store, the clock, and the ports through which the desk reads reports and asks
//! who held an address. Each area adds its own `impl Desk` block; decisions are pure functions beside them.

// Tests inside the crate share the ground of those outside, which call it by its name.
#[cfg(test)]
extern crate self as desk;

mod actor;
pub mod cases;
pub mod channels;
pub mod corrections;
mod error;
pub mod grade;
pub mod measures;
pub mod notices;
pub mod pipeline;
pub mod playbook;
pub mod registers;
pub mod reporters;
pub mod rules;
mod settings;
pub mod stats;
mod trace;
pub mod why;
pub mod worker;

use std::sync::Arc;

use attribution::Attributor;
use model::findings::SenderCheck;
use model::trace::HeaderTracer;
use model::{Clock, ReportReader};
use store::Store;
use text::mail::Templates;

pub use actor::Actor;
pub use error::DeskError;
pub use pipeline::Processed;
pub use settings::{Mode, Provider, Settings};
pub use why::{Said, Why};

/// Everything the desk works with. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    /// The control database.
    pub store: Store,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Bytes to readings.
    pub reader: Arc<dyn ReportReader>,
    /// Bytes to the way of a mail.
    pub tracer: Arc<dyn HeaderTracer>,
    /// Who surely sent it; nobody is asked without one.
    pub checker: Option<Arc<dyn SenderCheck>>,
    /// Who had it.
    pub attributor: Arc<dyn Attributor>,
    /// Mail templates.
    pub templates: Arc<Templates>,
    /// How this provider runs its desk.
    pub settings: Arc<Settings>,
}
