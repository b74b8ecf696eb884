//! What a personal firewall frightens people with: one ping (D31).

use model::Category;

use super::Style;
use crate::reporter::Role;
use crate::scene::Scene;
use crate::stamp;
use crate::target::Kind;
use crate::truth::Expect;

pub(crate) const STYLE: Style = Style {
    name: "single_ping",
    categories: &[Category::Reconnaissance],
    targets: &[Kind::Host, Kind::Line],
    role: Role::Person,
    precise: true,
    weight: 10,
    write,
    ..Style::MAIL
};

fn write(scene: &mut Scene<'_>) -> Vec<u8> {
    scene.expect = Expect::InfoOnly;
    let ip = scene.ip();
    let text = format!(
        "はじめまして。{}と申します。\n\n自宅のパソコンのファイアウォールに次の警告が出ました。\n\n\
         \u{3000}{}　{ip} からの ICMP エコー要求（ping）を1回遮断しました\n\n\
         これはハッキングでしょうか。やめさせてください。お返事をお願いします。\n",
        scene.reporter.name,
        stamp::JST.slashed(scene.event),
    );
    scene.mail("不正アクセスされました").text(&mut scene.rng, &text)
}
