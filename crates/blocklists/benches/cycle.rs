//! The whole cycle over a folder of lists, as the desk goes through it when every list has a new version at once: read, guard,
//! compare with the version before, hold against our space, compare all with all, ask how long entries stay, write it all down.
//!
//! `MIMAWARI_BLOCKLISTS` names a folder of lists; without it lists of the same sizes are generated. The version before is made
//! of the same list with every fiftieth entry left out. One thread; processor seconds and the most memory that was held.
#![expect(clippy::print_stdout, reason = "a measurement prints")]

#[path = "../tests/generated/mod.rs"]
mod generated;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use blocklists::guard::{self, Protected};
use blocklists::history::History;
use blocklists::overlap::Overlap;
use blocklists::parse::Entries;
use blocklists::{Limits, Range, Ranges, score};
use jiff::Timestamp;
use nix::sys::resource::{UsageWho, getrusage};

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
    // The versions before, as the desk keeps them: in its folder.
    let kept: Vec<PathBuf> = files.iter().map(|file| before(file, temporary.path())).collect();
    let start = seconds();
    let (text, entries) = cycle(&files, &kept);
    println!("{} lists, {entries} entries: {:.2} s, {} bytes published", files.len(), seconds() - start, text.len());
    let usage = getrusage(UsageWho::RUSAGE_SELF).expect("Linux tells");
    println!("most memory held: {} MB", usage.max_rss() / 1024);
    if Command::new("iprange").arg("--version").output().is_ok() {
        let before = children();
        let run = Command::new("iprange").args(&files).arg("--compare").output().expect("iprange runs");
        println!("iprange --compare alone: {:.2} s, {} bytes", children() - before, run.stdout.len());
    }
}

/// The history of a list with one version, in a file.
fn before(file: &Path, folder: &Path) -> PathBuf {
    let mut entries = parse(file);
    let mut number = 0;
    entries.v4.retain(|_| {
        number += 1;
        number % 50 != 0
    });
    let mut history = History::default();
    history.push(at(0), entries).expect("the first version");
    let path = folder.join(file.file_name().expect("a file")).with_extension("history");
    std::fs::write(&path, history.to_bytes()).expect("written");
    path
}

fn at(hour: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + hour * 3600).expect("a moment")
}

fn parse(file: &Path) -> Entries {
    Entries::parse(&std::fs::read(file).expect("readable"), &Limits::default()).expect("a list")
}

fn cycle(files: &[PathBuf], kept: &[PathBuf]) -> (String, usize) {
    let own: Ranges<u32> = (0..256).map(|block: u32| Range::prefix(block << 24 | 0x0032_0000, 20)).collect();
    let (mut text, mut sets, mut all) = (String::new(), Vec::new(), 0);
    for (file, path) in files.iter().zip(kept) {
        let entries = parse(file);
        all += entries.v4.len();
        let mut history = History::from_bytes(&std::fs::read(path).expect("readable")).expect("a history");
        let faults = guard::check(&history, at(1), &entries, &Protected::default());
        let before = history.now().0;
        if !faults.iter().any(|fault| fault.refused()) {
            history.push(at(1), entries).expect("the second version");
        }
        let now = history.now().0;
        let (came, went) = (now.difference(&before).addresses(), before.difference(&now).addresses());
        let stays = score::retention(&history, 0);
        std::fs::write(path, history.to_bytes()).expect("written");
        let ours = own.common(&now);
        let codes: Vec<&str> = faults.iter().map(|fault| fault.code()).collect();
        let _ = writeln!(text, "{},{came},{went},{ours},{codes:?},{stays:?}", file.display());
        sets.push(now);
    }
    let overlap = Overlap::of(&sets.iter().collect::<Vec<_>>());
    for (a, b, common) in overlap.pairs() {
        let _ = writeln!(text, "{a},{b},{common}");
    }
    for list in 0..sets.len() {
        let _ = writeln!(text, "{list},{}", overlap.exclusive(list));
    }
    (text, all)
}

/// Processor seconds so far of this process.
fn seconds() -> f64 {
    spent(UsageWho::RUSAGE_SELF)
}

/// Processor seconds of those it has waited for.
fn children() -> f64 {
    spent(UsageWho::RUSAGE_CHILDREN)
}

#[expect(clippy::cast_precision_loss, reason = "a measurement")]
fn spent(who: UsageWho) -> f64 {
    let usage = getrusage(who).expect("Linux tells");
    [usage.user_time(), usage.system_time()].iter().map(|time| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6).sum()
}
