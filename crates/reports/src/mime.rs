//! Mail bytes to a small tree of decoded headers and parts. The only file that knows the MIME library.
//!
//! Everything is bounded before the library sees it: size, header block, nesting. What was cut is said in
//! [`Mail::remarks`]; the raw report itself is kept elsewhere in full.

use std::borrow::Cow;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;

use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::{Encoding, Header, HeaderName, Message, MessageParser, MessagePart, MimeHeaders as _, PartType};

use crate::html::Html;
use crate::{charset, transfer};

/// Most bytes of one mail that are looked at.
pub const MAX_BYTES: usize = 32 << 20;
/// Most bytes of the outer header block.
const MAX_HEADER_BYTES: usize = 256 << 10;
/// Most multipart and message containers in one mail; the tree of the library is as deep as these are nested.
const MAX_CONTAINERS: usize = 256;
/// Most leaves kept.
pub(crate) const MAX_PARTS: usize = 1_000;
/// Deepest nested message that is kept.
const MAX_DEPTH: usize = 8;

/// One decoded header field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field<'a> {
    /// Name as written.
    pub name: Cow<'a, str>,
    /// Unfolded value with encoded words decoded (RFC 2047).
    pub value: Cow<'a, str>,
}

/// What a leaf of the tree holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Body<'a> {
    /// Decoded text.
    Text(Cow<'a, str>),
    /// Decoded HTML source.
    Html(Html<'a>),
    /// Anything else, transfer encoding undone.
    Binary(Cow<'a, [u8]>),
    /// A mail inside the mail.
    Mail(Box<Mail<'a>>),
}

/// A leaf of the MIME tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Part<'a> {
    /// Media type, lower case, without parameters.
    pub kind: String,
    /// File name, if one is given.
    pub name: Option<String>,
    /// Number of the `multipart/alternative` this part is a version of.
    pub alternative: Option<u32>,
    /// Marked as an attachment.
    pub attached: bool,
    /// The content.
    pub body: Body<'a>,
}

impl Part<'_> {
    /// The content as text: text parts as they are, text-like binaries decoded leniently.
    pub fn text(&self) -> Option<Cow<'_, str>> {
        match &self.body {
            Body::Text(text) => Some(Cow::Borrowed(text.as_ref())),
            Body::Html(html) => Some(Cow::Borrowed(html.source())),
            Body::Binary(bytes) if charset::looks_like_text(bytes) => Some(charset::decode_unlabelled(bytes)),
            Body::Binary(_) | Body::Mail(_) => None,
        }
    }
}

/// A decoded mail.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Mail<'a> {
    /// Header fields in order.
    pub fields: Vec<Field<'a>>,
    /// Media type of the whole, lower case.
    pub kind: String,
    /// `report-type` of a `multipart/report`, lower case.
    pub report_type: Option<String>,
    /// Leaves in reading order.
    pub parts: Vec<Part<'a>>,
    /// What could not be read or was cut.
    pub remarks: Vec<String>,
    /// The bytes of a mail inside another one, as they stood: what its signatures cover.
    pub raw: Option<Cow<'a, [u8]>>,
}

impl Mail<'_> {
    /// The first field of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let field = self.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name))?;
        Some(field.value.as_ref())
    }

    /// All fields of this name, top first.
    pub fn headers<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s str> {
        self.fields.iter().filter(move |field| field.name.eq_ignore_ascii_case(name)).map(|field| field.value.as_ref())
    }

    /// Mails directly inside this one.
    pub fn nested(&self) -> impl Iterator<Item = &Mail<'_>> {
        self.parts.iter().filter_map(|part| match &part.body {
            Body::Mail(mail) => Some(mail.as_ref()),
            _ => None,
        })
    }
}

