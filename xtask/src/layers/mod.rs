//! Who may use whom: the table of `ARCHITECTURE.md` against what `cargo metadata` says.

mod edges;
mod table;

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use cargo_metadata::{DependencyKind, MetadataCommand};

use edges::Edge;

/// Every way in which the workspace below `root` departs from the table of its rooms.
pub(crate) fn check(root: &Path) -> anyhow::Result<Vec<String>> {
    let plan = fs::read_to_string(root.join("ARCHITECTURE.md")).context("cannot read ARCHITECTURE.md")?;
    let rooms = table::parse(&plan)?;
    let metadata = MetadataCommand::new()
        .manifest_path(root.join("Cargo.toml"))
        .no_deps()
        .exec()
        .context("`cargo metadata` failed")?;
    let members: Vec<String> = metadata.packages.iter().map(|package| package.name.to_string()).collect();
    let edges: Vec<Edge> = metadata
        .packages
        .iter()
        .flat_map(|package| {
            package.dependencies.iter().map(|dependency| Edge {
                from: package.name.to_string(),
                to: dependency.name.clone(),
                dev: dependency.kind == DependencyKind::Development,
                ours: dependency.path.is_some(),
            })
        })
        .collect();
    Ok(edges::check(&rooms, &members, &edges))
}
