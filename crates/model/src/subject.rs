//! What can be held by a contract or accused by a report, and its canonical key.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// A thing that a contract can hold: a prefix, a domain, a mailbox or an account.
///
/// Its text form (`ip:192.0.2.0/24`, `domain:example.com`, `mailbox:user@example.com`, `account:web0123`) is what the store
/// indexes, so two spellings of one thing have one key: host bits are cleared, IPv4-mapped IPv6 becomes IPv4, names are
/// lower case without a final dot, in A-label form.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum SubjectKey {
    /// Addresses.
    Ip(IpNet),
    /// A domain and everything below it that is not held more precisely.
    Domain(String),
    /// A mail address.
    Mailbox(String),
    /// A login name of the provider's own systems.
    Account(String),
}

impl SubjectKey {
    /// The key of one address.
    pub fn address(ip: IpAddr) -> Self {
        Self::Ip(IpNet::from(ip.to_canonical()))
    }

    /// The key of a prefix: host bits cleared, a prefix inside `::ffff:0:0/96` as the IPv4 prefix it stands for (RFC 4291
    /// section 2.5.5.2).
    pub fn network(net: IpNet) -> Self {
        let IpNet::V6(v6) = net else {
            return Self::Ip(net.trunc());
        };
        let mapped = v6.addr().to_ipv4_mapped().zip(v6.prefix_len().checked_sub(96));
        let v4 = mapped.and_then(|(addr, len)| ipnet::Ipv4Net::new(addr, len).ok());
        Self::Ip(v4.map_or(net.trunc(), |v4| IpNet::V4(v4.trunc())))
    }

    /// The key of a domain name, or `None` if it is no host name after IDNA processing.
    pub fn domain(name: &str) -> Option<Self> {
        let name = name.trim().trim_end_matches('.');
        if name.is_empty() || name.len() > 253 {
            return None;
        }
        match url::Host::parse(name) {
            Ok(url::Host::Domain(name)) => Some(Self::Domain(name)),
            _ => None,
        }
    }

    /// The key of a mail address: whole address lower case (no provider tells mailboxes apart by case).
    pub fn mailbox(address: &str) -> Option<Self> {
        let (local, domain) = address.trim().rsplit_once('@')?;
        let Self::Domain(domain) = Self::domain(domain)? else {
            return None;
        };
        (!local.is_empty() && local.len() <= 64).then(|| Self::Mailbox(format!("{}@{domain}", local.to_lowercase())))
    }

    /// The key of a login name.
    pub fn account(name: &str) -> Option<Self> {
        let name = name.trim();
        (!name.is_empty() && name.len() <= 255).then(|| Self::Account(name.to_lowercase()))
    }

    /// The subject and what is wider by name, most precise first: a mailbox, then its domain; a domain, then its parents up
    /// to the registrable one. Above that are strangers.
    pub fn with_parents(&self) -> Vec<Self> {
        let mut levels = vec![self.clone()];
        let mut domain = match self {
            Self::Domain(name) => name.as_str(),
            Self::Mailbox(address) => match address.rsplit_once('@') {
                Some((_, name)) => {
                    levels.push(Self::Domain(name.to_owned()));
                    name
                }
                None => return levels,
            },
            Self::Ip(_) | Self::Account(_) => return levels,
        };
        let Some(registrable) = psl::domain_str(domain) else { return levels };
        while domain != registrable
            && let Some((_, parent)) = domain.split_once('.')
        {
            domain = parent;
            levels.push(Self::Domain(parent.to_owned()));
        }
        levels
    }

    /// The kind, as it stands before the colon.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Ip(_) => "ip",
            Self::Domain(_) => "domain",
            Self::Mailbox(_) => "mailbox",
            Self::Account(_) => "account",
        }
    }
}

impl fmt::Display for SubjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(net) => write!(f, "ip:{}", net.trunc()),
            Self::Domain(name) => write!(f, "domain:{name}"),
            Self::Mailbox(address) => write!(f, "mailbox:{address}"),
            Self::Account(name) => write!(f, "account:{name}"),
        }
    }
}

impl From<SubjectKey> for String {
    fn from(key: SubjectKey) -> Self {
        key.to_string()
    }
}

impl TryFrom<String> for SubjectKey {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl std::str::FromStr for SubjectKey {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || {
            format!(
                "`{text}` is not a subject: write ip:192.0.2.0/24, domain:example.com, mailbox:user@example.com or account:name"
            )
        };
        let (kind, value) = text.split_once(':').ok_or_else(bad)?;
        match kind {
            "ip" => value
                .parse::<IpNet>()
                .map(Self::network)
                .or_else(|_| value.parse::<IpAddr>().map(Self::address))
                .map_err(|_| bad()),
            "domain" => Self::domain(value).ok_or_else(bad),
            "mailbox" => Self::mailbox(value).ok_or_else(bad),
            "account" => Self::account(value).ok_or_else(bad),
            _ => Err(bad()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_up_to_the_registrable_domain_and_not_above() {
        let up = |subject: &str| {
            let levels = subject.parse::<SubjectKey>().unwrap().with_parents();
            levels.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(
            up("domain:a.b.example.co.jp"),
            ["domain:a.b.example.co.jp", "domain:b.example.co.jp", "domain:example.co.jp"]
        );
        assert_eq!(up("domain:co.jp"), ["domain:co.jp"]);
        assert_eq!(
            up("mailbox:x@mail.example.com"),
            ["mailbox:x@mail.example.com", "domain:mail.example.com", "domain:example.com"]
        );
        assert_eq!(up("account:web1"), ["account:web1"]);
    }

    #[test]
    fn spellings_of_one_thing_have_one_key() {
        for (text, key) in [
            ("ip:192.0.2.77/24", "ip:192.0.2.0/24"),
            ("ip:192.0.2.1", "ip:192.0.2.1/32"),
            ("ip:::ffff:192.0.2.1", "ip:192.0.2.1/32"),
            ("ip:2001:DB8::1", "ip:2001:db8::1/128"),
            ("ip:::ffff:192.0.2.77/120", "ip:192.0.2.0/24"),
            ("ip:::/0", "ip:::/0"),
            ("domain:Example.COM.", "domain:example.com"),
            ("domain:例え.jp", "domain:xn--r8jz45g.jp"),
            ("mailbox:Taro@Example.com", "mailbox:taro@example.com"),
        ] {
            assert_eq!(text.parse::<SubjectKey>().unwrap().to_string(), key, "{text}");
        }
        for text in ["", "192.0.2.1", "ip:300.1.1.1", "domain:", "domain:192.0.2.1", "mailbox:nobody", "phone:1"] {
            assert!(text.parse::<SubjectKey>().is_err(), "{text}");
        }
    }
}
