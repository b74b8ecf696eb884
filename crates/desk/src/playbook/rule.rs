//! The words in which a playbook is written.

use model::{
    CaseState, Category, CauseClass, Control, DeskGroup, Exit, Grade, Lane, MeasureKind, ServiceKind, Severity,
};
use serde::{Deserialize, Serialize};
use text::mail::{InfoReason, MailKind, Missing};

use super::facts::{Attributed, PlaceKind};
use super::score::Weights;
use crate::Mode;
use crate::reporters::ReporterKind;

/// A playbook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Playbook {
    /// Its name.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub note: String,
    /// Business days until the customer has to answer, by severity.
    #[serde(default)]
    pub deadlines: Deadlines,
    /// Points of the severity.
    #[serde(default)]
    pub score: Weights,
    /// Month and day on which the desk is closed besides weekends and holidays, every year.
    #[serde(default = "year_end")]
    pub closed: Vec<(i8, i8)>,
    /// The rules, first match decides.
    pub rule: Vec<Rule>,
}

fn year_end() -> Vec<(i8, i8)> {
    vec![(12, 29), (12, 30), (12, 31), (1, 2), (1, 3)]
}

/// Business days by severity; absent = no deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Deadlines {
    /// For [`Severity::Critical`].
    pub critical: Option<u32>,
    /// For [`Severity::High`].
    pub high: Option<u32>,
    /// For [`Severity::Medium`].
    pub medium: Option<u32>,
    /// For [`Severity::Low`].
    pub low: Option<u32>,
    /// For [`Severity::Info`].
    pub info: Option<u32>,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self { critical: Some(0), high: Some(1), medium: Some(3), low: Some(5), info: Some(10) }
    }
}

impl Deadlines {
    /// Business days for a severity.
    pub const fn days(&self, severity: Severity) -> Option<u32> {
        match severity {
            Severity::Critical => self.critical,
            Severity::High => self.high,
            Severity::Medium => self.medium,
            Severity::Low => self.low,
            Severity::Info => self.info,
        }
    }
}

/// Why a rule decides as it does, for the console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Why {
    /// Japanese.
    pub ja: String,
    /// English.
    pub en: String,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name: lower case letters, digits and hyphens.
    pub id: String,
    /// Why.
    pub why: Why,
    /// Conditions; all must hold.
    #[serde(default)]
    pub when: When,
    /// What is done.
    #[serde(default)]
    pub then: Then,
}

/// The conditions of a rule. One that is absent does not narrow; of a list, one value has to fit.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct When {
    /// Kind of abuse.
    pub category: Option<Vec<Category>>,
    /// Row of the yearly table.
    pub group: Option<Vec<DeskGroup>>,
    /// Desk.
    pub lane: Option<Lane>,
    /// Kind of place.
    pub place: Option<Vec<PlaceKind>>,
    /// Kind of service.
    pub service: Option<Vec<ServiceKind>>,
    /// Who has root.
    pub control: Option<Control>,
    /// Whether a reseller stands between.
    pub resold: Option<bool>,
    /// What attribution could say.
    pub attributed: Option<Vec<Attributed>>,
    /// Evidence of this grade or better.
    pub grade_at_least: Option<Grade>,
    /// Evidence of this grade or worse.
    pub grade_at_most: Option<Grade>,
    /// How sure the reader is of the value of which it is surest, 0 to 1; certain once a person has looked at it.
    pub reading_confidence_at_least: Option<f64>,
    /// The same, below this.
    pub reading_confidence_below: Option<f64>,
    /// Trust of the most trusted reporter, 0 to 1.
    pub trust_at_least: Option<f64>,
    /// Trust of the most trusted reporter below this.
    pub trust_below: Option<f64>,
    /// Kind of a reporter.
    pub reporter: Option<Vec<ReporterKind>>,
    /// Different reporters.
    pub reporters_at_least: Option<i64>,
    /// Events per second; does not hold where no rate is known.
    pub rate_at_least: Option<f64>,
    /// Events per second below this; does not hold where no rate is known.
    pub rate_below: Option<f64>,
    /// Whether a rate is known.
    pub rate_known: Option<bool>,
    /// Events.
    pub events_at_least: Option<u64>,
    /// Fewer events than this.
    pub events_below: Option<u64>,
    /// Reports of events after the customer was told (B19).
    pub repeats_at_least: Option<i64>,
    /// Cases of the contract in the last year that proved true (D43).
    pub earlier_cases_at_least: Option<i64>,
    /// What lies behind it.
    pub cause: Option<Vec<CauseClass>>,
    /// How sure that is.
    pub cause_confidence_at_least: Option<f64>,
    /// One of these is missing in every report.
    pub missing: Option<Vec<Missing>>,
    /// Every source address may be forged (D49).
    pub spoofable: Option<bool>,
    /// All there is are a few pings (D31).
    pub single_ping: Option<bool>,
    /// The evidence is doubtful (D42).
    pub doubtful: Option<bool>,
    /// The events are answers of a service that answers everybody.
    pub reflected: Option<bool>,
    /// The last event lies within a day.
    pub ongoing: Option<bool>,
    /// Severity by score, before the rule changes it.
    pub severity_at_least: Option<Severity>,
}

