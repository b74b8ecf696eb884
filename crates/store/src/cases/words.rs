//! The beginnings under which a person finds a case, the same on both databases and under every collation.

use std::collections::BTreeSet;

/// Words of one case, and characters of one word; a longer name is found by its beginning.
const MAX_WORDS: usize = 24;
const MAX_CHARS: usize = 100;

/// Every beginning of a case: its number, the number without year and zeros, its place, and the rest of the place from each
/// part on. The last part of a site stands in every second case and finds nothing.
pub(super) fn of(number: &str, place: &str) -> BTreeSet<String> {
    let mut words = BTreeSet::from([encoded(number)]);
    if let Some((_, serial)) = number.rsplit_once('-') {
        words.insert(encoded(serial.trim_start_matches('0')));
    }
    let (kind, value) = place.split_once(':').unwrap_or(("", place));
    words.insert(encoded(value));
    for (at, mark) in value.match_indices(['.', '-', '@', ':', '_', '+']) {
        let rest = &value[at + mark.len()..];
        let telling = kind != "site" || rest.contains('.');
        if telling && !rest.is_empty() && words.len() < MAX_WORDS {
            words.insert(encoded(rest));
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The range of words that begin with `text`: from (inclusive), to (exclusive).
pub(super) fn range(text: &str) -> (String, String) {
    let from = encoded(text);
    // Behind every hexadecimal digit.
    let to = format!("{from}g");
    (from, to)
}

fn encoded(text: &str) -> String {
    let folded: String = text.trim().to_lowercase().chars().take(MAX_CHARS).collect();
    let folded = folded.strip_prefix("www.").unwrap_or(&folded);
    crate::raw::hex(folded.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(text: &str, place: &str) -> bool {
        let (from, to) = range(text);
        of("M-2026-000777", place).iter().any(|word| *word >= from && *word < to)
    }

    #[test]
    fn a_case_is_found_by_what_people_type() {
        for text in
            ["M-2026-000777", "m-2026-0007", "777", "shop", "my-shop.ex", "www.my-shop.example.com", "example.com"]
        {
            assert!(finds(text, "site:my-shop.example.com"), "{text}");
        }
        for text in ["com", "hop", "%", "example.net"] {
            assert!(!finds(text, "site:my-shop.example.com"), "{text}");
        }
        assert!(
            finds("2.33", "host:192.0.2.33") && finds("192.0", "host:192.0.2.33") && finds("33", "host:192.0.2.33")
        );
        assert!(finds("taro@", "account:taro@example.com") && finds("example.com", "account:taro@example.com"));
        assert!(finds("2001:db8", "host:2001:db8::1"));
    }

    #[test]
    fn a_long_name_gives_few_words() {
        let place = format!("site:{}example.com", "a.".repeat(120));
        assert!(of("M-2026-000001", &place).len() <= MAX_WORDS + 1);
    }
}
