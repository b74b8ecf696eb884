//! `mimawari blocklist history …` and `score`: versions of lists kept as intervals, asked, and judged.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use ::text::Value;
use anyhow::{Context as _, Result, bail};
use blocklists::History;
use blocklists::guard::{self, Fault, Protected};
use blocklists::history::{Listing, Timeline};
use blocklists::parse::{Entries, Header, Limits, file_date};
use jiff::Timestamp;
use model::Lang;
use serde::Serialize;
use serde_json::json;

use super::files::{Reader, Source, sources};
use crate::commands::Context;
use crate::lists::archive;
use crate::output::Output;
use crate::{progress, show};

/// A version of a list that is to be taken in.
struct Snapshot {
    at: Timestamp,
    source: Source,
}

/// What is wrong with a version, for people.
#[derive(Debug, Serialize)]
struct Remark {
    file: String,
    at: Timestamp,
    code: &'static str,
    /// The version is not in the history.
    refused: bool,
    reason: String,
}

/// What was done for one list.
#[derive(Debug, Serialize)]
struct Built {
    list: String,
    /// Versions in the history.
    snapshots: u32,
    /// Of these, taken in now.
    taken: usize,
    /// Given now, but not later than what was there.
    known: usize,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    /// Of the history's file.
    bytes: usize,
    remarks: Vec<Remark>,
}

/// The list and the time of a snapshot: its header's date, else its name's, else the file's.
fn snapshot(reader: &mut Reader, source: Source) -> Result<(String, Snapshot)> {
    let (list, named) = file_date(&source.name);
    let list = list.to_owned();
    let head = Header::read(reader.head(&source.path)?);
    let at = match head.source_date.or(named) {
        Some(at) => at,
        None => modified(&source.path)?,
    };
    Ok((list, Snapshot { at, source }))
}

fn modified(path: &Path) -> Result<Timestamp> {
    let failed = || format!("{}: neither its header nor its name tells a time, nor does the file", path.display());
    let modified = std::fs::metadata(path).and_then(|meta| meta.modified()).with_context(failed)?;
    Timestamp::try_from(modified).with_context(failed)
}

