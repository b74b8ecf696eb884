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
    for kind in KINDS.iter().filter(|kind| super::registry_file(&copy, kind.folder).is_ok()) {
        if let Err(error) = super::create(&copy, kind.name, SAMPLE, false) {
            problems.push(format!("new {} {SAMPLE}: {error:#}", kind.name));
        }
    }
    problems.extend(compile(&copy, &target)?);
    problems.extend(plugs::check(&copy));
    Ok(problems)
}

/// What rustfmt and clippy say about the files made. What they say about other files is another check's business.
fn compile(copy: &Path, target: &Path) -> anyhow::Result<Vec<String>> {
    let made = SAMPLE.replace('-', "_");
    let about = |said: &[u8]| -> Vec<String> {
        String::from_utf8_lossy(said).lines().filter(|line| line.contains(&made)).map(str::to_owned).collect()
    };
    let cargo = |arguments: &[&str]| {
        let mut command = Command::new("cargo");
        command.current_dir(copy).env("CARGO_TARGET_DIR", target).env("CARGO_TERM_COLOR", "never");
        command.args(arguments).output().context("cannot start cargo")
    };
    let mut problems = about(&cargo(&["fmt", "--all", "--check"])?.stdout);
    let clippy = cargo(&["clippy", "--quiet", "--workspace", "--all-targets", "--message-format", "short"])?;
    problems.extend(about(&clippy.stderr));
    if !clippy.status.success() {
        let said = String::from_utf8_lossy(&clippy.stderr);
        let errors: Vec<&str> = said.lines().filter(|line| line.contains("error")).take(12).collect();
        problems.push(format!("the workspace with new parts does not compile:\n{}", errors.join("\n")));
    }
    Ok(problems)
}
