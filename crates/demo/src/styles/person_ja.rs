//! A private person complains about spam, with the headers pasted under the text.

use model::Category;

use super::Style;
use crate::attack;
use crate::reporter::Role;
use crate::scene::Scene;
use crate::target::Kind;

pub(crate) const STYLE: Style = Style {
    name: "person_ja",
    categories: &[Category::Spam],
    targets: &[Kind::Host, Kind::Mailbox, Kind::Line],
    role: Role::Person,
    precise: true,
    weight: 16,
    write,
    ..Style::MAIL
};

const OPENINGS: &[&str] = &[
    "突然のご連絡失礼いたします。御社のサーバから迷惑メールが届いて困っています。",
    "毎日のように迷惑メールが送られてきます。送信元を調べたら貴社でした。すぐに止めてください。",
    "身に覚えのない宣伝メールが何度も届きます。配信停止を頼んでも止まりません。",
];

fn write(scene: &mut Scene<'_>) -> Vec<u8> {
    let sample = attack::spam_sample(scene);
    let opening = scene.rng.pick(OPENINGS);
    let wish = scene.rng.pick(&[
        "お返事をお待ちしております。",
        "送信者を教えてください。",
        "対応結果をご連絡いただけますでしょうか。",
    ]);
    let text = format!(
        "ご担当者様\n\n{opening}\n{}\n届いたメールをヘッダも含めて下に貼ります。\n{wish}\n\n{}\n\n----- ここから -----\n{sample}----- ここまで -----\n",
        scene.again_ja(),
        scene.reporter.name,
    );
    scene.mail("迷惑メールが届きます").text(&mut scene.rng, &text)
}
