//! Times of day whose date stands elsewhere: in another line, or in a word that counts from the day of writing (`昨夜11時`).

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use jiff::civil::{Date, Time};
use jiff::tz::Offset;

use super::clock::{range_end, time_of_day};
use super::tokens::{Kind, tokens};
use super::zone::zone;
use super::{Found, Written};

/// Longest part of a line that is looked at, in bytes.
const MAX_LOOK: usize = 400;
/// How far in front of a time of day its day may be named, in bytes.
const MAX_GAP: usize = 24;

/// A time of day without a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alone {
    time: Time,
    days_later: i8,
    zone: Option<(String, Offset)>,
    /// Days before the day of writing, if a word says so.
    days_back: Option<i8>,
}

/// Days that are counted from the day of writing; whether it is the night that belongs to the day before it.
const DAYS: &[(&str, i8, bool)] = &[
    ("一昨日", 2, false),
    ("おととい", 2, false),
    ("昨夜", 1, true),
    ("昨晩", 1, true),
    ("ゆうべ", 1, true),
    ("昨日", 1, false),
    ("きのう", 1, false),
    ("今朝", 0, false),
    ("けさ", 0, false),
    ("今日", 0, false),
    ("本日", 0, false),
    ("きょう", 0, false),
    ("day before yesterday", 2, false),
    ("yesterday", 1, false),
    ("last night", 1, true),
    ("this morning", 0, false),
    ("today", 0, false),
    ("vorgestern", 2, false),
    ("gestern", 1, false),
    ("heute", 0, false),
    ("avant-hier", 2, false),
    ("hier soir", 1, false),
    ("hier à", 1, false),
    ("hier vers", 1, false),
    ("aujourd'hui", 0, false),
    ("anteayer", 2, false),
    ("ayer", 1, false),
    ("anoche", 1, true),
    ("hoy", 0, false),
    ("anteontem", 2, false),
    ("ontem", 1, false),
    ("hoje", 0, false),
    ("ieri", 1, false),
    ("oggi", 0, false),
    ("eergisteren", 2, false),
    ("gisteren", 1, false),
    ("vandaag", 0, false),
    ("przedwczoraj", 2, false),
    ("wczoraj", 1, false),
    ("dzisiaj", 0, false),
    ("позавчера", 2, false),
    ("вчера", 1, false),
    ("сегодня", 0, false),
    ("前天", 2, false),
    ("昨天", 1, false),
    ("今天", 0, false),
    ("그제", 2, false),
    ("어제", 1, false),
    ("오늘", 0, false),
];

/// The words of [`DAYS`], the longer of two that begin together.
static DAY_WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let words = DAYS.iter().map(|(word, ..)| word);
    AhoCorasick::builder().ascii_case_insensitive(true).match_kind(MatchKind::LeftmostLongest).build(words).ok()
});

/// Hours of business, not of events.
const OFFICE: &[&str] = &["平日", "営業", "受付", "窓口", "電話", "土日"];

fn is_of_office(line: &str) -> bool {
    line.contains("TEL") || !line.is_ascii() && OFFICE.iter().any(|word| line.contains(word))
}

impl Alone {
    /// The date and time, if the day is counted from `today`, the day of writing.
    pub fn counted(&self, today: Date) -> Option<Written> {
        let back = self.days_back?;
        self.on(today.checked_sub(jiff::Span::new().days(back)).ok()?)
    }

    /// The date and time on `date`.
    pub fn on(&self, date: Date) -> Option<Written> {
        Some(Written {
            year: Some(date.year()),
            month: date.month(),
            day: date.day(),
            time: Some(self.time),
            days_later: self.days_later,
            zone: self.zone.clone(),
            ambiguous: false,
        })
    }

    /// The time with a date of its own that may lack the year.
    pub fn with(&self, date: &Written) -> Written {
        let zone = self.zone.clone().or_else(|| date.zone.clone());
        Written { time: Some(self.time), days_later: self.days_later, zone, ..date.clone() }
    }
}

