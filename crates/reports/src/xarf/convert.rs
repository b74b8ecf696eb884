//! XARF v3 to v4.2 and back, without loss.
//!
//! What v4 has a field for goes there; whatever would differ on the way back is kept under `legacy_patch` as a JSON Merge
//! Patch (RFC 7396) against the document that [`to_v3`] makes of the rest. So nothing is lost whatever a reporter wrote,
//! and nothing is kept twice that v4 can say itself. Nothing is invented either: a field that v4 requires and v3 does not
//! have stays absent, and [`crate::formats::xarf_v4::validate`] names it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::check::Rule;
use super::{text, text_of};

/// v3 class and type, v4 category and type; the first row of a v4 pair is the way back.
const TYPES: &[[&str; 4]] = &[
    ["Activity", "Spam", "messaging", "spam"],
    ["Activity", "LoginAttack", "connection", "login_attack"],
    ["Activity", "PortScan", "connection", "port_scan"],
    ["Activity", "DOS", "connection", "ddos"],
    ["Activity", "Malware", "connection", "infected_host"],
    ["Activity", "Exploit", "connection", "vulnerability_scan"],
    ["Activity", "WebCrawler", "connection", "scraping"],
    ["Activity", "PotentiallyCompromisedAccount", "connection", "login_attack"],
    ["Content", "Malware", "content", "malware"],
    ["Content", "Phishing", "content", "phishing"],
    ["Content", "Trademark", "content", "brand_infringement"],
    ["Content", "ChildSexualAbuseMaterial", "content", "csam"],
    ["Content", "ChildAbuse", "content", "csam"],
    ["Content", "Copyright", "copyright", "copyright"],
    ["Content", "Botnet", "infrastructure", "botnet"],
    ["Vulnerability", "OpenService", "vulnerability", "open_service"],
];

const PORT: Rule = Rule::Int(1, 65_535);

/// Fields that mean the same in both; a value that v4 would not accept stays in the patch.
const SAME: &[(&str, &str, Rule)] = &[
    ("Date", "timestamp", Rule::Time),
    ("SourcePort", "source_port", PORT),
    ("DestinationIp", "destination_ip", Rule::Ip),
    ("DestinationPort", "destination_port", PORT),
    ("TransportProtocol", "protocol", Rule::One(&["tcp", "udp"])),
    ("SmtpMailFromAddress", "smtp_from", Rule::Mail),
    ("SmtpRcptToAddress", "smtp_to", Rule::Mail),
    ("MalwareName", "malware_family", Rule::Max(200)),
    ("InfringedMaterial", "work_title", Rule::Max(500)),
    ("TrademarkedMaterial", "target_brand", Rule::Str),
    ("ServiceName", "service", Rule::Max(200)),
    ("ServiceVersion", "service_version", Rule::Max(100)),
    ("ReporterNotes", "description", Rule::Max(1000)),
];

/// What v3 calls `InternalProcessing` and v4 `_internal`: both stay in the house.
const INTERNAL: &str = "InternalProcessing";

/// The v4 document of a v3 one, or why there is none.
pub fn to_v4(v3: &Value) -> Result<Value, String> {
    let report = v3.get("Report").filter(|report| report.is_object()).ok_or("the document has no Report")?;
    let word = |key: &str| text(report, key).unwrap_or("");
    let row = TYPES
        .iter()
        .find(|[class, kind, ..]| *class == word("ReportClass") && *kind == word("ReportType"))
        .or_else(|| TYPES.iter().find(|[_, kind, ..]| *kind == word("ReportType")))
        .ok_or_else(|| format!("XARF v4.2 has no type for `{}`", word("ReportType")))?;
    let info = v3.get("ReporterInfo").unwrap_or(&Value::Null);
    let sender = party(info, "Reporter");
    let mut v4 = json!({
        "xarf_version": "4.2.0",
        "report_id": report_id(v3, report),
        "legacy_version": "3",
        "reporter": v3.get("OnBehalfOf").map_or_else(|| sender.clone(), |party_| party(party_, "Complainant")),
        "sender": sender,
        "category": row[2],
        "type": row[3],
    });
    if let Some(root) = v4.as_object_mut() {
        fields(report, row, root);
        if let Some(internal) = v3.get(INTERNAL) {
            root.insert("_internal".to_owned(), json!({ INTERNAL: internal }));
        }
        keep_rest(v3, root);
    }
    Ok(v4)
}

