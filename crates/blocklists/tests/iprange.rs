//! The same answers as FireHOL's `iprange` gives, on every pair of 300 lists. Skipped with a message where it is missing.

mod generated;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use blocklists::overlap::Overlap;
use blocklists::{Limits, List, Ranges};

const LISTS: usize = 300;

/// The lists as files and as read; None where there is nothing to compare with.
fn prepared() -> Option<(tempfile::TempDir, Vec<PathBuf>, Vec<List>)> {
    if Command::new("iprange").arg("--version").output().is_err() {
        eprintln!("skipped: iprange is not installed (Debian: apt-get install iprange)");
        return None;
    }
    let folder = tempfile::tempdir().expect("done");
    let mut files = Vec::new();
    let mut read = Vec::new();
    for (number, lines) in generated::lists(LISTS, 0xb10c_0001).iter().enumerate() {
        let bytes = generated::file(lines);
        let file = folder.path().join(format!("{number:03}"));
        std::fs::write(&file, &bytes).expect("done");
        files.push(file);
        read.push(List::parse(&bytes, &Limits::default()).expect("done"));
    }
    Some((folder, files, read))
}

fn iprange(folder: &Path, files: &[PathBuf], arguments: &[&str]) -> String {
    let run = Command::new("iprange").current_dir(folder).args(files).args(arguments).output().expect("iprange runs");
    String::from_utf8(run.stdout).expect("text")
}

fn number(path: &str) -> usize {
    path.rsplit('/').next().and_then(|name| name.parse().ok()).expect("a number")
}

#[test]
fn every_pair_has_in_common_what_iprange_says() {
    let Some((folder, files, read)) = prepared() else { return };
    let overlap = Overlap::of(&read.iter().map(|list| &list.v4).collect::<Vec<_>>());
    let (mut pairs, mut some) = (0, 0);
    for line in iprange(folder.path(), &files, &["--compare"]).lines() {
        let fields: Vec<_> = line.split(',').collect();
        let (a, b) = (number(fields[0]), number(fields[1]));
        let value = |at: usize| fields[at].parse::<u64>().expect("done");
        assert_eq!((read[a].entries as u64, read[b].entries as u64), (value(2), value(3)), "{line}");
        assert_eq!((overlap.addresses(a), overlap.addresses(b)), (value(4), value(5)), "{line}");
        assert_eq!(overlap.common(a, b), value(7), "{line}");
        pairs += 1;
        some += usize::from(value(7) > 0);
    }
    assert_eq!(pairs, LISTS * (LISTS - 1) / 2);
    assert!(some > 10_000, "only {some} pairs have anything in common: the lists are too different to prove anything");
    // What only one list has, the long way round, for some of them.
    for list in (0..LISTS).step_by(149) {
        let mut others = files.clone();
        let this = others.remove(list);
        others.insert(0, "--except".into());
        others.insert(0, this);
        let left = iprange(folder.path(), &others, &["--print-ranges"]);
        let left = List::parse(left.as_bytes(), &Limits::default()).expect("done");
        assert_eq!(overlap.exclusive(list), left.v4.addresses(), "only in {list}");
    }
}

#[test]
fn union_difference_and_cover_are_those_of_iprange() {
    let Some((folder, files, read)) = prepared() else { return };
    let lines = |set: &Ranges<u32>| set.prefixes().map(|prefix| format!("{prefix:#}")).collect::<Vec<_>>();
    let all = Ranges::union_of(read.iter().map(|list| &list.v4));
    assert_eq!(lines(&all), iprange(folder.path(), &files, &["--optimize"]).lines().collect::<Vec<_>>());
    let by_size: BTreeMap<u64, usize> = read.iter().zip(0..).map(|(list, at)| (list.v4.addresses(), at)).collect();
    let large: Vec<usize> = by_size.values().rev().take(12).copied().collect();
    for pair in large.windows(2) {
        let two = [files[pair[0]].clone(), "--except".into(), files[pair[1]].clone()];
        let ours = read[pair[0]].v4.difference(&read[pair[1]].v4);
        assert_eq!(lines(&ours), iprange(folder.path(), &two, &[]).lines().collect::<Vec<_>>());
        let two = [files[pair[0]].clone(), files[pair[1]].clone()];
        let ours = read[pair[0]].v4.intersection(&read[pair[1]].v4);
        assert_eq!(lines(&ours), iprange(folder.path(), &two, &["--common"]).lines().collect::<Vec<_>>());
    }
}
