//! URLs and host names in text, and the one form in which they are compared.

use super::Found;

/// Longest URL kept.
const MAX_URL: usize = 8 << 10;

/// Schemes that are accused in reports.
const SCHEMES: &[&str] = &["http", "https", "ftp", "ftps", "rtmp", "rtsp", "magnet", "acestream", "sop", "ws", "wss"];

/// Every URL in `line`, left to right; `www.` names without a scheme count.
pub fn scan(line: &str, found: &mut Vec<Found<String>>) {
    let bytes = line.as_bytes();
    let mut from = 0;
    while let Some(at) = next_colon(bytes, from) {
        let letters = bytes[from..at].iter().rev().take(12).take_while(|b| b.is_ascii_alphabetic()).count();
        let scheme = line[at - letters..at].to_ascii_lowercase();
        // `URLhttp://` and `http://` in a run of letters: the scheme is the end of the run.
        // `ttp://`: the first letter is left off so that nobody clicks, as on Japanese boards.
        if matches!(scheme.as_str(), "ttp" | "ttps") {
            let start = at - letters;
            let end = tail(line, at + 3);
            if has_host(&line[at + 3..end]) {
                found.push(Found { value: canonical(&format!("h{}", &line[start..end])), start, end });
            }
            from = end.max(at + 3);
            continue;
        }
        let Some(known) = SCHEMES.iter().filter(|known| scheme.ends_with(*known)).max_by_key(|known| known.len())
        else {
            from = at + 3;
            continue;
        };
        let start = at - known.len();
        let end = tail(line, at + 3);
        if end > at + 3 && has_host(&line[at + 3..end]) {
            let text = &line[start..end];
            found.push(Found { value: unwrapped(text).unwrap_or_else(|| served(text)), start, end });
        }
        from = end.max(at + 3);
    }
}

/// Where the next `://` stands; a colon is rare enough to be looked for alone.
fn next_colon(bytes: &[u8], from: usize) -> Option<usize> {
    memchr::memchr_iter(b':', &bytes[from..]).map(|at| from + at).find(|at| bytes[*at..].starts_with(b"://"))
}

/// Where a URL that was begun ends: at a blank or delimiter, without closing punctuation.
///
/// A URL is ASCII (RFC 3986 section 2); what else touches it is the sentence going on, as Japanese does without a
/// blank. Only a host name may be written in its own script.
fn tail(line: &str, from: usize) -> usize {
    let mut end = from;
    let mut open = 0_i32;
    let mut in_host = true;
    for (offset, c) in line[from..].char_indices() {
        let stop = match c {
            '/' | '?' | '#' => {
                in_host = false;
                false
            }
            '(' => {
                open += 1;
                false
            }
            ')' => {
                open -= 1;
                open < 0
            }
            '<' | '>' | '"' | '`' | '|' | '\\' | '^' | '{' | '}' => true,
            // An address literal may be bracketed, and so may the name of a parameter; any other bracket ends the URL.
            '[' => offset != 0 && !is_array(&line[from + offset..]),
            ']' => !line[from..from + offset].contains('['),
            c if c.is_ascii() => c.is_whitespace() || c.is_control(),
            c => !(in_host && c.is_alphanumeric() && host_goes_on(&line[from + offset..])),
        };
        if stop || offset > MAX_URL {
            break;
        }
        end = from + offset + c.len_utf8();
    }
    let text = &line[from..end];
    let bare = text.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '_']);
    // `https://example.com/_`: a page of this name, unless the sign opens an emphasis in front of the URL, too.
    if text[bare.len()..].starts_with('_') && bare.ends_with('/') && !line[..from].contains(" _") {
        return from + bare.len() + 1;
    }
    from + bare.len()
}

/// `[]=` and `[key]=`: an array in a query string.
fn is_array(rest: &str) -> bool {
    let inside =
        rest.as_bytes().iter().skip(1).take(24).take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    matches!(rest.as_bytes().get(1 + inside..3 + inside), Some(b"]=" | b"]["))
}

/// Whether letters of another script are followed by the dot of a host name.
fn host_goes_on(rest: &str) -> bool {
    let mut behind = rest.chars().take(64).skip_while(|c| c.is_alphanumeric() || *c == '-');
    behind.next() == Some('.') && behind.next().is_some_and(char::is_alphanumeric)
}

/// Whether what stands behind `://` begins with a name with a dot or an address.
fn has_host(rest: &str) -> bool {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    authority.contains(['.', '[']) && !authority.starts_with('.')
}

/// Mail filters and trackers that put a link of their own in front of the real one: the end of their host name, and the
/// parameter that holds the real one.
const WRAPPERS: &[(&str, &str)] = &[
    ("safelinks.protection.outlook.com", "url"),
    ("safelinks.protection.office365.us", "url"),
    ("linkprotect.cudasvc.com", "a"),
    ("urldefense.proofpoint.com", "u"),
    ("clicktime.symantec.com", "u"),
    ("protect2.fireeye.com", "u"),
    ("protection.sophos.com", "u"),
    ("url.emailprotection.link", "url"),
    ("www.google.com/url", "q"),
    ("l.facebook.com/l.php", "u"),
];