/// The v3 document that a v4 one came from, or the nearest one if it never was v3.
pub fn to_v3(v4: &Value) -> Value {
    let internal = v4.get("_internal").and_then(|internal| internal.get(INTERNAL)).cloned();
    let mut v3 = v4.get("legacy_document").cloned().unwrap_or_else(|| nearest(v4));
    if let Some(patch) = v4.get("legacy_patch") {
        apply(&mut v3, patch);
    }
    if let (Some(root), Some(internal)) = (v3.as_object_mut(), internal) {
        root.insert(INTERNAL.to_owned(), internal);
    }
    v3
}

/// Puts into `root` whatever the way back would not give.
fn keep_rest(v3: &Value, root: &mut Map<String, Value>) {
    let mut outward = v3.clone();
    if let Some(outward) = outward.as_object_mut() {
        outward.remove(INTERNAL);
    }
    let mut back = nearest(&Value::Object(root.clone()));
    let Some(patch) = difference(&back, &outward) else {
        return;
    };
    apply(&mut back, &patch);
    if back == outward {
        root.insert("legacy_patch".to_owned(), patch);
    } else {
        // A merge patch cannot say that a member is null; such a document is kept whole.
        root.insert("legacy_document".to_owned(), outward);
    }
}

fn fields(report: &Value, row: &[&str; 4], root: &mut Map<String, Value>) {
    let mut put = |key: &str, value: Value| root.insert(key.to_owned(), value);
    for (old, new, rule) in SAME {
        if let Some(value) = report.get(*old).filter(|value| rule.fault(value).is_none()) {
            put(new, value.clone());
        }
    }
    let good = |key: &str, rule: Rule| report.get(key).filter(|value| rule.fault(value).is_none()).cloned();
    let (date, first) = (good("Date", Rule::Time), good("FirstSeen", Rule::Time));
    // Reports of connections must say since when; a single event began when it was seen.
    if let Some(first) = first.or_else(|| date.filter(|_| row[2] == "connection")) {
        put("first_seen", first);
    }
    let url = good("SourceUrl", Rule::Uri);
    if let Some(url) = &url {
        put(url_field(row[2]), url.clone());
    }
    let account = || text_of(report.get("Account")?, &["AccountEmail", "AccountIdentifier"]).map(Value::from);
    let domain = || text_of(report, &["SourceDomain", "RpzDomain"]).map(Value::from);
    let attacker = || good("AttackerIp", Rule::Ip);
    if let Some(source) = good("SourceIp", Rule::Ip).or(url).or_else(account).or_else(attacker).or_else(domain) {
        put("source_identifier", source);
    }
    let mail = |port: &Value| matches!(port.as_u64(), Some(25 | 465 | 587));
    if row[3] == "spam"
        && (report.get("SmtpMailFromAddress").is_some() || report.get("DestinationPort").is_some_and(mail))
    {
        put("protocol", "smtp".into());
    }
    let evidence: Vec<Value> =
        report.get("Samples").and_then(Value::as_array).into_iter().flatten().take(50).filter_map(evidence).collect();
    if !evidence.is_empty() {
        put("evidence", evidence.into());
    }
}

const fn url_field(category: &str) -> &'static str {
    match category.as_bytes() {
        b"copyright" => "infringing_url",
        _ => "url",
    }
}

fn party(info: &Value, prefix: &str) -> Value {
    let read = |names: [&str; 2]| names.iter().find_map(|name| text(info, &format!("{prefix}{name}")));
    let contact = read(["OrgEmail", "ContactEmail"]).unwrap_or("");
    let domain = contact.rsplit_once('@').map_or("", |(_, domain)| domain);
    json!({
        "org": read(["Org", "ContactName"]).unwrap_or(""),
        "contact": contact,
        "domain": read(["OrgDomain", "OrgDomain"]).unwrap_or(domain),
    })
}

