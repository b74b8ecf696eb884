//! Every part that can be plugged in is plugged in: file, `mod` line, entry in the list and fixture agree.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::scaffold::kinds::{KINDS, Kind};
use crate::scaffold::{registry, registry_file};

/// Every part that lacks something. A folder that is not built yet has no parts and lacks nothing.
pub(crate) fn check(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut problems = Vec::new();
    for kind in KINDS.iter().filter(|kind| root.join(kind.folder).is_dir()) {
        problems.extend(folder(root, kind)?);
    }
    Ok(problems)
}

fn folder(root: &Path, kind: &Kind) -> anyhow::Result<Vec<String>> {
    let registry = registry_file(root, kind.folder)?;
    let text = fs::read_to_string(root.join(&registry))?;
    let declared: BTreeSet<&str> = registry::modules(&text).into_iter().map(|(_, module)| module).collect();
    let entries = registry::entries(&text, kind.list)?;
    let listed: Vec<&str> = entries.iter().map(|entry| registry::key(entry)).collect();
    let registry = registry.display();
    let mut problems = Vec::new();
    for module in modules_on_disk(root, kind.folder)? {
        if !declared.contains(module.as_str()) {
            problems.push(format!("{}/{module}.rs is not declared in {registry}", kind.folder));
        } else if !listed.contains(&module.as_str()) && !kind.helpers.contains(&module.as_str()) {
            problems.push(format!(
                "{}/{module}.rs has no entry in `{}` of {registry}",
                kind.folder, kind.list
            ));
        }
    }
    if !listed.is_sorted() {
        problems.push(format!("`{}` of {registry} is not in alphabetical order", kind.list));
    }
    Ok(problems)
}

/// Modules below `folder`: files and folders with a `mod.rs`, without `mod.rs` itself.
fn modules_on_disk(root: &Path, folder: &str) -> anyhow::Result<Vec<String>> {
    let mut modules = Vec::new();
    for entry in fs::read_dir(root.join(folder))? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let module = if path.is_dir() {
            path.join("mod.rs").is_file()
        } else {
            crate::tree::is_rust(&path)
        };
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

    const KIND: Kind = Kind {
        name: "format",
        folder: "formats",
        list: "ALL",
        entry: "{{module}}::{{Type}}",
        helpers: &["shared"],
        template: "",
        fixtures: &[],
        recipe: "",
    };

    fn look(registry: &str, files: &[&str]) -> Vec<String> {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("formats")).unwrap();
        for file in files {
            fs::write(dir.path().join("formats").join(file), "//! x\n").unwrap();
        }
        fs::write(dir.path().join("formats/mod.rs"), registry).unwrap();
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
        assert!(look(&GOOD.replace(", b::B", ""), &["a.rs", "b.rs"])[0].contains("formats/b.rs has no entry"));
        assert!(look(&GOOD.replace("a::A, b::B", "b::B, a::A"), &["a.rs"])[0].contains("alphabetical"));
    }
}
