//! How fast a list forgets, by entry and by address.
//!
//! A stay lasts from the first version that has it to the first that has it no more: seen too late by half a sampling
//! interval at either end in the mean, so that the two cancel out. What the first version has began at an unknown time and
//! is left out; what the last version has is counted as lasting on.

use jiff::Timestamp;
use serde::Serialize;

use super::survival::{Lasting, Survival};
use crate::history::{History, Stay, Timeline, Version};
use crate::sets::{Count as _, Width};

/// Retention of one list.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Retention {
    /// Each entry of the list counts once per stay.
    pub per_entry: Survival,
    /// Each address counts once per stay, whichever entries made it.
    pub per_address: Survival,
    /// Stays of entries that began with or before the first version, left out.
    pub entries_left_out: u64,
    /// Stays of addresses that began with or before the first version, left out.
    pub addresses_left_out: u64,
}

/// Collects observations.
struct Collector<'a> {
    times: &'a [Timestamp],
    gap: i64,
    observations: Vec<Lasting>,
    left_out: u64,
}

impl Collector<'_> {
    fn second(&self, version: Version) -> i64 {
        self.times[version as usize].as_second()
    }

    /// Adds the stays of one thing, in order; those with no more than the tolerated gap between them are one.
    fn add(&mut self, spans: impl IntoIterator<Item = (Version, Version)>, weight: u64) {
        let mut current: Option<(Version, Version)> = None;
        for (first, gone) in spans {
            match &mut current {
                Some((_, end)) if self.second(first) - self.second(*end) < self.gap => *end = gone,
                _ => {
                    if let Some(done) = current.replace((first, gone)) {
                        self.one(done, weight);
                    }
                }
            }
        }
        if let Some(done) = current {
            self.one(done, weight);
        }
    }

    fn one(&mut self, (first, gone): (Version, Version), weight: u64) {
        if first == 0 {
            self.left_out = self.left_out.saturating_add(weight);
            return;
        }
        let open = gone as usize == self.times.len();
        // What is there to the end was seen up to the last version.
        let until = self.second(if open { gone - 1 } else { gone });
        self.observations.push(Lasting { seconds: until - self.second(first), open, weight });
    }

    fn entries<W: Width>(&mut self, stays: &[Stay<W>]) {
        for stays in stays.chunk_by(|a, b| a.entry == b.entry) {
            self.add(stays.iter().map(|stay| (stay.first, stay.gone)), 1);
        }
    }

    fn addresses<W: Width>(&mut self, stays: &[Stay<W>]) {
        for segment in Timeline::new(stays).segments() {
            let weight = u64::try_from(segment.range.addresses().wide()).unwrap_or(u64::MAX);
            self.add(segment.spans.iter().copied(), weight);
        }
    }
}

/// Works it out. Stays of the same entry with less than `gap_seconds` from leaving to coming back are one stay.
pub fn retention(history: &History, gap_seconds: i64) -> Retention {
    let (v4, v6) = (history.stays_v4(), history.stays_v6());
    let collector = || Collector { times: history.times(), gap: gap_seconds, observations: Vec::new(), left_out: 0 };
    let (mut entries, mut addresses) = (collector(), collector());
    entries.entries(&v4);
    entries.entries(&v6);
    addresses.addresses(&v4);
    addresses.addresses(&v6);
    Retention {
        per_entry: Survival::of(entries.observations),
        per_address: Survival::of(addresses.observations),
        entries_left_out: entries.left_out,
        addresses_left_out: addresses.left_out,
    }
}
