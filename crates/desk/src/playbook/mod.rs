//! Playbooks: what the desk does with which case, as data.
//!
//! A playbook is TOML: weights of the score, deadlines by severity, and rules in order; the first rule whose conditions all
//! hold decides. [`decide`] is a pure function of facts, playbook, calendar and moment. A playbook is checked when it is
//! loaded ([`Playbook::parse`]), kept in versions in the store, and put in force by somebody else than its writer
//! ([`crate::Desk::activate_playbook`], C09). [`crate::Desk::dry_run`] says what another playbook would have decided.

mod cause;
mod decide;
mod dry_run;
mod facts;
mod load;
mod marks;
mod rule;
mod score;
mod versions;

pub use cause::{Guess, Signal, guess, signals};
pub use decide::{Decision, Passed, Stored, decide};
pub use dry_run::{Changed, DryRun, Outcome};
pub use facts::{Addition, Attributed, Facts, PlaceKind, Service, Settled, Teller, Travel};
pub use load::DEFAULT;
pub use marks::{Mark, MarkRule, SubjectClass, classify, marks};
pub use rule::{Body, Deadlines, Playbook, Rule, Step, Then, When, Why};
pub use score::{Part, Score, Weights, is_ongoing, score, severity};
