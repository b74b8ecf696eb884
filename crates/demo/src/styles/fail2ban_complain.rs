//! The complaint that fail2ban's `complain` action sends: the zone is named once, the lines have no year.

use model::Category;

use super::Style;
use crate::attack;
use crate::reporter::Role;
use crate::scene::Scene;
use crate::target::Kind;

pub(crate) const STYLE: Style = Style {
    name: "fail2ban_complain",
    categories: &[Category::LoginAttack],
    targets: &[Kind::Host, Kind::Host, Kind::Line, Kind::Shared],
    role: Role::Admin,
    precise: true,
    weight: 16,
    write,
    ..Style::MAIL
};

fn write(scene: &mut Scene<'_>) -> Vec<u8> {
    let ip = scene.ip();
    let count = scene.rng.between(3, 8);
    let lines = attack::syslog(scene, count).join("\n");
    let zone = scene.zone;
    let text = format!(
        "Dear Sir/Madam,\n\nWe have detected abuse from the IP address {ip}, which according to a whois lookup is on\n\
         your network. We would appreciate if you would investigate and take action as appropriate.\n\n\
         Log lines are given below, but please ask if you require any further information.\n\n\
         (If you are not the correct person to contact about this please accept our apologies.)\n{}\n\
         Note: Local timezone is {} ({})\n{lines}\n",
        scene.again_en(),
        zone.offset(scene.event),
        zone.name,
    );
    let mail = scene.mail(&format!("Abuse from {ip}"));
    mail.text(&mut scene.rng, &text)
}
