//! The guard against broken downloads: versions of a list that must open and close nothing, and why.
//!
//! What is plausible is taken from the list's own history: one list halves every night, another has never lost a hundredth.
//! A differ without a guard closes every case when a mirror serves an empty file, and opens them all again an hour later.

use jiff::Timestamp;

use crate::history::History;
use crate::parse::Entries;
use crate::sets::{Prefix, Range, Ranges, Width};

/// What is wrong with a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It holds nothing.
    Empty,
    /// It is a page or another document; the number of the first line that shows it.
    NoList {
        /// Line, from 1.
        line: usize,
    },
    /// It lost more than its history makes plausible.
    Partial {
        /// Entries of this version.
        entries: usize,
        /// Entries of the version before.
        before: usize,
        /// The fewest that would have been believed.
        least: usize,
    },
    /// It lists half of all addresses or more.
    Everything,
    /// It lists what must never be listed, such as our own resolver.
    Protected {
        /// Which.
        prefix: Prefix,
    },
    /// It has not changed for much longer than it ever did.
    Frozen {
        /// Its last change.
        since: Timestamp,
    },
    /// It changes and always has the same round number of entries: what leaves it was pushed out.
    Capped {
        /// Entries.
        entries: usize,
        /// Versions before it, of the latest ones, with as many.
        versions: usize,
    },
    /// It lists addresses that no public network has.
    Private {
        /// The first of them.
        prefix: Prefix,
    },
}

impl Fault {
    /// The stable name.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NoList { .. } => "no-list",
            Self::Partial { .. } => "partial",
            Self::Everything => "everything",
            Self::Protected { .. } => "protected",
            Self::Frozen { .. } => "frozen",
            Self::Capped { .. } => "capped",
            Self::Private { .. } => "private",
        }
    }

    /// Whether the version is not taken into the history at all: the last good one stays.
    pub const fn refused(self) -> bool {
        matches!(
            self,
            Self::Empty | Self::NoList { .. } | Self::Partial { .. } | Self::Everything | Self::Protected { .. }
        )
    }

    /// Whether the version must open and close nothing. A list with private addresses is a list like others: they are
    /// nobody's, so that nothing can come of them.
    pub const fn holds_back(self) -> bool {
        !matches!(self, Self::Private { .. })
    }
}

/// What is never to be found in a believable list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Protected {
    /// IPv4 addresses.
    pub v4: Ranges<u32>,
    /// IPv6 addresses.
    pub v6: Ranges<u128>,
}

/// Versions looked back at.
const LATEST: usize = 200;
/// Losing so few entries is nothing, whatever the share.
const FEW: usize = 20;
/// Seconds of a day.
const DAY: i64 = 86_400;

/// Looks at a version that would follow `history`; what is wrong with it, the gravest first.
pub fn check(history: &History, at: Timestamp, entries: &Entries, protected: &Protected) -> Vec<Fault> {
    let lines = entries.v4.len() + entries.v6.len();
    let markup = entries.junk.first.iter().find(|(_, text)| text.starts_with(['<', '{']));
    if let Some((line, _)) = markup.or(entries.junk.first.first().filter(|_| lines == 0)) {
        return vec![Fault::NoList { line: *line }];
    }
    let before = history.sizes().last().copied();
    if lines == 0 {
        // A list of a handful may well become empty, and says so with its header.
        let believable = before.is_some_and(|before| before <= FEW / 2) && entries.lines > 0;
        return if believable { Vec::new() } else { vec![Fault::Empty] };
    }
    let v4 = Ranges::from_unsorted(entries.v4.clone());
    let v6 = Ranges::from_unsorted(entries.v6.clone());
    let size = distinct(&entries.v4) + distinct(&entries.v6);
    let found = [
        everything(&v4, &v6).then_some(Fault::Everything),
        first_common(&v4, &protected.v4).or(first_common(&v6, &protected.v6)).map(|prefix| Fault::Protected { prefix }),
        partial(history.sizes(), size),
        frozen(history, at, entries),
        capped(history, size, entries),
        private(&v4).map(|prefix| Fault::Private { prefix }),
    ];
    found.into_iter().flatten().collect()
}

