//! Lengths of time in rules: `90m`, `24h`, `1d`, `4w`.

use std::fmt;

use serde::{Deserialize, Deserializer};

/// A length of time, of whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window(u32);

/// Longest window: rules look back at most this far.
const MAX: u32 = 366 * 86_400;

impl Window {
    /// So many minutes.
    pub const fn minutes(minutes: u32) -> Self {
        Self(minutes * 60)
    }

    /// So many hours.
    pub const fn hours(hours: u32) -> Self {
        Self(hours * 3600)
    }

    /// So many days.
    pub const fn days(days: u32) -> Self {
        Self::hours(days * 24)
    }

    /// In seconds.
    pub const fn seconds(self) -> i64 {
        self.0 as i64
    }

    /// In seconds.
    pub const fn whole(self) -> u32 {
        self.0
    }

    /// A number and its unit.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.len() - text.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
        let (number, unit) = text.split_at(digits);
        let unit = match unit.trim() {
            "s" => 1,
            "m" | "min" => 60,
            "h" | "hour" | "hours" => 3600,
            "d" | "day" | "days" => 86_400,
            "w" | "week" | "weeks" => 604_800,
            _ => return None,
        };
        let seconds = number.parse::<u32>().ok()?.checked_mul(unit)?;
        (seconds > 0 && seconds <= MAX).then_some(Self(seconds))
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (unit, length) in [("w", 604_800), ("d", 86_400), ("h", 3600), ("m", 60)] {
            if self.0.is_multiple_of(length) {
                return write!(f, "{}{unit}", self.0 / length);
            }
        }
        write!(f, "{}s", self.0)
    }
}

impl<'de> Deserialize<'de> for Window {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            serde::de::Error::custom(format!("`{text}` is no length of time; write 90m, 24h, 1d or 4w, at most 366d"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_and_written() {
        for (text, seconds, shown) in [
            ("1d", 86_400, "1d"),
            ("24h", 86_400, "1d"),
            ("90m", 5400, "90m"),
            ("2 weeks", 1_209_600, "2w"),
            ("5s", 5, "5s"),
        ] {
            let window = Window::parse(text).unwrap();
            assert_eq!((window.whole(), window.to_string().as_str()), (seconds, shown), "{text}");
        }
        for text in ["", "1", "d", "0d", "-1d", "367d", "1y", "99999999999d"] {
            assert_eq!(Window::parse(text), None, "{text}");
        }
    }
}
