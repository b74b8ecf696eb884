//! XARF v3 about a URL, in a mail without the feedback part, as some senders leave it out.

use model::Category;
use serde_json::json;

use super::Style;
use crate::mime::Part;
use crate::reporter::Role;
use crate::scene::Scene;
use crate::target::Kind;
use crate::xarf4::stable;

pub(crate) const STYLE: Style = Style {
    name: "xarf3_content",
    categories: &[Category::Phishing, Category::Copyright, Category::BrandInfringement],
    targets: &[Kind::Site, Kind::Site, Kind::Host],
    role: Role::Takedown,
    precise: true,
    weight: 8,
    write,
    ..Style::MAIL
};

fn write(scene: &mut Scene<'_>) -> Vec<u8> {
    let (kind, object) = match scene.category {
        Category::Phishing => ("Phishing", "AbusedBrand"),
        Category::Copyright => ("Copyright", "InfringedMaterial"),
        _ => ("Trademark", "TrademarkedMaterial"),
    };
    let (url, reporter) = (scene.url(), &scene.reporter);
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
            "ReportClass": "Content",
            "ReportType": kind,
            "Date": scene.zone.iso(scene.event),
            "SourceIp": scene.ip(),
            "SourceUrl": url,
            object: scene.brand().1,
        },
    });
    if scene.category == Category::Copyright {
        report["Report"]["FileName"] = url.rsplit('/').next().unwrap_or_default().into();
    }
    let report = stable(report);
    let text = format!("{kind} content at a site in your network, reported in XARF v3.{}\n", scene.again_en());
    let pretty = serde_json::to_string_pretty(&report).unwrap_or_default();
    let mail = scene.mail(&format!("XARF report: {kind} at {}", scene.host())).header("Auto-Submitted", "auto-generated");
    let parts = [
        Part::text(&mut scene.rng, &text),
        Part::typed(&mut scene.rng, "application/json; name=\"xarf.json\"", &pretty),
    ];
    mail.multipart("mixed", &parts)
}
