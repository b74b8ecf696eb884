//! Which files a list of paths means: files as given, folders walked in the order of names.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Deepest folder that is walked; a link that leads in circles ends here.
const MAX_DEPTH: usize = 32;

/// Every regular file under `paths`, hidden ones left out, in a stable order.
pub(crate) fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            descend(path, 0, &mut found)?;
        } else {
            found.push(path.clone());
        }
    }
    Ok(found)
}

fn descend(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<()> {
    let read = || format!("the folder {} cannot be read", folder.display());
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .with_context(read)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::io::Result<_>>()
        .with_context(read)?;
    entries.sort_unstable();
    for path in entries {
        let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if hidden {
            continue;
        }
        if path.is_dir() {
            if depth < MAX_DEPTH {
                descend(&path, depth + 1, found)?;
            }
        } else if path.is_file() {
            found.push(path);
        }
    }
    Ok(())
}
