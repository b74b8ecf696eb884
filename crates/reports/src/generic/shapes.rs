//! Shapes of lines and of what stands between values.

use super::candidates::Value;

/// Whether a line without dots and colons may hold a date: `date=2024/05/01`.
pub(super) fn is_dated(line: &str) -> bool {
    let bytes = line.as_bytes();
    memchr::memchr2_iter(b'/', b'-', bytes).any(|at| {
        at >= 4 && bytes[at - 4..at].iter().all(u8::is_ascii_digit) && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)
    })
}

/// A line in lower case, each letter in its place: one whose small form is of another length stays as it is.
pub(super) fn lower(line: &str) -> String {
    let out = line.to_ascii_lowercase();
    if line.is_ascii() || !line.chars().any(|c| !c.is_ascii() && c.is_uppercase()) {
        return out;
    }
    let small = |c: char| c.to_lowercase().next().filter(|small| small.len_utf8() == c.len_utf8()).unwrap_or(c);
    out.chars().map(small).collect()
}

/// Appends a text in lower case.
pub(super) fn push_lower(out: &mut String, text: &str) {
    if !text.is_ascii() {
        out.push_str(&text.to_lowercase());
        return;
    }
    let from = out.len();
    out.push_str(text);
    if let Some(added) = out.get_mut(from..) {
        added.make_ascii_lowercase();
    }
}

/// Where the value of a cell is written in its line.
pub(super) fn written(line: &str, value: &Value) -> std::ops::Range<usize> {
    let text = match value {
        Value::Ip(ip) => ip.to_string(),
        Value::Url(text) | Value::Host(text) => text.clone(),
    };
    line.find(&text).map_or(0..0, |start| start..start + text.len())
}

/// Whether what stands between two values only strings them together.
pub(super) fn is_list_gap(between: &str) -> bool {
    matches!(
        between.trim(),
        "" | "及び"
            | "および"
            | "並びに"
            | "と"
            | "・"
            | ","
            | ";"
            | "and"
            | "&"
            | "/"
            | "、"
            | "，"
            | "und"
            | ", and"
            | "|"
            | "\\n"
    ) && !between.contains('\t')
        && between.len() < 12
}

/// Signs and numbers in front of a label: `■`, `・`, `(2)`, `３．`, `①`.
pub(super) fn is_bullet(c: char) -> bool {
    c.is_whitespace()
        || c.is_ascii_digit()
        || matches!(
            c,
            '・' | '■'
                | '□'
                | '◆'
                | '◇'
                | '●'
                | '○'
                | '▼'
                | '▽'
                | '★'
                | '☆'
                | '※'
                | '-'
                | '*'
                | '.'
                | ')'
                | '('
        )
        || matches!(c, '（' | '）' | '．' | '>' | '\u{2460}'..='\u{2473}' | '【' | '[' | '〔' | '〇' | '-')
}

/// Under which names forms note the address of who filled them in.
pub(super) const FORM_NOTES: &[&str] =
    &["送信者ip", "送信者のip", "送信者ipアドレス", "送信者のipアドレス", "remote_addr", "remote addr"];

/// Longest label of a record, in characters.
const MAX_LABEL: usize = 24;

/// Whether a line is nothing but a label and the value.
pub(super) fn is_record(line: &str, start: usize, end: usize) -> bool {
    let before = line.get(..start).unwrap_or("");
    let behind = line.get(end..).unwrap_or("");
    before.trim_start_matches(is_bullet).chars().count() <= MAX_LABEL
        && behind.chars().filter(|c| c.is_alphanumeric()).count() <= MAX_LABEL
        && !behind.contains('。')
}

/// Whether a line is nothing but the value, bullets aside.
pub(super) fn is_alone(lower: &str, start: usize, end: usize) -> bool {
    let rest = |text: &str| text.trim_matches(|c: char| !c.is_alphanumeric()).len() <= 2;
    rest(lower.get(..start).unwrap_or("")) && rest(lower.get(end..).unwrap_or(""))
}

/// Whether a line is nothing but the value and a label in front of it, of less than `most` bytes.
pub(super) fn is_item(lower: &str, start: usize, end: usize, most: usize) -> bool {
    let before = lower.get(..start).unwrap_or("").trim_end();
    // Full-width blanks set a label off, too.
    let set_off = lower.get(..start).is_some_and(|before| before.ends_with(['\u{3000}', '\t']));
    let label = before.is_empty() || (set_off || before.ends_with([':', '：'])) && before.len() < most;
    is_alone(lower, start, end) || label && lower.get(end..).is_some_and(|rest| rest.trim().len() <= 2)
}

/// Whether nothing but signs stands between a name and an address.
pub(super) fn is_pair(between: Option<&str>) -> bool {
    between.is_some_and(|between| {
        between.trim().len() <= 6 && between.len() <= 60 && !between.contains(char::is_alphanumeric)
    })
}

/// The part of `lower` in front of a value, back to the value before it, at most 80 bytes.
pub(super) fn window_before(lower: &str, from: usize, start: usize) -> &str {
    let mut at = from.max(start.saturating_sub(80)).min(start);
    while !lower.is_char_boundary(at) {
        at += 1;
    }
    lower.get(at..start).unwrap_or("")
}

/// The last bytes of a text, at most `most`.
pub(super) fn tail(text: &str, most: usize) -> &str {
    let from = text.len().saturating_sub(most);
    (from..text.len()).find_map(|at| text.get(at..)).unwrap_or("")
}

pub(super) fn window_after(lower: &str, end: usize) -> &str {
    crate::charset::prefix(lower.get(end..).unwrap_or(""), 50)
}

pub(super) fn contains_ignore_case(text: &str, word: &str) -> bool {
    text.contains(word) || text.to_ascii_lowercase().contains(&word.to_ascii_lowercase())
}
