//! `cargo xtask new <kind> <name>`: the file, its fixture and the line, from a template of the kind.

mod compile;
pub(crate) mod kinds;
mod name;
pub(crate) mod registry;
pub(crate) mod template;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};

pub(crate) use compile::check_templates;
use kinds::{KINDS, Kind};
use name::Name;

/// The words `new` knows, for the command line.
pub(crate) fn kind_names() -> Vec<&'static str> {
    KINDS.iter().map(|kind| kind.name).collect()
}

/// A file that is to be written.
#[derive(Debug)]
struct Draft {
    path: PathBuf,
    text: String,
    /// Whether it is a line in a file that is there already.
    edit: bool,
}

/// Writes a new part and returns what was done, one line each, the next step last. With `dry_run` nothing is written.
pub(crate) fn create(root: &Path, kind: &str, name: &str, dry_run: bool) -> anyhow::Result<Vec<String>> {
    let kind = KINDS.iter().find(|known| known.name == kind).with_context(|| format!("no kind `{kind}`"))?;
    let name = Name::parse(name)?;
    let drafts = drafts(root, kind, &name)?;
    if !dry_run {
        for draft in &drafts {
            write(root, draft)?;
        }
        tidy(root, &drafts);
    }
    let mut said: Vec<String> = drafts
        .iter()
        .map(|draft| format!("{} {}", if draft.edit { "edit " } else { "write" }, draft.path.display()))
        .collect();
    said.push(format!("next: {}", kind.recipe));
    Ok(said)
}

/// Everything that has to be written, made before anything is: a refusal leaves the tree as it was.
fn drafts(root: &Path, kind: &Kind, name: &Name) -> anyhow::Result<Vec<Draft>> {
    let path = registry_file(root, kind.folder)?;
    let template = template::read(root, kind.name)?;
    let mut drafts = Vec::new();
    for (file, text) in &template.files {
        let path = PathBuf::from(name.fill(file));
        if root.join(&path).exists() {
            bail!("{} exists already", path.display());
        }
        drafts.push(Draft { path, text: name.fill(text), edit: false });
    }
    edit(root, &mut drafts, &path, |text| registry::add_module(text, &name.module))?;
    for line in &template.lines {
        let path = line.file.as_ref().map_or_else(|| path.clone(), PathBuf::from);
        edit(root, &mut drafts, &path, |text| {
            registry::add_entry(text, &line.place, &name.module, &name.fill(&line.entry))
        })?;
    }
    Ok(drafts)
}

/// Changes the draft of `path`, made from the file when there is none yet.
fn edit(
    root: &Path,
    drafts: &mut Vec<Draft>,
    path: &Path,
    change: impl FnOnce(&str) -> anyhow::Result<String>,
) -> anyhow::Result<()> {
    let named = || path.display().to_string();
    if let Some(draft) = drafts.iter_mut().find(|draft| draft.path == path) {
        draft.text = change(&draft.text).with_context(named)?;
        return Ok(());
    }
    let text = fs::read_to_string(root.join(path)).with_context(named)?;
    drafts.push(Draft { path: path.to_path_buf(), text: change(&text).with_context(named)?, edit: true });
    Ok(())
}

/// The file that declares the modules of `folder`: `folder/mod.rs` or `folder.rs`, relative to `root`.
pub(crate) fn registry_file(root: &Path, folder: &str) -> anyhow::Result<PathBuf> {
    [format!("{folder}/mod.rs"), format!("{folder}.rs")]
        .into_iter()
        .map(PathBuf::from)
        .find(|path| root.join(path).is_file())
        .with_context(|| format!("{folder} has no mod.rs yet"))
}

fn write(root: &Path, draft: &Draft) -> anyhow::Result<()> {
    let path = root.join(&draft.path);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(&path, &draft.text).with_context(|| format!("cannot write {}", path.display()))
}

/// Lets rustfmt lay out what was written. Without rustfmt the files are right, only not pretty.
fn tidy(root: &Path, drafts: &[Draft]) {
    let rust = drafts.iter().map(|draft| root.join(&draft.path)).filter(|path| crate::tree::is_rust(path));
    let done = Command::new("rustfmt").args(["--edition", "2024"]).args(rust).current_dir(root).status();
    if !done.is_ok_and(|status| status.success()) {
        eprintln!("warning: rustfmt did not run; run `cargo fmt --all`");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "entry &{{module}}::{{Type}}\n=== crates/reports/src/formats/{{module}}.rs\n//! {{name}}.\n\n\
        pub struct {{Type}};\n=== crates/reports/fixtures/{{name}}.eml\nFrom: a@example.com\n";

    fn house() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("crates/reports/src/formats");
        fs::create_dir_all(&folder).unwrap();
        fs::create_dir_all(dir.path().join("xtask/templates")).unwrap();
        fs::write(dir.path().join("xtask/templates/format.txt"), TEMPLATE).unwrap();
        fs::create_dir_all(dir.path().join("crates/reports/fixtures")).unwrap();
        fs::write(dir.path().join("crates/reports/fixtures/arf.eml"), "x").unwrap();
        fs::write(folder.join("mod.rs"), "//! x\n\nmod arf;\n\npub const ALL: &[&dyn F] = &[&arf::Arf];\n").unwrap();
        fs::write(folder.join("arf.rs"), "//! x\n").unwrap();
        dir
    }

    #[test]
    fn a_new_part_is_complete_and_the_check_agrees() {
        let dir = house();
        let said = create(dir.path(), "format", "shadow-server", false).unwrap();
        assert_eq!(said.len(), 4, "{said:?}");
        let read = |path: &str| fs::read_to_string(dir.path().join("crates/reports").join(path)).unwrap();
        assert!(read("src/formats/shadow_server.rs").contains("pub struct ShadowServer;"));
        assert_eq!(read("fixtures/shadow-server.eml"), "From: a@example.com\n");
        let registry = read("src/formats/mod.rs");
        assert!(registry.contains("mod arf;\nmod shadow_server;\n"), "{registry}");
        assert_eq!(
            registry::entries(&registry, &registry::Place::List("ALL".to_owned())).unwrap(),
            ["&arf::Arf", "&shadow_server::ShadowServer"]
        );
        assert_eq!(crate::plugs::check(dir.path()), Vec::<String>::new());
    }

    #[test]
    fn a_refusal_and_a_dry_run_write_nothing() {
        let dir = house();
        let before = crate::tree::files(dir.path()).unwrap();
        assert!(create(dir.path(), "format", "arf", false).is_err());
        assert!(create(dir.path(), "screen", "queue", false).is_err());
        assert_eq!(create(dir.path(), "format", "abc", true).unwrap().len(), 4);
        assert_eq!(crate::tree::files(dir.path()).unwrap(), before);
    }
}
