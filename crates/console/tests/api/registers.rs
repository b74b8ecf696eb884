//! The registers through the API: papers answered once, forms of a case, packs without a line of anybody else, reports to
//! other operators only when whole.

use axum::http::{Method, StatusCode, header};
use serde_json::{Value, json};
use testkit::each_store;

use crate::house::{Ask, House, NOW, Reply, at, xarf};

/// The first case, of 192.0.2.10 (contract VPS1 of K1).
async fn case(house: &House) -> anyhow::Result<Value> {
    house.ask(Ask::json("/api/v1/reports", "reporter", &xarf())).await;
    house.work().await?;
    let list = house.ask(Ask::get("/api/v1/cases", "operator")).await.json();
    Ok(list["items"][0].clone())
}

async fn post(house: &House, path: &str, body: &Value) -> Reply {
    house.ask(Ask::json(path, "operator", body)).await
}

async fn put(house: &House, path: &str, body: &Value) -> Reply {
    house.ask(Ask { method: Method::PUT, ..Ask::json(path, "operator", body) }).await
}

fn id(value: &Value) -> &str {
    value["id"].as_str().expect("an identifier")
}

#[tokio::test]
async fn a_paper_has_a_deadline_and_is_answered_once_on_its_own_ground() -> anyhow::Result<()> {
    each_store(async |store| {
        let house = House::new(&store).await?;
        let case = case(&house).await?;
        let paper = |kind: &str| {
            json!({
                "kind": kind, "received_at": NOW, "deadline_at": "2026-12-01T00:00:00Z", "from": "Example Police Station",
                "reference": "No. 12", "asked": "who held 192.0.2.10",
            })
        };
        let inquiry = post(&house, "/api/v1/instruments", &paper("inquiry")).await;
        assert_eq!(inquiry.status, StatusCode::CREATED, "{}", inquiry.text());
        let (call, inquiry) = (post(&house, "/api/v1/instruments", &paper("phone")).await.json(), inquiry.json());
        assert_eq!((inquiry["number"].as_str(), inquiry["state"].as_str()), (Some("J-2026-0001"), Some("open")));

        let path = |paper: &Value, step: &str| format!("/api/v1/instruments/{}{step}", id(paper));
        let tell = json!({ "text": "answered on paper", "disclosed": ["name"], "purpose": "the inquiry" });
        let unlinked = post(&house, &path(&inquiry, "/answers"), &tell).await;
        assert_eq!(unlinked.status, StatusCode::CONFLICT, "no case, no customer: {}", unlinked.text());
        for paper in [&inquiry, &call] {
            let linked = post(&house, &path(paper, "/links"), &json!({ "case": case["id"] })).await;
            assert_eq!(linked.json()["case"], case["id"], "{}", linked.text());
        }
        let told = post(&house, &path(&call, "/answers"), &tell).await;
        assert_eq!((told.status.as_u16(), told.json()["code"].as_str()), (403, Some("desk.not-allowed")));
        let aimless = json!({ "text": "answered", "disclosed": ["name"] });
        let aimless = post(&house, &path(&inquiry, "/answers"), &aimless).await;
        assert_eq!((aimless.status.as_u16(), aimless.json()["code"].as_str()), (422, Some("desk.no-basis")));
        let answered = post(&house, &path(&inquiry, "/answers"), &tell).await;
        assert_eq!((answered.status.as_u16(), answered.json()["state"].as_str()), (200, Some("answered")));
        assert_eq!(post(&house, &path(&inquiry, "/answers"), &tell).await.status, StatusCode::CONFLICT, "once");
        let looks = store::registers::accesses(&mut &house.state.desk.store, None, 10).await?;
        assert_eq!(looks.len(), 1, "the look is in the register");
        assert_eq!((looks[0].reference.as_deref(), &looks[0].fields[..]), (Some("J-2026-0001"), &["name".to_owned()][..]));

        let open = house.ask(Ask::get("/api/v1/instruments?state=open", "operator")).await.json();
        assert_eq!((open["items"].as_array().map(Vec::len), id(&open["items"][0])), (Some(1), id(&call)));
        let of_case = format!("/api/v1/instruments?case={}", id(&case));
        let masked = house.ask(Ask::get(&of_case, "auditor")).await.json();
        assert_eq!((masked["items"].as_array().map(Vec::len), masked["items"][0]["asked"].as_str()), (Some(2), Some("***")));
        let counted = house.state.desk.year_report(2026, model::Lang::En).await?.total;
        assert_eq!(counted, 1, "papers and calls are no reports");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_break_in_is_closed_only_with_its_six_answers() -> anyhow::Result<()> {
    each_store(async |store| {
        let house = House::new(&store).await?;
        let case = case(&house).await?;
        let path = format!("/api/v1/cases/{}", id(&case));
        let now = async || house.ask(Ask::get(&path, "operator")).await.json();
        let step = async |method: Method, path: &str, body: &Value| {
            let version = now().await["version"].as_i64().unwrap();
            house.ask(Ask::step(method, path, "operator", version, body)).await
        };
        let sorted = step(Method::PATCH, &path, &json!({ "category": "compromised-server" })).await;
        assert_eq!(sorted.status, StatusCode::OK, "{}", sorted.text());
        let fixed = json!({ "exit": "fixed" });
        let early = step(Method::POST, &format!("{path}/closings"), &fixed).await;
        assert_eq!(early.status, StatusCode::CONFLICT);
        for question in desk::cases::INCIDENT_QUESTIONS {
            assert!(early.text().contains(&format!("incident-{question}")), "{}", early.text());
        }
        let form = house.ask(Ask::get(&format!("{path}/incident"), "operator")).await.json();
        assert_eq!((form["required"].as_bool(), form["open"].as_array().map(Vec::len)), (Some(true), Some(6)));
        let mut answers =
            json!({ "target": "CMS", "state": "stopped", "log": "yes", "informed": "owner", "source": "no" });
        let part = put(&house, &format!("{path}/incident"), &answers).await;
        assert_eq!(part.json()["open"], json!(["recovery"]), "{}", part.text());
        assert_eq!(step(Method::POST, &format!("{path}/closings"), &fixed).await.status, StatusCode::CONFLICT);
        answers["recovery"] = json!("from the backup");
        put(&house, &format!("{path}/incident"), &answers).await;
        let closed = step(Method::POST, &format!("{path}/closings"), &fixed).await;
        assert_eq!((closed.status.as_u16(), closed.json()["exit"].as_str()), (200, Some("fixed")), "{}", closed.text());
        let hidden = house.ask(Ask::get(&format!("{path}/incident"), "auditor")).await.json();
        assert_eq!((hidden["answers"]["target"].as_str(), hidden["masked"].as_bool()), (Some("***"), Some(true)));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn answers_of_the_customer_are_structured() -> anyhow::Result<()> {
    let temp = testkit::TempStore::sqlite().await?;
    let house = House::new(&temp.store).await?;
    let case = case(&house).await?;
    let path = format!("/api/v1/cases/{}/answers", id(&case));
    let told = put(&house, &path, &json!({ "up": "はい", "ongoing": "no, stopped", "stepping_stone": "maybe" })).await;
    assert_eq!(told.status, StatusCode::OK, "{}", told.text());
    let read = house.ask(Ask::get(&path, "operator")).await.json();
    let yes = |question: &str| (read[question]["text"].as_str(), read[question]["yes"].as_bool());
    assert_eq!(yes("up"), (Some("はい"), Some(true)));
    assert_eq!(yes("ongoing"), (Some("no, stopped"), Some(false)));
    assert_eq!(yes("stepping_stone"), (Some("maybe"), None));
    assert_eq!(read["logs"], Value::Null);
    let less = put(&house, &path, &json!({ "up": "はい" })).await.json();
    assert_eq!((less["up"]["yes"].as_bool(), &less["ongoing"]), (Some(true), &Value::Null), "a put replaces");
    let wrong = put(&house, &path, &json!({ "mood": "good" })).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    Ok(())
}

/// A mail that tells of a machine of each of two customers.
fn of_two(ours: &str, theirs: &str) -> String {
    let line =
        |ip: &str| format!("2026-11-22T03:00:00Z sshd[811]: Failed password for root from {ip} port 40122 ssh2\r\n");
    format!(
        "From: SOC <soc@example.org>\r\nTo: abuse@provider.example\r\nMessage-ID: <two@example.org>\r\n\
         Date: Sun, 22 Nov 2026 04:00:00 +0000\r\nSubject: SSH brute force\r\n\r\n\
         These tried passwords on our servers. Times are UTC.\r\n\r\n{}{}\r\n",
        line(ours).repeat(3),
        line(theirs).repeat(3)
    )
}

#[tokio::test]
async fn a_pack_needs_a_ground_and_never_tells_of_another_customer() -> anyhow::Result<()> {
    each_store(async |store| {
        let house = House::new(&store).await?;
        // An earlier case of the same contract that was stopped, then one mail about two customers.
        let first = case(&house).await?;
        let ending = json!({ "exit": "stopped", "clause": "terms 8.2" });
        let version = first["version"].as_i64().unwrap();
        let closings = format!("/api/v1/cases/{}/closings", id(&first));
        let closed = house.ask(Ask::step(Method::POST, &closings, "operator", version, &ending)).await;
        assert_eq!(closed.status, StatusCode::OK, "{}", closed.text());
        house.clock.advance(jiff::SignedDuration::from_hours(24 * 60));
        let mail = of_two("192.0.2.10", "192.0.2.11");
        house.ask(Ask::post("/api/v1/reports", "reporter", "message/rfc822", mail)).await;
        house.work().await?;
        let list = house.ask(Ask::get("/api/v1/cases", "operator")).await.json();
        let ours = list["items"].as_array().unwrap().iter().find(|case| case["place"] == "host:192.0.2.10").unwrap();
        assert_ne!(id(ours), id(&first), "the closed case is too old to be opened again");

        let packs = format!("/api/v1/cases/{}/packs", id(ours));
        for wrong in [json!({ "basis": "contract", "purpose": " " }), json!({ "basis": "instrument", "purpose": "x" })]
        {
            let reply = post(&house, &packs, &wrong).await;
            assert_eq!((reply.status.as_u16(), reply.json()["code"].as_str()), (422, Some("desk.no-basis")), "{wrong}");
        }
        let ground = json!({ "basis": "contract", "reference": "terms 8.2", "purpose": "to decide on the contract" });
        let reply = post(&house, &packs, &ground).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        assert!(reply.header(header::CONTENT_DISPOSITION).starts_with("attachment"));
        let pack = reply.json();
        assert_eq!(pack["contract"]["contract"]["key"], "VPS1");
        let reports = pack["case"]["reports"].as_array().unwrap();
        assert_eq!(reports.len(), 1);
        assert_eq!((&reports[0]["raw_base64"], reports[0]["raw_left_out"].is_string()), (&Value::Null, true));
        assert!(reports[0]["observations"].as_array().is_some_and(|seen| !seen.is_empty()));
        for strange in ["192.0.2.11", "VPS2", "K2", "Example Trading"] {
            assert!(!reply.text().contains(strange), "the pack shows {strange}: {}", reply.text());
        }
        let earlier = pack["earlier_cases"].as_array().unwrap();
        assert_eq!((earlier.len(), earlier[0]["case"]["number"].as_str()), (1, first["number"].as_str()));
        assert!(earlier[0]["reports"][0]["raw_base64"].is_string(), "a report of one customer alone is in it whole");
        let kinds =
            |case: &Value| case["timeline"].as_array().unwrap().iter().map(|entry| entry["kind"].clone()).collect();
        let (now, then): (Vec<Value>, Vec<Value>) = (kinds(&pack["case"]), kinds(&earlier[0]));
        assert!(now.contains(&"access.granted".into()) && then.contains(&"case.closed".into()), "{now:?} {then:?}");

        let number = ours["id"].as_str().unwrap().parse::<i64>()?;
        let journal = store.journal_of(model::CaseId(number)).await?;
        let made = journal.iter().find(|entry| entry.kind == "case.pack").unwrap();
        assert_eq!(made.detail["sha256"], store::raw::content_hash(&reply.body), "the journal knows what went out");
        assert!(journal.iter().filter(|entry| entry.kind == "access.denied").count() == 2);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn another_operator_is_told_with_every_field_and_never_of_our_own_addresses() -> anyhow::Result<()> {
    each_store(async |store| {
        let house = House::new(&store).await?;
        let ours = case(&house).await?;
        let number = model::CaseId(id(&ours).parse()?);
        let own = store::observations::of_case(&mut &store, number, model::ObservationId(0), 1).await?.remove(0);
        let sighting = async |seen: model::ObservationId| {
            house.ask(Ask::get(&format!("/api/v1/observations/{seen}/connection"), "operator")).await.json()
        };
        let accused = sighting(own.id).await;
        assert_eq!((accused["reportable"].as_bool(), &accused["case"]), (Some(false), &ours["id"]), "{accused}");
        // The same seen of an address that is not ours.
        let mut tx = store.begin().await?;
        let mut foreign = own.clone();
        (foreign.id, foreign.contract) = (model::ObservationId(tx.new_id().await?), None);
        foreign.seen.ip = Some("198.51.100.77".parse()?);
        tx.insert_observations(std::slice::from_ref(&foreign)).await?;
        tx.commit().await?;
        let told = sighting(foreign.id).await;
        assert_eq!(told["reportable"], true, "{told}");
        assert_eq!(told["lacks"], json!(["log"]), "the report brought no log: {told}");
        for field in ["source_ip", "source_port", "target_ip", "target_port", "transport", "at", "zone"] {
            assert!(!told["connection"][field].is_null(), "{field} of {told}");
        }

        let tell = async |connection: &Value| {
            let body = json!({ "connection": connection, "to": "abuse@example.net" });
            post(&house, "/api/v1/outbound-reports", &body).await
        };
        let lacking = tell(&told["connection"]).await;
        assert_eq!(lacking.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(lacking.text().contains("log"), "{}", lacking.text());
        let mut whole = told["connection"].clone();
        whole["log"] =
            json!(["2026-11-22T03:00:00Z sshd[1]: Failed password for root from 198.51.100.77 port 40123 ssh2"]);
        let mut accused = whole.clone();
        accused["source_ip"] = json!("192.0.2.10");
        accused["log"] =
            json!(["2026-11-22T03:00:00Z sshd[1]: Failed password for root from 192.0.2.10 port 40123 ssh2"]);
        let reply = tell(&accused).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "nobody outside hears of our customers");
        assert!(reply.text().contains("our own addresses"), "{}", reply.text());
        let sent = tell(&whole).await;
        assert_eq!(sent.status, StatusCode::CREATED, "{}", sent.text());
        let list = house.ask(Ask::get("/api/v1/outbound-reports", "auditor")).await.json();
        assert_eq!(
            (&list["items"][0]["number"], &list["items"][0]["to"]),
            (&"O-2026-0001".into(), &"a***@example.net".into())
        );
        assert_eq!(list["items"][0]["connection"]["log"], json!([]));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_report_that_came_to_nothing_is_read_again_or_dismissed() -> anyhow::Result<()> {
    each_store(async |store| {
        let house = House::new(&store).await?;
        let mail = "From: a@example.org\r\nSubject: hello\r\n\r\nSomebody attacks us, do something.\r\n";
        let report = house.ask(Ask::post("/api/v1/reports", "reporter", "message/rfc822", mail)).await.json();
        house.work().await?;
        let path = format!("/api/v1/reports/{}", report["report"].as_str().unwrap());
        let again = house.ask(Ask { method: Method::POST, ..Ask::get(&format!("{path}/rereads"), "operator") }).await;
        assert_eq!((again.status.as_u16(), again.json()["state"].as_str()), (200, Some("waiting")), "{}", again.text());
        let dismiss = async |why: &str| post(&house, &format!("{path}/dismissals"), &json!({ "reason": why })).await;
        assert_eq!(dismiss("nothing in it").await.status, StatusCode::CONFLICT, "it waits to be read");
        house.work().await?;
        assert_eq!(dismiss(" ").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let gone = dismiss("nothing in it").await;
        assert_eq!((gone.status.as_u16(), gone.json()["state"].as_str()), (200, Some("dismissed")), "{}", gone.text());
        let entries = store.journal_after(0, 1000).await?;
        let entry = entries.iter().find(|entry| entry.kind == "report.dismissed").unwrap();
        assert_eq!((entry.actor.as_str(), entry.detail["reason"].as_str()), ("api:operator", Some("nothing in it")));
        assert!(entry.at >= at(NOW).as_microsecond());
        Ok(())
    })
    .await
}
