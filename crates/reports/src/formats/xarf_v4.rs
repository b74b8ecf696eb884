//! XARF v4 (4.0–4.2): bare JSON or a JSON part of a mail; strict and tolerant checks; the answer to a report.

use jiff::Timestamp;
use model::{Category, Format, Observation, Provenance, Reading, taxonomy};
use serde_json::{Map, Value, json};

use super::Entry;
use crate::extract::{ip, port, time, url};
use crate::input::{Input, JsonPart};
use crate::xarf::check::Need::{May, Must, Should};
use crate::xarf::check::{self, FieldRule, Rule};
use crate::xarf::{self, v4_fields};

/// The format's entry.
pub const ENTRY: Entry = Entry { name: "xarf_v4", format: Format::XarfV4, priority: 20, read };

/// How much is asked of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strictness {
    /// Only what a report cannot do without: an id, a source, a type of a category (`class` in 4.0), a time.
    Tolerant,
    /// Everything the schema of 4.2 requires, and the kind of every value.
    Strict,
    /// Recommended fields as well (what the specification calls its strict mode).
    Complete,
}

const CORE: &[FieldRule] = &[
    ("xarf_version", Must, Rule::Like(is_version, "a version 4.x.y")),
    ("report_id", Must, Rule::Uuid),
    ("timestamp", Must, Rule::Time),
    ("reporter", Must, Rule::Object),
    ("sender", Must, Rule::Object),
    ("source_identifier", Must, Rule::Min(1)),
    ("source_port", Should, Rule::Int(1, 65_535)),
    (
        "category",
        Must,
        Rule::One(&[
            "messaging",
            "content",
            "copyright",
            "connection",
            "vulnerability",
            "infrastructure",
            "reputation",
        ]),
    ),
    ("type", Must, Rule::Min(1)),
    ("evidence_source", Should, Rule::Str),
    ("evidence", Should, Rule::List),
    ("tags", May, Rule::List),
    ("confidence", Should, Rule::Num(0.0, 1.0)),
    ("description", May, Rule::Max(1000)),
    ("legacy_version", May, Rule::One(&["3"])),
    ("_internal", May, Rule::Object),
];

const PARTY: &[FieldRule] =
    &[("org", Must, Rule::Max(200)), ("contact", Must, Rule::Mail), ("domain", Must, Rule::Host)];

const EVIDENCE: &[FieldRule] = &[
    ("content_type", Must, Rule::Str),
    ("description", Should, Rule::Max(500)),
    ("payload", Must, Rule::Str),
    ("hash", Should, Rule::Like(is_hash, "a hash `md5|sha1|sha256|sha512:hex`")),
    ("size", May, Rule::Int(0, 5 << 20)),
];

/// Every fault of an XARF v4 document; an empty list means that it is good.
pub fn validate(value: &Value, strictness: Strictness) -> Vec<String> {
    let Some(root) = value.as_object() else {
        return vec!["the report is no JSON object".to_owned()];
    };
    if strictness == Strictness::Tolerant {
        return tolerant(root);
    }
    let strict = strictness == Strictness::Complete;
    let mut faults = Vec::new();
    check::fields(root, CORE, strict, "", &mut faults);
    for key in ["reporter", "sender"] {
        if let Some(party) = root.get(key).and_then(Value::as_object) {
            closed(party, PARTY, strict, &format!("{key}."), &mut faults);
        }
    }
    evidence(root, strict, &mut faults);
    tags(root, &mut faults);
    let word = |key: &str| root.get(key).and_then(Value::as_str).unwrap_or("");
    match v4_fields::of(word("category"), word("type")) {
        Some([shared, own]) => {
            check::fields(root, shared, strict, "", &mut faults);
            check::fields(root, own, strict, "", &mut faults);
            dependent(root, &mut faults);
        }
        None => faults.push(format!("there is no type `{}` in the category `{}`", word("type"), word("category"))),
    }
    faults
}

/// The faults that leave nothing to work with.
fn tolerant(root: &Map<String, Value>) -> Vec<String> {
    let filled = |key: &str| root.get(key).and_then(Value::as_str).is_some_and(|text| !text.trim().is_empty());
    [
        ("xarf_version", filled("xarf_version")),
        ("report_id", filled("report_id")),
        ("timestamp", filled("timestamp")),
        ("source_identifier", filled("source_identifier") || filled("url")),
        ("category", filled("category") || filled("class")),
        ("type", filled("type")),
    ]
    .into_iter()
    .filter(|(_, there)| !there)
    .map(|(key, _)| format!("{key} is missing"))
    .collect()
}

fn closed(object: &Map<String, Value>, rules: &[FieldRule], strict: bool, path: &str, faults: &mut Vec<String>) {
    check::fields(object, rules, strict, path, faults);
    let known = |key: &str| rules.iter().any(|(name, ..)| *name == key);
    faults.extend(object.keys().filter(|key| !known(key)).map(|key| format!("{path}{key} is not known")));
}

