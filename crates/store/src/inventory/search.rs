//! Finding a customer by whatever a person has at hand: a name, a key, a mail address, a domain, an address.

use std::collections::HashSet;
use std::net::IpAddr;

use ipnet::IpNet;
use jiff::Timestamp;
use model::{Contract, Customer, CustomerId, SubjectKey, TimeSpan};
use serde::Serialize;

use super::read::{self, contract_of, customer_of};
use crate::{Query, StoreError, args};

/// A customer that fits, and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hit {
    /// Customer.
    pub customer: Customer,
    /// What fitted.
    pub via: Via,
    /// The contract through which it was found, if it was found through one.
    pub contract: Option<Contract>,
    /// The subject that this contract holds, if it was found by one.
    pub subject: Option<SubjectKey>,
}

/// What of a customer fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Via {
    /// Key of the customer.
    Key,
    /// Key of a contract.
    Contract,
    /// Something that is held now.
    Subject,
    /// Beginning of the notice address.
    Mail,
    /// Part of the name.
    Name,
}

/// Longest text that is searched for.
pub const MAX_TEXT: usize = 255;

/// Customers that fit `text`: by key and by what they hold at `now`; if there are none, by the beginning of their mail
/// address or a part of their name. At most `limit`.
pub async fn customers(
    query: &mut impl Query,
    text: &str,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<Hit>, StoreError> {
    let text = text.trim();
    let mut hits = Vec::new();
    if text.is_empty() || text.len() > MAX_TEXT {
        return Ok(hits);
    }
    by_keys(query, text, &mut hits).await?;
    by_subject(query, text, now, limit, &mut hits).await?;
    // Reading through all names is the slow way: only where nothing surer is known.
    if hits.is_empty() && text.parse::<IpAddr>().is_err() {
        by_text(query, text, limit, &mut hits).await?;
    }
    let mut seen: HashSet<CustomerId> = HashSet::new();
    hits.retain(|hit| seen.insert(hit.customer.id));
    hits.truncate(limit);
    Ok(hits)
}

async fn by_keys(query: &mut impl Query, text: &str, hits: &mut Vec<Hit>) -> Result<(), StoreError> {
    for row in query.fetch("SELECT * FROM customer WHERE key = $1", args![text]).await? {
        hits.push(Hit { customer: customer_of(&row)?, via: Via::Key, contract: None, subject: None });
    }
    for row in query.fetch("SELECT * FROM contract WHERE key = $1", args![text]).await? {
        let contract = contract_of(&row)?;
        let customer = read::customer(query, contract.customer).await?;
        hits.push(Hit { customer, via: Via::Contract, contract: Some(contract), subject: None });
    }
    Ok(())
}

/// The subjects that `text` may mean, most precise first; prefixes and parent domains included.
async fn subjects(query: &mut impl Query, text: &str) -> Result<Vec<SubjectKey>, StoreError> {
    let net = text.parse::<IpAddr>().map(IpNet::from).or_else(|_| text.parse::<IpNet>());
    if let Ok(net) = net {
        let SubjectKey::Ip(net) = SubjectKey::network(net) else { return Ok(Vec::new()) };
        let (v4, v6) = read::prefix_lengths(query).await?;
        let lengths = if net.addr().is_ipv4() { v4 } else { v6 };
        let shorter = lengths.into_iter().filter(|bits| *bits <= net.prefix_len());
        return Ok(shorter.filter_map(|bits| IpNet::new(net.addr(), bits).ok()).map(SubjectKey::network).collect());
    }
    let named = [SubjectKey::mailbox(text), SubjectKey::domain(text), SubjectKey::account(text)];
    let written = text.parse::<SubjectKey>().ok();
    // Whoever asks for a mailbox means a person, not the holder of the domain.
    let wider = |key: SubjectKey| match key {
        SubjectKey::Domain(_) => key.with_parents(),
        other => vec![other],
    };
    Ok(written.into_iter().chain(named.into_iter().flatten()).flat_map(wider).collect())
}

async fn by_subject(
    query: &mut impl Query,
    text: &str,
    now: Timestamp,
    limit: usize,
    hits: &mut Vec<Hit>,
) -> Result<(), StoreError> {
    let subjects = subjects(query, text).await?;
    let keys: Vec<String> = subjects.iter().map(SubjectKey::to_string).collect();
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut held = read::holdings_for(query, &keys, TimeSpan::instant(now), (0, u16::MAX), most).await?;
    held.sort_by_key(|held| subjects.iter().position(|subject| *subject == held.holding.subject));
    for held in held {
        let Some(id) = held.holding.contract else { continue };
        let contract = read::contract(query, id).await?;
        let customer = read::customer(query, contract.customer).await?;
        let subject = Some(held.holding.subject);
        hits.push(Hit { customer, via: Via::Subject, contract: Some(contract), subject });
    }
    Ok(())
}

async fn by_text(query: &mut impl Query, text: &str, limit: usize, hits: &mut Vec<Hit>) -> Result<(), StoreError> {
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    let plain = escaped(&text.to_lowercase());
    let mail = "SELECT * FROM customer WHERE LOWER(mail) LIKE $1 ESCAPE '!' ORDER BY mail, id LIMIT $2";
    for row in query.fetch(mail, args![format!("{plain}%"), most]).await? {
        hits.push(Hit { customer: customer_of(&row)?, via: Via::Mail, contract: None, subject: None });
    }
    let name = "SELECT * FROM customer WHERE LOWER(name) LIKE $1 ESCAPE '!' ORDER BY name, id LIMIT $2";
    for row in query.fetch(name, args![format!("%{plain}%"), most]).await? {
        hits.push(Hit { customer: customer_of(&row)?, via: Via::Name, contract: None, subject: None });
    }
    Ok(())
}

/// `text` with the wildcards of LIKE taken as themselves.
fn escaped(text: &str) -> String {
    text.chars().flat_map(|c| matches!(c, '!' | '%' | '_').then_some('!').into_iter().chain([c])).collect()
}
