//! fail2ban's own action mail, sent on to the network's desk.

use model::Category;

use super::Style;
use crate::attack;
use crate::reporter::Role;
use crate::scene::Scene;
use crate::target::Kind;

pub(crate) const STYLE: Style = Style {
    name: "fail2ban_ban",
    categories: &[Category::LoginAttack],
    targets: &[Kind::Host, Kind::Host, Kind::Line],
    role: Role::Admin,
    weight: 16,
    write,
    ..Style::MAIL
};

fn write(scene: &mut Scene<'_>) -> Vec<u8> {
    let ip = scene.ip();
    let host = scene.reporter.host.clone();
    let count = scene.rng.between(3, 6);
    let lines = attack::syslog(scene, count).join("\n");
    let text = format!(
        "Hi,\n\nThe IP {ip} has just been banned by Fail2Ban after\n{count} attempts against sshd.\n\n\n\
         Lines containing failures of {ip} (max 1000)\n{lines}\n\n\nRegards,\n\nFail2Ban\n"
    );
    let mail = scene.mail(&format!("[Fail2Ban] sshd: banned {ip} from {host}"));
    mail.text(&mut scene.rng, &text)
}
