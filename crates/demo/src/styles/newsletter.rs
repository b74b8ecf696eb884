//! Noise: an advertisement to the desk itself.

use model::Noise;

use super::Style;
use crate::reporter::Role;
use crate::scene::Scene;

pub(crate) const STYLE: Style = Style {
    name: "newsletter",
    role: Role::Takedown,
    weight: 4,
    noise: Some(Noise::Marketing),
    write,
    ..Style::MAIL
};

fn write(scene: &mut Scene<'_>) -> Vec<u8> {
    let domain = scene.reporter.domain.clone();
    let text = format!(
        "Webセミナーのご案内\n\n運用担当者のための無料セミナーを開催いたします。お申し込みはこちらから。\n\
         https://www.{domain}/seminar/\n\n配信停止: https://www.{domain}/unsubscribe\n"
    );
    let mail = scene
        .mail("【無料】運用担当者向けWebセミナーのご案内")
        .header("List-Unsubscribe", &format!("<https://www.{domain}/unsubscribe>"))
        .header("List-Id", &format!("<seminar.{domain}>"))
        .header("Precedence", "bulk");
    mail.text(&mut scene.rng, &text)
}
