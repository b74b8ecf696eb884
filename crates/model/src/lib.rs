//! The vocabulary of Mimawari: what a report says ([`Observation`]), who had an address ([`Holding`], [`Contract`]),
//! what the desk does about it ([`CaseState`], [`MeasureState`]) and on which legal ground ([`LegalBasis`]).
//!
//! Nothing here does I/O or waits; every function that depends on time takes the time as a parameter. All other crates
//! speak to each other in these words.

pub mod calendar;
pub mod case;
pub mod category;
pub mod clock;
pub mod detail;
pub mod error;
pub mod findings;
pub mod ids;
pub mod inventory;
pub mod lang;
pub mod measure;
pub mod observation;
pub mod people;
pub mod reading;
pub mod rule;
pub mod subject;
pub mod taxonomy;
pub mod time;
pub mod trace;

pub use case::{CaseState, CauseClass, Exit, Grade, Lane, Severity};
pub use category::{Category, DeskGroup};
pub use clock::{Clock, SystemClock};
pub use detail::{Detail, DetailKind};
pub use error::Code;
pub use ids::{
    CaseId, ContractId, CustomerId, HoldingId, JobId, MailId, MeasureId, ObservationId, PlanId, ReportId, ReporterId,
    UserId,
};
pub use inventory::{Contract, Control, Customer, Holding, Plan, ReadinessItem, ServiceKind};
pub use lang::Lang;
pub use measure::{LegalBasis, MeasureKind, MeasureState};
pub use observation::{Observation, Place, Provenance, Transport};
pub use people::{Permission, Role};
pub use reading::{Format, Noise, Reading, ReportReader, ReporterClaim, RequestKind};
pub use rule::{HeaderMatch, RuleFault, RuleRef, SenderRule};
pub use subject::SubjectKey;
pub use time::{EventTime, TimeSpan};
