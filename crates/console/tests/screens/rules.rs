//! A rule for one sender, without script: written on its page, tried there, put in force by a lead, and out again.

use axum::http::StatusCode;
use jiff::SignedDuration;
use model::Clock;
use store::reports::NewReport;

use crate::client::Room;
use crate::common;

const LETTER: &str = "From: NOC <noc@example.org>\r\nTo: abuse@provider.example\r\nSubject: <b>Ticket</b> 7\r\n\
    Date: Sun, 22 Nov 2026 02:00:00 +0000\r\nMessage-ID: <7@example.org>\r\n\r\n\
    Ticket 7\r\nOur sensor: 198.51.100.7\r\nPeer node: 192.0.2.21\r\n";

#[tokio::test]
async fn a_rule_is_written_tried_and_put_in_force() -> anyhow::Result<()> {
    let room = Room::new().await?;
    let received = room.clock.now().checked_sub(SignedDuration::from_mins(1))?;
    let new = NewReport { raw: LETTER.as_bytes(), door: "lmtp", envelope_from: None, envelope_to: None, received };
    room.store().accept_report(new).await?;
    common::work(&room.desk).await?;
    let (alex, lee) = (room.browser("alex").await?, room.browser("lee").await?);

    let list = alex.get("/settings/rules").await?.body;
    assert!(list.contains("href=\"/settings/rules/new\""), "{list}");
    let fields = [("name", "noc"), ("from", "noc@example.org"), ("accuse", "Peer node\r\n"), ("category", "port-scan")];
    let wrong = alex.post("/settings/rules", &[&fields[..], &[("zone", "Mars")]].concat()).await?;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", wrong.body);
    let written = alex.post("/settings/rules", &fields).await?;
    let page = written.location.unwrap_or_default();
    assert!(page.starts_with("/settings/rules/noc?version=1"), "{page} {}", written.body);

    // Tried on what came before, on the same page; a subject of a stranger stays text.
    let tried = alex.get(&page).await?.body;
    assert!(tried.contains("192.0.2.21 · Port scan") && tried.contains("<b>≠</b>"), "{tried}");
    assert!(tried.contains("&#60;b&#62;Ticket&#60;/b&#62; 7") && !tried.contains("<b>Ticket</b>"), "{tried}");
    assert!(!tried.contains("action=\"/settings/rules/noc/enable\""), "an operator does not put it in force");
    assert_eq!(alex.post("/settings/rules/noc/enable", &[("version", "1")]).await?.status, StatusCode::FORBIDDEN);

    assert!(lee.get(&page).await?.body.contains("action=\"/settings/rules/noc/enable\""));
    assert_eq!(lee.post("/settings/rules/noc/enable", &[("version", "1")]).await?.status, StatusCode::SEE_OTHER);
    let active = room.browser("sato").await?.get("/settings/rules").await?.body;
    assert!(active.contains("noc@example.org") && active.contains("user:lee"), "{active}");
    assert_eq!(alex.post("/settings/rules/noc/disable", &[]).await?.status, StatusCode::SEE_OTHER);
    assert_eq!(lee.post("/settings/rules/noc/remove", &[]).await?.status, StatusCode::SEE_OTHER);
    assert!(!alex.get("/settings/rules").await?.body.contains("noc@example.org"));
    assert_eq!(alex.get("/settings/rules/noc").await?.status, StatusCode::NOT_FOUND);
    Ok(())
}
