//! A brand's agent complains about counterfeit goods.

use model::Category;

use super::Style;
use crate::reporter::Role;
use crate::scene::Scene;
use crate::target::Kind;

pub(crate) const STYLE: Style = Style {
    name: "trademark",
    categories: &[Category::BrandInfringement],
    targets: &[Kind::Site],
    role: Role::Rights,
    weight: 24,
    write,
    ..Style::MAIL
};

fn write(scene: &mut Scene<'_>) -> Vec<u8> {
    let brand = scene.brand().1;
    let count = scene.rng.between(1, 3) as usize;
    let text = format!(
        "Dear Sirs,\n\nwe protect the registered trademark {brand} (No. {}). The web site {} offers counterfeit goods under it:\n\n\
         {}\n\nScreenshots were taken on {}.\n{}\nWe ask you to have the trademark infringement removed and to confirm.\n\n{}\n",
        scene.figure(5_000_000, 6_900_000),
        scene.host(),
        scene.urls(count).join("\n"),
        scene.zone.plain(scene.event),
        scene.again_en(),
        scene.reporter.name,
    );
    scene.mail(&format!("Trademark infringement: {brand}")).text(&mut scene.rng, &text)
}
