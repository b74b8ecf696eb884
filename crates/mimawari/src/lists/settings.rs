//! The `[blocklists]` section of the configuration, and the register with the operator's own lists in it.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use blocklists::sources::Registry;
use serde::{Deserialize, Serialize};

/// The section.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Settings {
    /// Folder for the histories of lists, one file each. Without it nothing is fetched. One node alone should have it.
    pub(crate) folder: Option<PathBuf>,
    /// A file with lists of one's own, in the form of the program's register; read again whenever it changes.
    pub(crate) sources: Option<PathBuf>,
    /// Headers for requests to a maintainer's lists, behind his short name: `abuse-ch Auth-Key: …`.
    pub(crate) keys: Vec<String>,
    /// Addresses and prefixes that no believable list has, such as our own resolvers: a version with one of them is refused.
    pub(crate) protect: Vec<String>,
    /// How the program names itself to those it asks; a maintainer can write to what stands here.
    pub(crate) agent: Option<String>,
}

impl Settings {
    /// The register: what the program brings, with the operator's file over it.
    pub(crate) fn registry(&self) -> Result<Registry> {
        let mut registry = Registry::built_in().clone();
        if let Some(file) = &self.sources {
            let failed = || format!("the file with lists {} cannot be used", file.display());
            let text = std::fs::read_to_string(file).with_context(failed)?;
            registry.add(Registry::parse(&text).with_context(failed)?);
        }
        Ok(registry)
    }
}
