//! Harmless display: URLs that cannot be clicked, persons that cannot be recognised, text without control characters.

use model::{Lang, Place};

use crate::catalogue::ta;

/// One line of at most `max` characters: control and invisible formatting characters are dropped, runs of white space
/// become one space, a cut is marked by `…`. For anything that strangers wrote.
pub fn clean(text: &str, max: usize) -> String {
    let mut line = String::with_capacity(text.len().min(max * 4));
    let mut length = 0;
    for c in text.trim().chars().filter(|c| c.is_whitespace() || !is_hidden(*c)) {
        let c = if c.is_whitespace() { ' ' } else { c };
        if c == ' ' && line.ends_with(' ') {
            continue;
        }
        if length == max {
            line.push('…');
            break;
        }
        line.push(c);
        length += 1;
    }
    line
}

/// Characters that a reader does not see but that change what he sees: controls, bidirectional overrides (the "Trojan
/// source" trick), zero-width marks.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A URL that no program turns into a link: `https://a.example.com/x.y` → `hxxps://a[.]example[.]com/x.y`.
///
/// What is already defanged stays as it is. Cut at 500 characters.
pub fn defang_url(url: &str) -> String {
    let url = clean(url, 500);
    let (scheme, rest) = url.split_once("://").map_or(("", url.as_str()), |(scheme, rest)| (scheme, rest));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "" => String::new(),
        "http" => "hxxp://".to_owned(),
        "https" => "hxxps://".to_owned(),
        "ftp" => "fxp://".to_owned(),
        // Already defanged, or nothing that programs link.
        other => format!("{other}://"),
    };
    format!("{scheme}{}{path}", defang_host(authority))
}

/// A host name, address or mail address that no program turns into a link: `example.com` → `example[.]com`.
pub fn defang_host(host: &str) -> String {
    let host = clean(host, 300);
    if host.contains("[.]") {
        return host;
    }
    host.replace('.', "[.]").replace('@', "[@]")
}

/// A mail address of which only the first letter and the domain are shown: `taro@example.jp` → `t***@example.jp`.
pub fn mask_mail(address: &str) -> String {
    match clean(address, 320).rsplit_once('@') {
        // A local part of one letter would be told in full.
        Some((local, domain)) if local.chars().count() > 1 => {
            let first: String = local.chars().take(1).collect();
            format!("{first}***@{domain}")
        }
        Some((_, domain)) => format!("***@{domain}"),
        None => "***".to_owned(),
    }
}

/// A person's name of which only the first character is shown: `山田 太郎` → `山*`.
pub fn mask_name(name: &str) -> String {
    name.trim().chars().find(|c| !is_hidden(*c)).map_or_else(|| "*".to_owned(), |first| format!("{first}*"))
}

/// What a case is about, in words: `203.0.113.7（ポート 25）`, `サイト example[.]com`, `アカウント t***@example.jp`.
///
/// Accounts are masked unless `personal` allows to show them.
pub fn place(lang: Lang, place: &Place, port: Option<u16>, personal: bool) -> String {
    let (key, name) = match place {
        Place::Site(site) => ("subject-site", defang_host(site)),
        Place::Account(account) if personal => ("subject-account", clean(account, 320)),
        Place::Account(account) if account.contains('@') => ("subject-account", mask_mail(account)),
        Place::Account(account) => ("subject-account", mask_name(account)),
        Place::Host(ip) if port.is_some() => ("subject-host-port", ip.to_string()),
        Place::Host(ip) => ("subject-host", ip.to_string()),
    };
    // A port is a name made of digits: it must not be grouped.
    let port = port.map(|port| port.to_string()).unwrap_or_default();
    ta(lang, key, &[("name", name.into()), ("port", port.into())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_lose_their_teeth_once() {
        for (given, shown) in [
            ("http://evil.example.com/a.b?c=d.e", "hxxp://evil[.]example[.]com/a.b?c=d.e"),
            ("HTTPS://user@192.0.2.1:8443", "hxxps://user[@]192[.]0[.]2[.]1:8443"),
            ("http://[2001:db8::1]/x", "hxxp://[2001:db8::1]/x"),
            ("example.com/login", "example[.]com/login"),
            ("hxxp://evil[.]example[.]com/", "hxxp://evil[.]example[.]com/"),
            ("ftp://example.com", "fxp://example[.]com"),
        ] {
            assert_eq!(defang_url(given), shown, "{given}");
            assert_eq!(defang_url(&defang_url(given)), shown, "twice: {given}");
        }
    }

    #[test]
    fn text_of_strangers_stays_on_its_line() {
        assert_eq!(clean("  a\r\nBcc: b\u{202e}\u{0}c\t\td ", 80), "a Bcc: bc d");
        assert_eq!(clean("あいうえお", 3), "あいう…");
    }

    #[test]
    fn persons_are_masked() {
        assert_eq!(mask_mail("taro@example.jp"), "t***@example.jp");
        assert_eq!(mask_mail("a@example.jp"), "***@example.jp");
        assert_eq!(mask_mail("not a mail"), "***");
        assert_eq!(mask_name("山田 太郎"), "山*");
        assert_eq!(mask_name(" "), "*");
    }

    #[test]
    fn places_are_named() {
        let host = Place::Host("203.0.113.7".parse().unwrap());
        assert_eq!(place(Lang::Ja, &host, Some(50_025), false), "203.0.113.7（ポート 50025）");
        assert_eq!(place(Lang::En, &host, None, false), "203.0.113.7");
        let account = Place::Account("taro@example.jp".to_owned());
        assert_eq!(place(Lang::En, &account, None, false), "account t***@example.jp");
        assert_eq!(place(Lang::Ja, &account, None, true), "アカウント taro@example.jp");
        assert_eq!(place(Lang::Ja, &Place::Site("example.com".to_owned()), None, false), "サイト example[.]com");
    }
}
