//! Lists that are asked by DNS (RFC 5782), and the http:BL of Project Honey Pot: the names that are asked, what the answers
//! mean, and whether a list is healthy. Pure: who asks is elsewhere.

use std::net::{IpAddr, Ipv4Addr};

use serde::Serialize;

/// The name under which a list knows an address: octets or nibbles backwards, in front of the zone (RFC 5782, sections 2.1
/// and 2.4).
pub fn question(address: IpAddr, zone: &str) -> String {
    let zone = zone.trim_matches('.');
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, c, d] = address.octets();
            format!("{d}.{c}.{b}.{a}.{zone}.")
        }
        IpAddr::V6(address) => {
            let nibbles = address.octets().into_iter().rev().flat_map(|octet| [octet & 15, octet >> 4]);
            let mut name: String =
                nibbles.filter_map(|nibble| char::from_digit(nibble.into(), 16)).flat_map(|n| [n, '.']).collect();
            name.push_str(zone);
            name.push('.');
            name
        }
    }
}

/// The name under which http:BL knows an address; nothing for IPv6, which it does not know, and for what is no key (twelve
/// letters).
pub fn httpbl_question(key: &str, address: IpAddr, zone: &str) -> Option<String> {
    let IpAddr::V4(_) = address.to_canonical() else { return None };
    let is_key = key.len() == 12 && key.bytes().all(|byte| byte.is_ascii_lowercase());
    is_key.then(|| format!("{key}.{}", question(address, zone)))
}

/// What the addresses of an answer mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "answer")]
pub enum Meaning {
    /// It is not listed.
    Clear,
    /// It is listed, with these codes, ascending.
    Listed {
        /// What the list answers with, each once.
        codes: Vec<Ipv4Addr>,
    },
    /// The list does not answer this asker: too many questions, an open resolver, no key. Never a listing.
    Refused {
        /// The code that says so.
        code: Ipv4Addr,
    },
    /// An answer that no list gives: somebody in between answers for names that do not exist.
    Nonsense {
        /// The address.
        code: Ipv4Addr,
    },
}

/// What an answer for a question about a `zone` means; no address at all is NXDOMAIN.
///
/// Lists answer within 127.0.0.0/8 (RFC 5782, section 2.1). 127.255.255.0/24 is how several tell the asker of a mistake of
/// his own, and 127.0.0.1 is how the lists of names do; by RFC 5782, section 5, no list has 127.0.0.1 in it, and none may
/// answer with it for a listing.
pub fn meaning(zone: &str, answer: &[Ipv4Addr]) -> Meaning {
    let mut codes = answer.to_vec();
    codes.sort_unstable();
    codes.dedup();
    if let Some(code) = codes.iter().copied().find(|code| !code.is_loopback()) {
        return Meaning::Nonsense { code };
    }
    if let Some(code) = codes.iter().copied().find(|code| is_refusal(zone, *code)) {
        return Meaning::Refused { code };
    }
    codes.retain(|code| !is_praise(zone, *code));
    if codes.is_empty() { Meaning::Clear } else { Meaning::Listed { codes } }
}

fn is_refusal(zone: &str, code: Ipv4Addr) -> bool {
    let [_, b, c, d] = code.octets();
    // HostKarma alone praises with 127.0.0.1.
    (b, c) == (255, 255)
        || (code == Ipv4Addr::LOCALHOST && zone != "hostkarma.junkemailfilter.com")
        || (zone == "dbl.spamhaus.org" && (b, c, d) == (0, 1, 255))
}

/// Codes by which a list says good or nothing, as its maker documents them.
fn is_praise(zone: &str, code: Ipv4Addr) -> bool {
    let last = code.octets()[3];
    match zone {
        "hostkarma.junkemailfilter.com" => matches!(last, 1 | 5),
        "z.mailspike.net" => (14..=20).contains(&last),
        _ => false,
    }
}

/// Whether a list can be believed (RFC 5782, section 5): 127.0.0.2 must be in it, 127.0.0.1 must not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Health {
    /// It answers as it must.
    Healthy,
    /// It lists nothing, not even its test entry: it ended, or its name did.
    Dead,
    /// It lists everything, as lists do that want to be asked no more.
    ListsAll,
    /// It does not answer this asker.
    Refuses,
    /// Somebody in between answers for it.
    Spoofed,
}

/// The health that the answers for 127.0.0.2 and 127.0.0.1 show.
pub fn health(zone: &str, two: &[Ipv4Addr], one: &[Ipv4Addr]) -> Health {
    match (meaning(zone, two), meaning(zone, one)) {
        (Meaning::Nonsense { .. }, _) | (_, Meaning::Nonsense { .. }) => Health::Spoofed,
        (Meaning::Refused { .. }, _) | (_, Meaning::Refused { .. }) => Health::Refuses,
        (_, Meaning::Listed { .. }) => Health::ListsAll,
        (Meaning::Clear, Meaning::Clear) => Health::Dead,
        (Meaning::Listed { .. }, Meaning::Clear) => Health::Healthy,
    }
}

