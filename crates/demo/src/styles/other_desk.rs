//! Another provider's desk passes a report on: the original is quoted below a few lines.

use model::Category;

use super::Style;
use crate::attack;
use crate::reporter::Role;
use crate::scene::Scene;
use crate::target::Kind;

pub(crate) const STYLE: Style = Style {
    name: "other_desk",
    categories: &[Category::LoginAttack, Category::PortScan, Category::VulnerabilityScan, Category::Ddos],
    targets: &[Kind::Host, Kind::Line, Kind::Shared],
    role: Role::OtherDesk,
    precise: true,
    weight: 5,
    write,
    ..Style::MAIL
};

fn write(scene: &mut Scene<'_>) -> Vec<u8> {
    let ip = scene.ip();
    let lines = attack::dated(scene, 4);
    let quoted: Vec<String> = lines.iter().map(|line| format!("> {line}")).collect();
    let kind = scene.category.xarf().1;
    let text = format!(
        "Dear colleagues,\n\na customer of ours complains about {ip}, which is in your network. We pass the complaint on.\n{}\n\
         Best regards\n{}\n\n---------- Forwarded message ----------\n> Subject: {kind} from {ip}\n>\n\
         > please stop the attacks ({kind}) from {ip}, the log follows\n>\n{}\n",
        scene.again_en(),
        scene.reporter.name,
        quoted.join("\n"),
    );
    let id = format!("{:04X}:{:X}", scene.number, scene.target.salt >> 56);
    scene.mail(&format!("Fwd: Abuse Message [AbuseID:{id}]: {kind} from {ip}")).text(&mut scene.rng, &text)
}
