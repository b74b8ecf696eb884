//! What is packed into a mail comes out and stands in its place: archives, mails as files, Outlook's own containers,
//! signed envelopes. Afterwards a reader sees one tree of parts, whatever it was wrapped in.
//!
//! Everything is bounded ([`Budget`]): bytes in all and of one file, ratio, number, and five levels of any kind. What was
//! not opened stays as it is, and a remark says why.

use std::borrow::Cow;

use crate::charset;
use crate::mime::{self, Body, Mail, Part};

mod archive;
mod outlook;
mod pgp;
mod rtf;
mod sheet;
mod smime;
mod tnef;

/// Most levels of packing, of all kinds together.
pub const MAX_LEVELS: usize = 5;
/// Most bytes unpacked from one report.
pub const MAX_TOTAL: usize = 64 << 20;
/// Most bytes of one unpacked file.
pub const MAX_FILE: usize = mime::MAX_BYTES;
/// Most files unpacked from one report.
pub const MAX_FILES: usize = 500;
/// How many times larger than its packed form a file may be, above [`FREE`] bytes: text rarely shrinks to a hundredth.
pub const MAX_RATIO: usize = 250;
/// Bytes to which any file may grow.
const FREE: usize = 1 << 20;

/// What may still be unpacked.
#[derive(Debug)]
pub(crate) struct Budget {
    bytes: usize,
    files: usize,
    /// Whether the file read last was cut.
    cut: bool,
    remarks: Vec<String>,
}

impl Budget {
    pub(crate) const fn new() -> Self {
        Self { bytes: MAX_TOTAL, files: MAX_FILES, cut: false, remarks: Vec::new() }
    }

    /// Says something to the person who reads the report, once.
    fn remark(&mut self, words: &str) {
        if self.remarks.len() < 10 && !self.remarks.iter().any(|known| known == words) {
            self.remarks.push(words.to_owned());
        }
    }

    /// Whether one more file may be opened.
    fn file(&mut self) -> bool {
        if self.files == 0 {
            self.remark(&format!("More than {MAX_FILES} packed files; the rest was not read."));
            return false;
        }
        self.files -= 1;
        true
    }

    /// Reads a file out of `packed` bytes, as far as the bounds allow.
    fn read(&mut self, reader: impl std::io::Read, packed: usize) -> Vec<u8> {
        let by_ratio = packed.saturating_mul(MAX_RATIO).max(FREE);
        let most = by_ratio.min(MAX_FILE).min(self.bytes);
        let mut out = Vec::new();
        // A file that is cut off still has a readable start.
        let _ = std::io::Read::take(reader, most as u64 + 1).read_to_end_capped(&mut out);
        self.cut = out.len() > most;
        if self.cut {
            out.truncate(most);
            self.remark("A packed file is larger than may be unpacked; only its start was read.");
        }
        self.bytes -= out.len();
        out
    }
}

/// `read_to_end` that keeps what it has when the data ends in a fault.
trait ReadCapped {
    fn read_to_end_capped(self, out: &mut Vec<u8>) -> std::io::Result<usize>;
}

impl<R: std::io::Read> ReadCapped for std::io::Take<R> {
    fn read_to_end_capped(mut self, out: &mut Vec<u8>) -> std::io::Result<usize> {
        std::io::Read::read_to_end(&mut self, out)
    }
}

/// Opens everything in `mail`; the remarks go to the mail.
pub(crate) fn expand(mail: &mut Mail<'_>, budget: &mut Budget) {
    expand_level(mail, budget, 0);
    mail.remarks.append(&mut budget.remarks);
}

fn expand_level(mail: &mut Mail<'_>, budget: &mut Budget, level: usize) {
    if !mail.parts.iter().any(|part| matches!(part.body, Body::Mail(_)) || kind_of(part).is_some()) {
        return;
    }
    let mut parts = Vec::with_capacity(mail.parts.len());
    for mut part in std::mem::take(&mut mail.parts) {
        if let Body::Mail(inner) = &mut part.body {
            expand_level(inner, budget, level);
        }
        let opened = match kind_of(&part) {
            None => None,
            Some(_) if level >= MAX_LEVELS => {
                budget.remark(&format!("Packed more than {MAX_LEVELS} times; the innermost was not opened."));
                None
            }
            Some(kind) => kind.open(&part, budget),
        };
        match opened {
            None => parts.push(part),
            // A table beyond the bounds stays packed: the formats that are tables read it row by row.
            Some(members) if budget.cut && matches!(members.as_slice(), [only] if only.kind == "text/csv") => {
                parts.push(part);
            }
            Some(members) => {
                let mut inside = Mail { parts: members, ..Mail::default() };
                expand_level(&mut inside, budget, level + 1);
                parts.append(&mut inside.parts);
                mail.remarks.append(&mut inside.remarks);
            }
        }
    }
    parts.truncate(mime::MAX_PARTS);
    mail.parts = parts;
}

/// What can be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Gzip,
    Zip,
    Sheet,
    Eml,
    Msg,
    Tnef,
    Smime,
    PgpText,
    PgpSealed,
}

/// Office documents and programs are ZIP archives, too, and hold nothing to read here; workbooks do.
const ZIP_BASED: &[&str] =
    &[".docx", ".pptx", ".odt", ".ods", ".odp", ".jar", ".apk", ".epub", ".xpi", ".kmz", ".vsdx"];

