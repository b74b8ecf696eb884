//! `mimawari blocklist match`: which of our addresses each list holds.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use blocklists::List;
use blocklists::sets::Prefix;
use serde::Serialize;

use super::files::{Reader, Unread, sources};
use crate::commands::Context;
use crate::output::Output;
use crate::{progress, show};

/// One line of `--json`.
#[derive(Debug, Serialize)]
struct Line<'a> {
    /// File name.
    list: &'a str,
    /// Lines that list something.
    entries: usize,
    /// Different addresses in it.
    addresses: u128,
    /// Own addresses in it.
    own: u128,
    /// Which, as prefixes, in order.
    hits: Vec<Prefix>,
    /// Lines that could not be read.
    junk: usize,
}

/// Matches every list.
pub(super) fn run(context: &Context, own: &[PathBuf], lists: &[PathBuf], hits_only: bool) -> Result<ExitCode> {
    let mut reader = Reader::default();
    let own = reader.all(own)?;
    let sources = sources(lists)?;
    let bar = progress::bar(sources.len() as u64, &text::t(context.lang, "cli-reading"));
    let mut output = Output::new();
    let mut table = show::table(context.lang, &["list", "entries", "addresses", "own", "hits", "junk"]);
    let mut unread = Unread::default();
    for source in &sources {
        let list = reader.list(&source.path)?;
        unread.note(&source.path, &list);
        let line = line(&source.name, &own, &list);
        bar.inc(1);
        if hits_only && line.own == 0 {
            continue;
        }
        if context.json {
            output.json(&line)?;
            continue;
        }
        let numbers = [line.entries as u128, line.addresses, line.own].map(|number| number.to_string());
        let [entries, addresses, own] = numbers;
        table.add_row([
            show::cell(line.list),
            entries,
            addresses,
            own,
            show::some_of(&line.hits),
            line.junk.to_string(),
        ]);
    }
    bar.finish_and_clear();
    if !context.json {
        output.line(table)?;
    }
    output.flush()?;
    unread.tell();
    Ok(ExitCode::SUCCESS)
}

fn line<'a>(name: &'a str, own: &List, list: &List) -> Line<'a> {
    let (v4, v6) = (own.v4.intersection(&list.v4), own.v6.intersection(&list.v6));
    Line {
        list: name,
        entries: list.entries,
        addresses: list.addresses(),
        own: u128::from(v4.addresses()).saturating_add(v6.addresses()),
        hits: v4.prefixes().chain(v6.prefixes()).collect(),
        junk: list.junk.lines,
    }
}
