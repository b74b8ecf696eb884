//! Reads stamps one after another; what changes rarely (the day's number, the zone's offset) is worked out once.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

use super::years::Years;
use super::{Stamp, Wall, YearRule, clock, days, month, two, written_zone};

/// The reader of stamps of one source.
#[derive(Debug, Clone)]
pub struct Calendar {
    zone: TimeZone,
    years: Years,
    /// Bytes of the last date without year, and its day.
    date: ([u8; 6], i64),
    /// Bytes of the last ISO date, and its day.
    iso: ([u8; 10], i64),
    /// Quarter of an hour on the wall and the offset in it: no zone changes within one.
    quarter: (i64, i64),
}

impl Calendar {
    /// A reader for lines whose zone, where they write none, is `zone`, and whose year follows `rule`.
    pub fn new(zone: TimeZone, rule: YearRule) -> Self {
        Self { zone, years: Years::new(rule), date: ([0; 6], 0), iso: ([0; 10], 0), quarter: (i64::MIN, 0) }
    }

    /// The stamp at the start of `line` and what follows it and its space.
    pub fn leading<'l>(&mut self, line: &'l [u8]) -> Option<(Stamp, &'l [u8])> {
        let (stamp, rest) = match line.first()? {
            b'A'..=b'Z' => self.syslog(line)?,
            b'0'..=b'9' => self.iso(line)?,
            b'@' => tai64n(line)?,
            b'[' => {
                let inside = &line[1..];
                let (stamp, rest) = self.day_first(inside).or_else(|| self.iso(inside))?;
                (stamp, rest.strip_prefix(b"]")?)
            }
            _ => return None,
        };
        let rest = rest.strip_prefix(b":").unwrap_or(rest);
        Some((stamp, rest.trim_ascii_start()))
    }

    /// `Feb  3 04:05:06`, the day with a blank, a zero or nothing in front; perhaps with a year after the day.
    fn syslog<'l>(&mut self, line: &'l [u8]) -> Option<(Stamp, &'l [u8])> {
        if let (Some(date), Some(b' ')) = (line.get(..6), line.get(6))
            && date == self.date.0
        {
            let (second, micros, rest) = clock(&line[7..])?;
            return Some((self.local(Wall { day: self.date.1, second, micros })?, rest));
        }
        let month = month(line.get(..3)?)?;
        let rest = line[3..].strip_prefix(b" ")?;
        let padded = rest.strip_prefix(b" ").unwrap_or(rest);
        let (day, rest) = super::super::bytes::number(padded)?;
        let rest = rest.strip_prefix(b" ")?;
        let day = i64::from(day);
        if let Some((second, micros, rest)) = clock(rest) {
            let day = self.years.day(month, day)?;
            // Only dates of six bytes are remembered: they are what nearly every line has.
            if let (Some(date), Some(b' ')) = (line.get(..6), line.get(6)) {
                self.date = (date.try_into().ok()?, day);
            }
            return Some((self.local(Wall { day, second, micros })?, rest));
        }
        let (year, rest) = super::super::bytes::number(rest)?;
        let (second, micros, rest) = clock(rest.strip_prefix(b" ")?)?;
        Some((self.local(Wall { day: days(i64::from(year), month, day)?, second, micros })?, rest))
    }

    /// `2026-02-03T04:05:06.789+09:00`, also with a blank for the `T`.
    fn iso<'l>(&mut self, line: &'l [u8]) -> Option<(Stamp, &'l [u8])> {
        let date: &[u8; 11] = line.first_chunk()?;
        if !matches!(date[10], b'T' | b't' | b' ') {
            return None;
        }
        if date[..10] != self.iso.0 {
            if date[4] != b'-' || date[7] != b'-' {
                return None;
            }
            let year = two(&date[..2])? * 100 + two(&date[2..4])?;
            self.iso.1 = days(year, two(&date[5..7])?, two(&date[8..10])?)?;
            self.iso.0.copy_from_slice(&date[..10]);
        }
        self.zoned(self.iso.1, &line[11..])
    }

    /// `03-Feb-2026 04:05:06 +0900` and `03/Feb/2026:04:05:06 +0900`, what web servers and Roundcube write.
    pub(crate) fn day_first<'l>(&mut self, line: &'l [u8]) -> Option<(Stamp, &'l [u8])> {
        let date = line.get(..12)?;
        if !matches!(date[2], b'-' | b'/') || date[6] != date[2] || !matches!(date[11], b' ' | b':') {
            return None;
        }
        let year = two(&date[7..9])? * 100 + two(&date[9..11])?;
        self.zoned(days(year, month(&date[3..6])?, two(&date[..2])?)?, &line[12..])
    }

    /// The time of day, with or without a zone behind it.
    fn zoned<'l>(&mut self, day: i64, text: &'l [u8]) -> Option<(Stamp, &'l [u8])> {
        let (second, micros, rest) = clock(text)?;
        let wall = Wall { day, second, micros };
        let zone = rest.strip_prefix(b" ").filter(|next| matches!(next.first(), Some(b'+' | b'-'))).unwrap_or(rest);
        match written_zone(zone) {
            Some((offset, rest)) => Some((at(wall, offset)?, rest)),
            None => Some((self.local(wall)?, rest)),
        }
    }

    /// A wall time in the reader's zone. Of the two moments that a clock set back shows, the first is taken.
    fn local(&mut self, wall: Wall) -> Option<Stamp> {
        let quarter = (wall.day * 86_400 + wall.second).div_euclid(900);
        if quarter != self.quarter.0 {
            let midnight = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
            let shown = midnight.checked_add(jiff::SignedDuration::from_secs(quarter * 900)).ok()?;
            let moment = self.zone.to_ambiguous_timestamp(shown).compatible().ok()?;
            self.quarter = (quarter, i64::from(self.zone.to_offset(moment).seconds()));
        }
        at(wall, self.quarter.1)
    }
}

