//! When something happened, how sure that is, and in whose zone it was said.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// The moment a report speaks of, with what is known about its clock.
///
/// Reporters' clocks are wrong by seconds (NTP-kept servers), minutes (home routers) or a whole zone (no zone written).
/// Nothing here is rounded away: the desk states the interval in which an answer is right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventTime {
    /// Best value, UTC.
    pub at: Timestamp,
    /// Half the width of the interval in which the event surely lies, in microseconds.
    pub uncertainty_us: i64,
    /// The zone as it was written (`+09:00`, `JST`), or nothing if the text named none.
    pub zone: Option<String>,
    /// The characters the value was read from, for the console and for questions back.
    pub original: Option<String>,
}

/// Uncertainty of a time that carries a zone and seconds: five seconds.
pub const ZONED_UNCERTAINTY_US: i64 = 5_000_000;
/// Uncertainty of a time without any zone: any zone of the world is possible (UTC−12 … UTC+14).
pub const UNZONED_UNCERTAINTY_US: i64 = 14 * 3_600_000_000;

impl EventTime {
    /// A time to the second with a written zone.
    pub fn zoned(at: Timestamp, zone: &str, original: &str) -> Self {
        Self {
            at,
            uncertainty_us: ZONED_UNCERTAINTY_US,
            zone: Some(zone.to_owned()),
            original: Some(original.to_owned()),
        }
    }

    /// A time whose zone was not written and was taken to be UTC.
    pub fn unzoned(at: Timestamp, original: &str) -> Self {
        Self { at, uncertainty_us: UNZONED_UNCERTAINTY_US, zone: None, original: Some(original.to_owned()) }
    }

    /// The interval in which the event lies.
    pub fn span(&self) -> TimeSpan {
        let half = SignedDuration::from_micros(self.uncertainty_us.max(0));
        TimeSpan {
            earliest: self.at.saturating_sub(half).unwrap_or(Timestamp::MIN),
            latest: self.at.saturating_add(half).unwrap_or(Timestamp::MAX),
        }
    }
}

/// A closed interval of time: both ends are possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TimeSpan {
    /// First possible moment.
    pub earliest: Timestamp,
    /// Last possible moment.
    pub latest: Timestamp,
}

impl TimeSpan {
    /// A span of one moment.
    pub const fn instant(at: Timestamp) -> Self {
        Self { earliest: at, latest: at }
    }

    /// Whether a holding from `from` (inclusive) to `to` (exclusive, open if absent) touches this span.
    pub fn overlaps(&self, from: Timestamp, to: Option<Timestamp>) -> bool {
        from <= self.latest && to.is_none_or(|to| to > self.earliest)
    }

    /// Whether a holding from `from` (inclusive) to `to` (exclusive, open if absent) covers this whole span.
    pub fn within(&self, from: Timestamp, to: Option<Timestamp>) -> bool {
        from <= self.earliest && to.is_none_or(|to| to > self.latest)
    }
}
