//! The tables in a mail of any size, read through once: only a line of the mail and a row of the table are in memory.
//!
//! [`crate::Reader`] looks at a whole mail and is bounded ([`crate::mime::MAX_BYTES`],
//! [`model::Reading::MAX_OBSERVATIONS`]). What is beyond goes through here: row by row, and a caller that works in pages
//! stops with [`ControlFlow::Break`] and passes over what it has seen when it comes back.

use std::io::{self, BufRead};
use std::ops::ControlFlow;

use jiff::Timestamp;
use model::{Format, Observation};

use super::transfer::{Lines, Part, Piece, Transfer};
use super::{Rows, unzip};

/// Most bytes of the head of a mail or a part.
const MAX_HEAD: usize = 256 << 10;
/// Deepest multipart in multipart.
const MAX_DEPTH: usize = 16;
/// Most bytes unpacked from one attachment.
const MAX_TABLE: u64 = 8 << 30;

/// What went through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Format of the last table that was known by its columns.
    pub format: Option<Format>,
    /// Tables that were known.
    pub tables: u32,
    /// Their rows of data.
    pub rows: u64,
}

/// Gives every observation in the tables of a mail to `each`, until it breaks or the mail ends.
///
/// # Errors
/// Only what `source` itself reports; a damaged part ends with what could be read of it.
pub fn mail(
    source: impl BufRead,
    received: Timestamp,
    each: &mut dyn FnMut(Observation) -> ControlFlow<()>,
) -> io::Result<Summary> {
    let mut lines = Lines::new(source);
    let mut summary = Summary::default();
    loop {
        let (head, mut end) = head(&mut lines)?;
        if end.is_none() && head.boundary.is_none() && head.kind == "message/rfc822" {
            // The head of the mail inside comes next.
            continue;
        }
        let multipart = head.boundary.is_some();
        if let Some(boundary) = head.boundary.filter(|_| lines.open.len() < MAX_DEPTH) {
            lines.open.push(boundary);
        }
        while end.is_none() {
            let mut part = Part::new(&mut lines, head.transfer);
            if !multipart
                && is_table(&head.kind, &head.name)
                && table(&mut part, &head.name, received, each, &mut summary).is_break()
            {
                return Ok(summary);
            }
            end = Some(part.finish()?);
        }
        loop {
            match end {
                Some(Piece::Boundary(level, closes)) => {
                    lines.open.truncate(if closes { level } else { level + 1 });
                    if !closes {
                        break;
                    }
                    // Behind the last part of an inner multipart: on to the next part of the outer one.
                    end = Some(Part::new(&mut lines, Transfer::Plain).finish()?);
                }
                _ => return Ok(summary),
            }
        }
    }
}

/// What the head of a mail or a part says.
struct Head {
    kind: String,
    name: String,
    transfer: Transfer,
    boundary: Option<Vec<u8>>,
}

/// Reads a head up to its empty line, or to the boundary that cuts it off.
fn head<R: BufRead>(lines: &mut Lines<R>) -> io::Result<(Head, Option<Piece>)> {
    // The MIME reader wants one field that is no part's.
    let mut bytes = b"X-Head: 1\n".to_vec();
    let end = loop {
        match lines.advance()? {
            Piece::Text if lines.piece().trim_ascii().is_empty() => break None,
            Piece::Text if bytes.len() < MAX_HEAD => bytes.extend_from_slice(lines.piece()),
            Piece::Text => {}
            end => break Some(end),
        }
    };
    let unfolded = String::from_utf8_lossy(&bytes).replace("\r\n", "\n").replace("\n ", " ").replace("\n\t", " ");
    let field = |name: &str| {
        let found = |line: &&str| line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
        unfolded.lines().find(found).map(|line| line[name.len()..].trim())
    };
    let transfer = match field("content-transfer-encoding:").unwrap_or("").to_ascii_lowercase().as_str() {
        "base64" => Transfer::Base64,
        "quoted-printable" => Transfer::QuotedPrintable,
        _ => Transfer::Plain,
    };
    let boundary = field("content-type:")
        .filter(|value| value.get(..10).is_some_and(|kind| kind.eq_ignore_ascii_case("multipart/")));
    let boundary = boundary.and_then(boundary_of);
    let mail = crate::mime::parse(&bytes).unwrap_or_default();
    let name = mail.parts.first().and_then(|part| part.name.clone()).unwrap_or_default();
    Ok((Head { kind: mail.kind, name, transfer, boundary }, end))
}

/// The boundary parameter with its dashes (RFC 2046 section 5.1.1).
fn boundary_of(value: &str) -> Option<Vec<u8>> {
    let at = value.to_ascii_lowercase().find("boundary")?;
    let rest = value.get(at + 8..)?.trim_start().strip_prefix('=')?.trim_start();
    let text = match rest.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => rest.split(|c: char| c == ';' || c.is_whitespace()).next()?,
    };
    let text = text.trim_end();
    (!text.is_empty() && text.len() <= 200).then(|| format!("--{text}").into_bytes())
}

/// Whether a part may hold a table, by its type or its name.
fn is_table(kind: &str, name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    matches!(kind, "text/csv" | "application/csv" | "application/zip" | "application/gzip" | "application/x-gzip")
        || [".csv", ".zip", ".gz"].iter().any(|end| name.ends_with(end))
}

fn table(
    part: &mut impl BufRead,
    name: &str,
    received: Timestamp,
    each: &mut dyn FnMut(Observation) -> ControlFlow<()>,
    summary: &mut Summary,
) -> ControlFlow<()> {
    // An archive that cannot be unpacked is no fault of the mail: the next part may be read.
    let Ok(unpacked) = unzip::open(part, MAX_TABLE) else {
        return ControlFlow::Continue(());
    };
    let Some(mut rows) = Rows::open(unpacked, name, received).ok().flatten() else {
        return ControlFlow::Continue(());
    };
    summary.format = Some(rows.format());
    summary.tables += 1;
    let flow = rows.by_ref().try_for_each(each);
    summary.rows += rows.rows();
    flow
}
