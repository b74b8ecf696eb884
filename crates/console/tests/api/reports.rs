//! Reports handed in by HTTP: durable before 202, the same bytes once, every fault of XARF named; and what became of them.

use crate::house::{Ask, House, xarf};
use axum::http::{StatusCode, header};
use serde_json::{Value, json};
use testkit::{TempStore, each_store};

const MAIL: &[u8] = b"From: soc@example.org\r\nTo: abuse@provider.example\r\nSubject: Brute force from 192.0.2.10\r\n\
Date: Sun, 22 Nov 2026 12:05:00 +0900\r\nMessage-ID: <a1@example.org>\r\n\r\n\
192.0.2.10 tried to log in by SSH.\r\n2026-11-22T12:00:01+09:00 sshd[1]: Failed password for root from 192.0.2.10 port 40123 ssh2\r\n";

#[tokio::test]
async fn xarf_goes_in_and_a_case_comes_out() -> anyhow::Result<()> {
    each_store(async |store| {
        let house = House::new(&store).await?;
        let reply = house.ask(Ask::json("/api/v1/reports", "reporter", &xarf())).await;
        assert_eq!(reply.status, StatusCode::ACCEPTED, "{}", reply.text());
        let accepted = reply.json();
        assert_eq!(accepted["duplicate"], false);
        let place = reply.header(header::LOCATION).to_owned();
        assert_eq!(place, format!("/api/v1/reports/{}", accepted["report"].as_str().unwrap()));

        // Durable: another connection sees the row, and the job that reads it.
        let row = house.ask(Ask::get(&place, "operator")).await.json();
        assert_eq!((row["state"].as_str(), row["door"].as_str()), (Some("waiting"), Some("api")));
        assert_eq!(house.ask(Ask::get("/api/v1/intake", "operator")).await.json()["jobs_ready"], 1);

        let again = house.ask(Ask::json("/api/v1/reports", "reporter", &xarf())).await;
        assert_eq!(again.status, StatusCode::ACCEPTED);
        assert_eq!(again.json(), json!({ "report": accepted["report"], "duplicate": true }));

        house.work().await?;
        let row = house.ask(Ask::get(&place, "operator")).await.json();
        assert_eq!((row["state"].as_str(), row["format"].as_str()), (Some("read"), Some("xarf-v4")), "{row}");
        let case = house.ask(Ask::get(&format!("/api/v1/cases/{}", row["case"].as_str().unwrap()), "operator")).await;
        assert_eq!(case.header(header::ETAG), format!("\"{}\"", case.json()["version"]));
        let case = case.json();
        assert_eq!(
            (case["category"].as_str(), case["place"].as_str()),
            (Some("login-attack"), Some("host:192.0.2.10"))
        );
        let number = case["number"].as_str().unwrap();
        assert_eq!(house.ask(Ask::get(&format!("/api/v1/cases/{number}"), "operator")).await.json()["id"], case["id"]);

        let status = format!("{place}/xarf-status");
        let own = format!("{status}?report_id=550e8400-e29b-41d4-a716-446655440000");
        assert_eq!(house.ask(Ask::get(&status, "reporter")).await.status, StatusCode::NOT_FOUND);
        let told = house.ask(Ask::get(&own, "reporter")).await.json();
        assert_eq!((told["status"].as_str(), told["case"].as_str()), (Some("open"), Some(number)), "{told}");
        assert_eq!((told["category"].as_str(), told["type"].as_str()), (Some("connection"), Some("login_attack")));

        for (path, least) in [("timeline", 1), ("observations", 1), ("reports", 1)] {
            let list = house.ask(Ask::get(&format!("/api/v1/cases/{number}/{path}"), "auditor")).await;
            assert_eq!(list.status, StatusCode::OK, "{path}: {}", list.text());
            assert!(list.json()["items"].as_array().unwrap().len() >= least, "{path}: {}", list.text());
        }
        let queue = house.ask(Ask::get("/api/v1/cases?category=login-attack&lane=abuse", "operator")).await.json();
        assert_eq!(queue["items"][0]["id"], case["id"]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_mail_is_kept_byte_for_byte_and_given_back_as_text_to_those_who_may_see_it() -> anyhow::Result<()> {
    each_store(async |store| {
        let house = House::new(&store).await?;
        let reply = house.ask(Ask::post("/api/v1/reports", "operator", "message/rfc822", MAIL)).await;
        assert_eq!(reply.status, StatusCode::ACCEPTED, "{}", reply.text());
        let raw = format!("{}/raw", reply.header(header::LOCATION));
        let given = house.ask(Ask::get(&raw, "operator")).await;
        assert_eq!(given.body, MAIL);
        assert!(given.header(header::CONTENT_TYPE).starts_with("text/plain"));
        assert!(given.header(header::CONTENT_DISPOSITION).starts_with("attachment"));
        assert_eq!(given.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert_eq!(house.ask(Ask::get(&raw, "auditor")).await.status, StatusCode::FORBIDDEN);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_is_no_report_is_refused_with_every_fault() -> anyhow::Result<()> {
    let temp = TempStore::sqlite().await?;
    let house = House::new(&temp.store).await?;
    let mut bad = xarf();
    bad["timestamp"] = json!(42);
    bad["source_identifier"] = Value::Null;
    let reply = house.ask(Ask::json("/api/v1/reports", "reporter", &bad)).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(reply.header(header::CONTENT_TYPE), "application/problem+json");
    let problem = reply.json();
    assert_eq!(problem["code"], "report.xarf-invalid");
    let faults = problem["faults"].as_array().unwrap();
    let names = |field: &str| faults.iter().any(|fault| fault.as_str().unwrap().contains(field));
    assert!(names("timestamp") && names("source_identifier"), "{problem}");
    for (media, body, status) in [
        ("application/json", "{", 422),
        ("message/rfc822", " \r\n ", 400),
        ("text/html", "<p>", 415),
        ("application/x-www-form-urlencoded", "a=b", 415),
    ] {
        let reply = house.ask(Ask::post("/api/v1/reports", "reporter", media, body)).await;
        assert_eq!(reply.status.as_u16(), status, "{media}: {}", reply.text());
    }
    let big = Ask::post("/api/v1/reports", "reporter", "message/rfc822", vec![b'x'; (50 << 20) + 1]);
    assert_eq!(house.ask(big).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let list = house.ask(Ask::get("/api/v1/reports", "operator")).await.json();
    assert_eq!(list["items"], json!([]), "nothing of this was stored");
    Ok(())
}

#[tokio::test]
async fn without_a_database_nothing_is_promised() -> anyhow::Result<()> {
    let temp = TempStore::sqlite().await?;
    let mut house = House::new(&temp.store).await?;
    let cut_off = house.without_database().await?;
    let good = std::mem::replace(&mut house.router, cut_off);
    let reply = house.ask(Ask::json("/api/v1/reports", "reporter", &xarf())).await;
    assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE, "{}", reply.text());
    assert!(!reply.header(header::RETRY_AFTER).is_empty());
    assert_eq!(reply.json()["code"], "store.down");
    let list = house.ask(Ask::get("/api/v1/reports", "operator")).await.json();
    assert_eq!(list["items"], json!([]));
    // The sender comes again, and nothing was lost.
    house.router = good;
    let reply = house.ask(Ask::json("/api/v1/reports", "reporter", &xarf())).await;
    assert_eq!((reply.status, reply.json()["duplicate"].as_bool()), (StatusCode::ACCEPTED, Some(false)));
    Ok(())
}

#[tokio::test]
async fn pages_of_reports_follow_each_other_without_gap_or_repeat() -> anyhow::Result<()> {
    each_store(async |store| {
        let house = House::new(&store).await?;
        for number in 0..7 {
            let body = format!("Subject: {number}\r\n\r\nx");
            house.ask(Ask::post("/api/v1/reports", "reporter", "message/rfc822", body)).await;
        }
        let (mut seen, mut path) = (Vec::new(), "/api/v1/reports?limit=3".to_owned());
        loop {
            let page = house.ask(Ask::get(&path, "operator")).await.json();
            seen.extend(page["items"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()));
            let Some(next) = page["next"].as_str() else { break };
            path = format!("/api/v1/reports?limit=3&cursor={next}");
        }
        let mut sorted = seen.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!((seen.len(), sorted.len()), (7, 7));
        Ok(())
    })
    .await
}
