//! A file-sharing notice with the XML block that the rights holders' agents use (ACNS).

use model::Category;

use super::Style;
use crate::reporter::Role;
use crate::scene::Scene;
use crate::stamp;
use crate::target::Kind;

pub(crate) const STYLE: Style = Style {
    name: "p2p_notice",
    categories: &[Category::CopyrightP2p],
    targets: &[Kind::Line, Kind::Line, Kind::Shared, Kind::Host],
    role: Role::Rights,
    precise: true,
    weight: 20,
    write,
    ..Style::MAIL
};

const TITLES: &[&str] = &["Night Ferry S01E05", "Hoshi no Kasa 12", "Paper Boats", "Minakami Racer"];

fn write(scene: &mut Scene<'_>) -> Vec<u8> {
    let title = scene.story.clone().pick(TITLES);
    let (ip, port) = (scene.ip(), scene.port());
    let at = stamp::UTC.iso(scene.event);
    let hash = format!("{:016x}{:016x}{:08x}", scene.target.salt, scene.target.salt.rotate_left(7), scene.number);
    let id = format!("LF-{:08}", scene.number);
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Infringement xmlns=\"http://www.acns.example.org/ACNS\">\n\
         <Case><ID>{id}</ID><Status>Open</Status><Severity>Normal</Severity></Case>\n\
         <Complainant><Entity>{name}</Entity><Email>{mail}</Email></Complainant>\n\
         <Source><TimeStamp>{at}</TimeStamp><IP_Address>{ip}</IP_Address><Port>{port}</Port><Type>BitTorrent</Type></Source>\n\
         <Content><Item><TimeStamp>{at}</TimeStamp><Title>{title}</Title><FileName>{title}.mkv</FileName>\
         <Hash Type=\"SHA1\">{hash}</Hash></Item></Content>\n</Infringement>\n",
        name = scene.reporter.name,
        mail = scene.reporter.mail,
    );
    let text = format!(
        "Dear Sir or Madam,\n\na user of your network offers a work without permission by file sharing.\n\n\
         Title: {title}\nIP: {ip}\nPort: {port}\nTime: {at}\n{}\n- ----Start ACNS XML\n{xml}- ----End ACNS XML\n",
        scene.again_en()
    );
    scene.mail(&format!("Notice of claimed infringement, case {id}")).text(&mut scene.rng, &text)
}
