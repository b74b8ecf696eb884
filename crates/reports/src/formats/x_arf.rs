//! X-ARF 0.1 and 0.2: a flat YAML document in a mail part named `report.txt`, or in the body; with or without the
//! header that announces it.

use model::{Category, Format, Observation, Provenance, Reading, taxonomy};

use super::Entry;
use crate::extract::{defang, ip, port, time, url};
use crate::input::{Input, part_name};
use crate::xarf::yaml::{self, Document, Entry as Line};

/// The format's entry.
pub const ENTRY: Entry = Entry { name: "x_arf", format: Format::XArf, priority: 40, read };

/// Most documents of one report: a bulk mail holds many.
const MAX_DOCUMENTS: usize = 1_000;
/// What a source may be called.
const SOURCE: &[&str] = &["source", "sourceip"];

/// What it may be reported as.
const KIND: &[&str] = &["reporttype", "category", "schemaurl"];

/// What makes flat YAML an X-ARF report: who or what is reported, and as what.
fn is_report(document: &Document) -> bool {
    document.get(SOURCE).is_some() && document.get(KIND).is_some()
}

fn read(input: &Input<'_>, reading: &mut Reading) -> bool {
    let mut found = Vec::new();
    for mail in input.levels() {
        for (index, part) in mail.parts.iter().enumerate() {
            let Some(text) = part.text() else {
                continue;
            };
            let named = memchr::memmem::find(text.as_bytes(), b"ource").is_some();
            if !(named && yaml::has_key(&text, KIND) && yaml::has_key(&text, SOURCE)) {
                continue;
            }
            let part = part_name(part, index);
            found.extend(yaml::documents(&text).into_iter().filter(is_report).map(|one| (part.clone(), one)));
            if found.len() > MAX_DOCUMENTS {
                break;
            }
        }
    }
    if found.is_empty() {
        return false;
    }
    crate::envelope::fill(input, reading);
    for (part, document) in found {
        let key = SOURCE.iter().find(|key| document.all(key).next().is_some());
        for source in key.into_iter().flat_map(|key| document.all(key)) {
            fill(source, &part, &document, input, reading);
        }
    }
    crate::generic::supplement(input, reading);
    true
}

fn fill(source: &Line, part: &str, document: &Document, input: &Input<'_>, reading: &mut Reading) {
    let mut seen = Observation::new(category(document), 0.95);
    source_value(defang::refang(&source.value).trim(), document, &mut seen);
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
        let remark = format!("The source `{}` could not be read.", crate::charset::prefix(&source.value, 80));
        reading.remarks.push(remark);
        return;
    }
    seen.port = document.get(&["sourceport"]).and_then(port::number);
    seen.target_port = document.get(&["port", "destinationport"]).and_then(port::number);
    seen.target_ip = document.get(&["destination", "destinationip", "target"]).and_then(ip::parse);
    seen.transport = document.get(&["protocol", "transport"]).and_then(port::transport);
    seen.at = document.get(&["date", "datetime", "timestamp"]).and_then(|text| time::parse(text, &input.clock()));
    let fail2ban = document.get(&["useragent"]).is_some_and(|agent| agent.to_ascii_lowercase().starts_with("fail2ban"));
    seen.count = document
        .get(&["occurrences", "occurances", "occurences", "count", "attempts"])
        .and_then(|text| text.split_whitespace().next()?.parse().ok());
    seen.object = document.get(&["service", "malwarename"]).filter(|text| *text != "unspecified").map(str::to_owned);
    seen.provenance = Some(Provenance {
        part: part.to_owned(),
        line: source.line,
        text: crate::charset::prefix(&source.value, 200).to_owned(),
    });
    if let Some(address) = seen.ip.filter(|_| fail2ban) {
        // Its date is that of the ban; what happened stands in the log beside it.
        let log = attached_log(input);
        let mut clock = input.clock();
        clock.zone = input.mail.as_ref().and_then(super::fail2ban::writer_zone);
        super::fail2ban::log_events(&log, address, &clock).fill(&mut seen);
    }
    let connections = if fail2ban { Vec::new() } else { connections(&seen, input) };
    reading.report_id = document.get(&["reportid"]).map(str::to_owned).or_else(|| reading.report_id.take());
    if let Some((name, address)) = document.get(&["reportedfrom"]).and_then(crate::envelope::mailbox) {
        reading.reporter.domain = address.rsplit_once('@').map(|(_, domain)| domain.to_lowercase());
        reading.reporter.address = Some(address);
        reading.reporter.name = name.or_else(|| reading.reporter.name.take());
    }
    let known = reading.observations.len();
    let several = connections.len() > 1;
    for one in connections {
        let count = if several { None } else { seen.count };
        let at = one.at.filter(|at| at.zone.is_some()).or_else(|| seen.at.clone());
        let (provenance, span) = (one.provenance, one.span);
        reading.observations.push(Observation { port: one.port, at, count, provenance, span, ..seen.clone() });
    }
    if reading.observations.len() == known && !reading.observations.contains(&seen) {
        reading.observations.push(seen);
    }
}

/// The source ports are not in the report but in the logs beside it, whose writer's clock runs as that of the report.
fn connections(seen: &Observation, input: &Input<'_>) -> Vec<Observation> {
    let Some(address) = seen.ip.filter(|_| seen.port.is_none()) else {
        return Vec::new();
    };
    let zone = seen.at.as_ref().and_then(|at| time::zone_of(at.zone.as_deref()?));
    let mut out = Vec::new();
    for (name, log) in logs(input) {
        let mut found = crate::generic::connections(&log, address, zone.clone(), input);
        found.iter_mut().filter_map(|one| one.provenance.as_mut()).for_each(|place| place.part.clone_from(&name));
        out.append(&mut found);
    }
    out
}

/// The text parts behind the report itself, with their names.
fn logs<'i>(input: &'i Input<'_>) -> impl Iterator<Item = (String, std::borrow::Cow<'i, str>)> {
    let parts = input.mail.iter().flat_map(|mail| mail.parts.iter().enumerate());
    let behind = parts.skip_while(|(_, part)| part.name.as_deref() != Some("report.txt")).skip(1);
    behind.filter_map(|(index, part)| Some((part_name(part, index), part.text()?)))
}

/// All of them together.
fn attached_log(input: &Input<'_>) -> String {
    logs(input).map(|(_, log)| log).collect::<Vec<_>>().join("\n")
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
