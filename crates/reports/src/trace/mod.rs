//! The way of a mail: which hops are proven, which are only claimed and which are forged, who brought the mail in, and
//! which account answers for it.
//!
//! Each server puts its `Received` field on top (RFC 5321 section 4.4), so only the topmost are beyond the reach of
//! whoever injected the mail. A hop is fact if a believed host wrote it and the believed client of the hop above can
//! have handed it on; the first client that is not believed is the injecting host, and everything below it is a claim.

use jiff::Timestamp;
use serde::Serialize;

use crate::extract::ip;
use crate::mime::Mail;

mod account;
mod client;
mod evidence;
mod judge;
mod received;
mod results;
mod source;
mod trust;

pub use account::{Account, AccountKind, Client, login, origin};
pub(crate) use account::{LOGIN_FIELDS, stated_client};
pub use evidence::{Place, evidence};
pub use judge::{Flaw, Hop, SKEW, Standing};
pub use received::Received;
pub use results::AuthResult;
pub use source::{handed_over, injector, is_internal};
pub use trust::{NotAHost, TrustedHost};

use trust::Trust;

/// Most hops of one mail that are looked at.
const MAX_HOPS: usize = 100;

/// Who is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// The hosts that somebody named.
    Named,
    /// Nobody was named: the house that received the mail is assumed to write the truth.
    Receiver,
}

/// The host that brought the mail in: the first one that is not believed, as a believed one saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Injection {
    /// Number of the hop that saw it, from 0 at the top.
    pub hop: usize,
    /// Its address.
    pub address: Option<std::net::IpAddr>,
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
    pub address: Option<std::net::IpAddr>,
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

/// Traces `mail`, which came in at `received`. `trusted` are the hosts whose word counts; if there are none, the house
/// of the topmost hop is assumed to write the truth.
pub fn trace(mail: &Mail<'_>, trusted: &[TrustedHost], received: Timestamp) -> Trace {
    let fields: Vec<(usize, &str)> = mail
        .fields
        .iter()
        .enumerate()
        .filter(|(_, field)| field.name.eq_ignore_ascii_case("Received"))
        .map(|(index, field)| (index, field.value.as_ref()))
        .take(MAX_HOPS)
        .collect();
    let hops: Vec<Received> = fields.iter().map(|(_, value)| Received::parse(value, received)).collect();
    let trust = Trust::new(trusted, &hops);
    let facts = judge::facts(&hops, &trust);
    let boundary = facts.checked_sub(1).and_then(|last| fields.get(last)).map_or(0, |(index, _)| *index);
    let injection = injection(&hops[..facts], hops.get(facts), &trust);
    let (mut accounts, mut clients) = account::of_fields(mail, boundary);
    let border = injection.as_ref().and_then(|one| one.by.as_deref()).unwrap_or_default();
    let results = results::of_fields(mail, boundary, border, &trust);
    let responsible = responsible(&hops[..facts], injection.as_ref());
    let hops = judge::judge(hops, facts, &trust);
    for hop in hops.iter().rev() {
        from_hop(hop, &mut accounts, &mut clients);
    }
    let text = |name: &str| mail.header(name).map(|text| crate::charset::prefix(text.trim(), 500).to_owned());
    Trace {
        basis: if trust.is_named() { Basis::Named } else { Basis::Receiver },
        facts,
        hops,
        injection,
        responsible,
        clients,
        accounts,
        results,
        from: text("From"),
        return_path: text("Return-Path"),
    }
}

/// The client of the lowest proven hop that has one.
fn injection(facts: &[Received], below: Option<&Received>, trust: &Trust<'_>) -> Option<Injection> {
    let (hop, seen) = facts.iter().enumerate().rev().find(|(_, hop)| !hop.is_marker())?;
    Some(Injection {
        hop,
        address: seen.address,
        name: seen.name.clone().filter(|_| seen.name_checked),
        helo: seen.helo.clone(),
        by: seen.by.clone().or_else(|| seen.by_address.map(|address| address.to_string())),
        at: seen.at,
        private: seen.address.is_some_and(|address| !ip::is_public(address)),
        believed: trust.peer(seen, below),
    })
}

/// The proven account, else the proven address.
fn responsible(facts: &[Received], injection: Option<&Injection>) -> Responsible {
    let nobody = Responsible { ground: Ground::Nothing, account: None, address: None, host: None };
    let Some(injection) = injection else { return nobody };
    let Some(seen) = facts.get(injection.hop) else { return nobody };
    let address = injection.address;
    let login = facts.iter().rev().find_map(|hop| Some((hop.account.clone()?, hop.by.clone())));
    if let Some((account, host)) = login {
        return Responsible { ground: Ground::Login, account: Some(account), address, host };
    }
    if let Some(user) = &seen.local {
        return Responsible { ground: Ground::LocalUser, account: Some(user.clone()), address, host: seen.by.clone() };
    }
    let host = injection.name.clone().or_else(|| injection.believed.then(|| injection.by.clone()).flatten());
    let ground = match (injection.believed, address) {
        (true, _) => Ground::BelievedHost,
        (false, Some(_)) => Ground::Address,
        (false, None) => Ground::Nothing,
    };
    Responsible { ground, account: None, address, host }
}

/// The login, the local user and the webmail client that a hop names.
fn from_hop(hop: &Hop, accounts: &mut Vec<Account>, clients: &mut Vec<Client>) {
    let standing = if hop.standing == Standing::Fact { Standing::Fact } else { Standing::Claimed };
    let field = || "Received".to_owned();
    let named = [(AccountKind::Login, &hop.received.account), (AccountKind::LocalUser, &hop.received.local)];
    for (kind, value) in named {
        if let Some(value) = value {
            accounts.insert(0, Account { kind, value: value.clone(), field: field(), standing });
        }
    }
    if let Some(address) = hop.received.address.filter(|_| hop.received.is_web()) {
        clients.insert(0, Client { address, field: field(), private: !ip::is_public(address), standing });
    }
}
