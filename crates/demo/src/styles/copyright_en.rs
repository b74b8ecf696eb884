//! A copyright notice with the parts that 17 U.S.C. 512(c)(3) asks for.

use model::Category;

use super::Style;
use crate::reporter::Role;
use crate::scene::Scene;
use crate::target::Kind;

pub(crate) const STYLE: Style = Style {
    name: "copyright_en",
    categories: &[Category::Copyright],
    targets: &[Kind::Site, Kind::Site, Kind::Site, Kind::Host],
    role: Role::Rights,
    weight: 30,
    write,
    ..Style::MAIL
};

const WORKS: &[&str] = &[
    "\"The Lighthouse Keeper's Daughter\" (novel)", "\"Hoshi no Kasa\" volumes 1-12 (comic)",
    "\"Autumn in Minakami\" (photographs)", "\"Paper Boats\" (music album)", "\"Night Ferry\" (television series)",
];

fn write(scene: &mut Scene<'_>) -> Vec<u8> {
    let mut story = scene.story.clone();
    let work = story.pick(WORKS);
    let count = scene.rng.between(1, 5) as usize;
    let text = format!(
        "Notice of copyright infringement\n\n1. Work: {work}\n2. Rights holder: represented by {}\n\
         3. Infringing material:\n{}\n4. Seen: {}\n5. Contact: {}\n{}\n\
         I have a good faith belief that use of the material in the manner complained of is not authorised by the\n\
         copyright owner, its agent, or the law. The information in this notice is accurate and, under penalty of\n\
         perjury, I am authorised to act on behalf of the owner.\n\n/s/ {}\n",
        scene.reporter.name,
        scene.urls(count).iter().map(|url| format!("   {url}")).collect::<Vec<_>>().join("\n"),
        scene.zone.plain(scene.event),
        scene.reporter.mail,
        scene.again_en(),
        scene.reporter.name,
    );
    scene.mail(&format!("Copyright infringement notice [{:06}]", scene.number)).text(&mut scene.rng, &text)
}
