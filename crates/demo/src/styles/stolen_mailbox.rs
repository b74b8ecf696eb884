//! An administrator sees that a mailbox sends with a stolen password.

use model::Category;

use super::Style;
use crate::attack;
use crate::reporter::Role;
use crate::scene::Scene;
use crate::target::Kind;

pub(crate) const STYLE: Style = Style {
    name: "stolen_mailbox",
    categories: &[Category::CompromisedAccount],
    targets: &[Kind::Mailbox],
    role: Role::Admin,
    precise: true,
    weight: 10,
    write,
    ..Style::MAIL
};

fn write(scene: &mut Scene<'_>) -> Vec<u8> {
    let account = scene.accused();
    let sample = attack::spam_sample(scene);
    let count = scene.figure(40, 900);
    let seen = scene.zone.plain(scene.event);
    let name = scene.reporter.name.clone();
    if scene.rng.chance(500) {
        let text = format!(
            "Hello,\n\nthe mailbox {account} looks like a compromised account: {count} messages with stolen credentials\n\
             reached us within an hour, the last one at {seen}. Please change its password.\n{}\n{name}\n\n\
             --- one of the messages ---\n{sample}",
            scene.again_en()
        );
        scene.mail(&format!("Compromised mail account {account}")).text(&mut scene.rng, &text)
    } else {
        let text = format!(
            "ご担当者様\n\nメールアカウント {account} のパスワードが盗まれ、不正に利用されているようです（アカウント乗っ取り）。\n\
             1時間で{count}通を受信しました。最後の受信は {seen} です。パスワードの変更をお願いします。\n{}\n{name}\n\n\
             --- 受信したメール ---\n{sample}",
            scene.again_ja()
        );
        scene.mail(&format!("{account} の不正利用について")).text(&mut scene.rng, &text)
    }
}
