//! Takes the reporter out of lines of evidence before a customer sees them.
//!
//! Whatever names a machine or a person is dropped unless it is the customer's own: a list of what may stay, not of what must
//! go, because reporters are named in more ways than anybody can list. Free prose is never passed on; only lines that look
//! like a log (a clock time and the customer's own address, site or account) are.

use std::net::{IpAddr, SocketAddr};

use text::wording::{defang_host, defang_url};

/// What stands where something was taken out.
const GAP: &str = "[…]";
/// Longest line that is looked at, characters.
const MAX_LINE: usize = 500;

/// What may stay, and what must go in any spelling.
#[derive(Debug, Clone, Default)]
pub(crate) struct Redactor {
    /// The customer's addresses.
    pub(crate) addresses: Vec<IpAddr>,
    /// The customer's host names, lower case.
    pub(crate) hosts: Vec<String>,
    /// The customer's accounts and mailboxes, lower case.
    pub(crate) accounts: Vec<String>,
    /// Names of the reporters: person, organisation, domain; lower case.
    names: Vec<String>,
}

impl Redactor {
    /// Also takes out whatever of `text` (a name, a domain, the local part of an address) is long enough to name somebody.
    pub(crate) fn hide(&mut self, text: &str) {
        let separators =
            |c: char| c.is_whitespace() || matches!(c, '@' | '.' | ',' | '"' | '(' | ')' | '<' | '>' | '/');
        let long_enough = |word: &&str| {
            let ascii = word.is_ascii();
            word.chars().count() >= if ascii { 4 } else { 2 }
        };
        for word in text.split(separators).filter(long_enough) {
            let word = word.to_lowercase();
            // Words of the trade do not name anybody, and without them no line could be read.
            let common = ["abuse", "mail", "noreply", "security", "report", "reports", "example", "fail2ban", "admin"];
            let own = self.hosts.iter().any(|host| host.split('.').any(|label| label == word));
            if !common.contains(&word.as_str()) && !own && !self.names.contains(&word) {
                self.names.push(word);
            }
        }
    }

    /// `line` without the reporter's side, if it is a line of evidence about this customer.
    pub(crate) fn evidence(&self, line: &str) -> Option<String> {
        let line: String = refang(line).chars().filter(|c| !c.is_control()).take(MAX_LINE).collect();
        (line.split_whitespace().any(has_clock_time) && self.names_customer(&line)).then(|| self.clean(&line))
    }

    fn names_customer(&self, line: &str) -> bool {
        words(line).any(|(_, word)| self.keeps(trim(word)).is_some_and(|kept| kept))
    }

    /// The line with gaps for whatever names a machine or person other than the customer's.
    fn clean(&self, line: &str) -> String {
        let line = without_log_host(line);
        let mut clean = String::with_capacity(line.len());
        for (separators, word) in words(&line) {
            clean.push_str(separators);
            let core = trim(word);
            let rest = &word[core.len()..];
            match self.keeps(core) {
                Some(true) if core.contains("://") => clean.push_str(&defang_url(core)),
                Some(true) if address(core).is_none() => {
                    clean.push_str(&defang_host(core));
                }
                Some(true) => clean.push_str(core),
                Some(false) => clean.push_str(GAP),
                None => clean.push_str(&self.without_names(core)),
            }
            clean.push_str(rest);
        }
        clean
    }

    /// Whether `word` names the customer (true), somebody else (false), or nobody (nothing).
    fn keeps(&self, word: &str) -> Option<bool> {
        let lower = word.to_lowercase();
        if self.accounts.contains(&lower) {
            return Some(true);
        }
        if word.contains('@') {
            return Some(false);
        }
        if let Some(ip) = address(word) {
            return Some(self.addresses.contains(&ip));
        }
        if let Some((_, rest)) = word.split_once("://") {
            let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
            let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
            return Some(self.is_own_host(&host.to_lowercase()));
        }
        if looks_like_host(&lower) {
            return Some(self.is_own_host(&lower));
        }
        None
    }

