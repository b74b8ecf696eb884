//! What is true about a generated report.

use jiff::Timestamp;
use model::{Category, DeskGroup, Noise, Place};
use serde::{Deserialize, Serialize};

/// Which door a report comes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Door {
    /// A whole mail (RFC 5322).
    Mail,
    /// Bare XARF v4 JSON for the API.
    Http,
}

/// Who is responsible.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "key")]
pub enum Accused {
    /// This contract, at the time of the event.
    Contract(String),
    /// Somebody else's customer.
    NotOurs,
    /// Nobody: it is no report.
    Noise,
}

/// What a good desk does with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Expect {
    /// The customer is told.
    Tell,
    /// A person weighs it before the customer is written to: speech and decency are not for a machine to judge (D04).
    Weigh,
    /// The reporter is asked for what lacks (B21): as it stands, nobody can be named.
    AskBack,
    /// Handed to another body: the reporter of what is no breach of our terms is sent to the police (B22), the abuse of
    /// children goes to them with its evidence before anybody is warned.
    ReferOut,
    /// Noted only: too little to act on (B17, D31).
    InfoOnly,
    /// A person decides what it is.
    Triage,
    /// The reporter is told that it is not ours.
    NotOurs,
    /// Nothing.
    Drop,
}

impl Expect {
    /// What a whole and honest report of this category should come to.
    pub const fn of(category: Category) -> Self {
        match category {
            Category::Defamation | Category::Obscene => Self::Weigh,
            Category::Csam | Category::Csem => Self::ReferOut,
            _ => Self::Tell,
        }
    }
}

/// Who reports.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ReporterTruth {
    /// Address in From, or contact in XARF.
    pub mail: String,
    /// Display name.
    pub name: String,
    /// Domain of the organisation.
    pub domain: String,
}

/// The truth beside one report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Truth {
    /// Row of the yearly table (A03).
    pub group: DeskGroup,
    /// Category; [`Category::Unknown`] where the report does not say what it complains about.
    pub category: Category,
    /// Who is responsible.
    pub accused: Accused,
    /// Place of the case; absent for noise.
    pub place: Option<Place>,
    /// Text form of the holding's [`model::SubjectKey`]; absent for noise.
    pub subject: Option<String>,
    /// Source port, where the report states one.
    pub port: Option<u16>,
    /// When it happened, whether the report says so or not; absent for noise.
    pub event: Option<Timestamp>,
    /// Whether the report states that time.
    pub states_time: bool,
    /// Number (from 0, in order of receipt) of the first report of the same incident.
    pub duplicate_of: Option<usize>,
    /// Number of an earlier report about the same place, of which this is a later relapse (B19).
    pub repeat_of: Option<usize>,
    /// Who reports.
    pub reporter: ReporterTruth,
    /// What to do with it.
    pub expect: Expect,
    /// What it is, if it is no report.
    pub noise: Option<Noise>,
    /// Name of the style it is written in: a file below `styles/`.
    pub style: String,
}

/// One generated report with its truth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoReport {
    /// The mail or the JSON.
    pub raw: Vec<u8>,
    /// Through which door.
    pub door: Door,
    /// When it arrives.
    pub received: Timestamp,
    /// What is true about it.
    pub truth: Truth,
}
