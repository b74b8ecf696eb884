//! A mail that Outlook saved as `.msg` (MS-OXMSG): properties as streams of a compound file.

use std::borrow::Cow;
use std::io::Cursor;

use cfb::CompoundFile;
use jiff::{SignedDuration, Timestamp};

use super::tnef::utf16;
use super::{Budget, file_part, mail_part, rtf};
use crate::mime::{self, Body, Field, Mail, Part};

/// Deepest mail inside a mail.
const MAX_DEPTH: usize = 4;
/// Most attachments of one mail.
const MAX_ATTACHMENTS: usize = 200;
/// 1601-01-01, the start of Windows' time, in seconds before 1970.
const WINDOWS_EPOCH: i64 = -11_644_473_600;

type File<'b> = CompoundFile<Cursor<&'b [u8]>>;

/// The mail in a `.msg` file.
pub(super) fn read<'a>(bytes: &[u8], budget: &mut Budget) -> Option<Mail<'a>> {
    let mut file = CompoundFile::open(Cursor::new(bytes)).ok()?;
    file.exists("/__properties_version1.0").then(|| mail(&mut file, "", budget, 0))
}

fn mail<'a>(file: &mut File<'_>, folder: &str, budget: &mut Budget, depth: usize) -> Mail<'a> {
    let mut mail = Mail { kind: "multipart/mixed".to_owned(), ..Mail::default() };
    mail.fields = text(file, folder, "007D", budget)
        .and_then(|headers| mime::parse_embedded(&headers))
        .map_or_else(|| fields(file, folder, budget), |read| read.fields);
    let plain = text(file, folder, "1000", budget).filter(|text| !text.trim().is_empty());
    let html = stream(file, &format!("{folder}/__substg1.0_10130102"), budget)
        .map(|bytes| crate::charset::decode_unlabelled(&bytes).into_owned())
        .or_else(|| text(file, folder, "1013", budget));
    let packed = stream(file, &format!("{folder}/__substg1.0_10090102"), budget).unwrap_or_default();
    let (plain, html) = rtf::fill(plain, html, &packed, budget);
    let group = (plain.is_some() && html.is_some()).then_some(u32::MAX);
    let body = |kind: &str, body| Part { kind: kind.to_owned(), name: None, alternative: group, attached: false, body };
    mail.parts.extend(plain.map(|text| body("text/plain", Body::Text(Cow::Owned(text)))));
    mail.parts.extend(html.map(|html| body("text/html", Body::Html(Cow::Owned::<str>(html).into()))));
    for attachment in attachments(file, folder) {
        if !budget.file() {
            break;
        }
        let name = text(file, &attachment, "3707", budget).or_else(|| text(file, &attachment, "3704", budget));
        let inner = format!("{attachment}/__substg1.0_3701000D");
        if file.is_storage(&inner) && depth < MAX_DEPTH {
            let inner = self::mail(file, &inner, budget, depth + 1);
            mail.parts.push(mail_part(inner, name.as_deref()));
        } else if let Some(data) = stream(file, &format!("{attachment}/__substg1.0_37010102"), budget) {
            mail.parts.push(file_part(name, data));
        }
    }
    mail
}

/// The folders of the attachments, in order.
fn attachments(file: &File<'_>, folder: &str) -> Vec<String> {
    let root = if folder.is_empty() { "/" } else { folder };
    let Ok(entries) = file.read_storage(root) else { return Vec::new() };
    entries
        .filter(|entry| entry.is_storage() && entry.name().starts_with("__attach_version1.0_"))
        .take(MAX_ATTACHMENTS)
        .map(|entry| format!("{folder}/{}", entry.name()))
        .collect()
}

/// Without transport headers (a mail that was never sent): the fields out of the properties.
fn fields<'a>(file: &mut File<'_>, folder: &str, budget: &mut Budget) -> Vec<Field<'a>> {
    let mut out = Vec::new();
    let mut add = |name: &'static str, value: Option<String>| {
        out.extend(value.map(|value| Field { name: Cow::Borrowed(name), value: Cow::Owned(value) }));
    };
    let address = text(file, folder, "5D01", budget)
        .or_else(|| text(file, folder, "0C1F", budget))
        .filter(|address| address.contains('@'));
    let name = text(file, folder, "0C1A", budget);
    add(
        "From",
        match (name, address) {
            (Some(name), Some(address)) => Some(format!("\"{}\" <{address}>", name.replace('"', ""))),
            (name, address) => address.or(name),
        },
    );
    add("To", text(file, folder, "0E04", budget));
    add("Subject", text(file, folder, "0037", budget));
    add("Message-ID", text(file, folder, "1035", budget));
    add("Date", submitted(file, folder, budget).map(|at| at.to_string()));
    out
}

/// A string property, in Unicode or in the sender's code page.
fn text(file: &mut File<'_>, folder: &str, id: &str, budget: &mut Budget) -> Option<String> {
    if let Some(bytes) = stream(file, &format!("{folder}/__substg1.0_{id}001F"), budget) {
        return Some(utf16(&bytes));
    }
    let bytes = stream(file, &format!("{folder}/__substg1.0_{id}001E"), budget)?;
    Some(crate::charset::decode_unlabelled(&bytes).trim_end_matches('\0').to_owned())
}

fn stream(file: &mut File<'_>, path: &str, budget: &mut Budget) -> Option<Vec<u8>> {
    if !file.is_stream(path) {
        return None;
    }
    let stream = file.open_stream(path).ok()?;
    let length = usize::try_from(stream.len()).ok()?;
    Some(budget.read(stream, length))
}

/// When the mail was handed in (`PidTagClientSubmitTime`): 16-byte entries with tag and value behind a head, which is
/// 32 bytes in the outermost mail and 24 in an inner one.
fn submitted(file: &mut File<'_>, folder: &str, budget: &mut Budget) -> Option<Timestamp> {
    let bytes = stream(file, &format!("{folder}/__properties_version1.0"), budget)?;
    let head = if folder.is_empty() { 32 } else { 24 };
    let entry = bytes.get(head..)?.chunks_exact(16).find(|entry| entry[..4] == [0x40, 0x00, 0x39, 0x00])?;
    let ticks = i64::from_le_bytes(entry.get(8..16)?.try_into().ok()?);
    let epoch = Timestamp::from_second(WINDOWS_EPOCH).ok()?;
    epoch.checked_add(SignedDuration::from_micros(ticks / 10)).ok()
}
