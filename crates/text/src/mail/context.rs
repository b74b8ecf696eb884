//! The facts of a mail, typed and without language; the desk fills them in.

use std::net::IpAddr;

use jiff::Timestamp;
use model::{
    Category, CauseClass, Control, EventTime, Exit, LegalBasis, MeasureKind, Observation, Place, RequestKind,
    ServiceKind, Severity, Transport,
};
use serde::{Deserialize, Serialize};

use super::kind::{Audience, InfoReason, Missing};

/// Who writes: the provider and its desk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Provider {
    /// Name of the company, as customers know it.
    pub name: String,
    /// The name in English mails, where it differs.
    #[serde(default)]
    pub name_en: Option<String>,
    /// Mail address of the desk.
    pub desk_mail: String,
    /// Telephone of the desk, with hours if it has any.
    #[serde(default)]
    pub phone: Option<String>,
    /// Home page.
    #[serde(default)]
    pub url: Option<String>,
    /// The terms of service (約款).
    #[serde(default)]
    pub terms_url: Option<String>,
    /// IANA name of the zone in which times are written.
    #[serde(default = "default_zone")]
    pub zone: String,
}

fn default_zone() -> String {
    "Asia/Tokyo".to_owned()
}

/// To whom the mail speaks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Addressee {
    /// Name, surname first, without 様.
    pub name: String,
}

/// The contract that the mail is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContractFacts {
    /// The provider's own key, as the customer knows it.
    pub key: String,
    /// Name of the plan.
    pub plan: String,
    /// Kind of service.
    pub service: ServiceKind,
    /// Who has root.
    pub control: Control,
}

/// Until when, and how it was counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Deadline {
    /// The last moment.
    pub at: Timestamp,
    /// Business days given; absent if the time was not counted in business days.
    #[serde(default)]
    pub business_days: Option<u32>,
}

/// One thing that was seen. It holds nothing of the reporter's side: no attacked address, no text of the report.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Event {
    /// When, with zone and uncertainty.
    pub time: Option<EventTime>,
    /// Address of the customer.
    pub ip: Option<IpAddr>,
    /// Port of the customer.
    pub port: Option<u16>,
    /// Which port was contacted.
    pub target_port: Option<u16>,
    /// Transport protocol.
    pub transport: Option<Transport>,
    /// URL as reported; it is defanged when shown.
    pub url: Option<String>,
    /// Domain.
    pub domain: Option<String>,
    /// Mailbox or login name of the customer.
    pub account: Option<String>,
    /// How often.
    pub count: Option<u64>,
    /// Lines of evidence to show, at most 20. Reports name their sender in such lines: fill this only with text from which the reporter's side was removed.
    pub log_excerpt: Option<String>,
}

impl From<&Observation> for Event {
    /// Takes what may be shown to the customer, leaves the attacked address and the report's text.
    fn from(seen: &Observation) -> Self {
        Self {
            time: seen.at.clone(),
            ip: seen.ip,
            port: seen.port,
            target_port: seen.target_port,
            transport: seen.transport,
            url: seen.url.clone(),
            domain: seen.domain.clone(),
            account: seen.account.clone(),
            count: seen.count,
            log_excerpt: None,
        }
    }
}

/// A measure as its customer is told (B31).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeasureFacts {
    /// What.
    pub kind: MeasureKind,
    /// On which legal ground.
    pub basis: LegalBasis,
    /// Clause, article or document, such as 約款第12条第1項.
    pub reference: String,
    /// What for, one sentence.
    pub purpose: String,
    /// When it took effect; absent if it is only announced.
    #[serde(default)]
    pub started_at: Option<Timestamp>,
    /// When it ends by itself.
    #[serde(default)]
    pub ends_at: Option<Timestamp>,
    /// How to have it undone earlier, if there is more to it than answering with what was done.
    #[serde(default)]
    pub undo_how: Option<String>,
}

