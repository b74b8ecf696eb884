//! Somebody was threatened by mail: frightening, but no breach of our terms by what it shows; the police help (B22).

use model::Category;

use super::Style;
use crate::reporter::Role;
use crate::scene::Scene;
use crate::stamp;
use crate::target::Kind;
use crate::truth::Expect;

pub(crate) const STYLE: Style = Style {
    name: "threat_ja",
    categories: &[Category::Harassment],
    targets: &[Kind::Mailbox],
    role: Role::Person,
    weight: 10,
    write,
    ..Style::MAIL
};

fn write(scene: &mut Scene<'_>) -> Vec<u8> {
    scene.expect = Expect::ReferOut;
    let text = format!(
        "助けてください。{}といいます。\n\n{} という送信者から、{}に脅迫メールが届きました。\n\
         「夜道に気をつけろ」「家は知っている」と書いてあります。以前からの金銭のもめごとが原因です。\n\
         怖くて眠れません。この人の契約を解除して、住所を教えてください。{}\n",
        scene.reporter.name,
        scene.accused(),
        stamp::JST.ja_minute(scene.event),
        scene.again_ja(),
    );
    scene.mail("脅迫されています").text(&mut scene.rng, &text)
}