/// Takes snapshots into the histories of a folder.
pub(super) fn build(
    context: &Context,
    out: &Path,
    paths: &[PathBuf],
    own: &[PathBuf],
    guarded: bool,
) -> Result<ExitCode> {
    let mut reader = Reader::default();
    let protected = if own.is_empty() {
        Protected::default()
    } else {
        let list = reader.all(own)?;
        Protected { v4: list.v4, v6: list.v6 }
    };
    let mut lists: BTreeMap<String, Vec<Snapshot>> = BTreeMap::new();
    let mut total = 0;
    for source in sources(paths)? {
        let (list, snapshot) = snapshot(&mut reader, source)?;
        lists.entry(list).or_default().push(snapshot);
        total += 1;
    }
    std::fs::create_dir_all(out).with_context(|| format!("the folder {} cannot be made", out.display()))?;
    let bar = progress::bar(total, &::text::t(context.lang, "cli-reading"));
    let mut output = Output::new();
    let mut table = show::table(context.lang, &["list", "versions", "taken", "known-versions", "from", "to", "bytes"]);
    let mut remarks = Vec::new();
    for (list, mut snapshots) in lists {
        snapshots.sort_by(|a, b| (a.at, &a.source).cmp(&(b.at, &b.source)));
        let protected = guarded.then_some(&protected);
        let built = build_one(context.lang, &mut reader, out, list, &snapshots, protected, || bar.inc(1))?;
        if context.json {
            output.json(&built)?;
            continue;
        }
        table.add_row([
            show::cell(&built.list),
            built.snapshots.to_string(),
            built.taken.to_string(),
            built.known.to_string(),
            show::maybe_time(built.from),
            show::maybe_time(built.to),
            built.bytes.to_string(),
        ]);
        remarks.extend(built.remarks);
    }
    bar.finish_and_clear();
    if !context.json {
        output.line(table)?;
        remarks.iter().try_for_each(|remark| output.line(format_args!("{}: {}", remark.file, remark.reason)))?;
    }
    output.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn build_one(
    lang: Lang,
    reader: &mut Reader,
    out: &Path,
    list: String,
    snapshots: &[Snapshot],
    protected: Option<&Protected>,
    done: impl Fn(),
) -> Result<Built> {
    let path = archive::path(out, &list);
    let mut history = archive::open_or_new(&path)?;
    let (mut taken, mut known) = (0, 0);
    let mut remarks = Vec::new();
    for Snapshot { at, source } in snapshots {
        done();
        if history.times().last().is_some_and(|last| at.as_second() <= last.as_second()) {
            known += 1;
            continue;
        }
        let named = || source.path.display().to_string();
        let entries = Entries::parse(reader.bytes(&source.path)?, &Limits::default()).with_context(named)?;
        let faults = protected.map(|protected| guard::check(&history, *at, &entries, protected)).unwrap_or_default();
        let refused = faults.iter().any(|fault| fault.refused());
        remarks.extend(faults.into_iter().map(|fault| Remark {
            file: source.name.clone(),
            at: *at,
            code: fault.code(),
            refused: fault.refused(),
            reason: reason(lang, fault),
        }));
        if !refused {
            history.push(*at, entries).with_context(named)?;
            taken += 1;
        }
    }
    let bytes = history.to_bytes();
    if taken > 0 {
        archive::keep(&path, &bytes)?;
    }
    let (from, to) = (history.times().first().copied(), history.times().last().copied());
    Ok(Built { list, snapshots: history.versions(), taken, known, from, to, bytes: bytes.len(), remarks })
}

pub(crate) fn reason(lang: Lang, fault: Fault) -> String {
    let key = format!("guard-{}", fault.code());
    let text = |values: &[(&str, Value<'_>)]| ::text::ta(lang, &key, values);
    match fault {
        Fault::Empty | Fault::Everything => text(&[]),
        Fault::NoList { line } => text(&[("line", line.into())]),
        Fault::Partial { entries, before, least } => {
            text(&[("entries", entries.into()), ("before", before.into()), ("least", least.into())])
        }
        Fault::Protected { prefix } | Fault::Private { prefix } => text(&[("prefix", prefix.to_string().into())]),
        Fault::Frozen { since } => text(&[("since", since.to_string().into())]),
        Fault::Capped { entries, versions } => text(&[("entries", entries.into()), ("versions", versions.into())]),
    }
}

/// The histories of a folder, by list.
pub(super) fn histories(folder: &Path) -> Result<BTreeMap<String, History>> {
    let entries =
        std::fs::read_dir(folder).with_context(|| format!("the folder {} cannot be read", folder.display()))?;
    let mut found = BTreeMap::new();
    for entry in entries {
        let path = entry.with_context(|| format!("the folder {} cannot be read", folder.display()))?.path();
        if path.extension().is_some_and(|end| end == archive::ENDING)
            && let Some(list) = path.file_stem()
        {
            found.insert(list.to_string_lossy().into_owned(), archive::open(&path)?);
        }
    }
    if found.is_empty() {
        bail!("{} holds no history; make some with `mimawari blocklist history build --out`", folder.display());
    }
    Ok(found)
}

/// Tells which lists had an address at a moment.
pub(super) fn ask(context: &Context, folder: &Path, addresses: &[IpAddr], at: Timestamp) -> Result<ExitCode> {
    let mut output = Output::new();
    let mut table = show::table(context.lang, &["list", "address", "since", "last-seen", "gone"]);
    for (list, history) in histories(folder)? {
        // One timeline for all addresses: building it costs more than asking.
        let (v4, v6) = (Timeline::new(&history.stays_v4()), Timeline::new(&history.stays_v6()));
        for address in addresses {
            let listing = match address {
                IpAddr::V4(address) => v4.ask(&history, u32::from(*address), at),
                IpAddr::V6(address) => v6.ask(&history, u128::from(*address), at),
            };
            let Some(listing) = listing else { continue };
            if context.json {
                output.json(&found(&list, *address, listing))?;
                continue;
            }
            let Listing { since, since_or_before, last_seen, gone } = listing;
            let before = if since_or_before { "≤ " } else { "" };
            table.add_row([
                show::cell(&list),
                address.to_string(),
                format!("{before}{}", show::time(since)),
                show::time(last_seen),
                show::maybe_time(gone),
            ]);
        }
    }
    if !context.json {
        output.line(table)?;
    }
    output.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn found(list: &str, address: IpAddr, listing: Listing) -> serde_json::Value {
    json!({
        "list": list, "address": address, "since": listing.since, "since_or_before": listing.since_or_before,
        "last_seen": listing.last_seen, "gone": listing.gone,
    })
}
