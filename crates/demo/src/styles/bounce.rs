//! Noise: a delivery status notification (RFC 3464) for a mail of the desk.

use model::Noise;

use super::Style;
use crate::mime::Part;
use crate::reporter::Role;
use crate::scene::{DESK, Scene};

pub(crate) const STYLE: Style = Style {
    name: "bounce",
    role: Role::OtherDesk,
    noise: Some(Noise::Bounce),
    write,
    ..Style::MAIL
};

fn write(scene: &mut Scene<'_>) -> Vec<u8> {
    let host = scene.reporter.host.clone();
    let nobody = format!("nobody@{}", scene.reporter.domain);
    "Mail Delivery System".clone_into(&mut scene.reporter.name);
    scene.reporter.mail = format!("MAILER-DAEMON@{host}");
    let text = format!(
        "This is the mail system at host {host}.\n\nYour message could not be delivered.\n\n<{nobody}>: host {host} said: \
         550 5.1.1 User unknown (in reply to RCPT TO command)\n"
    );
    let status = format!(
        "Reporting-MTA: dns; {host}\nArrival-Date: {}\n\nFinal-Recipient: rfc822; {nobody}\nAction: failed\n\
         Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n",
        scene.zone.mail(scene.event)
    );
    let headers = format!(
        "From: <{DESK}>\nTo: <{nobody}>\nSubject: Your report\nMessage-ID: <sent-{}@provider.example>\nDate: {}\n",
        scene.number,
        scene.zone.mail(scene.event)
    );
    let mail = scene
        .mail("Undelivered Mail Returned to Sender")
        .header("Return-Path", "<>")
        .header("Auto-Submitted", "auto-replied");
    let parts = [
        Part::text(&mut scene.rng, &text),
        Part::plain("message/delivery-status", &status),
        Part::plain("text/rfc822-headers", &headers),
    ];
    mail.multipart("report; report-type=delivery-status", &parts)
}
