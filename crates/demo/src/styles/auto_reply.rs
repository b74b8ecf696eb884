//! Noise: an automatic reply (RFC 3834).

use model::Noise;

use super::Style;
use crate::reporter::Role;
use crate::scene::Scene;

pub(crate) const STYLE: Style = Style {
    name: "auto_reply",
    role: Role::Person,
    noise: Some(Noise::AutoReply),
    write,
    ..Style::MAIL
};

fn write(scene: &mut Scene<'_>) -> Vec<u8> {
    let (subject, text) = scene.rng.pick(&[
        ("自動返信: 受付のお知らせ", "このメールは自動で送信しています。\nただいま休暇をいただいております。来週以降にご連絡いたします。\n"),
        ("Out of office", "I am out of the office until Monday and will answer when I am back.\n"),
        ("[Ticket received] Re: Your report", "Thank you for your message. A ticket was opened. Please do not reply to this mail.\n"),
    ]);
    let original = format!("<sent-{}@provider.example>", scene.number);
    let mail = scene
        .mail(subject)
        .header("Auto-Submitted", "auto-replied")
        .header("In-Reply-To", &original)
        .header("References", &original);
    mail.text(&mut scene.rng, text)
}
