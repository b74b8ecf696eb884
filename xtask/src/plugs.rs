//! Every part that can be plugged in is plugged in: file, `mod` line, entry in the list and fixture agree.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::scaffold::kinds::{KINDS, Kind};
use crate::scaffold::registry::Place;
use crate::scaffold::template::{Line, Template};
use crate::scaffold::{registry, registry_file, template};

/// Every part that lacks something. A folder that is not built yet has no parts and lacks nothing.
pub(crate) fn check(root: &Path) -> Vec<String> {
    let mut problems = Vec::new();
    for kind in KINDS {
        if registry_file(root, kind.folder).is_ok() {
            // What cannot be read is a problem of this folder; the other folders are looked at all the same.
            problems.extend(folder(root, kind).unwrap_or_else(|error| vec![format!("{error:#}")]));
        }
    }
    problems
}

fn folder(root: &Path, kind: &Kind) -> anyhow::Result<Vec<String>> {
    let registry = registry_file(root, kind.folder)?;
    let template = template::read(root, kind.name)?;
    let text = fs::read_to_string(root.join(&registry))?;
    let declared: BTreeSet<&str> = registry::modules(&text).into_iter().map(|(_, module)| module).collect();
    let mut problems = Vec::new();
    let mut parts = modules_on_disk(root, kind.folder)?;
    parts.retain(|module| !template.helpers.contains(module));
    for module in &parts {
        if !declared.contains(module.as_str()) {
            problems.push(format!("{}/{module}.rs is not declared in {}", kind.folder, registry.display()));
        }
        problems.extend(missing_files(root, module, &template));
    }
    for line in template.lines.iter().filter(|line| line.place != Place::End) {
        let file = line.file.as_ref().map_or_else(|| registry.clone(), PathBuf::from);
        let place = format!("{} of {}", line.place, file.display());
        let text = fs::read_to_string(root.join(&file)).with_context(|| place.clone())?;
        let lacks = listed(&text, line, &parts).with_context(|| place.clone())?;
        problems.extend(lacks.into_iter().map(|lack| format!("{place} {lack}")));
    }
    Ok(problems)
}

/// What the place of `line` lacks: parts, or order.
fn listed(text: &str, line: &Line, parts: &[String]) -> anyhow::Result<Vec<String>> {
    let entries = registry::entries(text, &line.place)?;
    let mut keys: Vec<&str> = entries.iter().map(|entry| registry::key(entry)).collect();
    let mut lacks: Vec<String> = parts
        .iter()
        .filter(|part| !keys.contains(&part.as_str()))
        .map(|part| format!("has no entry for `{part}`"))
        .collect();
    // An entry that is no part of the folder stands where it likes.
    keys.retain(|key| parts.iter().any(|part| part == key));
    if !keys.is_sorted() {
        lacks.push("is not in alphabetical order".to_owned());
    }
    Ok(lacks)
}

/// Files that the template gives to every new part and this one does not have.
fn missing_files(root: &Path, module: &str, template: &Template) -> Vec<String> {
    let mut lacks = Vec::new();
    let fill = |path: &str| path.replace("{{module}}", module).replace("{{name}}", &module.replace('_', "-"));
    for (path, _) in template.files.iter().skip(1) {
        let folder = fill(path);
        // A part may have other fixtures than the first one it was born with, but it has some.
        let folder = folder.rsplit_once('/').map_or("", |(folder, _)| folder);
        let own = path.rsplit_once('/').is_some_and(|(folder, _)| folder.contains("{{"));
        let wanted = if own { folder.to_owned() } else { fill(path) };
        if !root.join(&wanted).exists() {
            lacks.push(format!("`{module}` lacks {wanted}"));
        }
    }
    lacks
}

/// Modules below `folder`: files and folders with a `mod.rs`, without `mod.rs` itself.
fn modules_on_disk(root: &Path, folder: &str) -> anyhow::Result<Vec<String>> {
    let mut modules = Vec::new();
    for entry in fs::read_dir(root.join(folder))? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let module = if path.is_dir() { path.join("mod.rs").is_file() } else { crate::tree::is_rust(&path) };
        if module && name != "mod" && name != "tests" {
            modules.push(name);
        }
    }
    modules.sort();
    modules.dedup();
    Ok(modules)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: Kind = Kind { name: "format", folder: "formats", recipe: "" };
    const TEMPLATE: &str =
        "entry x\nhelpers shared\n=== formats/{{module}}.rs\n//! x\n=== fixtures/{{name}}/one.eml\nx\n";

    fn look(registry: &str, files: &[&str]) -> Vec<String> {
        let dir = tempfile::tempdir().unwrap();
        for folder in ["formats", "xtask/templates", "fixtures/a", "fixtures/b"] {
            fs::create_dir_all(dir.path().join(folder)).unwrap();
        }
        for file in files {
            fs::write(dir.path().join("formats").join(file), "//! x\n").unwrap();
        }
        fs::write(dir.path().join("formats/mod.rs"), registry).unwrap();
        fs::write(dir.path().join("xtask/templates/format.txt"), TEMPLATE).unwrap();
        folder(dir.path(), &KIND).unwrap()
    }

    const GOOD: &str = "//! x\nmod a;\nmod b;\nmod shared;\nconst ALL: &[T] = &[a::A, b::B];\n";

    #[test]
    fn a_folder_in_order_lacks_nothing() {
        assert_eq!(look(GOOD, &["a.rs", "b.rs", "shared.rs"]), Vec::<String>::new());
    }

    #[test]
    fn a_forgotten_line_a_forgotten_entry_and_disorder_are_named() {
        assert!(look(GOOD, &["a.rs", "c.rs"])[0].contains("formats/c.rs is not declared"));
        assert!(look(&GOOD.replace(", b::B", ""), &["a.rs", "b.rs"])[0].ends_with("has no entry for `b`"));
        assert!(look(&GOOD.replace("a::A, b::B", "b::B, a::A"), &["a.rs", "b.rs"])[0].contains("alphabetical"));
    }

    #[test]
    fn a_part_without_its_fixture_and_a_folder_without_its_template_are_named() {
        let registry = GOOD.replace("b::B", "b::B, c::C").replace("mod b;", "mod b;\nmod c;");
        assert_eq!(look(&registry, &["c.rs"]), ["`c` lacks fixtures/c"]);
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(KINDS[0].folder);
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join("mod.rs"), GOOD).unwrap();
        let problems = check(dir.path());
        assert!(problems[0].contains("templates/format.txt cannot be read"), "{problems:?}");
    }
}
