//! Feeds as files: PhishTank (CSV, JSON), URLhaus (CSV, JSON) and blocklist.de (one address a line). A feed is about the
//! whole world; whose things they are is found out later, and what is nobody's here becomes no case.

use std::collections::BTreeMap;
use std::io::Cursor;

use model::{Category, Format, Observation, Provenance, Reading};
use serde::Deserialize;

use super::Entry;
use crate::extract::{ip, time, url};
use crate::input::{Input, Wanted};
use crate::rows::Rows;

/// The format's entry.
pub const ENTRY: Entry = Entry { name: "feed", format: Format::Feed, priority: 70, read };

/// Name of the one part that a file has.
const PART: &str = "0";

fn read(input: &Input<'_>, reading: &mut Reading) -> bool {
    let raw = input.raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(input.raw);
    let Some(first) = raw.iter().find(|byte| !byte.is_ascii_whitespace()) else {
        return false;
    };
    let head = &raw[..raw.len().min(4 << 10)];
    let has = |word: &str| memchr::memmem::find(head, word.as_bytes()).is_some();
    let found = match first {
        b'[' if has("\"phish_id\"") => phishtank(raw, input, reading),
        b'{' if has("\"urlhaus_link\"") => urlhaus(raw, input, reading),
        b'[' | b'{' => false,
        // Columns that only a table has; a mail is not read as one.
        _ if ["phish_id", "urlhaus_link", "timestamp"].into_iter().any(has) && table(raw, input, reading) => true,
        _ => addresses(head, input, raw, reading),
    };
    if found {
        reading.automatic = true;
    }
    found
}

fn table(raw: &[u8], input: &Input<'_>, reading: &mut Reading) -> bool {
    let Some(mut rows) = Rows::open(Cursor::new(raw), PART, input.received).ok().flatten() else {
        return false;
    };
    reading.format = rows.format();
    super::shadowserver::take(&mut rows, input, reading);
    true
}

/// What is common to the entries of both feeds in JSON; what is not asked for is passed over.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Item {
    url: Option<String>,
    #[serde(alias = "dateadded", alias = "date_added", alias = "submission_time")]
    seen: Option<String>,
    #[serde(alias = "url_status", alias = "online")]
    state: Option<String>,
    target: Option<String>,
    threat: Option<String>,
    tags: Option<Vec<String>>,
    details: Vec<Detail>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Detail {
    ip_address: Option<String>,
}

fn phishtank(raw: &[u8], input: &Input<'_>, reading: &mut Reading) -> bool {
    let Ok(items) = serde_json::from_slice::<Vec<Item>>(raw) else {
        return false;
    };
    for item in &items {
        push(item, Category::Phishing, input, reading);
    }
    true
}

fn urlhaus(raw: &[u8], input: &Input<'_>, reading: &mut Reading) -> bool {
    let Ok(items) = serde_json::from_slice::<BTreeMap<String, Vec<Item>>>(raw) else {
        return false;
    };
    for item in items.values().flatten() {
        push(item, Category::Malware, input, reading);
    }
    true
}

fn push(item: &Item, category: Category, input: &Input<'_>, reading: &mut Reading) {
    let Some(link) = item.url.as_deref().filter(|link| link.contains("://")) else {
        return;
    };
    let gone = matches!(item.state.as_deref(), Some("offline" | "no"));
    let mut seen = Observation::new(category, if gone { 0.8 } else { 0.97 });
    seen.url = Some(url::canonical(link));
    seen.ip = item.details.iter().find_map(|one| ip::parse(one.ip_address.as_deref()?)).filter(|ip| ip::is_public(*ip));
    seen.at = item.seen.as_deref().and_then(|text| time::parse(text, &input.clock()));
    let tag = item.tags.as_ref().and_then(|tags| tags.first());
    let object = item.target.as_ref().filter(|name| *name != "Other").or(tag).or(item.threat.as_ref());
    seen.object = object.map(|text| crate::charset::prefix(text, 200).to_owned());
    seen.provenance =
        Some(Provenance { part: PART.to_owned(), line: 0, text: crate::charset::prefix(link, 200).to_owned() });
    reading.observations.push(seen);
}

/// Nothing but addresses, one a line.
fn addresses(head: &[u8], input: &Input<'_>, raw: &[u8], reading: &mut Reading) -> bool {
    // The last line of the head may be cut.
    let end = if head.len() == raw.len() { head.len() } else { memchr::memrchr(b'\n', head).unwrap_or(0) };
    let mut any = false;
    for line in head[..end].split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii) {
        let is_address = std::str::from_utf8(line).is_ok_and(|line| ip::parse(line).is_some());
        if !(is_address || line.is_empty() || line.starts_with(b"#") || line.starts_with(b";")) {
            return false;
        }
        any |= is_address;
    }
    if !any {
        return false;
    }
    let text = String::from_utf8_lossy(raw);
    for (number, line) in (1_u32..).zip(text.lines().map(str::trim)) {
        let Some(address) = ip::parse(line).filter(|ip| ip::is_public(*ip)) else { continue };
        match input.window.wants(reading.observations.len()) {
            Wanted::Passed => continue,
            Wanted::Taken => {}
            Wanted::Rest => {
                reading.rest += 1;
                continue;
            }
        }
        let mut seen = Observation::new(Category::Blocklist, 0.95);
        seen.ip = Some(address);
        seen.provenance = Some(Provenance { part: PART.to_owned(), line: number, text: line.to_owned() });
        reading.observations.push(seen);
    }
    true
}
