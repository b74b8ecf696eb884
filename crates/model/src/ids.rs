//! Identifiers: one number type per kind of thing, so that a case id can never stand where a contract id belongs.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map($name)
            }
        }
    )+};
}

id! {
    /// A case: one site, one account or one host of one contract.
    CaseId,
    /// A contract of a customer for one service.
    ContractId,
    /// A customer, perhaps a reseller with customers of its own.
    CustomerId,
    /// One row of "this contract held that subject from … to …".
    HoldingId,
    /// A unit of background work.
    JobId,
    /// A mail that the desk sent or is to send.
    MailId,
    /// A measure on a case: planned, approved, done, undone.
    MeasureId,
    /// One accused subject at one time, read from a report.
    ObservationId,
    /// A plan of the product catalogue.
    PlanId,
    /// A raw report as it was accepted.
    ReportId,
    /// Somebody who reports.
    ReporterId,
    /// A person who works at the desk.
    UserId,
}
