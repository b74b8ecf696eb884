//! May this account send this mail now? Quotas of plans, uses from abroad, rules for countries and networks, locked and trial
//! accounts, answered to Postfix (SMTPD_POLICY_README) and to Dovecot (auth policy).
//!
//! Pure: a request and a moment come in, an [`Answer`] goes out, with the [`Record`] that must be kept before the answer is
//! given. The same records, read again after a restart, give the same counters.

mod judge;
mod postfix;
mod record;
mod settings;
mod usage;

pub use judge::{Answer, Attempt, Kept, Policy, Why};
pub use postfix::{Attribute, MAX_REQUEST, Request};
pub use record::Record;
pub use settings::{Account, Fail, Of, Opening, PlaceRule, Plan, Quota, Service, Settings, Stage, Tarpit, Verdict};

/// A policy that is explained, to begin a file of one's own.
pub const EXAMPLE: &str = include_str!("../../rules/policy.toml");
