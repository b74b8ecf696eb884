//! The record of a measure as options of the command line.

use jiff::Timestamp;
use model::LegalBasis;
use model::measure::Justification;

/// The record (C08, C09, B32); each option is one part of it.
#[derive(Debug, clap::Args)]
pub(crate) struct Record {
    /// Legal ground: third-party-fact, contract, consent, lawful-business, self-defence, necessity, service-impact or instrument.
    #[arg(long)]
    basis: Option<LegalBasis>,
    /// What it is to achieve.
    #[arg(long, value_name = "TEXT")]
    purpose: Option<String>,
    /// Clause of the terms, article or document that the ground names.
    #[arg(long, value_name = "TEXT")]
    reference: Option<String>,
    /// Why nothing milder would do.
    #[arg(long, value_name = "TEXT")]
    necessity: Option<String>,
    /// What else it will touch: other users, other services.
    #[arg(long, value_name = "TEXT")]
    side_effects: Option<String>,
    /// Figures of the impact, needed with the ground service-impact.
    #[arg(long, value_name = "TEXT")]
    metrics: Option<String>,
    /// Whether communications data is read for it.
    #[arg(long)]
    reads_communications: Option<bool>,
    /// When it ends by itself, with zone.
    #[arg(long, value_name = "TIME")]
    until: Option<Timestamp>,
}

impl Record {
    /// `old` with everything that was named.
    pub(super) fn over(self, old: Justification) -> Justification {
        Justification {
            basis: self.basis.or(old.basis),
            purpose: self.purpose.unwrap_or(old.purpose),
            reference: self.reference.unwrap_or(old.reference),
            necessity: self.necessity.unwrap_or(old.necessity),
            side_effects: self.side_effects.unwrap_or(old.side_effects),
            metrics: self.metrics.or(old.metrics),
            reads_communications: self.reads_communications.unwrap_or(old.reads_communications),
            ends_at: self.until.or(old.ends_at),
        }
    }
}
