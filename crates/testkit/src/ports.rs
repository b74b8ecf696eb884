//! Ports for servers that are stopped and started again: nobody else may get them meanwhile.

use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::net::{SocketAddr, TcpListener};

use anyhow::Context;

/// From here up to what the system gives away by itself.
const LOWEST: u16 = 20_000;
/// First port that Linux gives to connections if it is not told otherwise.
const USUAL_EPHEMERAL: u16 = 32_768;

/// An address of 127.0.0.1 whose port is free and lies below those that the system gives to outgoing connections, so that it
/// is still free when a server that was killed is started again on it.
pub fn steady_port() -> anyhow::Result<SocketAddr> {
    let range = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
    let first = range.split_whitespace().next().and_then(|first| first.parse().ok()).unwrap_or(USUAL_EPHEMERAL);
    let width = u64::from(first.saturating_sub(LOWEST).max(1000));
    (0..200)
        .find_map(|_| {
            // Test processes run side by side: a random start keeps them apart.
            let offset = u16::try_from(RandomState::new().build_hasher().finish() % width).ok()?;
            TcpListener::bind(("127.0.0.1", LOWEST.checked_add(offset)?)).ok()?.local_addr().ok()
        })
        .context("no port below the ephemeral ones is free")
}