/// Finds the parts, and decodes the fields that say what they are. The values of all other fields are taken from the bytes
/// of the top header alone ([`crate::encoded_words`]), and transfer encodings are undone behind it ([`crate::transfer`]).
static SPLITTER: LazyLock<MessageParser> = LazyLock::new(|| {
    MessageParser::new()
        .header_content_type(HeaderName::ContentType)
        .header_content_type(HeaderName::ContentDisposition)
        .default_header_ignore()
});

/// The same for mails that hold mails: one that is encoded, though RFC 2046 (section 5.2.1) forbids it, must be decoded
/// before its parts are found.
static DECODER: LazyLock<MessageParser> =
    LazyLock::new(|| SPLITTER.clone().header_text(HeaderName::ContentTransferEncoding));

/// Reads `raw` as a mail. `None` if it has no header field at all.
pub fn parse(raw: &[u8]) -> Option<Mail<'_>> {
    let mut remarks = Vec::new();
    let (bounded, parser) = bound(raw, &mut remarks);
    let mut mail = match bounded {
        Cow::Borrowed(bytes) => parse_bounded(bytes, parser)?,
        Cow::Owned(bytes) => into_owned(parse_bounded(&bytes, parser)?),
    };
    mail.remarks.splice(0..0, remarks);
    Some(mail)
}

/// Reads a block of header lines (such as `text/rfc822-headers`) as a mail.
pub fn parse_embedded(text: &str) -> Option<Mail<'static>> {
    let text = text.trim_start_matches(['\u{feff}', '\r', '\n', ' ', '\t']);
    parse(text.as_bytes()).map(into_owned)
}

/// Reads bytes that came out of another file.
pub(crate) fn parse_owned(raw: &[u8]) -> Option<Mail<'static>> {
    let mail = into_owned(parse(raw)?);
    Some(Mail { raw: Some(Cow::Owned(raw.to_vec())), ..mail })
}

/// Whether bytes start with header fields, one of which every mail has.
pub(crate) fn looks_like_mail(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(16 << 10)];
    let head = String::from_utf8_lossy(&head[..header_end(head)]);
    let mut lines = head.trim_start_matches(['\u{feff}', '\r', '\n']).lines().peekable();
    if lines.peek().is_some_and(|line| line.starts_with("From ")) {
        lines.next();
    }
    let is_field = |line: &str| {
        line.split_once(':').is_some_and(|(name, _)| !name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic()))
    };
    let known = |line: &str| {
        let name = line.split(':').next().unwrap_or("");
        ["from", "received", "subject", "date", "message-id", "return-path"]
            .iter()
            .any(|one| name.eq_ignore_ascii_case(one))
    };
    lines.peek().is_some_and(|line| is_field(line)) && lines.any(known)
}

fn parse_bounded<'a>(bytes: &'a [u8], parser: &MessageParser) -> Option<Mail<'a>> {
    // The library promises not to panic; a bug in it must still not take a worker down.
    let message = catch_unwind(AssertUnwindSafe(|| parser.parse(bytes)));
    match message {
        Ok(message) => Some(convert(message?, 0)).filter(|mail| !mail.fields.is_empty()),
        Err(_) => Some(Mail {
            fields: vec![Field { name: Cow::Borrowed("X-Unreadable"), value: Cow::Borrowed("yes") }],
            kind: "text/plain".to_owned(),
            parts: vec![Part {
                kind: "text/plain".to_owned(),
                name: None,
                alternative: None,
                attached: false,
                body: Body::Text(charset::decode_unlabelled(bytes)),
            }],
            remarks: vec!["The MIME structure could not be read; the mail was read as plain text.".to_owned()],
            ..Mail::default()
        }),
    }
}

