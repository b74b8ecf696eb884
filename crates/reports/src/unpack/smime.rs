//! The content of an opaque S/MIME signature (RFC 8551 section 3.5.2): CMS `SignedData` (RFC 5652 section 5.1), down to
//! the bytes that were signed.
//!
//! Read by hand: mail programs write CMS while they stream, in BER with indefinite lengths and chunked strings, which the
//! DER readers of the kept crates refuse. One structure is needed, of which no signature is checked here.

use super::Budget;
use crate::mime::{self, Part};

/// 1.2.840.113549.1.7.2
const SIGNED_DATA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";
/// 1.2.840.113549.1.7.3 and 1.2.840.113549.1.9.16.1.23
const SEALED: [&[u8]; 2] = [b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03", b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17"];
/// 1.2.840.113549.1.7.1
const DATA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
/// Deepest nesting of chunked strings.
const MAX_DEPTH: usize = 8;

/// The parts of the MIME entity inside.
pub(super) fn open<'a>(bytes: &[u8], budget: &mut Budget) -> Option<Vec<Part<'a>>> {
    let info = Reader { rest: bytes }.next()?;
    let mut info = info.inside();
    let kind = info.next()?;
    if SEALED.contains(&kind.value) {
        budget.remark("A part is encrypted with S/MIME: somebody with the key must open it.");
        return None;
    }
    if kind.value != SIGNED_DATA {
        return None;
    }
    let content = signed(info.next()?)?;
    // A MIME entity has no header field that makes it a mail.
    let mut mail = b"MIME-Version: 1.0\r\n".to_vec();
    mail.append(&mut budget.read(content.as_slice(), bytes.len()));
    Some(mime::parse_owned(&mail)?.parts)
}

/// `[0] SignedData { version, digestAlgorithms, encapContentInfo { eContentType, [0] eContent }, … }`
fn signed(wrapped: Element<'_>) -> Option<Vec<u8>> {
    let mut data = wrapped.inside().next()?.inside();
    let (_version, _digests) = (data.next()?, data.next()?);
    let mut encapsulated = data.next()?.inside();
    if encapsulated.next()?.value != DATA {
        return None;
    }
    let mut out = Vec::new();
    octets(&encapsulated.next()?.inside().next()?, 0, &mut out)?;
    Some(out)
}

/// The bytes of an octet string, whole or in chunks.
fn octets(element: &Element<'_>, depth: usize, out: &mut Vec<u8>) -> Option<()> {
    match element.tag {
        0x04 => out.extend_from_slice(element.value),
        0x24 if depth < MAX_DEPTH => {
            let mut chunks = element.inside();
            while let Some(chunk) = chunks.next() {
                octets(&chunk, depth + 1, out)?;
            }
        }
        _ => return None,
    }
    Some(())
}

/// One BER element (X.690).
#[derive(Debug, Clone, Copy)]
struct Element<'b> {
    tag: u8,
    /// The contents, without the end mark of an indefinite length.
    value: &'b [u8],
}

impl<'b> Element<'b> {
    const fn inside(&self) -> Reader<'b> {
        Reader { rest: self.value }
    }
}

struct Reader<'b> {
    rest: &'b [u8],
}

impl<'b> Reader<'b> {
    /// The next element; `None` at the end, at an end mark and at whatever cannot be read.
    fn next(&mut self) -> Option<Element<'b>> {
        let (element, length) = element(self.rest, 0)?;
        self.rest = self.rest.get(length..)?;
        Some(element)
    }
}

/// The element at the start of `bytes`, and how long it is with its head and end mark.
fn element(bytes: &[u8], depth: usize) -> Option<(Element<'_>, usize)> {
    let tag = *bytes.first()?;
    // No tag above 30 occurs in CMS; zero is the end mark.
    if tag == 0 || tag & 0x1f == 0x1f || depth > 32 {
        return None;
    }
    let first = usize::from(*bytes.get(1)?);
    if first == 0x80 {
        let mut at = 2;
        while bytes.get(at..at + 2)? != [0, 0] {
            at += element(&bytes[at..], depth + 1)?.1;
        }
        return Some((Element { tag, value: &bytes[2..at] }, at + 2));
    }
    let (head, length) = if first < 0x80 {
        (2, first)
    } else {
        let count = first & 0x7f;
        let digits = bytes.get(2..2 + count).filter(|_| count <= 4)?;
        (2 + count, digits.iter().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte)))
    };
    Some((Element { tag, value: bytes.get(head..head.checked_add(length)?)? }, head + length))
}
