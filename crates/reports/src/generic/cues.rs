//! Words around a value: do they accuse it, protect it, or only point to it?
//!
//! The nearest word decides, but a noun never overrules an adjective: in "our official web site:" it is `official` that
//! counts. All words are found in one pass over a short window.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

/// The words in front of a value up to the value before it, lower case, and those behind it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Around<'a> {
    /// In front, at most 80 bytes, on the same line.
    pub(crate) before: &'a str,
    /// Behind, at most 50 bytes, on the same line.
    pub(crate) after: &'a str,
    /// The heading over the line, if it is an item under one.
    pub(crate) heading: &'a str,
}

/// What a word says about the value behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    /// The value is accused.
    Accused,
    /// The value belongs to the victim, or is evidence, or for information.
    Other,
    /// Rather not accused.
    Weak,
    /// Only what kind of value it is.
    Noun,
}

use Says::{Accused, Noun, Other, Weak};

const IP_WORDS: &[(Says, &[&str])] = &[
    (
        Other,
        &[
            "dst", "dest", "target", "victim", "our server", "our ip", "our network", "our host", "our client", "our system",
            "our customer", "my server", "my ip", "my host", "my network", "my w.a.n", "my wan", "against", "attacked host",
            "attacked system", "attacked server", "honeypot", "sensor", "logs are from", "daddr", "local ip", "server ip", "our web",
            "on our", "hosted at our", "->", "=>", "→", "lport", "laddr", "lip=", "nameserver", "name server", "dns server",
            "resolver", "gateway", "legitimate", "were attacked", "attacked ip", "to ip", "towards", "destination",
            "received by", "our node", "reporter", "reported by", "reporting ip", "attacking ", "被害", "宛先", "攻撃先", "弊社サーバ",
            "当社サーバ", "当方", "標的", "server address", "protected", "attacks on", "attacked our", "being scanned", "being probed",
            "scanned ip", "attacked from your network", "designates", "flood on", "permitted", "client-ip", "network:", "subnet",
            "destino", "attacked hosts", "attacked by your", "targeting", "toward", "cidr", "our machine", "my machine", "own ip",
            "our address", "logged by", "listening on", "ip of the server", "server's ip", "vhost", "our firewall", "to:", "hostname:",
        ],
    ),
    (
        Accused,
        &[
            "src", "source", "attacker", "attacking ip", "offend", "from", "originat", "infected", "abusive", "abusing", "abuser",
            "rhost", "saddr", "remote", "banned", "blocked", "suspicious", "malicious", "hosted on", "hosted at", "hosting",
            "reported ip", "perpetrator", "infringing", "client ", "intruder", "sender", "sending", "your ip", "your server",
            "your network", "your client", "your customer", "resolves to", "resolving to", "compromised", "badactor", "送信元", "攻撃元",
            "接続元", "発信元", "アクセス元", "貴社", "御社", "該当", "emitting", "involved", "hacker", "attacked our", "have attacked",
            "culprit", "rip=", "remote_addr", "abuse report", "abuse from", "origen", "origem", "listed", "phish", "fraudulent", "spam",
            "complaint", "attack by", "attacks by", "botnet", "under your", "following ip", "ip(s)", "offender", "registered",
        ],
    ),
    (
        Noun,
        &[
            "ip address", "ip-address", "ipaddress", "ip addr", "ips:", "ip:", "ip :", "ips ", "host ip", "with ip", "address:",
            "ipv4", "ipv6", "ip ", "ip=", "host:", "ipアドレス", "ip：", "ip-adresse", "indirizzo ip", "адрес", "adresse ip", "ip adres",
            "associated ip", "dirección ip", "endereço ip", "server:", "hosts", "following", "below", "アドレス", "address", "ips",
        ],
    ),
];