fn at(wall: Wall, offset: i64) -> Option<Stamp> {
    let second = wall.day * 86_400 + wall.second - offset;
    let nanos = i32::try_from(wall.micros * 1000).ok()?;
    Some(Stamp {
        at: Timestamp::new(second, nanos).ok()?,
        zone: Offset::from_seconds(i32::try_from(offset).ok()?).ok()?,
    })
}

/// `@4000000…`, TAI64N (cr.yp.to/libtai): ten seconds ahead of Unix time as multilog and tai64nlocal have it.
fn tai64n(line: &[u8]) -> Option<(Stamp, &[u8])> {
    let digits = line.get(1..25)?;
    let hex = |text: &[u8]| u64::from_str_radix(std::str::from_utf8(text).ok()?, 16).ok();
    let second = i64::try_from(hex(&digits[..16])?.checked_sub(1 << 62)?).ok()?.checked_sub(10)?;
    let nanos = i32::try_from(hex(&digits[16..])?).ok()?;
    Some((Stamp { at: Timestamp::new(second, nanos).ok()?, zone: Offset::UTC }, &line[25..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokyo() -> Calendar {
        Calendar::new(TimeZone::get("Asia/Tokyo").unwrap(), YearRule::First(2026))
    }

    #[test]
    fn every_way_of_writing_a_time_is_read() {
        for (line, at, zone) in [
            ("Feb  3 04:05:06 mx x", "2026-02-02T19:05:06Z", 9),
            ("Feb 3 04:05:06 mx x", "2026-02-02T19:05:06Z", 9),
            ("Feb 03 04:05:06 mx x", "2026-02-02T19:05:06Z", 9),
            ("Feb  3 2024 04:05:06 mx x", "2024-02-02T19:05:06Z", 9),
            ("Feb  3 04:05:06.25 mx x", "2026-02-02T19:05:06.25Z", 9),
            ("2026-02-03T04:05:06.123456+02:00 mx x", "2026-02-03T02:05:06.123456Z", 2),
            ("2026-02-03T04:05:06Z mx x", "2026-02-03T04:05:06Z", 0),
            ("2026-02-03 04:05:06 mx x", "2026-02-02T19:05:06Z", 9),
            ("2026-02-03 04:05:06 -0500 mx x", "2026-02-03T09:05:06Z", -5),
            ("[03-Feb-2026 04:05:06 +0200]: mx x", "2026-02-03T02:05:06Z", 2),
            ("[03/Feb/2026 04:05:06] mx x", "2026-02-02T19:05:06Z", 9),
            ("[2026-02-03 04:05:06]mx x", "2026-02-02T19:05:06Z", 9),
            ("@400000004c91b044077a9e94 mx x", "2010-09-16T05:50:50.125476500Z", 0),
        ] {
            let (stamp, rest) = tokyo().leading(line.as_bytes()).unwrap_or_else(|| panic!("{line}"));
            let wanted = at.parse::<Timestamp>().unwrap();
            assert_eq!((stamp.at.as_second(), rest), (wanted.as_second(), b"mx x".as_slice()), "{line}");
            assert_eq!(stamp.zone.seconds(), zone * 3600, "{line}");
        }
        for line in
            ["", "Feb", "Feb 30 04:05:06 x", "Foo  3 04:05:06 x", "2026-02-03", "Feb  3 24:05:06 x", "@40", "[x"]
        {
            assert!(tokyo().leading(line.as_bytes()).is_none(), "{line}");
        }
    }

    #[test]
    fn a_zone_with_summer_time_is_followed_through_its_changes() {
        let mut calendar = Calendar::new(TimeZone::get("Europe/Zurich").unwrap(), YearRule::First(2026));
        for (line, at) in [
            ("Mar 29 01:59:59 x", "2026-03-29T00:59:59Z"),
            ("Mar 29 03:00:00 x", "2026-03-29T01:00:00Z"),
            ("Jul  1 12:00:00 x", "2026-07-01T10:00:00Z"),
            ("Oct 25 01:59:59 x", "2026-10-24T23:59:59Z"),
            ("Oct 25 02:30:00 x", "2026-10-25T00:30:00Z"),
            ("Oct 25 03:00:00 x", "2026-10-25T02:00:00Z"),
        ] {
            assert_eq!(calendar.leading(line.as_bytes()).unwrap().0.at, at.parse().unwrap(), "{line}");
        }
    }
}
