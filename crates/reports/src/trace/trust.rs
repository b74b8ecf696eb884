//! Whose `Received` fields are believed.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

use super::received::{Received, organisation};
use crate::extract::{ip, url};

/// A host or network whose servers write the truth.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    fn is_named(&self, host: &str) -> bool {
        match self {
            Self::Name(name) => {
                host.strip_suffix(name.as_str()).is_some_and(|before| before.is_empty() || before.ends_with('.'))
            }
            Self::Net(_) => false,
        }
    }

    fn holds(&self, address: IpAddr) -> bool {
        matches!(self, Self::Net(net) if net.contains(&address))
    }
}

/// Who is believed in one trace.
pub(super) enum Trust<'t> {
    /// The hosts that somebody named.
    Named(&'t [TrustedHost]),
    /// Nobody was named: the organisation that received the mail is assumed to write the truth.
    Receiver(Option<String>),
}

impl<'t> Trust<'t> {
    pub(super) fn new(named: &'t [TrustedHost], hops: &[Received]) -> Self {
        if !named.is_empty() {
            return Self::Named(named);
        }
        // A mail that was fetched shows its reader's own machine on top.
        let first = hops.iter().find(|hop| !hop.is_fetched() && hop.by.as_deref().is_some_and(|by| by.contains('.')));
        let org = first.and_then(|hop| hop.by.as_deref()).and_then(organisation);
        Self::Receiver(org.map(str::to_owned))
    }

    /// Whether somebody was named.
    pub(super) const fn is_named(&self) -> bool {
        matches!(self, Self::Named(_))
    }

    /// Whether a host of this name is believed.
    pub(super) fn names(&self, host: &str) -> bool {
        match self {
            Self::Named(named) => named.iter().any(|one| one.is_named(host)),
            Self::Receiver(org) => org.as_deref().is_some_and(|org| organisation(host) == Some(org)),
        }
    }

    fn holds(&self, address: IpAddr) -> bool {
        match self {
            Self::Named(named) => named.iter().any(|one| one.holds(address)),
            Self::Receiver(_) => false,
        }
    }

    /// Whether `hop`, which stands where only a believed host can have written (`above` says that there is such a host
    /// above it), names a believed writer.
    pub(super) fn writes(&self, hop: &Received, above: bool) -> bool {
        if hop.doubtful {
            return false;
        }
        if hop.by.as_deref().is_some_and(|by| self.names(by)) || hop.by_address.is_some_and(|by| self.holds(by)) {
            return true;
        }
        match self {
            // Steps inside a machine name nobody: they are believed only below a believed hop.
            Self::Named(_) => above && (hop.is_marker() || hop.by.as_deref() == Some("localhost")),
            Self::Receiver(_) => {
                let nameless = hop.by.as_deref().is_none_or(|by| organisation(by).is_none());
                !above || nameless || hop.is_fetched()
            }
        }
    }

    /// Whether the client of a believed hop is itself believed, so that it wrote the field below.
    pub(super) fn peer(&self, hop: &Received, next: Option<&Received>) -> bool {
        if hop.is_marker() || hop.is_fetched() {
            return true;
        }
        if hop.local.is_some() {
            // A filter of the receiver hands the mail in again; elsewhere a local user can write what he likes below.
            let again = next.is_some_and(|next| next.has_peer() && next.by.is_some() && next.by == hop.by);
            return again && !self.is_named();
        }
        let Some(address) = hop.address else {
            // No client at all is a step inside the writer's own house; a client without address is anybody.
            return !hop.has_peer();
        };
        if self.holds(address) {
            return true;
        }
        if hop.authenticated || hop.is_web() {
            return false;
        }
        if address.is_loopback() || hop.name_checked && hop.name.as_deref().is_some_and(|name| self.names(name)) {
            return true;
        }
        match self {
            Self::Named(_) => false,
            Self::Receiver(_) => {
                let inside = !ip::is_public(address) && next.is_some_and(|next| self.writes(next, true));
                inside || self.is_neighbour(hop, address)
            }
        }
    }

    /// Exchange names no client but by its own word; inside one house both ends have addresses of one network.
    fn is_neighbour(&self, hop: &Received, address: IpAddr) -> bool {
        let near = match (address, hop.by_address) {
            (IpAddr::V4(peer), Some(IpAddr::V4(own))) => peer.octets()[..3] == own.octets()[..3],
            (IpAddr::V6(peer), Some(IpAddr::V6(own))) => peer.segments()[..2] == own.segments()[..2],
            _ => false,
        };
        near && hop.helo.as_deref().is_some_and(|helo| self.names(helo))
    }
}

/// Whether two host names belong to one organisation.
pub(super) fn same_house(one: &str, other: &str) -> bool {
    url::registrable(one) == url::registrable(other)
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