    fn is_own_host(&self, host: &str) -> bool {
        address(host).is_some_and(|ip| self.addresses.contains(&ip))
            || self
                .hosts
                .iter()
                .any(|own| host == own || host.strip_suffix(own.as_str()).is_some_and(|rest| rest.ends_with('.')))
    }

    fn without_names(&self, word: &str) -> String {
        let mut text = word.to_owned();
        for name in &self.names {
            // Lower-casing may change lengths; where it does the text is compared as it stands.
            let lower = text.to_lowercase();
            let haystack = if lower.len() == text.len() { lower } else { text.clone() };
            let hits: Vec<usize> = haystack.match_indices(name.as_str()).map(|(at, _)| at).collect();
            for at in hits.into_iter().rev() {
                if text.is_char_boundary(at) && text.is_char_boundary(at + name.len()) {
                    text.replace_range(at..at + name.len(), GAP);
                }
            }
        }
        text
    }
}

/// The text with common defanging undone, so that nothing hides behind it.
fn refang(text: &str) -> String {
    let mut text = text.replace("[.]", ".").replace("(.)", ".").replace("{.}", ".").replace("[:]", ":");
    for (defanged, plain) in
        [("[dot]", "."), ("(dot)", "."), ("[at]", "@"), ("(at)", "@"), ("[@]", "@"), ("hxxp", "http")]
    {
        text = text.replace(defanged, plain).replace(&defanged.to_ascii_uppercase(), plain);
    }
    text
}

/// `separators word` pairs that together are the line.
fn words(line: &str) -> impl Iterator<Item = (&str, &str)> {
    let separates =
        |c: char| c.is_whitespace() || !c.is_ascii() && !c.is_alphanumeric() || "=,;()<>[]{}\"'|`".contains(c);
    let mut rest = line;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let start = rest.find(|c| !separates(c)).unwrap_or(rest.len());
        let (separators, after) = rest.split_at(start);
        let end = after.find(separates).unwrap_or(after.len());
        let (word, after) = after.split_at(end);
        rest = after;
        Some((separators, word))
    })
}

/// The word without the punctuation of its sentence.
fn trim(word: &str) -> &str {
    word.trim_end_matches(['.', ':', '!', '?', '-'])
}

/// An address, perhaps with a port or a prefix length behind it.
fn address(word: &str) -> Option<IpAddr> {
    let plain = |text: &str| text.parse::<IpAddr>().ok();
    let with_port = || word.parse::<SocketAddr>().ok().map(|socket| socket.ip());
    let with_length = || plain(word.split_once('/')?.0);
    // 203.0.113.7.50025 and 203.0.113.7#53, as tcpdump and BIND write it.
    let with_suffix = || plain(word.rsplit_once(['.', '#', ':'])?.0).filter(IpAddr::is_ipv4);
    plain(word).or_else(with_port).or_else(with_length).or_else(with_suffix).map(|ip| ip.to_canonical())
}

