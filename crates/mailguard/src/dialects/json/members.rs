//! The members of one JSON object, without building it: keys and values borrow from the line, what is nested is passed over.

use memchr::memchr2;

/// A member's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value<'l> {
    /// A string without escapes; one with escapes is [`Value::Other`], for nothing here may be read half.
    Text(&'l [u8]),
    /// A number as written.
    Number(&'l [u8]),
    /// `true` or `false`.
    Truth(bool),
    /// An array and the number of its elements.
    Array(u32),
    /// Anything else.
    Other,
}

impl<'l> Value<'l> {
    pub(super) const fn text(self) -> Option<&'l [u8]> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) const fn digits(self) -> Option<&'l [u8]> {
        match self {
            Self::Number(text) => Some(text),
            _ => None,
        }
    }

    /// A whole number, also in quotes.
    pub(super) fn number(self) -> Option<u32> {
        let (Self::Text(text) | Self::Number(text)) = self else { return None };
        crate::bytes::number(text).filter(|(_, rest)| rest.is_empty()).map(|(value, _)| value)
    }

    pub(super) const fn truth(self) -> Option<bool> {
        match self {
            Self::Truth(value) => Some(value),
            _ => None,
        }
    }

    /// A number, or how many elements there are.
    pub(super) fn count(self) -> Option<u32> {
        match self {
            Self::Array(count) => Some(count),
            Self::Text(b"") => None,
            Self::Text(text) if text.contains(&b'@') => u32::try_from(text.split(|byte| *byte == b',').count()).ok(),
            other => other.number(),
        }
    }
}

/// The members of the object that `text` begins with, up to the first thing that is no JSON.
pub(super) fn members(text: &[u8]) -> impl Iterator<Item = (&[u8], Value<'_>)> {
    let mut rest = text.strip_prefix(b"{").unwrap_or_default();
    std::iter::from_fn(move || {
        rest = rest.trim_ascii_start();
        rest = rest.strip_prefix(b",").unwrap_or(rest).trim_ascii_start();
        let (key, after) = string(rest)?;
        let after = after.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start();
        let (value, after) = value(after)?;
        rest = after;
        Some((key.text().unwrap_or_default(), value))
    })
}

fn string(text: &[u8]) -> Option<(Value<'_>, &[u8])> {
    let inside = text.strip_prefix(b"\"")?;
    let mut at = 0;
    let mut plain = true;
    loop {
        at += memchr2(b'"', b'\\', &inside[at..])?;
        if inside[at] == b'"' {
            let value = if plain { Value::Text(&inside[..at]) } else { Value::Other };
            return Some((value, &inside[at + 1..]));
        }
        plain = false;
        at += 2;
        if at >= inside.len() {
            return None;
        }
    }
}

fn value(text: &[u8]) -> Option<(Value<'_>, &[u8])> {
    match text.first()? {
        b'"' => string(text),
        b'{' | b'[' => nested(text),
        b't' => Some((Value::Truth(true), text.strip_prefix(b"true")?)),
        b'f' => Some((Value::Truth(false), text.strip_prefix(b"false")?)),
        b'n' => Some((Value::Other, text.strip_prefix(b"null")?)),
        _ => {
            let end = text.iter().position(|byte| !matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'));
            let end = end.filter(|end| *end > 0)?;
            Some((Value::Number(&text[..end]), &text[end..]))
        }
    }
}

/// Passes over an array or object of any depth without recursion.
fn nested(text: &[u8]) -> Option<(Value<'_>, &[u8])> {
    let array = text[0] == b'[';
    let mut depth = 0_usize;
    let mut count = 0_u32;
    let mut filled = false;
    let mut rest = text;
    loop {
        match rest.first()? {
            b'"' => {
                rest = string(rest)?.1;
                filled = true;
                continue;
            }
            b'{' | b'[' => {
                filled |= depth > 0;
                depth += 1;
            }
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    let value = if array { Value::Array(count + u32::from(filled)) } else { Value::Other };
                    return Some((value, &rest[1..]));
                }
            }
            b',' if depth == 1 => count = count.saturating_add(1),
            byte if !byte.is_ascii_whitespace() => filled = true,
            _ => {}
        }
        rest = &rest[1..];
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn members_are_found_and_what_is_nested_is_passed_over() {
        let text = br#"{"a":"x","b":{"a":["]",{}],"c":"\"}"}, "c" : [1,[2,3],"4"],"d":-1.5e3,"e":true,"f":null,"g":[],"h":"q\"uote"}"#;
        let all: Vec<_> = members(text).map(|(key, value)| (std::str::from_utf8(key).unwrap(), value)).collect();
        assert_eq!(
            all,
            [
                ("a", Value::Text(b"x")),
                ("b", Value::Other),
                ("c", Value::Array(3)),
                ("d", Value::Number(b"-1.5e3")),
                ("e", Value::Truth(true)),
                ("f", Value::Other),
                ("g", Value::Array(0)),
                ("h", Value::Other),
            ]
        );
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_fall(text in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut object = b"{\"a\":".to_vec();
            object.extend(text);
            prop_assert!(members(&object).count() <= object.len());
        }
    }
}
