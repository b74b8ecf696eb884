//! A complaint without time or port about an address that changes hands: nobody can be named (B21).

use model::Category;

use super::Style;
use crate::reporter::Role;
use crate::scene::Scene;
use crate::target::Kind;
use crate::truth::Expect;

pub(crate) const STYLE: Style = Style {
    name: "lacking",
    categories: &[Category::LoginAttack, Category::Spam, Category::Ddos],
    targets: &[Kind::Line, Kind::Shared],
    role: Role::Admin,
    weight: 5,
    write,
    ..Style::MAIL
};

fn write(scene: &mut Scene<'_>) -> Vec<u8> {
    scene.expect = Expect::AskBack;
    let ip = scene.ip();
    let (en, ja) = match scene.category {
        Category::Spam => ("sends spam to our users", "迷惑メールが届きます"),
        Category::Ddos => ("floods our server (DDoS)", "サーバへのDDoS攻撃が来ています"),
        _ => ("tries passwords on our SSH", "SSHへのパスワード攻撃が来ています"),
    };
    // On a shared address a time alone does not help: the port is what lacks.
    let when = if scene.target.kind == Kind::Shared {
        format!(" It was at {}.", scene.zone.plain(scene.event))
    } else {
        scene.states_time = false;
        String::new()
    };
    if scene.rng.chance(500) || !when.is_empty() {
        let text = format!("Hi,\n\nyour IP {ip} {en}.{when} Stop it.\n\n{}\n", scene.reporter.name);
        scene.mail(&format!("abuse {ip}")).text(&mut scene.rng, &text)
    } else {
        let text = format!("お世話になります。\n\n貴社のIPアドレス {ip} から{ja}。\n至急対応してください。\n\n{}\n", scene.reporter.name);
        scene.mail(&format!("{ip} について")).text(&mut scene.rng, &text)
    }
}
