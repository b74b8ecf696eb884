//! The way of a report by the API: the same as on the page, masked for those who may not know persons.

use axum::http::{StatusCode, header};
use testkit::TempStore;

use crate::house::{Ask, House};

const SPAM: &[u8] = b"From: User <user@example.org>\r\nTo: abuse@provider.example\r\nSubject: Spam\r\n\
Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nI got this.\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n\
Received: from out.example.com (out.example.com [192.0.2.10]) by mx.example.org (Postfix) with ESMTPS id 1; \
Sun, 22 Nov 2026 09:00:09 +0900\r\n\
Received: from pc (unknown [203.0.113.9]) (Authenticated sender: taro@example.com) by out.example.com (Postfix) \
with ESMTPSA id 2; Sun, 22 Nov 2026 09:00:02 +0900\r\n\
From: x@example.com\r\nSubject: Win\r\n\r\nx\r\n--b--\r\n";

#[tokio::test]
async fn the_way_of_a_report_is_told_to_programs() -> anyhow::Result<()> {
    let temp = TempStore::sqlite().await?;
    let house = House::new(&temp.store).await?;
    let reply = house.ask(Ask::post("/api/v1/reports", "operator", "message/rfc822", SPAM)).await;
    let path = format!("{}/trace", reply.header(header::LOCATION));

    let told = house.ask(Ask::get(&path, "operator")).await.json();
    assert_eq!(told["report"]["hops"].as_array().unwrap().len(), 0, "{told}");
    let inner = &told["evidence"];
    assert_eq!((inner["of"].as_str(), inner["basis"].as_str()), (Some("attached"), Some("receiver")));
    assert_eq!(inner["responsible"]["address"], "192.0.2.10");
    assert_eq!((inner["hops"][1]["standing"].as_str(), inner["hops"][1]["lag_s"].as_i64()), (Some("claimed"), Some(7)));

    let named = house.ask(Ask::get(&format!("{path}?trusted=example.com"), "operator")).await.json();
    assert_eq!(named["evidence"]["basis"], "receiver-and-named");
    assert_eq!(named["evidence"]["responsible"]["account"], "taro@example.com");
    let masked = house.ask(Ask::get(&format!("{path}?trusted=example.com"), "auditor")).await;
    assert_eq!(masked.json()["evidence"]["responsible"]["account"], "t***@example.com");
    assert!(!masked.text().contains("taro@"), "{}", masked.text());
    assert_eq!(
        house.ask(Ask::get(&format!("{path}?trusted=a%20%3C"), "operator")).await.status,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(house.ask(Ask::get(&path, "reporter")).await.status, StatusCode::FORBIDDEN);
    Ok(())
}
