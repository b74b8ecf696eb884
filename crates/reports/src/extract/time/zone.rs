//! Zones: numeric, abbreviated, in Japanese words; beside a time or stated for a whole text.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use jiff::tz::Offset;

use super::tokens::{Kind, Token, mark, number, phrase, tokens};

/// A zone as it is written, and what it means.
pub type Zone = (String, Offset);

/// Names of zones in Japanese and its neighbours, with the abbreviation that means the same and the minutes from UTC.
/// Last: whether it is a neighbour's.
const JAPANESE: &[(&str, &str, i32, bool)] = &[
    ("日本時間", "JST", 540, false),
    ("日本標準時", "JST", 540, false),
    ("協定世界時", "UTC", 0, false),
    ("世界協定時", "UTC", 0, false),
    ("世界標準時", "UTC", 0, false),
    ("グリニッジ標準時", "GMT", 0, false),
    ("北京时间", "+08:00", 480, true),
    ("北京時間", "+08:00", 480, true),
    ("台北時間", "+08:00", 480, true),
    ("台灣時間", "+08:00", 480, true),
    ("한국시간", "KST", 540, true),
    ("한국표준시", "KST", 540, true),
];

/// What may stand between a time of day and its zone: `10時頃（日本時間）`, `20:00まで (JST)`.
const BETWEEN: &str = "([,（、=\"頃ごろまでにかけの間";

