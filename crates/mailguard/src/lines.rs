//! Bytes → lines of bounded length, with their number. Nothing is copied but what straddles two reads.

use std::io::{self, Read};

use memchr::memchr;

/// Longest line that is read; RFC 5424 receivers take 2 KiB, Postfix writes up to 2 KiB, JSON access logs more.
pub const MAX_LINE: usize = 16 << 10;
/// Bytes asked for at a time.
const CHUNK: usize = 256 << 10;

/// The lines of a source.
pub struct Lines<R> {
    source: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    number: u64,
    read: u64,
    skipped: u64,
    ended: bool,
}

/// One line, without its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'b> {
    /// Number in the source, from 1.
    pub number: u64,
    /// Its bytes, without `\n` and `\r`.
    pub bytes: &'b [u8],
}

impl<R: Read> Lines<R> {
    /// Reads lines from `source`.
    pub fn new(source: R) -> Self {
        Self { source, buffer: vec![0; CHUNK], start: 0, end: 0, number: 0, read: 0, skipped: 0, ended: false }
    }

    /// Bytes taken from the source so far.
    pub const fn bytes_read(&self) -> u64 {
        self.read
    }

    /// Lines that were longer than [`MAX_LINE`] and left out.
    pub const fn skipped(&self) -> u64 {
        self.skipped
    }

    /// The next line; nothing at the end. A last line without `\n` is a line.
    pub fn next_line(&mut self) -> io::Result<Option<Line<'_>>> {
        let mut searched = 0;
        let mut too_long = false;
        loop {
            if let Some(at) = memchr(b'\n', &self.buffer[self.start + searched..self.end]) {
                let line = self.start..self.start + searched + at;
                self.start = line.end + 1;
                self.number += 1;
                if too_long || line.len() > MAX_LINE {
                    (searched, too_long) = (0, false);
                    self.skipped += 1;
                    continue;
                }
                return Ok(Some(self.line(line)));
            }
            searched = self.end - self.start;
            if searched > MAX_LINE {
                // The rest of this line is read and forgotten.
                (self.start, searched, too_long) = (self.end, 0, true);
            }
            if self.ended {
                let line = self.start..self.end;
                self.start = self.end;
                if too_long {
                    self.number += 1;
                    self.skipped += 1;
                    return Ok(None);
                }
                if line.is_empty() {
                    return Ok(None);
                }
                self.number += 1;
                return Ok(Some(self.line(line)));
            }
            self.fill()?;
        }
    }

    fn line(&self, range: std::ops::Range<usize>) -> Line<'_> {
        let bytes = &self.buffer[range];
        Line { number: self.number, bytes: bytes.strip_suffix(b"\r").unwrap_or(bytes) }
    }

    fn fill(&mut self) -> io::Result<()> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        let count = loop {
            match self.source.read(&mut self.buffer[self.end..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.end += count;
        self.read += count as u64;
        self.ended = count == 0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A source that gives few bytes at a time.
    struct Drops<'a>(&'a [u8], usize);

    impl Read for Drops<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(self.0.len()).min(out.len());
            out[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn all(text: &[u8], step: usize) -> (Vec<(u64, Vec<u8>)>, u64) {
        let mut lines = Lines::new(Drops(text, step));
        let mut out = Vec::new();
        while let Some(line) = lines.next_line().unwrap() {
            out.push((line.number, line.bytes.to_vec()));
        }
        (out, lines.skipped())
    }

    #[test]
    fn lines_are_the_same_however_the_bytes_arrive() {
        let text = b"one\r\n\ntwo\nlast";
        let wanted: Vec<(u64, Vec<u8>)> =
            vec![(1, b"one".to_vec()), (2, Vec::new()), (3, b"two".to_vec()), (4, b"last".to_vec())];
        for step in [1, 2, 3, 5, 100] {
            assert_eq!(all(text, step), (wanted.clone(), 0), "{step}");
        }
        assert_eq!(all(b"", 1), (Vec::new(), 0));
    }

    #[test]
    fn a_line_without_end_is_left_out_and_counted_and_the_next_one_is_read() {
        let mut text = vec![b'x'; MAX_LINE * 40];
        text.extend_from_slice(b"\nnext\n");
        text.extend(vec![b'y'; MAX_LINE]);
        text.extend_from_slice(b"\n");
        text.extend(vec![b'z'; MAX_LINE + 1]);
        for step in [1000, 1 << 20] {
            let (lines, skipped) = all(&text, step);
            let numbers: Vec<(u64, usize)> = lines.iter().map(|(number, bytes)| (*number, bytes.len())).collect();
            assert_eq!((numbers, skipped), (vec![(2, 4), (3, MAX_LINE)], 2), "{step}");
        }
    }
}
