//! XARF v3: JSON as the third part of an ARF mail whose feedback type is `xarf`.

use model::Category;
use serde_json::json;

use super::Style;
use crate::attack;
use crate::mime::{Part, base64};
use crate::reporter::Role;
use crate::scene::Scene;
use crate::target::Kind;
use crate::xarf4::stable;

pub(crate) const STYLE: Style = Style {
    name: "xarf3",
    categories: &[
        Category::LoginAttack,
        Category::PortScan,
        Category::Spam,
        Category::Ddos,
        Category::Botnet,
        Category::OpenService,
        Category::VulnerabilityScan,
    ],
    targets: &[Kind::Host, Kind::Host, Kind::Line, Kind::Shared],
    role: Role::Sensor,
    precise: true,
    weight: 14,
    write,
    ..Style::MAIL
};

/// (class, type) of v3.
const fn names(category: Category) -> (&'static str, &'static str) {
    match category {
        Category::LoginAttack => ("Activity", "LoginAttack"),
        Category::PortScan => ("Activity", "PortScan"),
        Category::Spam => ("Activity", "Spam"),
        Category::Ddos => ("Activity", "DOS"),
        Category::Botnet => ("Content", "Botnet"),
        Category::VulnerabilityScan => ("Activity", "Exploit"),
        _ => ("Vulnerability", "OpenService"),
    }
}

fn write(scene: &mut Scene<'_>) -> Vec<u8> {
    let ip = scene.ip();
    let (class, kind) = names(scene.category);
    let (_, to_port) = attack::service(scene.category);
    let lines = attack::dated(scene, 3).join("\n");
    let port = scene.port();
    let reporter = &scene.reporter;
    let mut report = json!({
        "Version": "3",
        "ReporterInfo": {
            "ReporterOrg": reporter.name,
            "ReporterOrgDomain": reporter.domain,
            "ReporterOrgEmail": reporter.mail,
            "ReporterContactEmail": reporter.mail,
        },
        "Disclosure": true,
        "Report": {
            "ReportClass": class,
            "ReportType": kind,
            "Date": scene.zone.iso(scene.event),
            "SourceIp": ip,
            "SourcePort": port,
            "DestinationIp": reporter.ip,
            "DestinationPort": to_port,
            "Samples": [{
                "ContentType": "text/plain",
                "Base64Encoded": true,
                "Description": "log",
                "Payload": base64(lines.as_bytes()),
            }],
        },
    });
    if scene.category == Category::OpenService {
        report["Report"]["ServiceName"] = "dns".into();
    }
    let report = stable(report);
    let text = format!("{kind} from {ip}, reported in XARF v3.{}\n", scene.again_en());
    let feedback = "Feedback-Type: xarf\nUser-Agent: honey-xarf/3.1\nVersion: 1\n";
    let mail = scene.mail(&format!("XARF report: {kind} from {ip}")).header("Auto-Submitted", "auto-generated");
    let pretty = serde_json::to_string_pretty(&report).unwrap_or_default();
    let parts = [
        Part::text(&mut scene.rng, &text),
        Part::plain("message/feedback-report", feedback),
        Part::typed(&mut scene.rng, "application/json; name=\"xarf.json\"", &pretty),
    ];
    mail.multipart("report; report-type=feedback-report", &parts)
}
