//! Those who report: mailbox providers, CSIRTs, banks, rights holders, administrators, private persons. All invented.

use std::net::IpAddr;

use crate::names;
use crate::rng::{Rng, Stream};
use crate::space;

/// What kind of reporter writes in a style.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// A mailbox provider's feedback loop.
    Loop,
    /// A robot of a honeypot or blocklist network.
    Sensor,
    /// Somebody who runs servers.
    Admin,
    /// A take-down company.
    Takedown,
    /// A national or sector CSIRT.
    Csirt,
    /// An agent of rights holders.
    Rights,
    /// A Japanese law office.
    Law,
    /// A hotline for unlawful content.
    Hotline,
    /// The abuse desk of another provider.
    OtherDesk,
    /// A private person in Japan.
    Person,
}

impl Role {
    /// Whether all of them live and write in Japan.
    pub(crate) const fn in_japan(self) -> bool {
        matches!(self, Self::Person | Self::Law | Self::Hotline)
    }
}

/// One reporter.
#[derive(Debug, Clone)]
pub(crate) struct Reporter {
    /// Display name.
    pub(crate) name: String,
    /// Address in From.
    pub(crate) mail: String,
    /// Domain of the organisation.
    pub(crate) domain: String,
    /// Its mail exchanger and, for administrators, the attacked machine.
    pub(crate) host: String,
    /// Address of that machine.
    pub(crate) ip: IpAddr,
}

const LOOPS: &[(&str, &str)] = &[
    ("Tegami Mail Feedback Loop", "fbl.tegami.example.com"),
    ("Pigeonpost Complaint Feedback", "feedback.pigeonpost.example.net"),
    ("Yubin Online", "fbl.yubin-online.example.jp"),
];
const SENSORS: &[(&str, &str)] = &[
    ("Honeyfield Sensor Network", "honeyfield.example.org"),
    ("Listwatch Reporting", "listwatch.example.net"),
    ("Tsubame Trap", "tsubame-trap.example.org"),
    ("Lighthouse Reports", "lighthouse.example.com"),
];
const TAKEDOWNS: &[(&str, &str)] = &[
    ("Clearwater Takedown", "clearwater.example.com"),
    ("Brandguard Response Team", "brandguard.example.net"),
    ("つくよ銀行 CSIRT", "tsukuyo-bank.example.jp"),
    ("ほしまちカード 不正対策室", "hoshimachi-card.example.jp"),
];
const CSIRTS: &[(&str, &str)] = &[
    ("Kaikyo CERT Coordination", "kaikyo-cert.example.org"),
    ("Hokuto CSIRT", "hokuto-csirt.example.jp"),
    ("CERT Northland", "cert-northland.example.org"),
];
const RIGHTS: &[(&str, &str)] = &[
    ("Lanternfish Content Protection", "lanternfish.example.com"),
    ("Papermoon Rights Agency", "papermoon.example.net"),
    ("Kingfisher Brand Enforcement", "kingfisher.example.com"),
];
const LAWS: &[(&str, &str)] =
    &[("あさがお法律事務所", "asagao-law.example.jp"), ("ひいらぎ総合法律事務所", "hiiragi-law.example.jp")];
const HOTLINES: &[(&str, &str)] = &[("ともしびホットライン", "tomoshibi-hotline.example.jp")];
const DESKS: &[(&str, &str)] = &[
    ("Riverside Hosting Abuse", "riverside-hosting.example.net"),
    ("Minamikaze Internet Abuse", "minamikaze.example.jp"),
];

impl Reporter {
    /// A reporter of `role`; organisations come again and again, persons and administrators are many.
    pub(crate) fn draw(role: Role, seed: u64, rng: &mut Rng) -> Self {
        let known = |list: &[(&str, &str)], local: &str, rng: &mut Rng| {
            let (name, domain) = rng.pick(list);
            Self::new(name, local, domain, rng)
        };
        match role {
            Role::Loop => known(LOOPS, "feedback", rng),
            Role::Sensor => known(SENSORS, "reports", rng),
            Role::Takedown => known(TAKEDOWNS, "takedown", rng),
            Role::Csirt => known(CSIRTS, "incidents", rng),
            Role::Rights => known(RIGHTS, "notices", rng),
            Role::Law => known(LAWS, "office", rng),
            Role::Hotline => known(HOTLINES, "tsuho", rng),
            Role::OtherDesk => known(DESKS, "abuse", rng),
            Role::Admin => {
                let mut own = Rng::new(seed, Stream::Reporter, rng.below(400));
                let (_, name, local) = names::person(&mut own);
                let domain = format!("{}.example.{}", own.pick(ADMIN_SITES), own.pick(&["org", "net", "com", "jp"]));
                Self::new(&name, &local, &domain, &mut own)
            }
            Role::Person => {
                let number = 1_000 + rng.below(3_000);
                let mut own = Rng::new(seed, Stream::Reporter, number);
                let (name, _, local) = names::person(&mut own);
                Self::new(&name, &format!("{local}{number}"), "jitaku-mail.example.jp", &mut own)
            }
        }
    }

    fn new(name: &str, local: &str, domain: &str, rng: &mut Rng) -> Self {
        Self {
            name: name.to_owned(),
            mail: format!("{local}@{domain}"),
            domain: domain.to_owned(),
            host: format!("{}.{domain}", rng.pick(&["mx", "web", "srv", "mail"])),
            ip: space::foreign(rng.below_u32(762)),
        }
    }
}

const ADMIN_SITES: &[&str] = &[
    "quietlibrary",
    "kodama-lab",
    "bikeclub",
    "oldmaps",
    "village-archive",
    "astro-society",
    "teahouse",
    "openchoir",
    "shodo-kai",
    "riverwatch",
    "retro-radio",
    "makers-garage",
    "hill-observatory",
    "kitchen-garden",
    "go-salon",
];
