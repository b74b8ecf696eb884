//! The small language that templates may use, checked before they are compiled.
//!
//! Fuel bounds how long a template runs and the writer bounds what it prints, but neither bounds a value that is doubled
//! again and again (`a ~ a`). So templates can choose and repeat, and cannot build values.

/// Longest template, bytes.
pub(super) const MAX_SOURCE: usize = 64 * 1024;

/// `raw` is left out on purpose: what stands in it could not be told from tags here.
const TAGS: &[&str] = &["if", "elif", "else", "endif", "for", "endfor", "include"];

/// A broken rule.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Broken {
    /// Line of the template, from 1.
    pub(super) line: usize,
    /// What is wrong.
    pub(super) problem: String,
    /// What to do.
    pub(super) remedy: String,
}

/// The first rule that `source` breaks.
pub(super) fn check(source: &str) -> Result<(), Broken> {
    if source.len() > MAX_SOURCE {
        return Err(Broken {
            line: 1,
            problem: format!("the template is longer than {MAX_SOURCE} bytes"),
            remedy: "shorten it or move text into a part".to_owned(),
        });
    }
    let mut rest = source;
    let mut line = 1;
    while let Some(start) = rest.find('{') {
        line += newlines(&rest[..start]);
        rest = &rest[start..];
        let (open, end) = match rest.get(..2) {
            Some("{#") => ("{#", "#}"),
            Some("{{") => ("{{", "}}"),
            Some("{%") => ("{%", "%}"),
            _ => {
                rest = &rest[1..];
                continue;
            }
        };
        let length = if open == "{#" { rest.find(end) } else { end_of_tag(rest, end) };
        // An unclosed tag is the compiler's to report.
        let Some(length) = length else { return Ok(()) };
        let inside = &rest[2..length];
        if open == "{%" {
            check_tag(inside, line)?;
        }
        if open != "{#" {
            check_operators(inside, line)?;
        }
        line += newlines(inside);
        rest = &rest[length + 2..];
    }
    Ok(())
}

/// Where `end` stands outside of quoted text.
fn end_of_tag(tag: &str, end: &str) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in tag.char_indices().skip(2) {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(mark) if c == mark => quote = None,
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None if tag[at..].starts_with(end) => return Some(at),
            Some(_) | None => {}
        }
    }
    None
}

fn check_tag(inside: &str, line: usize) -> Result<(), Broken> {
    let name = inside.trim_start_matches(['-', '+']).split_whitespace().next().unwrap_or_default();
    if TAGS.contains(&name.trim_end_matches('-')) {
        return Ok(());
    }
    Err(Broken {
        line,
        problem: format!("`{name}` is not available in mail templates"),
        remedy: "use if, for and include only".to_owned(),
    })
}

/// Joining, arithmetic and map literals outside of quoted text. The last because their `}}` would end a tag here too early.
fn check_operators(inside: &str, line: usize) -> Result<(), Broken> {
    let mut quote = None;
    let mut escaped = false;
    // The first and last character may be the white space control of the tag itself (`{%- … -%}`).
    let inside = inside.trim_start_matches(['-', '+']).trim_end_matches(['-', '+']);
    for c in inside.chars() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(mark) if c == mark => quote = None,
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None if matches!(c, '~' | '*' | '+' | '{') => {
                return Err(Broken {
                    line,
                    problem: format!("`{c}` is not available in mail templates"),
                    remedy: "write the values one after the other: {{ a }}{{ b }}".to_owned(),
                });
            }
            Some(_) | None => {}
        }
    }
    Ok(())
}

fn newlines(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_templates_pass() {
        let text = "a { b }\n{% if x == 'a*b' -%}\n{{ t(\"k~y\") }}{% include \"parts/x\" %}{%- endif %}{# ~ #}";
        assert_eq!(check(text), Ok(()));
    }

    #[test]
    fn values_cannot_be_grown() {
        for (text, line) in [
            ("\n{{ a ~ a }}", 2),
            ("{{ 'x' * 9 }}", 1),
            ("{{ [a] + [a] }}", 1),
            ("a\nb\n{% set a = 1 %}", 3),
            ("{% macro m() %}", 1),
            ("{%- block b %}", 1),
            ("{# {% #}\n{{ a ~ a }}", 2),
            (r#"{{ "}}" ~ a }}"#, 1),
            (r#"{{ "\"}}" ~ a }}"#, 1),
            ("{% raw %}{{ {% endraw %}", 1),
            (r#"{{ {"a": {}}} ~ x }}"#, 1),
        ] {
            let broken = check(text).unwrap_err();
            assert_eq!(broken.line, line, "{text}");
        }
        assert!(check(&"x".repeat(MAX_SOURCE + 1)).is_err());
    }
}
