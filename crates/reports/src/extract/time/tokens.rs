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

/// The value of a number of so many digits.
pub(super) fn number(token: &Token<'_>, digits: std::ops::RangeInclusive<usize>) -> Option<i16> {
    (token.kind == Kind::Number && digits.contains(&token.text.len())).then(|| token.text.parse().ok()).flatten()
}

/// Whether a token is one of these marks.
pub(super) fn mark(token: Option<&Token<'_>>, marks: &str) -> bool {
    token.is_some_and(|token| token.kind == Kind::Mark && marks.contains(token.text))
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
