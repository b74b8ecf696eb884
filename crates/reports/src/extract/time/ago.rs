//! Times that count back from the moment of writing: `2 hours ago`, `30分前`.

use jiff::SignedDuration;
use model::EventTime;

use super::Found;
use super::tokens::{Kind, Token, mark, phrase, tokens};

/// Longest part of a line that is looked at, in bytes.
const MAX_LOOK: usize = 400;
/// Most of a unit that is counted back; what is longer ago is told by its date.
const MOST: i64 = 100;

/// How long ago an event was, and the length of the unit that it is told in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ago {
    back: SignedDuration,
    unit: SignedDuration,
}

impl Ago {
    /// The moment, counted from when the text was `written`: as exact as its unit.
    pub fn counted(&self, written: &EventTime, original: &str) -> Option<EventTime> {
        let at = written.at.checked_sub(self.back).ok()?;
        let mut event = EventTime::zoned(at, written.zone.as_deref().unwrap_or("UTC"), original);
        event.uncertainty_us = i64::try_from(self.unit.as_micros()).unwrap_or(i64::MAX);
        Some(event)
    }
}

/// The first of them in `line`.
pub fn ago(line: &str) -> Option<Found<Ago>> {
    let line = crate::charset::prefix(line, MAX_LOOK);
    let bytes = line.as_bytes();
    let ago = |at: usize| at > 1 && bytes[at - 2..at] == *b" a" && bytes.get(at + 1) == Some(&b'o');
    let known = memchr::memchr_iter(b'g', bytes).any(ago) || !line.is_ascii() && line.contains('前');
    if !known {
        return None;
    }
    let tokens = tokens(line);
    (0..tokens.len()).find_map(|at| {
        let count = count(&tokens[at])?;
        let (unit, next) = unit(&tokens, at + 1)?;
        let (next, word) = match tokens.get(next) {
            Some(token) if token.text == "ago" => (next + 1, true),
            _ => (phrase(&tokens, phrase(&tokens, next, "ほど").unwrap_or(next), "前")?, false),
        };
        // `5分前後`, `3日前まで`
        if !word && (mark(tokens.get(next), "後") || phrase(&tokens, next, "まで").is_some()) {
            return None;
        }
        let back = unit.checked_mul(i32::try_from(count).ok()?)?;
        Some(Found { value: Ago { back, unit }, start: tokens[at].start, end: tokens.get(next - 1)?.end })
    })
}

fn count(token: &Token<'_>) -> Option<i64> {
    match token.kind {
        Kind::Number => token.text.parse().ok().filter(|count| (1..MOST).contains(count)),
        Kind::Word => ["", "one", "two", "three", "four", "five", "six"]
            .iter()
            .position(|word| token.text.eq_ignore_ascii_case(word))
            .and_then(|count| i64::try_from(count).ok())
            .or_else(|| ["a", "an"].iter().any(|word| token.text.eq_ignore_ascii_case(word)).then_some(1)),
        Kind::Mark => None,
    }
}

fn unit(tokens: &[Token<'_>], at: usize) -> Option<(SignedDuration, usize)> {
    let (minute, hour) = (SignedDuration::from_mins(1), SignedDuration::from_hours(1));
    let word = tokens.get(at)?;
    match word.text.to_ascii_lowercase().as_str() {
        "minute" | "minutes" | "min" | "mins" | "分" => Some((minute, at + 1)),
        "hour" | "hours" | "hr" | "hrs" => Some((hour, at + 1)),
        _ => phrase(tokens, at, "時間").map(|next| (hour, next)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counted_from_the_moment_of_writing() {
        let written = EventTime::zoned("2024-05-01T12:00:00Z".parse().unwrap(), "JST", "");
        for (line, at) in [
            ("about 2 hours ago 192.0.2.1 tried", Some("2024-05-01T10:00:00Z")),
            ("An hour ago,", Some("2024-05-01T11:00:00Z")),
            ("30分ほど前から", Some("2024-05-01T11:30:00Z")),
            ("つい2時間前に", Some("2024-05-01T10:00:00Z")),
            ("10分前後で", None),
            ("24時間前までに", None),
            ("ago", None),
            ("long ago", None),
        ] {
            let read = ago(line).and_then(|one| one.value.counted(&written, "")).map(|event| event.at.to_string());
            assert_eq!(read.as_deref(), at, "{line}");
        }
    }
}
