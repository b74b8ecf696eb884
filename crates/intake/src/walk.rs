//! Walks folders in a fixed order, without following links in circles.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Folders within folders that are walked.
const DEPTH: usize = 32;

/// A file, or something that cannot be looked into and why.
pub type Step = Result<PathBuf, (PathBuf, io::Error)>;

/// Hands every file at or below `path` to `take`, in order of name, until that returns false; returns whether it never did.
///
/// Within folders, hidden names, links to folders, things that are no files, and the `tmp` of a Maildir are passed over.
/// `path` itself may be anything that can be opened.
pub fn walk(path: &Path, take: &mut dyn FnMut(Step) -> bool) -> bool {
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
        if name.starts_with('.') || (is_maildir && name == "tmp") {
            continue;
        }
        let kind = match fs::symlink_metadata(&entry) {
            Ok(metadata) => metadata.file_type(),
            // Taken away since the folder was listed.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => {
                if take(Err((entry, error))) {
                    continue;
                }
                return false;
            }
        };
        let go_on = match () {
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

    #[test]
    fn what_cannot_be_looked_into_is_told_and_the_rest_is_walked() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("z"), "x").unwrap();
        // A path that is longer than the system takes; root can read everything else.
        let name = "a".repeat(250);
        let script = "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18; do mkdir $0 && cd -P $0 || exit 1; done";
        let made = std::process::Command::new("sh").args(["-c", script, &name]).current_dir(root.path()).status();
        assert!(made.unwrap().success());
        let (mut files, mut failed) = (Vec::new(), 0);
        assert!(walk(root.path(), &mut |step| {
            match step {
                Ok(file) => files.push(file),
                Err(_) => failed += 1,
            }
            true
        }));
        assert_eq!((files, failed), (vec![root.path().join("z")], 1));
    }
}
