//! Which of the values found are accused.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::candidates::{Candidate, Context, Findings, Spot, Value, excerpt};
use super::confidence::{Evidence, PLAIN};
use super::forms;
use crate::extract::{ip, time, url};

/// The accused, with the confidence of each.
pub(crate) struct Chosen {
    pub(crate) accused: Vec<(Candidate, f32)>,
    pub(crate) found: Findings,
}

/// Registrable domains that reports link to for information, never to accuse them as a whole: registries, lookup
/// tools, lists, standards, laws, archives.
const REFERENCES: &[&str] = &[
    "abuseipdb.com",
    "abuse.ch",
    "arin.net",
    "ripe.net",
    "apnic.net",
    "lacnic.net",
    "afrinic.net",
    "iana.org",
    "icann.org",
    "ietf.org",
    "rfc-editor.org",
    "w3.org",
    "spamhaus.org",
    "spamcop.net",
    "shadowserver.org",
    "virustotal.com",
    "urlscan.io",
    "phishtank.com",
    "safebrowsing.google.com",
    "cisa.gov",
    "us-cert.gov",
    "nist.gov",
    "mitre.org",
    "cve.org",
    "wikipedia.org",
    "archive.org",
    "schema.org",
    "xarf.org",
    "x-arf.org",
    "abusix.com",
    "abusix.org",
    "mipassoc.org",
    "blocklist.de",
    "fail2ban.org",
    "copyright.gov",
    "europa.eu",
    "legislation.gov.uk",
    "openxmlformats.org",
    "microsoft.com",
    "mozilla.org",
    "domaintools.com",
    "whois.com",
    "who.is",
    "dnslytics.com",
    "talosintelligence.com",
    "cert.org",
    "first.org",
    "enisa.europa.eu",
    "jpcert.or.jp",
    "ipa.go.jp",
    "antiphishing.jp",
    "apwg.org",
    "fonts.googleapis.com",
    "fonts.gstatic.com",
    "imdb.com",
    "nic.ad.jp",
    "shodan.io",
    "censys.io",
    "dnschecker.org",
    "mxtoolbox.com",
    "gnupg.org",
    "openresolverproject.org",
    "sucuri.net",
    "lumendatabase.org",
    "sectigo.com",
    "digicert.com",
    "google.com",
    "facebook.com",
    "twitter.com",
    "linkedin.com",
    "instagram.com",
    "youtube.com",
    "x.com",
    "apple.com",
    "github.com",
    "wordpress.org",
    "torproject.org",
    "team-cymru.com",
    "honeynet.org",
    "projecthoneypot.org",
    "isc.org",
    "cert-bund.de",
    "wipo.int",
    "uspto.gov",
    "tmdn.org",
    "inpit.go.jp",
    "ipo.gov.uk",
    "dpma.de",
    "inpi.fr",
    "kipris.or.kr",
    "gdpr-info.eu",
    "law.cornell.edu",
    "creativecommons.org",
    "companieshouse.gov.uk",
    "spamhaus.com",
    "uceprotect.net",
    "barracudacentral.org",
    "any.run",
    "hybrid-analysis.com",
    "ipinfo.io",
    "bgp.he.net",
    "securitytrails.com",
    "openntpproject.org",
    "themoviedb.org",
    "play.google.com",
    "apps.apple.com",
    "bsi.bund.de",
];

static KNOWN_REFERENCES: LazyLock<HashSet<&str>> = LazyLock::new(|| REFERENCES.iter().copied().collect());

/// Whether a host belongs to a place that reports only point to. Content on a subdomain of a free host is not meant.
pub(crate) fn is_reference(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let domain = url::registrable(&host);
    KNOWN_REFERENCES.contains(host.as_str())
        || (KNOWN_REFERENCES.contains(domain)
            && !["sites.google.com", "docs.google.com", "drive.google.com", "storage.google.com"]
                .contains(&host.as_str()))
}

/// Least score of an accused value.
const LEAST: i32 = 3;

/// Least score of a link that may still be meant if the report names no other: weaker is what is plainly not accused.
const WORST: i32 = -3;

