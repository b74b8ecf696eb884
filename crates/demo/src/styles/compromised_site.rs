//! Somebody saw malware, a web shell, a defacement or leaked data on a site.

use model::Category;

use super::Style;
use crate::reporter::Role;
use crate::scene::{Scene, defang};
use crate::target::Kind;

pub(crate) const STYLE: Style = Style {
    name: "compromised_site",
    categories: &[Category::Malware, Category::RemoteCompromise, Category::ExposedData],
    targets: &[Kind::Site, Kind::Site, Kind::Host],
    role: Role::Sensor,
    precise: true,
    weight: 16,
    write,
    ..Style::MAIL
};

fn write(scene: &mut Scene<'_>) -> Vec<u8> {
    let url = defang(&scene.url(), &mut scene.rng);
    let seen = scene.zone.plain(scene.event);
    let (en, ja) = match scene.category {
        Category::Malware => ("distributes malware", "マルウェアが配布されています"),
        Category::RemoteCompromise => ("was defaced and carries a web shell", "改ざんされ、Webシェルが設置されています"),
        _ => ("exposes personal data to everybody", "個人情報を含むファイルが公開されています"),
    };
    if scene.rng.chance(500) {
        let text = format!(
            "Hello abuse team,\n\na site on your network {en}:\n\n    {url}\n\nChecked: {seen}\n{}\n\
             The owner is probably a victim, too. Please inform them.\n\n{}\n",
            scene.again_en(),
            scene.reporter.name,
        );
        scene.mail(&format!("Site in your network {en}")).text(&mut scene.rng, &text)
    } else {
        let text = format!(
            "ご担当者様\n\n貴社で公開されている次のサイトで、{ja}。\n\n    {url}\n\n確認日時: {seen}\n{}\n\
             サイトの管理者も被害者と思われます。ご連絡をお願いいたします。\n\n{}\n",
            scene.again_ja(),
            scene.reporter.name,
        );
        scene.mail("貴社でホストされているサイトについて").text(&mut scene.rng, &text)
    }
}
