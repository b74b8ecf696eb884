//! Who had it? Brute force over the rows, written without any of the store's or attribution's code.

use std::collections::HashMap;
use std::net::IpAddr;

use ipnet::IpNet;
use jiff::{SignedDuration, Timestamp};
use model::TimeSpan;

use crate::provider::Provider;
use crate::rng::{Rng, Stream};
use crate::rows::HoldingRow;

/// One row that answers a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Key of the contract; absent = the provider's own infrastructure.
    pub contract: Option<String>,
    /// First port.
    pub port_lo: u16,
    /// Last port.
    pub port_hi: u16,
    /// First moment (inclusive).
    pub from: Timestamp,
    /// First moment after (exclusive).
    pub to: Option<Timestamp>,
}

/// Every row of a chosen part of the holdings, one list per address, prefix or name.
#[derive(Debug, Clone, Default)]
pub struct Oracle {
    v4: HashMap<IpAddr, Vec<Held>>,
    v6: HashMap<IpNet, Vec<Held>>,
    names: HashMap<String, Vec<Held>>,
}

/// A random question "who had this at that time?".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// Address.
    pub ip: IpAddr,
    /// Port, where the asker knows it.
    pub port: Option<u16>,
    /// Moment.
    pub at: Timestamp,
}

impl Oracle {
    /// Takes the rows for which `keep` is true. IPv4 prefixes longer than /8 only; IPv6 prefixes as they are.
    pub fn new(rows: impl Iterator<Item = HoldingRow>, keep: impl Fn(&HoldingRow) -> bool) -> Self {
        let mut oracle = Self::default();
        for row in rows.filter(keep) {
            let held =
                Held { contract: row.contract, port_lo: row.port_lo, port_hi: row.port_hi, from: row.from, to: row.to };
            match row.subject.strip_prefix("ip:").map(str::parse::<IpNet>) {
                Some(Ok(IpNet::V4(net))) if net.prefix_len() >= 8 => {
                    let last = u32::from(net.broadcast());
                    for address in u32::from(net.network())..=last {
                        oracle.v4.entry(IpAddr::V4(address.into())).or_default().push(held.clone());
                    }
                }
                Some(Ok(net @ IpNet::V6(_))) => oracle.v6.entry(net.trunc()).or_default().push(held),
                _ => oracle.names.entry(row.subject).or_default().push(held),
            }
        }
        oracle
    }

    /// IPv4 addresses that somebody ever held.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> + '_ {
        self.v4.keys().copied()
    }

    /// Everybody who had `ip` at any moment of `span`; with a `port` only those whose ports include it.
    pub fn who_had(&self, ip: IpAddr, port: Option<u16>, span: TimeSpan) -> Vec<&Held> {
        let rows: Vec<&Held> = match ip.to_canonical() {
            v4 @ IpAddr::V4(_) => self.v4.get(&v4).into_iter().flatten().collect(),
            v6 @ IpAddr::V6(_) => (0..=128)
                .filter_map(|len| IpNet::new(v6, len).ok())
                .filter_map(|net| self.v6.get(&net.trunc()))
                .flatten()
                .collect(),
        };
        rows.into_iter()
            .filter(|held| port.is_none_or(|port| (held.port_lo..=held.port_hi).contains(&port)))
            .filter(|held| touches(held, span))
            .collect()
    }

    /// Everybody who had exactly this name (`domain:…`, `mailbox:…`, `account:…`) at any moment of `span`.
    pub fn who_had_name(&self, subject: &str, span: TimeSpan) -> Vec<&Held> {
        self.names.get(subject).into_iter().flatten().filter(|held| touches(held, span)).collect()
    }
}

// Written out rather than taken from `model::TimeSpan::overlaps`: an oracle must not share the code it checks.
fn touches(held: &Held, span: TimeSpan) -> bool {
    held.from <= span.latest
        && match held.to {
            Some(to) => span.earliest < to,
            None => true,
        }
}

impl Provider {
    /// Random questions over all addresses in customers' hands; a fifth fall within an hour of a change of hands.
    pub fn questions(&self, seed: u64) -> impl Iterator<Item = Question> + '_ {
        (0..).map(move |index| self.question(&mut Rng::new(seed, Stream::Question, index)))
    }

    fn question(&self, rng: &mut Rng) -> Question {
        let (ip, ports, from, to) = self.random_tenure(rng);
        let near = |rng: &mut Rng, at: u32| (at + rng.below_u32(7_200)).saturating_sub(3_600);
        let horizon = crate::provider::HISTORY_DAYS * crate::tenure::DAY;
        let seconds = match rng.below(10) {
            0 => near(rng, from),
            1 if to < horizon => near(rng, to),
            2 => from,
            3 if to < horizon => to,
            _ => rng.below_u32(horizon),
        };
        let micros = SignedDuration::from_micros(i64::from(rng.pick(&[0, 0, 0, 1, 999_999])));
        Question {
            ip,
            port: match ports {
                Some((low, high)) => Some(u16::try_from(rng.between(low.into(), high.into())).unwrap_or(low)),
                None => rng.chance(300).then_some(443),
            },
            at: self.moment(seconds).saturating_add(micros).unwrap_or(self.end),
        }
    }
}
