//! The mailbox that a report accuses: as the sending server wrote it down, or as the writer names it.

use crate::trace::LOGIN_FIELDS;

/// Longest mail address (RFC 5321, section 4.5.3.1, with the angle brackets taken off).
const MAX: usize = 254;

/// Words beside an address that make it the accused.
const CUES: &[&str] = &[
    "account",
    "mailbox",
    "the sender",
    "アカウント",
    "メールボックス",
    "という送信者",
    "という差出人",
    "というアドレス",
    "というメールアドレス",
];

/// Whether a header field (lower case) names who logged in.
pub(crate) fn is_account_field(name: &str) -> bool {
    LOGIN_FIELDS.iter().any(|field| field.eq_ignore_ascii_case(name))
}

/// The mailbox in a header line that says who logged in.
pub(crate) fn of_header(line: &str) -> Option<String> {
    let (name, value) = line.split_once(':')?;
    if !is_account_field(name.trim()) {
        return None;
    }
    // Some servers write `host: account`.
    let value = value.rsplit(": ").next().unwrap_or(value).trim();
    address(value.trim_matches(['<', '>'])).map(str::to_lowercase)
}

/// The one mailbox in a sentence that speaks of it as of the accused; not one of the parties.
pub(crate) fn in_line(line: &str, is_party: impl Fn(&str) -> bool) -> Option<String> {
    if line.len() > 2_000 || memchr::memchr_iter(b'@', line.as_bytes()).count() != 1 {
        return None;
    }
    let at = line.find('@')?;
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+');
    let start = line[..at]
        .rfind(|c: char| !part(c))
        .map_or(0, |end| end + line[end..].chars().next().map_or(1, char::len_utf8));
    let end = line[at + 1..].find(|c: char| !part(c)).map_or(line.len(), |end| at + 1 + end);
    let found = address(line.get(start..end)?.trim_end_matches(['.', '-']))?;
    let (_, host) = found.rsplit_once('@')?;
    let lower = line.to_lowercase();
    (CUES.iter().any(|cue| lower.contains(cue)) && !is_party(&host.to_ascii_lowercase())).then(|| found.to_lowercase())
}

/// A mail address as it is written, if it is one.
fn address(text: &str) -> Option<&str> {
    let (local, host) = text.rsplit_once('@')?;
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '"' | ',' | ';' | ':' | '(' | ')' | '@');
    let good = !local.is_empty() && local.chars().all(plain) && crate::extract::url::is_host_name(host);
    (good && text.len() <= MAX).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailbox_is_read_where_it_is_accused_and_nowhere_else() {
        let is_party = |host: &str| host == "reporter.example.net";
        let read = |line| in_line(line, is_party);
        assert_eq!(
            read("the mailbox Taro@a.example.jp looks like a compromised account"),
            Some("taro@a.example.jp".to_owned())
        );
        assert_eq!(
            read("メールアカウント hana@b.example.com のパスワードが盗まれ"),
            Some("hana@b.example.com".to_owned())
        );
        assert_eq!(
            read("jiro@c.example.org という送信者から、脅迫メールが届きました。"),
            Some("jiro@c.example.org".to_owned())
        );
        assert_eq!(read("write to my account me@reporter.example.net"), None);
        assert_eq!(read("I got it at taro@a.example.jp"), None);
        assert_eq!(read("accounts a@a.example.jp and b@b.example.jp"), None);
        assert_eq!(read("account @ and @"), None);
    }

    #[test]
    fn the_login_that_a_server_wrote_down_is_read() {
        assert_eq!(of_header("X-Authenticated-Sender: taro@a.example.jp"), Some("taro@a.example.jp".to_owned()));
        assert_eq!(of_header("x-authuser: host.example.jp: <taro@a.example.jp>"), Some("taro@a.example.jp".to_owned()));
        assert_eq!(of_header("From: taro@a.example.jp"), None);
        assert_eq!(of_header("X-AuthUser: taro"), None);
    }
}
