//! 送信防止措置依頼書: a law office asks for removal in the form that the Japanese act provides.

use model::Category;

use super::Style;
use crate::reporter::Role;
use crate::scene::Scene;
use crate::stamp;
use crate::target::Kind;

pub(crate) const STYLE: Style = Style {
    name: "takedown_request_ja",
    categories: &[Category::Copyright, Category::Defamation, Category::BrandInfringement],
    targets: &[Kind::Site, Kind::Site, Kind::Site, Kind::Host],
    role: Role::Law,
    weight: 20,
    write,
    ..Style::MAIL
};

fn write(scene: &mut Scene<'_>) -> Vec<u8> {
    let (kind, right, reason) = match scene.category {
        Category::Copyright => ("著作権侵害", "複製権・公衆送信権", "依頼人が著作権を有する著作物が、許諾なく全文掲載されている。"),
        Category::Defamation => {
            ("名誉毀損", "名誉権・プライバシー権", "依頼人の氏名とともに、事実でない内容が記載され、社会的評価が低下している。")
        }
        _ => ("商標権侵害", "商標権", "依頼人の登録商標と同一の標章を付した模倣品が販売されている。"),
    };
    let count = scene.rng.between(1, 3) as usize;
    let text = format!(
        "特定電気通信役務提供者 御中\n\n送信防止措置依頼書\n\n\
         \u{3000}依頼者代理人　{}\n　連絡先　{}\n　作成日　{}\n\n\
         \u{3000}下記の情報の流通により権利が侵害されたので、送信を防止する措置を講じるよう依頼します。\n\n\
         １．掲載されている場所\n{}\n\n２．掲載されている情報　{kind}に当たる記載\n\n\
         ３．侵害されたとする権利　{right}\n\n４．権利が侵害されたとする理由\n　{reason}\n\n\
         ５．確認した日時　{}（日本時間）\n{}\n\
         上記の内容は事実に相違ありません。発信者に照会する際、依頼者の氏名を開示することに同意しません。\n",
        scene.reporter.name,
        scene.reporter.mail,
        stamp::JST.ja_day(scene.written),
        scene.urls(count).iter().map(|url| format!("　{url}")).collect::<Vec<_>>().join("\n"),
        stamp::JST.ja_minute(scene.event),
        scene.again_ja(),
    );
    scene.mail(&format!("送信防止措置依頼書（{kind}）")).text(&mut scene.rng, &text)
}
