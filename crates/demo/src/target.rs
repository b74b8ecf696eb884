//! Whom a report can accuse: real holdings at a real time, and strangers.

use std::net::IpAddr;

use model::{Place, ServiceKind};

use crate::provider::Provider;
use crate::rng::Rng;
use crate::space;
use crate::tenure::{LineTenure, Tenure};

/// What kind of thing is accused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A web site on shared hosting, or elsewhere under a name that was registered here.
    Site,
    /// A mailbox.
    Mailbox,
    /// A server with root.
    Host,
    /// The address of an access line.
    Line,
    /// An access line on an address that is shared by ports.
    Shared,
}

/// Seconds around the event in which the holder must not change, so that a time without a zone still has one answer.
const CALM: u32 = 15 * 3_600;

/// An accused thing.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) kind: Kind,
    /// Number of the contract; absent if it is not ours.
    pub(crate) contract: Option<u32>,
    /// Address of the host, or of the server in front of a site or mailbox, which need not be ours.
    pub(crate) ip: IpAddr,
    /// Source port of the act, where the kind has one.
    pub(crate) port: u16,
    /// Domain of a site.
    pub(crate) host: Option<String>,
    /// Mailbox.
    pub(crate) account: Option<String>,
    /// Number that everything invented about this incident is drawn from, so that all reporters tell the same.
    pub(crate) salt: u64,
}

impl Target {
    /// The key of the holding.
    pub(crate) fn subject(&self) -> String {
        match (&self.account, &self.host) {
            (Some(account), _) => format!("mailbox:{account}"),
            (None, Some(host)) => format!("domain:{host}"),
            (None, None) => format!("ip:{}", self.ip),
        }
    }

    /// The place of the case.
    pub(crate) fn place(&self) -> Place {
        match (&self.account, &self.host) {
            (Some(account), _) => Place::Account(account.clone()),
            (None, Some(host)) => Place::Site(host.clone()),
            (None, None) => Place::Host(self.ip),
        }
    }

    /// Somebody else's.
    pub(crate) fn stranger(kind: Kind, rng: &mut Rng) -> Self {
        let number = rng.below_u32(9_000);
        let name = format!("elsewhere-{number:05}.example.net");
        Self {
            kind,
            contract: None,
            ip: space::foreign(number),
            port: source_port(rng),
            host: (kind == Kind::Site).then(|| name.clone()),
            account: (kind == Kind::Mailbox).then(|| format!("info@{name}")),
            salt: rng.next(),
        }
    }
}

fn source_port(rng: &mut Rng) -> u16 {
    u16::try_from(rng.between(1_024, 65_535)).unwrap_or(u16::MAX)
}

impl Provider {
    /// Something of `kind` that one contract held at `at` and for a while around it; `None` if nobody did.
    pub(crate) fn target(&self, kind: Kind, at: u32, rng: &mut Rng) -> Option<Target> {
        self.find(kind, rng, |from, to| Tenure { slot: 0, from, to }.covers(at.saturating_sub(CALM), at + CALM))
            .map(|(index, _)| self.accuse(kind, index, rng))
    }

    /// As [`Self::target`], at a time shortly after a change of hands or shortly before one, not before `earliest`.
    pub(crate) fn tight_target(&self, kind: Kind, earliest: u32, latest: u32, rng: &mut Rng) -> Option<(Target, u32)> {
        const LONG: u32 = 3 * 3_600;
        let fits = |from: u32, to: u32| {
            to - from > 2 * LONG && (from > earliest && from + LONG < latest || to > earliest + LONG && to < latest)
        };
        let (index, (from, to)) = self.find(kind, rng, fits)?;
        let away = rng.between(600, LONG);
        let at = if from > earliest && from + LONG < latest { from + away } else { to - away };
        Some((self.accuse(kind, index, rng), at))
    }

    /// Whether `target` is in the same hands at `at`.
    pub(crate) fn still_holds(&self, target: &Target, at: u32) -> bool {
        let calm = |from, to| Tenure { slot: 0, from, to }.covers(at.saturating_sub(CALM), at + CALM);
        let Some(contract) = target.contract else { return true };
        match target.kind {
            Kind::Line | Kind::Shared => false,
            _ => {
                let tenure = self.tenure(contract);
                calm(tenure.from, tenure.to)
            }
        }
    }

    /// Candidates of a kind: contracts, or tenures of lines.
    fn candidates(&self, kind: Kind) -> (std::ops::Range<u32>, std::ops::Range<u32>) {
        match kind {
            Kind::Site => (self.numbers(ServiceKind::SharedHosting), self.numbers(ServiceKind::Domain)),
            Kind::Mailbox => (self.numbers(ServiceKind::SharedHosting), self.numbers(ServiceKind::Mail)),
            Kind::Host => (self.numbers(ServiceKind::Vps), self.numbers(ServiceKind::Server)),
            Kind::Line | Kind::Shared => {
                let split = self.lines.partition_point(|line| line.block.is_some());
                let (split, all) = (to_u32(split), to_u32(self.lines.len()));
                (if kind == Kind::Shared { 0..split } else { split..all }, 0..0)
            }
        }
    }

