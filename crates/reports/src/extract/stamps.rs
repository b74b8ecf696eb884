//! Times as machines write them at the head of a log line: epochs, TAI64N labels and dates without separators.
//!
//! They are read nowhere else, for in running text the same digits are numbers of anything.

use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::Offset;

use super::Found;
use super::time::Written;

/// Seconds of TAI64 at the epoch of Unix: 2^62 and the ten seconds that TAI was ahead.
const TAI64_EPOCH: u64 = (1 << 62) + 10;

/// The stamp that `line` begins with, brackets and quotes aside, or that stands in an audit record.
pub(crate) fn leading(line: &str) -> Option<Found<Written>> {
    let bytes = line.as_bytes();
    let first =
        bytes.iter().position(|byte| !matches!(byte, b'[' | b'"' | b'\'' | b'(' | b'<' | b'>' | b' ' | b'\t'))?;
    let head = crate::charset::prefix(line.get(first..)?, 40);
    let bracketed = first > 0 && bytes[first - 1] == b'[';
    let (written, length) = match head.as_bytes()[0] {
        b'@' => tai64(&head[1..]).map(|written| (written, 25))?,
        b'0'..=b'9' => digits(head, bracketed)?,
        b'A'..=b'Z' => named(head)?,
        b't' if head.starts_with("type=") => return audit(line),
        _ => return None,
    };
    Some(Found { value: written, start: first, end: first + length })
}

/// `type=USER_AUTH msg=audit(1373330717.000:4070): …`
fn audit(line: &str) -> Option<Found<Written>> {
    let start = line.get(..80.min(line.len())).unwrap_or(line).find("audit(")? + 6;
    let written = epoch(line.get(start..start + 10)?)?;
    Some(Found { value: written, start, end: start + 10 })
}

fn moment(at: Timestamp) -> Written {
    let civil = Offset::UTC.to_datetime(at);
    Written {
        year: Some(civil.year()),
        month: civil.month(),
        day: civil.day(),
        time: Some(civil.time()),
        zone: Some(("UTC".to_owned(), Offset::UTC)),
        days_later: 0,
        ambiguous: false,
    }
}

fn epoch(text: &str) -> Option<Written> {
    let seconds: i64 = text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))?;
    // From 2001 on, as long as ten digits last.
    (1_000_000_000..9_999_999_999)
        .contains(&seconds)
        .then(|| Timestamp::from_second(seconds).ok())
        .flatten()
        .map(moment)
}

/// A field that is nothing but seconds or milliseconds since 1970.
pub(crate) fn whole(text: &str) -> Option<Timestamp> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (seconds, rest) = text.split_at_checked(10).filter(|_| digits == 10 || digits == 13)?;
    let seconds: i64 = seconds.parse().ok().filter(|seconds| *seconds > 1_000_000_000)?;
    let thousandths = if digits == 13 { rest } else { rest.strip_prefix('.').unwrap_or(rest).get(..3).unwrap_or("0") };
    let is_field = rest.trim_start_matches('.').bytes().all(|byte| byte.is_ascii_digit());
    Timestamp::new(seconds, thousandths.parse::<i32>().unwrap_or(0) * 1_000_000).ok().filter(|_| is_field)
}

