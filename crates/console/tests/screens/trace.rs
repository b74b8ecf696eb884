//! The way of a mail on its page: proven, claimed, who answers for it; masked for those who may not know persons.

use axum::http::StatusCode;
use jiff::SignedDuration;
use model::Clock;
use store::reports::NewReport;

use crate::client::Room;
use crate::common;

/// A complaint that came through our own server, with the spam attached: sent by a customer who was logged in there, behind a
/// made-up hop. The relay's clock is twenty minutes ahead of the receiver's.
const COMPLAINT: &str = "Received: from mail.example.org (mail.example.org [198.51.100.8]) by mx.provider.example (Postfix) with ESMTPS id 9; \
    Sun, 22 Nov 2026 11:58:00 +0900\r\n\
    Authentication-Results: mx.provider.example; dkim=pass header.d=example.org\r\n\
    From: Hanako <hanako@example.org>\r\nTo: abuse@provider.example\r\nSubject: Spam from you\r\n\
    Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nI got this spam.\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n\
    Received: from out.provider.example (out.provider.example [192.0.2.25]) by mx.example.org (Postfix) with ESMTPS id 1; \
    Sun, 22 Nov 2026 02:00:00 +0000\r\n\
    Received: from <script>x</script> (unknown [203.0.113.9]) (Authenticated sender: taro@shop.example.com) by out.provider.example (Postfix) \
    with ESMTPSA id 2; Sun, 22 Nov 2026 11:20:00 +0900\r\n\
    Received: from bank.example (bank.example [198.51.100.1]) by pc (Postfix) with SMTP id 3; Sun, 22 Nov 2026 13:00:00 +0900\r\n\
    From: x@example.com\r\nSubject: Win\r\n\r\nx\r\n--b--\r\n";

#[tokio::test]
async fn the_way_of_a_mail_is_a_page_of_its_own() -> anyhow::Result<()> {
    let room = Room::new().await?;
    let received = room.clock.now().checked_sub(SignedDuration::from_mins(1))?;
    let new = |raw| NewReport { raw, door: "lmtp", envelope_from: None, envelope_to: None, received };
    let report = room.store().accept_report(new(COMPLAINT.as_bytes())).await?.report;
    common::work(&room.desk).await?;
    let path = format!("/reports/{report}/trace");

    // Nobody is named: the relay brought it in, and who logged in there is its own claim.
    let alex = room.browser("alex").await?;
    let english = alex.get(&path).await?.body;
    for said in [
        "192.0.2.25 brought the mail in",
        "3. FORGED",
        "clocks disagree: the next hop wrote a time that is 20 min earlier",
        "(written as 02:00:00 +0000)",
        "names the account taro@shop.example.com",
        "hanako@example.org",
        "&#60;script&#62;x&#60;/script&#62;",
    ] {
        assert!(english.contains(said), "{said}: {english}");
    }
    // Named: its word counts, and the account is proven.
    let trusted = format!("{path}?trusted=provider.example");
    let japanese = room.browser("sato").await?.get(&trusted).await?.body;
    for said in ["責任を負う者", "out.provider.example のアカウント taro@shop.example.com", "偽造", "dkim=pass"]
    {
        assert!(japanese.contains(said), "{said}: {japanese}");
    }
    let audit = room.browser("audit").await?.get(&trusted).await?.body;
    assert!(audit.contains("t***@shop.example.com") && audit.contains("h***@example.org"), "{audit}");
    assert!(!audit.contains("taro@") && !audit.contains("hanako@"), "{audit}");

    let wrong = alex.get(&format!("{path}?trusted=a_%3Cb")).await?;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert_eq!(alex.get("/reports/123456789/trace").await?.status, StatusCode::NOT_FOUND);
    for garbage in [&b"\0\xff\xfe"[..], b"{\"xarf_version\": \"4.2.0\"}", b"Received: ((((((;\r\n\r\n"] {
        let report = room.store().accept_report(new(garbage)).await?.report;
        let page = alex.get(&format!("/reports/{report}/trace")).await?;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    }
    Ok(())
}
