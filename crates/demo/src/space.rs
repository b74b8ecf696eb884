//! How the provider's address space is cut up.
//!
//! The three documentation blocks have 768 addresses together, too few for a provider: the IPv4 space is the benchmarking
//! block 198.18.0.0/15 of RFC 2544 (131,072 addresses), which no host on the Internet has either.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// The provider's autonomous system (RFC 5398).
pub const ASN: u32 = 64_500;

const BASE: u32 = u32::from_be_bytes([198, 18, 0, 0]);
const IPV6: u128 = 0x2001_0db8 << 96;

/// Web servers of shared hosting: 198.18.1.0 to 198.18.3.255.
const WEB: u32 = 256;
pub(crate) const WEB_SERVERS: u32 = 768;
/// One address per VPS: 198.18.4.0 to 198.18.159.255.
const VPS: u32 = 1_024;
const VPS_SLOTS: u32 = 39_936;
/// One /30 per dedicated server: 198.18.160.0 to 198.18.255.255.
const SERVER: u32 = 40_960;
const SERVER_SLOTS: u32 = 6_144;
/// One address per access line: 198.19.0.0 to 198.19.239.255.
const LINE: u32 = 65_536;
pub(crate) const LINE_SLOTS: u32 = 61_440;
/// Addresses shared by port ranges: 198.19.240.0/20.
const SHARED: u32 = 126_976;
pub(crate) const SHARED_SLOTS: u32 = 4_096;

/// Port ranges of one shared address; ports below 1024 stay the provider's.
pub(crate) const BLOCKS: u16 = 16;
const FIRST_PORT: u16 = 1_024;
const BLOCK_PORTS: u16 = 4_032;

/// The IPv4 space and the IPv6 space.
pub(crate) fn prefixes() -> [IpNet; 2] {
    [IpNet::V4(Ipv4Net::new_assert(v4(0), 15)), IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::from_bits(IPV6), 32))]
}

const fn v4(offset: u32) -> Ipv4Addr {
    Ipv4Addr::from_bits(BASE + offset)
}

/// Routers, name servers and mail relays.
pub(crate) fn core() -> IpNet {
    IpNet::V4(Ipv4Net::new_assert(v4(0), 24))
}

/// A mail relay of the provider.
pub(crate) const fn relay(number: u32) -> Ipv4Addr {
    v4(25 + number % 8)
}

/// A web server of shared hosting.
pub(crate) const fn web_server(number: u32) -> Ipv4Addr {
    v4(WEB + number % WEB_SERVERS)
}

/// The IPv4 address of a VPS slot; slots beyond the pool have IPv6 only.
pub(crate) fn vps(slot: u32) -> Option<Ipv4Net> {
    (slot < VPS_SLOTS).then(|| Ipv4Net::new_assert(v4(VPS + slot), 32))
}

/// The /30 of a dedicated server's slot.
pub(crate) fn server(slot: u32) -> Option<Ipv4Net> {
    (slot < SERVER_SLOTS).then(|| Ipv4Net::new_assert(v4(SERVER + slot * 4), 30))
}

/// The address of a line's slot.
pub(crate) const fn line(slot: u32) -> Ipv4Addr {
    v4(LINE + slot)
}

/// An address that is shared by port ranges.
pub(crate) const fn shared(slot: u32) -> Ipv4Addr {
    v4(SHARED + slot)
}

/// First and last port of a block on a shared address.
pub(crate) const fn ports(block: u16) -> (u16, u16) {
    let low = FIRST_PORT + (block % BLOCKS) * BLOCK_PORTS;
    (low, low + (BLOCK_PORTS - 1))
}

/// The ports of a shared address that no customer has.
pub(crate) const OWN_PORTS: (u16, u16) = (0, FIRST_PORT - 1);

/// The /64 of a server: 2001:db8:1000::/36 for VPS, 2001:db8:2000::/36 for dedicated servers.
pub(crate) fn server_v6(slot: u32, dedicated: bool) -> Ipv6Net {
    let region: u128 = if dedicated { 2 } else { 1 };
    Ipv6Net::new_assert(Ipv6Addr::from_bits(IPV6 | region << 92 | u128::from(slot) << 64), 64)
}

/// The /56 of an access line: 2001:db8:8000::/33.
pub(crate) fn line_v6(number: u32) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::from_bits(IPV6 | 8 << 92 | u128::from(number) << 72), 56)
}

/// An address of somebody else: a victim, a reporter, or an accused that is not ours (RFC 5737).
pub(crate) const fn foreign(number: u32) -> IpAddr {
    let block = match number / 254 % 3 {
        0 => [192, 0, 2, 0],
        1 => [198, 51, 100, 0],
        _ => [203, 0, 113, 0],
    };
    IpAddr::V4(Ipv4Addr::from_bits(u32::from_be_bytes(block) + 1 + number % 254))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pools_fit_and_do_not_overlap() {
        assert_eq!(vps(0).unwrap().addr().to_string(), "198.18.4.0");
        assert_eq!(vps(VPS_SLOTS - 1).unwrap().addr().to_string(), "198.18.159.255");
        assert_eq!(server(0).unwrap().to_string(), "198.18.160.0/30");
        assert_eq!(server(SERVER_SLOTS - 1).unwrap().broadcast().to_string(), "198.18.255.255");
        assert_eq!(line(LINE_SLOTS - 1).to_string(), "198.19.239.255");
        assert_eq!(shared(SHARED_SLOTS - 1).to_string(), "198.19.255.255");
        assert_eq!((vps(VPS_SLOTS), server(SERVER_SLOTS)), (None, None));
        assert_eq!(ports(0), (1_024, 5_055));
        assert_eq!(ports(BLOCKS - 1), (61_504, 65_535));
        assert_eq!(server_v6(5, true).to_string(), "2001:db8:2000:5::/64");
        assert_eq!(line_v6(3).to_string(), "2001:db8:8000:300::/56");
    }
}