/// Chooses the accused.
pub(crate) fn choose(mut found: Findings, context: &Context) -> Chosen {
    let candidates = std::mem::take(&mut found.candidates);
    let (ips, links): (Vec<_>, Vec<_>) = candidates.into_iter().partition(|one| matches!(one.value, Value::Ip(_)));
    let (urls, hosts): (Vec<_>, Vec<_>) = links.into_iter().partition(|one| matches!(one.value, Value::Url(_)));
    let spoken = ips.iter().any(|one| one.depth == 0 && one.best >= PLAIN);
    let mut ips = addresses(if spoken { own_words(ips) } else { ips });
    let mut urls = lifted(urls, &hosts);
    if spoken {
        urls.retain(|one| one.depth == 0 || one.best > LEAST + 1);
    }
    forms::proofs(&mut urls, &hosts);
    forms::spelt_out(&mut urls, &hosts);
    forms::disguised(&mut urls, &hosts);
    let rest = unspoken(&urls, ips.is_empty());
    let mut links = links_of(urls, 4);
    let mut is_last_resort = false;
    if links.is_empty() {
        links = named(hosts, context);
        let about_content = context.is_content() && context.category != model::Category::Unknown;
        if links.is_empty() && (about_content || context.asks_removal && ips.is_empty()) {
            let mut rest = rest;
            if !ips.is_empty() {
                // Beside an accused address the writer's own site is rather where it happened.
                rest.retain(|one| !one.is_at(|host| context.is_writer(host)));
            }
            links = last_resort(rest);
            is_last_resort = true;
        }
    } else {
        // A table names the host of each address beside it, and a list may mix names with URLs.
        let mixed = forms::mixed(&links, &hosts);
        links.extend(hosts.into_iter().filter(|one| one.in_table || mixed.contains(&one.value)));
    }
    forms::papers(&mut links);
    forms::redundant(&mut links);
    if ips.is_empty() {
        ips = literal_hosts(&links);
    }
    let wants_hop = ips.is_empty() && (links.is_empty() || !context.is_content());
    let mut accused = weighed(ips, links, is_last_resort);
    if wants_hop {
        accused.extend(hop(&found, context).map(|one| (one, Evidence::Hop.sure())));
    }
    Chosen { accused, found }
}

/// Bare names are the accused only where the report is about content or a table lists them.
fn named(hosts: Vec<Candidate>, context: &Context) -> Vec<Candidate> {
    if context.is_content() || hosts.iter().any(|one| one.in_table) {
        let mut named = links_of(hosts, 3);
        // Where names are set off, those in running text are told beside.
        let set_off = |one: &Candidate| one.listed || one.in_subject || one.in_table;
        if named.iter().any(|one| one.listed && one.best >= PLAIN) {
            named.retain(set_off);
        }
        named
    } else if context.is_spam() {
        // Who sends or is advertised may be called by name: then in so many words.
        links_of(hosts.into_iter().filter(|one| one.best >= PLAIN).collect(), 3)
    } else {
        // Nobody disguises the name of the attacked.
        hosts.into_iter().filter(|one| one.defanged && one.listed && one.best >= LEAST).collect()
    }
}

/// Who passes a report on says himself which address it is about; what the mails inside name besides is not his claim.
fn own_words(mut ips: Vec<Candidate>) -> Vec<Candidate> {
    ips.retain(|one| one.depth == 0);
    ips
}

/// The addresses that accused URLs have instead of a name.
fn literal_hosts(urls: &[Candidate]) -> Vec<Candidate> {
    let mut seen = HashSet::new();
    let literal = |one: &Candidate| {
        let Value::Url(text) = &one.value else { return None };
        let ip = url::host(text).and_then(ip::parse).filter(|ip| ip::is_public(*ip) && seen.insert(*ip))?;
        Some(Candidate { value: Value::Ip(ip), row_mates: vec![one.value.clone()], ..one.clone() })
    };
    urls.iter().filter_map(literal).collect()
}

fn addresses(ips: Vec<Candidate>) -> Vec<Candidate> {
    let top = ips.iter().map(|one| one.best).max().unwrap_or(0);
    let in_table = ips.iter().any(|one| one.in_table);
    let least = if in_table {
        7
    } else if top >= 11 {
        8
    } else if top >= 8 {
        6
    } else {
        LEAST.min(top).max(1)
    };
    let slots: HashSet<u64> =
        ips.iter().filter(|one| one.best >= PLAIN).flat_map(|one| one.slots.iter().copied()).collect();
    let beside = |one: &Candidate| one.best >= LEAST && one.slots.iter().any(|slot| slots.contains(slot));
    let ips = without_legend(ips);
    ips.into_iter()
        .filter(|one| (one.best >= least || beside(one)) && !(one.worst <= -4 && one.best <= 8 && !one.in_table))
        .collect()
}

/// Most addresses of a report whose legend is looked for.
const MAX_LEGEND: usize = 50;