fn distinct<W: Width>(entries: &[Range<W>]) -> usize {
    let mut sorted = entries.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    sorted.len()
}

fn first_common<W: Width>(list: &Ranges<W>, other: &Ranges<W>) -> Option<Prefix> {
    list.intersection(other).prefixes().next()
}

/// Half of all addresses: of IPv4 (lists of unassigned space hold a sixth), or of what IPv6 uses (2000::/3).
fn everything(v4: &Ranges<u32>, v6: &Ranges<u128>) -> bool {
    let used = Ranges::from_iter([Range::prefix(0x2000 << 112, 3)]);
    v4.addresses() >= 1 << 31 || v6.common(&used) >= 1 << 124
}

/// Private, shared, loopback and link-local space (RFC 6890).
fn private(v4: &Ranges<u32>) -> Option<Prefix> {
    const SPACE: [(u32, u8); 7] = [
        (0x0000_0000, 8),
        (0x0a00_0000, 8),
        (0x6440_0000, 10),
        (0x7f00_0000, 8),
        (0xa9fe_0000, 16),
        (0xac10_0000, 12),
        (0xc0a8_0000, 16),
    ];
    first_common(v4, &SPACE.into_iter().map(|(network, length)| Range::prefix(network, length)).collect())
}

fn partial(sizes: &[usize], size: usize) -> Option<Fault> {
    let before = *sizes.last()?;
    let latest = &sizes[sizes.len().saturating_sub(LATEST)..];
    // In hundredths. A young list may halve; an old one may lose a quarter more than it ever lost at once.
    let steps = latest.windows(2).filter(|pair| pair[0] > FEW).map(|pair| pair[1] * 100 / pair[0]);
    let worst = if latest.len() < 10 { 66 } else { steps.min().unwrap_or(100).min(100) };
    let by_step = before * (worst * 3 / 4) / 100;
    let ever = latest.iter().copied().min().unwrap_or(0);
    let least = by_step.min(before.saturating_sub(FEW)).min(ever);
    // Before ten versions the smallest one seen says nothing yet about how small the list may become.
    let least = if latest.len() < 10 { by_step.min(before.saturating_sub(FEW)) } else { least };
    (size < least).then_some(Fault::Partial { entries: size, before, least })
}

fn frozen(history: &History, at: Timestamp, entries: &Entries) -> Option<Fault> {
    let since = stands_still(history, at)?;
    history.unchanged(entries).then_some(Fault::Frozen { since })
}

/// Since when a list has not changed, if that is much longer than it ever did not.
pub fn stands_still(history: &History, at: Timestamp) -> Option<Timestamp> {
    const FEWEST_CHANGES: usize = 5;
    let changes: Vec<Timestamp> = history.changes().collect();
    let since = *changes.last()?;
    let longest = changes.windows(2).map(|pair| pair[1].as_second() - pair[0].as_second()).max().unwrap_or(0);
    let usual = if changes.len() < FEWEST_CHANGES { 30 * DAY } else { (3 * longest).max(DAY) };
    (at.as_second() - since.as_second() > usual).then_some(since)
}

