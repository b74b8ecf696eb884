//! Which charset a text really is in, where its label is missing or wrong.
//!
//! Japanese mail comes as ISO-2022-JP, Shift_JIS, EUC-JP and UTF-8, and any of these may be labelled as any other. The
//! decision is by what decodes without a fault and gives kana.

use std::borrow::Cow;

use crate::mime::decode_as;

/// How ISO-2022-JP goes over to kanji and (outside of RFC 1468) to half-width kana.
const ESCAPES: [&[u8]; 2] = [b"\x1b$", b"\x1b(I"];

fn escapes(bytes: &[u8]) -> bool {
    memchr::memchr_iter(0x1b, bytes).any(|at| ESCAPES.iter().any(|escape| bytes[at..].starts_with(escape)))
}

/// Whether `text`, decoded by its `label`, shows signs of a wrong label.
pub(crate) fn is_suspicious(text: &str, label: Option<&str>) -> bool {
    let head = prefix(text, 16 << 10);
    if head.is_ascii() {
        // ISO-2022-JP is seven-bit: undecoded it shows its escape sequences.
        return escapes(head.as_bytes());
    }
    let labelled_wide = label.is_none_or(|label| {
        let label = label.to_ascii_lowercase();
        label.contains("ascii") || label.contains("8859-1") || label.contains("1252") || label.starts_with("utf-8")
    });
    memchr::memmem::find(head.as_bytes(), "\u{fffd}".as_bytes()).is_some() || (labelled_wide && mojibake(head))
}

/// Sequences that a multibyte text shows when it was decoded as Latin-1.
fn mojibake(text: &str) -> bool {
    let count = |of: fn(u8) -> bool| text.bytes().filter(|byte| of(*byte)).count();
    // U+0080 to U+00FF begin with one of two bytes in UTF-8; no character begins with 10xxxxxx.
    let high = count(|byte| matches!(byte, 0xc2 | 0xc3));
    high > 6 && high * 3 > count(|byte| byte & 0xc0 != 0x80)
}

/// The text of labelled bytes; UTF-8 where the label is missing or unknown.
pub(crate) fn decode(bytes: Vec<u8>, label: Option<&str>) -> String {
    // Nearly all text is ASCII, which nearly all charsets hold as it is.
    let holds_ascii = |label: &str| {
        ["us-ascii", "utf-8", "iso-8859-", "windows-125"]
            .iter()
            .any(|known| label.get(..known.len()).is_some_and(|head| head.eq_ignore_ascii_case(known)))
    };
    label
        .filter(|label| !(bytes.is_ascii() && holds_ascii(label)))
        .and_then(|label| decode_as(&bytes, label))
        .unwrap_or_else(|| utf_8(bytes))
}

/// UTF-8, its faults replaced.
fn utf_8(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|fault| String::from_utf8_lossy(fault.as_bytes()).into_owned())
}

/// The text of unlabelled bytes: UTF-8 if valid, else the likeliest Japanese charset, else lossy UTF-8.
pub(crate) fn decode_unlabelled(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) if !escapes(prefix(text, 16 << 10).as_bytes()) => Cow::Borrowed(text),
        _ => guess(bytes).map_or_else(|| String::from_utf8_lossy(bytes), Cow::Owned),
    }
}

/// The likeliest decoding of bytes whose label cannot be trusted; `None` if nothing is better than the label.
pub(crate) fn guess(bytes: &[u8]) -> Option<String> {
    let head = &bytes[..bytes.len().min(16 << 10)];
    if escapes(head) {
        return Some(iso_2022_jp(bytes));
    }
    if bytes.starts_with(b"\xff\xfe") {
        return decode_as(bytes, "utf-16le");
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some(text.to_owned());
    }
    let (name, score) = ["euc-jp", "shift_jis"]
        .into_iter()
        .filter_map(|name| decode_as(head, name).map(|text| (name, japanese(&text))))
        .max_by_key(|(_, score)| *score)?;
    if score > 0 { decode_as(bytes, name) } else { None }
}

/// ISO-2022-JP as mailers write it: an escape sequence that another one follows at once means nothing, but the decoder
/// (WHATWG Encoding Standard, section 12.2.1) would put a replacement character there.
pub(crate) fn iso_2022_jp(bytes: &[u8]) -> String {
    let mut tidy = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let idle = byte == 0x1b && matches!(bytes.get(at + 1), Some(b'(' | b'$')) && bytes.get(at + 3) == Some(&0x1b);
        if idle {
            at += 3;
        } else {
            tidy.push(byte);
            at += 1;
        }
    }
    decode_as(&tidy, "iso-2022-jp").unwrap_or_else(|| String::from_utf8_lossy(&tidy).into_owned())
}

/// How Japanese a text looks: kana count for it, faults and half-width kana count against it.
fn japanese(text: &str) -> i64 {
    text.chars()
        .map(|c| match c {
            '\u{3040}'..='\u{30ff}' => 3,
            '\u{4e00}'..='\u{9fff}' | '\u{3000}'..='\u{3002}' => 1,
            '\u{fffd}' => -20,
            '\u{ff61}'..='\u{ff9f}' => -2,
            _ => 0,
        })
        .sum()
}

/// Whether bytes of an unknown type are worth reading as text.
pub(crate) fn looks_like_text(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(1024)];
    let odd = head.iter().filter(|&&b| b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b)).count();
    !head.is_empty() && odd * 100 <= head.len()
}

/// Header values may hold raw ISO-2022-JP.
pub(crate) fn repair_header(value: Cow<'_, str>) -> Cow<'_, str> {
    if escapes(value.as_bytes()) {
        return guess(value.as_bytes()).map_or(value, Cow::Owned);
    }
    value
}

/// The longest prefix of at most `max` bytes that ends at a character.
pub(crate) fn prefix(text: &str, max: usize) -> &str {
    if text.len() <= max {
        return text;
    }
    let mut end = max;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "迷惑メールの件でご連絡いたします。送信元は以下のとおりです。";

    #[test]
    fn japanese_charsets_are_told_apart() {
        // The same sentence in three charsets, written as bytes so that no encoder is needed.
        let sjis = b"\x96\xc0\x98f\x83\x81\x81[\x83\x8b\x82\xcc\x8c\x8f\x82\xc5\x82\xb7\x81B";
        let euc = b"\xcc\xc2\xcf\xc7\xa5\xe1\xa1\xbc\xa5\xeb\xa4\xce\xb7\xef\xa4\xc7\xa4\xb9\xa1\xa3";
        let jis = b"\x1b$BLBOG%a!<%k$N7o$G$9!#\x1b(B";
        for bytes in [&sjis[..], euc, jis] {
            assert_eq!(decode_unlabelled(bytes), "迷惑メールの件です。");
        }
        assert_eq!(decode_unlabelled(TEXT.as_bytes()), TEXT);
    }

    #[test]
    fn a_good_label_is_left_alone() {
        assert!(!is_suspicious(TEXT, Some("utf-8")));
        assert!(!is_suspicious("déjà vu à Orléans", Some("iso-8859-1")));
        assert!(is_suspicious("\u{1b}$BLBOG\u{1b}(B", Some("us-ascii")));
    }
}
