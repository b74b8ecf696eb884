//! A private person finds her name on a site.

use model::Category;

use super::Style;
use crate::reporter::Role;
use crate::scene::Scene;
use crate::stamp;
use crate::target::Kind;

pub(crate) const STYLE: Style = Style {
    name: "defamation_ja",
    categories: &[Category::Defamation],
    targets: &[Kind::Site],
    role: Role::Person,
    weight: 20,
    write,
    ..Style::MAIL
};

const DEEDS: &[&str] = &[
    "私の実名と勤務先が書かれ、「詐欺師だ」と中傷されています。まったくの事実無根です。",
    "元の交際相手が、私の名前と電話番号を掲示板に書き込んでいます。プライバシーの侵害です。",
    "私の店について、食中毒を隠していると嘘を書かれています。名誉毀損です。",
];

fn write(scene: &mut Scene<'_>) -> Vec<u8> {
    let deed = scene.story.clone().pick(DEEDS);
    let wish = scene.rng.pick(&["削除してください。", "書いた人を教えてください。", "削除と、書いた人の情報の開示をお願いします。"]);
    let text = format!(
        "担当の方へ\n\n{}と申します。貴社のサーバにある次のページについてご相談です。\n\n{}\n\n{deed}\n\
         {}に見つけました。{}\n{wish}\n",
        scene.reporter.name,
        scene.url(),
        stamp::JST.ja_minute(scene.event),
        scene.again_ja(),
    );
    scene.mail("誹謗中傷の書き込みについて").text(&mut scene.rng, &text)
}
