//! The table of what `new` can make: one row for each row of "One file and one line" in `ARCHITECTURE.md`.
//!
//! How a part looks is not said here but in `xtask/templates/<kind>.txt`; `check-templates` compiles what they make, so that
//! a changed trait and an old template are seen at once.

/// One kind of part.
#[derive(Debug)]
pub(crate) struct Kind {
    /// The word on the command line.
    pub(crate) name: &'static str,
    /// The folder of its files, from the root of the workspace.
    pub(crate) folder: &'static str,
    /// What to read next.
    pub(crate) recipe: &'static str,
}

/// Every kind. A new one is a row here, a row in `ARCHITECTURE.md`, a recipe and a template.
pub(crate) const KINDS: &[Kind] = &[
    Kind { name: "format", folder: "crates/reports/src/formats", recipe: "docs/adding-a-report-format.md" },
    Kind { name: "dialect", folder: "crates/mailguard/src/dialects", recipe: "docs/adding-a-log-dialect.md" },
    Kind { name: "detector", folder: "crates/mailguard/src/detectors", recipe: "docs/adding-a-detector.md" },
    Kind { name: "connector", folder: "crates/desk/src/measures", recipe: "docs/adding-a-measure-connector.md" },
    Kind { name: "channel", folder: "crates/desk/src/channels", recipe: "docs/adding-a-channel.md" },
    Kind { name: "screen", folder: "crates/console/src/screens", recipe: "docs/adding-a-screen.md" },
    Kind { name: "api", folder: "crates/console/src/api", recipe: "docs/adding-an-api-resource.md" },
    Kind { name: "command", folder: "crates/mimawari/src/commands", recipe: "docs/adding-a-command.md" },
];

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_row_of_the_plan_is_a_kind_with_a_recipe() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let plan = fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap();
        let plugs = plan.split("## One file and one line").nth(1).unwrap();
        let rows = plugs.lines().filter(|line| line.contains("/<name>.rs`")).count();
        assert_eq!(rows, KINDS.len());
        for kind in KINDS {
            assert!(plan.contains(&format!("`{}/<name>.rs`", kind.folder)), "{}", kind.folder);
            let recipe = fs::read_to_string(root.join(kind.recipe)).unwrap();
            assert!(recipe.contains(&format!("cargo xtask new {} ", kind.name)), "{}", kind.recipe);
        }
    }
}
