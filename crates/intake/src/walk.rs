//! Walks folders in a fixed order, without following links in circles.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Folders within folders that are walked.
const DEPTH: usize = 32;

/// A file, or a folder that cannot be read and why.
pub(crate) type Step = Result<PathBuf, (PathBuf, io::Error)>;

/// Hands every file at or below `path` to `take`, in order of name, until that returns false; returns whether it never did.
///
/// Within folders, hidden names, links to folders, things that are no files, and the `tmp` of a Maildir are passed over.
/// `path` itself may be anything that can be opened.
pub(crate) fn walk(path: &Path, take: &mut dyn FnMut(Step) -> bool) -> bool {
    if path.is_dir() { folder(path, 0, take) } else { take(Ok(path.to_owned())) }
}

fn folder(path: &Path, depth: usize, take: &mut dyn FnMut(Step) -> bool) -> bool {
    let entries = match sorted(path) {
        Ok(entries) => entries,
        Err(error) => return take(Err((path.to_owned(), error))),
    };
    let is_maildir = path.join("new").is_dir() && path.join("cur").is_dir();
    for entry in entries {
        let name = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Ok(kind) = fs::symlink_metadata(&entry).map(|metadata| metadata.file_type()) else { continue };
        let go_on = match () {
            () if name.starts_with('.') || (is_maildir && name == "tmp") => true,
            () if kind.is_dir() && depth < DEPTH => folder(&entry, depth + 1, take),
            () if kind.is_file() || (kind.is_symlink() && entry.is_file()) => take(Ok(entry)),
            () => true,
        };
        if !go_on {
            return false;
        }
    }
    true
}

fn sorted(path: &Path) -> io::Result<Vec<PathBuf>> {
    let mut entries = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_maildir_with_a_link_to_itself_is_walked_once() {
        let root = tempfile::tempdir().unwrap();
        for folder in ["new", "cur", "tmp", ".hidden", "sub"] {
            fs::create_dir(root.path().join(folder)).unwrap();
            fs::write(root.path().join(folder).join("a"), "x").unwrap();
        }
        std::os::unix::fs::symlink(root.path(), root.path().join("sub/circle")).unwrap();
        let mut files = Vec::new();
        assert!(walk(root.path(), &mut |step| {
            files.push(step.unwrap().strip_prefix(root.path()).unwrap().to_owned());
            true
        }));
        assert_eq!(files, [Path::new("cur/a"), Path::new("new/a"), Path::new("sub/a")]);
    }
}
