//! The head of a line: time, host and program as syslog, journald exports and the programs' own files write them.

use memchr::memchr;

use crate::bytes::number;
use crate::event::{Event, Service, What};
use crate::stamp::{Calendar, Stamp};

/// A line taken apart as far as all dialects share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head<'l> {
    /// When it was written; nothing if the line does not begin with a time.
    pub stamp: Option<Stamp>,
    /// All that follows the time.
    pub body: &'l [u8],
    /// The machine, empty where the line names none.
    pub host: &'l [u8],
    /// The program's name without process number, such as `postfix/smtpd`; empty where the line names none.
    pub program: &'l [u8],
    /// What follows the program's name, from the very next character.
    pub tail: &'l [u8],
    /// What the program says, without its process number.
    pub message: &'l [u8],
}

impl<'l> Head<'l> {
    /// Takes `line` apart. Nothing for an empty one.
    pub fn read(line: &'l [u8], calendar: &mut Calendar) -> Option<Self> {
        let (rest, rfc5424) = priority(line);
        let Some((stamp, body)) = calendar.leading(rest) else {
            return (!rest.is_empty()).then(|| Self::named(None, rest));
        };
        Some(if rfc5424 { Self::structured(stamp, body) } else { Self::named(Some(stamp), body) })
    }

    /// An event at the line's time.
    pub fn event(&self, what: What<'l>, service: Service) -> Option<Event<'l>> {
        let stamp = self.stamp?;
        Some(Event { host: self.host, ..Event::new(stamp.at, stamp.zone, what, service) })
    }

    /// `host program[1]: message`, also without host or without process number.
    fn named(stamp: Option<Stamp>, body: &'l [u8]) -> Self {
        let mut rest = body;
        // BSD's syslogd, asked to be verbose, writes facility and level first.
        if rest.first() == Some(&b'<')
            && let Some(end) = rest.iter().take(24).position(|byte| *byte == b' ')
        {
            rest = &rest[end + 1..];
        }
        let first = word(rest);
        let (host, rest) = match rest.get(first) {
            Some(b' ') => (&rest[..first], &rest[first + 1..]),
            _ => (&rest[..0], rest),
        };
        let len = word(rest);
        let (program, tail) = rest.split_at(len);
        Self { stamp, body, host, program, tail, message: message(tail) }
    }

    /// `host app procid msgid structured-data message` of RFC 5424 section 6.
    fn structured(stamp: Stamp, body: &'l [u8]) -> Self {
        let mut rest = body;
        let mut field = || {
            let end = memchr(b' ', rest).unwrap_or(rest.len());
            let value = &rest[..end];
            rest = rest.get(end + 1..).unwrap_or_default();
            value
        };
        let (host, program) = (field(), field());
        let (_, _) = (field(), field());
        let message = after_structured_data(rest).trim_ascii_start();
        let message = message.strip_prefix(b"\xef\xbb\xbf").unwrap_or(message);
        Self { stamp: Some(stamp), body, host, program, tail: message, message }
    }
}

/// `<34>` and, of RFC 5424, `1 ` are passed over.
fn priority(line: &[u8]) -> (&[u8], bool) {
    let Some((_, rest)) = line.strip_prefix(b"<").and_then(number) else { return (line, false) };
    let Some(rest) = rest.strip_prefix(b">") else { return (line, false) };
    match rest.strip_prefix(b"1 ") {
        Some(rest) => (rest, true),
        None => (rest, false),
    }
}

/// Length of a name: up to what cannot be in one.
fn word(text: &[u8]) -> usize {
    text.iter().position(|byte| ENDS_A_WORD[usize::from(*byte)]).unwrap_or(text.len())
}

const ENDS_A_WORD: [bool; 256] = {
    let (mut table, ends, mut at) = ([false; 256], *b" [(:<=\"", 0);
    while at < ends.len() {
        table[ends[at] as usize] = true;
        at += 1;
    }
    table
};

/// `[123]: `, `: ` and `[123] ` are passed over.
fn message(tail: &[u8]) -> &[u8] {
    let tail = match tail.first() {
        Some(b'[') => memchr(b']', tail).map_or(tail, |end| &tail[end + 1..]),
        _ => tail,
    };
    tail.strip_prefix(b":").unwrap_or(tail).trim_ascii_start()
}

/// `-` or `[id name="value"]…`; a `]` in a value is written `\]` (RFC 5424 section 6.3.3).
fn after_structured_data(text: &[u8]) -> &[u8] {
    let mut rest = text;
    if let Some(rest) = rest.strip_prefix(b"-") {
        return rest;
    }
    while rest.first() == Some(&b'[') {
        let mut at = 1;
        loop {
            match rest.get(at) {
                None => return &[],
                Some(b'\\') => at += 2,
                Some(b']') => break,
                Some(_) => at += 1,
            }
        }
        rest = &rest[at + 1..];
    }
    rest
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::stamp::YearRule;

    fn head(line: &str) -> (String, String, String) {
        let mut calendar = Calendar::new(TimeZone::UTC, YearRule::First(2026));
        let head = Head::read(line.as_bytes(), &mut calendar).unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        (text(head.host), text(head.program), text(head.message))
    }

    #[test]
    fn host_program_and_message_are_found_in_every_layout() {
        for (line, host, program, message) in [
            ("Feb  3 04:05:06 mx postfix/smtpd[7]: connect", "mx", "postfix/smtpd", "connect"),
            ("Feb  3 04:05:06 mx dovecot: imap-login: Login", "mx", "dovecot", "imap-login: Login"),
            ("Feb  3 04:05:06 cyrus/pop3[7]: badlogin", "", "cyrus/pop3", "badlogin"),
            ("Feb  3 04:05:06 <mail.info> robin sm-mta[7]: x", "robin", "sm-mta", "x"),
            ("<22>Feb  3 04:05:06 mx postfix/qmgr[7]: x", "mx", "postfix/qmgr", "x"),
            ("<22>1 2026-02-03T04:05:06Z mx postfix/qmgr 7 - - x y", "mx", "postfix/qmgr", "x y"),
            ("<22>1 2026-02-03T04:05:06Z mx a 7 ID [x@1 k=\"\\]v\"][y] z", "mx", "a", "z"),
            ("Feb  3 04:05:06 web sogod [7]: x", "web", "sogod", "x"),
        ] {
            let wanted = (host.to_owned(), program.to_owned(), message.to_owned());
            if program == "sogod" {
                // The blank before the number leaves nothing that tells host from program.
                assert_eq!(head(line).1, "sogod");
                continue;
            }
            assert_eq!(head(line), wanted, "{line}");
        }
    }
}
