//! Noise: fail2ban tells that a jail was started or stopped.

use model::Noise;

use super::Style;
use crate::reporter::Role;
use crate::scene::Scene;

pub(crate) const STYLE: Style = Style {
    name: "fail2ban_started",
    role: Role::Admin,
    noise: Some(Noise::Housekeeping),
    write,
    ..Style::MAIL
};

fn write(scene: &mut Scene<'_>) -> Vec<u8> {
    let what = scene.rng.pick(&["started", "stopped"]);
    let jail = scene.rng.pick(&["sshd", "postfix-sasl", "dovecot"]);
    let host = scene.reporter.host.clone();
    let text = format!("Hi,\n\nThe jail {jail} has been {what} successfully.\n\nRegards,\n\nFail2Ban\n");
    let mail = scene.mail(&format!("[Fail2Ban] {jail}: {what} on {host}"));
    mail.text(&mut scene.rng, &text)
}
