//! Dates: Western, ISO, log formats, Japanese with and without an era.

use super::Written;
use super::months::month_name;
use super::tokens::{Kind, Token, mark, number};

/// A date at token `at`, and the token behind it.
pub(super) fn date(tokens: &[Token<'_>], at: usize) -> Option<(Written, usize)> {
    let get = |offset: usize| tokens.get(at + offset);
    let first = get(0)?;
    match first.kind {
        Kind::Word => return month_first(tokens, at),
        // The first year of an era.
        Kind::Mark if first.text == "元" => return japanese(tokens, at),
        Kind::Mark => return None,
        Kind::Number => {}
    }
    if at > 1
        && mark(tokens.get(at - 1), ".:")
        && tokens[at - 1].end == first.start
        && tokens[at - 2].kind == Kind::Number
        && tokens[at - 2].end == tokens[at - 1].start
    {
        // The middle of a version, address or time of day.
        return None;
    }
    if let Some(found) = japanese(tokens, at) {
        return Some(found);
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
        return day_first(tokens, at, day).or_else(|| without_year(tokens, at, day));
    }
    compact(tokens, at)
}

/// `2024年5月1日`, `令和6年5月1日`, `令和元年…`, `R6.5.1`, `5月1日`; `2024년 5월 1일`.
fn japanese(tokens: &[Token<'_>], at: usize) -> Option<(Written, usize)> {
    let get = |offset: usize| tokens.get(at + offset);
    let first = get(0)?;
    let before = at.checked_sub(1).map_or("", |at| tokens[at].text);
    let in_era = |year: i16| match before {
        "和" | "R" | "r" => 2018 + year,
        "成" | "H" | "h" => 1988 + year,
        _ => year,
    };
    if mark(get(1), "年년") {
        let year = if first.text == "元" { 1 } else { first.text.parse::<i16>().ok()? };
        let written = built(Some(in_era(year)), number(get(2)?, 1..=2)?, number(get(4)?, 1..=2)?, false)?;
        return Some((written, at + 6)).filter(|_| mark(get(3), "月월") && mark(get(5), "日일"));
    }
    if mark(get(1), "月월") && mark(get(3), "日일") {
        let written = built(None, number(first, 1..=2)?, number(get(2)?, 1..=2)?, false)?;
        return Some((written, at + 4));
    }
    let era = matches!(before, "R" | "H" | "和" | "成");
    if era && mark(get(1), "./-") && mark(get(3), "./-") {
        let year = number(first, 1..=2)?;
        return Some((built(Some(in_era(year)), number(get(2)?, 1..=2)?, number(get(4)?, 1..=2)?, false)?, at + 5));
    }
    None
}

/// `May 1 12:00:00`, `May 1, 2024`.
fn month_first(tokens: &[Token<'_>], at: usize) -> Option<(Written, usize)> {
    let skip = usize::from(mark(tokens.get(at + 1), "."));
    let day = number(tokens.get(at + 1 + skip)?, 1..=2)?;
    let month = month_name(tokens.get(at)?)?;
    let mut next = at + 2 + skip;
    if tokens.get(next).is_some_and(|token| matches!(token.text, "st" | "nd" | "rd" | "th")) {
        next += 1;
    }
    let comma = usize::from(mark(tokens.get(next), ","));
    let year = tokens.get(next + comma).and_then(|token| number(token, 4..=4));
    let written = built(year, i16::from(month), day, false)?;
    Some((written, if year.is_some() { next + comma + 1 } else { next }))
}

/// Dates that begin with a day: `01/May/2024`, `1 May 2024`, `01.05.2024`, `05/01/2024`.
fn day_first(tokens: &[Token<'_>], at: usize, first: i16) -> Option<(Written, usize)> {
    let get = |offset: usize| tokens.get(at + offset);
    // `20. November 2026`, `1er novembre`, `20 de noviembre de 2026`
    let word = |at: usize, known: &[&str]| {
        get(at).is_some_and(|token| token.kind == Kind::Word && known.contains(&token.text))
    };
    let spoken = mark(get(1), ".º°") && get(2).is_some_and(|next| next.kind == Kind::Word && !mark(get(3), "-/."));
    let ordinal = usize::from(spoken || word(1, &["er", "st", "nd", "rd", "th"]));
    let article = ordinal + usize::from(word(1 + ordinal, &["de", "di", "of"]));
    if article > 0
        && let Some(month) = get(1 + article).and_then(month_name)
    {
        let at_year = 2 + article + usize::from(word(2 + article, &["de", "del"]));
        let year = get(at_year).and_then(|token| number(token, 4..=4))?;
        return Some((built(Some(year), i16::from(month), first, false)?, at + at_year + 1));
    }
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

/// `11/20 13:45`, as Japanese write it: only with a time of day is this a date and no fraction.
fn without_year(tokens: &[Token<'_>], at: usize, month: i16) -> Option<(Written, usize)> {
    let slash = |at: usize| mark(tokens.get(at), "/");
    if !slash(at + 1) || slash(at + 3) || at.checked_sub(1).is_some_and(slash) {
        return None;
    }
    let written = built(None, month, number(tokens.get(at + 2)?, 1..=2)?, month <= 12)?;
    super::clock::behind(tokens, at + 3).map(|_| (written, at + 3))
}

/// `20240501T120000Z`: the date of the basic form (ISO 8601), before its `T`.
fn compact(tokens: &[Token<'_>], at: usize) -> Option<(Written, usize)> {
    let [date, mark, time] = tokens.get(at..at + 3)? else {
        return None;
    };
    if date.kind != Kind::Number || date.text.len() != 8 || mark.text != "T" || !matches!(time.text.len(), 4 | 6) {
        return None;
    }
    let part = |range: std::ops::Range<usize>| date.text.get(range)?.parse::<i16>().ok();
    Some((built(Some(part(0..4)?), part(4..6)?, part(6..8)?, false)?, at + 1))
}

fn built(year: Option<i16>, month: i16, day: i16, ambiguous: bool) -> Option<Written> {
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    let year = year.map(|year| if year < 100 { 2000 + year } else { year });
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || year.is_some_and(|year| !(1980..2100).contains(&year))
    {
        return None;
    }
    Some(Written { year, month, day, time: None, days_later: 0, zone: None, ambiguous })
}
