//! The readable text of a reading.

use model::{Lang, Reading};

/// Most bytes of text kept in a reading.
pub(crate) const MAX_TEXT: usize = 64 << 10;

/// Sets the text, its language included.
pub(crate) fn set(reading: &mut Reading, text: &str) {
    let text = text.trim();
    crate::charset::prefix(text, MAX_TEXT).clone_into(&mut reading.text);
    if reading.text.contains('\r') || reading.text.contains('\0') {
        reading.text.retain(|c| c != '\r' && c != '\0');
    }
    if reading.lang.is_none() {
        reading.lang = language(text, reading.subject.as_deref().unwrap_or(""));
    }
}

/// Japanese if there is kana; English if the text is mostly ASCII letters and has English words; else unknown.
pub(crate) fn language(text: &str, subject: &str) -> Option<Lang> {
    let head = crate::charset::prefix(text, 8 << 10);
    let kana =
        |text: &str| text.chars().filter(|c| matches!(c, '\u{3041}'..='\u{30fa}' | '\u{ff66}'..='\u{ff9d}')).count();
    if kana(head) >= 4 || kana(subject) >= 2 {
        return Some(Lang::Ja);
    }
    let words = ["the", "you", "your", "is", "and", "of", "to", "from", "this", "please"];
    let hits = head
        .split(|c: char| !c.is_ascii_alphabetic())
        .filter(|word| word.len() <= 6 && words.iter().any(|known| word.eq_ignore_ascii_case(known)))
        .take(4)
        .count();
    (hits >= 2 || (hits >= 1 && head.len() < 200)).then_some(Lang::En)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages() {
        assert_eq!(language("迷惑メールの件でご連絡いたします。", ""), Some(Lang::Ja));
        assert_eq!(language("Please stop this attack from your network.", ""), Some(Lang::En));
        assert_eq!(language("Добрый день", ""), None);
    }
}
