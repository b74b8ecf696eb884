//! A rule for one sender by the API: written, tried on what came before, in force, out of force, gone.

use axum::http::{StatusCode, header};
use serde_json::json;
use testkit::{TempStore, each_store};

use crate::house::{Ask, House};

/// A mail whose labels only a person can read: nothing says that the peer is accused.
fn letter(number: u32, ip: &str) -> Vec<u8> {
    format!(
        "From: NOC <noc@example.org>\r\nTo: abuse@provider.example\r\nSubject: Ticket {number}\r\n\
         Date: Sun, 22 Nov 2026 02:{number:02}:00 +0000\r\nMessage-ID: <{number}@example.org>\r\n\r\n\
         Ticket {number}\r\nOur sensor: 198.51.100.{number}\r\nPeer node: {ip}\r\n"
    )
    .into_bytes()
}

#[tokio::test]
async fn a_rule_is_tried_on_what_came_before_and_reads_what_comes_after() -> anyhow::Result<()> {
    each_store(async |store| {
        let house = House::new(&store).await?;
        let post = async |path: &str, who: &str, body: serde_json::Value| {
            house.ask(Ask::json(&format!("/api/v1/sender-rules{path}"), who, &body)).await
        };
        let hand_in = async |number, ip| -> anyhow::Result<String> {
            let reply = house.ask(Ask::post("/api/v1/reports", "operator", "message/rfc822", letter(number, ip))).await;
            house.work().await?;
            Ok(reply.header(header::LOCATION).to_owned())
        };
        hand_in(1, "192.0.2.10").await?;

        let rule =
            json!({ "name": "noc", "from": "noc@example.org", "accuse": ["Peer node"], "category": "port-scan" });
        let written = post("", "operator", rule.clone()).await;
        assert_eq!((written.status, written.json()), (StatusCode::CREATED, json!({ "name": "noc", "version": 1 })));
        let tried = post("/noc/tests", "operator", json!({})).await.json();
        assert_eq!((tried["changed"].as_u64(), tried["corrected"].as_u64()), (Some(1), Some(0)), "{tried}");
        assert_eq!(tried["reports"][0]["after"].as_array().unwrap().len(), 1, "{tried}");
        assert_eq!(tried["reports"][0]["after"][0]["ip"], "192.0.2.10", "{tried}");

        // Only written: it reads nothing yet, and not everybody puts it in force.
        assert_eq!(post("/noc/activations", "operator", json!({})).await.status, StatusCode::FORBIDDEN);
        assert_eq!(post("/noc/activations", "lead", json!({ "version": 9 })).await.status, StatusCode::NOT_FOUND);
        assert_eq!(post("/noc/activations", "lead", json!({ "version": 1 })).await.status, StatusCode::NO_CONTENT);
        let place = hand_in(2, "192.0.2.10").await?;
        let row = house.ask(Ask::get(&place, "operator")).await.json();
        assert_eq!(row["state"], "read", "{row}");
        let case =
            house.ask(Ask::get(&format!("/api/v1/cases/{}", row["case"].as_str().unwrap()), "operator")).await.json();
        assert_eq!((case["category"].as_str(), case["place"].as_str()), (Some("port-scan"), Some("host:192.0.2.10")));

        let list = house.ask(Ask::get("/api/v1/sender-rules", "operator")).await.json();
        assert_eq!(
            (list["items"][0]["active"].as_bool(), list["items"][0]["rule"]["from"].as_str()),
            (Some(true), Some("noc@example.org")),
            "{list}"
        );
        assert_eq!(list["items"][0]["enabled_by"], "api:lead", "{list}");
        assert_eq!(post("/noc/deactivations", "operator", json!({})).await.status, StatusCode::NO_CONTENT);
        assert_eq!(post("/noc/deactivations", "operator", json!({})).await.status, StatusCode::CONFLICT);
        assert_eq!(post("/noc/removals", "lead", json!({})).await.status, StatusCode::NO_CONTENT);
        assert_eq!(house.ask(Ask::get("/api/v1/sender-rules", "operator")).await.json()["items"], json!([]));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_rule_that_cannot_be_meant_is_refused_with_the_field() -> anyhow::Result<()> {
    let temp = TempStore::sqlite().await?;
    let house = House::new(&temp.store).await?;
    for (rule, named) in [
        (json!({ "name": "No Name", "from": "example.org", "never": true }), "name"),
        (json!({ "name": "noc", "from": "example.org", "never": true, "subject": "(" }), "subject"),
        (json!({ "name": "noc", "from": "", "never": true }), "sender"),
        (json!({ "name": "noc", "from": "example.org", "accuse": ["IP"], "zone": "Mars" }), "zone"),
        (json!({ "name": "noc", "from": "example.org", "surprise": 1 }), "surprise"),
    ] {
        let reply = house.ask(Ask::json("/api/v1/sender-rules", "operator", &rule)).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{rule}: {}", reply.text());
        assert!(reply.text().contains(named), "{rule}: {}", reply.text());
    }
    let denied = house.ask(Ask::json("/api/v1/sender-rules", "auditor", &json!({ "name": "noc" }))).await;
    assert_eq!(denied.status, StatusCode::FORBIDDEN);
    assert_eq!(house.ask(Ask::get("/api/v1/sender-rules", "reporter")).await.status, StatusCode::FORBIDDEN);
    Ok(())
}