/// A zone at token `at`.
pub(super) fn zone(tokens: &[Token<'_>], at: usize) -> Option<(Zone, usize)> {
    let mut at = at;
    let words = ["tz", "Uhr", "hrs", "h", "hours"];
    let mut open = false;
    while mark(tokens.get(at), BETWEEN) || tokens.get(at).is_some_and(|token| words.contains(&token.text)) {
        open |= mark(tokens.get(at), "(（");
        at += 1;
    }
    if open && let Some(inside) = in_brackets(tokens, at) {
        return Some(inside);
    }
    let token = tokens.get(at)?;
    if let Some((zone, next)) = in_japanese(tokens, at) {
        return Some((zone, next + usize::from(mark(tokens.get(next), "）"))));
    }
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

/// `(heure de Paris, UTC+1)`: a zone behind the words of an aside that opens in front of token `at`.
fn in_brackets(tokens: &[Token<'_>], at: usize) -> Option<(Zone, usize)> {
    const MOST: usize = 8;
    let close = (at..at + MOST).find(|at| mark(tokens.get(*at), ")）"))?;
    (at + 1..close).find_map(|at| {
        let name = tokens.get(at).filter(|name| name.kind == Kind::Word && name.text.chars().count() >= 3)?;
        let offset = named_zone(name.text).filter(|_| !name.text.chars().any(char::is_lowercase))?;
        let numeric = numeric_zone(tokens, at + 1).filter(|_| matches!(name.text, "UTC" | "GMT"));
        Some(numeric.unwrap_or(((name.text.to_owned(), offset), at + 1)))
    })
}

fn in_japanese(tokens: &[Token<'_>], at: usize) -> Option<(Zone, usize)> {
    let first = tokens.get(at)?;
    if first.text.is_ascii() && !first.text.eq_ignore_ascii_case("Japan") {
        return None;
    }
    let words = |names: &[&str]| {
        let same = |(name, offset): (&&str, usize)| {
            tokens.get(at + offset).is_some_and(|token| token.text.eq_ignore_ascii_case(name))
        };
        names.iter().zip(0..).all(same).then_some(at + names.len())
    };
    let (abbreviation, minutes, next) = JAPANESE
        .iter()
        .find_map(|(name, abbreviation, minutes, _)| Some((*abbreviation, *minutes, phrase(tokens, at, name)?)))
        .or_else(|| Some(("JST", 540, words(&["Japan", "time"]).or_else(|| words(&["Japan", "Standard", "Time"]))?)))?;
    Some(((abbreviation.to_owned(), Offset::from_seconds(minutes * 60).ok()?), next))
}

fn numeric_zone(tokens: &[Token<'_>], at: usize) -> Option<(Zone, usize)> {
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

/// The zone that a text begins with: `JST`, `+09:00`.
pub fn zone_of(text: &str) -> Option<Zone> {
    zone(&tokens(text), 0).map(|(zone, _)| zone)
}

/// Abbreviations that mean one offset in practice.
pub fn named_zone(name: &str) -> Option<Offset> {
    let minutes = match name.to_ascii_uppercase().as_str() {
        "Z" | "UTC" | "GMT" | "UT" | "WET" => 0,
        "BST" | "WEST" | "CET" | "MEZ" => 60,
        "CEST" | "MESZ" | "EET" | "SAST" => 120,
        "EEST" | "MSK" | "МСК" | "мск" => 180,
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
    let japanese = JAPANESE.iter().filter(|zone| !zone.3).map(|(name, ..)| *name).chain([
        "時計",
        "時刻",
        "日時",
        "タイムゾーン",
        "タイムスタンプ",
        "時間は",
        "（JST",
        "(JST",
        "（UTC",
        "(UTC",
    ]);
    let english = ["Japan ", "zone", "Zone", "ZONE", "GMT", "UTC", "times are", "TZ", "times in", "imestamps"];
    AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(japanese.chain(english)).ok()
});

/// The same in other languages than the product's.
static ABROAD: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let names = JAPANESE.iter().filter(|zone| zone.3).map(|(name, ..)| *name);
    let names = names.chain(["MEZ", "MESZ", "(CET", "(CEST", "МСК", "мск"]);
    AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(names).ok()
});

/// [`stated_zone`] of a text in another language than the product's: `alle Zeiten in MEZ`, `北京时间`.
pub fn stated_zone_abroad(text: &str, lines: usize) -> Option<Zone> {
    stated_in(ABROAD.as_ref()?, text, lines)
}

/// A zone that is stated for a whole text, in one of its first `lines`: "Timezone: GMT+0900", "times are in UTC",
/// 日本時間, 時刻はJSTです.
pub fn stated_zone(text: &str, lines: usize) -> Option<Zone> {
    stated_in(ABOUT_ZONES.as_ref()?, text, lines)
}

fn stated_in(words: &AhoCorasick, text: &str, lines: usize) -> Option<Zone> {
    let mut ends = memchr::memchr_iter(b'\n', text.as_bytes());
    let text = ends.nth(lines.saturating_sub(1)).map_or(text, |end| &text[..end]);
    let mut from = 0;
    // One pass over the text; only lines about zones are looked at closer.
    while let Some(found) = words.find(&text[from..]) {
        let at = from + found.start();
        let start = memchr::memrchr(b'\n', &text.as_bytes()[..at]).map_or(0, |end| end + 1);
        let end = memchr::memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |end| at + end);
        if let Some(zone) = in_line(&text[start..end]) {
            return Some(zone);
        }
        from = end;
    }
    None
}

fn in_line(line: &str) -> Option<Zone> {
    let tokens = tokens(line);
    if let Some((zone, _)) = (0..tokens.len()).find_map(|at| in_japanese(&tokens, at)) {
        return Some(zone);
    }
    let about = |at: usize| {
        ["時刻", "日時", "タイムゾーン", "タイムスタンプ", "時間は", "時計"]
            .iter()
            .find_map(|word| phrase(&tokens, at, word))
    };
    if let Some(start) = (0..tokens.len()).find_map(about) {
        // Each kana is a token of its own.
        let end = tokens.len().min(start + 30);
        let named = (start..end).find_map(|at| {
            let name = &tokens[at];
            Some((name.text.to_owned(), named_zone(name.text).filter(|_| name.text.len() >= 3)?))
        });
        return named.or_else(|| bracketed(&tokens));
    }
    let Some(start) = tokens.iter().position(|token| {
        token.kind == Kind::Word
            && matches!(
                token.text.to_ascii_lowercase().as_str(),
                "timezone"
                    | "zone"
                    | "tz"
                    | "times"
                    | "timestamps"
                    | "time"
                    | "dates"
                    | "zones"
                    | "zeiten"
                    | "zeitangaben"
                    | "zeitstempel"
                    | "uhrzeiten"
                    | "heures"
                    | "horas"
                    | "horarios"
                    | "horários"
                    | "orari"
                    | "время"
            )
    }) else {
        return bracketed(&tokens);
    };
    let end = tokens.len().min(start + 14);
    // `time: 2024-08-31 … UTC`: the middle of a date is no offset.
    let in_date = |at: usize| tokens[at - 1].kind == Kind::Number && tokens[at - 1].end == tokens[at].start;
    (start + 1..end).filter(|at| !in_date(*at)).find_map(|at| zone(&tokens[..end], at).map(|(zone, _)| zone))
}

/// `(JST)`, `（UTC）`, `(UTC+1)`: in brackets of its own, wherever in the line.
fn bracketed(tokens: &[Token<'_>]) -> Option<Zone> {
    const NAMES: &[&str] = &["JST", "UTC", "GMT", "KST", "CET", "CEST", "MEZ", "MESZ", "МСК"];
    (0..tokens.len()).find_map(|at| {
        let own = || at.checked_sub(1).is_some_and(|at| tokens[at].kind == Kind::Number);
        if mark(tokens.get(at), "(（")
            && !own()
            && let Some((zone, _)) = in_brackets(tokens, at + 1)
        {
            return Some(zone);
        }
        let name = tokens.get(at + 1).filter(|name| mark(tokens.get(at), "(（") && NAMES.contains(&name.text))?;
        if mark(tokens.get(at + 2), ")）") {
            // Behind a time it may be the zone of this one alone.
            let own = at.checked_sub(1).is_some_and(|at| tokens[at].kind == Kind::Number);
            let plain = matches!(name.text, "JST" | "UTC") || !own;
            return Some((name.text.to_owned(), named_zone(name.text)?)).filter(|_| plain);
        }
        let own = at.checked_sub(1).is_some_and(|at| tokens[at].kind == Kind::Number);
        let (zone, next) = numeric_zone(tokens, at + 2).filter(|_| !own && matches!(name.text, "UTC" | "GMT"))?;
        mark(tokens.get(next), ")）").then_some(zone)
    })
}
