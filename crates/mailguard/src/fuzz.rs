//! Fuzz targets on stable Rust: one for each dialect, on mutations of a line that it reads.

use jiff::tz::TimeZone;

use crate::dialects::{ALL, Reader};
use crate::stamp::{Calendar, YearRule};

/// A line of each dialect to begin with, by the dialect's name.
pub const LINES: &[(&str, &str)] = &[
    (
        "courier",
        "Feb  3 04:05:06 mx imapd: LOGIN, user=taro@example.com, ip=[::ffff:203.0.113.5], port=[40000], protocol=IMAP",
    ),
    (
        "dovecot",
        "Feb  3 04:05:06 mx dovecot: auth: sql(taro@example.com,203.0.113.5,<abc>): Password mismatch (given password: x)",
    ),
    (
        "exim",
        "2026-02-03 04:05:06 1WD6R5-000DJZ-Lc <= a@example.com H=h (x) [203.0.113.5]:40000 P=esmtpsa A=plain:taro S=9 id=1",
    ),
    (
        "json",
        r#"{"time":"2026-02-03T04:05:06+09:00","user":"taro","remote_addr":"203.0.113.5","method":"POST","path":"/api/v1/send","to":["a@example.org"]}"#,
    ),
    (
        "postfix",
        "Feb  3 04:05:06 mx postfix/smtpd[7]: 8E5BDF3BD5: client=h[203.0.113.5]:40000, sasl_method=PLAIN, sasl_username=taro",
    ),
    ("qmail", "Feb  3 04:05:06 mx vpopmail[7]: vchkpw-submission: (PLAIN) login success taro@example.com:203.0.113.5"),
    (
        "roundcube",
        "[03-Feb-2026 04:05:06 +0900]: <a> IMAP Error: Login failed for taro from 203.0.113.5. AUTH NO. user=taro in /a.php",
    ),
    ("sendmail", "Feb  3 04:05:06 mx sm-mta[7]: AUTH=server, relay=h [203.0.113.5], authid=taro, mech=PLAIN, bits=0"),
];

/// Reads one mutation of a dialect's line. What must hold of any bytes is asserted: no panic, and nothing in an event that is
/// not in the line.
pub fn read(line: &[u8]) {
    let mut reader = Reader::new(Calendar::new(TimeZone::UTC, YearRule::First(2026)));
    if let Some(event) = reader.read(line) {
        for field in [event.account, event.queue_id].into_iter().flatten() {
            assert!(
                !field.is_empty() && memchr::memmem::find(line, field).is_some(),
                "a field that the line does not have"
            );
        }
    }
}

/// A line changed in up to eight places, by the numbers that `next` gives.
pub fn mutate(line: &[u8], mut next: impl FnMut() -> usize) -> Vec<u8> {
    const PIECES: [&[u8]; 12] = [
        b"[",
        b"]",
        b": ",
        b", rip=",
        b" from ",
        b"user=<",
        b">, ",
        b"(",
        b"): unknown user",
        b"\\\"",
        b"\x00\xff",
        b"198.51.100.1",
    ];
    let mut line = line.to_vec();
    for _ in 0..=next() % 8 {
        let at = next() % (line.len() + 1);
        match next() % 4 {
            0 => line.truncate(at.max(1)),
            1 if at < line.len() => drop(line.remove(at)),
            2 if at < line.len() => line[at] = u8::try_from(next() % 256).unwrap_or(0),
            _ => drop(line.splice(at..at, PIECES[next() % PIECES.len()].iter().copied())),
        }
    }
    line
}

/// The dialects that have no line here.
pub fn missing() -> Vec<&'static str> {
    ALL.iter().map(|entry| entry.name).filter(|name| !LINES.iter().any(|(line, _)| line == name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialects::testing::one;

    #[test]
    fn every_dialect_is_fuzzed_from_a_line_that_it_reads() {
        assert_eq!(missing(), Vec::<&str>::new());
        for (name, line) in LINES {
            assert!(one(line).is_some(), "{name}");
        }
    }

    #[test]
    fn twenty_thousand_mutations_of_each_do_no_harm() {
        let mut state = 88_172_645_463_325_252_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state >> 33).unwrap()
        };
        for (_, line) in LINES {
            for _ in 0..20_000 {
                read(&mutate(line.as_bytes(), &mut next));
            }
        }
    }
}
