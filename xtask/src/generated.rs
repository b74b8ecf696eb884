//! Reference files that the code itself writes: `mimawari reference <what>` is asked, `docs/reference/` keeps the answer.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, bail};

/// What `mimawari reference` can be asked, and where the answer is kept below `docs/reference/`.
const OPENAPI: [(&str, &str); 1] = [("openapi", "openapi.json")];
const DOCS: [(&str, &str); 2] = [("commands", "commands.md"), ("categories", "categories.md")];

/// Writes or checks the OpenAPI document.
pub(crate) fn openapi(root: &Path, check: bool) -> anyhow::Result<Vec<String>> {
    all(root, &OPENAPI, check, "gen-openapi")
}

/// Writes or checks the references of commands and categories.
pub(crate) fn docs(root: &Path, check: bool) -> anyhow::Result<Vec<String>> {
    all(root, &DOCS, check, "gen-docs")
}

fn all(root: &Path, files: &[(&str, &str)], check: bool, task: &str) -> anyhow::Result<Vec<String>> {
    let mut problems = Vec::new();
    for (what, file) in files {
        problems.extend(keep(root, file, &ask(root, what)?, check, task)?);
    }
    Ok(problems)
}

/// What the binary says about itself.
fn ask(root: &Path, what: &str) -> anyhow::Result<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(root)
        .args(["run", "--quiet", "--locked", "--package", "mimawari", "--", "reference", what])
        .output()
        .context("cannot start cargo")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`mimawari reference {what}` ended with {}:\n{}", output.status, ending(&said));
    }
    let text = String::from_utf8(output.stdout).context("the reference is not UTF-8")?;
    if text.trim().is_empty() {
        bail!("`mimawari reference {what}` printed nothing");
    }
    Ok(format!("{}\n", text.trim_end()))
}

/// The last lines of what a program said: enough to see why, where a broken build says thousands.
fn ending(said: &str) -> String {
    let lines: Vec<&str> = said.trim_end().lines().collect();
    lines[lines.len().saturating_sub(12)..].join("\n")
}

/// Writes `text` to the kept file, or says how the file differs from it.
fn keep(root: &Path, file: &str, text: &str, check: bool, task: &str) -> anyhow::Result<Option<String>> {
    let name = format!("docs/reference/{file}");
    let path = root.join(&name);
    let kept = fs::read_to_string(&path).ok();
    if kept.as_deref() == Some(text) {
        return Ok(None);
    }
    if !check {
        fs::create_dir_all(root.join("docs/reference"))?;
        fs::write(&path, text).with_context(|| format!("cannot write {name}"))?;
        return Ok(None);
    }
    let remedy = format!("run `cargo xtask {task}` and commit the file");
    let Some(kept) = kept else {
        return Ok(Some(format!("{name} does not exist; {remedy}")));
    };
    let first = kept.lines().zip(text.lines()).take_while(|(old, new)| old == new).count() + 1;
    Ok(Some(format!("{name}:{first}: not what the code says; {remedy}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_sees_a_missing_and_a_stale_file_and_accepts_the_written_one() {
        let dir = tempfile::tempdir().unwrap();
        let look = |text, check| keep(dir.path(), "x.md", text, check, "gen-docs").unwrap();
        assert!(look("a\nb\n", true).unwrap().contains("does not exist"));
        assert_eq!(look("a\nb\n", false), None);
        assert_eq!(look("a\nb\n", true), None);
        assert!(look("a\nc\n", true).unwrap().starts_with("docs/reference/x.md:2:"));
    }
}
