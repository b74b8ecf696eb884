//! `xtask/templates/<kind>.txt`: which files a new part has, and its line in the folder's list.
//!
//! ```text
//! # Comment.
//! list ALL
//! entry &{{module}}::{{Type}}
//! helpers shared, words
//! === crates/x/src/parts/{{module}}.rs
//! (the text of that file, up to the next `===`)
//! ```

use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};

/// What a template says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template {
    /// The list in the folder's `mod.rs` that names every part.
    pub(crate) list: String,
    /// The entry of a new part in that list.
    pub(crate) entry: String,
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
    let mut template =
        Template { list: "ALL".to_owned(), entry: String::new(), helpers: Vec::new(), files: Vec::new() };
    for line in head.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.split_once(' ') {
            Some(("list", list)) => list.trim().clone_into(&mut template.list),
            Some(("entry", entry)) => entry.trim().clone_into(&mut template.entry),
            Some(("helpers", names)) => {
                template.helpers = names.split(',').map(|name| name.trim().to_owned()).collect();
            }
            _ => bail!("`{line}` is neither `list`, `entry` nor `helpers`"),
        }
    }
    for section in sections {
        let (path, body) = section.split_once('\n').context("a file without text")?;
        template.files.push((path.trim().to_owned(), format!("{}\n", body.trim_end())));
    }
    if template.entry.is_empty() || template.files.is_empty() {
        bail!("needs one `entry` and at least one file after `=== path`");
    }
    Ok(template)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn head_and_files_are_read() {
        let text = "# x\nlist EVERY\nentry &{{module}}::X\nhelpers a, b\n=== f/{{module}}.rs\n//! A\n\nfn a() {}\n\n=== g.eml\nFrom: a\n";
        let template = parse(text).unwrap();
        assert_eq!((template.list.as_str(), template.entry.as_str()), ("EVERY", "&{{module}}::X"));
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
