//! Times in text: RFC 5322, ISO 8601, log formats, ctime, Japanese, with their zones.
//!
//! A line is cut into numbers, words and marks, and the tokens are fitted to a date and a time of day; no pattern is
//! tried twice. A year is guessed only for syslog lines and only in one way (see [`Clockwork::event`]).

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use model::EventTime;

use super::Found;

/// Days back within which a line without a year may lie.
const SYSLOG_DAYS: i64 = 31;

/// What is known about the clock of a report.
#[derive(Debug, Clone)]
pub struct Clockwork {
    /// When the desk received it.
    pub received: Timestamp,
    /// Zone named for the whole text ("Timezone: JST", "all times are UTC").
    pub zone: Option<(String, Offset)>,
}

/// A date and time as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Year, if one was written.
    pub year: Option<i16>,
    /// Month and day.
    pub month: i8,
    /// Day of the month.
    pub day: i8,
    /// Time of day, if one was written; seconds absent count as zero.
    pub time: Option<Time>,
    /// Zone as written, and what it means.
    pub zone: Option<(String, Offset)>,
    /// Day and month could be exchanged.
    pub ambiguous: bool,
}

impl Clockwork {
    /// Nothing is known but when the report came.
    pub const fn new(received: Timestamp) -> Self {
        Self { received, zone: None }
    }

    /// The moment of a written time. A missing year is set only if exactly one candidate lies within the 31 days before
    /// the report was received.
    pub fn event(&self, written: &Written, original: &str) -> Option<EventTime> {
        let zone = written.zone.clone().or_else(|| self.zone.clone());
        let offset = zone.as_ref().map_or(Offset::UTC, |(_, offset)| *offset);
        let at = match written.year {
            Some(year) => moment(year, written, offset)?,
            None => self.recent(written, offset)?,
        };
        let original = crate::charset::prefix(original, 100);
        let mut event = match &zone {
            Some((name, _)) => EventTime::zoned(at, name, original),
            None => EventTime::unzoned(at, original),
        };
        if written.time.is_none() {
            event.uncertainty_us += 12 * 3_600_000_000;
        }
        Some(event)
    }

    fn recent(&self, written: &Written, offset: Offset) -> Option<Timestamp> {
        let received = offset.to_datetime(self.received);
        let earliest = self.received.checked_sub(SignedDuration::from_hours(SYSLOG_DAYS * 24)).ok()?;
        // A day of grace: the reporter's clock may run ahead or be in another zone.
        let latest = self.received.checked_add(SignedDuration::from_hours(24)).ok()?;
        let mut fitting = [received.year() - 1, received.year(), received.year().saturating_add(1)]
            .into_iter()
            .filter_map(|year| moment(year, written, offset))
            .filter(|at| (earliest..=latest).contains(at));
        let only = fitting.next()?;
        fitting.next().is_none().then_some(only)
    }
}

fn moment(year: i16, written: &Written, offset: Offset) -> Option<Timestamp> {
    let date = Date::new(year, written.month, written.day).ok()?;
    let time = written.time.unwrap_or(Time::midnight());
    let mut civil = DateTime::from_parts(date, time);
    if written.time.is_none() {
        civil = civil.checked_add(12.hours()).ok()?;
    }
    offset.to_timestamp(civil).ok()
}

/// Parses a header or field value that is one time.
pub fn parse(text: &str, clock: &Clockwork) -> Option<EventTime> {
    if let Ok(at) = text.trim().parse::<Timestamp>() {
        let zone = zone_text(text.trim());
        return Some(EventTime::zoned(at, zone, crate::charset::prefix(text.trim(), 100)));
    }
    let mut found = Vec::new();
    scan(text, &mut found);
    let first = found.first()?;
    clock.event(&first.value, text.get(first.start..first.end).unwrap_or(text).trim())
}

fn zone_text(text: &str) -> &str {
    if text.ends_with(['Z', 'z']) {
        return "Z";
    }
    text.rfind(['+', '-']).filter(|at| *at > 10).map_or("Z", |at| text[at..].split('[').next().unwrap_or("Z"))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Word,
    Mark,
}