/// Facts of a mail to a customer or to a reseller. There is deliberately no field for who reported.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CustomerContext {
    /// Number of the case, such as `M-2026-000123`.
    pub case_number: String,
    /// Who writes.
    pub provider: Provider,
    /// To whom: the customer, or for [`super::MailKind::ResellerForward`] the reseller.
    pub customer: Addressee,
    /// The contract; for a reseller that of its own customer.
    pub contract: ContractFacts,
    /// What it is about.
    pub place: Place,
    /// The port, where the place is a shared address.
    #[serde(default)]
    pub port: Option<u16>,
    /// What kind of abuse.
    pub category: Category,
    /// How grave.
    pub severity: Severity,
    /// What lies behind it, as far as known; `customer-cancel` needs it to be set.
    pub cause: CauseClass,
    /// When the first report arrived.
    pub received_at: Timestamp,
    /// Reports so far.
    pub report_count: u64,
    /// What was seen in the time in which this contract held the place; at most 20 are shown.
    pub events: Vec<Event>,
    /// How many there are in all.
    pub event_count: u64,
    /// Whether who saw it adds that the machine may itself be hijacked (A47).
    #[serde(default)]
    pub disclaimed: bool,
    /// First moment seen.
    #[serde(default)]
    pub first_seen: Option<Timestamp>,
    /// Last moment seen.
    #[serde(default)]
    pub last_seen: Option<Timestamp>,
    /// Until when an answer is asked for. All notices and `reseller-forward` need it.
    #[serde(default)]
    pub deadline: Option<Deadline>,
    /// The measure; `customer-measure` and `customer-cancel` need it.
    #[serde(default)]
    pub measure: Option<MeasureFacts>,
    /// Clause of the terms under which the service may be stopped, such as 約款第12条.
    #[serde(default)]
    pub clause: Option<String>,
    /// How many cases of this kind this contract has had, this one included.
    pub repeats: u32,
    /// How the case ended; `customer-closed` needs it.
    #[serde(default)]
    pub exit: Option<Exit>,
    /// Where answers go: signed, so that they find the case.
    pub reply_address: String,
    /// A paragraph of the operator, in the language of the mail.
    #[serde(default)]
    pub note: Option<String>,
    /// Whether measures are only tried out: the mail then says that nothing was stopped.
    #[serde(default)]
    pub dry_run: bool,
}

/// Facts of a mail to a reporter. There is deliberately no field for who the customer is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReporterContext {
    /// Number of the case or of the report.
    pub case_number: String,
    /// Who writes.
    pub provider: Provider,
    /// Name of the reporter, if it is known.
    #[serde(default)]
    pub name: Option<String>,
    /// Subject line of the report.
    #[serde(default)]
    pub subject: Option<String>,
    /// The reporter's own number for it.
    #[serde(default)]
    pub report_id: Option<String>,
    /// When the report arrived.
    pub received_at: Timestamp,
    /// What was reported, in the reporter's own terms (address, URL): never what our inventory added. Defanged when shown.
    #[serde(default)]
    pub reported: Option<String>,
    /// What kind of abuse, if it could be told.
    #[serde(default)]
    pub category: Option<Category>,
    /// What is asked of us; whoever asks for a name is told why we give none (D32).
    #[serde(default)]
    pub request: RequestKind,
    /// What is missing; `reporter-ask` needs at least one.
    #[serde(default)]
    pub missing: Vec<Missing>,
    /// Whether fail2ban wrote the report: its owner is told how to make it say what is missing (A50).
    #[serde(default)]
    pub fail2ban: bool,
    /// Until when the missing facts are waited for.
    #[serde(default)]
    pub deadline: Option<Deadline>,
    /// How it ended; `reporter-outcome` needs it.
    #[serde(default)]
    pub exit: Option<Exit>,
    /// With [`Exit::InfoOnly`]: why.
    #[serde(default)]
    pub info_reason: Option<InfoReason>,
    /// Where answers go.
    pub reply_address: String,
    /// A paragraph of the operator, in the language of the mail.
    #[serde(default)]
    pub note: Option<String>,
}

/// The facts of any mail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "for")]
pub enum MailContext {
    /// To a customer.
    Customer(Box<CustomerContext>),
    /// To a reseller's desk.
    Reseller(Box<CustomerContext>),
    /// To a reporter.
    Reporter(Box<ReporterContext>),
}

impl MailContext {
    /// Whom these facts are for.
    pub const fn audience(&self) -> Audience {
        match self {
            Self::Customer(_) => Audience::Customer,
            Self::Reseller(_) => Audience::Reseller,
            Self::Reporter(_) => Audience::Reporter,
        }
    }
}

impl From<CustomerContext> for MailContext {
    fn from(facts: CustomerContext) -> Self {
        Self::Customer(Box::new(facts))
    }
}

impl From<ReporterContext> for MailContext {
    fn from(facts: ReporterContext) -> Self {
        Self::Reporter(Box::new(facts))
    }
}