/// The reporter's number if it is a UUID, else one made of the document (RFC 9562 section 5.8): the same report always
/// gets the same id, so that it is known again.
fn report_id(v3: &Value, report: &Value) -> String {
    if let Some(id) = report.get("ReporterCaseID").filter(|id| Rule::Uuid.fault(id).is_none()) {
        return id.as_str().unwrap_or_default().to_ascii_lowercase();
    }
    let mut bytes: [u8; 32] = Sha256::digest(v3.to_string().as_bytes()).into();
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = hex(&bytes[..16]);
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// A v3 sample as v4 evidence: the payload always in Base64, with its SHA-256.
fn evidence(sample: &Value) -> Option<Value> {
    let payload = sample.get("Payload")?.as_str()?;
    let encoded = sample.get("Base64Encoded") == Some(&Value::Bool(true));
    let bytes = if encoded { STANDARD.decode(payload).ok()? } else { payload.as_bytes().to_vec() };
    let mut item = json!({
        "content_type": sample.get("ContentType")?.as_str()?,
        "payload": if encoded { payload.to_owned() } else { STANDARD.encode(&bytes) },
        "hash": format!("sha256:{}", hex(&Sha256::digest(&bytes))),
        "size": bytes.len(),
    });
    if let Some(description) = text(sample, "Description") {
        item["description"] = description.into();
    }
    Some(item)
}

/// The v3 document that a v4 one says by its own fields.
fn nearest(v4: &Value) -> Value {
    let word = |key: &str| text(v4, key).unwrap_or("");
    let mut report = Map::new();
    let mut put = |key: &str, value: Value| report.insert(key.to_owned(), value);
    if let Some([class, kind, ..]) =
        TYPES.iter().find(|[.., category, kind]| *category == word("category") && *kind == word("type"))
    {
        put("ReportClass", (*class).into());
        put("ReportType", (*kind).into());
    }
    for (old, new, rule) in SAME {
        if let Some(value) = v4.get(*new).filter(|value| rule.fault(value).is_none()) {
            put(old, value.clone());
        }
    }
    if let Some(first) = v4.get("first_seen").filter(|first| Some(*first) != v4.get("timestamp")) {
        put("FirstSeen", first.clone());
    }
    if let Some(url) = v4.get(url_field(word("category"))) {
        put("SourceUrl", url.clone());
    }
    let source = word("source_identifier");
    if source.parse::<std::net::IpAddr>().is_ok() {
        put("SourceIp", source.into());
    } else if source.contains('@') {
        put("Account", json!({ "AccountEmail": source }));
    }
    let samples: Vec<Value> = v4.get("evidence").and_then(Value::as_array).into_iter().flatten().map(sample).collect();
    if !samples.is_empty() {
        put("Samples", samples.into());
    }
    let mut v3 = json!({ "Version": "3", "Report": report });
    let info = |key: &str, prefix: &str| {
        let party = v4.get(key)?.as_object()?;
        let named = [("org", "Org"), ("contact", "OrgEmail"), ("domain", "OrgDomain")];
        Some(named.iter().filter_map(|(new, old)| Some((format!("{prefix}{old}"), party.get(*new)?.clone()))).collect())
    };
    if let Some(sender) = info("sender", "Reporter") {
        v3["ReporterInfo"] = Value::Object(sender);
    }
    if v4.get("reporter") != v4.get("sender")
        && let Some(reporter) = info("reporter", "Complainant")
    {
        v3["OnBehalfOf"] = Value::Object(reporter);
    }
    v3
}

fn sample(item: &Value) -> Value {
    let mut sample = json!({ "Base64Encoded": true });
    for (old, new) in [("ContentType", "content_type"), ("Payload", "payload"), ("Description", "description")] {
        if let Some(value) = item.get(new) {
            sample[old] = value.clone();
        }
    }
    sample
}

/// The merge patch that turns `from` into `to`; `None` if they are the same.
fn difference(from: &Value, to: &Value) -> Option<Value> {
    if from == to {
        return None;
    }
    let (Some(old), Some(new)) = (from.as_object(), to.as_object()) else {
        return Some(to.clone());
    };
    let gone = old.keys().filter(|key| !new.contains_key(*key)).map(|key| (key.clone(), Value::Null));
    let changed = new.iter().filter_map(|(key, value)| {
        let change = old.get(key).map_or_else(|| Some(value.clone()), |old| difference(old, value));
        Some((key.clone(), change?))
    });
    Some(Value::Object(gone.chain(changed).collect()))
}

/// RFC 7396 section 2.
fn apply(target: &mut Value, patch: &Value) {
    let Some(patch) = patch.as_object() else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Some(target) = target.as_object_mut() else {
        return;
    };
    for (key, change) in patch {
        if change.is_null() {
            target.remove(key);
        } else {
            apply(target.entry(key.clone()).or_insert(Value::Null), change);
        }
    }
}

#[cfg(test)]
#[path = "convert_tests.rs"]
mod tests;
