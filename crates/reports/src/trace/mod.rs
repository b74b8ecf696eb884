//! The way of a mail: which hops are proven, which are only claimed and which are forged, who brought the mail in, and
//! which account answers for it.
//!
//! Each server puts its `Received` field on top (RFC 5321 section 4.4), so only the topmost are beyond the reach of
//! whoever injected the mail. A hop is fact if a believed host wrote it and the believed client of the hop above can
//! have handed it on; the first client that is not believed is the injecting host, and everything below it is a claim.

use jiff::Timestamp;
use model::trace::{
    Account, AccountKind, Basis, Client, Ground, Hop, Injection, Received, Responsible, Standing, Trace, TrustedHost,
};

use crate::extract::ip;
use crate::mime::Mail;

mod account;
mod client;
mod evidence;
mod judge;
mod received;
mod results;
mod source;
mod tracer;
mod trust;

pub(crate) use account::{LOGIN_FIELDS, stated_client};
pub use account::{login, origin};
pub use evidence::evidence;
pub use source::{handed_over, injector, is_internal};
pub use tracer::{Settings, Tracer};

use trust::Trust;

/// Most hops of one mail that are looked at.
const MAX_HOPS: usize = 100;

/// Whose word counts in one trace.
#[derive(Debug, Clone, Copy, Default)]
pub struct Believed<'t> {
    /// Hosts that somebody named.
    pub hosts: &'t [TrustedHost],
    /// Whether the house of the topmost hop is assumed to write the truth besides.
    pub receiver: bool,
    /// Names under which mail servers of ours write `Authentication-Results`, and which they remove from what comes in
    /// (RFC 8601 section 5). Filters often put the field below the `Received` of their own server.
    pub authserv_ids: &'t [String],
}

/// Traces `mail`, which came in at `received`. `trusted` are the hosts whose word counts; if there are none, the house
/// of the topmost hop is assumed to write the truth.
pub fn trace(mail: &Mail<'_>, trusted: &[TrustedHost], received: Timestamp) -> Trace {
    trace_for(mail, &Believed { hosts: trusted, receiver: trusted.is_empty(), authserv_ids: &[] }, received)
}

/// Traces `mail`, which came in at `received`, for somebody who believes `believed`.
pub fn trace_for(mail: &Mail<'_>, believed: &Believed<'_>, received: Timestamp) -> Trace {
    let fields: Vec<(usize, &str)> = mail
        .fields
        .iter()
        .enumerate()
        .filter(|(_, field)| field.name.eq_ignore_ascii_case("Received"))
        .map(|(index, field)| (index, field.value.as_ref()))
        .take(MAX_HOPS)
        .collect();
    let hops: Vec<Received> = fields.iter().map(|(_, value)| received::parse(value, received)).collect();
    let trust = Trust::new(believed, &hops);
    let facts = judge::facts(&hops, &trust);
    let boundary = facts.checked_sub(1).and_then(|last| fields.get(last)).map_or(0, |(index, _)| *index);
    let injection = injection(&hops[..facts], hops.get(facts), &trust);
    let (mut accounts, mut clients) = account::of_fields(mail, boundary);
    let border = injection.as_ref().and_then(|one| one.by.as_deref()).unwrap_or_default();
    // Below the lowest proven hop, but above all that stood on the mail when it came in.
    let foreign = fields.get(facts).map_or(usize::MAX, |(index, _)| *index);
    let reach = results::Reach { boundary, foreign: if facts == 0 { 0 } else { foreign }, border };
    let results = results::of_fields(mail, &reach, &trust, believed.authserv_ids);
    let responsible = responsible(&hops[..facts], injection.as_ref());
    let hops = judge::judge(hops, facts, &trust);
    for hop in hops.iter().rev() {
        from_hop(hop, &mut accounts, &mut clients);
    }
    let text = |name: &str| mail.header(name).map(|text| crate::charset::prefix(text.trim(), 500).to_owned());
    Trace {
        basis: match (believed.receiver, believed.hosts.is_empty()) {
            (false, _) => Basis::Named,
            (true, true) => Basis::Receiver,
            (true, false) => Basis::ReceiverAndNamed,
        },
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