fn tai64(text: &str) -> Option<Written> {
    let label = u64::from_str_radix(text.get(..16)?, 16).ok()?;
    text.get(16..24).filter(|nanos| nanos.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    let seconds = i64::try_from(label.checked_sub(TAI64_EPOCH)?).ok()?;
    (seconds > 1_000_000_000).then(|| Timestamp::from_second(seconds).ok()).flatten().map(moment)
}

/// Stamps of digits; the number of digits in front says which.
fn digits(head: &str, bracketed: bool) -> Option<(Written, usize)> {
    let count = head.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &head[count..];
    match count {
        10 if rest.starts_with('.') && rest[1..].starts_with(|c: char| c.is_ascii_digit())
            || bracketed && rest.starts_with(']') =>
        {
            epoch(&head[..10]).map(|written| (written, 10))
        }
        // 20240501-12:34:56, 20240501T123456Z
        8 => {
            let (time, length) = clock(rest.strip_prefix(['-', 'T', ' '])?)?;
            let mut written = date(number(&head[..4])?, &head[4..6], &head[6..8], time)?;
            let end = 9 + length;
            if head.get(end..).is_some_and(|rest| rest.starts_with('Z')) {
                written.zone = Some(("Z".to_owned(), Offset::UTC));
            }
            Some((written, end))
        }
        // 240501  1:02:03, as MySQL wrote
        6 => {
            let blanks = rest.bytes().take_while(|byte| *byte == b' ').count();
            let (time, length) = clock(rest.get(blanks..)?).filter(|_| (1..=2).contains(&blanks))?;
            Some((date(2000 + number(&head[..2])?, &head[2..4], &head[4..6], time)?, 6 + blanks + length))
        }
        // 2024:05:01-12:34:56
        4 => {
            let (day, time) = (rest.strip_prefix(':')?, head.get(11..)?);
            let (time, length) =
                clock(time).filter(|_| day.as_bytes().get(2) == Some(&b':') && day.as_bytes().get(5) == Some(&b'-'))?;
            Some((date(number(&head[..4])?, day.get(..2)?, day.get(3..5)?, time)?, 11 + length))
        }
        // 05-01 12:34:56
        2 => {
            let day = rest.strip_prefix('-')?;
            let (time, length) = clock(day.get(2..)?.strip_prefix(' ')?)?;
            let mut written = date(2000, &head[..2], day.get(..2)?, time)?;
            written.year = None;
            Some((written, 6 + length))
        }
        _ => None,
    }
}

/// `May-01-24 12:34:56`
fn named(head: &str) -> Option<(Written, usize)> {
    const NAMES: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    // Most lines begin with a capital letter.
    if head.as_bytes().get(3) != Some(&b'-') {
        return None;
    }
    let month = NAMES.iter().position(|name| head.starts_with(name))? + 1;
    let rest = head.get(3..)?.strip_prefix('-')?;
    let (time, length) = clock(rest.get(5..)?.strip_prefix(' ')?).filter(|_| rest.as_bytes().get(2) == Some(&b'-'))?;
    Some((date(2000 + number(rest.get(3..5)?)?, &month.to_string(), rest.get(..2)?, time)?, 10 + length))
}

fn number(text: &str) -> Option<i16> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

fn date(year: i16, month: &str, day: &str, time: Time) -> Option<Written> {
    let (month, day) = (i8::try_from(number(month)?).ok()?, i8::try_from(number(day)?).ok()?);
    jiff::civil::Date::new(year, month, day).ok().filter(|_| (1990..2100).contains(&year))?;
    Some(Written { year: Some(year), month, day, time: Some(time), zone: None, days_later: 0, ambiguous: false })
}

/// `12:34:56`, `1:02:03`, `123456`, and how long it is.
fn clock(text: &str) -> Option<(Time, usize)> {
    let count = text.bytes().take_while(u8::is_ascii_digit).count();
    let (parts, length) = match count {
        6 => ([text.get(..2)?, text.get(2..4)?, text.get(4..6)?], 6),
        1 | 2 => {
            let rest = text.get(count..)?;
            let shape = rest.starts_with(':') && rest.as_bytes().get(3) == Some(&b':');
            ([&text[..count], rest.get(1..3).filter(|_| shape)?, rest.get(4..6)?], count + 6)
        }
        _ => return None,
    };
    let mut values = [0_i8; 3];
    for (value, part) in values.iter_mut().zip(parts) {
        *value = i8::try_from(number(part)?).ok()?;
    }
    if text.as_bytes().get(length).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    Time::new(values[0], values[1], values[2], 0).ok().map(|time| (time, length))
}

#[cfg(test)]
mod tests {
    use super::super::time::{Clockwork, parse};

    fn read(text: &str) -> Option<String> {
        let clock = Clockwork::new("2024-05-20T00:00:00Z".parse().unwrap());
        parse(text, &clock).map(|event| event.at.to_string())
    }

    #[test]
    fn stamps_of_machines() {
        for (text, utc) in [
            ("[1714566896] nsd[7]: refused 192.0.2.1", "2024-05-01T12:34:56Z"),
            ("1714566896.123      4 192.0.2.1 TCP_DENIED/403", "2024-05-01T12:34:56Z"),
            ("type=USER_AUTH msg=audit(1714566896.000:70): pid=1", "2024-05-01T12:34:56Z"),
            ("@40000000663236fa077a9e94 imap-login: Info", "2024-05-01T12:34:56Z"),
            ("2024:05:01-12:34:56: '192.0.2.1' 2 failed", "2024-05-01T12:34:56Z"),
            ("240501  1:02:03 [Warning] Access denied", "2024-05-01T01:02:03Z"),
            ("[20240501-12:34:56] [INFO ] AUTHFAIL", "2024-05-01T12:34:56Z"),
            ("20240501T123456Z drop", "2024-05-01T12:34:56Z"),
            ("05-01 12:34:56.026292 [WARN]", "2024-05-01T12:34:56Z"),
            ("May-01-24 12:34:56 Blocking 192.0.2.1", "2024-05-01T12:34:56Z"),
        ] {
            assert_eq!(read(text).as_deref(), Some(utc), "{text}");
        }
    }

    #[test]
    fn numbers_that_are_no_times() {
        for text in [
            "1714566896 is a number",
            "tel 0312345678",
            "[12345678901]",
            "@4000",
            "240501",
            "20241501-12:34:56",
            "05-01",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
