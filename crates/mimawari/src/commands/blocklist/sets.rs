//! `mimawari blocklist diff` and `optimise`: what changed, and the fewest prefixes for the same addresses.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use blocklists::{List, Range, Ranges, Width};
use serde::Serialize;
use serde_json::json;

use super::files::{Reader, Source, Unread, sources};
use crate::commands::Context;
use crate::output::Output;
use crate::{progress, show};

/// One line of `diff --json`.
#[derive(Debug, Serialize)]
struct Change<'a> {
    list: &'a str,
    added: u128,
    removed: u128,
    kept: u128,
    added_addresses: Vec<String>,
    removed_addresses: Vec<String>,
}

/// Both kinds of addresses of a set, as few prefixes as it takes; single addresses without a length.
fn written(v4: &Ranges<u32>, v6: &Ranges<u128>) -> Vec<String> {
    v4.prefixes().chain(v6.prefixes()).map(|prefix| format!("{prefix:#}")).collect()
}

fn addresses(v4: &Ranges<u32>, v6: &Ranges<u128>) -> u128 {
    v6.addresses().saturating_add(v4.addresses().into())
}

/// The versions to compare, by name: two files always, of folders those with the same name.
fn versions(old: &Path, new: &Path) -> Result<BTreeMap<String, [Option<PathBuf>; 2]>> {
    let file = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if !old.is_dir() && !new.is_dir() {
        return Ok([(file(new), [Some(old.to_owned()), Some(new.to_owned())])].into());
    }
    let mut by_name: BTreeMap<String, [Option<PathBuf>; 2]> = BTreeMap::new();
    for (side, path) in [old, new].into_iter().enumerate() {
        for Source { name, path } in sources(&[path.to_owned()])? {
            by_name.entry(name).or_default()[side] = Some(path);
        }
    }
    Ok(by_name)
}

/// Tells what changed.
pub(super) fn diff(context: &Context, old: &Path, new: &Path) -> Result<ExitCode> {
    let versions = versions(old, new)?;
    let bar = progress::bar(versions.len() as u64, &text::t(context.lang, "cli-reading"));
    let (mut reader, mut unread, mut output) = (Reader::default(), Unread::default(), Output::new());
    let headings = ["list", "added", "removed", "kept", "added-addresses", "removed-addresses"];
    let mut table = show::table(context.lang, &headings);
    for (name, paths) in &versions {
        let mut lists = [List::default(), List::default()];
        for (list, path) in lists.iter_mut().zip(paths) {
            if let Some(path) = path {
                *list = reader.list(path)?;
                unread.note(path, list);
            }
        }
        bar.inc(1);
        let change = change(name, &lists);
        if context.json {
            output.json(&change)?;
            continue;
        }
        let [added, removed, kept] = [change.added, change.removed, change.kept].map(|number| number.to_string());
        let [came, went] = [&change.added_addresses, &change.removed_addresses].map(|all| show::some_of(all));
        table.add_row([show::cell(name), added, removed, kept, came, went]);
    }
    bar.finish_and_clear();
    if !context.json {
        output.line(table)?;
    }
    output.flush()?;
    unread.tell();
    Ok(ExitCode::SUCCESS)
}

fn change<'a>(list: &'a str, [old, new]: &[List; 2]) -> Change<'a> {
    let added = (new.v4.difference(&old.v4), new.v6.difference(&old.v6));
    let removed = (old.v4.difference(&new.v4), old.v6.difference(&new.v6));
    let gone = addresses(&removed.0, &removed.1);
    Change {
        list,
        added: addresses(&added.0, &added.1),
        removed: gone,
        kept: old.addresses().saturating_sub(gone),
        added_addresses: written(&added.0, &added.1),
        removed_addresses: written(&removed.0, &removed.1),
    }
}

/// Writes the fewest prefixes.
pub(super) fn optimise(context: &Context, lists: &[PathBuf], except: &[PathBuf]) -> Result<ExitCode> {
    let sources = sources(lists)?;
    let bar = progress::bar(sources.len() as u64, &text::t(context.lang, "cli-reading"));
    let (mut reader, mut unread) = (Reader::default(), Unread::default());
    let (mut v4, mut v6, mut entries) = (Vec::new(), Vec::new(), 0);
    for source in &sources {
        let list = reader.list(&source.path)?;
        unread.note(&source.path, &list);
        entries += list.entries;
        v4.extend_from_slice(list.v4.as_slice());
        v6.extend_from_slice(list.v6.as_slice());
        bar.inc(1);
    }
    bar.finish_and_clear();
    let except = if except.is_empty() { List::default() } else { reader.all(except)? };
    let (v4, v6) = (left(v4, &except.v4), left(v6, &except.v6));
    let mut output = Output::new();
    if context.json {
        output.json(&json!({
            "lists": sources.len(), "entries": entries, "addresses": addresses(&v4, &v6), "prefixes": written(&v4, &v6),
        }))?;
    } else {
        let mut all = v4.prefixes().chain(v6.prefixes());
        all.try_for_each(|prefix| output.line(format_args!("{prefix:#}")))?;
    }
    output.flush()?;
    unread.tell();
    Ok(ExitCode::SUCCESS)
}

fn left<W: Width>(ranges: Vec<Range<W>>, except: &Ranges<W>) -> Ranges<W> {
    let all = Ranges::from_unsorted(ranges);
    if except.is_empty() { all } else { all.difference(except) }
}
