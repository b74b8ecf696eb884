//! Proof that the templates compile: one new part of every kind in a copy of the workspace, under clippy.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;
use cargo_metadata::MetadataCommand;

use super::kinds::KINDS;
use crate::{plugs, tree};

/// The name of the parts made; the alphabet puts it between others.
const SAMPLE: &str = "made-by-xtask";

/// What is wrong with the templates, by the compiler's word.
pub(crate) fn check_templates(root: &Path) -> anyhow::Result<Vec<String>> {
    let metadata = MetadataCommand::new().manifest_path(root.join("Cargo.toml")).no_deps().exec()?;
    let target = metadata.target_directory.into_std_path_buf();
    // Always the same place: cargo then compiles only what changed since the last time.
    let copy = target.join("xtask-templates");
    if copy.exists() {
        fs::remove_dir_all(&copy)?;
    }
    for file in tree::files(root)? {
        let to = copy.join(&file);
        fs::create_dir_all(to.parent().context("a file has a folder")?)?;
        fs::copy(root.join(&file), to).with_context(|| format!("cannot copy {}", file.display()))?;
    }
    let mut problems = Vec::new();
    let mut packages = Vec::new();
    for kind in KINDS.iter().filter(|kind| super::registry_file(&copy, kind.folder).is_ok()) {
        match super::create(&copy, kind.name, SAMPLE, false) {
            Ok(_) => packages.extend(kind.folder.split('/').nth(1)),
            Err(error) => problems.push(format!("new {} {SAMPLE}: {error:#}", kind.name)),
        }
    }
    if packages.is_empty() {
        return Ok(problems);
    }
    packages.sort_unstable();
    packages.dedup();
    let cargo = |arguments: &[&str], tail: &[&str]| -> anyhow::Result<bool> {
        let mut command = Command::new("cargo");
        command.current_dir(&copy).env("CARGO_TARGET_DIR", &target).args(arguments);
        for package in &packages {
            command.args(["--package", package]);
        }
        Ok(command.args(tail).status().context("cannot start cargo")?.success())
    };
    if !cargo(&["fmt"], &["--check"])? {
        problems.push("what the templates make is not as rustfmt would have it".to_owned());
    }
    if !cargo(&["clippy", "--quiet", "--locked", "--all-targets"], &["--", "--deny", "warnings"])? {
        problems.push("what the templates make does not compile without warnings".to_owned());
    }
    problems.extend(plugs::check(&copy));
    Ok(problems)
}
