//! The form as XARF v4.2, written and read.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use model::{Category, Transport, taxonomy};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::form::{ConnectionForm, MAX_LINES, offset};
use crate::settings::Provider;

/// Kinds of attacks that a connection with its log shows by itself.
pub const OUTBOUND_CATEGORIES: &[Category] = &[
    Category::Ddos,
    Category::LoginAttack,
    Category::PortScan,
    Category::Scraping,
    Category::SqlInjection,
    Category::VulnerabilityScan,
];

/// Most bytes of evidence that are decoded.
const MAX_PAYLOAD: usize = 512 * 1024;

impl ConnectionForm {
    /// The form as a XARF v4.2 report of this provider; nothing if it lacks something or XARF has no such type.
    pub fn to_xarf(&self, provider: &Provider, report_id: &str, now: Timestamp) -> Option<Value> {
        if !self.lacks().is_empty() || !OUTBOUND_CATEGORIES.contains(&self.category) {
            return None;
        }
        let stamp = self.at?.display_with_offset(offset(self.zone.as_deref()?)?).to_string();
        let (class, kind) = self.category.xarf();
        let contact = provider.desk_mail.as_str();
        let party = json!({
            "org": provider.name, "contact": contact, "domain": contact.rsplit_once('@').map_or("", |(_, domain)| domain),
        });
        let log = self.log.join("\n");
        let hash =
            Sha256::digest(log.as_bytes()).iter().fold("sha256:".to_owned(), |hex, byte| hex + &format!("{byte:02x}"));
        let mut report = json!({
            "xarf_version": "4.2.0",
            "report_id": report_id,
            "timestamp": now.to_string(),
            "reporter": party,
            "sender": party,
            "source_identifier": self.source_ip?.to_string(),
            "source_port": self.source_port,
            "category": class,
            "type": kind,
            "first_seen": stamp,
            "protocol": protocol(self.transport?),
            "destination_ip": self.target_ip?.to_string(),
            "destination_port": self.target_port,
            "evidence_source": "firewall_logs",
            "confidence": 1.0,
            "evidence": [{
                "content_type": "text/plain", "description": "log", "payload": STANDARD.encode(&log), "hash": hash,
                "size": log.len(),
            }],
        });
        if let Some(count) = self.count {
            report[count_field(self.category)] = count.into();
        }
        match self.category {
            Category::VulnerabilityScan => report["scan_type"] = "vulnerability_scan".into(),
            // The type asks for a count.
            Category::Scraping if self.count.is_none() => report["total_requests"] = self.log.len().into(),
            _ => {}
        }
        if let Some(fields) = report.as_object_mut() {
            fields.retain(|_, value| !value.is_null());
        }
        Some(report)
    }

    /// The form that a XARF v4 report fills, log lines included; nothing if it is none of a connection.
    pub fn from_xarf(report: &Value) -> Option<Self> {
        let word = |key: &str| report.get(key).and_then(Value::as_str);
        let port = |key: &str| report.get(key).and_then(Value::as_u64).and_then(|port| u16::try_from(port).ok());
        let category = taxonomy::from_xarf_v4(word("category")?, word("type")?)?;
        let seen = word("first_seen").or_else(|| word("timestamp"));
        let count = report.get(count_field(category)).and_then(Value::as_u64);
        Some(Self {
            category,
            at: seen.and_then(|seen| seen.parse().ok()),
            zone: seen.and_then(zone_of).map(str::to_owned),
            source_ip: word("source_identifier").and_then(|ip| ip.parse().ok()),
            source_port: port("source_port"),
            target_ip: word("destination_ip").and_then(|ip| ip.parse().ok()),
            target_port: port("destination_port"),
            transport: word("protocol").and_then(transport),
            count,
            log: evidence(report),
        })
    }
}

const fn count_field(category: Category) -> &'static str {
    match category {
        Category::SqlInjection => "attempts_count",
        Category::Scraping | Category::VulnerabilityScan => "total_requests",
        _ => "attempt_count",
    }
}

const fn protocol(transport: Transport) -> &'static str {
    match transport {
        Transport::Tcp => "tcp",
        Transport::Udp => "udp",
        Transport::Icmp => "icmp",
    }
}

fn transport(name: &str) -> Option<Transport> {
    match name {
        "tcp" => Some(Transport::Tcp),
        "udp" => Some(Transport::Udp),
        "icmp" => Some(Transport::Icmp),
        _ => None,
    }
}

/// The offset at the end of an RFC 3339 time, as it stands there.
fn zone_of(stamp: &str) -> Option<&str> {
    if stamp.ends_with('Z') {
        return Some("Z");
    }
    let zone = stamp.get(stamp.len().checked_sub(6)?..)?;
    offset(zone).map(|_| zone)
}

/// The lines of the textual evidence.
fn evidence(report: &Value) -> Vec<String> {
    let items = report.get("evidence").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let text = |item: &Value| {
        let payload = item.get("payload")?.as_str()?;
        let textual = item.get("content_type")?.as_str()?.starts_with("text/plain");
        let bytes = (textual && payload.len() <= MAX_PAYLOAD).then(|| STANDARD.decode(payload).ok())??;
        String::from_utf8(bytes).ok()
    };
    let lines = items.iter().filter_map(text).flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>());
    lines.filter(|line| !line.is_empty()).take(MAX_LINES).collect()
}
