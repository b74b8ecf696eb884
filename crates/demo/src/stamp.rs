//! Times as reporters write them. Zones are fixed offsets, so that no time-zone data can change the output.

use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp, Zoned};

use crate::rng::Rng;

/// A reporter's zone: the name written beside a time, and hours east of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Zone {
    pub(crate) name: &'static str,
    hours: i8,
}

/// Coordinated Universal Time.
pub(crate) const UTC: Zone = Zone { name: "UTC", hours: 0 };
/// Japan.
pub(crate) const JST: Zone = Zone { name: "JST", hours: 9 };
const OTHERS: [Zone; 4] = [
    Zone { name: "+0100", hours: 1 },
    Zone { name: "-0500", hours: -5 },
    Zone { name: "+0800", hours: 8 },
    Zone { name: "+0300", hours: 3 },
];

impl Zone {
    /// A zone drawn as reporters have them.
    pub(crate) const fn draw(rng: &mut Rng) -> Self {
        match rng.below(10) {
            0..4 => UTC,
            4..8 => JST,
            _ => OTHERS[rng.below(OTHERS.len())],
        }
    }

    fn at(self, at: Timestamp) -> Zoned {
        at.to_zoned(TimeZone::fixed(Offset::constant(self.hours)))
    }

    fn format(self, at: Timestamp, pattern: &str) -> String {
        self.at(at).strftime(pattern).to_string()
    }

    /// `Mon, 03 Feb 2025 04:05:06 +0900` (RFC 5322, 3.3).
    pub(crate) fn mail(self, at: Timestamp) -> String {
        self.format(at, "%a, %d %b %Y %H:%M:%S %z")
    }

    /// `2025-02-03T04:05:06+09:00`, or with `Z`.
    pub(crate) fn iso(self, at: Timestamp) -> String {
        self.format(at, if self.hours == 0 { "%Y-%m-%dT%H:%M:%SZ" } else { "%Y-%m-%dT%H:%M:%S%:z" })
    }

    /// `2025-02-03 04:05:06 JST`.
    pub(crate) fn plain(self, at: Timestamp) -> String {
        format!("{} {}", self.bare(at), self.name)
    }

    /// `2025-02-03 04:05:06`, the zone to be named elsewhere.
    pub(crate) fn bare(self, at: Timestamp) -> String {
        self.format(at, "%Y-%m-%d %H:%M:%S")
    }

    /// `03/Feb/2025:04:05:06 +0900` (common log format).
    pub(crate) fn web_log(self, at: Timestamp) -> String {
        self.format(at, "%d/%b/%Y:%H:%M:%S %z")
    }

    /// `Feb  3 04:05:06` (RFC 3164): neither year nor zone.
    pub(crate) fn syslog(self, at: Timestamp) -> String {
        self.format(at, "%b %e %H:%M:%S")
    }

    /// `+0900`.
    pub(crate) fn offset(self, at: Timestamp) -> String {
        self.format(at, "%z")
    }

    /// `2025年2月3日 4時05分頃`.
    pub(crate) fn ja_minute(self, at: Timestamp) -> String {
        self.format(at, "%Y年%-m月%-d日 %-H時%M分頃")
    }

    /// `2025年2月3日`.
    pub(crate) fn ja_day(self, at: Timestamp) -> String {
        self.format(at, "%Y年%-m月%-d日")
    }

    /// `2025/02/03 04:05:06 JST`.
    pub(crate) fn slashed(self, at: Timestamp) -> String {
        format!("{} {}", self.format(at, "%Y/%m/%d %H:%M:%S"), self.name)
    }

    /// `20250203`.
    pub(crate) fn digits(self, at: Timestamp) -> String {
        self.format(at, "%Y%m%d")
    }
}

/// `at`, some seconds earlier.
pub(crate) fn before(at: Timestamp, seconds: u32) -> Timestamp {
    at.saturating_sub(SignedDuration::from_secs(i64::from(seconds))).unwrap_or(at)
}

/// `at`, some seconds later.
pub(crate) fn after(at: Timestamp, seconds: u32) -> Timestamp {
    at.saturating_add(SignedDuration::from_secs(i64::from(seconds))).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_as_documented() {
        let at: Timestamp = "2025-02-02T19:05:06Z".parse().unwrap();
        assert_eq!(JST.mail(at), "Mon, 03 Feb 2025 04:05:06 +0900");
        assert_eq!(JST.iso(at), "2025-02-03T04:05:06+09:00");
        assert_eq!(UTC.iso(at), "2025-02-02T19:05:06Z");
        assert_eq!(JST.plain(at), "2025-02-03 04:05:06 JST");
        assert_eq!(JST.web_log(at), "03/Feb/2025:04:05:06 +0900");
        assert_eq!(JST.syslog(at), "Feb  3 04:05:06");
        assert_eq!(JST.ja_minute(at), "2025年2月3日 4時05分頃");
        assert_eq!(JST.slashed(at), "2025/02/03 04:05:06 JST");
        assert_eq!(OTHERS[1].plain(at), "2025-02-02 14:05:06 -0500");
    }
}
