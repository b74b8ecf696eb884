//! Undoing what reporters do so that nobody clicks: `hxxp`, `[.]`, `(dot)`, `[:]//`; and what Japanese input methods do:
//! full-width digits, dots and colons.

use std::borrow::Cow;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::{url, width};

/// Cheap test before any work: does the text hold any defanged form?
static MARKS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build([
            "[", "{", "(dot", "(.", "hxx", "h**p", "h__p", "htxtp", "httx", "_._", "<.>", "\\.", " dot ", "meow://",
            "tcp://", "@@", "hXX", "(:)", "&#",
        ])
        .ok()
});

/// Schemes as they are written by reporters, longest first; matched without case.
const SCHEMES: &[(&str, &str)] = &[
    ("hxxps", "https"),
    ("hxxp", "http"),
    ("hxtps", "https"),
    ("hxtp", "http"),
    ("htxps", "https"),
    ("htxp", "http"),
    ("htxtps", "https"),
    ("htxtp", "http"),
    ("httxs", "https"),
    ("h**ps", "https"),
    ("h**p", "http"),
    ("h__ps", "https"),
    ("h__p", "http"),
    ("meows", "https"),
    ("meow", "http"),
];

/// The text with defanged and full-width forms undone, line structure kept.
pub fn refang(text: &str) -> Cow<'_, str> {
    let narrowed = width::narrow(text);
    // Blanks in URLs, so that they are no links: a custom of Japanese writers, and of some machines.
    let gaps = || memchr::memmem::find_iter(narrowed.as_bytes(), b" .");
    let japanese = !narrowed.is_ascii();
    let spaced = if japanese { gaps().next().is_some() } else { gaps().any(|at| is_apart(&narrowed, at)) };
    if !spaced && !MARKS.as_ref().is_some_and(|marks| marks.is_match(narrowed.as_ref())) {
        return narrowed;
    }
    let mut out = String::with_capacity(narrowed.len());
    let bytes = narrowed.as_bytes();
    let mut copied = 0;
    let mut at = 0;
    // In a host that a blank was taken out of: more of them are meant so, too.
    let host = |b: &u8| b.is_ascii_alphanumeric() || *b == b'-';
    let apart = |from: usize, at: usize| {
        from >= 2 && bytes[from - 2..from] == *b" ." && at > from && bytes[from..at].iter().all(host)
    };
    while let Some(next) = bytes[at..].iter().position(|byte| MAY_BEGIN[usize::from(*byte)]) {
        at += next;
        if !goes_on(bytes[at], bytes.get(at + 1), spaced) {
            at += 1;
            continue;
        }
        let step = match bytes[at] {
            b'[' | b'(' | b'{' | b'<' => bracket(&narrowed, at),
            b'h' | b'H' | b'm' | b'M' => scheme(&narrowed, at),
            b'_' if narrowed[at..].starts_with("_._") => Some((at + 3, ".")),
            // `https://www .example .com`: blanks, put in so that it is no link.
            b' ' if spaced
                && bytes.get(at + 1) == Some(&b'.')
                && word(bytes.get(at + 2))
                && (japanese && in_url(&narrowed[..at]) || apart(copied, at) || is_apart(&narrowed, at)) =>
            {
                Some((at + 2, "."))
            }
            b' ' if spaced && apart(copied, at) && bytes.get(at + 1) == Some(&b'/') && word(bytes.get(at + 2)) => {
                Some((at + 2, "/"))
            }
            b'\\' if bytes.get(at + 1) == Some(&b'.') && word(bytes.get(at + 2)) => Some((at + 2, ".")),
            _ => None,
        };
        let Some((end, replacement)) = step else {
            at += 1;
            continue;
        };
        let mut start = at;
        let mut end = end;
        if !replacement.starts_with("http") {
            // `example [.] com`: the blanks belong to the mark, if both sides are words.
            let left = narrowed[copied..start].trim_end_matches(' ');
            let right = narrowed[end..].trim_start_matches(' ');
            let near = left.as_bytes().last().is_some_and(|&b| word(Some(&b)) || b == b':' || b == b'/' || b == b']');
            if near && right.bytes().next().is_some_and(|b| word(Some(&b)) || b"/[({".contains(&b)) {
                start = copied + left.len();
                end = narrowed.len() - right.len();
            }
        }
        out.push_str(&narrowed[copied..start]);
        out.push_str(replacement);
        copied = end;
        at = end;
    }
    out.push_str(&narrowed[copied..]);
    Cow::Owned(out)
}

/// Whether a disguise may begin with a byte.
static MAY_BEGIN: [bool; 256] = {
    let mut table = [false; 256];
    let mut first = b"[({<hHmM_ \\".as_slice();
    while let [byte, rest @ ..] = first {
        table[*byte as usize] = true;
        first = rest;
    }
    table
};

/// Whether a disguise may go on with `next` behind its first byte: most letters and blanks are told from one by this.
fn goes_on(first: u8, next: Option<&u8>, spaced: bool) -> bool {
    match (first, next) {
        (b' ', next) => spaced && matches!(next, Some(b'.' | b'/')),
        (b'_' | b'\\', next) => next == Some(&b'.'),
        (b'h' | b'H', next) => matches!(next, Some(b'x' | b'X' | b't' | b'T' | b'*' | b'_')),
        (b'm' | b'M', next) => matches!(next, Some(b'e' | b'E')),
        _ => true,
    }
}

