//! Reads an mbox file message by message, in bounded memory.

use std::io::{self, BufRead, Read};
use std::path::PathBuf;

use crate::IntakeError;
use crate::pump::{Item, Origin};

/// Most bytes read at once; a longer line is read in pieces.
const PIECE: u64 = 64 << 10;

/// The messages of an mbox, in order.
///
/// A message begins with a line `From … hh:mm…` at the start or after an empty line. Within it, `>From ` is unescaped by one
/// `>` (mboxrd; for what mboxo writers produce that is the same). A message that is too large is passed over and reported.
pub(crate) struct Mbox<R> {
    reader: R,
    file: PathBuf,
    limit: usize,
    at: u64,
    /// Where the message begins whose From line has been read.
    begun: Option<u64>,
    piece: Vec<u8>,
    ended: bool,
}

/// What one message looks like while it is read.
struct Building {
    start: u64,
    raw: Vec<u8>,
    too_big: bool,
    line_start: bool,
    after_empty: bool,
}

impl<R: BufRead> Mbox<R> {
    /// Reads `reader`; `file` is its name in errors, `limit` the largest message in bytes.
    pub(crate) fn new(reader: R, file: PathBuf, limit: usize) -> Self {
        Self { reader, file, limit, at: 0, begun: None, piece: Vec::new(), ended: false }
    }

    /// The next piece: a line with its end, or part of a very long one. Empty at the end of the file.
    fn read_piece(&mut self) -> io::Result<()> {
        self.piece.clear();
        let read = self.reader.by_ref().take(PIECE).read_until(b'\n', &mut self.piece)?;
        self.at += read as u64;
        Ok(())
    }

    fn message(&mut self) -> io::Result<Option<Result<Item, IntakeError>>> {
        if self.begun.is_none() && !self.find_first()? {
            return Ok(None);
        }
        let Some(start) = self.begun.take() else {
            let why = "it does not begin with a line `From …`; is it an mbox?".to_owned();
            return Ok(Some(Err(IntakeError::NoMessage { file: self.file.clone(), why })));
        };
        let mut building = Building { start, raw: Vec::new(), too_big: false, line_start: true, after_empty: false };
        loop {
            let before = self.at;
            self.read_piece()?;
            if self.piece.is_empty() {
                self.ended = true;
                break;
            }
            if building.line_start && building.after_empty && is_from_line(&self.piece) {
                self.skip_line()?;
                self.begun = Some(before);
                break;
            }
            building.add(&self.piece, self.limit);
        }
        Ok(Some(self.finish(building)))
    }

    /// Reads to the first From line. False if there is nothing but empty lines; `begun` stays empty if something else is
    /// found.
    fn find_first(&mut self) -> io::Result<bool> {
        loop {
            let before = self.at;
            self.read_piece()?;
            if self.piece.is_empty() {
                return Ok(false);
            }
            if is_empty(&self.piece) {
                continue;
            }
            if is_from_line(&self.piece) {
                self.skip_line()?;
                self.begun = Some(before);
            } else {
                self.ended = true;
            }
            return Ok(true);
        }
    }

    /// Reads the rest of the line of which `piece` is the beginning.
    fn skip_line(&mut self) -> io::Result<()> {
        while !self.piece.is_empty() && self.piece.last() != Some(&b'\n') {
            self.read_piece()?;
        }
        Ok(())
    }

    fn finish(&self, mut building: Building) -> Result<Item, IntakeError> {
        if building.too_big {
            return Err(IntakeError::TooBig { file: self.file.clone(), at: building.start, limit: self.limit });
        }
        // The empty line before the next From line, or before the end, belongs to the mbox.
        if building.after_empty {
            let cut = if building.raw.ends_with(b"\r\n") { 2 } else { 1 };
            building.raw.truncate(building.raw.len().saturating_sub(cut));
        }
        let origin = Origin { file: self.file.clone(), at: building.start };
        Ok(Item { origin, raw: building.raw, door: "mbox" })
    }
}

impl Building {
    fn add(&mut self, piece: &[u8], limit: usize) {
        let escaped = self.line_start && is_escaped(piece);
        self.after_empty = self.line_start && is_empty(piece);
        self.line_start = piece.last() == Some(&b'\n');
        let content = if escaped { piece.get(1..).unwrap_or_default() } else { piece };
        if self.raw.len() + content.len() > limit {
            self.too_big = true;
            self.raw = Vec::new();
        }
        if !self.too_big {
            self.raw.extend_from_slice(content);
        }
    }
}

