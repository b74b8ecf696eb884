//! URLs that stand out by themselves, and paths that intruders and sellers of phishing pages use.

use model::Category;

use super::{Mark, MarkRule};

/// Folders into which intruders put pages: those that programs write, and those in which nobody looks.
const PLANTED: &[&str] = &[
    "/wp-content/",
    "/wp-includes/",
    "/wp-admin/",
    "/.well-known/",
    "/components/com_",
    "/administrator/",
    "/uploads/",
    "/plugins/",
    "/themes/",
    "/modules/",
    "/templates/",
    "/cgi-bin/",
    "/vendor/",
    "/tmp/",
    "/cache/",
    "/.git/",
    "/images/",
    "/sites/default/files/",
    "/user_data/",
];

/// Paths of bought sets of pages, segment by segment, in lower case: `*` stands for any letters within a segment, `{hex}` for
/// a folder of eight or more hexadecimal digits, `{id}` for one that was made up for each victim (six or more letters and
/// digits, three digits at least). A pattern fits any run of segments.
const KITS: &[(&str, Category)] = &[
    ("{hex}/myaccount/signin", Category::Phishing),
    ("{id}/myaccount/signin", Category::Phishing),
    ("customer-*/myaccount", Category::Phishing),
    ("myaccount/websc*", Category::Phishing),
    ("myaccount/signin", Category::Phishing),
    ("{hex}/signin*", Category::Phishing),
    ("{hex}/login*", Category::Phishing),
    ("{hex}/verif*", Category::Phishing),
    ("{hex}/auth*", Category::Phishing),
    ("signin/{hex}", Category::Phishing),
    ("login/{hex}", Category::Phishing),
    ("verify/{hex}", Category::Phishing),
    ("webscr*", Category::Phishing),
    ("customer_center/*", Category::Phishing),
    ("webapps/mpp*", Category::Phishing),
    ("cgi-bin/webscr*", Category::Phishing),
    ("ap/signin*", Category::Phishing),
    ("account/limit*", Category::Phishing),
    ("limited/*", Category::Phishing),
    ("update-billing*", Category::Phishing),
    ("billing/card*", Category::Phishing),
    ("card-verif*", Category::Phishing),
    ("vpass/*", Category::Phishing),
    ("netbanking/login*", Category::Phishing),
    ("ibanking/*", Category::Phishing),
    ("onlinebanking/*", Category::Phishing),
    ("wp-content/*/login*", Category::Phishing),
    ("wp-includes/*/login*", Category::Phishing),
    ("{hex}/*.apk", Category::Malware),
    ("*.exe", Category::Malware),
    ("*.scr", Category::Malware),
    ("gate.php", Category::Botnet),
    ("panel/gate*", Category::Botnet),
];

/// Longest URL that is looked at, and most of its segments.
const MAX_URL: usize = 4_096;
const MAX_SEGMENTS: usize = 64;

/// The folder of intruders in a path in lower case, if there is one.
pub(in crate::playbook) fn is_planted(path: &str) -> Option<&'static str> {
    PLANTED.iter().find(|folder| path.contains(**folder)).copied()
}

/// What stands out in a URL.
pub(super) fn of_url(url: &str) -> Vec<Mark> {
    let mut found = Vec::new();
    let Some((scheme, rest)) = url.split_once("://").filter(|_| url.len() <= MAX_URL) else { return found };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, behind) = rest.split_at(end);
    let path = behind.split(['?', '#']).next().unwrap_or_default().to_lowercase();
    let mut mark = |rule, entry: &str, says| found.push(Mark::new(rule, entry, url, says));
    let host = authority.rsplit('@').next().unwrap_or_default();
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, port.parse::<u16>().ok()),
        _ => (host, None),
    };
    if name.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok() {
        mark(MarkRule::BareAddress, name, None);
    }
    if let Some(port) = port.filter(|port| !matches!((scheme, port), ("http", 80) | ("https", 443) | ("ftp", 21))) {
        mark(MarkRule::OddPort, &port.to_string(), None);
    }
    if path.contains("//") {
        mark(MarkRule::DoubleSlash, "//", None);
    }
    if let Some(folder) = is_planted(&path) {
        mark(MarkRule::CmsFolder, folder, None);
    }
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).take(MAX_SEGMENTS).collect();
    let hidden = |segment: &&&str| segment.starts_with('.') && !matches!(**segment, "." | ".." | ".well-known");
    if let Some(segment) = segments.iter().find(hidden) {
        mark(MarkRule::HiddenFolder, segment, None);
    }
    // The first that fits: the table goes from the particular to the general.
    if let Some((pattern, says)) = KITS.iter().find(|(pattern, _)| fits(pattern, &segments)) {
        mark(MarkRule::KitPath, pattern, Some(*says));
    }
    found
}

