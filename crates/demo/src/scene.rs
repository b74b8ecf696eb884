//! Everything a style knows when it writes one report.

use jiff::Timestamp;
use model::Category;

use crate::mime::Mail;
use crate::reporter::Reporter;
use crate::rng::Rng;
use crate::stamp::{self, Zone};
use crate::target::Target;
use crate::truth::Expect;

/// Address that all mails are sent to.
pub(crate) const DESK: &str = "abuse@provider.example";

/// One report about to be written.
pub(crate) struct Scene<'a> {
    pub(crate) rng: Rng,
    /// The same for all reports of one incident.
    pub(crate) story: Rng,
    pub(crate) category: Category,
    pub(crate) target: &'a Target,
    pub(crate) event: Timestamp,
    pub(crate) written: Timestamp,
    pub(crate) received: Timestamp,
    pub(crate) zone: Zone,
    pub(crate) reporter: Reporter,
    /// Number of the report; makes every Message-ID and report id unique.
    pub(crate) number: usize,
    /// When the same was reported before, if it was.
    pub(crate) earlier: Option<Timestamp>,
    /// Answers of the style: what to expect, and what the text states.
    pub(crate) expect: Expect,
    pub(crate) states_time: bool,
    pub(crate) states_port: bool,
}

const BRANDS: &[(&str, &str)] = &[
    ("つくよ銀行", "Tsukuyo Bank"),
    ("ほしまちカード", "Hoshimachi Card"),
    ("かぜはや便", "Kazehaya Express"),
    ("みずうみショップ", "Mizuumi Shop"),
    ("いちょうペイ", "Icho Pay"),
];

impl Scene<'_> {
    /// A mail with the headers of transport and identity.
    pub(crate) fn mail(&mut self, subject: &str) -> Mail {
        let Reporter { name, mail, domain, host, ip } = &self.reporter;
        let (name, mail, host, ip) = (name.clone(), mail.clone(), host.clone(), *ip);
        let id = format!("<{:016x}.{}@{domain}>", self.rng.next(), self.number);
        let ip = if ip.is_ipv4() { ip.to_string() } else { format!("IPv6:{ip}") };
        let received = format!(
            "from {host} ({host} [{ip}])\r\n\tby mx1.provider.example (Postfix) with ESMTPS id {:010X}\r\n\tfor <{DESK}>; {}",
            self.rng.next() >> 24,
            stamp::JST.mail(self.received)
        );
        Mail::new(self.rng.next())
            .header("Received", &received)
            .header("Message-ID", &id)
            .header("Date", &self.zone.mail(self.written))
            .address("From", &name, &mail)
            .header("To", DESK)
            .header("Subject", subject)
            .header("MIME-Version", "1.0")
    }

    /// The accused address as text.
    pub(crate) fn ip(&self) -> String {
        self.target.ip.to_string()
    }

    /// What a subject line calls the accused: mailbox, site or address.
    pub(crate) fn accused(&self) -> String {
        let target = self.target;
        target.account.clone().or_else(|| target.host.clone()).unwrap_or_else(|| self.ip())
    }

    /// The site, or the bare address of a host.
    pub(crate) fn host(&self) -> String {
        match (&self.target.host, self.target.ip) {
            (Some(host), _) => host.clone(),
            (None, std::net::IpAddr::V6(ip)) => format!("[{ip}]"),
            (None, ip) => ip.to_string(),
        }
    }

    /// `count` URLs of this incident, the same ones for every reporter.
    pub(crate) fn urls(&self, count: usize) -> Vec<String> {
        let paths = paths(self.category);
        let mut story = self.story.clone();
        let scheme = if story.chance(500) && self.target.host.is_some() { "https" } else { "http" };
        let port = if self.target.host.is_none() && story.chance(300) { ":1080" } else { "" };
        let start = story.below(paths.len());
        (0..count.min(paths.len()))
            .map(|n| format!("{scheme}://{}{port}{}", self.host(), paths[(start + n) % paths.len()]))
            .collect()
    }

    /// The first URL of this incident.
    pub(crate) fn url(&self) -> String {
        self.urls(1).pop().unwrap_or_default()
    }

    /// The abused brand: Japanese and English.
    pub(crate) fn brand(&self) -> (&'static str, &'static str) {
        let mut story = self.story.clone();
        story.next();
        story.pick(BRANDS)
    }

    /// A number of this incident between two bounds.
    pub(crate) fn figure(&self, low: u32, high: u32) -> u32 {
        let mut story = self.story.clone();
        story.next();
        story.next();
        story.between(low, high)
    }

    /// Says in the truth that the source port stands in the text, and gives it.
    pub(crate) const fn port(&mut self) -> u16 {
        self.states_port = true;
        self.target.port
    }

    /// A sentence about an earlier report, or nothing.
    pub(crate) fn again_en(&self) -> String {
        self.earlier.map_or_else(String::new, |at| {
            format!("\nWe wrote to you about this before ({}); it has started again.\n", self.zone.plain(at))
        })
    }

    /// The same in Japanese.
    pub(crate) fn again_ja(&self) -> String {
        self.earlier.map_or_else(String::new, |at| {
            format!("\nなお、{}にも同じ件でご連絡しましたが、再発しております。\n", stamp::JST.ja_day(at))
        })
    }
}

/// hxxp and bracketed dots, in one of the ways people do it.
pub(crate) fn defang(url: &str, rng: &mut Rng) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let (host, path) = rest.split_once('/').map_or((rest, String::new()), |(host, path)| (host, format!("/{path}")));
    let scheme = scheme.replacen("tt", "xx", 1);
    let dot = rng.pick(&["[.]", "[.]", "(.)", "[dot]"]);
    format!("{scheme}://{}{path}", host.replace('.', dot))
}

/// Paths that are typical of a category.
fn paths(category: Category) -> &'static [&'static str] {
    match category {
        Category::Phishing | Category::SuspiciousRegistration => &[
            "/wp-includes/js/signin/",
            "/wp-content/uploads/mypage/login.php",
            "//account/verify/index.html",
            "/~web/secure/update.cgi",
            "/.well-known/card/auth.html",
            "/images/kit01/myaccount/signin/",
        ],
        Category::Malware => {
            &["/wp-content/uploads/invoice_0412.zip", "/files/setup_update.exe", "/js/loader.js", "/tmp/bins/arm7"]
        }
        Category::RemoteCompromise => {
            &["/wp-content/themes/old/404.php", "/cgi-bin/upload/x.php", "/index.html", "/images/.cache/sh.php"]
        }
        Category::Fraud | Category::Impersonation => {
            &["/shop/", "/products/list.php?category=7", "/cart/order.php", "/company.html", "/campaign/"]
        }
        Category::ExposedData => &["/backup/db.sql", "/customers.csv", "/.git/config"],
        Category::Defamation | Category::Harassment => {
            &["/board/thread/118", "/blog/archives/204.html", "/diary/?p=77"]
        }
        Category::BrandInfringement => &["/brand/bags/", "/shop/wallet.html", "/outlet/new/"],
        Category::Obscene | Category::Csam => &["/gallery/0032.html", "/movie/sample/", "/board/img/"],
        _ => &["/comics/vol12.zip", "/video/ep05.mp4", "/novel/full.html", "/album/track03.mp3", "/photo/large/55.jpg"],
    }
}
