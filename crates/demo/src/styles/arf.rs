//! ARF of a feedback loop (RFC 5965), as CFBL (RFC 9477) and older loops send it.

use model::Category;

use super::Style;
use crate::attack;
use crate::mime::Part;
use crate::reporter::Role;
use crate::scene::Scene;
use crate::target::Kind;

pub(crate) const STYLE: Style = Style {
    name: "arf",
    categories: &[Category::Spam],
    targets: &[Kind::Host, Kind::Mailbox, Kind::Line],
    role: Role::Loop,
    precise: true,
    weight: 40,
    write,
    ..Style::MAIL
};

fn write(scene: &mut Scene<'_>) -> Vec<u8> {
    let ip = scene.ip();
    let sample = attack::spam_sample(scene);
    let text = format!(
        "This is an email abuse report for a message received from {ip} on {}.\n\
         For more information about this format please see RFC 5965.\n",
        scene.zone.mail(scene.event)
    );
    let sender = scene.target.account.as_ref().map(|account| format!("Original-Mail-From: <{account}>\n"));
    // Version 0.1 and a missing Arrival-Date are met in the wild; the embedded mail then has the time.
    let (version, arrival) = match scene.rng.below(8) {
        0 => ("0.1", String::new()),
        _ => ("1", format!("Arrival-Date: {}\n", scene.zone.mail(scene.event))),
    };
    let report = format!(
        "Feedback-Type: abuse\nUser-Agent: LoopReporter/2.4\nVersion: {version}\nSource-IP: {ip}\n{}{arrival}\
         Reporting-MTA: dns; {}\nOriginal-Rcpt-To: <redacted@{}>\nIncidents: 1\n",
        sender.unwrap_or_default(),
        scene.reporter.host,
        scene.reporter.domain,
    );
    let mail = scene.mail(&format!("Abuse report for {ip}")).header("Auto-Submitted", "auto-generated");
    let parts = [
        Part::text(&mut scene.rng, &text),
        Part::plain("message/feedback-report", &report),
        Part::plain("message/rfc822", &sample),
    ];
    mail.multipart("report; report-type=feedback-report", &parts)
}