#[derive(Debug, Clone, Copy)]
struct Token<'a> {
    kind: Kind,
    text: &'a str,
    start: usize,
    end: usize,
}

/// Most tokens of a line that are looked at.
const MAX_TOKENS: usize = 400;

fn tokens(line: &str) -> Vec<Token<'_>> {
    let mut out = Vec::new();
    let mut chars = line.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        if out.len() >= MAX_TOKENS {
            break;
        }
        if c.is_whitespace() {
            continue;
        }
        let kind = class(c);
        let mut end = start + c.len_utf8();
        if kind != Kind::Mark {
            while let Some((at, next)) = chars.peek().copied().filter(|(_, next)| class(*next) == kind) {
                end = at + next.len_utf8();
                chars.next();
            }
        }
        out.push(Token { kind, text: &line[start..end], start, end });
    }
    out
}

const fn class(c: char) -> Kind {
    if c.is_ascii_digit() {
        Kind::Number
    } else if c.is_ascii_alphabetic() {
        Kind::Word
    } else {
        Kind::Mark
    }
}

/// Every date (with its time of day and zone) in `line`.
pub fn scan(line: &str, found: &mut Vec<Found<Written>>) {
    // Without two digits there is no date; most lines of prose end here.
    if line.bytes().filter(u8::is_ascii_digit).take(2).count() < 2 {
        return;
    }
    let stamp = super::stamps::leading(line);
    let tokens = tokens(line);
    let mut at = stamp.as_ref().map_or(0, |stamp| tokens.partition_point(|token| token.start < stamp.end));
    found.extend(stamp);
    while at < tokens.len() {
        if let Some((written, next)) = date(&tokens, at) {
            let start = tokens[at].start;
            let (written, next) = with_time(&tokens, written, next, at);
            found.push(Found { value: written, start, end: tokens[next - 1].end });
            at = next;
        } else {
            at += 1;
        }
    }
}

fn number(token: &Token<'_>, digits: std::ops::RangeInclusive<usize>) -> Option<i16> {
    (token.kind == Kind::Number && digits.contains(&token.text.len())).then(|| token.text.parse().ok()).flatten()
}

fn month_name(token: &Token<'_>) -> Option<i8> {
    const NAMES: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    if token.kind != Kind::Word || token.text.len() < 3 {
        return None;
    }
    let head = token.text.get(..3)?.to_ascii_lowercase();
    let at = NAMES.iter().position(|name| *name == head)?;
    let full = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ][at];
    let lower = token.text.to_ascii_lowercase();
    (full.starts_with(&lower) || lower == "sept").then(|| i8::try_from(at + 1).ok()).flatten()
}

fn built(year: Option<i16>, month: i16, day: i16, ambiguous: bool) -> Option<Written> {
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    let year = year.map(|year| if year < 100 { 2000 + year } else { year });
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || year.is_some_and(|year| !(1980..2100).contains(&year))
    {
        return None;
    }
    Some(Written { year, month, day, time: None, zone: None, ambiguous })
}

fn mark(token: Option<&Token<'_>>, marks: &str) -> bool {
    token.is_some_and(|token| token.kind == Kind::Mark && marks.contains(token.text))
}

