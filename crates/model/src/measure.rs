//! Measures against abuse and the law they stand on. No basis, no measure.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::case::names;

names! {
    /// The legal ground of a measure or of a look into communications data (通信の秘密, Telecommunications Business Act Art. 4).
    LegalBasis {
        /// Facts published or sent by third parties; no communications data of our own is read (A64).
        ThirdPartyFact "third-party-fact",
        /// The terms of service and a breach of a named clause.
        Contract "contract",
        /// The customer's own, individual consent.
        Consent "consent",
        /// Lawful business conduct (正当業務行為): needed for the service, proportionate.
        LawfulBusiness "lawful-business",
        /// Self-defence (正当防衛): an attack that goes on now.
        SelfDefence "self-defence",
        /// Necessity (緊急避難): a present danger to life, body or property, no milder means.
        Necessity "necessity",
        /// The service or other users are hurt; figures are attached (B32).
        ServiceImpact "service-impact",
        /// A warrant or other binding instrument.
        Instrument "instrument",
    }
}

impl LegalBasis {
    /// Whether this ground can carry a look into communications data (logs of who spoke with whom).
    /// A contract alone cannot: secrecy is not waived by general terms.
    pub const fn allows_communications_data(self) -> bool {
        matches!(
            self,
            Self::Consent
                | Self::LawfulBusiness
                | Self::SelfDefence
                | Self::Necessity
                | Self::ServiceImpact
                | Self::Instrument
        )
    }
}

names! {
    /// What a measure does.
    MeasureKind {
        /// The whole service stops; needs two people (four eyes).
        Suspend "suspend",
        /// One account cannot log in or send.
        LockAccount "lock-account",
        /// Outbound mail is limited to a rate.
        LimitMail "limit-mail",
        /// One port or one direction is closed.
        BlockPort "block-port",
        /// A page or directory is made unreachable, siblings go on.
        QuarantinePath "quarantine-path",
        /// The password must be changed at the next login.
        ForcePassword "force-password",
        /// The contract is ended; needs two people.
        Cancel "cancel",
    }
}

impl MeasureKind {
    /// Whether a second person must approve.
    pub const fn needs_four_eyes(self) -> bool {
        matches!(self, Self::Suspend | Self::Cancel)
    }
}

names! {
    /// The life of a measure.
    MeasureState {
        /// Written down; nothing has happened.
        Proposed "proposed",
        /// Approved as far as its kind needs; not yet carried out.
        Approved "approved",
        /// Being carried out; a crash here is resolved by asking the connector (idempotent key).
        Acting "acting",
        /// Carried out and verified.
        Active "active",
        /// Being undone.
        Undoing "undoing",
        /// Undone or ended by its date.
        Ended "ended",
        /// Refused by a person, by the law gate or by the hourly limit.
        Refused "refused",
        /// The connector failed; a person must look.
        Failed "failed",
    }
}

/// The record that must be complete before a measure is approved (C08, C09, B32).
/// The default is a record in which nothing is said yet.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Justification {
    /// Legal ground.
    pub basis: Option<LegalBasis>,
    /// What it is to achieve.
    pub purpose: String,
    /// Clause of the terms, article or document that the ground names.
    pub reference: String,
    /// Why nothing milder would do.
    pub necessity: String,
    /// What else it will touch: other users, other services.
    pub side_effects: String,
    /// Figures of the impact, required with [`LegalBasis::ServiceImpact`].
    pub metrics: Option<String>,
    /// Whether communications data is read for it.
    pub reads_communications: bool,
    /// When it ends by itself.
    pub ends_at: Option<Timestamp>,
}

/// What a [`Justification`] lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lack {
    /// No legal ground.
    Basis,
    /// No purpose.
    Purpose,
    /// No clause, article or document.
    Reference,
    /// No word on milder means.
    Necessity,
    /// No word on side effects.
    SideEffects,
    /// Service impact without figures.
    Metrics,
    /// The ground cannot carry a look into communications data.
    CommunicationsData,
    /// No end, or an end that is not in the future.
    End,
}

impl Justification {
    /// Everything that is missing at `now`; empty if the measure may go to approval.
    pub fn lacks(&self, now: Timestamp) -> Vec<Lack> {
        let blank = |text: &str| text.trim().is_empty();
        let service_impact = self.basis == Some(LegalBasis::ServiceImpact);
        [
            (self.basis.is_none(), Lack::Basis),
            (blank(&self.purpose), Lack::Purpose),
            (blank(&self.reference), Lack::Reference),
            (blank(&self.necessity), Lack::Necessity),
            (blank(&self.side_effects), Lack::SideEffects),
            (service_impact && self.metrics.as_deref().is_none_or(blank), Lack::Metrics),
            (
                self.reads_communications && !self.basis.is_some_and(LegalBasis::allows_communications_data),
                Lack::CommunicationsData,
            ),
            (self.ends_at.is_none_or(|end| end <= now), Lack::End),
        ]
        .into_iter()
        .filter_map(|(lacking, lack)| lacking.then_some(lack))
        .collect()
    }
}
