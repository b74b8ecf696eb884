//! Words around a value: do they accuse it, protect it, or only point to it?

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

/// Words that make an address behind them the target or a bystander.
const IP_TARGET: &[&str] = &[
    "dst",
    "dest",
    "target",
    "victim",
    "our server",
    "our ip",
    "our network",
    "our host",
    "our client",
    "our system",
    "our customer",
    "my server",
    "my ip",
    "my host",
    "my network",
    "my w.a.n",
    "my wan",
    "against",
    "attacked host",
    "attacked system",
    "honeypot",
    "sensor",
    "logs are from",
    "daddr",
    "local ip",
    "server ip",
    "our web",
    "on our",
    "hosted at our",
    "located at",
    "->",
    "=>",
    "→",
    "lport",
    "laddr",
    "nameserver",
    "name server",
    "dns server",
    "resolver",
    "gateway",
    "redirect",
    "legitimate",
    "original site",
    "addresses were attacked",
    "were attacked",
    "attacked ip",
    "helo=",
    "to ip",
    "towards",
    "destination",
    "received by",
    "our node",
    "reporter",
    "reported by",
    "reporting ip",
    "targeting",
    "被害",
    "宛先",
    "攻撃先",
    "弊社サーバ",
    "当社サーバ",
    "当方",
    "標的",
    "server address",
    "protected",
    "c2",
    "c&c ip",
    "ours",
    "host attacked",
    "attacked our",
    "attacks on",
    "attacking ",
];

/// Words that accuse the address behind them.
const IP_SOURCE: &[&str] = &[
    "src",
    "source",
    "attacker",
    "attacking ip",
    "offend",
    "from",
    "originat",
    "infected",
    "abusive",
    "abusing",
    "abuser",
    "ip address",
    "ip-address",
    "ipaddress",
    "ip addr",
    "ips:",
    "ip:",
    "ip :",
    "ip(s)",
    "ips ",
    "rhost",
    "saddr",
    "remote",
    "banned",
    "blocked",
    "suspicious ip",
    "malicious ip",
    "hosted on",
    "hosted at",
    "hosting ip",
    "reported ip",
    "ip of",
    "host ip",
    "listed",
    "perpetrator",
    "infringing ip",
    "client",
    "intruder",
    "sender ip",
    "sending ip",
    "your ip",
    "your server",
    "your network",
    "your client",
    "your customer",
    "host:",
    "associated ip",
    "with ip",
    "resolves to",
    "resolving to",
    "address:",
    "ipv4",
    "ipv6",
    "ip ",
    "compromised",
    "badactor",
    "送信元",
    "攻撃元",
    "接続元",
    "ipアドレス",
    "発信元",
    "アクセス元",
    "貴社",
    "該当ip",
    "ip：",
    "direccion ip",
    "dirección ip",
    "endereço ip",
    "ip-adresse",
    "indirizzo ip",
    "адрес",
    "adresse ip",
    "ip adres",
    "emitting",
    "ddos from",
    "involved",
    "hacker",
];

/// Words behind an address that make it a target.
const IP_TARGET_AFTER: &[&str] =
    &["was attacked", "was scanned", "has been attacked", "were attacked", "(our", "(victim", "(target"];
/// Words behind an address that accuse it.
const IP_SOURCE_AFTER: &[&str] = &[
    "has been",
    "was found",
    "attempted",
    "tried",
    "was observed",
    "is attacking",
    "attacking",
    "has attacked",
    "is being",
    "->",
    "=>",
    "→",
    "is scanning",
    "was blocked",
    "was detected",
    "which is",
    "is hosting",
    "which appears",
    "may be",
    "is infected",
    "からの",
    "より",
];