/// A date at token `at`, and the token behind it.
fn date(tokens: &[Token<'_>], at: usize) -> Option<(Written, usize)> {
    let get = |offset: usize| tokens.get(at + offset);
    let first = get(0)?;
    if first.kind == Kind::Number
        && at > 0
        && mark(tokens.get(at - 1), ".:")
        && tokens[at - 1].end == first.start
        && at > 1
    {
        // The middle of a version, address or time of day.
        if tokens[at - 2].kind == Kind::Number && tokens[at - 2].end == tokens[at - 1].start {
            return None;
        }
    }
    // 2024年5月1日, 令和6年5月1日
    if first.kind == Kind::Number && mark(get(1), "年") {
        let year = first.text.parse::<i16>().ok()?;
        let year = match at.checked_sub(1).map(|at| tokens[at].text) {
            Some("和") => 2018 + year,
            Some("成") => 1988 + year,
            _ => year,
        };
        let written = built(Some(year), number(get(2)?, 1..=2)?, number(get(4)?, 1..=2)?, false)?;
        return Some((written, at + 6)).filter(|_| mark(get(3), "月") && mark(get(5), "日"));
    }
    if first.kind == Kind::Word && first.text.eq_ignore_ascii_case("R") && mark(get(2), ".") && mark(get(4), ".") {
        let year = number(get(1)?, 1..=2)?;
        return Some((built(Some(2018 + year), number(get(3)?, 1..=2)?, number(get(5)?, 1..=2)?, false)?, at + 6));
    }
    if let Some(year) = number(first, 4..=4) {
        // 2024-05-01, 2024/05/01, 2024.05.01, 2024-May-01
        if mark(get(1), "-/.") && mark(get(3), "-/.") && get(1)?.text == get(3)?.text {
            let month = number(get(2)?, 1..=2).or_else(|| month_name(get(2)?).map(i16::from))?;
            return Some((built(Some(year), month, number(get(4)?, 1..=2)?, false)?, at + 5));
        }
        return None;
    }
    let glued = at > 0 && tokens[at - 1].kind == Kind::Word && tokens[at - 1].end == first.start;
    if let Some(day) = number(first, 1..=2).filter(|_| !glued) {
        return day_first(tokens, at, day);
    }
    // May 1 12:00:00, May 1, 2024
    if let Some(month) = month_name(first) {
        let skip = usize::from(mark(get(1), "."));
        let day = number(get(1 + skip)?, 1..=2)?;
        let mut next = at + 2 + skip;
        if tokens.get(next).is_some_and(|token| matches!(token.text, "st" | "nd" | "rd" | "th")) {
            next += 1;
        }
        let comma = usize::from(mark(tokens.get(next), ","));
        let year = tokens.get(next + comma).and_then(|token| number(token, 4..=4));
        let written = built(year, i16::from(month), day, false)?;
        return Some((written, if year.is_some() { next + comma + 1 } else { next }));
    }
    // 20240501T120000Z
    None
}

/// Dates that begin with a day: `01/May/2024`, `1 May 2024`, `01.05.2024`, `05/01/2024`.
fn day_first(tokens: &[Token<'_>], at: usize, first: i16) -> Option<(Written, usize)> {
    let get = |offset: usize| tokens.get(at + offset);
    let separated = mark(get(1), "-/.");
    let (middle, year_at) = if separated { (get(2)?, 4) } else { (get(1)?, 2) };
    if let Some(month) = month_name(middle) {
        if separated && !mark(get(3), "-/.") {
            return None;
        }
        // `2/sept./2024`: a dot behind the abbreviation.
        let dotted = separated && mark(get(3), ".") && mark(get(4), "-/.");
        let skip = usize::from(dotted || !separated && mark(get(year_at), ".,"));
        let year = number(get(year_at + skip)?, 2..=4)?;
        return Some((built(Some(year), i16::from(month), first, false)?, at + year_at + skip + 1));
    }
    if !separated || !mark(get(3), "-/.") || get(1)?.text != get(3)?.text {
        return None;
    }
    let second = number(middle, 1..=2)?;
    let year = number(get(4)?, 4..=4)?;
    let goes_on = mark(get(5), ".")
        && get(6).is_some_and(|token| token.kind == Kind::Number && token.start == get(5).map_or(0, |dot| dot.end));
    if get(1)?.text == "." && goes_on {
        return None;
    }
    // With dots the day comes first; with slashes the month may, and only a number above 12 tells.
    let month_first = get(1)?.text == "/" && first <= 12;
    let ambiguous = first <= 12 && second <= 12 && first != second && get(1)?.text != ".";
    let (month, day) = if month_first { (first, second) } else { (second, first) };
    Some((built(Some(year), month, day, ambiguous)?, at + 5))
}

/// Adds the time of day and zone behind (or, for ctime, between) a date.
fn with_time(tokens: &[Token<'_>], mut written: Written, mut next: usize, from: usize) -> (Written, usize) {
    let mut look = next;
    while let Some(token) = tokens.get(look) {
        let filler = (token.kind == Kind::Mark
            && matches!(token.text, "," | ":" | "-" | "(" | ")" | "[" | "@" | "日" | "|"))
            || token.text.eq_ignore_ascii_case("T")
            || token.text.eq_ignore_ascii_case("at")
            || token.text.eq_ignore_ascii_case("um");
        if !filler || look > next + 3 {
            break;
        }
        look += 1;
    }
    if let Some((time, after)) = time_of_day(tokens, look) {
        written.time = Some(time);
        next = after;
        if let Some((zone, after)) = zone(tokens, next) {
            written.zone = Some(zone);
            next = after;
        } else if let Some(before) = from.checked_sub(1).map(|before| tokens[before])
            && before.kind == Kind::Word
            && before.text.len() > 2
            && before.text.bytes().all(|byte| byte.is_ascii_uppercase())
        {
            // `[PDT Apr 16 21:05:29]`
            written.zone = named_zone(before.text).map(|offset| (before.text.to_owned(), offset));
        }
        // ctime: `Jan  8 08:06:51 EST 2021`
        if written.year.is_none()
            && let Some(year) =
                tokens.get(next).and_then(|token| number(token, 4..=4)).filter(|year| (1990..2100).contains(year))
        {
            written.year = Some(year);
            next += 1;
            if written.zone.is_none()
                && let Some((zone, after)) = zone(tokens, next)
            {
                written.zone = Some(zone);
                next = after;
            }
        }
    } else if let Some(time) = before(tokens, from) {
        written.time = Some(time);
    }
    (written, next)
}

/// `12:34:56 01.05.2024`: a time of day right before the date.
fn before(tokens: &[Token<'_>], from: usize) -> Option<Time> {
    [5, 3].into_iter().find_map(|back| {
        let start = from.checked_sub(back)?;
        let (time, after) = time_of_day(tokens, start)?;
        (after == from).then_some(time)
    })
}

/// A time of day at token `at`: `12:34:56.789`, `02:36 PM`, `23H54`, `12時34分56秒`.
fn time_of_day(tokens: &[Token<'_>], at: usize) -> Option<(Time, usize)> {
    let get = |offset: usize| tokens.get(at + offset);
    let mut hour = i8::try_from(number(get(0)?, 1..=2)?).ok()?;
    let separator = get(1)?;
    if !matches!(separator.text, ":" | "時" | "h" | "H") {
        return None;
    }
    let minute = i8::try_from(number(get(2)?, 1..=2)?).ok()?;
    let mut next = at + 3;
    let (mut second, mut nanos) = (0, 0);
    if mark(tokens.get(next), ":分")
        && let Some(value) = tokens.get(next + 1).and_then(|token| number(token, 1..=2))
    {
        second = i8::try_from(value).ok()?;
        next += 2;
        if mark(tokens.get(next), ".,")
            && let Some(fraction) =
                tokens.get(next + 1).filter(|token| token.kind == Kind::Number && token.text.len() <= 9)
            && tokens[next].end == fraction.start
        {
            nanos = fraction.text.parse::<i32>().ok()? * 10_i32.pow(9 - u32::try_from(fraction.text.len()).ok()?);
            next += 2;
        }
        next += usize::from(mark(tokens.get(next), "秒"));
    } else {
        next += usize::from(mark(tokens.get(next), "分"));
    }
    if let Some(half) = tokens.get(next).filter(|token| token.kind == Kind::Word) {
        if half.text.eq_ignore_ascii_case("pm") && hour < 12 {
            hour += 12;
            next += 1;
        } else if half.text.eq_ignore_ascii_case("am") {
            hour %= 12;
            next += 1;
        } else if half.text.eq_ignore_ascii_case("pm") {
            next += 1;
        }
    }
    Some((Time::new(hour, minute, second.min(59), nanos).ok()?, next))
}

/// A zone at token `at`.
fn zone(tokens: &[Token<'_>], at: usize) -> Option<((String, Offset), usize)> {
    let mut at = at;
    while mark(tokens.get(at), "([,") {
        at += 1;
    }
    let token = tokens.get(at)?;
    if token.kind == Kind::Word {
        let offset = named_zone(token.text)?;
        let utc_like = matches!(token.text.to_ascii_uppercase().as_str(), "UTC" | "GMT" | "Z");
        if utc_like && let Some((numeric, after)) = numeric_zone(tokens, at + 1) {
            return Some((numeric, after));
        }
        return Some(((token.text.to_owned(), offset), at + 1));
    }
    numeric_zone(tokens, at)
}

fn numeric_zone(tokens: &[Token<'_>], at: usize) -> Option<((String, Offset), usize)> {
    let sign = tokens.get(at).filter(|token| matches!(token.text, "+" | "-" | "\u{2212}"))?;
    let digits = tokens.get(at + 1).filter(|token| token.kind == Kind::Number && token.start == sign.end)?;
    let (hours, minutes, after) = match digits.text.len() {
        4 => (digits.text[..2].parse::<i32>().ok()?, digits.text[2..].parse::<i32>().ok()?, at + 2),
        1 | 2 => {
            let minutes =
                mark(tokens.get(at + 2), ":").then(|| tokens.get(at + 3).and_then(|token| number(token, 2..=2)));
            match minutes.flatten() {
                Some(minutes) => (digits.text.parse().ok()?, i32::from(minutes), at + 4),
                None => (digits.text.parse().ok()?, 0, at + 2),
            }
        }
        _ => return None,
    };
    if hours > 14 || minutes > 59 {
        return None;
    }
    let sign_value = if sign.text == "+" { 1 } else { -1 };
    let offset = Offset::from_seconds(sign_value * (hours * 3600 + minutes * 60)).ok()?;
    let text = format!("{}{hours:02}:{minutes:02}", if sign_value > 0 { '+' } else { '-' });
    Some(((text, offset), after))
}

/// Abbreviations that mean one offset in practice.
pub fn named_zone(name: &str) -> Option<Offset> {
    let minutes = match name.to_ascii_uppercase().as_str() {
        "Z" | "UTC" | "GMT" | "UT" | "WET" => 0,
        "BST" | "WEST" | "CET" | "MEZ" => 60,
        "CEST" | "MESZ" | "EET" | "SAST" => 120,
        "EEST" | "MSK" => 180,
        "IST" => 330,
        "WIB" => 420,
        "HKT" | "SGT" | "AWST" => 480,
        "JST" | "KST" => 540,
        "AEST" => 600,
        "AEDT" => 660,
        "NZST" => 720,
        "NZDT" => 780,
        "BRT" => -180,
        "AST" | "EDT" => -240,
        "EST" | "CDT" => -300,
        "CST" | "MDT" => -360,
        "MST" | "PDT" => -420,
        "PST" | "AKDT" => -480,
        _ => return None,
    };
    Offset::from_seconds(minutes * 60).ok()
}

static ABOUT_ZONES: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::new([
        "zone",
        "Zone",
        "ZONE",
        "GMT",
        "UTC",
        "時刻",
        "times are",
        "TZ",
        "times in",
        "imestamps",
        "日本時間",
        "日本標準時",
    ])
    .ok()
});

/// A zone that is stated for a whole text: "Timezone: GMT+0900", "times are in UTC", 日本時間.
pub fn stated_zone(line: &str) -> Option<(String, Offset)> {
    // One pass over the line; only a line about zones is looked at closer.
    if !ABOUT_ZONES.as_ref().is_some_and(|words| words.is_match(line)) {
        return None;
    }
    if line.contains("日本時間") || line.contains("日本標準時") {
        return Some(("JST".to_owned(), Offset::from_seconds(9 * 3600).ok()?));
    }
    let tokens = tokens(line);
    let start = tokens.iter().position(|token| {
        token.kind == Kind::Word
            && matches!(
                token.text.to_ascii_lowercase().as_str(),
                "timezone" | "zone" | "tz" | "times" | "timestamps" | "time" | "dates" | "zones"
            )
    })?;
    let end = tokens.len().min(start + 14);
    // `time: 2024-08-31 … UTC`: the middle of a date is no offset.
    let in_date = |at: usize| tokens[at - 1].kind == Kind::Number && tokens[at - 1].end == tokens[at].start;
    (start + 1..end).filter(|at| !in_date(*at)).find_map(|at| zone(&tokens[..end], at).map(|(zone, _)| zone))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        let clock = Clockwork::new("2024-05-20T00:00:00Z".parse().unwrap());
        parse(text, &clock).map(|event| event.at.to_string())
    }

    #[test]
    fn every_common_spelling() {
        for (text, utc) in [
            ("Wed, 01 May 2024 12:34:56 +0900", "2024-05-01T03:34:56Z"),
            ("2024-05-01T12:34:56.5+09:00", "2024-05-01T03:34:56.5Z"),
            ("2024-05-01 12:34:56 JST", "2024-05-01T03:34:56Z"),
            ("2024-05-01 12:34:56", "2024-05-01T12:34:56Z"),
            ("[01/May/2024:12:34:56 -0700] \"GET", "2024-05-01T19:34:56Z"),
            ("Wed May  1 12:34:56 EST 2024", "2024-05-01T17:34:56Z"),
            ("Sat Jan 07 2023 12:48:36 GMT-0500 (Eastern)", "2023-01-07T17:48:36Z"),
            ("2/14/2025 6:52:57 AM (UTC-06:00) Central", "2025-02-14T12:52:57Z"),
            ("2023-05-15 at 02:36 PM UTC", "2023-05-15T14:36:00Z"),
            ("01.05.2024 12:34:56 CEST", "2024-05-01T10:34:56Z"),
            ("2024年5月1日 12時34分56秒 JST", "2024-05-01T03:34:56Z"),
            ("令和6年5月1日 12:34", "2024-05-01T12:34:00Z"),
            ("03 Apr 23 14:13 UTC", "2023-04-03T14:13:00Z"),
            ("May 19 16:36:45 host sshd[1]:", "2024-05-19T16:36:45Z"),
            ("May 21, 2018, a total", "2018-05-21T12:00:00Z"),
            ("[PDT Apr 30 21:05:29] error", "2024-05-01T04:05:29Z"),
            ("[02/sept./2015:00:11:31 +0200] \"GET", "2015-09-01T22:11:31Z"),
        ] {
            assert_eq!(read(text).as_deref(), Some(utc), "{text}");
        }
    }

    #[test]
    fn a_year_is_guessed_in_one_way_or_not_at_all() {
        assert_eq!(read("Apr 25 10:00:00 host x").as_deref(), Some("2024-04-25T10:00:00Z"));
        assert_eq!(read("Mar  1 10:00:00 host x"), None);
        assert_eq!(read("Dec 31 10:00:00 host x"), None);
    }

    #[test]
    fn addresses_and_versions_are_no_dates() {
        for text in ["192.0.2.1", "10.11.2024.5", "v1.2.2024", "12:34:56", "AS64496", ""] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn zones_stated_for_a_text() {
        for (line, seconds) in [
            ("Note: Local timezone is +0900 (JST)", 32_400),
            ("Our Timezone is GMT +8. Please", 28_800),
            ("Times are GMT -0600:", -21_600),
            ("All timestamps mentioned are in UTC.", 0),
            ("(time zone is UTC).", 0),
            ("時刻は日本時間です", 32_400),
        ] {
            assert_eq!(stated_zone(line).map(|(_, offset)| offset.seconds()), Some(seconds), "{line}");
        }
        assert!(stated_zone("please take the time to read").is_none());
        let clock = stated_zone("Server time: 2024-08-31 02:11:28 UTC IP: 192.0.2.1");
        assert_eq!(clock.map(|(_, offset)| offset.seconds()), Some(0));
    }
}
