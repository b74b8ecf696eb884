//! One raw report, opened once for all formats: the mail tree, the JSON in it, the clock.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};
use std::sync::Arc;

use jiff::Timestamp;
use model::Reading;
use serde_json::Value;

use crate::extract::time::Clockwork;
use crate::forward::Wrapped;
use crate::mime::{Body, Mail, Part};
use crate::rules::Rule;
use crate::words::Said;

/// Most levels of mail inside mail that are searched for a known format.
const MAX_LEVELS: usize = 5;
/// Largest JSON document that is read.
const MAX_JSON: usize = 8 << 20;
/// Deepest JSON nesting that is read; the parser's own limit is the same order.
const MAX_JSON_DEPTH: usize = 64;

/// A raw report, opened.
pub struct Input<'a> {
    /// The bytes as received.
    pub raw: &'a [u8],
    /// When the desk received them.
    pub received: Timestamp,
    /// The report's mail, unless it is bare JSON: everything unpacked, and of a report that was passed on the innermost.
    pub mail: Option<Mail<'a>>,
    /// What it was wrapped in, if it was passed on.
    pub wrapped: Option<Wrapped>,
    /// JSON objects found: the whole report, a part of the mail, or a part of a mail inside.
    pub json: Vec<JsonPart>,
    /// Which observations are wanted, for tables that are longer than what is kept at once.
    pub window: Window,
    /// The rule for its sender that is in force.
    pub(crate) rule: Option<Arc<Rule>>,
    said: OnceCell<Said>,
}

/// Observations to be passed over, and how many are wanted then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    skip: Cell<usize>,
    most: usize,
    first: bool,
}

impl Default for Window {
    fn default() -> Self {
        Self::new(0, Reading::MAX_OBSERVATIONS)
    }
}

impl Window {
    /// So many from number `skip` on.
    pub const fn new(skip: usize, most: usize) -> Self {
        Self { skip: Cell::new(skip), most, first: skip == 0 }
    }

    /// Whether it begins at the first observation.
    pub const fn is_first(&self) -> bool {
        self.first
    }

    /// Says of one observation more whether it is wanted: passed over, taken (`have` are taken already) or counted as the rest.
    pub fn wants(&self, have: usize) -> Wanted {
        match self.skip.get() {
            0 if have < self.most => Wanted::Taken,
            0 => Wanted::Rest,
            skip => {
                self.skip.set(skip - 1);
                Wanted::Passed
            }
        }
    }

    /// Cuts what a format gave that did not ask the window.
    pub(crate) fn cut(&self, reading: &mut Reading) {
        reading.window(self.skip.take(), self.most);
    }
}

/// What becomes of an observation in a [`Window`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// It lies in front.
    Passed,
    /// It is taken.
    Taken,
    /// It lies behind.
    Rest,
}

/// A JSON object and the part it stood in.
pub struct JsonPart {
    /// Name for the provenance.
    pub part: String,
    /// The object.
    pub value: Value,
}

impl<'a> Input<'a> {
    /// Opens `raw`.
    pub fn open(raw: &'a [u8], received: Timestamp) -> Self {
        if let Some(value) = bare_json(raw) {
            let json = vec![JsonPart { part: "0".to_owned(), value }];
            return Self::new(raw, received, None, None, json);
        }
        let (mail, wrapped) = match crate::mime::parse(raw) {
            Some(mut mail) => {
                crate::unpack::expand(&mut mail, &mut crate::unpack::Budget::new());
                let (mail, wrapped) = crate::forward::unwrap(mail);
                (Some(mail), wrapped)
            }
            None => (None, None),
        };
        let mut json = Vec::new();
        if let Some(mail) = &mail {
            for level in levels(mail) {
                json.extend(level.parts.iter().enumerate().filter_map(|(index, part)| {
                    Some(JsonPart { part: part_name(part, index), value: json_part(part)? })
                }));
            }
        }
        Self::new(raw, received, mail, wrapped, json)
    }

    fn new(
        raw: &'a [u8],
        received: Timestamp,
        mail: Option<Mail<'a>>,
        wrapped: Option<Wrapped>,
        json: Vec<JsonPart>,
    ) -> Self {
        Self { raw, received, mail, wrapped, json, window: Window::default(), rule: None, said: OnceCell::new() }
    }

    /// What the words of the report say; `text` is its readable text, with every call the same.
    pub(crate) fn said(&self, text: &str) -> Said {
        *self.said.get_or_init(|| crate::words::said_in_mail(self.subject(), text))
    }

    /// The subject of the report's mail.
    pub(crate) fn subject(&self) -> &str {
        self.mail.as_ref().and_then(|mail| mail.header("Subject")).unwrap_or("")
    }

    /// The mail and the mails inside it, outermost first, to five levels.
    pub fn levels(&self) -> Vec<&Mail<'a>> {
        self.mail.as_ref().map(levels).unwrap_or_default()
    }

    /// The clock of this report.
    pub const fn clock(&self) -> Clockwork {
        Clockwork::new(self.received)
    }
}

/// Name of a part for the provenance: its file name, else its number from 1.
pub fn part_name(part: &Part<'_>, index: usize) -> String {
    part.name.clone().unwrap_or_else(|| (index + 1).to_string())
}

fn levels<'m, 'a>(mail: &'m Mail<'a>) -> Vec<&'m Mail<'a>> {
    let mut all = vec![mail];
    let mut start = 0;
    for _ in 1..MAX_LEVELS {
        let end = all.len();
        for at in start..end {
            let inner: Vec<&'m Mail<'a>> = all[at]
                .parts
                .iter()
                .filter_map(|part| match &part.body {
                    Body::Mail(mail) => Some(mail.as_ref()),
                    _ => None,
                })
                .take(50)
                .collect();
            all.extend(inner);
        }
        start = end;
    }
    all
}

fn json_part(part: &Part<'_>) -> Option<Value> {
    let labelled = part.kind.ends_with("/json")
        || part.kind.ends_with("+json")
        || part.name.as_deref().is_some_and(|name| name.to_ascii_lowercase().ends_with(".json"));
    let text: Cow<'_, str> = part.text()?;
    let text = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    // A JSON report may also stand alone in a text part.
    if !text.starts_with('{') || !(labelled || text.contains("\"Report\"") || text.contains("xarf_version")) {
        return None;
    }
    object(text)
}

fn bare_json(raw: &[u8]) -> Option<Value> {
    let head = raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw);
    let first = head.iter().find(|byte| !byte.is_ascii_whitespace())?;
    if *first != b'{' {
        return None;
    }
    object(std::str::from_utf8(head).ok()?)
}

/// Parses a JSON object of bounded size and depth; text behind the object is ignored.
fn object(text: &str) -> Option<Value> {
    if text.len() > MAX_JSON || depth(text.as_bytes()) > MAX_JSON_DEPTH {
        return None;
    }
    let value = serde_json::Deserializer::from_str(text).into_iter::<Value>().next()?.ok()?;
    value.is_object().then_some(value)
}

/// Deepest nesting of brackets outside strings.
fn depth(bytes: &[u8]) -> usize {
    let (mut now, mut most, mut quoted, mut escaped) = (0_usize, 0_usize, false, false);
    for &byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => {
                now += 1;
                most = most.max(now);
            }
            b'}' | b']' if !quoted => now = now.saturating_sub(1),
            _ => {}
        }
    }
    most
}