/// A name with dots, or an address written with hyphens as providers do in reverse DNS.
fn looks_like_host(word: &str) -> bool {
    let numbers = word
        .split(['-', '_', '.'])
        .filter(|part| !part.is_empty() && part.len() <= 3 && part.bytes().all(|byte| byte.is_ascii_digit()));
    let hyphens = word.matches('-').count() >= 3 && numbers.count() >= 4;
    let labels: Vec<&str> = word.split('.').collect();
    let tail = labels.last().copied().unwrap_or_default();
    let dotted = labels.len() >= 2
        && tail.chars().count() >= 2
        && tail.chars().all(char::is_alphabetic)
        && labels
            .iter()
            .all(|label| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_'));
    hyphens || dotted
}

/// Whether a token holds a time such as `05:05:08`.
fn has_clock_time(token: &str) -> bool {
    token.as_bytes().windows(8).any(|eight| {
        eight[2] == b':' && eight[5] == b':' && [0, 1, 3, 4, 6, 7].iter().all(|at| eight[*at].is_ascii_digit())
    })
}

/// A line of syslog names the machine that wrote it right behind the time: `Nov 22 05:05:08 gate sshd[77]: …`.
fn without_log_host(line: &str) -> String {
    let tokens: Vec<&str> = line.split(' ').collect();
    let mut clean = tokens.clone();
    for (at, three) in tokens.windows(3).enumerate().take(8) {
        if has_clock_time(three[0]) && three[2].ends_with(':') {
            clean[at + 1] = GAP;
            break;
        }
    }
    clean.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redactor() -> Redactor {
        let mut redactor = Redactor {
            addresses: vec!["203.0.113.7".parse().unwrap(), "2001:db8::7".parse().unwrap()],
            hosts: vec!["shop.example.jp".to_owned()],
            accounts: vec!["info@shop.example.jp".to_owned()],
            ..Redactor::default()
        };
        redactor.hide("Acme Widgets 保安 太郎 <soc@acme-widgets.example.com>");
        redactor
    }

    #[test]
    fn the_customers_side_stays_and_the_reporters_goes() {
        let redactor = redactor();
        for (line, shown) in [
            (
                "Nov 22 05:05:08 gate sshd[77]: Failed password for root from 203.0.113.7 port 50025 ssh2",
                "Nov 22 05:05:08 […] sshd[77]: Failed password for root from 203.0.113.7 port 50025 ssh2",
            ),
            (
                "2026-11-22T05:05:08+09:00 src=203.0.113.7:50025 dst=198.51.100.9:22",
                "2026-11-22T05:05:08+09:00 src=203.0.113.7:50025 dst=[…]",
            ),
            (
                "05:05:08.123 IP 203.0.113.7.50025 > 198.51.100.9.22: Flags [S]",
                "05:05:08.123 IP 203.0.113.7.50025 > […]: Flags [S]",
            ),
            (
                "05:05:08 hxxps://shop[.]example[.]jp/a.php seen by scan-198-51-100-9 of ACME (mail soc@x.example.com)",
                "05:05:08 hxxps://shop[.]example[.]jp/a.php seen by […] of […] (mail […])",
            ),
            (
                "05:05:08 2001:db8::7 -> 2001:db8:ffff::1, relay=mx1.acme-widgets.example.com[198.51.100.9]:25",
                "05:05:08 2001:db8::7 -> […], relay=[…][[…]]:25",
            ),
            ("05:05:08 to info@shop.example.jp 担当 保安太郎", "05:05:08 to info@shop[.]example[.]jp 担当 […][…]"),
        ] {
            let got = redactor.evidence(line).unwrap_or_default();
            assert_eq!(got.replace("[@]", "@"), shown, "{line}");
        }
    }

    #[test]
    fn prose_and_lines_about_others_are_not_evidence() {
        let redactor = redactor();
        for line in [
            "Dear Sirs, I am John Smith and 203.0.113.7 attacked me.",
            "Nov 22 05:05:08 gate sshd[77]: Failed password for root from 192.0.2.55 port 1 ssh2",
            "05:05:08",
            "",
        ] {
            assert_eq!(redactor.evidence(line), None, "{line}");
        }
    }

    #[test]
    fn hostile_lines_do_no_harm() {
        let redactor = redactor();
        for line in [
            "05:05:08 203.0.113.7 İİİ ACME İ",
            "05:05:08 203.0.113.7 \u{0}\u{7}[[[]]]@@@://",
            &"203.0.113.7 05:05:08 ".repeat(999),
        ] {
            let shown = redactor.evidence(line).unwrap();
            assert!(shown.chars().count() <= 1_000 && !shown.chars().any(char::is_control), "{shown}");
        }
    }
}
