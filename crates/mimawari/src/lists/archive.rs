//! The histories of lists as files of a folder.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use blocklists::History;

/// Ending of a history's file; the name before it is the list's.
pub(crate) const ENDING: &str = "history";

/// Where the history of a list is.
pub(crate) fn path(folder: &Path, list: &str) -> PathBuf {
    folder.join(format!("{list}.{ENDING}"))
}

/// Reads a history.
pub(crate) fn open(path: &Path) -> Result<History> {
    let bytes = std::fs::read(path).with_context(|| format!("the history {} cannot be read", path.display()))?;
    History::from_bytes(&bytes).with_context(|| path.display().to_string())
}

/// Reads a history, or begins one.
pub(crate) fn open_or_new(path: &Path) -> Result<History> {
    if path.exists() { open(path) } else { Ok(History::default()) }
}

/// Writes a history so that there is always the whole old or the whole new one.
pub(crate) fn keep(path: &Path, bytes: &[u8]) -> Result<()> {
    let written = || {
        let new = path.with_extension("new");
        let mut file = File::create(&new)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(new, path)
    };
    written().with_context(|| format!("the history {} cannot be written", path.display()))
}
