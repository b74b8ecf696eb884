//! Which addresses a door accepts mail for.

/// Patterns of addresses; without any, all are accepted.
#[derive(Debug, Clone, Default)]
pub struct Recipients(Vec<String>);

impl Recipients {
    /// Patterns in which `*` stands for any run of characters. Case does not matter.
    pub fn new(patterns: &[String]) -> Self {
        Self(patterns.iter().map(|pattern| pattern.trim().to_lowercase()).collect())
    }

    /// Whether mail for `address` is accepted.
    pub fn accepts(&self, address: &str) -> bool {
        self.0.is_empty() || {
            let address = address.to_lowercase();
            self.0.iter().any(|pattern| matches(pattern.as_bytes(), address.as_bytes()))
        }
    }
}

/// Glob with `*` only. Going back to the last `*` alone is enough, so this is at worst the product of the two lengths.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut last: Option<(usize, usize)> = None;
    while t < text.len() {
        if pattern.get(p) == Some(&b'*') {
            last = Some((p, t));
            p += 1;
        } else if pattern.get(p) == text.get(t) {
            p += 1;
            t += 1;
        } else if let Some((star, from)) = last {
            last = Some((star, from + 1));
            p = star + 1;
            t = from + 1;
        } else {
            return false;
        }
    }
    pattern.get(p..).is_some_and(|rest| rest.iter().all(|byte| *byte == b'*'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_whole_addresses_without_case() {
        let some = Recipients::new(&["abuse@provider.example".to_owned(), "Abuse+*@provider.example".to_owned()]);
        for yes in [
            "abuse@provider.example",
            "ABUSE@Provider.Example",
            "abuse+@provider.example",
            "abuse+a@b@provider.example",
        ] {
            assert!(some.accepts(yes), "{yes}");
        }
        for no in ["", "abuse", "xabuse@provider.example", "abuse@provider.example.org", "abuse+x@other.example"] {
            assert!(!some.accepts(no), "{no}");
        }
        assert!(Recipients::new(&[]).accepts("anyone@example.com"));
        assert!(Recipients::new(&["*".to_owned()]).accepts(""));
    }

    #[test]
    fn a_pattern_of_stars_takes_no_exponential_time() {
        let cruel = Recipients::new(&["*a".repeat(50) + "b"]);
        assert!(!cruel.accepts(&"a".repeat(2000)));
    }
}
