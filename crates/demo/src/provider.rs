//! The provider: settings in, tables out, row by row.

use jiff::{SignedDuration, Timestamp};
use model::ServiceKind;

use crate::rng::{Rng, Stream, apportion};
use crate::rows::PlanRow;
use crate::tenure::{self, DAY, LineTenure, OPEN, Tenure};
use crate::{plans, space};

/// Days of history that every provider has.
pub const HISTORY_DAYS: u32 = 5 * 365;

/// How many of a thousand contracts are of each service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mix {
    /// Shared hosting.
    pub shared: usize,
    /// Virtual private servers.
    pub vps: usize,
    /// Dedicated servers, four addresses each.
    pub server: usize,
    /// Access lines.
    pub access: usize,
    /// Mail.
    pub mail: usize,
    /// Domains.
    pub domain: usize,
}

impl Mix {
    /// A hosting provider with some access lines: 400,000 contracts use about 100,000 IPv4 addresses.
    pub const HOSTING: Self = Self { shared: 600, vps: 200, server: 30, access: 120, mail: 30, domain: 20 };
    /// Servers and lines only: 150,000 contracts use more than 100,000 IPv4 addresses (A02).
    pub const ADDRESSES: Self = Self { shared: 0, vps: 560, server: 80, access: 360, mail: 0, domain: 0 };

    const fn weights(self) -> [usize; 6] {
        [self.shared, self.vps, self.server, self.access, self.mail, self.domain]
    }
}

/// What to generate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Same seed, same settings: same bytes.
    pub seed: u64,
    /// Number of contracts, ended ones included; at least 100 and at most 2,000,000 are made.
    pub contracts: usize,
    /// The present of the generated world; history ends here. Cut to whole seconds.
    pub end: Timestamp,
    /// Kinds of services.
    pub mix: Mix,
}

impl Settings {
    /// A small hosting provider of 2,000 contracts.
    pub const fn new(end: Timestamp) -> Self {
        Self { seed: 1, contracts: 2_000, end, mix: Mix::HOSTING }
    }
}

/// A provider that does not exist. 400,000 contracts take about 30 MB; rows are made while they are read.
#[derive(Debug, Clone)]
pub struct Provider {
    pub(crate) seed: u64,
    pub(crate) begin: Timestamp,
    pub(crate) end: Timestamp,
    /// One per contract, by number; services stand one after the other in the order of [`ServiceKind::ALL`].
    pub(crate) tenures: Vec<Tenure>,
    /// First contract of each service, and the number of contracts.
    pub(crate) starts: [u32; 7],
    /// Every time of an access line on an IPv4 address.
    pub(crate) lines: Vec<LineTenure>,
    pub(crate) customers: u32,
}

impl Provider {
    /// Generates the provider.
    pub fn generate(settings: &Settings) -> Self {
        let seed = settings.seed;
        let count = settings.contracts.clamp(100, 2_000_000);
        let counts: Vec<u32> =
            apportion(count, &settings.mix.weights()).into_iter().map(|n| u32::try_from(n).unwrap_or(0)).collect();
        let horizon = HISTORY_DAYS * DAY;
        let end = Timestamp::from_second(settings.end.as_second()).unwrap_or(settings.end);
        let begin = end.saturating_sub(SignedDuration::from_secs(i64::from(horizon))).unwrap_or(end);
        let mut tenures = Vec::with_capacity(count);
        let mut lines = Vec::new();
        let mut starts = [0; 7];
        for (index, (&service, &count)) in ServiceKind::ALL.iter().zip(&counts).enumerate() {
            let mut rng = Rng::new(seed, Stream::Tenure, index);
            let first = starts[index];
            starts[index + 1] = first + count;
            let (min, spread) = match service {
                ServiceKind::Access => {
                    lines = tenure::lines(seed, first, count, horizon, &mut tenures);
                    continue;
                }
                ServiceKind::Vps => (5, 500),
                ServiceKind::Server => (90, 600),
                ServiceKind::SharedHosting | ServiceKind::Mail | ServiceKind::Domain => (180, 1_200),
            };
            tenure::walk(&mut rng, count, horizon, min, spread, &mut tenures);
        }
        let customers = (starts[6] / 10 * 6).max(40);
        Self { seed, begin, end, tenures, starts, lines, customers }
    }

    /// The present of this world.
    pub const fn end(&self) -> Timestamp {
        self.end
    }

    /// Number of contracts, ended ones included.
    pub const fn contract_count(&self) -> usize {
        self.tenures.len()
    }

    /// The catalogue: 16 plans, five of them shared hosting.
    pub fn plans(&self) -> impl Iterator<Item = PlanRow> + use<> {
        plans::ALL.iter().map(plans::Plan::row)
    }

    /// The moment `seconds` after the first day.
    pub(crate) fn moment(&self, seconds: u32) -> Timestamp {
        self.begin.saturating_add(SignedDuration::from_secs(i64::from(seconds))).unwrap_or(self.end)
    }

    /// An end as a row has it.
    pub(crate) fn until(&self, seconds: u32) -> Option<Timestamp> {
        (seconds != OPEN).then(|| self.moment(seconds))
    }

    /// Seconds from the first day to `at`; moments before it are 0.
    pub(crate) fn seconds(&self, at: Timestamp) -> u32 {
        u32::try_from(at.as_second() - self.begin.as_second()).unwrap_or(0)
    }

    /// The numbers of the contracts of a service.
    pub(crate) fn numbers(&self, service: ServiceKind) -> std::ops::Range<u32> {
        let index = ServiceKind::ALL.iter().position(|known| *known == service).unwrap_or(0);
        self.starts[index]..self.starts[index + 1]
    }

    /// The service of contract `number`.
    pub(crate) fn service(&self, number: u32) -> ServiceKind {
        let index = self.starts[1..6].iter().take_while(|start| **start <= number).count();
        ServiceKind::ALL[index]
    }

    pub(crate) fn tenure(&self, number: u32) -> Tenure {
        self.tenures[number as usize]
    }

    /// Web servers in use: one for about 400 contracts.
    pub(crate) fn web_servers(&self) -> u32 {
        (self.numbers(ServiceKind::SharedHosting).len().div_ceil(400))
            .try_into()
            .unwrap_or(space::WEB_SERVERS)
            .clamp(1, space::WEB_SERVERS)
    }
}
