//! A shop that takes money and sends nothing, or that borrows another company's name.

use model::Category;

use super::Style;
use crate::reporter::Role;
use crate::scene::Scene;
use crate::stamp;
use crate::target::Kind;

pub(crate) const STYLE: Style = Style {
    name: "fraud_shop_ja",
    categories: &[Category::Fraud, Category::Impersonation],
    targets: &[Kind::Site],
    role: Role::Person,
    weight: 24,
    write,
    ..Style::MAIL
};

fn write(scene: &mut Scene<'_>) -> Vec<u8> {
    let yen = scene.figure(30, 900) * 100;
    let story = if scene.category == Category::Impersonation {
        format!(
            "弊社（{}）の社名と住所を無断で使った偽の通販サイト（なりすまし）があります。被害者から苦情が来て困っています。",
            scene.brand().0
        )
    } else {
        format!("このショップで注文し、{yen}円を振り込みましたが、商品が届きません。電話もつながらず、詐欺サイトだと思います。")
    };
    let text = format!(
        "お世話になります。{}と申します。\n\n{story}\n\n　サイト: {}\n　確認日時: {}\n{}\n\
         これ以上被害者が出ないよう、サイトを止めてください。\n",
        scene.reporter.name,
        scene.url(),
        stamp::JST.ja_minute(scene.event),
        scene.again_ja(),
    );
    let subject = if scene.category == Category::Impersonation { "なりすましサイトの件" } else { "詐欺サイトの通報" };
    scene.mail(subject).text(&mut scene.rng, &text)
}
