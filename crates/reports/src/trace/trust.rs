//! Whose `Received` fields are believed.

use std::net::IpAddr;

use model::trace::{Received, TrustedHost};

use super::Believed;
use super::received::organisation;
use crate::extract::{ip, url};

/// Who is believed in one trace.
pub(super) struct Trust<'t> {
    /// The hosts that somebody named.
    named: &'t [TrustedHost],
    /// Whether the organisation that received the mail is assumed to write the truth.
    assumed: bool,
    /// That organisation, if it shows.
    receiver: Option<String>,
}

impl<'t> Trust<'t> {
    pub(super) fn new(believed: &Believed<'t>, hops: &[Received]) -> Self {
        // A mail that was fetched shows its reader's own machine on top.
        let first = hops.iter().find(|hop| !hop.is_fetched() && hop.by.as_deref().is_some_and(|by| by.contains('.')));
        let org = first.and_then(|hop| hop.by.as_deref()).and_then(organisation);
        let receiver = org.filter(|_| believed.receiver).map(str::to_owned);
        Self { named: believed.hosts, assumed: believed.receiver, receiver }
    }

    /// Whether a host of this name is believed.
    pub(super) fn names(&self, host: &str) -> bool {
        let received = || self.receiver.as_deref().is_some_and(|org| organisation(host) == Some(org));
        self.named.iter().any(|one| one.is_named(host)) || received()
    }

    fn holds(&self, address: IpAddr) -> bool {
        self.named.iter().any(|one| one.holds(address))
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
        if self.assumed {
            let nameless = hop.by.as_deref().is_none_or(|by| organisation(by).is_none());
            return !above || nameless || hop.is_fetched();
        }
        // Steps inside a machine name nobody: they are believed only below a believed hop.
        above && (hop.is_marker() || hop.by.as_deref() == Some("localhost"))
    }

    /// Whether the client of a believed hop is itself believed, so that it wrote the field below.
    pub(super) fn peer(&self, hop: &Received, next: Option<&Received>) -> bool {
        if hop.is_marker() || hop.is_fetched() {
            return true;
        }
        if hop.local.is_some() {
            // A filter of the receiver hands the mail in again; elsewhere a local user can write what he likes below.
            let again = next.is_some_and(|next| next.has_peer() && next.by.is_some() && next.by == hop.by);
            return again && self.assumed;
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
        let inside = || !ip::is_public(address) && next.is_some_and(|next| self.writes(next, true));
        self.assumed && (inside() || self.is_neighbour(hop, address))
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
