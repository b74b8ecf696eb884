//! Times of day: with a 12-hour clock, in Japanese, beyond midnight, and what may stand between them and their date.

use jiff::civil::Time;

use super::Written;
use super::tokens::{Kind, Token, mark, number, phrase};
use super::zone::{named_zone, zone};

/// A time of day as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OfDay {
    pub(super) time: Time,
    /// Days behind the date: the 25th hour of a day is the first of the next.
    pub(super) days_later: i8,
    /// The token behind it.
    pub(super) next: usize,
}

/// Adds the time of day and zone behind (or, for ctime, between) a date.
pub(super) fn with_time(tokens: &[Token<'_>], mut written: Written, mut next: usize, from: usize) -> (Written, usize) {
    if let Some(found) = behind(tokens, next) {
        written.time = Some(found.time);
        written.days_later = found.days_later;
        next = found.next;
        if let Some((zone, after)) = zone(tokens, next).or_else(|| zone(tokens, range_end(tokens, next)?)) {
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

/// The time of day behind a date that ends before token `next`, whatever stands between: a comma, a weekday, a particle.
pub(super) fn behind(tokens: &[Token<'_>], next: usize) -> Option<OfDay> {
    const MARKS: &str = ",:-()[@|=\".日月火水木金土曜祝、，（）のに星期一二三四五六월화수목금토일요于";
    const WEEKDAYS: &[&str] = &["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let filler = |token: &Token<'_>| {
        (token.kind == Kind::Mark && MARKS.contains(token.text))
            || token.kind == Kind::Word
                && token.text.len() < 9
                && AT.iter().any(|word| token.text.eq_ignore_ascii_case(word))
            || WEEKDAYS.contains(&token.text)
    };
    let skipped = tokens.get(next..)?.iter().take(6).take_while(|token| filler(token)).count();
    let noon = phrase(tokens, next + skipped, "正午");
    time_of_day(tokens, next + skipped)
        .or_else(|| compact(tokens, next + skipped))
        .or_else(|| Some(OfDay { time: Time::constant(12, 0, 0, 0), days_later: 0, next: noon? }))
}

/// What stands between a date and its time of day, in the languages of the neighbours.
const AT: &[&str] = &[
    "T", "at", "um", "time", "à", "a", "às", "las", "alle", "ore", "kl", "klo", "om", "o", "r", "godz", "godzinie",
    "г", "года", "в", "v", "hora", "heure", "Uhrzeit",
];

/// Words behind which the parts of a time of day are set off by dots: `ore 16.45.00`.
const DOTTED: &[&str] = &["ore", "alle", "kl", "klo", "um"];

/// Where `10:00〜12:00` ends, if there is a range behind a time of day: the zone stands there.
pub(super) fn range_end(tokens: &[Token<'_>], at: usize) -> Option<usize> {
    let sign = tokens.get(at)?;
    let from = match sign.text {
        "〜" | "～" | "~" | "–" | "—" | "and" | "to" | "until" | "und" | "bis" | "et" | "y" | "e" | "en" | "tot"
        | "до" => at + 1,
        // Without a blank it is the sign of a zone.
        "-" if tokens.get(at + 1).is_some_and(|next| next.start > sign.end) => at + 1,
        "か" => phrase(tokens, at, "から")?,
        _ => return None,
    };
    time_of_day(tokens, from).map(|found| found.next)
}

/// `12:34:56 01.05.2024`: a time of day right before the date.
fn before(tokens: &[Token<'_>], from: usize) -> Option<Time> {
    [5, 3].into_iter().find_map(|back| {
        let start = from.checked_sub(back)?;
        let found = time_of_day(tokens, start)?;
        (found.next == from).then_some(found.time)
    })
}

/// `T120000`, `T1200` of the basic form (ISO 8601).
fn compact(tokens: &[Token<'_>], at: usize) -> Option<OfDay> {
    let digits = tokens.get(at).filter(|token| token.kind == Kind::Number && matches!(token.text.len(), 4 | 6))?;
    if at < 2 || tokens[at - 1].text != "T" || tokens[at - 2].text.len() != 8 {
        return None;
    }
    let part = |at: usize| digits.text.get(at..at + 2).map_or(Some(0), |text| text.parse::<i8>().ok());
    Some(OfDay { time: Time::new(part(0)?, part(2)?, part(4)?, 0).ok()?, days_later: 0, next: at + 1 })
}

/// A part of the day: the hours of a 12-hour clock that lie in its first half, all others in the second.
type Half = std::ops::Range<i8>;

/// The parts of the day by which hours are told, the longer word first. `夜` has 7 in the evening and 1 behind midnight.
const HALVES: &[(&str, Half)] = &[
    ("午前", 0..13),
    ("午後", 0..0),
    ("早朝", 0..12),
    ("未明", 0..13),
    ("明け方", 0..12),
    ("深夜", 0..6),
    ("真夜中", 0..6),
    ("夜中", 0..6),
    ("夕方", 0..0),
    ("朝", 0..12),
    ("昼", 6..12),
    ("夜", 0..5),
    ("上午", 0..13),
    ("下午", 0..0),
    ("오전", 0..13),
    ("오후", 0..0),
    ("晩", 0..5),
];

/// Which part of the day is named at token `at`.
fn half(tokens: &[Token<'_>], at: usize) -> Option<(Half, usize)> {
    let word = tokens.get(at)?;
    match word.kind {
        Kind::Word if word.text.eq_ignore_ascii_case("am") => return Some((0..13, at + 1)),
        Kind::Word if word.text.eq_ignore_ascii_case("pm") => return Some((0..0, at + 1)),
        Kind::Mark if !word.text.is_ascii() => {}
        _ => return None,
    }
    let (half, next) = HALVES.iter().find_map(|(name, half)| Some((half.clone(), phrase(tokens, at, name)?)))?;
    Some((half, next + usize::from(mark(tokens.get(next), "の"))))
}

/// A time of day at token `at`: `12:34:56.789`, `02:36 PM`, `23H54`, `12時34分56秒`, `午後9時半`, `25時30分`, `0時`.
pub(super) fn time_of_day(tokens: &[Token<'_>], at: usize) -> Option<OfDay> {
    let named = half(tokens, at);
    let at = named.as_ref().map_or(at, |(_, next)| *next);
    let get = |offset: usize| tokens.get(at + offset);
    let mut hour = i8::try_from(number(get(0)?, 1..=2)?).ok()?;
    let separator = get(1)?.text;
    let dotted = separator == "."
        && (at.checked_sub(1).is_some_and(|before| DOTTED.contains(&tokens[before].text))
            || get(3).is_some_and(|token| token.text == "Uhr"));
    if !(dotted || matches!(separator, ":" | "時" | "h" | "H" | "时" | "点" | "點" | "시")) {
        return None;
    }
    let mut next = at + 2;
    let (mut minute, mut second, mut nanos) = (0, 0, 0);
    if let Some(value) = get(2).and_then(|token| number(token, if dotted || separator == ":" { 2..=2 } else { 1..=2 }))
    {
        minute = i8::try_from(value).ok()?;
        next += 1;
        (second, nanos, next) = seconds(tokens, next, dotted)?;
    } else if !matches!(separator, "時" | "时" | "点" | "點" | "시") || mark(get(2), "間间간") {
        // `24時間` is a length of time.
        return None;
    } else if mark(get(2), "半반") {
        minute = 30;
        next += 1;
    }
    let (half, next) = match named {
        Some((half, _)) => (Some(half), next),
        // Behind the hour only machines write it.
        None => half(tokens, next)
            .filter(|_| tokens.get(next).is_some_and(|token| token.kind == Kind::Word))
            .map_or((None, next), |(half, next)| (Some(half), next)),
    };
    match half {
        Some(first) if first.contains(&hour) => hour %= 12,
        Some(_) if hour < 12 => hour += 12,
        _ => {}
    }
    // Broadcasters and shops count on beyond midnight.
    let beyond = (24..30).contains(&hour);
    let time = Time::new(if beyond { hour - 24 } else { hour }, minute, second, nanos).ok()?;
    Some(OfDay { time, days_later: i8::from(beyond), next })
}

/// Seconds and their fraction behind the minutes, and the token behind it all.
fn seconds(tokens: &[Token<'_>], at: usize, dotted: bool) -> Option<(i8, i32, usize)> {
    let mut next = at;
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text);
    let minutes = matches!(text(at), "分" | "분" | "m" | "min" | "mn");
    let more = minutes || text(at) == if dotted { "." } else { ":" };
    let value = tokens.get(at + 1).filter(|_| more).and_then(|token| number(token, 1..=2));
    let Some(value) = value else {
        return Some((0, 0, at + usize::from(minutes)));
    };
    let second = i8::try_from(value).ok()?.min(59);
    let mut nanos = 0;
    next += 2;
    if mark(tokens.get(next), ".,")
        && let Some(fraction) = tokens.get(next + 1).filter(|token| token.kind == Kind::Number && token.text.len() <= 9)
        && tokens[next].end == fraction.start
        // In a table with commas the next cell may begin with a number.
        && (tokens[next].text == "." || fraction.text.len() % 3 == 0 && !mark(tokens.get(next + 2), ".,"))
    {
        nanos = fraction.text.parse::<i32>().ok()? * 10_i32.pow(9 - u32::try_from(fraction.text.len()).ok()?);
        next += 2;
    }
    next += usize::from(matches!(text(next), "秒" | "초" | "s" | "sec"));
    Some((second, nanos, next))
}