/// The URL inside one that a mail filter has wrapped.
fn unwrapped(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("://")?;
    let host = host(text)?.to_ascii_lowercase();
    if host.ends_with("urldefense.com") || host.ends_with("urldefense.us") {
        let inner = rest.split_once("/v3/__")?.1;
        let inner = inner.split("__;").next()?.trim_end_matches('_');
        return inner.contains("://").then(|| served(inner));
    }
    let (place, query) = rest.split_once('?')?;
    let (_, parameter) = WRAPPERS.iter().find(|(wrapper, _)| match wrapper.split_once('/') {
        Some((name, path)) => host == name && place.ends_with(path),
        None => host.ends_with(wrapper),
    })?;
    let inner = query.split('&').find_map(|pair| pair.split_once('=').filter(|(name, _)| name == parameter))?.1;
    // Version 2 of the first of these filters escapes with hyphens and writes slashes as underscores.
    let inner = if host.ends_with("proofpoint.com") && place.contains("/v2/") {
        percent_decoded(&inner.replace('-', "%").replace('_', "/"))
    } else {
        percent_decoded(inner)
    };
    inner.contains("://").then(|| served(&inner))
}

/// Percent escapes undone (RFC 3986 section 2.1); broken ones stay.
pub(crate) fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = (bytes[at] == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten()
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        if let Some(code) = code {
            out.push(code);
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// A URL with scheme and host in lower case; everything behind the host as it stands.
pub fn canonical(text: &str) -> String {
    let text = text.trim();
    let Some((scheme, rest)) = text.split_once("://") else {
        let host = text.split(['/', '?', '#']).next().unwrap_or(text);
        return format!("{}{}", host.to_lowercase(), &text[host.len()..]);
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    format!("{}://{}{}", scheme.to_ascii_lowercase(), authority.to_lowercase(), &rest[authority.len()..])
}

/// The canonical form without a fragment, which no server ever sees (RFC 3986 section 3.5) and which often holds the
/// victim's mail address. Fragments that name content (`#!`, `#/`) stay.
pub fn served(text: &str) -> String {
    let mut canonical = canonical(text);
    if let Some(at) = canonical.find('#').filter(|at| !canonical[at + 1..].starts_with(['!', '/'])) {
        canonical.truncate(at);
    }
    canonical
}

/// The form in which two URLs are the same: lower-case scheme and host, no trailing slash.
pub fn comparable(text: &str) -> String {
    let canonical = canonical(text);
    canonical.trim_end_matches('/').to_owned()
}

/// The host of a URL (or of a bare name), lower case, without user, port and brackets.
pub fn host(url: &str) -> Option<&str> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next()?;
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = if let Some(literal) = authority.strip_prefix('[') {
        literal.split(']').next()?
    } else {
        authority.split(':').next()?
    };
    (!host.is_empty()).then_some(host)
}

/// The registrable domain of a host name (public suffix list), or the name itself.
pub fn registrable(host: &str) -> &str {
    psl::domain_str(host).unwrap_or(host)
}

/// The domain that has one holder: the registrable one. Below the domains for documentation (RFC 2606, section 3, and
/// JPRS's `example.jp`) each name stands for a holder of its own.
pub fn holder(host: &str) -> &str {
    let domain = registrable(host);
    if !["example.com", "example.net", "example.org", "example.jp"].contains(&domain) || host.len() <= domain.len() {
        return domain;
    }
    let below = host.get(..host.len() - domain.len() - 1).unwrap_or_default();
    let start = below.rfind('.').map_or(0, |dot| dot + 1);
    host.get(start..).unwrap_or(domain)
}

/// Whether `name` is a host name under a public suffix that exists.
pub fn is_host_name(name: &str) -> bool {
    if name.bytes().any(|b| b.is_ascii_uppercase()) {
        // The list of suffixes knows lower case only.
        return name.len() <= 253 && is_host_name(&name.to_ascii_lowercase());
    }
    if name.len() > 253 || !name.contains('.') || name.starts_with(['.', '-']) {
        return false;
    }
    let Some(last) = name.rsplit('.').next() else {
        return false;
    };
    if last.len() < 2 || last.bytes().any(|b| b.is_ascii_digit()) && !last.starts_with("xn--") {
        return false;
    }
    let labels = name.split('.').all(|label| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    });
    labels && psl::domain(name.as_bytes()).is_some_and(|domain| domain.suffix().is_known() || last == "example")
}

/// Host names in `line` that stand alone: not part of a URL or of a mail address.
pub fn scan_hosts(line: &str, urls: &[Found<String>], found: &mut Vec<Found<String>>) {
    let bytes = line.as_bytes();
    let is_part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
    let mut at = 0;
    while let Some(dot) = memchr::memchr(b'.', &bytes[at..]).map(|next| at + next) {
        let start = dot - bytes[at..dot].iter().rev().take(254).take_while(|b| is_part(b)).count();
        let end = dot + bytes[dot..].iter().take(254).take_while(|b| is_part(b)).count();
        at = end.max(dot + 1);
        let before = start.checked_sub(1).map(|at| bytes[at]);
        let after = bytes.get(end).copied();
        if matches!(before, Some(b'@' | b'/' | b'\\' | b'=' | b'%' | b'$' | b'&')) || matches!(after, Some(b'@' | b'('))
        {
            continue;
        }
        if urls.iter().any(|url| url.start < end && start < url.end) {
            continue;
        }
        let name = line[start..end].trim_start_matches(['.', '-', '_']);
        let start = end - name.len();
        let name = name.trim_end_matches(['.', '-', '_']);
        if !is_host_name(name) || is_file_name(name) {
            continue;
        }
        // A path directly behind the name makes it a URL without a scheme.
        let mut end = start + name.len();
        if bytes.get(end) == Some(&b'/') && bytes.get(end + 1).is_some_and(u8::is_ascii_graphic) {
            end = tail(line, end);
        }
        found.push(Found { value: served(&line[start..end]), start, end });
        at = at.max(end);
    }
}

/// `index.php`, `setup.sh`, `report.txt`: a suffix that exists but is meant as a file type.
fn is_file_name(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or("");
    let labels = name.split('.').count();
    labels == 2
        && matches!(
            last.to_ascii_lowercase().as_str(),
            "sh" | "py"
                | "pl"
                | "rs"
                | "md"
                | "zip"
                | "ps"
                | "cc"
                | "so"
                | "mov"
                | "php"
                | "py3"
                | "cab"
                | "pub"
                | "do"
        )
        || name.eq_ignore_ascii_case("e.g")
        || name.eq_ignore_ascii_case("i.e")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(line: &str) -> Vec<String> {
        let mut found = Vec::new();
        scan(line, &mut found);
        found.into_iter().map(|one| one.value).collect()
    }

    fn hosts(line: &str) -> Vec<String> {
        let (mut found, mut out) = (Vec::new(), Vec::new());
        scan(line, &mut found);
        scan_hosts(line, &found, &mut out);
        out.into_iter().map(|one| one.value).collect()
    }

    #[test]
    fn urls_end_where_the_sentence_goes_on() {
        assert_eq!(urls("see HTTP://Example.COM/A_(b)."), ["http://example.com/A_(b)"]);
        assert_eq!(
            urls("(https://example.com/a), <http://example.net/?q=1&b>"),
            ["https://example.com/a", "http://example.net/?q=1&b"]
        );
        assert_eq!(urls("https://[2001:db8::1]:8080/x y"), ["https://[2001:db8::1]:8080/x"]);
        assert_eq!(urls("URL：https://example.jp/です。"), ["https://example.jp/"]);
        assert_eq!(
            urls("https://example.jpから https://例え.example.jp/aの"),
            ["https://example.jp", "https://例え.example.jp/a"]
        );
        assert_eq!(
            urls("http://example.com/a?b[]=1&c[d]=2 [http://example.net/x]"),
            ["http://example.com/a?b[]=1&c[d]=2", "http://example.net/x"]
        );
        assert_eq!(urls("http://example.com/[user]/x"), ["http://example.com/"]);
        assert_eq!(
            urls("http://example.com/a#victim@example.org http://example.net/#!file"),
            ["http://example.com/a", "http://example.net/#!file"]
        );
        assert_eq!(urls("10:00,https://example.jp/a,銀行"), ["https://example.jp/a"]);
        assert_eq!(urls("ttp://example.jp/a ttps://example.jp/b"), ["http://example.jp/a", "https://example.jp/b"]);
    }

    #[test]
    fn wrapped_urls_are_unwrapped() {
        for wrapped in [
            "https://urldefense.com/v3/__https://example.com/a?b=1__;!!abc!def$",
            "https://urldefense.proofpoint.com/v2/url?u=https-3A__example.com_a-3Fb-3D1&d=Dw",
            "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.com%2Fa%3Fb%3D1&data=05",
            "https://linkprotect.cudasvc.com/url?a=https%3a%2f%2fexample.com%2fa%3fb%3d1&c=E,1,x&typo=1",
            "https://www.google.com/url?sa=D&q=https://example.com/a%3Fb%3D1&ust=1",
        ] {
            assert_eq!(urls(wrapped), ["https://example.com/a?b=1"]);
        }
        assert!(urls("replace with http://with").is_empty());
    }

    #[test]
    fn hosts_are_told_from_files_and_mail() {
        assert_eq!(
            hosts("Domain: Example.COM, index.php, a@example.net, www.example.org."),
            ["example.com", "www.example.org"]
        );
        assert!(hosts("http://example.com/a").is_empty());
        assert_eq!(host("https://user@Example.com:8443/x"), Some("Example.com"));
        assert_eq!(registrable("a.b.example.co.jp"), "example.co.jp");
    }

    #[test]
    fn comparison_ignores_case_of_host_and_last_slash() {
        assert_eq!(comparable("HTTP://EXAMPLE.com/"), comparable("http://example.com"));
        assert_ne!(comparable("http://example.com/A"), comparable("http://example.com/a"));
    }
}
