//! A port scan whose rate is said: three packets a day are noted, hundreds a second are acted upon (B17).

use model::Category;

use super::Style;
use crate::reporter::Role;
use crate::scene::Scene;
use crate::target::Kind;
use crate::truth::Expect;

pub(crate) const STYLE: Style = Style {
    name: "scan_rate",
    categories: &[Category::PortScan],
    targets: &[Kind::Host, Kind::Line],
    role: Role::Admin,
    precise: true,
    weight: 12,
    write,
    ..Style::MAIL
};

fn write(scene: &mut Scene<'_>) -> Vec<u8> {
    let ip = scene.ip();
    let victim = scene.reporter.ip;
    let rate = if scene.figure(0, 1) == 0 {
        scene.expect = Expect::InfoOnly;
        format!("{} packets a day", scene.figure(2, 4))
    } else {
        format!("{} packets per second (pps)", scene.figure(4, 9) * 100)
    };
    let text = format!(
        "Hello,\n\nthe host {ip} scans ports of {victim}.\n\n  source:  {ip}\n  source port: {}\n  target:  {victim}, ports 1-1024/tcp\n  \
         rate:    {rate}\n  seen at: {}\n{}\nRegards\n{}\n",
        scene.port(),
        scene.zone.plain(scene.event),
        scene.again_en(),
        scene.reporter.name,
    );
    scene.mail(&format!("Port scan from {ip}")).text(&mut scene.rng, &text)
}
