//! A feedback loop without a machine-readable part: the complained-of mail is simply attached.

use model::Category;

use super::Style;
use crate::attack;
use crate::mime::Part;
use crate::reporter::Role;
use crate::scene::Scene;
use crate::target::Kind;

pub(crate) const STYLE: Style = Style {
    name: "jmrp",
    categories: &[Category::Spam],
    targets: &[Kind::Host, Kind::Line],
    role: Role::Loop,
    precise: true,
    weight: 14,
    write,
    ..Style::MAIL
};

fn write(scene: &mut Scene<'_>) -> Vec<u8> {
    let ip = scene.ip();
    let sample = attack::spam_sample(scene);
    let mail = scene
        .mail(&format!("complaint about message from {ip}"))
        .header("Auto-Submitted", "auto-generated");
    mail.multipart("mixed", &[Part::plain("message/rfc822", &sample)])
}
