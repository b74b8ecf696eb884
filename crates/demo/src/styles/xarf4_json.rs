//! XARF v4.2 as bare JSON, as it is posted to the API. The object is also what `xarf4_mail` sends.

use model::Category;
use serde_json::{Value, json};

use super::Style;
use crate::attack;
use crate::mime::base64;
use crate::reporter::Role;
use crate::scene::Scene;
use crate::target::Kind;
use crate::truth::Door;

pub(crate) const STYLE: Style = Style {
    name: "xarf4_json",
    categories: CATEGORIES,
    targets: &[Kind::Host, Kind::Host, Kind::Line, Kind::Shared],
    role: Role::Sensor,
    precise: true,
    weight: 12,
    door: Door::Http,
    write: |scene| serde_json::to_vec(&object(scene)).unwrap_or_default(),
    ..Style::MAIL
};

pub(super) const CATEGORIES: &[Category] = &[
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
    Category::CompromisedAccount,
    Category::Botnet,
    Category::OpenService,
    Category::CompromisedServer,
    Category::Cve,
    Category::Misconfiguration,
];

/// The report as an object; only addresses are accused.
pub(super) fn object(scene: &mut Scene<'_>) -> Value {
    let (class, kind) = scene.category.xarf();
    let (service, to_port) = attack::service(scene.category);
    let lines = attack::dated(scene, 4).join("\n");
    let port = scene.port();
    let bits = (u128::from(scene.rng.next()) << 64) | u128::from(scene.rng.next());
    let id = format!("{bits:032x}");
    let reporter = &scene.reporter;
    let who = json!({"org": reporter.name, "contact": reporter.mail, "domain": reporter.domain});
    let mut report = json!({
        "xarf_version": "4.2.0",
        "report_id": format!("{}-{}-4{}-a{}-{}", &id[..8], &id[8..12], &id[13..16], &id[17..20], &id[20..]),
        "timestamp": scene.zone.iso(scene.event),
        "reporter": who,
        "sender": who,
        "source_identifier": scene.ip(),
        "source_port": port,
        "category": class,
        "type": kind,
        "evidence_source": "honeypot",
        "description": format!("{kind} observed by {}", reporter.host),
        "evidence": [{
            "content_type": "text/plain",
            "description": "log lines",
            "payload": base64(lines.as_bytes()),
        }],
    });
    let extra = match class {
        "connection" => json!({
            "first_seen": scene.zone.iso(scene.event),
            "protocol": if scene.category == Category::Ddos { "udp" } else { "tcp" },
            "destination_ip": reporter.ip,
            "destination_port": to_port,
            "attempt_count": scene.figure(5, 400),
        }),
        "messaging" => json!({
            "protocol": "smtp",
            "smtp_from": "win@lucky-news.example.com",
            "subject": "Your parcel could not be delivered",
        }),
        _ => json!({"service": service}),
    };
    if let (Value::Object(report), Value::Object(extra)) = (&mut report, extra) {
        report.extend(extra);
    }
    report
}