const URL_WORDS: &[(Says, &[&str])] = &[
    (
        Other,
        &[
            "legitimate", "official", "original", "genuine", "authentic", "our client", "our website", "our site", "our web",
            "our page", "our company", "our channel", "screenshot", "more information", "further information", "more info", "read more", "more details",
            "copyrighted work", "copyrighted material", "proof", "click here", "unsubscribe", "letter of", "power of attorney", "report it", "policy",
            "privacy", "by our", "delist", "belongs to", "property of", "documentation", "faq", "wiki", "about this", "for more",
            "real site", "real website", "targeted brand", "公式", "正規", "本物", "詳細は", "参照", "お問い合わせ", "ホームページ", "my site",
            "my website", "virustotal", "urlscan", "lookup", "ticket", "download the", "report content", "redirects to", "redirect to",
            "redirecting to", "redirected to", "impersonated", "owned by", "content owned", "works:", "work(s)", "work:", "referer", "referrer", "original work",
            "infringed url", "infringed work", "being infringed", "infringed upon", "targeted website", "target website", "authorization", "authorisation",
            "authority to", "the real", "evidence screenshot", "evidence:", "evidence link", "example(s)", "examples of", "example of our", "details here", "instructions",
            "how to", "guide", "disinfectant", "website of our", "site of our", "official site", "official website", "brand website", "brand owner", "brand url", "rights holder",
            "right holder", "copyright holder", "trademark owner", "customer portal", "appeal", "respond at", "reply at", "form at", "form:", "via our", "check:", "check at",
            "terms of", "in accordance", "under section", "pursuant", "convention", "directive", "removal request form", "counter", "confirm", "resource center", "tools", "learn more",
            "see http", "see:", "refer to", "reference:", "references", "source:", "source :", "(source", "found on", "loa", "poa",
        ],
    ),
    (
        Weak,
        &[
            "evidence", "see ", "details", "owner", "reference", "visit", "please use", "law", "section", "act ", "terms", "contact",
            "web:", "www:", "w:", "homepage", "trademark", "registration", "instead", "targets", "target:", "against", "reported to",
            "login at", "log in at", "our customer", "our brand", "根拠", "証拠", "respond", "case", "track", "monitor", "such as", "feed",
            "help", "attacked", "our server", "sample of", "tested", "registrar", "whois", "portal", "logo", "facebook", "twitter", "linkedin", "instagram", "youtube",
            "image", "icon", "like ", "domain of", "behalf", "client,", "company", "brand:", "bank (", "group (",
        ],
    ),
    (
        Accused,
        &[
            "infring", "phish", "malicious", "fraudulent", "fake", "offending", "abusive",
            "illegal", "unauthor", "pirat", "counterfeit", "scam", "attack at", "compromised", "remove", "take down", "takedown", "disable",
            "suspend", "stream", "violat", "malware", "spamvert", "de-register", "フィッシング", "偽", "侵害", "該当", "対象", "掲載", "違法", "削除",
            "suspicious", "deceptive", "impersonating", "clone", "copied", "defac", "spam", "abuse", "obfuscated",
            "problem url", "bad url", "in your network", "on your", "your server", "your network", 
            "hosting the", 
            "shut down", "block ", "distribut", "webshell", "exploit", "leak",
        ],
    ),
    (
        Noun,
        &[
            "hosted at", "hosted on", "reported", "detected", "affected", "url(s)", "full url", "hosted by", "identified", "found at", "located at", "available at", "appears at", "appears on", "accessible at", "following url", "following link", "following site", "following domain", "following website", "following location", "following address", "following content", "these url", "listed below", "incident", "url", "uri", "link", "location", "domain", "host:", "hostname", "site", "web page", "webpage", "page", "following", "content",
            "resource", "regarding", "source", "address", "サイト", "ページ", "リンク", "below", "website", "hosted",
        ],
    ),
];

struct Cues {
    matcher: Option<AhoCorasick>,
    /// Of each pattern: what it says, and whether it must begin a word.
    says: Vec<(Says, bool)>,
}

impl Cues {
    fn new(words: &[(Says, &[&str])]) -> Self {
        let all: Vec<(Says, &str)> = words
            .iter()
            .flat_map(|(says, words)| words.iter().map(move |word| (*says, *word)))
            .collect();
        Self {
            matcher: AhoCorasick::new(all.iter().map(|(_, word)| word)).ok(),
            says: all
                .iter()
                // Latin words must begin a word: `our network` is not in `your network`.
                .map(|(says, word)| (*says, word.as_bytes()[0].is_ascii_alphabetic()))
                .collect(),
        }
    }

    /// Where the last word of each sort ends.
    fn last(&self, text: &str) -> [Option<usize>; 4] {
        let mut ends = [None; 4];
        let Some(matcher) = self.matcher.as_ref().filter(|_| !text.is_empty()) else {
            return ends;
        };
        for found in matcher.find_overlapping_iter(text) {
            let Some((says, begins)) = self.says.get(found.pattern().as_usize()) else {
                continue;
            };
            if *begins && found.start() > 0 && text.as_bytes()[found.start() - 1].is_ascii_alphanumeric() {
                continue;
            }
            let slot = &mut ends[*says as usize];
            *slot = (*slot).max(Some(found.end()));
        }
        ends
    }
}

static IP_CUES: LazyLock<Cues> = LazyLock::new(|| Cues::new(IP_WORDS));
static URL_CUES: LazyLock<Cues> = LazyLock::new(|| Cues::new(URL_WORDS));