/// Without the addresses that a line only explains a name by: `gw = 192.0.2.1` under the log of the machine `gw`.
fn without_legend(mut ips: Vec<Candidate>) -> Vec<Candidate> {
    if !(2..=MAX_LEGEND).contains(&ips.len()) {
        return ips;
    }
    let logs: Vec<String> = ips.iter().filter(|one| one.text.contains("]: ")).map(|one| one.text.clone()).collect();
    ips.retain(|one| {
        let Value::Ip(ip) = &one.value else { return true };
        let Some((before, _)) = one.text.split_once(&ip.to_string()) else { return true };
        let name = before.trim_end().trim_end_matches(['=', ':', '(', '（', 'は']).trim();
        let is_name = name.len() < before.trim_end().len()
            && (2..=30).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        !(is_name && logs.iter().any(|log| log.split(' ').any(|word| word == name)))
    });
    ips
}

/// Least score of a name that says which site is meant.
const NAMED: i32 = 4;

/// URLs of a site that is accused by name: the name says which site, the URLs say where.
fn lifted(mut urls: Vec<Candidate>, hosts: &[Candidate]) -> Vec<Candidate> {
    let named: Vec<&str> = hosts
        .iter()
        .filter(|one| one.best >= NAMED && !one.in_table)
        .filter_map(|one| match &one.value {
            Value::Host(host) => Some(url::registrable(host)),
            _ => None,
        })
        .take(100)
        .collect();
    if named.is_empty() {
        return urls;
    }
    for one in &mut urls {
        let Value::Url(text) = &one.value else {
            continue;
        };
        if one.best > -5 && url::host(text).is_some_and(|host| named.contains(&url::registrable(host))) {
            // What is accused already needs no more than a little lift over its neighbours.
            one.best = if one.best >= LEAST { one.best + 2 } else { one.best.max(0) + 6 };
        }
    }
    urls
}

fn links_of(links: Vec<Candidate>, gap: i32) -> Vec<Candidate> {
    let top = links.iter().map(|one| one.best).max().unwrap_or(0);
    let least = LEAST.max(top - gap);
    links.into_iter().filter(|one| one.best >= least).collect()
}

/// Links that nothing speaks for; those that something speaks against only where nothing else is accused.
fn unspoken(urls: &[Candidate], alone: bool) -> Vec<Candidate> {
    let quiet: Vec<Candidate> = urls.iter().filter(|one| (0..LEAST).contains(&one.best)).take(20).cloned().collect();
    if !quiet.is_empty() || !alone {
        return quiet;
    }
    let mut doubtful = urls.iter().filter(|one| (WORST..LEAST).contains(&one.best) && one.depth == 0);
    match (doubtful.next(), doubtful.next()) {
        (Some(only), None) => vec![only.clone()],
        _ => Vec::new(),
    }
}

/// A report about content has to name it: the best of what nothing speaks for.
fn last_resort(rest: Vec<Candidate>) -> Vec<Candidate> {
    let top = rest.iter().map(|one| one.best).max().unwrap_or(0);
    rest.into_iter().filter(|one| one.best == top).collect()
}

/// Adds the figure of each accused value.
fn weighed(ips: Vec<Candidate>, links: Vec<Candidate>, last_resort: bool) -> Vec<(Candidate, f32)> {
    let of_ip = Evidence::of_addresses(ips.iter(), links.iter().any(|link| !link.in_table));
    let of_link = if last_resort { vec![Evidence::LastResort; links.len()] } else { Evidence::of_links(links.iter()) };
    let all = ips.into_iter().chain(links);
    all.zip(of_ip.into_iter().chain(of_link)).map(|(one, evidence)| (one, evidence.sure())).collect()
}

/// The first hop from outside of the mail that is complained about.
fn hop(found: &Findings, context: &Context) -> Option<Candidate> {
    let outside = found.hops.iter().find(|(_, _, text)| !crate::trace::is_internal(text));
    let trapped =
        context.trapped.map(|ip| (ip, Spot { section: usize::MAX, line: 0, row: 0, depth: 0 }, ip.to_string()));
    let (ip, spot, text) = outside.or(found.hops.first()).or(trapped.as_ref())?;
    // The receiving server wrote the time behind the last semicolon (RFC 5321, section 4.4).
    let at = text.rsplit_once(';').and_then(|(_, date)| time::parse(date, &context.clock));
    let written = ip.to_string();
    let bytes = text.find(&written).map_or(0..0, |start| start..start + written.len());
    let (text, span) = excerpt(text, bytes);
    Some(Candidate {
        value: Value::Ip(*ip),
        best: 5,
        spoken: 5,
        worst: 5,
        in_subject: false,
        in_text: true,
        defanged: false,
        listed: false,
        in_table: false,
        times_seen: 1,
        spot: *spot,
        span,
        depth: spot.depth,
        port: None,
        at,
        first: None,
        target: None,
        transport: None,
        count: None,
        text,
        row_mates: Vec::new(),
        contacts: Vec::new(),
        slots: Vec::new(),
    })
}