fn evidence(root: &Map<String, Value>, strict: bool, faults: &mut Vec<String>) {
    let Some(list) = root.get("evidence").and_then(Value::as_array) else {
        return;
    };
    if list.len() > 50 {
        faults.push("evidence has more than 50 items".to_owned());
    }
    for (index, item) in list.iter().enumerate() {
        match item.as_object() {
            Some(item) => closed(item, EVIDENCE, strict, &format!("evidence[{index}]."), faults),
            None => faults.push(format!("evidence[{index}] is no object")),
        }
    }
}

fn tags(root: &Map<String, Value>, faults: &mut Vec<String>) {
    let Some(list) = root.get("tags").and_then(Value::as_array) else {
        return;
    };
    let good = |tag: &Value| tag.as_str().is_some_and(is_tag);
    if list.len() > 20 || !list.iter().all(good) {
        faults.push("tags is no list of at most 20 `namespace:value` words".to_owned());
    }
}

/// Fields that are required by the value of another.
fn dependent(root: &Map<String, Value>, faults: &mut Vec<String>) {
    let word = |key: &str| root.get(key).and_then(Value::as_str).unwrap_or("");
    let mut need = |key: &str, why: &str| {
        if !root.contains_key(key) {
            faults.push(format!("{key} is missing ({why})"));
        }
    };
    match (word("category"), word("type")) {
        ("messaging", _) if word("protocol") == "smtp" => {
            need("smtp_from", "protocol is smtp");
            need("source_port", "protocol is smtp");
        }
        ("connection", "ddos" | "login_attack" | "port_scan")
            if word("source_identifier").parse::<std::net::IpAddr>().is_ok() =>
        {
            need("source_port", "the source is an address");
        }
        ("copyright", "p2p") => {
            let swarm = root.get("swarm_info");
            if swarm.is_none_or(|swarm| swarm.get("info_hash").or_else(|| swarm.get("magnet_uri")).is_none()) {
                faults.push("swarm_info has neither info_hash nor magnet_uri".to_owned());
            }
        }
        ("copyright", "usenet") if root.get("message_info").and_then(|info| info.get("message_id")).is_none() => {
            faults.push("message_info.message_id is missing".to_owned());
        }
        _ => {}
    }
}

/// The document without `_internal`, which must never leave the house.
pub fn without_internal(mut value: Value) -> Value {
    if let Some(object) = value.as_object_mut() {
        object.remove("_internal");
    }
    value
}

/// What became of a report, told to its reporter in the words of XARF.
///
/// XARF 4.2 has no status document; this is the smallest object that a program which sent XARF can match to what it
/// sent: the report's own `report_id`, a `status` word, when, and who says so. Unknown fields are allowed by the
/// specification.
///
/// * `status` – a stable word, such as `received`, `forwarded`, `resolved`, `refused`
/// * `note` – one sentence for a person, or empty
pub fn status(original: &Value, status: &str, note: &str, org: &str, contact: &str, at: Timestamp) -> Value {
    let copied = |key: &str| original.get(key).cloned().unwrap_or(Value::Null);
    let mut answer = json!({
        "xarf_version": "4.2.0",
        "report_id": copied("report_id"),
        "timestamp": at.to_string(),
        "status": status,
        "category": copied("category"),
        "type": copied("type"),
        "source_identifier": copied("source_identifier"),
        "sender": {
            "org": org,
            "contact": contact,
            "domain": contact.rsplit_once('@').map_or("", |(_, domain)| domain),
        },
    });
    if !note.is_empty() {
        answer["description"] = Value::String(note.chars().take(1000).collect());
    }
    answer
}

fn read(input: &Input<'_>, reading: &mut Reading) -> bool {
    let mut found = false;
    for json in input.json.iter().filter(|json| is_v4(&json.value)) {
        if !found {
            crate::envelope::fill(input, reading);
        }
        found = true;
        document(json, input, reading);
    }
    found
}

fn is_v4(value: &Value) -> bool {
    value.get("xarf_version").is_some() || (value.get("source_identifier").is_some() && value.get("type").is_some())
}

/// Most faults repeated in the remarks of one reading.
const MAX_FAULTS: usize = 5;

