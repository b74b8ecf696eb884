//! A host whose word counts.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// A host or network whose servers write the truth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum TrustedHost {
    /// A host name, or a domain with all hosts below it; lower case.
    Name(String),
    /// An address or a prefix.
    Net(IpNet),
}

/// A word that is neither host name nor prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAHost(String);

impl fmt::Display for NotAHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no host name, domain, address or prefix", self.0)
    }
}

impl std::error::Error for NotAHost {}

impl FromStr for TrustedHost {
    type Err = NotAHost;

    fn from_str(text: &str) -> Result<Self, NotAHost> {
        let word = text.trim();
        if let Ok(net) = word.parse::<IpNet>() {
            return Ok(Self::Net(net.trunc()));
        }
        if let Ok(address) = word.parse::<IpAddr>() {
            return Ok(Self::Net(address.to_canonical().into()));
        }
        let name = word.trim_start_matches(['*', '.']).trim_end_matches('.').to_ascii_lowercase();
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
        if name.is_empty() || name.len() > 253 || !name.bytes().all(plain) {
            return Err(NotAHost(word.chars().take(100).collect()));
        }
        Ok(Self::Name(name))
    }
}

impl TrustedHost {
    /// Whether `host` is this name or lies below it; `host` in lower case.
    pub fn is_named(&self, host: &str) -> bool {
        match self {
            Self::Name(name) => {
                host.strip_suffix(name.as_str()).is_some_and(|before| before.is_empty() || before.ends_with('.'))
            }
            Self::Net(_) => false,
        }
    }

    /// Whether it is or holds this address.
    pub fn holds(&self, address: IpAddr) -> bool {
        matches!(self, Self::Net(net) if net.contains(&address))
    }
}

impl fmt::Display for TrustedHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Net(net) => net.fmt(f),
        }
    }
}

impl TryFrom<String> for TrustedHost {
    type Error = NotAHost;

    fn try_from(text: String) -> Result<Self, NotAHost> {
        text.parse()
    }
}

impl From<TrustedHost> for String {
    fn from(host: TrustedHost) -> Self {
        host.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_prefixes_are_told_apart_and_compared_whole() {
        let named: TrustedHost = ".MX.example.jp.".parse().unwrap();
        assert!(named.is_named("mx.example.jp") && named.is_named("a.mx.example.jp"));
        assert!(!named.is_named("evilmx.example.jp") && !named.is_named("example.jp"));
        let net: TrustedHost = "192.0.2.7/24".parse().unwrap();
        assert!(net.holds("192.0.2.200".parse().unwrap()) && !net.holds("198.51.100.1".parse().unwrap()));
        assert_eq!("2001:db8::1".parse::<TrustedHost>().unwrap(), TrustedHost::Net("2001:db8::1/128".parse().unwrap()));
        assert!("a b".parse::<TrustedHost>().is_err() && "".parse::<TrustedHost>().is_err());
    }
}
