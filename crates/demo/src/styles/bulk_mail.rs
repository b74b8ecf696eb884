//! A newsletter that its readers never asked for: bulk mail without list care.

use model::Category;

use super::Style;
use crate::reporter::Role;
use crate::scene::Scene;
use crate::target::Kind;

pub(crate) const STYLE: Style = Style {
    name: "bulk_mail",
    categories: &[Category::BulkMessaging],
    targets: &[Kind::Mailbox, Kind::Host],
    role: Role::Admin,
    precise: true,
    weight: 20,
    write,
    ..Style::MAIL
};

fn write(scene: &mut Scene<'_>) -> Vec<u8> {
    let accused = scene.accused();
    let count = scene.figure(300, 5_000);
    let seen = scene.zone.plain(scene.event);
    let name = scene.reporter.name.clone();
    if scene.rng.chance(500) {
        let text = format!(
            "Hello,\n\n{accused} sends bulk mail (an unsolicited newsletter) to {count} of our users who never subscribed,\n\
             many addresses have not existed for years. Unsubscribing does not help. Last mailing: {seen}\n{}\n{name}\n",
            scene.again_en()
        );
        scene.mail(&format!("Unsolicited bulk mail from {accused}")).text(&mut scene.rng, &text)
    } else {
        let text = format!(
            "ご担当者様\n\n{accused} から、購読していない利用者{count}名あてに、同意のないメールマガジンが一斉配信（大量送信）されています。\n\
             配信停止の手続きをしても止まりません。\n最後の配信: {seen}\n{}\n{name}\n",
            scene.again_ja()
        );
        scene.mail(&format!("{accused} からのメールマガジンの大量送信")).text(&mut scene.rng, &text)
    }
}
