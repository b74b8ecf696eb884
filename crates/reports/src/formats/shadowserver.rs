//! Shadowserver reports: a table whose file name says the type of the report, as CSV, in ZIP or gzip, or behind a link.

use std::io::{BufRead, Cursor};
use std::ops::ControlFlow;

use model::{Format, Reading};

use super::Entry;
use crate::input::{Input, Wanted, part_name};
use crate::mime::{Body, Part};
use crate::rows::{Rows, stream, unzip};

/// The format's entry.
pub const ENTRY: Entry = Entry { name: "shadowserver", format: Format::Shadowserver, priority: 44, read };

/// Most bytes unpacked from one attachment; larger tables go through [`crate::rows::stream`].
const MAX_TABLE: u64 = 512 << 20;

fn read(input: &Input<'_>, reading: &mut Reading) -> bool {
    // A larger mail was cut for the other readers, and its tables with it: it is read through instead.
    let large = input.raw.len() > crate::mime::MAX_BYTES;
    let mut tables = if large { read_through(input, reading) } else { 0 };
    let levels = if large { Vec::new() } else { input.levels() };
    for mail in levels {
        for (index, part) in mail.parts.iter().enumerate() {
            let Some(bytes) = table_bytes(part) else { continue };
            let name = part_name(part, index);
            let opened =
                unzip::open(Cursor::new(bytes), MAX_TABLE).and_then(|table| Rows::open(table, &name, input.received));
            let Some(mut rows) = opened.ok().flatten().filter(|rows| rows.format() == Format::Shadowserver) else {
                continue;
            };
            if tables == 0 {
                crate::envelope::fill(input, reading);
            }
            tables += 1;
            take(&mut rows, input, reading);
        }
    }
    if tables == 0 && !is_link(input) {
        return false;
    }
    if tables == 0 {
        crate::envelope::fill(input, reading);
        reading
            .remarks
            .push("The rows of this Shadowserver report are behind its link: fetch the file and submit it.".to_owned());
    } else if reading.observations.is_empty() && input.window.is_first() {
        // A table with a head and no rows says that there was nothing.
        reading.report = false;
        reading.noise = Some(model::Noise::Housekeeping);
        reading.remarks.push("The table has no rows: nothing was seen.".to_owned());
    }
    reading.automatic = true;
    true
}

/// Reads a mail that is larger than what is looked at whole; how many tables it has.
fn read_through(input: &Input<'_>, reading: &mut Reading) -> u32 {
    let (mut seen, mut rest) = (Vec::new(), 0_u64);
    let mut each = |one| {
        match input.window.wants(seen.len()) {
            Wanted::Passed => {}
            Wanted::Taken => seen.push(one),
            Wanted::Rest => rest += 1,
        }
        ControlFlow::Continue(())
    };
    let summary = stream::mail(Cursor::new(input.raw), input.received, &mut each).unwrap_or_default();
    if summary.format != Some(Format::Shadowserver) {
        return 0;
    }
    crate::envelope::fill(input, reading);
    reading.observations = seen;
    reading.rest += rest;
    summary.tables
}

/// The rows that are wanted; those behind them are counted.
pub(super) fn take(rows: &mut Rows<impl BufRead>, input: &Input<'_>, reading: &mut Reading) {
    while let Some(seen) = rows.next() {
        match input.window.wants(reading.observations.len()) {
            Wanted::Passed => {}
            Wanted::Taken => reading.observations.push(seen),
            Wanted::Rest => {
                reading.rest += 1 + rows.count_rest();
                return;
            }
        }
    }
}

/// The bytes of a part that may be a table: packed, or with the one column that every report has at its head.
fn table_bytes<'p>(part: &'p Part<'_>) -> Option<&'p [u8]> {
    let bytes = match &part.body {
        Body::Text(text) if part.kind == "text/csv" || part.attached || part.name.is_some() => text.as_bytes(),
        Body::Binary(bytes) => bytes.as_ref(),
        _ => return None,
    };
    let packed = bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\x1f\x8b");
    (packed || memchr::memmem::find(&bytes[..bytes.len().min(8 << 10)], b"timestamp").is_some()).then_some(bytes)
}

/// A mail of Shadowserver that only says where the report can be had.
fn is_link(input: &Input<'_>) -> bool {
    input.mail.as_ref().is_some_and(|mail| {
        let from = mail.header("From").and_then(crate::envelope::mailbox);
        from.is_some_and(|(_, address)| address.to_ascii_lowercase().ends_with("@shadowserver.org"))
            && crate::envelope::readable(mail).contains("://dl.shadowserver.org/")
    })
}
