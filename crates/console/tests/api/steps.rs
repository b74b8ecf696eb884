//! What people and programs do with cases, mails and measures through the API: on the version they saw, within their rights.

use crate::house::{Ask, House, Reply, xarf};
use axum::http::{Method, StatusCode, header};
use serde_json::{Value, json};
use testkit::each_store;

/// Two cases of two machines: 192.0.2.10 and 192.0.2.11.
async fn two_cases(house: &House) -> anyhow::Result<(Value, Value)> {
    let mut second = xarf();
    second["report_id"] = json!("550e8400-e29b-41d4-a716-446655440001");
    second["source_identifier"] = json!("192.0.2.11");
    for report in [xarf(), second] {
        let reply = house.ask(Ask::json("/api/v1/reports", "reporter", &report)).await;
        assert_eq!(reply.status, StatusCode::ACCEPTED, "{}", reply.text());
    }
    house.work().await?;
    let list = house.ask(Ask::get("/api/v1/cases", "operator")).await.json();
    let find =
        |place: &str| list["items"].as_array().unwrap().iter().find(|case| case["place"] == place).unwrap().clone();
    Ok((find("host:192.0.2.10"), find("host:192.0.2.11")))
}

async fn step(house: &House, case: &Value, path: &str, body: &Value) -> Reply {
    let path = format!("/api/v1/cases/{}{path}", case["id"].as_str().unwrap());
    let method = if path.ends_with(case["id"].as_str().unwrap()) { Method::PATCH } else { Method::POST };
    house.ask(Ask::step(method, &path, "operator", case["version"].as_i64().unwrap(), body)).await
}

#[tokio::test]
async fn a_refused_step_says_why_in_the_language_asked_for() -> anyhow::Result<()> {
    each_store(async |store| {
        let house = House::new(&store).await?;
        let (case, _) = two_cases(&house).await?;
        let path = format!("/api/v1/cases/{}/closings", case["id"].as_str().unwrap());
        let version = case["version"].as_i64().unwrap();
        let number = case["number"].as_str().unwrap();
        let body = json!({ "exit": "stopped" });
        for (lang, detail) in [
            (None, format!("case {number} cannot end as “Stopped at once”: name the clause of the terms, or the body that it is referred to")),
            (Some("ja"), format!("案件{number}は「即時停止」で終了できない。根拠となる約款の条項、または引き継ぎ先を記入する。")),
        ] {
            let reply = house.ask(Ask { lang, ..Ask::step(Method::POST, &path, "operator", version, &body) }).await;
            assert_eq!((reply.status.as_u16(), reply.json()["code"].as_str()), (409, Some("desk.state")));
            assert_eq!(reply.json()["detail"], detail);
        }
        Ok(())
    })
    .await
}

async fn again(house: &House, case: &Value) -> Value {
    house.ask(Ask::get(&format!("/api/v1/cases/{}", case["number"].as_str().unwrap()), "operator")).await.json()
}