/// What http:BL says of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct HttpBl {
    /// Days since it was seen last; for a search engine its serial number instead.
    pub days: u8,
    /// How grave, 0 to 255, each 25 ten times as much.
    pub threat: u8,
    /// Kinds, as bits: 1 suspicious, 2 harvester, 4 comment spammer; 0 is a search engine.
    pub kinds: u8,
}

impl HttpBl {
    /// Decodes an answer `127.days.threat.kind`; nothing for what is none.
    pub fn decode(answer: Ipv4Addr) -> Option<Self> {
        let [127, days, threat, kinds] = answer.octets() else { return None };
        (kinds <= 7).then_some(Self { days, threat, kinds })
    }

    /// Whether it is a search engine, which is no accusation.
    pub const fn is_search_engine(self) -> bool {
        self.kinds == 0
    }

    /// The kinds by name.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let kinds = self.kinds;
        let all = [(1, "suspicious"), (2, "harvester"), (4, "comment-spammer")];
        all.into_iter().filter(move |(bit, _)| kinds & bit != 0).map(|(_, name)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(all: &[&str]) -> Vec<Ipv4Addr> {
        all.iter().map(|code| code.parse().unwrap()).collect()
    }

    #[test]
    fn addresses_are_asked_backwards() {
        let ask = |address: &str| question(address.parse().unwrap(), "dnsbl.example.org.");
        assert_eq!(ask("192.0.2.7"), "7.2.0.192.dnsbl.example.org.");
        assert_eq!(ask("::ffff:192.0.2.7"), "7.2.0.192.dnsbl.example.org.");
        let nibbles = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.";
        assert_eq!(ask("2001:db8::1"), format!("{nibbles}dnsbl.example.org."));
        let bl = |key: &str, address: &str| httpbl_question(key, address.parse().unwrap(), "dnsbl.example.org");
        assert_eq!(bl("abcdefghijkl", "192.0.2.7").as_deref(), Some("abcdefghijkl.7.2.0.192.dnsbl.example.org."));
        assert_eq!(bl("short", "192.0.2.7"), None);
        assert_eq!(bl("abcdefghijkl", "2001:db8::1"), None);
    }

    #[test]
    fn a_refusal_is_never_a_listing() {
        let said = |zone: &str, answer: &[&str]| meaning(zone, &codes(answer));
        let listed = |all: &[&str]| Meaning::Listed { codes: codes(all) };
        assert_eq!(said("zen.spamhaus.org", &[]), Meaning::Clear);
        assert_eq!(
            said("zen.spamhaus.org", &["127.0.0.4", "127.0.0.2", "127.0.0.2"]),
            listed(&["127.0.0.2", "127.0.0.4"])
        );
        for code in ["127.255.255.252", "127.255.255.254", "127.255.255.255", "127.0.0.1"] {
            let refused = Meaning::Refused { code: code.parse().unwrap() };
            assert_eq!(said("zen.spamhaus.org", &[code]), refused);
            assert_eq!(said("zen.spamhaus.org", &["127.0.0.2", code]), refused, "even beside a listing");
        }
        assert!(matches!(said("dbl.spamhaus.org", &["127.0.1.255"]), Meaning::Refused { .. }));
        assert!(matches!(said("dnsbl.example.org", &["192.0.2.80"]), Meaning::Nonsense { .. }));
        assert_eq!(said("hostkarma.junkemailfilter.com", &["127.0.0.1"]), Meaning::Clear);
        assert_eq!(said("hostkarma.junkemailfilter.com", &["127.0.0.1", "127.0.0.2"]), listed(&["127.0.0.2"]));
        assert_eq!(said("z.mailspike.net", &["127.0.0.18"]), Meaning::Clear);
        assert_eq!(said("z.mailspike.net", &["127.0.0.10"]), listed(&["127.0.0.10"]));
    }

    #[test]
    fn the_test_entries_tell_whether_a_list_lives() {
        let is = |two: &[&str], one: &[&str]| health("dnsbl.example.org", &codes(two), &codes(one));
        assert_eq!(is(&["127.0.0.2"], &[]), Health::Healthy);
        assert_eq!(is(&[], &[]), Health::Dead);
        assert_eq!(is(&["127.0.0.2"], &["127.0.0.2"]), Health::ListsAll);
        assert_eq!(is(&["127.255.255.254"], &["127.255.255.254"]), Health::Refuses);
        assert_eq!(is(&["192.0.2.80"], &["192.0.2.80"]), Health::Spoofed);
    }

    #[test]
    fn every_octet_of_http_bl_is_decoded() {
        let decode = |text: &str| HttpBl::decode(text.parse().unwrap());
        assert_eq!(decode("127.1.20.1"), Some(HttpBl { days: 1, threat: 20, kinds: 1 }));
        let all = decode("127.255.200.7").unwrap();
        assert_eq!(all.names().collect::<Vec<_>>(), ["suspicious", "harvester", "comment-spammer"]);
        assert!(decode("127.0.5.0").unwrap().is_search_engine());
        assert_eq!(decode("192.0.2.1"), None);
        assert_eq!(decode("127.1.20.64"), None);
    }
}