fn document(json: &JsonPart, input: &Input<'_>, reading: &mut Reading) {
    let value = &json.value;
    let faults = validate(value, Strictness::Strict);
    reading.remarks.extend(faults.into_iter().take(MAX_FAULTS).map(|fault| format!("XARF v4: {fault}.")));
    if let Some(reporter) = value.get("reporter") {
        let claim = &mut reading.reporter;
        let text = |keys: &[&str]| xarf::text_of(reporter, keys).map(str::to_owned);
        claim.address = text(&["contact", "email"]).or_else(|| claim.address.take());
        claim.name = text(&["org", "name"]).or_else(|| claim.name.take());
        claim.domain = text(&["domain"]).or_else(|| claim.domain.take());
    }
    reading.report_id = xarf::text(value, "report_id").map(str::to_owned).or_else(|| reading.report_id.take());
    reading.written = xarf::text(value, "timestamp").and_then(|text| text.parse().ok()).or(reading.written);
    if reading.text.is_empty() {
        crate::text::set(reading, xarf::text(value, "description").unwrap_or(""));
    }
    let seen = observation(json, input);
    if seen.ip.is_none() && seen.url.is_none() && seen.domain.is_none() && seen.account.is_none() {
        reading.remarks.push("The XARF document names no source.".to_owned());
        return;
    }
    reading.observations.push(seen);
}

fn observation(json: &JsonPart, input: &Input<'_>) -> Observation {
    let value = &json.value;
    let class = xarf::text_of(value, &["category", "class"]).unwrap_or("");
    let kind = xarf::text(value, "type").unwrap_or("");
    let category =
        taxonomy::from_xarf_v4(class, kind).or_else(|| taxonomy::from_xarf_v3(kind)).unwrap_or(Category::Unknown);
    #[expect(clippy::cast_possible_truncation, reason = "a share between 0 and 1")]
    let claimed = value.get("confidence").and_then(Value::as_f64).unwrap_or(1.0).clamp(0.0, 1.0) as f32;
    // What is accused stands in its field. Only a reporter who himself rather doubts it lowers our confidence.
    let mut seen = Observation::new(category, 0.97 * (0.5 + claimed.min(0.5)));
    source(value, &mut seen);
    seen.port = xarf::port(value, "source_port");
    let date = xarf::text_of(value, &["last_seen", "first_seen", "timestamp"]);
    seen.at = date.and_then(|text| time::parse(text, &input.clock()));
    seen.target_ip = xarf::text(value, "destination_ip").and_then(ip::parse);
    seen.target_port = xarf::port(value, "destination_port").or_else(|| xarf::port(value, "service_port"));
    seen.transport = xarf::text(value, "protocol").and_then(port::transport);
    seen.count =
        xarf::count(value, &["attempt_count", "attempts_count", "total_requests", "total_probes", "recipient_count"]);
    seen.period_us = period(value);
    seen.object = xarf::text_of(
        value,
        &["target_brand", "malware_family", "work_title", "cve_id", "bot_name", "service", "affected_organization"],
    )
    .map(|text| crate::charset::prefix(text, 200).to_owned());
    seen.provenance = Some(Provenance {
        part: json.part.clone(),
        line: 0,
        text: crate::charset::prefix(xarf::text(value, "source_identifier").unwrap_or(""), 200).to_owned(),
    });
    seen
}

/// `source_identifier` may be an address, a URL, a domain or an account; content reports also have `url`.
fn source(value: &Value, seen: &mut Observation) {
    let link = xarf::text_of(value, &["url", "infringing_url"]);
    seen.url = link.map(url::canonical);
    let Some(identifier) = xarf::text(value, "source_identifier") else {
        return;
    };
    if let Some(address) = ip::parse(identifier) {
        seen.ip = Some(address);
    } else if identifier.contains("://") {
        seen.url.get_or_insert_with(|| url::canonical(identifier));
    } else if identifier.contains('@') {
        seen.account = Some(identifier.to_lowercase());
    } else if url::is_host_name(identifier) {
        seen.domain = Some(identifier.to_lowercase());
    }
}

fn period(value: &Value) -> Option<i64> {
    let read = |key: &str| xarf::text(value, key)?.parse::<Timestamp>().ok().map(Timestamp::as_microsecond);
    let stated = value.get("duration_seconds").and_then(Value::as_i64).map(|seconds| seconds.saturating_mul(1_000_000));
    let minutes =
        value.get("duration_minutes").and_then(Value::as_i64).map(|minutes| minutes.saturating_mul(60_000_000));
    stated.or(minutes).or_else(|| Some(read("last_seen")? - read("first_seen")?)).filter(|period| *period > 0)
}

fn is_version(text: &str) -> bool {
    let mut parts = text.split('.');
    let digits =
        |part: Option<&str>| part.is_some_and(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    parts.next() == Some("4") && digits(parts.next()) && digits(parts.next()) && parts.next().is_none()
}

fn is_hash(text: &str) -> bool {
    text.split_once(':').is_some_and(|(name, hex)| {
        matches!(name, "md5" | "sha1" | "sha256" | "sha512")
            && !hex.is_empty()
            && hex.bytes().all(|b| b.is_ascii_hexdigit())
    })
}

fn is_tag(text: &str) -> bool {
    let word = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'+' | b'-'))
    };
    text.split_once(':').is_some_and(|(space, value)| word(space) && word(value))
}