#[tokio::test]
async fn a_case_is_changed_on_the_version_that_was_seen_and_every_step_is_in_its_timeline() -> anyhow::Result<()> {
    each_store(async |store| {
        let house = House::new(&store).await?;
        let (case, _) = two_cases(&house).await?;
        let changed = step(&house, &case, "", &json!({ "grade": "confirmed" })).await;
        assert_eq!(changed.status, StatusCode::OK, "{}", changed.text());
        assert_eq!(changed.header(header::ETAG), format!("\"{}\"", changed.json()["version"]));
        assert_eq!(changed.json()["grade"], "confirmed");

        let stale = step(&house, &case, "/notes", &json!({ "text": "late" })).await;
        assert_eq!((stale.status.as_u16(), stale.json()["code"].as_str()), (412, Some("store.stale")));

        let now = again(&house, &case).await;
        let noted = step(&house, &now, "/notes", &json!({ "text": "電話で確認した" })).await;
        assert_eq!(noted.status, StatusCode::OK, "{}", noted.text());
        let now = again(&house, &case).await;
        for wrong in [json!({}), json!({ "grade": "shown", "unread": false }), json!({ "unread": true })] {
            let reply = step(&house, &now, "", &wrong).await;
            assert!([400, 422].contains(&reply.status.as_u16()), "{wrong}: {}", reply.text());
        }
        let wish = json!({ "cause": { "class": "victim", "confidence": 0.9, "reason": "old CMS" } });
        let told = step(&house, &now, "", &wish).await;
        assert_eq!((told.status.as_u16(), told.json()["cause"].as_str()), (200, Some("victim")), "{}", told.text());

        let timeline =
            house.ask(Ask::get(&format!("/api/v1/cases/{}/timeline", case["id"].as_str().unwrap()), "operator"));
        let timeline = timeline.await.json();
        let entry = |kind: &str| {
            let entries = timeline["items"].as_array().unwrap();
            entries.iter().find(|entry| entry["kind"] == kind).cloned().unwrap_or_else(|| panic!("{kind}: {timeline}"))
        };
        assert_eq!(entry("case.note")["actor"], "api:operator");
        let now = again(&house, &case).await;
        let undone = step(&house, &now, "/undos", &json!({ "seq": entry("case.cause")["seq"] })).await;
        assert_eq!(undone.status, StatusCode::OK, "{}", undone.text());
        assert_ne!(undone.json()["cause_confidence"], 0.9);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn cases_are_merged_and_closed_by_a_named_exit() -> anyhow::Result<()> {
    each_store(async |store| {
        let house = House::new(&store).await?;
        let (one, two) = two_cases(&house).await?;
        let merge = json!({ "from": two["id"], "from_version": two["version"] });
        let merged = step(&house, &one, "/merges", &merge).await;
        assert!(merged.status == StatusCode::OK || merged.status == StatusCode::CONFLICT, "{}", merged.text());
        let one = again(&house, &one).await;
        let wrong = step(&house, &one, "/closings", &json!({ "exit": "gone" })).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let ending = json!({ "exit": "rejected", "note": "the reporter took it back" });
        let closed = step(&house, &one, "/closings", &ending).await;
        assert_eq!(
            (closed.status.as_u16(), closed.json()["state"].as_str()),
            (200, Some("closed")),
            "{}",
            closed.text()
        );
        let one = again(&house, &one).await;
        let opened = step(&house, &one, "/reopenings", &json!({ "text": "it goes on" })).await;
        assert_eq!((opened.status.as_u16(), opened.json()["reopened"].as_i64()), (200, Some(1)), "{}", opened.text());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_mail_is_shown_written_changed_and_taken_back() -> anyhow::Result<()> {
    each_store(async |store| {
        let house = House::new(&store).await?;
        let (case, _) = two_cases(&house).await?;
        let path = format!("/api/v1/cases/{}/mails", case["id"].as_str().unwrap());
        let list = house.ask(Ask::get(&path, "operator")).await.json();
        let written = list["items"].as_array().unwrap().iter().find(|mail| mail["audience"] != "reporter").cloned();
        let kind = json!({ "kind": "customer-reminder", "lang": "en" });
        let shown = house.ask(Ask::json(&format!("{path}/previews"), "operator", &kind)).await;
        assert!(shown.status == StatusCode::OK || shown.status == StatusCode::CONFLICT, "{}", shown.text());
        let unknown = house.ask(Ask::json(&path, "operator", &json!({ "kind": "love-letter" }))).await;
        assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
        let mail = if let Some(mail) = written {
            mail
        } else {
            let kind = json!({ "kind": "customer-notice-root" });
            let reply = house.ask(Ask::json(&path, "operator", &kind)).await;
            assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
            reply.json()
        };
        assert_eq!(mail["state"], "draft");
        let own = format!("/api/v1/mails/{}", mail["id"].as_str().unwrap());
        let masked = house.ask(Ask::get(&own, "auditor")).await.json();
        assert_eq!((masked["masked"].as_bool(), masked["body"].as_str()), (Some(true), Some("***")));
        let edit = json!({ "subject": "お知らせ", "body": format!("{}\n追記", mail["body"].as_str().unwrap()) });
        let edited = house.ask(Ask { method: Method::PATCH, ..Ask::json(&own, "operator", &edit) }).await;
        assert_eq!(
            (edited.status.as_u16(), edited.json()["subject"].as_str()),
            (200, Some("お知らせ")),
            "{}",
            edited.text()
        );
        let sent = house.ask(Ask { method: Method::POST, ..Ask::get(&format!("{own}/releases"), "operator") }).await;
        assert_eq!((sent.status.as_u16(), sent.json()["state"].as_str()), (200, Some("queued")), "{}", sent.text());
        let held = house.ask(Ask { method: Method::POST, ..Ask::get(&format!("{own}/holds"), "operator") }).await;
        assert_eq!(held.json()["state"], "draft", "{}", held.text());
        let gone =
            house.ask(Ask { method: Method::POST, ..Ask::get(&format!("{own}/cancellations"), "operator") }).await;
        assert_eq!(gone.json()["state"], "cancelled", "{}", gone.text());
        let late = house.ask(Ask { method: Method::POST, ..Ask::get(&format!("{own}/releases"), "operator") }).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn no_measure_without_a_basis_and_no_suspension_by_programs() -> anyhow::Result<()> {
    each_store(async |store| {
        let house = House::new(&store).await?;
        let (case, _) = two_cases(&house).await?;
        let path = format!("/api/v1/cases/{}/measures", case["id"].as_str().unwrap());
        for (kind, stops_all) in [("block-port", false), ("suspend", true)] {
            let record = json!({ "purpose": "stop the attack" });
            let proposal =
                json!({ "kind": kind, "target": "ip:192.0.2.10", "params": { "port": 22 }, "record": record });
            let reply = house.ask(Ask::json(&path, "operator", &proposal)).await;
            assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
            let measure = reply.json();
            assert!(measure["lacks"].as_array().unwrap().contains(&json!("basis")), "{measure}");
            let own = format!("/api/v1/measures/{}", measure["id"].as_str().unwrap());
            let approve = async |token: &'static str, version: i64| {
                let path = format!("{own}/approvals");
                house.ask(Ask::step(Method::POST, &path, token, version, &json!({}))).await
            };
            let version = measure["version"].as_i64().unwrap();
            let lacking = approve("admin", version).await;
            assert_eq!((lacking.status.as_u16(), lacking.json()["code"].as_str()), (422, Some("desk.no-basis")));
            assert_eq!(approve("operator", version).await.status, StatusCode::FORBIDDEN);

            let record = json!({
                "basis": "contract", "purpose": "stop the attack", "reference": "terms, article 12",
                "necessity": "it goes on", "side_effects": "no SSH", "ends_at": "2026-12-01T00:00:00Z",
            });
            let justified = house.ask(Ask::step(Method::PATCH, &own, "lead", version, &record)).await;
            assert_eq!(
                (justified.status.as_u16(), &justified.json()["lacks"]),
                (200, &json!([])),
                "{}",
                justified.text()
            );
            let version = justified.json()["version"].as_i64().unwrap();
            assert_eq!(approve("admin", version - 1).await.status, StatusCode::PRECONDITION_FAILED);
            let approved = approve("admin", version).await;
            if stops_all {
                // Two people stop a service, never a program with a token.
                assert_eq!(
                    (approved.status.as_u16(), approved.json()["code"].as_str()),
                    (403, Some("desk.not-allowed"))
                );
                let refused =
                    house.ask(Ask::json(&format!("{own}/refusals"), "lead", &json!({ "reason": "too much" })));
                assert_eq!(refused.await.json()["state"], "refused");
            } else {
                let measure = approved.json();
                assert_eq!(
                    (approved.status.as_u16(), measure["approved_by"].as_str()),
                    (200, Some("api:admin")),
                    "{measure}"
                );
            }
        }
        let list = house.ask(Ask::get("/api/v1/measures", "auditor")).await.json();
        assert_eq!(list["items"].as_array().unwrap().len(), 2, "{list}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn holdings_change_hands_in_rehearsal_and_in_earnest() -> anyhow::Result<()> {
    each_store(async |store| {
        let house = House::new(&store).await?;
        let contract = house.ask(Ask::get("/api/v1/contracts?key=VPS2", "operator")).await.json()["items"][0]["id"].clone();
        let mut wish = json!({ "subject": "ip:192.0.2.10", "contract": contract, "from_at": "2026-11-01T00:00:00Z" });
        let held = house.ask(Ask::json("/api/v1/holdings", "admin", &wish)).await;
        assert_eq!(held.status, StatusCode::CONFLICT, "{}", held.text());
        let who = json!([{ "ip": "192.0.2.10", "at": "2026-11-10T00:00:00+09:00" }, { "ip": "198.51.100.1", "at": "2026-11-10T00:00:00Z" }]);
        let holder = async || house.ask(Ask::json("/api/v1/attributions", "operator", &who)).await.json();
        wish["dry_run"] = json!(true);
        let path = "/api/v1/holdings/reassignments";
        let rehearsed = house.ask(Ask::json(path, "admin", &wish)).await;
        assert_eq!((rehearsed.status.as_u16(), rehearsed.json()["dry_run"].as_bool()), (200, Some(true)));
        let before = holder().await;
        assert_eq!((before[0]["candidates"][0]["contract_key"].as_str(), before[1]["verdict"].as_str()), (Some("VPS1"), Some("nobody")));
        wish["dry_run"] = json!(false);
        let done = house.ask(Ask::json(path, "admin", &wish)).await;
        assert_eq!((done.status.as_u16(), done.json()["ended"].as_array().map(Vec::len)), (201, Some(1)), "{}", done.text());
        assert_eq!(holder().await[0]["candidates"][0]["contract_key"], "VPS2");
        let csv = "key,name,mail\nK1,山田 太郎,yamada@example.com\nK9,New,\n,Nameless,\n";
        for (query, inserted) in [("?dry_run=true", 1), ("", 1), ("", 0)] {
            let reply = house.ask(Ask::post(&format!("/api/v1/imports/customers{query}"), "admin", "text/csv", csv)).await;
            let report = reply.json();
            assert_eq!((reply.status.as_u16(), report["inserted"].as_i64()), (200, Some(inserted)), "{query}: {report}");
            assert_eq!((report["refused"][0]["line"].as_i64(), report["refused"][0]["code"].as_str()), (Some(4), Some("unreadable")));
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn auditors_see_no_person() -> anyhow::Result<()> {
    each_store(async |store| {
        let house = House::new(&store).await?;
        two_cases(&house).await?;
        let id =
            house.ask(Ask::get("/api/v1/customers?text=K1", "operator")).await.json()["items"][0]["customer"]["id"]
                .clone();
        let own = format!("/api/v1/customers/{}", id.as_str().unwrap());
        let full = house.ask(Ask::get(&own, "operator")).await.text();
        assert!(full.contains("山田 太郎") && full.contains("yamada@example.com"), "{full}");
        for path in [
            own.clone(),
            format!("{own}/contracts"),
            "/api/v1/journal".to_owned(),
            "/api/v1/reports".to_owned(),
            "/api/v1/cases".to_owned(),
        ] {
            let masked = house.ask(Ask::get(&path, "auditor")).await;
            assert_eq!(masked.status, StatusCode::OK);
            for secret in ["太郎", "花子", "yamada@", "soc@example.org"] {
                assert!(!masked.text().contains(secret), "{path} tells {secret}: {}", masked.text());
            }
        }
        let by_name = house.ask(Ask::get("/api/v1/customers?text=yamada@example.com", "auditor")).await.json();
        assert_eq!(by_name["items"], json!([]), "what is masked cannot be searched for");
        Ok(())
    })
    .await
}
