//! Files and folders of lists, read one after the other into one buffer.

use std::fs::File;
use std::io::{Read, stdin};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use blocklists::{Limits, List};
use flate2::read::MultiGzDecoder;

use crate::output::Output;

/// A list that is to be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Source {
    /// Its file name.
    pub(super) name: String,
    /// Where it is; `-` is standard input.
    pub(super) path: PathBuf,
}

/// Folders below folders that are walked.
const MAX_DEPTH: usize = 16;

/// The lists that `paths` name: files as they are, of folders all that may be lists, by name.
pub(super) fn sources(paths: &[PathBuf]) -> Result<Vec<Source>> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            walk(path, 0, &mut found)?;
        } else {
            let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
            found.push(Source { name, path: path.clone() });
        }
    }
    if found.is_empty() {
        bail!("no list is there: the folders named are empty");
    }
    Ok(found)
}

fn walk(folder: &Path, depth: usize, found: &mut Vec<Source>) -> Result<()> {
    if depth > MAX_DEPTH {
        bail!("{}: folders lie more than {MAX_DEPTH} deep; name the inner one", folder.display());
    }
    let entries =
        std::fs::read_dir(folder).with_context(|| format!("the folder {} cannot be read", folder.display()))?;
    let mut below = Vec::new();
    for entry in entries {
        let entry = entry.with_context(|| format!("the folder {} cannot be read", folder.display()))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // What lies beside lists in repositories of lists.
        if !name.starts_with('.') && !name.to_ascii_lowercase().ends_with(".md") {
            below.push(Source { name, path: entry.path() });
        }
    }
    below.sort();
    for source in below {
        if source.path.is_dir() { walk(&source.path, depth + 1, found)? } else { found.push(source) }
    }
    Ok(())
}

/// Reads lists; the buffer stays between them.
#[derive(Debug, Default)]
pub(super) struct Reader {
    limits: Limits,
    buffer: Vec<u8>,
}

impl Reader {
    /// The bytes of a list, unpacked; one byte more than allowed at most, so that whoever reads them notices.
    pub(super) fn bytes(&mut self, path: &Path) -> Result<&[u8]> {
        self.read(path, self.limits.bytes as u64 + 1)
    }

    /// The beginning of a list, where its header is.
    pub(super) fn head(&mut self, path: &Path) -> Result<&[u8]> {
        self.read(path, 8 << 10)
    }

    fn read(&mut self, path: &Path, most: u64) -> Result<&[u8]> {
        let failed = || format!("the list {} cannot be read", path.display());
        self.buffer.clear();
        if path.as_os_str() == "-" {
            stdin().lock().take(most).read_to_end(&mut self.buffer).with_context(failed)?;
        } else {
            let file = File::open(path).with_context(failed)?;
            if path.extension().is_some_and(|end| end == "gz") {
                MultiGzDecoder::new(file).take(most).read_to_end(&mut self.buffer).with_context(failed)?;
            } else {
                // `File` knows its length and reserves it; `Take` over it would not.
                self.buffer
                    .reserve(usize::try_from(file.metadata().map_or(0, |meta| meta.len().min(most))).unwrap_or(0) + 1);
                file.take(most).read_to_end(&mut self.buffer).with_context(failed)?;
            }
        }
        Ok(&self.buffer)
    }

    /// A list.
    pub(super) fn list(&mut self, path: &Path) -> Result<List> {
        let limits = self.limits;
        let bytes = self.bytes(path)?;
        List::parse(bytes, &limits).with_context(|| path.display().to_string())
    }

    /// What all of `paths` list together, which must be something.
    pub(super) fn all(&mut self, paths: &[PathBuf]) -> Result<List> {
        let mut all = List::default();
        for source in sources(paths)? {
            let list = self.list(&source.path)?;
            if list.entries == 0 {
                bail!("{}{}", source.path.display(), nothing(&list));
            }
            all.entries += list.entries;
            all.v4 = all.v4.union(&list.v4);
            all.v6 = all.v6.union(&list.v6);
        }
        Ok(all)
    }
}

/// Why a list without an entry has none, to be put behind its name.
fn nothing(list: &List) -> String {
    let wanted = "write one address or prefix per line, such as 192.0.2.0/24";
    match list.junk.first.first() {
        Some((line, text)) => format!(", line {line}: `{}` is no address; {wanted}", crate::show::cell(text)),
        None => format!(" holds no address; {wanted}"),
    }
}

/// Lists with lines that could not be read, told on standard error when the work is done.
#[derive(Debug, Default)]
pub(super) struct Unread(Vec<String>);

impl Unread {
    /// Remembers a list's lines.
    pub(super) fn note(&mut self, path: &Path, list: &List) {
        if let Some((line, text)) = list.junk.first.first() {
            let (lines, text) = (list.junk.lines, crate::show::cell(text));
            self.0
                .push(format!("{}, line {line}: `{text}` is no address; {lines} such lines left out", path.display()));
        }
    }

    /// Tells the first ones.
    pub(super) fn tell(&self) {
        const SHOWN: usize = 10;
        self.0.iter().take(SHOWN).for_each(Output::remark);
        if self.0.len() > SHOWN {
            Output::remark(format_args!("… and {} more lists with such lines", self.0.len() - SHOWN));
        }
    }
}
