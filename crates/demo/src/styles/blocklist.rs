//! A blocklist tells that it has listed an address.

use model::Category;

use super::Style;
use crate::reporter::Role;
use crate::scene::Scene;
use crate::target::Kind;

pub(crate) const STYLE: Style = Style {
    name: "blocklist",
    categories: &[Category::Blocklist],
    targets: &[Kind::Host, Kind::Line],
    role: Role::Sensor,
    precise: true,
    weight: 10,
    write,
    ..Style::MAIL
};

fn write(scene: &mut Scene<'_>) -> Vec<u8> {
    let ip = scene.ip();
    let text = format!(
        "Listing notice\n\nIP address: {ip}\nListed on: bl.{}\nListed since: {}\nReason: mail to {} spamtrap addresses\n\
         Removal: automatic 7 days after the last sighting\n{}",
        scene.reporter.domain,
        scene.zone.plain(scene.event),
        scene.figure(2, 40),
        scene.again_en(),
    );
    let mail = scene.mail(&format!("Blocklist listing: {ip}")).header("Auto-Submitted", "auto-generated");
    mail.text(&mut scene.rng, &text)
}
