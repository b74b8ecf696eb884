//! Outlook's `winmail.dat` (MS-OXTNEF): the text and the attachments that Exchange put into one file.

use super::{Budget, file_part, mail_part, rtf};
use crate::mime::{Body, Mail, Part};

const BODY: u32 = 0x0002_800c;
const PROPERTIES: u32 = 0x0006_9003;
const NEW_ATTACHMENT: u32 = 0x0006_9002;
const TITLE: u32 = 0x0001_8010;
const DATA: u32 = 0x0006_800f;
const ATTACHMENT: u32 = 0x0006_9005;
/// Most attributes and properties of one file.
const MAX_ITEMS: usize = 5_000;
/// Deepest mail inside a mail.
const MAX_DEPTH: usize = 4;

#[derive(Default)]
struct Attachment {
    name: Option<String>,
    data: Option<Vec<u8>>,
    mail: Option<Vec<u8>>,
}

/// The parts of a TNEF file: text, HTML, attachments.
pub(super) fn read<'a>(bytes: &[u8], budget: &mut Budget) -> Option<Vec<Part<'a>>> {
    let parts = parts(bytes, budget, 0);
    (!parts.is_empty()).then_some(parts)
}

fn parts<'a>(bytes: &[u8], budget: &mut Budget, depth: usize) -> Vec<Part<'a>> {
    let (mut text, mut html, mut attachments) = (None, None, Vec::<Attachment>::new());
    let mut packed: &[u8] = &[];
    let mut rest = bytes.get(6..).unwrap_or_default();
    for _ in 0..MAX_ITEMS {
        let Some((id, value, next)) = attribute(rest) else { break };
        rest = next;
        match id {
            BODY => text = Some(words(value)),
            PROPERTIES => {
                for (property, kind, value) in properties(value) {
                    match property {
                        0x1000 => text = text.or_else(|| Some(property_text(kind, value))),
                        0x1009 => packed = value,
                        0x1013 => html = Some(property_text(kind, value)),
                        _ => {}
                    }
                }
            }
            NEW_ATTACHMENT if budget.file() => attachments.push(Attachment::default()),
            NEW_ATTACHMENT => break,
            _ => {
                if let Some(last) = attachments.last_mut() {
                    last.take(id, value, budget);
                }
            }
        }
    }
    let (text, html) = rtf::fill(text, html, packed, budget);
    let both = text.is_some() && html.is_some();
    let body = |kind: &str, body| Part {
        kind: kind.to_owned(),
        name: None,
        alternative: both.then_some(u32::MAX),
        attached: false,
        body,
    };
    let mut out: Vec<Part<'a>> = Vec::new();
    out.extend(text.map(|text| body("text/plain", Body::Text(text.into()))));
    out.extend(html.map(|html| body("text/html", Body::Html(std::borrow::Cow::Owned::<str>(html).into()))));
    for one in attachments {
        if let Some(inner) = one.mail.filter(|_| depth < MAX_DEPTH) {
            let mail =
                Mail { kind: "multipart/mixed".to_owned(), parts: parts(&inner, budget, depth + 1), ..Mail::default() };
            out.push(mail_part(mail, one.name.as_deref()));
        } else if let Some(data) = one.data {
            out.push(file_part(one.name, data));
        }
    }
    out
}

impl Attachment {
    fn take(&mut self, id: u32, value: &[u8], budget: &mut Budget) {
        match id {
            TITLE => self.name = self.name.take().or_else(|| Some(words(value))),
            DATA => self.data = Some(budget.read(value, value.len())),
            ATTACHMENT => {
                for (property, kind, value) in properties(value) {
                    match (property, kind) {
                        (0x3707, _) => self.name = Some(property_text(kind, value)),
                        // An object: its interface (16 bytes), then a TNEF file of its own.
                        (0x3701, 0x000d) => {
                            self.mail =
                                value.get(16..).filter(|v| v.starts_with(b"\x78\x9f\x3e\x22")).map(<[u8]>::to_vec);
                        }
                        (0x3701, _) => self.data = Some(budget.read(value, value.len())),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// Level, id, length, value, checksum; what follows.
fn attribute(bytes: &[u8]) -> Option<(u32, &[u8], &[u8])> {
    let id = u32_at(bytes, 1)?;
    let length = usize::try_from(u32_at(bytes, 5)?).ok()?;
    let end = 9_usize.checked_add(length)?;
    Some((id, bytes.get(9..end)?, bytes.get(end + 2..).unwrap_or_default()))
}

/// The properties of a property list (MS-OXTNEF section 2.1.3.4) with id and type; multiple values by their first.
fn properties(bytes: &[u8]) -> Vec<(u16, u16, &[u8])> {
    let mut out = Vec::new();
    let mut at = 4;
    for _ in 0..MAX_ITEMS {
        match property(bytes, &mut at) {
            Some(found) => out.push(found),
            None => break,
        }
    }
    out
}

fn property<'b>(bytes: &'b [u8], at: &mut usize) -> Option<(u16, u16, &'b [u8])> {
    let (kind, id) = (u16_at(bytes, *at)?, u16_at(bytes, *at + 2)?);
    *at += 4;
    if id >= 0x8000 {
        // A named property: GUID, then a number or a name.
        let by_name = u32_at(bytes, *at + 16)? == 1;
        let length = if by_name { padded(u32_at(bytes, *at + 20)?)? } else { 0 };
        *at = at.checked_add(24)?.checked_add(length)?;
    }
    let many = kind & 0x1000 != 0;
    let kind = kind & 0x0fff;
    let is_long = matches!(kind, 0x000d | 0x001e | 0x001f | 0x0102);
    let count = if many || is_long {
        *at += 4;
        u32_at(bytes, *at - 4)?
    } else {
        1
    };
    let mut first = None;
    for _ in 0..usize::try_from(count).ok()?.min(MAX_ITEMS) {
        let (length, step) = match kind {
            _ if is_long => {
                let length = u32_at(bytes, *at)?;
                *at += 4;
                (usize::try_from(length).ok()?, padded(length)?)
            }
            0x0005 | 0x0006 | 0x0007 | 0x0014 | 0x0040 => (8, 8),
            0x0048 => (16, 16),
            _ => (4, 4),
        };
        let value = bytes.get(*at..at.checked_add(length)?)?;
        *at = at.checked_add(step)?;
        first.get_or_insert(value);
    }
    Some((id, kind, first.unwrap_or_default()))
}

fn padded(length: u32) -> Option<usize> {
    usize::try_from(length).ok()?.checked_next_multiple_of(4)
}

fn property_text(kind: u16, value: &[u8]) -> String {
    if kind == 0x001f { utf16(value) } else { words(value) }
}

/// Text in the sender's code page, up to its zero.
fn words(value: &[u8]) -> String {
    let value = value.strip_suffix(b"\0").unwrap_or(value);
    crate::charset::decode_unlabelled(value).into_owned()
}

/// UTF-16LE text without its zero.
pub(super) fn utf16(value: &[u8]) -> String {
    let units = value.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    let text: String = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    text.trim_end_matches('\0').to_owned()
}
