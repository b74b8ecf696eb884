//! The readable text of a reading.

use model::{Lang, Reading};

/// Most bytes of text kept in a reading.
pub(crate) const MAX_TEXT: usize = 64 << 10;

/// Sets the text, its language included.
pub(crate) fn set(reading: &mut Reading, text: &str) {
    let text = text.trim();
    let text_kept = crate::charset::prefix(text, MAX_TEXT);
    reading.text = without_returns(text_kept);
    if reading.lang.is_none() {
        reading.lang = language(text, reading.subject.as_deref().unwrap_or(""));
    }
}

fn without_returns(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for at in memchr::memchr2_iter(b'\r', 0, text.as_bytes()) {
        out.push_str(&text[from..at]);
        from = at + 1;
    }
    out.push_str(&text[from..]);
    out
}

/// The lines of a text as [`str::lines`] has them, found faster.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (line, behind) = match memchr::memchr(b'\n', rest.as_bytes()) {
            Some(end) => (&rest[..end], &rest[end + 1..]),
            None => (rest, ""),
        };
        let line =
            if behind.is_empty() && line.len() == rest.len() { line } else { line.strip_suffix('\r').unwrap_or(line) };
        rest = behind;
        Some(line)
    })
}

/// Whether a text has a digit. All of it is looked at, which is many bytes at a time, and faster than to stop at the first.
pub(crate) fn has_digit(text: &str) -> bool {
    text.bytes().fold(false, |found, byte| found | byte.is_ascii_digit())
}

/// Whether a text begins with `word`, the case of Latin letters aside.
pub(crate) fn begins(text: &str, word: &str) -> bool {
    let (text, word) = (text.as_bytes(), word.as_bytes());
    // Nearly every word is told apart by its first letter.
    let first = text.first().zip(word.first()).is_none_or(|(one, other)| one.eq_ignore_ascii_case(other));
    first && text.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
}

/// Words that a line may begin with, the case of Latin letters aside.
pub(crate) struct Beginnings {
    words: &'static [&'static str],
    /// Whether a word begins with this byte: most lines are told by it.
    first: [bool; 256],
}

impl Beginnings {
    /// Of words that are not empty.
    pub(crate) const fn new(words: &'static [&'static str]) -> Self {
        let mut first = [false; 256];
        let mut at = 0;
        while at < words.len() {
            let letter = words[at].as_bytes()[0];
            first[letter.to_ascii_lowercase() as usize] = true;
            first[letter.to_ascii_uppercase() as usize] = true;
            at += 1;
        }
        Self { words, first }
    }

    /// Whether `text` begins with one of them.
    pub(crate) fn begin(&self, text: &str) -> bool {
        text.as_bytes().first().is_some_and(|letter| self.first[usize::from(*letter)])
            && self.words.iter().any(|word| begins(text, word))
    }
}

/// Japanese if there is kana; English if the text is mostly ASCII letters and has English words; else unknown.
pub(crate) fn language(text: &str, subject: &str) -> Option<Lang> {
    let head = crate::charset::prefix(text, 8 << 10);
    if has_kana(head, 4) || has_kana(subject, 2) {
        return Some(Lang::Ja);
    }
    let words = ["the", "you", "your", "is", "and", "of", "to", "from", "this", "please", "with"];
    let hits = head
        .as_bytes()
        .split(|byte| !byte.is_ascii_alphabetic())
        .filter(|word| (2..=6).contains(&word.len()))
        .filter(|word| words.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes())))
        .take(4)
        .count();
    // Of one word alone in a short text: Dutch has some of them, too.
    let own = || {
        head.split_ascii_whitespace()
            .any(|word| ["the", "your", "from", "this", "and"].iter().any(|known| word.eq_ignore_ascii_case(known)))
    };
    (hits >= 2 || (hits >= 1 && head.len() < 200 && own())).then_some(Lang::En)
}

/// Whether a text has at least so many kana.
fn has_kana(text: &str, least: usize) -> bool {
    // They begin with one of two bytes in UTF-8.
    memchr::memchr2_iter(0xe3, 0xef, text.as_bytes())
        .filter_map(|at| text.get(at..)?.chars().next())
        .filter(|c| matches!(c, '\u{3041}'..='\u{30fa}' | '\u{ff66}'..='\u{ff9d}'))
        .nth(least - 1)
        .is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_those_of_the_standard_library() {
        for text in ["", "a", "a\n", "a\nb", "a\r\n\r\nb\r", "\n\n", "\r", "\r\n"] {
            assert_eq!(lines(text).collect::<Vec<_>>(), text.lines().collect::<Vec<_>>(), "{text:?}");
        }
    }

    #[test]
    fn languages() {
        assert_eq!(language("迷惑メールの件でご連絡いたします。", ""), Some(Lang::Ja));
        assert_eq!(language("Please stop this attack from your network.", ""), Some(Lang::En));
        assert_eq!(language("Добрый день", ""), None);
    }
}
