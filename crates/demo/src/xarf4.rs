//! XARF v4.2 objects with the fields that its schemas require for each type.

use model::Category;
use serde_json::{Map, Value, json};

use crate::attack;
use crate::mime::base64;
use crate::scene::Scene;

/// Types that accuse an address.
pub(crate) const ADDRESSES: &[Category] = &[
    Category::LoginAttack,
    Category::PortScan,
    Category::Ddos,
    Category::InfectedHost,
    Category::VulnerabilityScan,
    Category::SqlInjection,
    Category::Scraping,
    Category::Reconnaissance,
    Category::Spam,
    Category::BulkMessaging,
    Category::Botnet,
    Category::OpenService,
    Category::CompromisedServer,
    Category::Misconfiguration,
];

/// Types that accuse a URL.
pub(crate) const CONTENT: &[Category] = &[
    Category::Phishing,
    Category::Malware,
    Category::Fraud,
    Category::RemoteCompromise,
    Category::ExposedData,
    Category::BrandInfringement,
    Category::Copyright,
];

/// The report about an address, with log lines as evidence.
pub(crate) fn address(scene: &mut Scene<'_>) -> Value {
    let lines = attack::dated(scene, 4).join("\n");
    let extra = address_fields(scene);
    let port = scene.port();
    let mut report = common(scene, "text/plain", &lines, extra);
    report.insert("source_port".to_owned(), port.into());
    stable(Value::Object(report))
}

/// The report about a URL; the address is that of the server in front of it.
pub(crate) fn content(scene: &mut Scene<'_>) -> Value {
    let url = scene.url();
    let extra = content_fields(scene, &url);
    stable(Value::Object(common(scene, "text/uri-list", &url, extra)))
}

fn common(scene: &mut Scene<'_>, kind: &str, evidence: &str, extra: Value) -> Map<String, Value> {
    let (class, name) = scene.category.xarf();
    let source = match class {
        "content" => "crawler",
        "messaging" => "user_complaint",
        _ => "honeypot",
    };
    let bits = u128::from(scene.rng.next()) << 64 | u128::from(scene.rng.next());
    let id = format!("{bits:032x}");
    let reporter = &scene.reporter;
    let who = json!({"org": reporter.name, "contact": reporter.mail, "domain": reporter.domain});
    let report = json!({
        "xarf_version": "4.2.0",
        "report_id": format!("{}-{}-4{}-a{}-{}", &id[..8], &id[8..12], &id[13..16], &id[17..20], &id[20..]),
        "timestamp": scene.zone.iso(scene.event),
        "reporter": who,
        "sender": who,
        "source_identifier": scene.ip(),
        "category": class,
        "type": name,
        "evidence_source": source,
        "description": format!("{name} observed by {}", reporter.host),
        "evidence": [{"content_type": kind, "description": "evidence", "payload": base64(evidence.as_bytes())}],
    });
    [report, extra]
        .into_iter()
        .filter_map(|part| match part {
            Value::Object(fields) => Some(fields),
            _ => None,
        })
        .flatten()
        .collect()
}

fn address_fields(scene: &Scene<'_>) -> Value {
    let (service, to_port) = attack::service(scene.category);
    let own = match scene.category {
        Category::Spam => json!({"protocol": "smtp", "smtp_from": "win@lucky-news.example.com"}),
        Category::BulkMessaging => {
            let count = scene.figure(200, 9_000);
            json!({"protocol": "smtp", "smtp_from": "news@lucky-news.example.com", "recipient_count": count})
        }
        Category::Botnet => json!({"compromise_evidence": "connection to a sinkhole"}),
        Category::CompromisedServer => json!({"compromise_method": "stolen password"}),
        Category::OpenService => json!({"service": "dns-open-resolver", "service_port": 53}),
        Category::Misconfiguration => json!({"service": "mongodb", "service_port": 27_017}),
        Category::InfectedHost => json!({"bot_type": "malicious"}),
        Category::Reconnaissance => json!({"probed_resources": ["/.env", "/server-status"]}),
        Category::Scraping => json!({"total_requests": scene.figure(2_000, 90_000)}),
        Category::VulnerabilityScan => json!({"scan_type": "web_vuln_scan"}),
        _ => json!({"attempt_count": scene.figure(5, 400), "target_service": service}),
    };
    if scene.category.xarf().0 != "connection" {
        return own;
    }
    let mut fields = json!({
        "first_seen": scene.zone.iso(scene.event),
        "protocol": if scene.category == Category::Ddos { "udp" } else { "tcp" },
        "destination_ip": scene.reporter.ip,
        "destination_port": to_port,
    });
    if let (Value::Object(fields), Value::Object(own)) = (&mut fields, own) {
        fields.extend(own);
    }
    fields
}

fn content_fields(scene: &Scene<'_>, url: &str) -> Value {
    let brand = scene.brand().1;
    match scene.category {
        Category::Phishing => json!({"url": url, "target_brand": brand}),
        Category::Fraud => json!({"url": url, "fraud_type": "shopping"}),
        Category::RemoteCompromise => json!({"url": url, "compromise_type": "webshell"}),
        Category::ExposedData => {
            json!({"url": url, "data_types": ["personal_information"], "exposure_method": "backup_file"})
        }
        Category::BrandInfringement => json!({
            "url": url,
            "infringement_type": "counterfeit",
            "legitimate_site": "https://brand.example.com/",
            "target_brand": brand,
        }),
        Category::Copyright => json!({"infringing_url": url, "infringement_type": "download"}),
        _ => json!({"url": url}),
    }
}

/// Keys in alphabetical order, whichever map serde_json was built with: another crate's features must not change bytes.
pub(crate) fn stable(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<(String, Value)> =
                fields.into_iter().map(|(key, value)| (key, stable(value))).collect();
            fields.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(fields.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(stable).collect()),
        other => other,
    }
}
