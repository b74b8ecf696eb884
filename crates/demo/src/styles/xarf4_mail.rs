//! XARF v4.2 attached to a mail.

use super::Style;
use crate::mime::Part;
use crate::reporter::Role;
use crate::scene::Scene;
use crate::target::Kind;
use crate::xarf4;

pub(crate) const STYLE: Style = Style {
    name: "xarf4_mail",
    categories: xarf4::ADDRESSES,
    targets: &[Kind::Host, Kind::Host, Kind::Line, Kind::Shared],
    role: Role::Sensor,
    precise: true,
    weight: 12,
    write,
    ..Style::MAIL
};

fn write(scene: &mut Scene<'_>) -> Vec<u8> {
    let report = xarf4::address(scene);
    let ip = scene.ip();
    let kind = scene.category.xarf().1;
    let text = format!("An XARF v4 report about {ip} ({kind}) is attached.{}\n", scene.again_en());
    let mail = scene.mail(&format!("[XARF] {kind} {ip}")).header("Auto-Submitted", "auto-generated");
    let pretty = serde_json::to_string_pretty(&report).unwrap_or_default();
    let parts = [
        Part::text(&mut scene.rng, &text),
        Part::typed(&mut scene.rng, "application/json; name=\"xarf.json\"", &pretty),
    ];
    mail.multipart("mixed", &parts)
}
