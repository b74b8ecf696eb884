//! What a sensor saw: one accused subject at one time.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::category::Category;
use crate::detail::{Detail, DetailKind};
use crate::subject::SubjectKey;
use crate::time::EventTime;

/// Transport protocol, as far as a report names it. It decides whether a source address can be forged (D49).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// TCP with a completed handshake or an application protocol on it.
    Tcp,
    /// UDP: the source may be forged.
    Udp,
    /// ICMP: the source may be forged.
    Icmp,
}

/// Where in the report a value stood, so that a person can check it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// Part of the mail in reading order (`0` = the mail itself), field name or attachment name.
    pub part: String,
    /// Line in that part, counted from 1; 0 where lines mean nothing.
    pub line: u32,
    /// The text as it stood, at most 200 characters.
    pub text: String,
}

/// One accused subject at one time, with all that the report says about it.
///
/// At least one of `ip`, `url`, `domain` and `account` is present. Values are canonical: addresses without IPv4 mapping,
/// host names lower case in A-label form, defanging undone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// Accused address.
    pub ip: Option<IpAddr>,
    /// Its port, where the report has it.
    pub port: Option<u16>,
    /// Accused URL as text; it may be no valid URL (kept as evidence).
    pub url: Option<String>,
    /// Accused domain.
    pub domain: Option<String>,
    /// Accused mailbox or login name.
    pub account: Option<String>,
    /// When it happened; absent if the report does not say.
    pub at: Option<EventTime>,
    /// What it is.
    pub category: Category,
    /// How sure the reader is that this subject is accused of this, 0 to 1.
    pub confidence: f32,
    /// Address that was attacked, where named.
    pub target_ip: Option<IpAddr>,
    /// Port that was attacked, where named.
    pub target_port: Option<u16>,
    /// Transport protocol, where named.
    pub transport: Option<Transport>,
    /// How often within `period_us`, where the report counts.
    pub count: Option<u64>,
    /// Time in which `count` events were seen, microseconds.
    pub period_us: Option<i64>,
    /// Abused brand, infringed work, malware family: the object, where named.
    pub object: Option<String>,
    /// Where the main value was read.
    pub provenance: Option<Provenance>,
    /// The bytes of [`Provenance::text`] in which the main value stands, first and one past the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<(u32, u32)>,
    /// What the report tells beside, at most [`Detail::MOST`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<Detail>,
}

impl Observation {
    /// Confidence from which a value may be acted on without a person: of the values that the generic reader states with
    /// it, at least 995 in 1,000 are meant by the report (measured by `reports::score`).
    pub const SURE: f32 = 0.9;

    /// An observation of `category` with nothing else known.
    pub const fn new(category: Category, confidence: f32) -> Self {
        Self {
            ip: None,
            port: None,
            url: None,
            domain: None,
            account: None,
            at: None,
            category,
            confidence,
            target_ip: None,
            target_port: None,
            transport: None,
            count: None,
            period_us: None,
            object: None,
            provenance: None,
            span: None,
            details: Vec::new(),
        }
    }

    /// Notes a detail once: without white space around it, cut to the bound.
    pub fn note(&mut self, kind: DetailKind, text: &str) {
        let text: String = text.trim().chars().take(Detail::MAX_TEXT).collect();
        let detail = Detail { kind, text };
        if !detail.text.is_empty() && self.details.len() < Detail::MOST && !self.details.contains(&detail) {
            self.details.push(detail);
        }
    }

    /// The details of one kind.
    pub fn noted(&self, kind: DetailKind) -> impl Iterator<Item = &str> {
        self.details.iter().filter(move |detail| detail.kind == kind).map(|detail| detail.text.as_str())
    }

    /// The text that a person is shown, cut in three: in front of the main value, the value, behind it. Without a span
    /// the whole text is in front.
    pub fn highlighted(&self) -> Option<(&str, &str, &str)> {
        let text = self.provenance.as_ref()?.text.as_str();
        let cut = self.span.and_then(|(start, end)| {
            let (front, rest) = text.split_at_checked(start as usize)?;
            let (value, behind) = rest.split_at_checked(end.checked_sub(start)? as usize)?;
            Some((front, value, behind))
        });
        Some(cut.unwrap_or((text, "", "")))
    }

    /// Events per second, if the report counts and says for how long.
    #[expect(clippy::cast_precision_loss, reason = "a rate for a threshold, not an exact figure")]
    pub fn rate(&self) -> Option<f64> {
        let period = self.period_us.filter(|period| *period > 0)?;
        Some(self.count? as f64 * 1e6 / period as f64)
    }

    /// The host name that this observation accuses: of the URL, else the domain.
    pub fn host(&self) -> Option<String> {
        let from_url = self.url.as_deref().and_then(|url| url::Url::parse(url).ok());
        match from_url.as_ref().and_then(url::Url::host) {
            Some(url::Host::Domain(host)) => Some(host.to_owned()),
            _ => self.domain.clone(),
        }
    }

    /// The address that this observation accuses: given, else the literal host of the URL.
    pub fn address(&self) -> Option<IpAddr> {
        self.ip.or_else(|| match url::Url::parse(self.url.as_deref()?).ok()?.host()? {
            url::Host::Ipv4(ip) => Some(ip.into()),
            url::Host::Ipv6(ip) => Some(IpAddr::from(ip).to_canonical()),
            url::Host::Domain(_) => None,
        })
    }

    /// The place for grouping: one site, one account or one host is one place, however many URLs it has (A10).
    pub fn place(&self) -> Option<Place> {
        if let Some(account) = &self.account {
            return Some(Place::Account(account.to_lowercase()));
        }
        if let Some(host) = self.host() {
            let site = host.strip_prefix("www.").filter(|rest| rest.contains('.')).unwrap_or(&host);
            return Some(Place::Site(site.to_owned()));
        }
        self.address().map(Place::Host)
    }

    /// All keys under which a holding could answer for this observation, most precise first.
    pub fn subjects(&self) -> Vec<SubjectKey> {
        let account = self
            .account
            .as_deref()
            .and_then(|account| SubjectKey::mailbox(account).or_else(|| SubjectKey::account(account)));
        let domain = self.host().and_then(|host| SubjectKey::domain(&host));
        let address = self.address().map(SubjectKey::address);
        account.into_iter().chain(domain).chain(address).collect()
    }
}

/// Where abuse happens: what one case is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "kind", content = "value")]
pub enum Place {
    /// A web site or a domain.
    Site(String),
    /// A mail or login account.
    Account(String),
    /// A machine known by its address.
    Host(IpAddr),
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Site(name) => write!(f, "site:{name}"),
            Self::Account(name) => write!(f, "account:{name}"),
            Self::Host(ip) => write!(f, "host:{ip}"),
        }
    }
}
