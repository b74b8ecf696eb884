//! Take-down prose of a brand's agent in English, with defanged URLs; several URLs of one site are one thing (A10).

use model::Category;

use super::Style;
use crate::reporter::Role;
use crate::scene::{Scene, defang};
use crate::target::Kind;

pub(crate) const STYLE: Style = Style {
    name: "phishing_en",
    categories: &[Category::Phishing, Category::SuspiciousRegistration],
    targets: &[Kind::Site, Kind::Site, Kind::Site, Kind::Host],
    role: Role::Takedown,
    precise: true,
    weight: 30,
    write,
    ..Style::MAIL
};

fn write(scene: &mut Scene<'_>) -> Vec<u8> {
    let brand = scene.brand().1;
    let count = scene.rng.between(1, 4) as usize;
    let urls: Vec<String> = scene.urls(count);
    let urls: Vec<String> = if scene.rng.chance(700) {
        urls.iter().map(|url| defang(url, &mut scene.rng)).collect()
    } else {
        urls
    };
    let seen = scene.zone.plain(scene.event);
    let opening = if scene.category == Category::SuspiciousRegistration {
        format!("The name below was registered to deceive customers of {brand}; a page is being prepared there.")
    } else {
        format!("We act for {brand}. A phishing page that collects the passwords of its customers is on your network.")
    };
    let text = format!(
        "To whom it may concern,\n\n{opening}\n\n{}\n\nFirst seen: {seen}\nHosted at: {}\n{}\n\
         The page may show itself only to visitors from Japan with a mobile browser.\n\
         Please take it down, keep the kit and the logs for the investigation, and tell us when it is done.\n\n\
         Reference: {}-{:05}\n{}\n",
        urls.join("\n"),
        scene.ip(),
        scene.again_en(),
        scene.zone.digits(scene.event),
        scene.number,
        scene.reporter.name,
    );
    scene.mail(&format!("Phishing site targeting {brand} on your network")).text(&mut scene.rng, &text)
}
