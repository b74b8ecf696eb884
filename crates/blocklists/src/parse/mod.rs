//! A list's bytes to its addresses: one per line as address, prefix (`/24` or `/255.255.255.0`) or range `a-b`.
//!
//! Comments begin with `#` or `;`; what follows an address after white space, a comma or a comment sign is text of the
//! list and left alone. Every other line is junk: counted, the first ones kept with their line numbers. Nothing is
//! allocated per line. Entries and addresses are counted as FireHOL's `iprange` counts them, with three differences, all
//! on the safe side: host names are junk, not looked up; `10.1` and `012.0.0.1` are junk, for programs disagree on what
//! they mean; IPv6 is read.

mod header;
mod line;
mod v4;
mod v6;

use crate::error::ListError;
use crate::sets::{Count as _, Range, Ranges};

pub use header::{Header, file_date};
pub(crate) use line::{Item, item};

/// What reading may cost at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one list.
    pub bytes: usize,
    /// Lines of one list.
    pub lines: usize,
    /// Entries of one list; an IPv6 entry takes 32 bytes of memory, an IPv4 entry 8.
    pub entries: usize,
}

impl Default for Limits {
    /// Above every public list known (the largest collections have six million lines), and below what hurts.
    fn default() -> Self {
        Self { bytes: 256 << 20, lines: 20_000_000, entries: 10_000_000 }
    }
}

/// Lines that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Junk {
    /// How many.
    pub lines: usize,
    /// The first ones: number of the line (from 1) and its beginning.
    pub first: Vec<(usize, String)>,
}

impl Junk {
    /// Junk lines that are kept.
    const KEPT: usize = 10;
    /// Bytes kept of one.
    const BYTES: usize = 80;

    pub(crate) fn add(&mut self, number: usize, line: &[u8]) {
        self.lines += 1;
        if self.first.len() < Self::KEPT {
            let start = &line[..line.len().min(Self::BYTES)];
            self.first.push((number, String::from_utf8_lossy(start).trim().to_owned()));
        }
    }
}

/// A list, line for line: entries in the order of the file, neither sorted nor joined.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entries {
    /// What the comment lines at the top say.
    pub header: Header,
    /// IPv4 entries.
    pub v4: Vec<Range<u32>>,
    /// IPv6 entries.
    pub v6: Vec<Range<u128>>,
    /// Lines, of all kinds.
    pub lines: usize,
    /// Lines that could not be read.
    pub junk: Junk,
}

/// A list as two sets of addresses.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct List {
    /// What the comment lines at the top say.
    pub header: Header,
    /// Lines that hold an address, prefix or range, counted as often as they are there.
    pub entries: usize,
    /// Its IPv4 addresses.
    pub v4: Ranges<u32>,
    /// Its IPv6 addresses.
    pub v6: Ranges<u128>,
    /// Lines that could not be read.
    pub junk: Junk,
}

impl List {
    /// Reads a list.
    pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Self, ListError> {
        Entries::parse(bytes, limits).map(Self::from)
    }

    /// How many different addresses, of both kinds.
    pub fn addresses(&self) -> u128 {
        self.v4.addresses().wide().saturating_add(self.v6.addresses())
    }
}

impl From<Entries> for List {
    fn from(entries: Entries) -> Self {
        let Entries { header, v4, v6, junk, .. } = entries;
        let count = v4.len() + v6.len();
        Self { header, entries: count, v4: Ranges::from_unsorted(v4), v6: Ranges::from_unsorted(v6), junk }
    }
}

impl Entries {
    /// Reads a list.
    pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Self, ListError> {
        if bytes.len() > limits.bytes {
            return Err(ListError::TooLarge { what: "bytes", limit: limits.bytes, line: 0 });
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut entries = Self::default();
        // A dotted address takes 14 bytes in the mean; growing on the way would copy the list once more.
        entries.v4.reserve(bytes.len() / 14);
        let (mut at, mut six) = (0, false);
        while at < bytes.len() {
            entries.lines += 1;
            if entries.lines > limits.lines {
                return Err(ListError::TooLarge { what: "lines", limit: limits.lines, line: entries.lines });
            }
            at = entries.line(bytes, at, &mut six);
            if entries.v4.len() + entries.v6.len() > limits.entries {
                return Err(ListError::TooLarge { what: "entries", limit: limits.entries, line: entries.lines });
            }
        }
        entries.v4.shrink_to_fit();
        entries.v6.shrink_to_fit();
        Ok(entries)
    }

    /// Reads the line that begins at `at`; where the next one begins. `six` tells whether the plain line before was IPv6.
    #[inline]
    fn line(&mut self, bytes: &[u8], at: usize, six: &mut bool) -> usize {
        // Nearly every line of nearly every list is one address or prefix and nothing else, of the kind of the line before.
        if *six && let Some(length) = self.plain_v6(&bytes[at..]) {
            return at + length;
        }
        if let Some((range, length)) = v4::plain_line(&bytes[at..]) {
            self.v4.push(range);
            *six = false;
            return at + length;
        }
        if let Some(length) = self.plain_v6(&bytes[at..]) {
            *six = true;
            return at + length;
        }
        self.any_line(bytes, at)
    }

    #[inline]
    fn plain_v6(&mut self, rest: &[u8]) -> Option<usize> {
        let (range, length) = v6::plain_line(rest)?;
        if self.v6.is_empty() {
            // As for IPv4, and bounded: an entry takes a multiple of the line.
            self.v6.reserve((rest.len() / length).min(1 << 20));
        }
        self.v6.push(range);
        Some(length)
    }

    #[cold]
    fn any_line(&mut self, bytes: &[u8], at: usize) -> usize {
        let end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |length| at + length);
        let line = bytes[at..end].trim_ascii();
        match line.first() {
            None | Some(b';') => {}
            Some(b'#') => self.header.comment(line, self.v4.is_empty() && self.v6.is_empty()),
            Some(_) => match item(line) {
                Some(Item::V4(range)) => self.v4.push(range),
                Some(Item::V6(range)) => self.v6.push(range),
                None => self.junk.add(self.lines, line),
            },
        }
        end + 1
    }
}

#[cfg(test)]
mod tests;
