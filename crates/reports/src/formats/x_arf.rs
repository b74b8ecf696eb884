//! X-ARF 0.1 and 0.2: a flat YAML document in a mail part named `report.txt`, or in the body; with or without the
//! header that announces it.

use model::{Category, Format, Observation, Provenance, Reading, taxonomy};

use super::Entry;
use crate::extract::{defang, ip, port, time, url};
use crate::input::{Input, part_name};

/// The format's entry.
pub const ENTRY: Entry = Entry { name: "x_arf", format: Format::XArf, priority: 40, read };

/// Most lines of a document.
const MAX_LINES: usize = 2_000;

/// A flat document: keys in lower case without separators, values, lines.
struct Document {
    part: String,
    entries: Vec<(String, String, u32)>,
}

impl Document {
    fn entry(&self, keys: &[&str]) -> Option<&(String, String, u32)> {
        keys.iter().find_map(|key| self.entries.iter().find(|(known, value, _)| known == key && !value.is_empty()))
    }

    fn get(&self, keys: &[&str]) -> Option<&str> {
        self.entry(keys).map(|(_, value, _)| value.as_str())
    }

    /// What makes flat YAML an X-ARF report: who or what is reported, and as what.
    fn is_report(&self) -> bool {
        self.get(&["source", "sourceip"]).is_some() && self.get(&["reporttype", "category", "schemaurl"]).is_some()
    }
}

fn read(input: &Input<'_>, reading: &mut Reading) -> bool {
    let mut found = Vec::new();
    for mail in input.levels() {
        for (index, part) in mail.parts.iter().enumerate() {
            let Some(text) = part.text() else {
                continue;
            };
            if !text.contains("Source") && !text.contains("source") {
                continue;
            }
            found.extend(documents(&text, &part_name(part, index)).into_iter().filter(Document::is_report));
            if found.len() > 1_000 {
                break;
            }
        }
    }
    if found.is_empty() {
        return false;
    }
    crate::envelope::fill(input, reading);
    for document in found {
        fill(&document, input, reading);
    }
    crate::generic::supplement(input, reading);
    true
}

/// Splits a text into flat documents: after `---`, or the whole text if it begins with a key.
fn documents(text: &str, part: &str) -> Vec<Document> {
    let mut out = Vec::new();
    let mut now = Document { part: part.to_owned(), entries: Vec::new() };
    for (number, line) in (1_u32..).zip(text.lines()).take(MAX_LINES) {
        let line = line.trim_end();
        if line == "---" || line == "..." {
            let next = Document { part: part.to_owned(), entries: Vec::new() };
            out.push(std::mem::replace(&mut now, next));
        } else if let Some((key, value)) = entry(line) {
            now.entries.push((key, value, number));
        }
    }
    out.push(now);
    out
}

/// `Key: value` without quotes and comments; indented lines and prose are no entries.
fn entry(line: &str) -> Option<(String, String)> {
    let line = line.strip_prefix("> ").unwrap_or(line);
    let (key, value) = line.split_once(':')?;
    if key.len() > 40 || key.starts_with([' ', '\t']) || !value.starts_with([' ', '\t']) && !value.is_empty() {
        return None;
    }
    let folded: String = key.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    if folded.is_empty() || key.split_whitespace().count() > 2 {
        return None;
    }
    let value = value.trim().trim_matches(['"', '\'']).trim();
    Some((folded, value.to_owned()))
}

fn fill(document: &Document, input: &Input<'_>, reading: &mut Reading) {
    let Some((_, value, line)) = document.entry(&["source", "sourceip"]) else {
        return;
    };
    let mut seen = Observation::new(category(document), 0.95);
    let source = defang::refang(value);
    source_value(source.trim(), document, &mut seen);
    if let Some(domain) = document.get(&["domain"]).filter(|domain| url::is_host_name(domain)) {
        seen.domain = Some(domain.to_lowercase());
    }
    if seen.url.is_none() {
        seen.url =
            document.get(&["url", "uri", "sourceuri", "sourceurl"]).map(|text| url::canonical(&defang::refang(text)));
    }
    if seen.ip.is_none() {
        seen.ip = document.get(&["ip", "ipaddress", "sourceipaddress"]).and_then(ip::parse);
    }
    if seen.ip.is_none() && seen.url.is_none() && seen.domain.is_none() && seen.account.is_none() {
        reading.remarks.push(format!("The source `{}` could not be read.", crate::charset::prefix(value, 80)));
        return;
    }
    seen.port = document.get(&["sourceport"]).and_then(port::number);
    seen.target_port = document.get(&["port", "destinationport"]).and_then(port::number);
    seen.target_ip = document.get(&["destination", "destinationip", "target"]).and_then(ip::parse);
    seen.transport = document.get(&["protocol", "transport"]).and_then(port::transport);
    seen.at = document.get(&["date", "datetime", "timestamp"]).and_then(|text| time::parse(text, &input.clock()));
    seen.count = document
        .get(&["occurrences", "occurances", "occurences", "count", "attempts"])
        .and_then(|text| text.split_whitespace().next()?.parse().ok());
    seen.object = document.get(&["service", "malwarename"]).filter(|text| *text != "unspecified").map(str::to_owned);
    seen.provenance = Some(Provenance {
        part: document.part.clone(),
        line: *line,
        text: crate::charset::prefix(value, 200).to_owned(),
    });
    reading.report_id = document.get(&["reportid"]).map(str::to_owned).or_else(|| reading.report_id.take());
    if let Some((name, address)) = document.get(&["reportedfrom"]).and_then(crate::envelope::mailbox) {
        reading.reporter.domain = address.rsplit_once('@').map(|(_, domain)| domain.to_lowercase());
        reading.reporter.address = Some(address);
        reading.reporter.name = name.or_else(|| reading.reporter.name.take());
    }
    reading.observations.push(seen);
}

/// Source-Type says what the source is, but is as often wrong as the source is clear.
fn source_value(source: &str, document: &Document, seen: &mut Observation) {
    let named = document.get(&["sourcetype"]).unwrap_or("").to_ascii_lowercase();
    if let Some(address) = ip::parse(source) {
        seen.ip = Some(address);
    } else if source.contains("://") || named == "uri" || named == "url" {
        seen.url = Some(url::canonical(source));
    } else if source.contains('@') {
        seen.account = Some(source.to_lowercase());
    } else if url::is_host_name(source) {
        seen.domain = Some(source.to_lowercase());
        seen.url = Some(source.to_lowercase());
    }
}

fn category(document: &Document) -> Category {
    let kind = document.get(&["reporttype"]).unwrap_or("");
    if let Some(category) = taxonomy::from_xarf_v3(kind) {
        return category;
    }
    match crate::words::category(kind) {
        Category::Unknown => {}
        category => return category,
    }
    match document.get(&["category"]).unwrap_or("").to_ascii_lowercase().as_str() {
        "auth" => Category::LoginAttack,
        "fraud" => Category::Phishing,
        "abuse" if kind.to_ascii_lowercase().contains("login") => Category::LoginAttack,
        "abuse" if kind.to_ascii_lowercase().contains("mail") => Category::Spam,
        _ => Category::Unknown,
    }
}
