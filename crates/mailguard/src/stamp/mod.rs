//! The time at the start of a line: syslog's without year and zone, ISO 8601, Roundcube's, TAI64N.

mod calendar;
mod years;

pub use calendar::Calendar;
pub use years::YearRule;

use jiff::Timestamp;
use jiff::tz::Offset;

/// A time as a line wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// The moment, UTC.
    pub at: Timestamp,
    /// The zone of the line, or the reader's where the line has none.
    pub zone: Offset,
}

/// What a clock on the wall shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Wall {
    /// Days since 1970-01-01.
    day: i64,
    /// Seconds of the day; 86400 in a leap second.
    second: i64,
    /// Microseconds of the second.
    micros: i64,
}

/// `HH:MM:SS`, perhaps with a fraction, and what follows.
fn clock(text: &[u8]) -> Option<(i64, i64, &[u8])> {
    let digits: &[u8; 8] = text.first_chunk()?;
    if digits[2] != b':' || digits[5] != b':' {
        return None;
    }
    let (hour, minute, second) = (two(&digits[..2])?, two(&digits[3..5])?, two(&digits[6..])?);
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let (micros, rest) = fraction(&text[8..]);
    Some((hour * 3600 + minute * 60 + second, micros, rest))
}

/// `.123456` in microseconds; finer digits are dropped.
fn fraction(text: &[u8]) -> (i64, &[u8]) {
    let Some(digits) = text.strip_prefix(b".").or_else(|| text.strip_prefix(b",")) else { return (0, text) };
    let count = digits.iter().take(12).take_while(|byte| byte.is_ascii_digit()).count();
    if count == 0 {
        return (0, text);
    }
    let mut value = 0;
    for index in 0..6 {
        value = value * 10 + digits[..count].get(index).map_or(0, |digit| i64::from(digit - b'0'));
    }
    (value, &digits[count..])
}

/// Two digits.
fn two(text: &[u8]) -> Option<i64> {
    match text {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Some(i64::from(tens - b'0') * 10 + i64::from(ones - b'0')),
        _ => None,
    }
}

/// `Z`, `+09:00`, `+0900`, `+09` and what follows, in seconds.
fn written_zone(text: &[u8]) -> Option<(i64, &[u8])> {
    let (sign, rest) = match text.first()? {
        b'Z' | b'z' => return Some((0, &text[1..])),
        b'+' => (1, &text[1..]),
        b'-' => (-1, &text[1..]),
        _ => return None,
    };
    let hours = two(rest.get(..2)?)?;
    let rest = &rest[2..];
    let minutes = rest.strip_prefix(b":").unwrap_or(rest);
    let (minutes, rest) = match minutes.get(..2).and_then(two) {
        Some(value) => (value, &minutes[2..]),
        None => (0, rest),
    };
    (hours <= 18 && minutes <= 59).then_some((sign * (hours * 3600 + minutes * 60), rest))
}

/// Number of a month from its English short name.
const fn month(name: &[u8]) -> Option<i64> {
    Some(match name {
        b"Jan" => 1,
        b"Feb" => 2,
        b"Mar" => 3,
        b"Apr" => 4,
        b"May" => 5,
        b"Jun" => 6,
        b"Jul" => 7,
        b"Aug" => 8,
        b"Sep" => 9,
        b"Oct" => 10,
        b"Nov" => 11,
        b"Dec" => 12,
        _ => return None,
    })
}

/// Days since 1970-01-01 of a date of the Gregorian calendar; nothing for 30 February. (Hinnant, `days_from_civil`.)
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let longest = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if day < 1 || day > longest || !(1..=9999).contains(&year) {
        return None;
    }
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    Some(era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn days_agree_with_jiff(year in 1_i16..=9999, month in 1_i8..=12, day in 1_i8..=31) {
            let wanted = jiff::civil::Date::new(year, month, day).ok().map(|date| {
                i64::from((date - jiff::civil::date(1970, 1, 1)).get_days())
            });
            prop_assert_eq!(days(i64::from(year), i64::from(month), i64::from(day)), wanted);
        }
    }

    #[test]
    fn zones_are_read_in_three_spellings() {
        assert_eq!(written_zone(b"+09:00 x"), Some((32_400, b" x".as_slice())));
        assert_eq!(written_zone(b"-0330]"), Some((-12_600, b"]".as_slice())));
        assert_eq!(written_zone(b"Z"), Some((0, b"".as_slice())));
        assert_eq!(written_zone(b"+99:00"), None);
        assert_eq!(written_zone(b" x"), None);
    }
}
