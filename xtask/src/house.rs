//! House rules that neither rustc nor clippy holds: how files open, how long they are, what must not be in them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::tree::is_rust;

/// Most lines of one Rust file.
const MAX_LINES: usize = 800;
/// Larger files are data; they are not searched for paths.
const MAX_SEARCHED: usize = 4 << 20;
/// Parents that are too common to be a sign of one machine.
const COMMON: [&str; 12] =
    ["/app", "/build", "/builds", "/code", "/home", "/mnt", "/opt", "/root", "/src", "/srv", "/tmp", "/usr/src"];

/// Every breach of the house rules in `files`, which are relative to `root`.
pub(crate) fn check(root: &Path, files: &[PathBuf]) -> anyhow::Result<Vec<String>> {
    let machine = machine_paths(root);
    let mut problems = Vec::new();
    for file in files {
        let bytes = fs::read(root.join(file)).with_context(|| format!("cannot read {}", file.display()))?;
        let text = String::from_utf8_lossy(&bytes);
        if is_rust(file) {
            problems.extend(rust_rules(&text).into_iter().map(|rule| format!("{}: {rule}", file.display())));
        }
        if bytes.len() <= MAX_SEARCHED {
            for line in lines_naming(&text, &machine) {
                problems.push(format!("{}:{line}: names a path of this machine", file.display()));
            }
        }
    }
    Ok(problems)
}

/// What is wrong with one Rust file.
fn rust_rules(text: &str) -> Vec<String> {
    let mut broken = Vec::new();
    if !text.starts_with("//!") {
        broken.push("does not open with `//!` saying what it is".to_owned());
    }
    let lines = text.lines().count();
    if lines > MAX_LINES {
        broken.push(format!("has {lines} lines; {MAX_LINES} is the limit"));
    }
    for (number, line) in text.lines().enumerate() {
        let line = line.trim_start();
        if line.starts_with("#[allow(") || line.starts_with("#![allow(") {
            broken.push(format!("line {}: use `#[expect(…, reason = \"…\")]` instead of `allow`", number + 1));
        }
    }
    broken
}

/// Paths that only exist where this checkout is: the checkout itself, and its parent if that is a name of its own.
fn machine_paths(root: &Path) -> Vec<String> {
    let depth = root.components().count();
    let mut paths = Vec::new();
    // "/" and one name: a clone in `/app` says nothing about a machine, and `/app` is in many a Dockerfile.
    if depth > 2 {
        paths.push(root.display().to_string());
        if let Some(parent) = root.parent().map(|parent| parent.display().to_string())
            && !COMMON.contains(&parent.as_str())
        {
            paths.push(parent);
        }
    }
    paths
}

/// Numbers of the lines that hold one of `paths` as a path of its own.
fn lines_naming(text: &str, paths: &[String]) -> Vec<usize> {
    let own = |line: &str, path: &String| {
        line.match_indices(path.as_str()).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            let after = line[at + path.len()..].chars().next();
            !before.is_some_and(|c| c.is_alphanumeric() || "_-.~/*}$".contains(c)) && after == Some('/')
        })
    };
    text.lines()
        .enumerate()
        .filter(|(_, line)| paths.iter().any(|path| own(line, path)))
        .map(|(number, _)| number + 1)
        .collect()
}

/// How long the Rust files are, in one line.
pub(crate) fn stats(root: &Path, files: &[PathBuf]) -> anyhow::Result<String> {
    let mut sizes = Vec::new();
    for file in files.iter().filter(|file| is_rust(file)) {
        sizes.push((fs::read_to_string(root.join(file))?.lines().count(), file));
    }
    sizes.sort();
    let at = |percent: usize| sizes.get(sizes.len().saturating_sub(1) * percent / 100).map_or(0, |(lines, _)| *lines);
    let total: usize = sizes.iter().map(|(lines, _)| lines).sum();
    let longest = sizes.last().map_or_else(String::new, |(lines, file)| format!("{lines} ({})", file.display()));
    Ok(format!("{} Rust files, {total} lines: median {}, p90 {}, longest {longest}", sizes.len(), at(50), at(90)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_good_file_breaks_nothing() {
        assert!(rust_rules("//! What it is.\n\n#[expect(dead_code, reason = \"why\")]\nfn x() {}\n").is_empty());
    }

    #[test]
    fn each_rule_is_held() {
        assert!(rust_rules("fn x() {}\n")[0].contains("does not open"));
        assert!(rust_rules("//! x\n    #[allow(dead_code)]\n")[0].contains("line 2"));
        let long = format!("//! x\n{}", "\n".repeat(MAX_LINES));
        assert!(rust_rules(&long)[0].contains("801 lines"));
    }

    #[test]
    fn a_path_of_the_machine_is_found_and_a_like_name_is_not() {
        let paths = machine_paths(Path::new("/yard/house"));
        assert_eq!(paths, ["/yard/house", "/yard"]);
        let text = "see /yard/house/x\nhttps://example.com/yard/x\ncrates/yard/x\n\"/yard/y\"\n/yards/x\n";
        assert_eq!(lines_naming(text, &paths), [1, 4]);
        assert_eq!(machine_paths(Path::new("/tmp/clone")), ["/tmp/clone"]);
        assert!(machine_paths(Path::new("/app")).is_empty());
    }

    #[test]
    fn check_reports_file_and_line() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        fs::write(root.join("bad.rs"), "fn x() {}\n").unwrap();
        fs::write(root.join("notes.md"), format!("fine\n{}/target\n", root.display())).unwrap();
        let problems = check(root, &[PathBuf::from("bad.rs"), PathBuf::from("notes.md")]).unwrap();
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(problems[0].starts_with("bad.rs: does not open"));
        assert!(problems[1].starts_with("notes.md:2: names a path"));
    }
}