    fn find(&self, kind: Kind, rng: &mut Rng, fits: impl Fn(u32, u32) -> bool) -> Option<(u32, (u32, u32))> {
        let (a, b) = self.candidates(kind);
        let total = a.len() + b.len();
        if total == 0 {
            return None;
        }
        let nth = |n: usize| {
            let n = to_u32(n % total);
            let number = if n < a.end - a.start { a.start + n } else { b.start + n - (a.end - a.start) };
            let span = match kind {
                Kind::Line | Kind::Shared => {
                    let LineTenure { from, to, .. } = self.lines[number as usize];
                    (from, to)
                }
                _ => {
                    let Tenure { from, to, .. } = self.tenure(number);
                    (from, to)
                }
            };
            (fits(span.0, span.1) && self.has_v4(kind, number)).then_some((number, span))
        };
        // A few random looks find one nearly always; a walk through all of them is the bounded last resort.
        (0..60).find_map(|_| nth(rng.below(total))).or_else(|| {
            let start = rng.below(total);
            (0..total.min(20_000)).find_map(|step| nth(start + step))
        })
    }

    fn has_v4(&self, kind: Kind, number: u32) -> bool {
        kind != Kind::Host || self.server_net(number).is_some()
    }

    fn server_net(&self, number: u32) -> Option<ipnet::Ipv4Net> {
        let slot = self.tenure(number).slot;
        match self.service(number) {
            ServiceKind::Server => space::server(slot),
            _ => space::vps(slot),
        }
    }

    /// Makes the target out of candidate `index` of [`Self::find`].
    fn accuse(&self, kind: Kind, index: u32, rng: &mut Rng) -> Target {
        let mut target = Target {
            kind,
            contract: Some(index),
            ip: IpAddr::V4(space::web_server(index % self.web_servers())),
            port: source_port(rng),
            host: None,
            account: None,
            salt: rng.next(),
        };
        match kind {
            Kind::Site => {
                let site = self.site(index);
                let second = site.second.filter(|_| rng.chance(400));
                target.host = Some(second.unwrap_or(site.domain));
                if self.service(index) == ServiceKind::Domain {
                    // We only registered the name; the site is hosted elsewhere.
                    target.ip = space::foreign(index);
                }
            }
            Kind::Mailbox => {
                let site = self.site(index);
                target.account = Some(format!("{}@{}", rng.pick(&site.locals), site.domain));
                target.ip = IpAddr::V4(space::relay(index));
            }
            Kind::Host => target.ip = self.server_address(index, rng),
            Kind::Line | Kind::Shared => {
                let line = self.lines[index as usize];
                target.contract = Some(line.contract);
                target.ip =
                    IpAddr::V4(if line.block.is_some() { space::shared(line.slot) } else { space::line(line.slot) });
                if let Some((low, high)) = line.block.map(space::ports) {
                    target.port = u16::try_from(rng.between(low.into(), high.into())).unwrap_or(low);
                }
            }
        }
        target
    }

    fn server_address(&self, number: u32, rng: &mut Rng) -> IpAddr {
        let dedicated = self.service(number) == ServiceKind::Server;
        let v6 = space::server_v6(self.tenure(number).slot, dedicated);
        match self.server_net(number) {
            Some(net) if !rng.chance(100) => {
                let offset = rng.below_u32(1 << (32 - net.prefix_len()));
                IpAddr::V4((u32::from(net.network()) + offset).into())
            }
            _ => IpAddr::V6((v6.network().to_bits() + 1 + u128::from(rng.below_u32(15))).into()),
        }
    }

    /// A random time of a random contract on a random IPv4 address: (address, ports if shared, from, to).
    pub(crate) fn random_tenure(&self, rng: &mut Rng) -> (IpAddr, Option<(u16, u16)>, u32, u32) {
        let kind = match rng.below(10) {
            0..5 => Kind::Host,
            5..9 => Kind::Line,
            _ => Kind::Shared,
        };
        let found = [kind, Kind::Host, Kind::Line, Kind::Shared]
            .into_iter()
            .find_map(|kind| self.find(kind, rng, |_, _| true).map(|found| (kind, found)));
        let Some((kind, (index, (from, to)))) = found else {
            return (IpAddr::V4(space::relay(0)), None, 0, u32::MAX);
        };
        let ip = match kind {
            Kind::Host => self.server_address(index, rng),
            _ => self.accuse(kind, index, rng).ip,
        };
        let block = self.lines.get(index as usize).filter(|_| kind == Kind::Shared).and_then(|line| line.block);
        (ip, block.map(space::ports), from, to)
    }
}

fn to_u32(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