/// How far the words speak for (positive) or against an address being the accused one.
pub(crate) fn ip(around: Around<'_>) -> i32 {
    // The nearest word decides: `from A to our server B`.
    let target = last(around.before, IP_TARGET);
    let source = last(around.before, IP_SOURCE);
    let mut score = match (source, target) {
        (Some(source), Some(target)) if target >= source => -6,
        (_, None) if source.is_some() => 5,
        (Some(_), Some(_)) => 4,
        (None, Some(_)) => -6,
        _ => 0,
    };
    if around.before.trim_end_matches([' ', '(', '[']).is_empty() && !around.heading.is_empty() {
        let target = last(around.heading, IP_TARGET);
        let source = last(around.heading, IP_SOURCE)
            .or_else(|| last(around.heading, &["attacked our", "following", "below", "hosts"]));
        score += match (source, target) {
            (Some(source), Some(target)) if target > source => -5,
            (Some(_), _) => 5,
            (None, Some(_)) => -5,
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

/// Words that take a URL out of the accusation: it is the original, the evidence, or for information.
const URL_OTHER: &[&str] = &[
    "legitimate",
    "official",
    "original",
    "genuine",
    "authentic",
    "authori",
    "our client",
    "our website",
    "our site",
    "our web",
    "screenshot",
    "evidence",
    "more information",
    "further information",
    "more info",
    "see ",
    "read more",
    "details",
    "copyrighted work",
    "owner",
    "reference",
    "proof",
    "visit",
    "click here",
    "unsubscribe",
    "letter of",
    "power of attorney",
    "please use",
    "report it",
    "law",
    "directive",
    "section",
    "act ",
    "terms",
    "policy",
    "privacy",
    "contact",
    "website:",
    "web:",
    "www:",
    "homepage",
    "www.",
    "by our",
    "abuseipdb",
    "delist",
    "removal",
    "trademark",
    "registration",
    "brand owner",
    "rights holder",
    "right holder",
    "belongs to",
    "property of",
    "learn",
    "documentation",
    "tool",
    "faq",
    "wiki",
    "about this",
    "for more",
    "portal",
    "instead",
    "real site",
    "real website",
    "targeted",
    "targets",
    "target:",
    "against",
    "reported to",
    "login at",
    "log in at",
    "our customer",
    "our brand",
    "公式",
    "正規",
    "本物",
    "詳細は",
    "参照",
    "お問い合わせ",
    "ホームページ",
    "根拠",
    "証拠",
    "confirm",
    "virustotal",
    "urlscan",
    "lookup",
    "respond",
    "ticket",
    "case",
    "track",
    "monitor",
    "such as",
    "including",
    "feed",
    "download the",
    "report content",
    "help",
    "attacked",
    "our server",
    "work:",
    "works:",
    "work(s)",
    "example",
    "sample of",
    "content owned",
    "tested",
    "referer",
    "referrer",
    "redirects to",
    "impersonated",
    "registrar",
    "whois",
];

/// Words that accuse the URL behind them.
const URL_ACCUSED: &[&str] = &[
    "url",
    "uri",
    "link",
    "infring",
    "phish",
    "malicious",
    "fraudulent",
    "fake",
    "hosted at",
    "hosted on",
    "located at",
    "location",
    "reported",
    "offending",
    "abusive",
    "illegal",
    "unauthor",
    "pirat",
    "counterfeit",
    "domain",
    "host:",
    "hostname",
    "site:",
    "website",
    "web site",
    "web page",
    "page:",
    "available at",
    "found at",
    "following",
    "scam",
    "attack at",
    "compromised",
    "remove",
    "take down",
    "takedown",
    "disable",
    "suspend",
    "stream",
    "violat",
    "malware",
    "content",
    "resource",
    "regarding",
    "source",
    "identified",
    "spamvert",
    "de-register",
    "フィッシング",
    "偽",
    "侵害",
    "該当",
    "対象",
    "掲載",
    "違法",
    "削除",
    "サイト",
    "detected",
    "address",
    "redirection",
    "suspicious",
    "deceptive",
    "impersonating",
    "target url",
    "clone",
    "copied",
];

/// How far the words speak for (positive) or against a URL being the accused one.
pub(crate) fn url(around: Around<'_>) -> i32 {
    let other = last(around.before, URL_OTHER);
    let accused = last(around.before, URL_ACCUSED);
    let mut score = match (accused, other) {
        (Some(accused), Some(other)) if other >= accused => -5,
        (Some(_), _) => 4,
        (None, Some(_)) => -5,
        _ => 0,
    };
    let alone =
        around.before.trim_matches([' ', '\t', '-', '*', '•', '.', ')', '(', '>', '"', '#', '|', '·', '<', ',']).len()
            <= 3;
    if alone {
        let other = last(around.heading, URL_OTHER);
        let accused = last(around.heading, URL_ACCUSED);
        score += match (accused, other) {
            (Some(accused), Some(other)) if other >= accused => -4,
            (Some(_), _) => 5,
            (None, Some(_)) => -4,
            _ => 1,
        };
    }
    score
}

/// Where the last of `words` stands in `text`, as the end of the match.
fn last(text: &str, words: &[&str]) -> Option<usize> {
    if text.is_empty() {
        return None;
    }
    words
        .iter()
        .filter_map(|word| {
            let at = text.rfind(word)?;
            // Short Latin words must begin a word: `src` is not in `crscr`.
            let starts = word.len() > 4
                || !word.as_bytes()[0].is_ascii_alphabetic()
                || at == 0
                || !text.as_bytes()[at - 1].is_ascii_alphabetic();
            starts.then_some(at + word.len())
        })
        .max()
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
        ] {
            assert_eq!(ip(around(before, after, heading)) > 0, positive, "{before} | {heading}");
        }
    }

    #[test]
    fn urls() {
        for (before, heading, positive) in [
            ("phishing url: ", "", true),
            ("our official website is ", "", false),
            ("for more information see ", "", false),
            ("", "the infringing material is at:", true),
            ("", "the original works are at:", false),
        ] {
            assert_eq!(url(around(before, "", heading)) > 0, positive, "{before} | {heading}");
        }
    }
}