/// Cuts what no honest mail has: size, header block, nesting; also undoes CR-only line ends and an mbox `From ` line.
/// Says by what the rest is to be parsed.
fn bound<'a>(raw: &'a [u8], remarks: &mut Vec<String>) -> (Cow<'a, [u8]>, &'static MessageParser) {
    let mut bytes = raw;
    if bytes.len() > MAX_BYTES {
        bytes = &bytes[..MAX_BYTES];
        remarks.push(format!("Only the first {} MiB were read.", MAX_BYTES >> 20));
    }
    let lead = bytes.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    bytes = &bytes[lead..];
    if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        bytes = rest;
    }
    if bytes.starts_with(b"From ") || bytes.starts_with(b">From ") {
        bytes = memchr::memchr(b'\n', bytes).map_or(bytes, |end| &bytes[end + 1..]);
    }
    let containers = Containers::of(bytes);
    let parser: &MessageParser = if containers.mails { &DECODER } else { &SPLITTER };
    if let Some(end) = containers.end {
        bytes = &bytes[..end];
        remarks.push(format!("More than {MAX_CONTAINERS} nested parts; the rest was not read."));
    }
    let mut cow = Cow::Borrowed(bytes);
    if memchr::memchr(b'\n', bytes).is_none() && memchr::memchr(b'\r', bytes).is_some() {
        cow = Cow::Owned(bytes.iter().map(|&b| if b == b'\r' { b'\n' } else { b }).collect());
    }
    let head = header_end(&cow);
    if head > MAX_HEADER_BYTES {
        remarks.push(format!("Only the first {} KiB of the header were read.", MAX_HEADER_BYTES >> 10));
        let cut = memchr::memrchr(b'\n', &cow[..MAX_HEADER_BYTES]).unwrap_or(MAX_HEADER_BYTES);
        let mut short = cow[..cut].to_vec();
        short.extend_from_slice(b"\n\n");
        short.extend_from_slice(&cow[head..]);
        return (Cow::Owned(short), parser);
    }
    (cow, parser)
}

fn header_end(bytes: &[u8]) -> usize {
    // The first line end that another one follows; the one in front of it belongs to the header's last line.
    let ends = memchr::memchr_iter(b'\n', bytes).find_map(|at| match bytes.get(at + 1..) {
        Some([b'\n', ..]) => Some(at),
        Some([b'\r', b'\n', ..]) if bytes[..at].ends_with(b"\r") => Some(at - 1),
        _ => None,
    });
    ends.unwrap_or(bytes.len())
}

/// What the types of the parts say, before anything is parsed.
#[derive(Default)]
struct Containers {
    /// Where the 257th container starts, if there are so many: the library's tree is dropped recursively.
    end: Option<usize>,
    /// A part may be a mail of its own, by its type or because it is in a digest.
    mails: bool,
}

impl Containers {
    fn of(bytes: &[u8]) -> Self {
        let (mut found, mut seen) = (Self::default(), 0);
        for at in memchr::memchr_iter(b'/', bytes) {
            // Base64 is full of slashes: the letter in front tells nearly all of them apart.
            let before = &bytes[at.saturating_sub(9)..at];
            if !before.last().is_some_and(|letter| matches!(letter.to_ascii_lowercase(), b'e' | b't')) {
                continue;
            }
            let mail = ends_ignore_case(before, b"message");
            if mail || ends_ignore_case(before, b"multipart") {
                let digest = bytes.get(at + 1..at + 7).is_some_and(|kind| kind.eq_ignore_ascii_case(b"digest"));
                found.mails |= mail || digest;
                seen += 1;
                if seen > MAX_CONTAINERS {
                    found.end = Some(at);
                    break;
                }
            }
        }
        found
    }
}

fn ends_ignore_case(bytes: &[u8], word: &[u8]) -> bool {
    bytes.len() >= word.len() && bytes[bytes.len() - word.len()..].eq_ignore_ascii_case(word)
}