const IP_TARGET_AFTER: &[&str] = &[
    "was attacked", "was scanned", "has been attacked", "were attacked", "(our", "(victim", "(target", "(dest", "is our", "was targeted",
];
const IP_SOURCE_AFTER: &[&str] = &[
    "has been", "was found", "attempted", "tried", "was observed", "is attacking", "attacking", "has attacked", "is being", "->", "=>",
    "→", "is scanning", "was blocked", "was detected", "which is", "is hosting", "which appears", "may be", "is infected", "からの", "より",
    "attacked", "has tried", "is trying", "performed", "is listed", "added to",
];

/// How far the words speak for (positive) or against an address being the accused one.
pub(crate) fn ip(around: Around<'_>) -> i32 {
    let [accused, other, _, noun] = IP_CUES.last(around.before);
    let mut score = match (accused, other) {
        (Some(accused), Some(other)) if other >= accused => -6,
        (Some(_), _) => 5,
        (None, Some(_)) => -6,
        // `ip: …` says nothing by itself if the heading speaks of targets.
        (None, None) if noun.is_some() => match IP_CUES.last(around.heading) {
            [accused, Some(other), ..] if about_addresses(around.heading) && accused.is_none_or(|accused| other >= accused) => -6,
            _ => 5,
        },
        _ => 0,
    };
    if around.before.trim_matches(|c: char| !c.is_alphanumeric()).is_empty() && !around.heading.is_empty() {
        let [accused, other, _, noun] = IP_CUES.last(around.heading);
        score += match (accused, other) {
            (Some(accused), Some(other)) if other >= accused => -5,
            (Some(_), _) => 5,
            (None, Some(_)) => -5,
            (None, None) if noun.is_some() => 4,
            _ => 1,
        };
    }
    let behind = around.after.trim_start();
    if IP_TARGET_AFTER.iter().any(|word| behind.starts_with(word)) {
        score -= 5;
    } else if score <= 0 && IP_SOURCE_AFTER.iter().any(|word| behind.starts_with(word)) {
        score += 4;
    }
    score
}

/// Whether a heading opens a list of addresses.
fn about_addresses(heading: &str) -> bool {
    heading.ends_with(':') && [" ips", " ip ", "address", "target", "hosts"].iter().any(|word| heading.contains(word))
}

const URL_OTHER_AFTER: &[&str] = &["(official", "(legit", "is the legit", "is the official", "is our", "(our", "(original", "is the original", "(real"];

/// How far the words speak for (positive) or against a URL being the accused one.
pub(crate) fn url(around: Around<'_>) -> i32 {
    let mut score = weigh_url(around.before, 0);
    let alone = around.before.trim_matches(|c: char| !c.is_alphanumeric()).len() <= 2;
    if alone {
        score += weigh_url(around.heading, 1);
    }
    if URL_OTHER_AFTER.iter().any(|word| around.after.trim_start().starts_with(word)) {
        score -= 6;
    }
    score
}

fn weigh_url(text: &str, nothing: i32) -> i32 {
    let [accused, other, weak, noun] = URL_CUES.last(text);
    match (accused, other) {
        (Some(accused), Some(other)) if other >= accused => -5,
        (Some(_), Some(_)) => 3,
        (None, Some(_)) => -5,
        (Some(accused), None) if weak.is_some_and(|weak| weak > accused) => 2,
        (Some(_), None) => 5,
        (None, None) => match (weak, noun) {
            (Some(_), Some(_)) => -1,
            (Some(_), None) => -4,
            (None, Some(_)) => 4,
            (None, None) => nothing,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around<'a>(before: &'a str, after: &'a str, heading: &'a str) -> Around<'a> {
        Around { before, after, heading }
    }

    #[test]
    fn addresses() {
        for (before, after, heading, positive) in [
            ("an attack from ", " to our server", "", true),
            ("from 203.0.113.1 to our server ", "", "", false),
            ("source ip: ", "", "", true),
            ("destination ip address: ", "", "", false),
            ("", "", "the following systems have attacked our systems:", true),
            ("", "", "the following addresses were attacked from your network:", false),
            ("送信元ipアドレス：", "", "", true),
            ("", " -> ", "", true),
            ("ip address: ", "", "", true),
        ] {
            assert_eq!(ip(around(before, after, heading)) > 0, positive, "{before} | {heading}");
        }
        assert_eq!(ip(around(" ", ";", "attacker ip source:")), 5);
    }

    #[test]
    fn urls() {
        for (before, heading, positive) in [
            ("phishing url: ", "", true),
            ("our official website url is ", "", false),
            ("for more information see ", "", false),
            ("", "the infringing material is at:", true),
            ("", "the original works are at the following urls:", false),
            ("url: ", "", true),
            ("", "material that is infringing above trademark:", true),
        ] {
            assert_eq!(url(around(before, "", heading)) > 0, positive, "{before} | {heading}");
        }
    }
}
