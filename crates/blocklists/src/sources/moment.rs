//! The ways in which lists write a moment.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, fmt::rfc2822};

/// Reads a moment: RFC 3339, `2026-01-05 07:00:00` with or without ` UTC` (lists write UTC), a date, RFC 2822, seconds or
/// milliseconds since 1970.
pub(crate) fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim().trim_matches('"');
    if !(8..=40).contains(&text.len()) {
        return None;
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return match (text.len(), text.parse::<i64>().ok()?) {
            (9 | 10, seconds) => Timestamp::from_second(seconds).ok(),
            (12 | 13, milliseconds) => Timestamp::from_millisecond(milliseconds).ok(),
            (8, day) => {
                let (year, month, day) = (day / 10_000, day / 100 % 100, day % 100);
                let date = Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()?;
                at_utc(date.to_datetime(jiff::civil::Time::midnight()))
            }
            _ => None,
        };
    }
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment);
    }
    let plain = text.strip_suffix(" UTC").or(text.strip_suffix(" GMT")).unwrap_or(text).trim_end_matches('Z');
    // A civil time may stand with a blank or a T, and a date alone is its first moment.
    if let Ok(civil) = plain.parse::<DateTime>() {
        return at_utc(civil);
    }
    if let Ok(date) = plain.parse::<Date>() {
        return at_utc(date.to_datetime(jiff::civil::Time::midnight()));
    }
    rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

fn at_utc(civil: DateTime) -> Option<Timestamp> {
    TimeZone::UTC.to_timestamp(civil).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_write_moments_in_many_ways() {
        for (text, wanted) in [
            ("2026-01-05T07:00:00Z", "2026-01-05T07:00:00Z"),
            ("2026-01-05T07:00:00+00:00", "2026-01-05T07:00:00Z"),
            ("2026-01-05 07:00:00", "2026-01-05T07:00:00Z"),
            ("2026-01-05 07:00:00 UTC", "2026-01-05T07:00:00Z"),
            ("\"2026-01-05 07:00:00\"", "2026-01-05T07:00:00Z"),
            ("2026-01-05", "2026-01-05T00:00:00Z"),
            ("20260105", "2026-01-05T00:00:00Z"),
            ("1767596400", "2026-01-05T07:00:00Z"),
            ("1767596400000", "2026-01-05T07:00:00Z"),
            ("Mon, 5 Jan 2026 07:00:00 +0000", "2026-01-05T07:00:00Z"),
        ] {
            assert_eq!(moment(text), Some(wanted.parse().unwrap()), "{text}");
        }
        for text in ["", "never", "12345678901234567890", "2026-13-05", "99999999", "-"] {
            assert_eq!(moment(text), None, "{text}");
        }
    }
}
