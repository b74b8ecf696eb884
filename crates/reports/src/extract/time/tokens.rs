//! A line cut into numbers, words and marks.

/// What a token is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Word,
    /// One character of anything else; each kanji and kana is one.
    Mark,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Most tokens of a line that are looked at.
const MAX_TOKENS: usize = 400;

pub(super) fn tokens(line: &str) -> Vec<Token<'_>> {
    // Most lines with a time have about as many.
    let mut out = Vec::with_capacity(32);
    let bytes = line.as_bytes();
    let run = |from: usize, of: fn(&u8) -> bool| from + bytes[from..].iter().take_while(|byte| of(byte)).count();
    let mut start = 0;
    while start < bytes.len() && out.len() < MAX_TOKENS {
        let (kind, end) = match bytes[start] {
            b'0'..=b'9' => (Some(Kind::Number), run(start, u8::is_ascii_digit)),
            b'a'..=b'z' | b'A'..=b'Z' => {
                let end = run(start, u8::is_ascii_alphabetic);
                // `février`: the word goes on beyond ASCII.
                let more = bytes.get(end).is_some_and(|byte| !byte.is_ascii());
                (Some(Kind::Word), if more { word_end(line, end) } else { end })
            }
            b' ' | b'\t'..=b'\r' => (None, start + 1),
            0..0x80 => (Some(Kind::Mark), start + 1),
            _ => {
                let c = line[start..].chars().next().unwrap_or_default();
                if is_letter(c) {
                    (Some(Kind::Word), word_end(line, start))
                } else {
                    ((!c.is_whitespace()).then_some(Kind::Mark), start + c.len_utf8())
                }
            }
        };
        out.extend(kind.map(|kind| Token { kind, text: &line[start..end], start, end }));
        start = end;
    }
    out
}

/// Letters of the Latin and Cyrillic alphabets beyond ASCII.
const fn is_letter(c: char) -> bool {
    matches!(c, '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{24f}' | '\u{400}'..='\u{52f}')
}

/// Where the word that is read at `from` ends.
fn word_end(line: &str, from: usize) -> usize {
    let rest = &line[from..];
    from + rest.find(|c: char| !(c.is_ascii_alphabetic() || is_letter(c))).unwrap_or(rest.len())
}

/// The value of a number of so many digits.
pub(super) fn number(token: &Token<'_>, digits: std::ops::RangeInclusive<usize>) -> Option<i16> {
    (token.kind == Kind::Number && digits.contains(&token.text.len())).then(|| token.text.parse().ok()).flatten()
}

/// Whether a token is one of these marks.
pub(super) fn mark(token: Option<&Token<'_>>, marks: &str) -> bool {
    token.filter(|token| token.kind == Kind::Mark).is_some_and(|token| match token.text.as_bytes() {
        [byte] => marks.as_bytes().contains(byte),
        _ => marks.contains(token.text),
    })
}

/// The token behind `phrase`, a word of kanji or kana, if it stands at token `at`.
pub(super) fn phrase(tokens: &[Token<'_>], at: usize, phrase: &str) -> Option<usize> {
    let mut next = at;
    for c in phrase.char_indices() {
        let token = tokens.get(next)?;
        if token.text != &phrase[c.0..c.0 + c.1.len_utf8()] {
            return None;
        }
        next += 1;
    }
    Some(next)
}
