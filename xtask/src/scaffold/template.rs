//! `xtask/templates/<kind>.txt`: which files a new part has, and its line in the folder's list.
//!
//! ```text
//! # Comment.
//! list ALL
//! entry &{{module}}::{{Type}}
//! line crates/x/src/cli.rs | enum Command { | {{Type}}(parts::{{module}}::Args)
//! append crates/x/words.ftl | {{name}} = {{name}}
//! helpers shared, words
//! === crates/x/src/parts/{{module}}.rs
//! (the text of that file, up to the next `===`)
//! ```
//!
//! `entry` is the line in a list of the folder's `mod.rs` (`ALL` when no `list` comes before it); `line` names another file or
//! block, `mod.rs` alone being the folder's; `append` puts its text at the end of a file. `\n` in an entry is a new line.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};

use super::registry::Place;

/// A line that every part has in a file of many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// The file from the root; nothing for the folder's `mod.rs`.
    pub(crate) file: Option<String>,
    /// Where in the file.
    pub(crate) place: Place,
    /// What stands there.
    pub(crate) entry: String,
}

/// What a template says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template {
    /// The lines of a new part, besides `mod`.
    pub(crate) lines: Vec<Line>,
    /// Modules of the folder that parts share and that are no parts themselves.
    pub(crate) helpers: Vec<String>,
    /// Path and text of each file of a new part.
    pub(crate) files: Vec<(String, String)>,
}

/// Reads the template of `kind`. It is read from the tree, so that old binaries do not write old shapes.
pub(crate) fn read(root: &Path, kind: &str) -> anyhow::Result<Template> {
    let path = format!("xtask/templates/{kind}.txt");
    let text = fs::read_to_string(root.join(&path)).with_context(|| format!("{path} cannot be read"))?;
    parse(&text).with_context(|| path)
}

fn parse(text: &str) -> anyhow::Result<Template> {
    let mut sections = text.split("\n=== ");
    let head = sections.next().unwrap_or_default();
    let mut template = Template { lines: Vec::new(), helpers: Vec::new(), files: Vec::new() };
    let mut list = "ALL";
    for line in head.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.split_once(' ') {
            Some(("list", name)) => list = name.trim(),
            Some(("entry", entry)) => {
                template.lines.push(Line { file: None, place: Place::List(list.to_owned()), entry: unescaped(entry) });
            }
            Some(("line", rest)) => template.lines.push(elsewhere(rest)?),
            Some(("append", rest)) => template.lines.push(at_end(rest)?),
            Some(("helpers", names)) => {
                template.helpers = names.split(',').map(|name| name.trim().to_owned()).collect();
            }
            _ => bail!("`{line}` is neither `list`, `entry`, `line`, `append` nor `helpers`"),
        }
    }
    for section in sections {
        let (path, body) = section.split_once('\n').context("a file without text")?;
        template.files.push((path.trim().to_owned(), format!("{}\n", body.trim_end())));
    }
    if template.lines.is_empty() || template.files.is_empty() {
        bail!("needs an `entry` or `line`, and at least one file after `=== path`");
    }
    Ok(template)
}

/// `file | opening of the block | entry`.
fn elsewhere(rest: &str) -> anyhow::Result<Line> {
    let mut fields = rest.splitn(3, " | ").map(str::trim);
    let (Some(file), Some(opening), Some(entry)) = (fields.next(), fields.next(), fields.next()) else {
        bail!("`line {rest}` is not `line file | opening | entry`");
    };
    Ok(Line {
        file: Some(file.to_owned()).filter(|file| file != "mod.rs"),
        place: Place::Block(opening.to_owned()),
        entry: unescaped(entry),
    })
}

/// `file | text`.
fn at_end(rest: &str) -> anyhow::Result<Line> {
    let (file, entry) =
        rest.split_once(" | ").with_context(|| format!("`append {rest}` is not `append file | text`"))?;
    Ok(Line { file: Some(file.trim().to_owned()), place: Place::End, entry: entry.trim().to_owned() })
}

fn unescaped(entry: &str) -> String {
    entry.trim().replace("\\n", "\n    ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn head_and_files_are_read() {
        let text = "# x\nlist EVERY\nentry &{{module}}::X\nline a/cli.rs | enum C { | /// D.\\nX(x::Y)\nappend w.ftl | a = b\nhelpers a, b\n\
            === f/{{module}}.rs\n//! A\n\nfn a() {}\n\n=== g.eml\nFrom: a\n";
        let template = parse(text).unwrap();
        let [entry, line, word] = template.lines.as_slice() else { panic!("{template:?}") };
        assert_eq!((&entry.place, entry.entry.as_str()), (&Place::List("EVERY".to_owned()), "&{{module}}::X"));
        assert_eq!((line.file.as_deref(), line.entry.as_str()), (Some("a/cli.rs"), "/// D.\n    X(x::Y)"));
        assert_eq!(line.place, Place::Block("enum C {".to_owned()));
        assert_eq!((&word.place, word.entry.as_str()), (&Place::End, "a = b"));
        assert_eq!(template.helpers, ["a", "b"]);
        assert_eq!(template.files[0], ("f/{{module}}.rs".to_owned(), "//! A\n\nfn a() {}\n".to_owned()));
        assert_eq!(template.files[1], ("g.eml".to_owned(), "From: a\n".to_owned()));
    }

    #[test]
    fn a_template_that_makes_nothing_is_an_error() {
        for bad in ["", "entry x\n", "=== a\nb\n", "entry x\nwhat is this\n=== a\nb\n"] {
            assert!(parse(bad).is_err(), "{bad:?}");
        }
    }
}
