//! Tables in gzip or ZIP, unpacked while they are read, capped against bombs.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::{DeflateDecoder, MultiGzDecoder};

/// Bytes of a local file header of ZIP (APPNOTE 4.3.7).
const ZIP_HEADER: usize = 30;

/// The table in `source`: unpacked if it is gzip or the first file of a ZIP archive, else as it is; at most `limit` bytes.
pub(crate) fn open<'a>(mut source: impl BufRead + 'a, limit: u64) -> io::Result<Box<dyn BufRead + 'a>> {
    let head = source.fill_buf()?;
    if head.starts_with(b"\x1f\x8b") {
        return Ok(buffered(MultiGzDecoder::new(source), limit));
    }
    if head.starts_with(b"PK\x03\x04") {
        return first_file(source, limit);
    }
    Ok(Box::new(source.take(limit)))
}

fn buffered<'a>(reader: impl Read + 'a, limit: u64) -> Box<dyn BufRead + 'a> {
    Box::new(BufReader::with_capacity(64 << 10, reader).take(limit))
}

fn first_file<'a>(mut source: impl BufRead + 'a, limit: u64) -> io::Result<Box<dyn BufRead + 'a>> {
    let mut header = [0; ZIP_HEADER];
    source.read_exact(&mut header)?;
    let number = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
    let (flags, method) = (number(6), number(8));
    let size = u32::from_le_bytes([header[18], header[19], header[20], header[21]]);
    let names = u64::from(number(26)) + u64::from(number(28));
    io::copy(&mut source.by_ref().take(names), &mut io::sink())?;
    match method {
        _ if flags & 1 == 1 => Err(io::Error::new(io::ErrorKind::Unsupported, "the archive is encrypted")),
        // A stored file of unknown size (flag 3) ends with the archive: the rows behind it accuse nobody.
        0 if flags & 8 == 8 => Ok(Box::new(source.take(limit))),
        0 => Ok(Box::new(source.take(u64::from(size).min(limit)))),
        8 => Ok(buffered(DeflateDecoder::new(source), limit)),
        other => Err(io::Error::new(io::ErrorKind::Unsupported, format!("compression method {other}"))),
    }
}