fn convert(message: Message<'_>, depth: usize) -> Mail<'_> {
    let mut mail = Mail::default();
    let mut parts: Vec<Option<MessagePart<'_>>> = message.parts.into_iter().map(Some).collect();
    if let Some(Some(root)) = parts.first_mut() {
        let kind = root.content_type();
        mail.kind = media_type(kind).unwrap_or_else(|| "text/plain".to_owned());
        mail.report_type = kind.and_then(|kind| kind.attribute("report-type")).map(str::to_ascii_lowercase);
        mail.fields.extend(root.headers.iter().filter_map(|header| field(header, &message.raw_message)));
        let place = root.offset_header as usize..root.offset_end as usize;
        mail.raw = (depth > 0).then(|| slice(&message.raw_message, place)).flatten();
    }
    let mut walk = Walk { raw: &message.raw_message, alternatives: 0, depth };
    walk.visit(&mut parts, 0, None, &mut mail, 0);
    mail
}

fn slice<'a>(raw: &Cow<'a, [u8]>, place: Range<usize>) -> Option<Cow<'a, [u8]>> {
    Some(match raw {
        Cow::Borrowed(bytes) => Cow::Borrowed(bytes.get(place)?),
        Cow::Owned(bytes) => Cow::Owned(bytes.get(place)?.to_vec()),
    })
}

/// A header field with its value; none if it has no value, or one that has been read as a media type or disposition.
fn field<'a>(header: &Header<'a>, raw: &Cow<'a, [u8]>) -> Option<Field<'a>> {
    let name = match &header.name {
        HeaderName::ContentType | HeaderName::ContentDisposition => return None,
        HeaderName::Other(name) => name.clone(),
        known => Cow::Borrowed(known.as_static_str()),
    };
    let place = header.offset_start as usize..header.offset_end as usize;
    let value = match raw {
        Cow::Borrowed(bytes) => crate::encoded_words::value(bytes.get(place)?)?,
        Cow::Owned(bytes) => Cow::Owned(crate::encoded_words::value(bytes.get(place)?)?.into_owned()),
    };
    Some(Field { name, value })
}

struct Walk<'r> {
    raw: &'r [u8],
    alternatives: u32,
    depth: usize,
}

impl Walk<'_> {
    fn visit<'a>(
        &mut self,
        parts: &mut [Option<MessagePart<'a>>],
        id: usize,
        alternative: Option<u32>,
        mail: &mut Mail<'a>,
        level: usize,
    ) {
        let Some(mut part) = parts.get_mut(id).and_then(Option::take) else {
            return;
        };
        if mail.parts.len() >= MAX_PARTS || level > MAX_CONTAINERS {
            mail.remarks.push(format!("More than {MAX_PARTS} parts; the rest was not read."));
            return;
        }
        let kind = media_type(part.content_type());
        let name = part.attachment_name().map(|name| charset::repair_header(Cow::Borrowed(name)).into_owned());
        let attached = part.content_disposition().is_some_and(mail_parser::ContentType::is_attachment);
        undo_transfer(&mut part, self.raw);
        let repaired = repaired_text(&part, self.raw);
        let flowed = kind.as_deref() == Some("text/plain")
            && attribute(&part, "format").is_some_and(|format| format.eq_ignore_ascii_case("flowed"));
        let delete = flowed && attribute(&part, "delsp").is_some_and(|delete| delete.eq_ignore_ascii_case("yes"));
        let body = match part.body {
            PartType::Multipart(children) => {
                let group = if kind.as_deref() == Some("multipart/alternative") {
                    self.alternatives += 1;
                    Some(self.alternatives)
                } else {
                    alternative
                };
                for child in children {
                    self.visit(parts, child as usize, group, mail, level + 1);
                }
                return;
            }
            PartType::Text(text) => {
                let text = repaired.map_or(text, Cow::Owned);
                Body::Text(if flowed { crate::flowed::joined(text, delete) } else { text })
            }
            PartType::Html(text) => Body::Html(repaired.map_or(text, Cow::Owned).into()),
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => Body::Binary(bytes),
            PartType::Message(_) if self.depth >= MAX_DEPTH => {
                mail.remarks.push(format!("A mail nested deeper than {MAX_DEPTH} was not read."));
                return;
            }
            PartType::Message(message) => Body::Mail(Box::new(convert(message, self.depth + 1))),
        };
        mail.parts.push(Part {
            kind: kind.unwrap_or_else(|| "text/plain".to_owned()),
            name,
            alternative,
            attached,
            body,
        });
    }
}

