//! The way of a mail, as a trace tells it: which hops are proven, which are only claimed and which are forged, who brought
//! the mail in, and which account answers for it.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::Serialize;

use crate::findings::Findings;

mod hop;
mod host;
mod vouch;

pub use hop::{Flaw, Hop, Received, SKEW, Standing};
pub use host::{NotAHost, TrustedHost};
pub use vouch::Vouched;

/// Where the mail stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Carried {
    /// It is the mail itself.
    Whole,
    /// It is attached.
    Attached,
    /// Only its header is there, as a part of its own or in the text.
    Header,
}

impl Carried {
    /// Stable name, as in JSON and in the catalogue.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Attached => "attached",
            Self::Header => "header",
        }
    }
}

/// Who is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// The hosts that somebody named.
    Named,
    /// Nobody was named: the house that received the mail is assumed to write the truth.
    Receiver,
    /// The house that received the mail is assumed to write the truth, and the hosts that somebody named do.
    ReceiverAndNamed,
}

/// The host that brought the mail in: the first one that is not believed, as a believed one saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Injection {
    /// Number of the hop that saw it, from 0 at the top.
    pub hop: usize,
    /// Its address.
    pub address: Option<IpAddr>,
    /// Its name as looked up, if the server checked it.
    pub name: Option<String>,
    /// What it called itself.
    pub helo: Option<String>,
    /// The believed host that saw it.
    pub by: Option<String>,
    /// When.
    pub at: Option<Timestamp>,
    /// The address is private: it stands for a client behind `by`.
    pub private: bool,
    /// It is itself believed and says nothing about where it has the mail from.
    pub believed: bool,
}

/// By what somebody is responsible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ground {
    /// A believed host checked the login.
    Login,
    /// A believed host took the mail from a local user or script.
    LocalUser,
    /// A believed host took the mail from this address.
    Address,
    /// A believed host sent the mail and does not say for whom.
    BelievedHost,
    /// Nothing is proven.
    Nothing,
}

impl Ground {
    /// Stable name, as in JSON and in the catalogue.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::LocalUser => "local-user",
            Self::Address => "address",
            Self::BelievedHost => "believed-host",
            Self::Nothing => "nothing",
        }
    }
}

/// Who answers for the mail, as far as it is proven.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Responsible {
    /// By what.
    pub ground: Ground,
    /// The account or local user.
    pub account: Option<String>,
    /// The address.
    pub address: Option<IpAddr>,
    /// The host on which the account is, or which the address has as its checked name.
    pub host: Option<String>,
}

/// The way of one mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trace {
    /// Who is believed.
    pub basis: Basis,
    /// How many hops from the top are fact.
    pub facts: usize,
    /// The hops, newest first.
    pub hops: Vec<Hop>,
    /// Who brought the mail in, if that is proven.
    pub injection: Option<Injection>,
    /// Who answers for it.
    pub responsible: Responsible,
    /// Addresses of clients that servers state.
    pub clients: Vec<Client>,
    /// Accounts that servers state.
    pub accounts: Vec<Account>,
    /// What servers found of SPF, DKIM, DMARC and ARC.
    pub results: Vec<AuthResult>,
    /// Who the mail says it is from; never proven by this trace.
    pub from: Option<String>,
    /// Where bounces go; never proven by this trace.
    pub return_path: Option<String>,
}

/// What an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountKind {
    /// A login that the server checked.
    Login,
    /// A user or uid on the sending machine.
    LocalUser,
    /// A script, with its path or address.
    Script,
    /// A web site or directory that the script belongs to.
    Site,
}

impl AccountKind {
    /// Stable name, as in JSON and in the catalogue.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::LocalUser => "local-user",
            Self::Script => "script",
            Self::Site => "site",
        }
    }
}

/// Somebody or something that a server names as the sender.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Account {
    /// What it is.
    pub kind: AccountKind,
    /// Its name.
    pub value: String,
    /// The field that says so (`Received` for a login in a hop).
    pub field: String,
    /// Fact if a believed host wrote the field.
    pub standing: Standing,
}

/// The address of a client, as a server states it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Client {
    /// The address.
    pub address: IpAddr,
    /// The field that says so.
    pub field: String,
    /// A private address: it stands for a client behind the named server and nobody else's.
    pub private: bool,
    /// Fact if a believed host wrote the field.
    pub standing: Standing,
}

/// One method with its result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuthResult {
    /// Who says so.
    pub server: String,
    /// `spf`, `dkim`, `dmarc`, `arc`, …
    pub method: String,
    /// `pass`, `fail`, …
    pub result: String,
    /// What the result is about: `header.d=example.com`, `smtp.mailfrom=…`, `client-ip=…`.
    pub about: Vec<String>,
    /// Number of the ARC set, if it stands in one.
    pub arc: Option<u32>,
    /// Fact if a believed host wrote the field.
    pub standing: Standing,
}

/// The ways of the mails in one report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Traces {
    /// The way of the report itself: who handed it to us.
    pub report: Trace,
    /// The way of the mail that it complains about, if it holds one. Who answers for that mail stands here.
    pub evidence: Option<CarriedMail>,
    /// What was found of the senders when the report came, with the DNS answers, if somebody looked (`[check]`).
    pub checks: Option<Findings>,
}

/// The way of a mail inside a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CarriedMail {
    /// Where it stood.
    pub of: Carried,
    /// Its way.
    #[serde(flatten)]
    pub trace: Trace,
}

/// The port through which desk and console ask for the way of a mail, so that they need not know the parsers. A trace is made
/// from the raw evidence whenever it is looked at: the bytes never change, the trusted hosts and the reader do.
pub trait HeaderTracer: Send + Sync {
    /// Traces the report `raw`, which was received at `received`, and the mail that it complains about. Nothing comes back
    /// for bytes that are no mail. `trusted` are hosts whose word counts besides those of the configuration.
    fn trace(&self, raw: &[u8], received: Timestamp, trusted: &[TrustedHost]) -> Option<Traces>;

    /// The mail that the report `raw` complains about, byte for byte, if it is attached whole: what its signatures cover.
    fn attached(&self, raw: &[u8], received: Timestamp) -> Option<Vec<u8>>;
}
