//! Full-width forms to ASCII and half-width kana to full-width: what Japanese input methods and old mailers make of text.

use std::borrow::Cow;

/// Half-width forms from U+FF61 on, as the full-width characters they stand for.
const HALF: &str = "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン゛゜";

/// Whether [`narrow`] changes anything.
pub fn is_wide(text: &str) -> bool {
    // All of these forms begin with one of two bytes in UTF-8.
    memchr::memchr2_iter(0xef, 0xe2, text.as_bytes())
        .any(|at| text.get(at..).and_then(|rest| rest.chars().next()).is_some_and(|c| ascii(c).is_some() || half(c)))
}

/// Digits, letters and marks of addresses as ASCII; half-width kana as full-width; `。` between digits as a dot. Lines stay.
pub fn narrow(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let dated = super::numerals::dated(text);
    if !(is_wide(text) || dotted(text)) {
        return if dated { Cow::Owned(super::numerals::arabic(text)) } else { Cow::Borrowed(text) };
    }
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit() || ('０'..='９').contains(&c));
    let mut out = String::with_capacity(text.len());
    let mut before = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        if c == '。' && digit(before) && digit(next) {
            // Input methods give a full stop where a dot was typed.
            out.push('.');
        } else if half(c) {
            let (kana, voiced) = full(c, next);
            out.push(kana);
            if voiced {
                chars.next();
            }
        } else {
            out.push(ascii(c).unwrap_or(c));
        }
        before = Some(c);
    }
    Cow::Owned(if dated { super::numerals::arabic(&out) } else { out })
}

/// `。` between digits, full-width or not.
fn dotted(text: &str) -> bool {
    text.match_indices('。').any(|(at, stop)| {
        let digit = |c: char| c.is_ascii_digit() || ('０'..='９').contains(&c);
        text[..at].ends_with(digit) && text[at + stop.len()..].starts_with(digit)
    })
}

/// The ASCII character that a full-width digit, letter or mark of an address stands for; a bar between the cells of a
/// table for any of the lines that tables are drawn with.
fn ascii(c: char) -> Option<char> {
    if matches!(c, '│' | '┃' | '║' | '｜') {
        return Some('|');
    }
    let meant = matches!(
        c,
        '．' | '：' | '／' | '－' | '？' | '＝' | '＆' | '＿' | '％' | '＃' | '＠' | '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ'
    );
    meant.then(|| char::from_u32(c as u32 - 0xfee0)).flatten()
}

const fn half(c: char) -> bool {
    matches!(c, '\u{ff61}'..='\u{ff9f}')
}

/// The full-width character of a half-width one, and whether it took the voicing mark behind it.
fn full(c: char, next: Option<char>) -> (char, bool) {
    let kana = HALF.chars().nth(c as usize - 0xff61).unwrap_or(c);
    let step = match (kana, next) {
        ('ウ', Some('ﾞ')) => 'ヴ' as u32 - 'ウ' as u32,
        ('カ'..='ト' | 'ハ'..='ホ', Some('ﾞ')) => 1,
        ('ハ'..='ホ', Some('ﾟ')) => 2,
        _ => 0,
    };
    (char::from_u32(kana as u32 + step).unwrap_or(kana), step > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_folded() {
        for (text, narrowed) in [
            ("２０３．０．１１３．５", "203.0.113.5"),
            ("２０３。０。１１３。５です。2通", "203.0.113.5です。2通"),
            ("203。0。113。5", "203.0.113.5"),
            ("ＤＤｏＳ攻撃", "DDoS攻撃"),
            ("ﾌｨｯｼﾝｸﾞｻｲﾄ､ﾊﾟｽﾜｰﾄﾞ｡", "フィッシングサイト、パスワード。"),
            ("ﾎﾞｯﾄﾈｯﾄ ｳﾞ", "ボットネット ヴ"),
            ("┃回数　┃３┃", "|回数　|3|"),
        ] {
            assert_eq!(narrow(text), narrowed);
        }
        assert!(matches!(narrow("（ふつうの文。）"), Cow::Borrowed(_)));
    }
}
