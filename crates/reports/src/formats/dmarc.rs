//! DMARC aggregate reports (RFC 7489 section 7.2): statistics for the owner of a domain. They come to an abuse desk by
//! the thousand; they accuse nobody, and are kept and set aside.

use std::borrow::Cow;
use std::io::{Cursor, Read as _};

use model::{Format, Noise, Reading};

use super::Entry;
use crate::input::Input;
use crate::mime::{Body, Part};
use crate::rows::unzip;
use crate::xml;

/// The format's entry.
pub const ENTRY: Entry = Entry { name: "dmarc", format: Format::Dmarc, priority: 46, read };

/// Most bytes of a report that are read.
const MAX_REPORT: u64 = 4 << 20;

fn read(input: &Input<'_>, reading: &mut Reading) -> bool {
    let parts = || input.mail.iter().flat_map(|mail| &mail.parts);
    let Some(text) = parts().find_map(|part| unpacked(part, is_report)) else {
        return false;
    };
    crate::envelope::fill(input, reading);
    reading.report = false;
    reading.noise = Some(Noise::Housekeeping);
    reading.automatic = true;
    let leaves = xml::leaves(&text[text.find("<feedback").unwrap_or(0)..]);
    let get = |path: &str| xml::find(&leaves, path).map(|leaf| leaf.text.as_str());
    reading.report_id = get("report_metadata/report_id").map(str::to_owned);
    reading.reporter.name = get("report_metadata/org_name").map(str::to_owned).or(reading.reporter.name.take());
    let sources = leaves.iter().filter(|leaf| leaf.path.ends_with("row/source_ip")).count();
    let domain = get("policy_published/domain").unwrap_or("?");
    reading
        .remarks
        .push(format!("A DMARC aggregate report on {domain} with {sources} sources: statistics, nobody is accused."));
    true
}

fn is_report(head: &[u8]) -> bool {
    let has = |words: &str| memchr::memmem::find(head, words.as_bytes()).is_some();
    has("<feedback") && has("<report_metadata") || has("urn:ietf:params:xml:ns:dmarc-")
}

/// The text of a part, unpacked if need be, if its beginning is what is looked for.
pub(super) fn unpacked(part: &Part<'_>, wanted: fn(&[u8]) -> bool) -> Option<String> {
    let bytes: Cow<'_, [u8]> = match &part.body {
        Body::Text(text) => Cow::Borrowed(text.as_bytes()),
        Body::Html(html) => Cow::Borrowed(html.source().as_bytes()),
        Body::Binary(bytes) => Cow::Borrowed(bytes.as_ref()),
        Body::Mail(_) => return None,
    };
    let packed = bytes.starts_with(b"\x1f\x8b") || bytes.starts_with(b"PK\x03\x04");
    if !packed {
        let text = || String::from_utf8_lossy(&bytes[..bytes.len().min(4 << 20)]).into_owned();
        return wanted(&bytes[..bytes.len().min(4 << 10)]).then(text);
    }
    let mut out = Vec::new();
    let mut reader = unzip::open(Cursor::new(bytes), MAX_REPORT).ok()?;
    // A file that is cut off still has a readable beginning.
    let _ = reader.by_ref().take(4 << 10).read_to_end(&mut out);
    if !wanted(&out) {
        return None;
    }
    let _ = reader.read_to_end(&mut out);
    Some(String::from_utf8_lossy(&out).into_owned())
}
