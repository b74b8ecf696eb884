//! Processor seconds for the work that people give to `iprange`, and `iprange` (Debian's package) beside it in one run.
//!
//! `MIMAWARI_BLOCKLISTS` names a folder of lists; without it lists of the same sizes are generated. Everything counts:
//! reading the files, parsing, the work, writing the answer. Ours is one thread.
#![expect(clippy::print_stdout, reason = "a measurement prints")]

#[path = "../tests/generated/mod.rs"]
mod generated;

use std::fmt::Write as _;
use std::hint::black_box;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use blocklists::overlap::Overlap;
use blocklists::{Limits, List, Ranges};
use nix::sys::resource::{UsageWho, getrusage};

/// Runs of each task; the fastest counts, for the machine may be busy.
const RUNS: usize = 7;

fn main() {
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let folder = std::env::var("MIMAWARI_BLOCKLISTS").ok().map(PathBuf::from).filter(|folder| folder.is_dir());
    let folder = folder.unwrap_or_else(|| {
        println!("MIMAWARI_BLOCKLISTS names no folder: lists are generated");
        for (number, lines) in generated::lists(429, 0x5eed).iter().enumerate() {
            std::fs::write(temporary.path().join(format!("list{number:03}.netset")), generated::file(lines))
                .expect("written");
        }
        temporary.path().to_owned()
    });
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(&folder).expect("readable").flatten().map(|entry| entry.path()).collect();
    files.sort();
    let iprange = Command::new("iprange").arg("--version").output().is_ok();
    if !iprange {
        println!("iprange is not installed: ours alone is measured (Debian: apt-get install iprange)");
    }
    let read: Vec<List> = files.iter().map(|file| parse(file)).collect();
    let ranges: usize = read.iter().map(|list| list.v4.len()).sum();
    let entries: usize = read.iter().map(|list| list.entries).sum();
    println!("{} lists, {entries} entries, {ranges} ranges", files.len());

    let own = temporary.path().join("own");
    std::fs::write(&own, own_space(&read)).expect("written");
    let theirs = |arguments: &[&str], files: &[PathBuf]| iprange.then(|| peer(arguments, files));
    compare(
        "parse",
        entries,
        ours(|| files.iter().map(|file| parse(file).entries).sum::<usize>()),
        theirs(&["--count-unique-all"], &files),
    );
    let mut first = vec![own.clone()];
    first.extend(files.iter().cloned());
    compare(
        "match a million own addresses",
        entries,
        ours(|| match_all(&own, &files)),
        theirs(&["--compare-first"], &first),
    );
    compare("all pairs with exclusive counts", ranges, ours(|| all_pairs(&files)), theirs(&["--compare"], &files));
    compare("optimise all into one", entries, ours(|| optimise(&files)), theirs(&["--optimize"], &files));

    let sets: Vec<_> = read.iter().map(|list| &list.v4).collect();
    let sweep = ours(|| Overlap::of(&sets));
    compare("  of that the sweep alone", ranges, sweep, None);
    six(temporary.path(), &files, sweep / as_float(ranges));
}

/// The same lists in IPv6, and what a range costs there.
fn six(folder: &Path, files: &[PathBuf], v4: f64) {
    let wide = folder.join("wide");
    std::fs::create_dir(&wide).expect("made");
    let files: Vec<PathBuf> = files
        .iter()
        .map(|file| {
            let to = wide.join(file.file_name().expect("a file"));
            std::fs::write(&to, widened(&std::fs::read(file).expect("readable"))).expect("written");
            to
        })
        .collect();
    let read: Vec<List> = files.iter().map(|file| parse(file)).collect();
    let sets: Vec<&Ranges<u128>> = read.iter().map(|list| &list.v6).collect();
    let ranges = sets.iter().map(|set| set.len()).sum();
    let entries: usize = read.iter().map(|list| list.entries).sum();
    compare("IPv6: parse", entries, ours(|| files.iter().map(|file| parse(file).entries).sum::<usize>()), None);
    let sweep = ours(|| Overlap::of(&sets));
    compare("IPv6: the sweep alone", ranges, sweep, None);
    println!("  a range costs {:.2} times what it costs in IPv4", sweep / as_float(ranges) / v4);
}