fn attribute<'p>(part: &'p MessagePart<'_>, name: &str) -> Option<&'p str> {
    part.content_type().and_then(|kind| kind.attribute(name))
}

fn media_type(content: Option<&mail_parser::ContentType<'_>>) -> Option<String> {
    let content = content?;
    Some(match content.subtype() {
        Some(subtype) => format!("{}/{}", content.ctype(), subtype).to_ascii_lowercase(),
        None => content.ctype().to_ascii_lowercase(),
    })
}

/// Decodes a text part again if its charset was missing or wrong.
fn repaired_text(part: &MessagePart<'_>, raw: &[u8]) -> Option<String> {
    let (PartType::Text(text) | PartType::Html(text)) = &part.body else {
        return None;
    };
    if !charset::is_suspicious(text, attribute(part, "charset")) {
        return None;
    }
    let bytes = raw.get(part.offset_body as usize..part.offset_end as usize)?;
    charset::guess(&transfer::decode(part.encoding, bytes)?)
}

/// Undoes the transfer encoding of a leaf, unless the library did. What cannot be in its encoding is text as it stands.
fn undo_transfer(part: &mut MessagePart<'_>, raw: &[u8]) {
    let field = part.headers.iter().rfind(|header| header.name == HeaderName::ContentTransferEncoding);
    let value = field.and_then(|field| raw.get(field.offset_start as usize..field.offset_end as usize));
    let encoding = value.map_or(Encoding::None, transfer::named);
    let done = encoding == Encoding::None || part.encoding != Encoding::None || part.is_encoding_problem;
    if done || matches!(part.body, PartType::Multipart(_) | PartType::Message(_)) {
        return;
    }
    let encoded = raw.get(part.offset_body as usize..part.offset_end as usize).unwrap_or_default();
    let text = |bytes: Vec<u8>| Cow::Owned(charset::decode(bytes, attribute(part, "charset")));
    let (body, encoding) = match (&part.body, transfer::decode(encoding, encoded)) {
        (_, None) => (PartType::Text(text(encoded.to_vec())), Encoding::None),
        (PartType::Text(_), Some(bytes)) => (PartType::Text(text(bytes)), encoding),
        (PartType::Html(_), Some(bytes)) => (PartType::Html(text(bytes)), encoding),
        (_, Some(bytes)) => (PartType::Binary(Cow::Owned(bytes)), encoding),
    };
    part.body = body;
    part.encoding = encoding;
}

/// Decodes `bytes` in the named charset (an IANA name or a common alias).
pub(crate) fn decode_as(bytes: &[u8], name: &str) -> Option<String> {
    charset_decoder(name.as_bytes()).map(|decode| decode(bytes))
}

fn into_owned(mail: Mail<'_>) -> Mail<'static> {
    Mail {
        fields: mail
            .fields
            .into_iter()
            .map(|field| Field {
                name: Cow::Owned(field.name.into_owned()),
                value: Cow::Owned(field.value.into_owned()),
            })
            .collect(),
        kind: mail.kind,
        report_type: mail.report_type,
        parts: mail.parts.into_iter().map(own_part).collect(),
        remarks: mail.remarks,
        raw: mail.raw.map(|raw| Cow::Owned(raw.into_owned())),
    }
}

fn own_part(part: Part<'_>) -> Part<'static> {
    Part {
        kind: part.kind,
        name: part.name,
        alternative: part.alternative,
        attached: part.attached,
        body: match part.body {
            Body::Text(text) => Body::Text(Cow::Owned(text.into_owned())),
            Body::Html(html) => Body::Html(html.into_owned()),
            Body::Binary(bytes) => Body::Binary(Cow::Owned(bytes.into_owned())),
            Body::Mail(mail) => Body::Mail(Box::new(into_owned(*mail))),
        },
    }
}
