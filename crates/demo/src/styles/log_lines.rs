//! An administrator's complaint with log lines; each line has its date and zone.

use model::Category;

use super::Style;
use crate::attack;
use crate::reporter::Role;
use crate::scene::Scene;
use crate::target::Kind;

pub(crate) const STYLE: Style = Style {
    name: "log_lines",
    categories: &[
        Category::LoginAttack,
        Category::PortScan,
        Category::VulnerabilityScan,
        Category::SqlInjection,
        Category::Scraping,
        Category::Reconnaissance,
        Category::Ddos,
        Category::InfectedHost,
    ],
    targets: &[Kind::Host, Kind::Host, Kind::Line, Kind::Shared],
    role: Role::Admin,
    precise: true,
    weight: 14,
    write,
    ..Style::MAIL
};

const fn what(category: Category) -> (&'static str, &'static str) {
    match category {
        Category::LoginAttack => ("password guessing", "パスワードの総当たり攻撃"),
        Category::PortScan => ("a port scan", "ポートスキャン"),
        Category::VulnerabilityScan => ("attacks on our web application", "Webアプリケーションへの攻撃"),
        Category::SqlInjection => ("SQL injection attempts", "SQLインジェクションの試み"),
        Category::Scraping => ("aggressive crawling", "過度なクローリング"),
        Category::Ddos => ("a UDP flood (denial of service)", "UDPフラッド（DDoS攻撃）"),
        Category::InfectedHost => ("worm traffic of an infected machine", "ウイルスに感染した機器からの通信"),
        _ => ("reconnaissance of our hosts", "偵察行為"),
    }
}

fn write(scene: &mut Scene<'_>) -> Vec<u8> {
    let ip = scene.ip();
    let count = scene.rng.between(3, 9);
    let lines = attack::dated(scene, count).join("\n");
    let (en, ja) = what(scene.category);
    let name = scene.reporter.name.clone();
    let host = scene.reporter.host.clone();
    if scene.rng.chance(500) {
        let text = format!(
            "Hello,\n\nwe see {en} against {host}, coming from {ip} in your network.\n\
             Please stop this. Our clock is kept by NTP.\n{}\nLog:\n\n{lines}\n\nKind regards\n{name}\n",
            scene.again_en()
        );
        scene.mail(&format!("Abuse: {en} from {ip}")).text(&mut scene.rng, &text)
    } else {
        let text = format!(
            "ご担当者様\n\n{host} を運用している {name} と申します。\n貴社の {ip} から、{ja}と思われる通信を受けております。\n\
             ご確認のうえ、停止していただけますでしょうか。時刻はNTPで同期しています。\n{}\n以下ログです。\n\n{lines}\n\n以上、よろしくお願いいたします。\n",
            scene.again_ja()
        );
        scene.mail(&format!("{ip} からの{ja}について")).text(&mut scene.rng, &text)
    }
}