/// The same list in IPv6: every IPv4 address becomes one of 2001:db8::/32, its last bits the last ones.
fn widened(bytes: &[u8]) -> Vec<u8> {
    let wide = |address: &str| {
        address.parse().map(|address: Ipv4Addr| {
            let low = u128::from(u32::from(address));
            Ipv6Addr::from(0x2001_0db8 << 96 | low << 64 | low.reverse_bits() >> 96 | low)
        })
    };
    let mut text = String::new();
    for line in String::from_utf8_lossy(bytes).lines() {
        let _ = match line.split_once('/') {
            Some((network, length)) => match (wide(network), length.parse::<u8>()) {
                (Ok(network), Ok(length)) => writeln!(text, "{network}/{}", 32 + length),
                _ => continue,
            },
            None => match wide(line.trim()) {
                Ok(address) => writeln!(text, "{address}"),
                Err(_) => continue,
            },
        };
    }
    text.into_bytes()
}

fn parse(file: &Path) -> List {
    List::parse(&std::fs::read(file).expect("readable"), &Limits::default()).expect("a list")
}

/// About a million addresses in a few hundred prefixes around what is listed.
fn own_space(lists: &[List]) -> String {
    let all = Ranges::union_of(lists.iter().map(|list| &list.v4));
    let step = (all.len() / 250).max(1);
    let blocks: Ranges<u32> =
        all.as_slice().iter().step_by(step).map(|range| blocklists::Range::prefix(range.first, 20)).collect();
    let mut text = String::new();
    for prefix in blocks.prefixes() {
        let _ = writeln!(text, "{prefix}");
    }
    println!("own space: {} addresses", blocks.addresses());
    text
}

fn match_all(own: &Path, files: &[PathBuf]) -> String {
    let own = parse(own);
    let mut text = String::new();
    for file in files {
        let list = parse(file);
        let mut addresses = 0;
        own.v4.common_with(&list.v4, |range| addresses += range.addresses());
        let _ = writeln!(text, "{},{},{},{addresses}", file.display(), list.entries, list.addresses());
    }
    text
}

fn all_pairs(files: &[PathBuf]) -> String {
    let lists: Vec<List> = files.iter().map(|file| parse(file)).collect();
    let overlap = Overlap::of(&lists.iter().map(|list| &list.v4).collect::<Vec<_>>());
    let mut text = String::new();
    for (a, b, common) in overlap.pairs() {
        let _ = writeln!(
            text,
            "{},{},{},{},{common}",
            files[a].display(),
            files[b].display(),
            lists[a].entries,
            lists[b].entries
        );
    }
    for list in 0..lists.len() {
        let _ = writeln!(text, "{}", overlap.exclusive(list));
    }
    text
}

fn optimise(files: &[PathBuf]) -> String {
    let lists: Vec<List> = files.iter().map(|file| parse(file)).collect();
    let mut text = String::new();
    for prefix in Ranges::union_of(lists.iter().map(|list| &list.v4)).prefixes() {
        let _ = writeln!(text, "{prefix:#}");
    }
    text
}

/// Processor seconds so far, of this process or of those it has waited for.
fn seconds(who: UsageWho) -> f64 {
    let usage = getrusage(who).expect("Linux tells");
    [usage.user_time(), usage.system_time()]
        .iter()
        .map(|time| as_float(time.tv_sec()) + as_float(time.tv_usec()) / 1e6)
        .sum()
}

#[expect(clippy::cast_precision_loss, reason = "a measurement")]
fn as_float(number: impl TryInto<i64>) -> f64 {
    number.try_into().unwrap_or(i64::MAX) as f64
}

fn fastest(who: UsageWho, mut work: impl FnMut()) -> f64 {
    let run = |_| {
        let before = seconds(who);
        work();
        seconds(who) - before
    };
    (0..RUNS).map(run).fold(f64::INFINITY, f64::min)
}

fn ours<T>(work: impl Fn() -> T) -> f64 {
    fastest(UsageWho::RUSAGE_SELF, || {
        black_box(work());
    })
}

fn peer(arguments: &[&str], files: &[PathBuf]) -> f64 {
    fastest(UsageWho::RUSAGE_CHILDREN, || {
        // Written to a pipe and read, as its answer would be.
        let run = Command::new("iprange").args(files).args(arguments).stderr(Stdio::null()).output();
        black_box(run.expect("iprange runs").stdout.len());
    })
}

fn compare(what: &str, items: usize, ours: f64, theirs: Option<f64>) {
    let each = ours / as_float(items) * 1e9;
    let beside = theirs
        .map_or_else(String::new, |theirs| format!(", iprange {theirs:.3} s: {:.1} times as much", theirs / ours));
    println!("{what}: {ours:.3} s ({each:.0} ns each){beside}");
}