/// The first time of day in `line`, which has no date with a time.
pub fn alone(line: &str) -> Option<Found<Alone>> {
    let line = crate::charset::prefix(line, MAX_LOOK);
    if !may_hold_clock(line) || is_of_office(line) {
        return None;
    }
    let tokens = tokens(line);
    (0..tokens.len()).find_map(|at| {
        let found = time_of_day(&tokens, at)?;
        let (first, last) = (tokens.get(at)?, tokens.get(found.next.checked_sub(1)?)?);
        // Neither the middle of an address nor of a date.
        let joined = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '-' | '/' | '年' | '月');
        let before = line.get(..first.start)?;
        let behind = line.get(last.end..)?;
        if before.ends_with(joined) && first.kind == Kind::Number || behind.starts_with(['.', ':', '-', '/']) {
            return None;
        }
        let named = zone(&tokens, found.next).or_else(|| zone(&tokens, range_end(&tokens, found.next)?));
        let (zone, end) = match named {
            Some((zone, next)) => (Some(zone), tokens.get(next.checked_sub(1)?)?.end),
            None => (None, last.end),
        };
        let near = before.len().saturating_sub(MAX_GAP);
        // The night's own word may have been taken for part of the time; in English the day may stand behind.
        let near = (near..=near + 3).find(|at| line.is_char_boundary(*at))?;
        let until = last.end + line.get(last.end..)?.chars().take(12).map(char::len_utf8).sum::<usize>();
        let window = line.get(near..until).filter(|window| window.len() > 4);
        let named_days = DAY_WORDS.as_ref().zip(window).map(|(words, window)| words.find_iter(window));
        let day = named_days.into_iter().flatten().find_map(|found| {
            let (word, back, night) = DAYS.get(found.pattern().as_usize())?;
            let start = near + found.start();
            (word.is_ascii() || start < last.end).then_some((start, *back, *night))
        });
        let days_back = day.map(|(_, back, night)| if night && found.time.hour() < 5 { back - 1 } else { back });
        let value = Alone { time: found.time, days_later: found.days_later, zone, days_back };
        Some(Found { value, start: day.map_or(first.start, |(start, ..)| start.min(first.start)), end })
    })
}

/// Whether a line has a digit and a sign that parts hours from minutes: `:`, `時`, or an `h` between digits.
fn may_hold_clock(line: &str) -> bool {
    let bytes = line.as_bytes();
    if !crate::text::has_digit(line) {
        return false;
    }
    if !line.is_ascii() {
        return line.contains([':', '時', 'h', 'H']);
    }
    let digit = |near: Option<&u8>| near.is_some_and(u8::is_ascii_digit);
    let parts =
        |at: usize| digit(bytes[..at].trim_ascii_end().last()) && digit(bytes[at + 1..].trim_ascii_start().first());
    memchr::memchr(b':', bytes).is_some() || memchr::memchr2_iter(b'h', b'H', bytes).any(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_the_day_of_writing() {
        let today = Date::constant(2024, 3, 1);
        for (line, civil) in [
            ("昨夜11時15分に届きました", "2024-02-29 23:15:00"),
            ("昨夜1時ごろ", "2024-03-01 01:00:00"),
            ("今朝 5:30に来ました", "2024-03-01 05:30:00"),
            ("昨日の23:41くらい", "2024-02-29 23:41:00"),
            ("一昨日の夕方6時半", "2024-02-28 18:30:00"),
            ("きのうの夜8時ごろ（日本時間）", "2024-02-29 20:00:00"),
            ("Yesterday at 2:05 pm", "2024-02-29 14:05:00"),
            ("at 14:05 yesterday", "2024-02-29 14:05:00"),
            ("vorgestern Abend um 20:15 Uhr", "2024-02-28 20:15:00"),
            ("ayer a las 20:15", "2024-02-29 20:15:00"),
        ] {
            let written = alone(line).and_then(|one| one.value.counted(today)).unwrap();
            let text = format!("2024-{:02}-{:02} {}", written.month, written.day, written.time.unwrap());
            assert_eq!(text, civil, "{line}");
        }
    }

    #[test]
    fn what_is_no_time_of_an_event() {
        for line in [
            "203.0.113.5:51 から",
            "2001:db8::12:30",
            "平日9:00〜17:00",
            "比率は3:2です",
            "24時間以内に",
            "18時間前",
            "12月",
        ] {
            assert!(alone(line).is_none(), "{line}: {:?}", alone(line));
        }
        let one = alone("22:47　192.0.2.1　ユーザ名 test").unwrap();
        assert_eq!((one.value.time.to_string().as_str(), one.value.days_back), ("22:47:00", None));
    }
}
