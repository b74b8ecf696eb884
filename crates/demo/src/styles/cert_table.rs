//! A CSIRT's notice: a short letter and a table of comma-separated values in UTC.

use model::Category;

use super::Style;
use crate::mime::Part;
use crate::reporter::Role;
use crate::scene::Scene;
use crate::stamp;
use crate::target::Kind;

pub(crate) const STYLE: Style = Style {
    name: "cert_table",
    categories: &[
        Category::Phishing,
        Category::Malware,
        Category::RemoteCompromise,
        Category::ExposedData,
        Category::OpenService,
        Category::Botnet,
        Category::InfectedHost,
        Category::CompromisedServer,
        Category::Cve,
        Category::Misconfiguration,
    ],
    targets: &[Kind::Site, Kind::Host],
    role: Role::Csirt,
    weight: 16,
    write,
    ..Style::MAIL
};

fn by_address(category: Category) -> bool {
    !matches!(
        category,
        Category::Phishing | Category::Malware | Category::RemoteCompromise | Category::ExposedData
    )
}

fn write(scene: &mut Scene<'_>) -> Vec<u8> {
    let number = format!("KC#{}{:05}", scene.zone.digits(scene.event), scene.number);
    let (_, kind) = scene.category.xarf();
    let at = stamp::UTC.bare(scene.event);
    let (header, rows) = if by_address(scene.category) && scene.target.host.is_none() {
        let row = format!("\"{at}\",\"{}\",{},tcp,64500,{kind}", scene.ip(), scene.port());
        ("\"timestamp\",\"ip\",\"port\",\"protocol\",\"asn\",\"type\"", vec![row])
    } else {
        let count = scene.rng.between(1, 3) as usize;
        let rows = scene.urls(count).iter().map(|url| format!("\"{at}\",\"{}\",\"{url}\",64500,{kind}", scene.ip())).collect();
        ("\"timestamp\",\"ip\",\"url\",\"asn\",\"type\"", rows)
    };
    let table = format!("{header}\n{}\n", rows.join("\n"));
    let letter = format!(
        "Dear colleagues,\n\nthis is {}. We received information on systems in your constituency ({kind}).\n\
         Please check them, inform the persons responsible, and let us know the result.\n\
         All times are UTC.\n{}",
        scene.reporter.name,
        scene.again_en()
    );
    let mail = scene.mail(&format!("[{number}] {kind} in your network"));
    if scene.rng.chance(500) {
        let parts = [
            Part::text(&mut scene.rng, &letter),
            Part::typed(&mut scene.rng, "text/csv; charset=utf-8; name=\"report.csv\"", &table),
        ];
        mail.multipart("mixed", &parts)
    } else {
        mail.text(&mut scene.rng, &format!("{letter}\n{table}\n-- \n{}\n", scene.reporter.name))
    }
}
