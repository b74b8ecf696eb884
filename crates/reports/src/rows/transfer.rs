//! One part of a mail as a reader: it ends at the boundary, and its transfer encoding is undone on the way.

use std::io::{self, BufRead, Read};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Longest piece of a line that is taken at once; a longer line comes in pieces.
const MAX_PIECE: u64 = 64 << 10;

/// How the bytes of a part are written (RFC 2045 section 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transfer {
    Plain,
    Base64,
    QuotedPrintable,
}

/// The lines of a mail, and the boundaries that are open.
pub(super) struct Lines<R> {
    source: R,
    /// Boundaries of the open multiparts, outermost first, with the dashes in front.
    pub(super) open: Vec<Vec<u8>>,
    piece: Vec<u8>,
    /// The piece begins a line.
    starts: bool,
}

/// What the next piece of a line is.
pub(super) enum Piece {
    /// Content, in [`Lines::piece`].
    Text,
    /// The boundary of this level of [`Lines::open`], and whether it closes it.
    Boundary(usize, bool),
    /// The mail ends.
    End,
}

impl<R: BufRead> Lines<R> {
    pub(super) const fn new(source: R) -> Self {
        Self { source, open: Vec::new(), piece: Vec::new(), starts: true }
    }

    pub(super) fn piece(&self) -> &[u8] {
        &self.piece
    }

    /// Takes the next line, or the next piece of a long one.
    pub(super) fn advance(&mut self) -> io::Result<Piece> {
        self.piece.clear();
        let starts = self.starts;
        let read = self.source.by_ref().take(MAX_PIECE).read_until(b'\n', &mut self.piece)?;
        if read == 0 {
            return Ok(Piece::End);
        }
        self.starts = self.piece.ends_with(b"\n");
        if starts && self.piece.starts_with(b"--") {
            let line = self.piece.trim_ascii_end();
            for (level, boundary) in self.open.iter().enumerate().rev() {
                match line.strip_prefix(boundary.as_slice()) {
                    Some(b"") => return Ok(Piece::Boundary(level, false)),
                    Some(b"--") => return Ok(Piece::Boundary(level, true)),
                    _ => {}
                }
            }
        }
        Ok(Piece::Text)
    }
}

/// The decoded content of the part that `lines` stands in.
pub(super) struct Part<'l, R> {
    lines: &'l mut Lines<R>,
    transfer: Transfer,
    /// Decoded bytes, and how many of them are given out.
    ready: Vec<u8>,
    given: usize,
    /// Base64 digits that do not make a group of four yet.
    digits: Vec<u8>,
    /// The boundary that ended the part.
    pub(super) ended: Option<Piece>,
}

impl<'l, R: BufRead> Part<'l, R> {
    pub(super) const fn new(lines: &'l mut Lines<R>, transfer: Transfer) -> Self {
        Self { lines, transfer, ready: Vec::new(), given: 0, digits: Vec::new(), ended: None }
    }

    /// Passes over what is left, and says what ended the part.
    pub(super) fn finish(mut self) -> io::Result<Piece> {
        loop {
            if let Some(end) = self.ended.take() {
                return Ok(end);
            }
            match self.lines.advance()? {
                Piece::Text => {}
                end => return Ok(end),
            }
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        self.ready.clear();
        self.given = 0;
        while self.ready.is_empty() && self.ended.is_none() {
            match self.lines.advance()? {
                Piece::Text => self.decode(),
                end => self.ended = Some(end),
            }
        }
        Ok(())
    }

    fn decode(&mut self) {
        let piece = self.lines.piece();
        match self.transfer {
            Transfer::Plain => self.ready.extend_from_slice(piece),
            Transfer::QuotedPrintable => quoted_printable(piece, &mut self.ready),
            Transfer::Base64 => {
                let digit = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
                self.digits.extend(piece.iter().copied().filter(|b| digit(b)));
                let whole = self.digits.len() / 4 * 4;
                // A damaged line is left out; what the table lacks then is one row.
                if let Ok(mut bytes) = STANDARD.decode(&self.digits[..whole]) {
                    self.ready.append(&mut bytes);
                }
                self.digits.drain(..whole);
            }
        }
    }
}

impl<R: BufRead> Read for Part<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let ready = self.fill_buf()?;
        let read = ready.len().min(out.len());
        out[..read].copy_from_slice(&ready[..read]);
        self.consume(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Part<'_, R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.given == self.ready.len() {
            self.refill()?;
        }
        Ok(&self.ready[self.given..])
    }

    fn consume(&mut self, amount: usize) {
        self.given = (self.given + amount).min(self.ready.len());
    }
}

/// One line of quoted-printable (RFC 2045 section 6.7); a soft line break joins it to the next.
fn quoted_printable(line: &[u8], out: &mut Vec<u8>) {
    let text = line.trim_ascii_end();
    let (text, soft) = text.strip_suffix(b"=").map_or((text, false), |text| (text, true));
    let mut at = 0;
    while let Some(equals) = memchr::memchr(b'=', &text[at..]).map(|next| at + next) {
        out.extend_from_slice(&text[at..equals]);
        let hex = text.get(equals + 1..equals + 3).and_then(|hex| std::str::from_utf8(hex).ok());
        if let Some(byte) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            out.push(byte);
            at = equals + 3;
        } else {
            out.push(b'=');
            at = equals + 1;
        }
    }
    out.extend_from_slice(&text[at..]);
    if !soft && line.ends_with(b"\n") {
        out.push(b'\n');
    }
}
