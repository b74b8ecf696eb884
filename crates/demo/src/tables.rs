//! The provider's tables as streams of import rows.

use jiff::Timestamp;
use model::{Lang, ServiceKind};

use crate::provider::Provider;
use crate::rng::{Rng, Stream};
use crate::rows::{ContractRow, CustomerRow, HoldingRow, PrefixRow};
use crate::tenure::LineTenure;
use crate::{names, plans, space};

/// One thing that a contract holds by name.
pub(crate) struct SiteNames {
    /// The domain that belongs to the slot and changes hands with it.
    pub(crate) domain: String,
    /// A second domain that belongs to this contract alone.
    pub(crate) second: Option<String>,
    /// Local parts of the mailboxes at the first domain.
    pub(crate) locals: Vec<&'static str>,
}

impl Provider {
    /// The announced prefixes.
    pub fn prefixes(&self) -> impl Iterator<Item = PrefixRow> + use<> {
        space::prefixes().into_iter().map(|prefix| PrefixRow { prefix, asn: space::ASN })
    }

    /// All customers; resellers come first, level by level.
    pub fn customers(&self) -> impl Iterator<Item = CustomerRow> + '_ {
        (0..self.customers).map(|number| self.customer(number))
    }

    /// All contracts, in the order of their keys.
    pub fn contracts(&self) -> impl Iterator<Item = ContractRow> + '_ {
        (0..self.starts[6]).map(|number| self.contract(number))
    }

    /// Who held what: infrastructure first, then contract by contract, then the lines' IPv4 addresses.
    pub fn holdings(&self) -> impl Iterator<Item = HoldingRow> + '_ {
        self.infrastructure()
            .chain((0..self.starts[6]).flat_map(|number| self.held_by(number)))
            .chain(self.lines.iter().map(|tenure| self.line_row(tenure)))
    }

    /// Key of contract `number`.
    pub(crate) fn contract_key(number: u32) -> String {
        format!("C{number:07}")
    }

    fn customer_key(number: u32) -> String {
        format!("K{number:07}")
    }

    /// Numbers of the first customer above each level of resellers: `0..a` sell for the provider, `a..b` for those, …
    const fn levels(&self) -> [u32; 3] {
        let first = self.customers / 400 + 1;
        [first, first * 3, first * 5]
    }

    fn customer(&self, number: u32) -> CustomerRow {
        let mut rng = Rng::new(self.seed, Stream::Customer, number as usize);
        let [a, b, c] = self.levels();
        let parent = match number {
            n if n < a => None,
            n if n < b => Some(rng.below_u32(a)),
            n if n < c => Some(a + rng.below_u32(b - a)),
            _ => rng.chance(60).then(|| rng.below_u32(c)),
        };
        let reseller = number < c;
        let (ja, en, local) =
            if reseller || rng.chance(450) { names::company(&mut rng) } else { names::person(&mut rng) };
        let lang = if rng.chance(100) { Lang::En } else { Lang::Ja };
        let tld = rng.pick(&["jp", "com", "net", "org"]);
        CustomerRow {
            key: Self::customer_key(number),
            name: if lang == Lang::En { en } else { ja },
            mail: Some(format!("{local}.{number}@post{}.example.{tld}", rng.between(1, 9))),
            lang,
            parent: parent.map(Self::customer_key),
            desk_mail: reseller.then(|| format!("abuse@reseller{number}.example.{tld}")),
        }
    }

    fn contract(&self, number: u32) -> ContractRow {
        let mut rng = Rng::new(self.seed, Stream::Contract, number as usize);
        let service = self.service(number);
        let tenure = self.tenure(number);
        let customer = rng.below_u32(self.customers);
        let choice = plans::ALL.iter().filter(|plan| plan.service == service);
        let index = rng.weighted(choice.clone().map(|plan| plan.share));
        let responsible = rng.chance(300).then(|| names::person(&mut rng).0);
        ContractRow {
            key: Self::contract_key(number),
            customer: Self::customer_key(customer),
            plan: choice.skip(index).map(|plan| plan.key.to_owned()).next().unwrap_or_default(),
            from: self.moment(tenure.from),
            to: self.until(tenure.to),
            responsible,
        }
    }

    fn infrastructure(&self) -> impl Iterator<Item = HoldingRow> + '_ {
        let row = |subject: String, (port_lo, port_hi)| HoldingRow {
            subject,
            contract: None,
            port_lo,
            port_hi,
            from: self.begin,
            to: None,
        };
        let web = (0..self.web_servers()).map(space::web_server);
        let shared = self.shared_slots().map(space::shared);
        std::iter::once(row(format!("ip:{}", space::core()), (0, u16::MAX)))
            .chain(web.map(move |ip| row(format!("ip:{ip}/32"), (0, u16::MAX))))
            .chain(shared.map(move |ip| row(format!("ip:{ip}/32"), space::OWN_PORTS)))
    }

    fn shared_slots(&self) -> std::ops::Range<u32> {
        let last = self.lines.iter().filter(|line| line.block.is_some()).map(|line| line.slot).max();
        0..last.map_or(0, |last| last + 1)
    }

    /// Names of a contract of shared hosting, mail or domain.
    pub(crate) fn site(&self, number: u32) -> SiteNames {
        let slot = self.tenure(number).slot;
        let (tag, service) = match self.service(number) {
            ServiceKind::Mail => ("m", 1),
            ServiceKind::Domain => ("d", 2),
            _ => ("", 0),
        };
        let mut rng = Rng::new(self.seed, Stream::Site, slot as usize * 3 + service);
        let domain = names::domain(&mut rng, tag, slot);
        let mut own = Rng::new(self.seed, Stream::Contract, number as usize + (1 << 32));
        let second = (service == 0 && own.chance(250)).then(|| names::domain(&mut own, "s", number));
        let locals = match service {
            0 if own.chance(500) => vec!["info", own.pick(names::GIVEN).1],
            0 => vec!["info"],
            1 => vec!["info", "jimu", "uketsuke"],
            _ => Vec::new(),
        };
        SiteNames { domain, second, locals }
    }

    /// The login name of a contract of shared hosting.
    pub(crate) fn account(number: u32) -> String {
        format!("web{number:07}")
    }

    /// What one contract holds, the lines' IPv4 addresses excepted.
    fn held_by(&self, number: u32) -> Vec<HoldingRow> {
        let tenure = self.tenure(number);
        let (from, to) = (self.moment(tenure.from), self.until(tenure.to));
        let key = Self::contract_key(number);
        let mut subjects = Vec::with_capacity(5);
        match self.service(number) {
            ServiceKind::Vps => {
                subjects.extend(space::vps(tenure.slot).map(|net| format!("ip:{net}")));
                subjects.push(format!("ip:{}", space::server_v6(tenure.slot, false)));
            }
            ServiceKind::Server => {
                subjects.extend(space::server(tenure.slot).map(|net| format!("ip:{net}")));
                subjects.push(format!("ip:{}", space::server_v6(tenure.slot, true)));
            }
            ServiceKind::Access => subjects.push(format!("ip:{}", space::line_v6(tenure.slot))),
            service @ (ServiceKind::SharedHosting | ServiceKind::Mail | ServiceKind::Domain) => {
                let site = self.site(number);
                if service == ServiceKind::SharedHosting {
                    subjects.push(format!("account:{}", Self::account(number)));
                }
                subjects.extend(site.locals.iter().map(|local| format!("mailbox:{local}@{}", site.domain)));
                subjects.push(format!("domain:{}", site.domain));
                subjects.extend(site.second.map(|name| format!("domain:{name}")));
            }
        }
        let row = |subject| whole(subject, key.clone(), from, to);
        subjects.into_iter().map(row).collect()
    }

    fn line_row(&self, tenure: &LineTenure) -> HoldingRow {
        let ip = if tenure.block.is_some() { space::shared(tenure.slot) } else { space::line(tenure.slot) };
        let (port_lo, port_hi) = tenure.block.map_or((0, u16::MAX), space::ports);
        HoldingRow {
            port_lo,
            port_hi,
            ..whole(
                format!("ip:{ip}/32"),
                Self::contract_key(tenure.contract),
                self.moment(tenure.from),
                self.until(tenure.to),
            )
        }
    }
}

fn whole(subject: String, contract: String, from: Timestamp, to: Option<Timestamp>) -> HoldingRow {
    HoldingRow { subject, contract: Some(contract), port_lo: 0, port_hi: u16::MAX, from, to }
}
