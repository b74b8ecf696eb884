//! X-ARF 0.2: a YAML report in a mail, as sensors and fail2ban's own action write it.

use model::Category;

use super::Style;
use crate::attack;
use crate::mime::Part;
use crate::reporter::Role;
use crate::scene::Scene;
use crate::target::Kind;

pub(crate) const STYLE: Style = Style {
    name: "xarf2",
    categories: &[Category::LoginAttack, Category::PortScan],
    targets: &[Kind::Host, Kind::Host, Kind::Line, Kind::Shared],
    role: Role::Sensor,
    precise: true,
    weight: 14,
    write,
    ..Style::MAIL
};

fn write(scene: &mut Scene<'_>) -> Vec<u8> {
    let ip = scene.ip();
    let count = scene.rng.between(2, 6);
    let lines = attack::dated(scene, count).join("\n");
    let (kind, category) = match scene.category {
        Category::PortScan => ("portscan", "abuse"),
        _ => ("login-attack", "abuse"),
    };
    // In X-ARF 0.1.2 `Port` is the one that was attacked; the source port stands in the log beside the report.
    let (service, port) = attack::service(scene.category);
    let source_type = if scene.target.ip.is_ipv4() { "ipv4" } else { "ipv6" };
    // The misspelt key is what the most widespread sender writes.
    let key = scene.rng.pick(&["Occurrences", "Occurances"]);
    let serial = scene.rng.next();
    let report = format!(
        "---\nReported-From: {}\nCategory: {category}\nReport-Type: {kind}\nService: {service}\nVersion: 0.2\n\
         User-Agent: sensor-report 1.8\nDate: {}\nSource-Type: {source_type}\nSource: {ip}\nPort: {port}\n\
         Report-ID: {:x}.{}@{}\nSchema-URL: http://www.x-arf.example.org/schema/abuse_{kind}_0.1.2.json\n\
         Attachment: text/plain\n{key}: {count}\nTLP: green\n",
        scene.reporter.mail,
        scene.zone.mail(scene.event),
        serial >> 20,
        scene.number,
        scene.reporter.domain,
    );
    let text = format!(
        "Dear abuse team,\n\nan address of your network, {ip}, attacked one of our sensors ({service}).\n\
         The report is attached in a form that machines can read.{}\n",
        scene.again_en()
    );
    let mail = scene
        .mail(&format!("abuse report about {ip} - {kind}"))
        .header("X-XARF", "PLAIN")
        .header("Auto-Submitted", "auto-generated");
    let parts = [
        Part::text(&mut scene.rng, &text),
        Part::plain("text/plain; charset=utf-8; name=\"report.txt\"", &report),
        Part::plain("text/plain; charset=utf-8; name=\"logfile.log\"", &lines),
    ];
    mail.multipart("mixed", &parts)
}
