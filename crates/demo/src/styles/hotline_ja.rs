//! A hotline's formal notice about unlawful content: a classification, a place and a time, nothing else.

use model::Category;

use super::Style;
use crate::reporter::Role;
use crate::scene::Scene;
use crate::stamp;
use crate::target::Kind;

pub(crate) const STYLE: Style = Style {
    name: "hotline_ja",
    categories: &[Category::Obscene, Category::Csam, Category::Fraud],
    targets: &[Kind::Site, Kind::Site, Kind::Host],
    role: Role::Hotline,
    precise: true,
    weight: 8,
    write,
    ..Style::MAIL
};

fn write(scene: &mut Scene<'_>) -> Vec<u8> {
    let class = match scene.category {
        Category::Obscene => "わいせつ電磁的記録記録媒体陳列",
        Category::Csam => "児童ポルノ公然陳列",
        _ => "詐欺サイト（偽ショッピングサイト）",
    };
    let text = format!(
        "サーバ管理者 御中\n\n{}です。当センターのガイドラインに照らし、次の情報を違法情報と判断しました。\n\
         送信防止措置をご検討ください。\n\n　整理番号: {}-{:05}\n　分類: {class}\n　URL: {}\n　確認日時: {}\n{}\n\
         措置の結果を本メールへの返信でお知らせください。証拠の保全にご協力ください。\n",
        scene.reporter.name,
        scene.zone.digits(scene.event),
        scene.number,
        scene.url(),
        stamp::JST.slashed(scene.event),
        scene.again_ja(),
    );
    scene.mail("違法情報に関する送信防止措置の依頼").text(&mut scene.rng, &text)
}