fn kind_of(part: &Part<'_>) -> Option<Kind> {
    let name = part.name.as_deref().unwrap_or("");
    let ends = |end: &str| {
        name.len() >= end.len() && {
            let tail = name.as_bytes().get(name.len() - end.len()..).unwrap_or_default();
            tail.eq_ignore_ascii_case(end.as_bytes())
        }
    };
    match &part.body {
        Body::Binary(bytes) if bytes.starts_with(b"\x1f\x8b") => Some(Kind::Gzip),
        Body::Binary(bytes)
            if bytes.starts_with(b"PK\x03\x04") && (ends(".xlsx") || part.kind.ends_with("spreadsheetml.sheet")) =>
        {
            Some(Kind::Sheet)
        }
        Body::Binary(bytes) if bytes.starts_with(b"PK\x03\x04") => {
            (!ZIP_BASED.iter().any(|end| ends(end)) && !part.kind.contains("document")).then_some(Kind::Zip)
        }
        Body::Binary(bytes) if bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") => {
            (ends(".msg") || part.kind == "application/vnd.ms-outlook").then_some(Kind::Msg)
        }
        Body::Binary(bytes) if bytes.starts_with(b"\x78\x9f\x3e\x22") => Some(Kind::Tnef),
        Body::Binary(bytes) if bytes.starts_with(b"\x30") && (part.kind.ends_with("pkcs7-mime") || ends(".p7m")) => {
            Some(Kind::Smime)
        }
        _ if part.kind == "application/pgp-encrypted" => Some(Kind::PgpSealed),
        Body::Text(text) if ends(".eml") => mime::looks_like_mail(text.as_bytes()).then_some(Kind::Eml),
        Body::Binary(bytes) if ends(".eml") || part.kind == "message/rfc822" => {
            mime::looks_like_mail(bytes).then_some(Kind::Eml)
        }
        Body::Text(text) if memchr::memmem::find(text.as_bytes(), b"-----BEGIN PGP ").is_some() => pgp::kind(text),
        _ => None,
    }
}

impl Kind {
    fn open<'a>(self, part: &Part<'_>, budget: &mut Budget) -> Option<Vec<Part<'a>>> {
        let bytes: &[u8] = match &part.body {
            Body::Binary(bytes) => bytes,
            Body::Text(text) => text.as_bytes(),
            _ => &[],
        };
        if !budget.file() {
            return None;
        }
        let name = part.name.as_deref();
        match self {
            Self::Gzip => archive::gzip(bytes, name, budget),
            Self::Zip => archive::zip(bytes, budget),
            Self::Sheet => sheet::read(bytes, budget),
            Self::Eml => Some(vec![mail_part(mime::parse_owned(bytes)?, name)]),
            Self::Msg => Some(vec![mail_part(outlook::read(bytes, budget)?, name)]),
            Self::Tnef => tnef::read(bytes, budget),
            Self::Smime => smime::open(bytes, budget),
            Self::PgpText => match &part.body {
                Body::Text(text) => Some(vec![pgp::open(text, part)?]),
                _ => None,
            },
            Self::PgpSealed => {
                budget.remark("A part is encrypted with PGP: somebody with the key must open it.");
                None
            }
        }
    }
}

fn mail_part<'a>(mail: Mail<'a>, name: Option<&str>) -> Part<'a> {
    Part {
        kind: "message/rfc822".to_owned(),
        name: name.map(str::to_owned),
        alternative: None,
        attached: true,
        body: Body::Mail(Box::new(mail)),
    }
}

/// The cells of a workbook's sheet, whose document is also the one with its strings.
pub(crate) fn sheet(xml: &str) -> String {
    let mut room = sheet::MAX_TEXT;
    sheet::table(xml, &sheet::strings(xml), &mut room)
}

/// A file as a part; its kind by its name, else by its look.
fn file_part<'a>(name: Option<String>, bytes: Vec<u8>) -> Part<'a> {
    let lower = name.as_deref().unwrap_or("").to_ascii_lowercase();
    let by_name = [
        (".csv", "text/csv"),
        (".json", "application/json"),
        (".xml", "application/xml"),
        (".html", "text/html"),
        (".htm", "text/html"),
        (".eml", "message/rfc822"),
        (".txt", "text/plain"),
        (".log", "text/plain"),
        (".yaml", "text/plain"),
        (".yml", "text/plain"),
    ];
    let kind = by_name.iter().find(|(end, _)| lower.ends_with(end)).map_or_else(|| by_look(&bytes), |(_, kind)| kind);
    Part { kind: kind.to_owned(), name, alternative: None, attached: true, body: Body::Binary(Cow::Owned(bytes)) }
}

fn by_look(bytes: &[u8]) -> &'static str {
    if !charset::looks_like_text(bytes) {
        return "application/octet-stream";
    }
    let line = &bytes[..memchr::memchr(b'\n', bytes).unwrap_or(bytes.len()).min(8 << 10)];
    let count = |separator: u8| memchr::memchr_iter(separator, line).count();
    if count(b',') >= 3 || count(b';') >= 3 { "text/csv" } else { "text/plain" }
}

#[cfg(test)]
mod tests;
