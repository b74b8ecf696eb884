//! A complaint that does not say what is wrong: a person has to sort it.

use model::Category;

use super::Style;
use crate::reporter::Role;
use crate::scene::Scene;
use crate::target::Kind;
use crate::truth::Expect;

pub(crate) const STYLE: Style = Style {
    name: "unclear",
    categories: &[Category::Unknown],
    targets: &[Kind::Site, Kind::Host, Kind::Mailbox],
    role: Role::Person,
    weight: 10,
    write,
    ..Style::MAIL
};

const TEXTS: &[(&str, &str)] = &[
    ("これについて", "{} を見てください。ひどいと思います。なんとかしてください。"),
    ("苦情", "御社の {} のせいで大変迷惑しています。責任者を出してください。"),
    ("お問い合わせ", "{} は御社のお客様でしょうか。少しおかしいので調べてもらえませんか。"),
    ("please help", "Something is wrong with {}. My nephew says it comes from you. Please do something."),
];

fn write(scene: &mut Scene<'_>) -> Vec<u8> {
    scene.expect = Expect::Triage;
    scene.states_time = false;
    let (subject, text) = scene.rng.pick(TEXTS);
    let text = format!("{}\n\n{}\n", text.replace("{}", &scene.accused()), scene.reporter.name);
    scene.mail(subject).text(&mut scene.rng, &text)
}
