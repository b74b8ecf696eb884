//! What a rule found, with all that a person needs to check it.

use std::net::IpAddr;

use jiff::Timestamp;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize, Serializer};

use crate::history::{Position, Sighting};
use crate::place::{Country, Place};

/// What a rule asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// A person, or another rule, should know.
    Watch,
    /// The sending side is to be slowed down or shut out: an address or a network, never an account.
    LimitSource,
    /// The account is in strange hands: refuse its logins and force a new password.
    Lock,
}

/// A family of signs that are independent of each other: two of them together say more than two of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// From where an account is used.
    Place,
    /// Who else is tried from there.
    Source,
    /// What is sent.
    Sending,
    /// How the web mail is used.
    Web,
    /// Several families at once.
    Joint,
}

/// A moment in the zone in which its line was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// UTC.
    pub at: Timestamp,
    /// The zone of the line.
    pub zone: Offset,
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.at.display_with_offset(self.zone))
    }
}

/// One line that speaks for an alert.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evidence {
    /// When.
    pub at: Moment,
    /// From where.
    pub address: Option<IpAddr>,
    /// From which port.
    pub port: Option<u16>,
    /// Country of the address.
    pub country: Option<Country>,
    /// Number of its network (AS).
    #[serde(rename = "as")]
    pub network: Option<u32>,
    /// Name of the source that held the line.
    pub file: String,
    /// Line in it, from 1.
    pub line: u32,
    /// The account, where the alert is about a source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}

/// A rule's finding.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Alert {
    /// Name of the rule.
    pub rule: String,
    /// The detector whose rule it is.
    pub detector: &'static str,
    /// Its family.
    pub family: Family,
    /// What it asks for.
    pub action: Action,
    /// The account; nothing where the alert is about a source.
    pub account: Option<String>,
    /// The address or network (`AS64496`) of an alert about a source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The event with which the threshold was reached.
    pub at: Moment,
    /// The first event of those that were counted.
    pub first: Moment,
    /// What was counted or measured.
    pub value: f64,
    /// The rule's threshold for it.
    pub threshold: f64,
    /// The rule's window in seconds; 0 where it has none.
    pub window_s: u64,
    /// The other numbers and words that were weighed, in the order in which they are said.
    pub inputs: Vec<(&'static str, String)>,
    /// The lines, oldest first, at most [`Alert::MAX_EVIDENCE`].
    pub evidence: Vec<Evidence>,
}

impl Alert {
    /// Most lines that an alert carries.
    pub const MAX_EVIDENCE: usize = 64;
}

/// A line that a detector remembers as evidence. The source's name is added when the alert leaves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trace {
    /// When.
    pub at: Moment,
    /// From where.
    pub address: Option<IpAddr>,
    /// From which port.
    pub port: Option<u16>,
    /// Where that is.
    pub place: Place,
    /// Which line.
    pub position: Position,
    /// The account, where the alert is about a source.
    pub account: Option<crate::accounts::AccountId>,
}

impl From<&Sighting> for Trace {
    fn from(one: &Sighting) -> Self {
        Self {
            at: Moment { at: one.at(), zone: one.zone() },
            address: one.address(),
            port: one.port(),
            place: one.place(),
            position: one.position(),
            account: None,
        }
    }
}