fn capped(history: &History, size: usize, entries: &Entries) -> Option<Fault> {
    const ROUND: usize = 1_000;
    const AGAIN: usize = 3;
    if size == 0 || !size.is_multiple_of(ROUND) || history.unchanged(entries) {
        return None;
    }
    let versions = history.sizes().iter().rev().take(LATEST).filter(|before| **before == size).count();
    // Once may be chance, with five digits hardly.
    let young = history.sizes().len() < AGAIN;
    (versions >= AGAIN || (young && size >= 10 * ROUND)).then_some(Fault::Capped { entries: size, versions })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::Limits;

    /// A list of `size` entries that changes one entry an hour.
    fn text(hour: u32, size: u32) -> String {
        let address = |at: u32| std::net::Ipv4Addr::from(0xc633_0000 + (at + hour) * 2);
        (0..size).map(|at| address(at).to_string() + "\n").collect()
    }

    fn at(hour: u32) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + i64::from(hour) * 3600).unwrap()
    }

    fn read(text: &str) -> Entries {
        Entries::parse(text.as_bytes(), &Limits::default()).unwrap()
    }

    /// A history of `hours` versions whose size `size` tells, with the verdicts by the way.
    fn grown(hours: u32, size: impl Fn(u32) -> u32) -> (History, Vec<&'static str>) {
        let mut history = History::default();
        let mut codes = Vec::new();
        for hour in 0..hours {
            let entries = read(&text(hour, size(hour)));
            codes.extend(check(&history, at(hour), &entries, &Protected::default()).into_iter().map(Fault::code));
            history.push(at(hour), entries).unwrap();
        }
        (history, codes)
    }

    fn codes(history: &History, hour: u32, text: &str) -> Vec<&'static str> {
        check(history, at(hour), &read(text), &Protected::default()).into_iter().map(Fault::code).collect()
    }

    #[test]
    fn an_ordinary_list_is_believed() {
        let (history, codes_so_far) = grown(60, |hour| 900 + hour % 7 * 5);
        assert_eq!(codes_so_far, <[&str; 0]>::default());
        assert_eq!(codes(&history, 60, &text(60, 880)), <[&str; 0]>::default());
    }

    #[test]
    fn every_broken_download_is_named() {
        let (history, _) = grown(60, |hour| 903 + hour % 7 * 5);
        for (broken, code) in [
            ("", "empty"),
            ("# header\n# only\n", "empty"),
            ("<!DOCTYPE html>\n<title>503</title>\n", "no-list"),
            ("Too many requests\n", "no-list"),
            ("{\"error\":1}\n198.51.100.1\n", "no-list"),
            (&text(60, 500), "partial"),
            ("0.0.0.0/0\n", "everything"),
            ("::/0\n", "everything"),
        ] {
            let found = check(&history, at(60), &read(broken), &Protected::default());
            assert_eq!(found[0].code(), code, "{:?}", &broken[..broken.len().min(40)]);
            assert!(found[0].refused() && found[0].holds_back());
        }
        let resolver = Protected { v4: [Range::single(0xc633_0064)].into_iter().collect(), ..Protected::default() };
        let found = check(&history, at(60), &read(&text(40, 920)), &resolver);
        assert_eq!(found[0].code(), "protected");
        assert_eq!(codes(&history, 60, &format!("{}10.1.2.3\n", text(60, 905))), ["private"]);
    }

    #[test]
    fn what_a_list_always_did_is_plausible() {
        let (history, found) = grown(59, |hour| if hour % 10 == 9 { 300 } else { 903 });
        assert_eq!(found.iter().filter(|code| **code == "partial").count(), 1, "only the first fall is a surprise");
        assert_eq!(codes(&history, 60, &text(60, 310)), <[&str; 0]>::default());
        assert_eq!(codes(&history, 60, &text(60, 100)), ["partial"]);
        let (small, _) = grown(30, |hour| hour % 3 + 1);
        assert_eq!(codes(&small, 30, "# header\n"), <[&str; 0]>::default(), "three entries may go");
    }

    #[test]
    fn frozen_and_capped_lists_are_named_and_kept() {
        let (history, _) = grown(60, |_| 903);
        let last = text(59, 903);
        assert_eq!(codes(&history, 70, &last), <[&str; 0]>::default());
        assert_eq!(codes(&history, 59 + 25, &last), ["frozen"]);
        let (_, found) = grown(20, |_| 2_000);
        assert_eq!(found, vec!["capped"; 17], "from the fourth version on");
        let fault = Fault::Capped { entries: 15_000, versions: 9 };
        assert!(!fault.refused() && fault.holds_back());
    }
}
