//! A list through time: which entry was there from which version to which.
//!
//! Kept by entry, as the list wrote it, for a maintainer lists and removes entries; what that means for an address is
//! worked out by [`Timeline`]. In and out as bytes, so that where they are kept is nobody's business here.

mod file;
mod timeline;

use jiff::Timestamp;

use crate::error::ListError;
use crate::parse::Entries;
use crate::sets::{Range, Ranges, Width};

pub use timeline::{Listing, Segment, Timeline};

/// Number of a version of the list, from 0.
pub type Version = u32;

/// An entry without interruption in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stay<W> {
    /// What the list wrote.
    pub entry: Range<W>,
    /// The first version that has it.
    pub first: Version,
    /// The first version that has it no more; the number of versions, if the last one has it.
    pub gone: Version,
}

/// The stays of one kind of addresses.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Track<W> {
    /// Ended ones, in no order.
    closed: Vec<Stay<W>>,
    /// What the last version has, in order, with the version since which it does.
    open: Vec<(Range<W>, Version)>,
}

impl<W: Width> Track<W> {
    /// Takes in version number `version`; what changed, as (came, went).
    fn push(&mut self, mut entries: Vec<Range<W>>, version: Version) -> (usize, usize) {
        entries.sort_unstable();
        entries.dedup();
        let before = self.closed.len();
        let mut came = 0;
        let mut open = Vec::with_capacity(entries.len());
        let mut old = std::mem::take(&mut self.open).into_iter().peekable();
        for entry in entries {
            while let Some((gone, first)) = old.next_if(|(range, _)| *range < entry) {
                self.closed.push(Stay { entry: gone, first, gone: version });
            }
            let still = old.next_if(|(range, _)| *range == entry);
            came += usize::from(still.is_none());
            open.push(still.unwrap_or((entry, version)));
        }
        self.closed.extend(old.map(|(entry, first)| Stay { entry, first, gone: version }));
        self.open = open;
        (came, self.closed.len() - before)
    }

    /// All stays, by entry and time.
    fn stays(&self, versions: Version) -> Vec<Stay<W>> {
        let open = self.open.iter().map(|(entry, first)| Stay { entry: *entry, first: *first, gone: versions });
        let mut stays: Vec<_> = self.closed.iter().copied().chain(open).collect();
        stays.sort_unstable();
        stays
    }

    /// Whether the open ones are `entries`.
    fn same(&self, entries: &[Range<W>]) -> bool {
        let mut sorted = entries.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        self.open.iter().map(|(entry, _)| entry).eq(&sorted)
    }

    fn now(&self) -> Ranges<W> {
        self.open.iter().map(|(entry, _)| *entry).collect()
    }

    fn ever(&self) -> Ranges<W> {
        let open = self.open.iter().map(|(entry, _)| *entry);
        self.closed.iter().map(|stay| stay.entry).chain(open).collect()
    }
}

/// Everything a list ever had, by version.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History {
    /// When each version was taken, in whole seconds, ascending.
    times: Vec<Timestamp>,
    /// How many different entries each version had.
    sizes: Vec<usize>,
    /// The versions that differed from the one before, ascending; the first one always.
    changes: Vec<Version>,
    pub(crate) v4: Track<u32>,
    pub(crate) v6: Track<u128>,
}

impl History {
    /// Takes in a version, which must be later than all before it.
    pub fn push(&mut self, at: Timestamp, entries: Entries) -> Result<(), ListError> {
        let at = Timestamp::from_second(at.as_second()).unwrap_or(at);
        // The format counts seconds from 1970: a version from before that has a wrong date.
        let last = self.times.last().copied().unwrap_or(Timestamp::UNIX_EPOCH);
        if at <= last {
            return Err(ListError::Order { at, last });
        }
        let version = self.versions();
        if version >= Version::MAX - 1 {
            return Err(ListError::TooLarge { what: "versions", limit: Version::MAX as usize - 1, line: 0 });
        }
        let (came, went) = self.v4.push(entries.v4, version);
        let (came_v6, went_v6) = self.v6.push(entries.v6, version);
        if version == 0 || came + went + came_v6 + went_v6 > 0 {
            self.changes.push(version);
        }
        self.times.push(at);
        self.sizes.push(self.v4.open.len() + self.v6.open.len());
        Ok(())
    }

    /// How many versions.
    pub fn versions(&self) -> Version {
        Version::try_from(self.times.len()).unwrap_or(Version::MAX)
    }

    /// When each version was taken, ascending.
    pub fn times(&self) -> &[Timestamp] {
        &self.times
    }

    /// How many different entries each version had.
    pub fn sizes(&self) -> &[usize] {
        &self.sizes
    }

    /// When it changed, ascending; the first version counts as a change.
    pub fn changes(&self) -> impl DoubleEndedIterator<Item = Timestamp> + '_ {
        self.changes.iter().filter_map(|version| self.times.get(*version as usize).copied())
    }

    /// Whether a version with these entries would be as the last one.
    pub(crate) fn unchanged(&self, entries: &Entries) -> bool {
        self.v4.same(&entries.v4) && self.v6.same(&entries.v6)
    }

    /// Every stay of an IPv4 entry, by entry and time.
    pub fn stays_v4(&self) -> Vec<Stay<u32>> {
        self.v4.stays(self.versions())
    }

    /// Every stay of an IPv6 entry, by entry and time.
    pub fn stays_v6(&self) -> Vec<Stay<u128>> {
        self.v6.stays(self.versions())
    }

    /// What the last version has.
    pub fn now(&self) -> (Ranges<u32>, Ranges<u128>) {
        (self.v4.now(), self.v6.now())
    }

    /// What any version had.
    pub fn ever(&self) -> (Ranges<u32>, Ranges<u128>) {
        (self.v4.ever(), self.v6.ever())
    }

    /// Seconds between two versions: the median, for versions are missed and taken twice.
    pub fn sampling_seconds(&self) -> Option<i64> {
        let mut steps: Vec<i64> = self.times.windows(2).map(|pair| pair[1].as_second() - pair[0].as_second()).collect();
        steps.sort_unstable();
        steps.get(steps.len() / 2).copied()
    }
}

#[cfg(test)]
mod tests;