/// Whether the last word of `text` is the beginning of a URL, up to its host.
fn in_url(text: &str) -> bool {
    let start = text.rfind(|c: char| c.is_whitespace()).unwrap_or(0);
    let last = &text[start..];
    // What was joined already stands behind blanks of its own.
    let joined = last.trim_start().starts_with('.') && !last.contains('/') && text[..start].contains("://");
    joined || last.split_once("://").is_some_and(|(_, host)| !host.is_empty() && !host.contains(['/', '.']))
}

/// Whether the blank at `at` parts the host of a URL, which is none without what stands behind it:
/// `http://www.example .com/a`.
fn is_apart(text: &str, at: usize) -> bool {
    let before = text.get(at.saturating_sub(80)..at).unwrap_or("");
    let Some((_, host)) = before.rsplit(char::is_whitespace).next().and_then(|last| last.rsplit_once("://")) else {
        return false;
    };
    let behind = text.get(at + 1..).unwrap_or("");
    let end = behind.bytes().take(80).take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-')).count();
    let rest = behind.get(..end).unwrap_or("").trim_end_matches('.');
    !host.is_empty() && !url::is_host_name(host) && url::is_host_name(&format!("{host}{rest}"))
}

fn word(byte: Option<&u8>) -> bool {
    byte.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'-' || *b >= 0x80)
}

/// A bracketed mark at `at`: its end and what it stands for.
fn bracket(text: &str, at: usize) -> Option<(usize, &'static str)> {
    let bytes = text.as_bytes();
    let close = match bytes[at] {
        b'[' => b']',
        b'(' => b')',
        b'{' => b'}',
        _ => b'>',
    };
    let window = &bytes[at + 1..bytes.len().min(at + 12)];
    let end = window.iter().position(|&b| b == close)?;
    let inside = window[..end].trim_ascii();
    let stands_for = match inside {
        b"." | b"," => ".",
        b":" => ":",
        b"/" => "/",
        b"://" => "://",
        b":/" => ":/",
        b"//" => "//",
        _ if inside.eq_ignore_ascii_case(b"dot") || inside.eq_ignore_ascii_case(b"punto") => ".",
        _ if inside.eq_ignore_ascii_case(b"http") && bytes[at] == b'[' => "http",
        _ if inside.eq_ignore_ascii_case(b"https") && bytes[at] == b'[' => "https",
        _ if inside.eq_ignore_ascii_case(b"www") && bytes[at] == b'[' => "www",
        _ => {
            // `[.com]`, `[.co.jp]`: the dot and what follows it, in one bracket.
            return None;
        }
    };
    Some((at + 1 + end + 1, stands_for))
}

/// A disguised scheme at `at`.
fn scheme(text: &str, at: usize) -> Option<(usize, &'static str)> {
    let bytes = text.as_bytes();
    if at > 0 && bytes[at - 1].is_ascii_alphanumeric() {
        return None;
    }
    let rest = &bytes[at..];
    let (name, real) = SCHEMES
        .iter()
        .find(|(name, _)| rest.len() > name.len() && rest[..name.len()].eq_ignore_ascii_case(name.as_bytes()))?;
    let after = text.get(at + name.len()..)?.trim_start_matches(' ');
    if after.starts_with([':', '[', '/']) {
        return Some((text.len() - after.len(), real));
    }
    // `hxxp go [dot] example`: no colon at all.
    let gap = text.len() - after.len() > at + name.len();
    (gap && after.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric()))
        .then_some((text.len() - after.len(), if *real == "https" { "https://" } else { "http://" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_defanging_is_undone() {
        for (text, plain) in [
            ("hxxp://www.example[.]com/a", "http://www.example.com/a"),
            ("hXXps[:]//example[dot]com", "https://example.com"),
            ("https[:]//example(.)com/x", "https://example.com/x"),
            ("http [://] example [.] online", "http://example.online"),
            ("192[.]0[.]2[.]9", "192.0.2.9"),
            ("192 [.] 0 [.] 2 [.] 9 and", "192.0.2.9 and"),
            ("hXXp go [dot] example [dot] com/a", "http://go.example.com/a"),
            ("htXtp://example.com/", "http://example.com/"),
            ("h**p://example.com/", "http://example.com/"),
            ("example_._com", "example.com"),
            ("https://example _._ com/a", "https://example.com/a"),
            ("２０３．０．１１３．５", "203.0.113.5"),
            ("「https://www .example .com/a .b」", "「https://www.example.com/a .b」"),
            ("「https://www.example .com」", "「https://www.example .com」"),
            ("2001[:]db8::1", "2001:db8::1"),
            ("http://shop .example.com/a (192.0.2.1)", "http://shop.example.com/a (192.0.2.1)"),
            ("hxxps://shop .example .co .uk /a.htm", "https://shop.example.co.uk/a.htm"),
            ("see http://www.example.com .Then go", "see http://www.example.com .Then go"),
        ] {
            assert_eq!(refang(text), plain, "{text}");
        }
    }

    #[test]
    fn ordinary_brackets_stay() {
        for text in ["see [1] and (a) or {x}", "IP [192.0.2.1]", "a (dotted) line", "phone_._"] {
            let out = refang(text);
            assert!(out.contains('[') || out.contains('(') || out.contains('.'), "{out}");
        }
        assert_eq!(refang("IP [192.0.2.1]"), "IP [192.0.2.1]");
    }
}
