//! Reports that are tables: rows to observations, one at a time and in constant memory.
//!
//! [`Rows`] is an iterator over any reader, so that a table of a gigabyte costs no more memory than one of a kilobyte;
//! [`stream`] finds the tables in a mail that is itself only read through. What the columns of a table mean is decided
//! once, from its head, by [`Plan`].

use std::io::{self, BufRead, Read};

use jiff::Timestamp;
use model::{Format, Observation};

mod plan;
mod shadowserver;
pub mod stream;
mod transfer;
pub(crate) mod unzip;

pub use plan::Plan;

/// Most bytes of lines in front of a head (comments of a feed).
const MAX_PREFACE: usize = 64 << 10;
/// Most columns that are looked at.
const MAX_COLUMNS: usize = 1_000;
/// Longest row; what is longer is no row of any report, and is passed over.
const MAX_ROW: usize = 1 << 20;

/// The observations of one table.
pub struct Rows<R> {
    csv: csv::Reader<Capped<R>>,
    record: csv::ByteRecord,
    plan: Plan,
    part: String,
    first_line: u64,
    seen: u64,
}

impl<R: BufRead> Rows<R> {
    /// Reads the head of a table; `None` if it is none that is known by its columns.
    ///
    /// `part` names the table for the provenance; a Shadowserver file name says the type of the report.
    pub fn open(mut source: R, part: &str, received: Timestamp) -> io::Result<Option<Self>> {
        let (head, first_line) = preface(&mut source)?;
        let csv = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(64 << 10)
            .from_reader(Capped { source, in_row: 0 });
        let mut table = Self {
            csv,
            record: csv::ByteRecord::new(),
            plan: Plan::default(),
            part: part.to_owned(),
            first_line,
            seen: 0,
        };
        if let Some(plan) = head.as_deref().and_then(|head| Plan::of(&cells(head), part, received)) {
            table.plan = plan;
            return Ok(Some(table));
        }
        if !table.next_record() {
            return Ok(None);
        }
        let names: Vec<String> =
            table.record.iter().take(MAX_COLUMNS).map(|name| String::from_utf8_lossy(name).into_owned()).collect();
        let plan = Plan::of(&names, part, received);
        Ok(plan.map(|plan| {
            table.plan = plan;
            table
        }))
    }

    /// Which format the table is in.
    pub const fn format(&self) -> Format {
        self.plan.format()
    }

    /// Rows read so far, those that accuse nobody included.
    pub const fn rows(&self) -> u64 {
        self.seen
    }

    /// Reads on to the end and says how many more observations there were.
    pub fn count_rest(&mut self) -> u64 {
        let mut rest = 0;
        while self.next_record() {
            rest += u64::from(self.plan.is_row(&self.record));
        }
        rest
    }

    fn next_record(&mut self) -> bool {
        // Only a reader that fails (or a row beyond all bounds) ends the table; what was read before it stays.
        self.csv.read_byte_record(&mut self.record).unwrap_or(false)
    }
}

impl<R: BufRead> Iterator for Rows<R> {
    type Item = Observation;

    fn next(&mut self) -> Option<Observation> {
        while self.next_record() {
            self.seen += 1;
            let line = self.record.position().map_or(0, csv::Position::line) + self.first_line;
            let line = u32::try_from(line).unwrap_or(u32::MAX);
            if let Some(seen) = self.plan.observation(&self.record, &self.part, line) {
                return Some(seen);
            }
        }
        None
    }
}

/// Comment lines in front of a table; the last one that names columns is its head.
fn preface(source: &mut impl BufRead) -> io::Result<(Option<String>, u64)> {
    let (mut head, mut lines, mut total) = (None, 0, 0);
    loop {
        let buffer = source.fill_buf()?;
        // A mark of byte order, and blank lines.
        let skip = if buffer.starts_with(b"\xef\xbb\xbf") {
            3
        } else {
            usize::from(matches!(buffer.first(), Some(b'\r' | b'\n')))
        };
        if skip > 0 {
            lines += u64::from(buffer[0] == b'\n');
            source.consume(skip);
            continue;
        }
        if buffer.first() != Some(&b'#') || total > MAX_PREFACE {
            return Ok((head, lines));
        }
        let mut line = Vec::new();
        source.by_ref().take(MAX_PREFACE as u64).read_until(b'\n', &mut line)?;
        total += line.len();
        lines += 1;
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_matches(['#', ' ', '\r', '\n']);
        if text.contains(',') {
            head = Some(text.to_owned());
        }
    }
}

fn cells(head: &str) -> Vec<String> {
    head.split(',').take(MAX_COLUMNS).map(|name| name.trim().trim_matches('"').to_owned()).collect()
}

/// Gives the parser no row beyond [`MAX_ROW`], lest one open quote take a whole table into memory.
struct Capped<R> {
    source: R,
    in_row: usize,
}

impl<R: BufRead> Read for Capped<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(out)?;
        match memchr::memrchr(b'\n', &out[..read]) {
            Some(at) => self.in_row = read - at - 1,
            None => self.in_row += read,
        }
        if self.in_row > MAX_ROW {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a row is too long"));
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests;
