//! `mimawari blocklist overlap`: all lists against all lists.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use blocklists::List;
use blocklists::overlap::Overlap;
use serde::Serialize;

use super::files::{Reader, Source, Unread, sources};
use crate::commands::Context;
use crate::output::Output;
use crate::{progress, show};

/// A pair in `--json`.
#[derive(Debug, Serialize)]
struct Pair<'a> {
    a: &'a str,
    b: &'a str,
    /// Addresses that both have.
    common: u128,
}

/// A list in `--json --exclusive`.
#[derive(Debug, Serialize)]
struct Alone<'a> {
    list: &'a str,
    addresses: u128,
    /// Addresses that no other of the lists has.
    exclusive: u128,
}

/// Both kinds of addresses.
struct Both {
    v4: Overlap<u64>,
    v6: Overlap<u128>,
}

impl Both {
    fn of(lists: &[List]) -> Self {
        Self {
            v4: Overlap::of(&lists.iter().map(|list| &list.v4).collect::<Vec<_>>()),
            v6: Overlap::of(&lists.iter().map(|list| &list.v6).collect::<Vec<_>>()),
        }
    }

    /// Pairs with something in common, in the order of the lists.
    fn pairs(&self) -> impl Iterator<Item = (usize, usize, u128)> + '_ {
        let both = self.v4.pairs().zip(self.v6.pairs());
        both.map(|((a, b, v4), (_, _, v6))| (a, b, v6.saturating_add(v4.into()))).filter(|(_, _, common)| *common > 0)
    }

    fn addresses(&self, list: usize) -> u128 {
        self.v6.addresses(list).saturating_add(self.v4.addresses(list).into())
    }

    fn exclusive(&self, list: usize) -> u128 {
        self.v6.exclusive(list).saturating_add(self.v4.exclusive(list).into())
    }
}

/// Compares.
pub(super) fn run(context: &Context, paths: &[PathBuf], exclusive: bool, limit: usize) -> Result<ExitCode> {
    let sources = sources(paths)?;
    let bar = progress::bar(sources.len() as u64, &text::t(context.lang, "cli-reading"));
    let (mut reader, mut unread) = (Reader::default(), Unread::default());
    let mut lists = Vec::with_capacity(sources.len());
    for source in &sources {
        let list = reader.list(&source.path)?;
        unread.note(&source.path, &list);
        lists.push(list);
        bar.inc(1);
    }
    bar.finish_and_clear();
    let overlap = Both::of(&lists);
    let mut output = Output::new();
    if context.json {
        json(&mut output, &sources, &overlap, exclusive)?;
    } else {
        tables(context, &mut output, &sources, &overlap, limit)?;
    }
    output.flush()?;
    unread.tell();
    Ok(ExitCode::SUCCESS)
}

fn json(output: &mut Output, sources: &[Source], overlap: &Both, exclusive: bool) -> Result<()> {
    if exclusive {
        for (at, source) in sources.iter().enumerate() {
            let (addresses, exclusive) = (overlap.addresses(at), overlap.exclusive(at));
            output.json(&Alone { list: &source.name, addresses, exclusive })?;
        }
    }
    overlap
        .pairs()
        .try_for_each(|(a, b, common)| output.json(&Pair { a: &sources[a].name, b: &sources[b].name, common }))
}

fn tables(context: &Context, output: &mut Output, sources: &[Source], overlap: &Both, limit: usize) -> Result<()> {
    let mut table = show::table(context.lang, &["list", "addresses", "exclusive", "share"]);
    for (at, source) in sources.iter().enumerate() {
        let (all, only) = (overlap.addresses(at), overlap.exclusive(at));
        table.add_row([show::cell(&source.name), all.to_string(), only.to_string(), show::share(only, all)]);
    }
    output.line(table)?;
    let mut pairs: Vec<_> = overlap.pairs().collect();
    pairs.sort_by_key(|(_, _, common)| std::cmp::Reverse(*common));
    let mut table = show::table(context.lang, &["list", "other-list", "common", "of-list", "of-other"]);
    for (a, b, common) in pairs.iter().take(limit) {
        table.add_row([
            show::cell(&sources[*a].name),
            show::cell(&sources[*b].name),
            common.to_string(),
            show::share(*common, overlap.addresses(*a)),
            show::share(*common, overlap.addresses(*b)),
        ]);
    }
    output.line(table)?;
    if pairs.len() > limit {
        output.line(text::t(context.lang, "cli-more"))?;
    }
    Ok(())
}