fn fits(pattern: &str, segments: &[&str]) -> bool {
    let wanted: Vec<&str> = pattern.split('/').collect();
    segments.windows(wanted.len()).any(|run| run.iter().zip(&wanted).all(|(segment, wanted)| fits_one(wanted, segment)))
}

fn fits_one(wanted: &str, segment: &str) -> bool {
    let digits = segment.bytes().filter(u8::is_ascii_digit).count();
    match wanted {
        "{hex}" => segment.len() >= 8 && digits >= 1 && segment.bytes().all(|b| b.is_ascii_hexdigit()),
        "{id}" => segment.len() >= 6 && digits >= 3 && segment.bytes().all(|b| b.is_ascii_alphanumeric()),
        "*" => true,
        _ => match wanted.split_once('*') {
            Some((start, end)) => {
                segment.len() >= start.len() + end.len() && segment.starts_with(start) && segment.ends_with(end)
            }
            None => segment == wanted,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// URLs of the kinds that an abuse desk gets: bare addresses, odd ports, folders without a name, content management
    /// systems, paths of bought pages. All hosts and names are made up.
    const SEEN: &[(&str, &[&str])] = &[
        ("http://192.0.2.7:1080/secure/", &["bare-address:192.0.2.7", "odd-port:1080"]),
        ("http://192.0.2.7/", &["bare-address:192.0.2.7"]),
        ("http://[2001:db8::7]:8081/x", &["bare-address:[2001:db8::7]", "odd-port:8081"]),
        ("http://www.example.com//bank/", &["double-slash://"]),
        ("http://shop.example.jp/wp-includes/pomo/jp/", &["cms-folder:/wp-includes/"]),
        ("http://shop.example.jp/wp-content/uploads/2026/a/login.html", &["cms-folder:/wp-content/"]),
        (
            "http://blog.example.net/wp-content/x/login.php",
            &["cms-folder:/wp-content/", "kit-path:wp-content/*/login*"],
        ),
        ("http://www.example.org/a0ef45c799/myaccount/signin/", &["kit-path:{hex}/myaccount/signin"]),
        ("http://www.example.org/IDQQ11A204/myaccount/signin", &["kit-path:{id}/myaccount/signin"]),
        (
            "http://example.com:8080//customer_center/customer-IDQQ11A204/myaccount/signin/",
            &["odd-port:8080", "double-slash://", "kit-path:customer-*/myaccount"],
        ),
        ("http://example.com/customer_center/home/", &["kit-path:customer_center/*"]),
        ("https://example.net/0123456789abcdef/login.php?x=1", &["kit-path:{hex}/login*"]),
        ("https://example.net/cgi-bin/webscr?cmd=_login", &["cms-folder:/cgi-bin/", "kit-path:webscr*"]),
        ("https://example.net/images/.x/index.php", &["cms-folder:/images/", "hidden-folder:.x"]),
        ("https://example.net/.well-known/acme/", &["cms-folder:/.well-known/"]),
        ("http://203.0.113.9/bins/a.exe", &["bare-address:203.0.113.9", "kit-path:*.exe"]),
        ("http://user:pw@192.0.2.9:8443/", &["bare-address:192.0.2.9", "odd-port:8443"]),
        ("https://www.example.com:443/contact", &[]),
        ("http://www.example.com/news/2026/04/signin-to-our-event", &[]),
    ];

    #[test]
    fn what_stands_out_in_a_url_is_named_with_its_rule() {
        for (url, expected) in SEEN {
            let found: Vec<String> = of_url(url).iter().map(|mark| format!("{}:{}", mark.rule, mark.entry)).collect();
            assert_eq!(found, *expected, "{url}");
        }
    }

    #[test]
    fn hostile_urls_cost_little() {
        let deep = format!("http://example.com/{}", "0123456789abcdef/".repeat(100_000));
        assert!(of_url(&deep).is_empty());
        for url in ["", "://", "http://", "http://:80", "http://[::", "http://a/\u{130}\u{130}//", "x://@:/?#"] {
            let _ = of_url(url);
        }
    }

    #[test]
    fn every_pattern_is_in_lower_case_and_reachable() {
        for (at, (pattern, _)) in KITS.iter().enumerate() {
            assert_eq!(pattern.to_lowercase(), *pattern);
            assert!(!KITS[..at].iter().any(|(earlier, _)| earlier == pattern), "{pattern} is there twice");
        }
    }
}
