//! 日本語のフィッシング閉鎖依頼: a take-down request in Japanese.

use model::Category;

use super::Style;
use crate::reporter::Role;
use crate::scene::{Scene, defang};
use crate::stamp;
use crate::target::Kind;

pub(crate) const STYLE: Style = Style {
    name: "phishing_ja",
    categories: &[Category::Phishing],
    targets: &[Kind::Site, Kind::Site, Kind::Site, Kind::Host],
    role: Role::Takedown,
    weight: 30,
    write,
    ..Style::MAIL
};

fn write(scene: &mut Scene<'_>) -> Vec<u8> {
    let brand = scene.brand().0;
    let count = scene.rng.between(1, 3) as usize;
    let urls = scene.urls(count);
    let urls: Vec<String> = urls.iter().map(|url| defang(url, &mut scene.rng)).collect();
    let text = format!(
        "不正利用ご担当者様\n\nお世話になっております。{}です。\n\n貴社のサーバにおいて、{brand}をかたるフィッシングサイトが公開されていることを確認しました。\n\
         閲覧した利用者のIDとパスワードが盗まれるおそれがあります。サイトの閉鎖をお願いいたします。\n\n\
         ■ URL（アクセス防止のため一部を書き換えています）\n{}\n\n■ 確認日時\n{}（日本時間）\n{}\n\
         サイトが第三者に改ざんされたものである場合は、侵入の原因についてもお調べください。\n対応が終わりましたら、本メールへの返信でお知らせください。\n",
        scene.reporter.name,
        urls.join("\n"),
        stamp::JST.ja_minute(scene.event),
        scene.again_ja(),
    );
    scene.mail(&format!("【閉鎖依頼】{brand}をかたるフィッシングサイト")).text(&mut scene.rng, &text)
}
