//! A name in the ways a part needs it: as given, as a module, as a type.

use anyhow::bail;

/// Longest name; file names and table columns stay readable.
const MAX: usize = 40;
/// Names that cannot be a module, or would be confused with the house's own.
const RESERVED: [&str; 16] = [
    "all", "as", "async", "const", "crate", "dyn", "fn", "for", "lib", "main", "mod", "move", "self", "test", "tests",
    "type",
];

/// A checked name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    /// `shadow-server`: in texts, JSON and fixtures.
    pub(crate) plain: String,
    /// `shadow_server`: the module and its file.
    pub(crate) module: String,
    /// `ShadowServer`: the type.
    pub(crate) kind: String,
}

impl Name {
    /// Checks `text` and makes its forms.
    pub(crate) fn parse(text: &str) -> anyhow::Result<Self> {
        let words: Vec<&str> = text.split('-').collect();
        let plain =
            |word: &&str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        if text.len() > MAX || !text.starts_with(|c: char| c.is_ascii_lowercase()) || !words.iter().all(plain) {
            bail!(
                "`{text}` is no name: lower-case words joined by hyphens, at most {MAX} letters, such as `shadow-server`"
            );
        }
        if RESERVED.contains(&text) {
            bail!("`{text}` is taken by Rust or by the house");
        }
        let kind = words.iter().map(|word| word[..1].to_uppercase() + &word[1..]).collect();
        Ok(Self { plain: text.to_owned(), module: text.replace('-', "_"), kind })
    }

    /// `template` with `{{name}}`, `{{module}}` and `{{Type}}` filled in.
    pub(crate) fn fill(&self, template: &str) -> String {
        template.replace("{{name}}", &self.plain).replace("{{module}}", &self.module).replace("{{Type}}", &self.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_three_forms() {
        let name = Name::parse("shadow-server2").unwrap();
        assert_eq!(name.fill("{{name}} {{module}} {{Type}}"), "shadow-server2 shadow_server2 ShadowServer2");
    }

    #[test]
    fn what_could_leave_the_folder_or_break_the_build_is_refused() {
        for bad in ["", "-", "a-", "A", "a_b", "../x", "a/b", "1a", "é", "fn", "mod", &"a".repeat(41)] {
            assert!(Name::parse(bad).is_err(), "{bad}");
        }
    }
}
