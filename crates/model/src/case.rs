//! A case: one site, one account or one host of one contract, from the first report to the closing reason.

use serde::{Deserialize, Serialize};

/// An enum with a stable name for each value: `ALL`, `name()`, `Display`, `FromStr` and serde all speak that name.
/// The caller has `serde::{Deserialize, Serialize}` in scope.
#[macro_export]
macro_rules! names {
    ($(#[$doc:meta])* $enum:ident { $($(#[$vdoc:meta])* $variant:ident $name:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $enum {$(
            $(#[$vdoc])*
            #[serde(rename = $name)]
            $variant,
        )+}

        impl $enum {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable name, as in JSON, SQL and playbooks.
            pub const fn name(self) -> &'static str {
                match self {$(Self::$variant => $name,)+}
            }
        }

        impl std::fmt::Display for $enum {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }

        impl std::str::FromStr for $enum {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|value| value.name() == text).ok_or_else(|| {
                    let known: Vec<_> = Self::ALL.iter().map(|value| value.name()).collect();
                    format!("`{text}` is not one of {}", known.join(", "))
                })
            }
        }
    };
}
pub(crate) use names;

names! {
    /// Severity by harm, gravest last so that `max` is the gravest.
    Severity {
        /// For information: nothing has to be done.
        Info "info",
        /// Little harm: scans, rights questions between private parties.
        Low "low",
        /// Harm to others that can wait a day.
        Medium "medium",
        /// People lose money, passwords or machines now.
        High "high",
        /// Danger to life, children, infrastructure.
        Critical "critical",
    }
}

names! {
    /// Which desk works on it; one place may have one open case in each lane.
    Lane {
        /// Abuse and security.
        Abuse "abuse",
        /// Rights: the customer is asked and may object.
        Rights "rights",
    }
}

names! {
    /// Where a case stands. 受付 → 対応待ち → 通知済み / 顧客回答待ち → 停止 → 解決 / 却下.
    CaseState {
        /// In triage: the customer is not known, or the report needs a person (受付).
        Triage "triage",
        /// The customer is known, the desk has to act (対応待ち).
        Open "open",
        /// The customer has been told; the deadline runs (通知済み・顧客回答待ち).
        Waiting "waiting",
        /// The customer answered; the desk has to look (回答あり).
        Answered "answered",
        /// A measure is in force (停止).
        Contained "contained",
        /// Closed (解決・却下); the [`Exit`] says how.
        Closed "closed",
    }
}

names! {
    /// How a case ended: exactly the exits of B05, and the ways in which there was nothing to do.
    Exit {
        /// The customer fixed it.
        Fixed "fixed",
        /// The provider stopped the service at once.
        Stopped "stopped",
        /// The customer was warned, did not act, and the service was stopped.
        WarnedThenStopped "warned-then-stopped",
        /// A contract made for abuse was cancelled.
        Cancelled "cancelled",
        /// Not a breach of our terms: referred to police, a court or another body (B22).
        ReferredOut "referred-out",
        /// Noted, below the threshold for acting (B17).
        InfoOnly "info-only",
        /// Not our customer.
        NotOurs "not-ours",
        /// The reporter did not bring what was asked for (B21).
        LacksData "lacks-data",
        /// Not true, forged, or not abuse.
        Rejected "rejected",
        /// Merged into another case.
        Merged "merged",
    }
}

names! {
    /// What kind of cause lies behind it (A06): the customer is usually a victim.
    CauseClass {
        /// Not yet known.
        Unknown "unknown",
        /// The customer's service was abused by somebody else.
        Victim "victim",
        /// The contract was made for abuse.
        Deliberate "deliberate",
        /// A mistake or carelessness of the customer: open service, list without consent.
        Careless "careless",
        /// An open network or device behind the line: Wi-Fi, IoT.
        OpenNetwork "open-network",
    }
}

names! {
    /// How good the evidence is, independent of who sent it (B20).
    Grade {
        /// A bare claim.
        Claim "claim",
        /// Names subject and time but shows nothing.
        Stated "stated",
        /// Shows log lines, headers or a sample with subject and time.
        Shown "shown",
        /// Confirmed by a second reporter or by our own look with a legal basis.
        Confirmed "confirmed",
    }
}
