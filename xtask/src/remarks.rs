//! Every remark that a reader makes about a report can be told in Japanese.

use std::fs;
use std::path::{Path, PathBuf};

/// Where the Japanese stands.
const TABLE: &str = "crates/text/src/remarks.rs";
/// Where remarks are made.
const READERS: &str = "crates/reports/src";

/// The sentences among `files` that are not in the table, with the place of each.
pub(crate) fn check(root: &Path, files: &[PathBuf]) -> anyhow::Result<Vec<String>> {
    let table = fs::read_to_string(root.join(TABLE)).unwrap_or_default();
    let mut missing = Vec::new();
    for file in files.iter().filter(|file| file.starts_with(READERS) && file.extension().is_some_and(|is| is == "rs")) {
        let text = fs::read_to_string(root.join(file))?;
        let lost = sentences(&text).into_iter().filter(|(_, sentence)| !table.contains(&format!("\"{sentence}\",")));
        missing.extend(lost.map(|(line, sentence)| {
            format!("{}:{line}: the remark “{sentence}” has no Japanese in {TABLE}", file.display())
        }));
    }
    Ok(missing)
}

/// String literals of a file that are sentences: they begin in capitals or with a value, hold a blank and end in a full stop.
fn sentences(text: &str) -> Vec<(usize, String)> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
    let literal = |line: &str| {
        let (_, rest) = line.split_once('"')?;
        let (inner, _) = rest.split_once('"')?;
        let begins = inner.starts_with(|first: char| first.is_ascii_uppercase() || first == '{');
        (begins && inner.ends_with('.') && inner.contains(' ') && !inner.contains('\\')).then(|| bare(inner))
    };
    lines.filter_map(|(number, line)| Some((number + 1, literal(line)?))).collect()
}

/// The sentence with `{}` for each of its values.
fn bare(literal: &str) -> String {
    let mut pieces = literal.split('{');
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |whole, piece| whole + "{}" + piece.split_once('}').map_or("", |(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_found_and_other_words_are_not() {
        let text = "// \"A comment with words.\"\nx(\"Only {n:?} of {} were read.\");\ny(\"text/plain\");\nz(\"Received.\");\n\
                    #[cfg(test)]\nfn t() { \"A test says so.\" }\n";
        assert_eq!(sentences(text), [(2, "Only {} of {} were read.".to_owned())]);
    }

    #[test]
    fn a_sentence_without_japanese_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = PathBuf::from(READERS).join("a.rs");
        fs::create_dir_all(folder.path().join(READERS)).unwrap();
        fs::create_dir_all(folder.path().join("crates/text/src")).unwrap();
        fs::write(folder.path().join(&file), "f(\"It was cut.\");\n").unwrap();
        let look = || check(folder.path(), std::slice::from_ref(&file)).unwrap();
        assert!(look()[0].contains("a.rs:1") && look()[0].contains("It was cut."));
        fs::write(folder.path().join(TABLE), "    (\"It was cut.\", \"切られた。\"),\n").unwrap();
        assert_eq!(look(), Vec::<String>::new());
    }
}