impl<R: BufRead> Iterator for Mbox<R> {
    type Item = Result<Item, IntakeError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        self.message().unwrap_or_else(|source| {
            self.ended = true;
            Some(Err(IntakeError::Read { file: self.file.clone(), source }))
        })
    }
}

fn is_empty(line: &[u8]) -> bool {
    matches!(line, b"\n" | b"\r\n")
}

/// Whether `line` separates messages: `From `, and a time of day, so that a sentence of a body that begins with "From"
/// (many writers escape nothing) does not.
pub(crate) fn is_from_line(line: &[u8]) -> bool {
    line.strip_prefix(b"From ").is_some_and(|rest| {
        rest.windows(5).any(|five| match five {
            [a, b, b':', c, d] => [a, b, c, d].iter().all(|digit| digit.is_ascii_digit()),
            _ => false,
        })
    })
}

fn is_escaped(line: &[u8]) -> bool {
    let quotes = line.iter().take_while(|byte| **byte == b'>').count();
    quotes > 0 && line.get(quotes..).is_some_and(|rest| rest.starts_with(b"From "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(mbox: &[u8], limit: usize) -> Vec<Result<Item, IntakeError>> {
        Mbox::new(mbox, PathBuf::from("a.mbox"), limit).collect()
    }

    fn bodies(mbox: &[u8]) -> Vec<Vec<u8>> {
        read(mbox, 1 << 20).into_iter().map(|item| item.unwrap().raw).collect()
    }

    const FROM: &str = "From abuse@example.org Mon Jan  5 10:11:12 2026\n";

    /// What an mboxrd writer does with a message that ends in a line end.
    fn write(messages: &[Vec<u8>]) -> Vec<u8> {
        let mut out = Vec::new();
        for message in messages {
            out.extend_from_slice(FROM.as_bytes());
            for line in message.split_inclusive(|byte| *byte == b'\n') {
                let quotes = line.iter().take_while(|byte| **byte == b'>').count();
                if line[quotes..].starts_with(b"From ") {
                    out.push(b'>');
                }
                out.extend_from_slice(line);
            }
            out.push(b'\n');
        }
        out
    }

    proptest! {
        #[test]
        fn what_an_mboxrd_writer_wrote_comes_back(
            messages in proptest::collection::vec(proptest::collection::vec(
                prop_oneof![Just("From me 10:11\n"), Just(">From you\n"), Just("\n"), Just("\r\n"), Just("text\n"), Just(">>From x 10:10\n")], 1..12
            ), 1..6)
        ) {
            let messages: Vec<Vec<u8>> = messages.into_iter().map(|lines| lines.concat().into_bytes()).collect();
            prop_assert_eq!(bodies(&write(&messages)), messages);
        }
    }

    #[test]
    fn a_message_that_is_too_large_is_named_and_passed_over() {
        let mbox = write(&[
            b"A: 1\n\nx\n".to_vec(),
            [b"B: 2\n\n".to_vec(), vec![b'y'; 200_000], b"\n".to_vec()].concat(),
            b"C: 3\n\nz\n".to_vec(),
        ]);
        let items = read(&mbox, 1000);
        assert_eq!(items.len(), 3);
        assert_eq!(items[0].as_ref().unwrap().raw, b"A: 1\n\nx\n");
        assert!(matches!(&items[1], Err(IntakeError::TooBig { at, limit: 1000, .. }) if *at == FROM.len() as u64 + 9));
        assert_eq!(items[2].as_ref().unwrap().raw, b"C: 3\n\nz\n");
    }

    #[test]
    fn sentences_that_begin_with_from_and_files_that_are_no_mbox() {
        let one = format!("{FROM}S: x\n\nHello.\n\nFrom here on all is text.\n");
        assert_eq!(bodies(one.as_bytes()).len(), 1);
        assert!(matches!(read(b"Subject: x\n\nbody\n", 99).as_slice(), [Err(IntakeError::NoMessage { .. })]));
        assert!(read(b"", 99).is_empty());
        assert!(read(b"\n\n", 99).is_empty());
        assert_eq!(
            bodies(format!("\n\n{FROM}S: x\n\nno end of line").as_bytes()),
            [b"S: x\n\nno end of line".to_vec()]
        );
    }
}
