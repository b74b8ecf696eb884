//! Addresses of the benchmarking block 198.18.0.0/15 (RFC 2544), shared out to countries and networks that do not exist:
//! private numbers of networks (RFC 6996), as the few of the documentation would not do.

use std::net::Ipv4Addr;

use ipnet::{IpNet, Ipv4Net};

use crate::mmdb::MmdbRecord;
use crate::rng::Rng;

/// Countries; the first is where the provider is.
const COUNTRIES: [&str; 45] = [
    "JP", "US", "DE", "FR", "GB", "BR", "IN", "RU", "CN", "VN", "ID", "TH", "TR", "UA", "PL", "IT", "ES", "NL", "SE",
    "FI", "MX", "AR", "CO", "CL", "PE", "ZA", "NG", "EG", "KE", "MA", "SA", "AE", "IL", "IR", "PK", "BD", "LK", "NP",
    "MM", "KZ", "AU", "NZ", "CA", "TW", "SG",
];
/// /24 blocks of the home country and of all.
const HOME_BLOCKS: usize = 200;
const BLOCKS: usize = 512;
/// Networks of the home country.
pub(super) const HOME_NETWORKS: usize = 40;
/// First network number.
const FIRST: u32 = 4_200_000_000;

/// A /24 block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block(usize);

impl Block {
    /// A block of a network of the home country.
    pub(super) fn home(network: usize, rng: &mut Rng) -> Self {
        Self(network % HOME_NETWORKS + HOME_NETWORKS * rng.below(HOME_BLOCKS / HOME_NETWORKS))
    }

    /// A block of a country abroad, from 1, and one of its networks.
    pub(super) const fn abroad(country: usize, network: usize) -> Self {
        let abroad = COUNTRIES.len() - 1;
        let each = (BLOCKS - HOME_BLOCKS) / abroad;
        Self(HOME_BLOCKS + (country + abroad - 1) % abroad + abroad * (network % each))
    }

    /// Any country abroad.
    pub(super) const fn anywhere(rng: &mut Rng) -> Self {
        Self::abroad(1 + rng.below(COUNTRIES.len() - 1), rng.below(7))
    }

    /// An address of the block.
    pub(super) fn address(self, host: usize) -> Ipv4Addr {
        let offset = u32::try_from(self.0 * 256 + 1 + host % 250).unwrap_or(0);
        Ipv4Addr::from_bits(Ipv4Addr::new(198, 18, 0, 0).to_bits() + offset)
    }

    fn net(self) -> Option<IpNet> {
        Ipv4Net::new(self.address(0), 24).ok().map(|net| IpNet::V4(net.trunc()))
    }

    const fn country(self) -> usize {
        if self.0 < HOME_BLOCKS { 0 } else { 1 + (self.0 - HOME_BLOCKS) % (COUNTRIES.len() - 1) }
    }
}

pub(super) fn countries() -> Vec<(IpNet, MmdbRecord)> {
    let record = |block: Block| Some((block.net()?, MmdbRecord::Country(COUNTRIES[block.country()].to_owned())));
    (0..BLOCKS).map(Block).filter_map(record).collect()
}

pub(super) fn networks() -> Vec<(IpNet, MmdbRecord)> {
    let number = |block: usize| if block < HOME_BLOCKS { 1 + block % HOME_NETWORKS } else { 100 + block };
    let record = |block: usize| {
        let number = FIRST + u32::try_from(number(block)).ok()?;
        Some((Block(block).net()?, MmdbRecord::Network(number, format!("Network {number}"))))
    };
    (0..BLOCKS).filter_map(record).collect()
}

/// How many countries there are abroad.
pub(super) const ABROAD: usize = COUNTRIES.len() - 1;