/// To whom a matter is referred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Body {
    /// Police.
    Police,
    /// The hotline for unlawful content (インターネット・ホットラインセンター).
    Hotline,
    /// A court or a lawyer.
    Court,
    /// A CSIRT.
    Csirt,
}

impl Body {
    /// The stable name, which becomes the clause of the exit (B22).
    pub const fn name(self) -> &'static str {
        match self {
            Self::Police => "police",
            Self::Hotline => "hotline",
            Self::Court => "court",
            Self::Csirt => "csirt",
        }
    }
}

/// What a rule does.
#[expect(clippy::struct_excessive_bools, reason = "each is a word of the playbook's language")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Then {
    /// State of a case that this rule opens.
    pub state: CaseState,
    /// How it is closed, with `state = "closed"`.
    pub exit: Option<Exit>,
    /// Clause of the terms or law, for the exit, a measure and the notice.
    pub clause: Option<String>,
    /// Not milder than this.
    pub severity_at_least: Option<Severity>,
    /// Not graver than this.
    pub severity_at_most: Option<Severity>,
    /// Business days to answer, instead of those of the severity.
    pub business_days: Option<u32>,
    /// Calendar days to answer, instead of business days (送信防止措置: seven).
    pub days: Option<u32>,
    /// Whether the reporter gets a receipt.
    pub receipt: bool,
    /// Notice to the customer.
    pub notice: Option<MailKind>,
    /// How far the notice goes by itself; the desk's setting if absent.
    pub mode: Option<Mode>,
    /// Ask the reporter for what is missing.
    pub ask: bool,
    /// Ask the reporter for these too, where they are missing or not.
    pub ask_for: Vec<Missing>,
    /// Tell the reporter how it ended, with `state = "closed"`.
    pub outcome: bool,
    /// Why it is only noted.
    pub info_reason: Option<InfoReason>,
    /// Measures to propose.
    pub measures: Vec<MeasureKind>,
    /// Put it before a lead.
    pub escalate: bool,
    /// Open the step on the contract (D43).
    pub contract_step: bool,
    /// Prepare handing it to another body (B22).
    pub refer: Option<Body>,
    /// Ask the customer's own host log before anybody is blamed (D49).
    pub host_log: bool,
}

impl Default for Then {
    fn default() -> Self {
        Self {
            state: CaseState::Open,
            exit: None,
            clause: None,
            severity_at_least: None,
            severity_at_most: None,
            business_days: None,
            days: None,
            receipt: true,
            notice: None,
            mode: None,
            ask: false,
            ask_for: Vec::new(),
            outcome: false,
            info_reason: None,
            measures: Vec::new(),
            escalate: false,
            contract_step: false,
            refer: None,
            host_log: false,
        }
    }
}

/// One thing to be done after a decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum Step {
    /// The reporter gets a receipt.
    Receipt,
    /// The customer is told.
    Notice {
        /// Which mail.
        kind: MailKind,
        /// How far it goes by itself; the desk's setting if absent.
        mode: Option<Mode>,
    },
    /// The reporter is asked for what is missing.
    Ask {
        /// What.
        missing: Vec<Missing>,
    },
    /// The reporters are told how it ended.
    Outcome {
        /// How.
        exit: Exit,
    },
    /// A measure is written down for approval.
    ProposeMeasure {
        /// Which.
        kind: MeasureKind,
        /// Clause of the terms.
        clause: Option<String>,
    },
    /// A lead has to look.
    Escalate,
    /// The step on the contract is opened, with the pack of evidence (D43).
    ContractStep,
    /// Another body is responsible; a person hands it over and closes (B22).
    ReferOut {
        /// Which.
        to: Body,
    },
    /// It is noted, nothing more.
    InfoOnly {
        /// Why.
        reason: Option<InfoReason>,
    },
    /// The host's own log has to be looked at before anybody is blamed (D49).
    HostLog,
    /// Mails from there lead to a phishing page: it has to be looked whether it lies on the same machine (A46).
    LookForSite,
}
