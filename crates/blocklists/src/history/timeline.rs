//! What a history of entries means for addresses: for every address when it was listed, whichever entry did it.

use jiff::Timestamp;
use serde::Serialize;

use super::{History, Stay, Version};
use crate::sets::{Range, Width};

/// Versions from the first to before the second.
type Span = (Version, Version);

/// Addresses that were always listed together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment<'a, W> {
    /// The addresses.
    pub range: Range<W>,
    /// When they were listed: first version and first version without, in order, with a version between any two.
    pub spans: &'a [Span],
}

/// The addresses of a history, in order, each with its times: built once, asked often.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Timeline<W> {
    /// Each segment with where its spans end in `spans`.
    segments: Vec<(Range<W>, usize)>,
    spans: Vec<Span>,
}

/// That an address was listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Listing {
    /// The first version that had it, without interruption until the moment asked for.
    pub since: Timestamp,
    /// That is the first version of all: it may have been listed long before.
    pub since_or_before: bool,
    /// The last version that has it.
    pub last_seen: Timestamp,
    /// The first version without it; None while it is listed.
    pub gone: Option<Timestamp>,
}

impl<W: Width> Timeline<W> {
    /// Builds it from stays that are sorted by entry.
    pub fn new(stays: &[Stay<W>]) -> Self {
        let mut timeline = Self::default();
        // The entries that lie over the present address. Nested ones are rare, so this is short.
        let mut open: Vec<Stay<W>> = Vec::new();
        let mut here = W::MIN;
        for stay in stays {
            // The stays of one entry come one after the other: nothing is to be written between them.
            if stay.entry.first > here || open.is_empty() {
                timeline.pass(&mut open, &mut here, Some(stay.entry.first));
            }
            open.push(*stay);
        }
        timeline.pass(&mut open, &mut here, None);
        timeline
    }

    /// Writes the segments from `here` to before `to`.
    fn pass(&mut self, open: &mut Vec<Stay<W>>, here: &mut W, to: Option<W>) {
        while let Some(end) = open.iter().map(|stay| stay.entry.last).min() {
            let last = match to.map(W::previous) {
                Some(None) => return,
                Some(Some(last)) => end.min(last),
                None => end,
            };
            if last < *here {
                break;
            }
            self.segment(Range { first: *here, last }, open);
            open.retain(|stay| stay.entry.last > last);
            let Some(next) = last.next() else { return };
            *here = next;
            if Some(next) == to {
                break;
            }
        }
        if let Some(to) = to {
            *here = to;
        }
    }

    fn segment(&mut self, range: Range<W>, open: &[Stay<W>]) {
        let start = self.spans.len();
        self.spans.extend(open.iter().map(|stay| (stay.first, stay.gone)));
        self.spans[start..].sort_unstable();
        let mut kept = start;
        for at in start + 1..self.spans.len() {
            let (first, gone) = self.spans[at];
            // One entry that follows another without a version between is no interruption for the address.
            if first <= self.spans[kept].1 {
                self.spans[kept].1 = self.spans[kept].1.max(gone);
            } else {
                kept += 1;
                self.spans[kept] = (first, gone);
            }
        }
        self.spans.truncate(kept + 1);
        self.segments.push((range, self.spans.len()));
    }

    /// All segments, in order.
    pub fn segments(&self) -> impl Iterator<Item = Segment<'_, W>> {
        let starts = std::iter::once(0).chain(self.segments.iter().map(|(_, end)| *end));
        self.segments
            .iter()
            .zip(starts)
            .map(|((range, end), start)| Segment { range: *range, spans: &self.spans[start..*end] })
    }

    /// When `address` was listed.
    pub fn spans(&self, address: W) -> &[Span] {
        let at = self.segments.partition_point(|(range, _)| range.last < address);
        let Some((_, end)) = self.segments.get(at).filter(|(range, _)| range.contains(address)) else { return &[] };
        let start = at.checked_sub(1).map_or(0, |before| self.segments[before].1);
        &self.spans[start..*end]
    }

    /// Whether `address` was listed at the moment `at`, as the last version before it knew, and since when.
    pub fn ask(&self, history: &History, address: W, at: Timestamp) -> Option<Listing> {
        let times = history.times();
        let version = Version::try_from(times.partition_point(|time| *time <= at).checked_sub(1)?).ok()?;
        let spans = self.spans(address);
        let span = spans.partition_point(|(_, gone)| *gone <= version);
        let (first, gone) = *spans.get(span).filter(|(first, _)| *first <= version)?;
        Some(Listing {
            since: times[first as usize],
            since_or_before: first == 0,
            last_seen: times[gone as usize - 1],
            gone: times.get(gone as usize).copied(),
        })
    }
}
