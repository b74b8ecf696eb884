//! The registers as people work with them: a paper from the desk to its answer, the six answers before a case is closed, the
//! pack, the report to another operator, and what customers do not keep ready.

use axum::http::StatusCode;
use model::{CaseState, Category, ObservationId};
use store::cases::{self, CaseRow};
use store::observations;
use store::registers::{self, InstrumentState};

use crate::client::{Answer, Browser, Room};
use crate::common;

async fn row(room: &Room, number: &str) -> anyhow::Result<CaseRow> {
    Ok(cases::case_by_number(&mut room.store(), number).await?)
}

fn done<'a>(answer: &'a Answer, word: &str) -> &'a str {
    let location = answer.location.as_deref().unwrap_or_default();
    assert!(location.contains(&format!("done={word}")), "{} {location} {}", answer.status, answer.body);
    location
}

async fn enter(browser: &Browser<'_>, kind: &str, case: &str) -> anyhow::Result<()> {
    let fields = [
        ("kind", kind),
        ("from", "例示警察署"),
        ("reference", "第12号"),
        ("received", "2026-11-22T09:30"),
        ("deadline", "2026-12-01T17:00"),
        ("asked", "契約者の氏名"),
        ("case", case),
    ];
    done(&browser.post("/registers", &fields).await?, "entered");
    Ok(())
}

#[tokio::test]
async fn a_paper_stands_with_its_deadline_until_it_is_answered() -> anyhow::Result<()> {
    let room = Room::new().await?;
    let (sato, auditor) = (room.browser("sato").await?, room.browser("kansa").await?);
    enter(&sato, "inquiry", "M-2026-000001").await?;
    enter(&sato, "phone", "").await?;
    let page = sato.get("/registers").await?.body;
    for shown in ["J-2026-0001", "捜査", "例示警察署", "契約者の氏名", "2026-12-01 17:00", "電話では"]
    {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let masked = auditor.get("/registers").await?.body;
    assert!(
        masked.contains("J-2026-0001") && !masked.contains("契約者の氏名") && !masked.contains("action=\"/registers")
    );
    let case = row(&room, "M-2026-000001").await?;
    assert!(sato.get(&format!("/cases/{}", case.id)).await?.body.contains("J-2026-0001"), "the case shows its papers");

    let all = registers::instruments(&mut room.store(), None, 10).await?;
    let (inquiry, call) = (&all[0], &all[1]);
    let path = |id: i64, step: &str| format!("/registers/{id}/{step}");
    let unknown = sato.post(&path(call.id, "link"), &[("case", "M-2026-999999")]).await?;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
    done(&sato.post(&path(call.id, "link"), &[("case", "m-2026-000001")]).await?, "linked");
    let tell = [("text", "書面で回答した"), ("disclosed", "name、mail"), ("purpose", "照会への回答")];
    let refused = sato.post(&path(call.id, "answer"), &tell).await?;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "nothing on the telephone");
    done(&sato.post(&path(inquiry.id, "answer"), &tell).await?, "answered");
    done(&sato.post(&path(call.id, "answer"), &[("text", "書面をお願いした"), ("refused", "1")]).await?, "answered");
    let states: Vec<_> =
        registers::instruments(&mut room.store(), None, 10).await?.iter().map(|row| row.state).collect();
    assert!(states.contains(&InstrumentState::Answered) && states.contains(&InstrumentState::Refused), "{states:?}");
    let page = sato.get("/registers").await?.body;
    assert!(page.contains("書面で回答した") && page.contains("佐藤 花子"), "the answer and who gave it: {page}");
    let looks = sato.get("/registers/looks").await?.body;
    assert!(looks.contains("照会への回答") && looks.contains("name · mail"), "{looks}");
    assert!(!auditor.get("/registers/looks").await?.body.contains("照会への回答"));
    Ok(())
}

#[tokio::test]
async fn the_close_form_takes_the_six_answers_that_it_needs() -> anyhow::Result<()> {
    let room = Room::new().await?;
    let browser = room.browser("alex").await?;
    let case = row(&room, "M-2026-000002").await?;
    let path = format!("/cases/{}", case.id);
    let plain = browser.get(&path).await?.body;
    assert!(!plain.contains("name=\"incident-target\""), "no form where nobody was attacked");
    let at = desk::cases::At::from(&case);
    let case = room.desk.set_category(&common::actor("alex"), at, Category::CompromisedServer).await?;
    let page = browser.get(&path).await?.body;
    let close =
        page.split_once("/close\"").map_or("", |(_, rest)| rest).split_once("</form>").map_or("", |(form, _)| form);
    for question in desk::cases::INCIDENT_QUESTIONS {
        assert!(close.contains(&format!("name=\"incident-{question}\"")), "{question}: {close}");
    }
    let version = case.version.to_string();
    let mut fields = vec![("version", version.as_str()), ("exit", "fixed"), ("incident-target", "CMS")];
    let early = browser.post(&format!("{path}/close"), &fields).await?;
    assert_eq!(early.status, StatusCode::CONFLICT);
    assert!(early.body.contains("incident-recovery") && !early.body.contains("incident-target"), "{}", early.body);
    // What was written stays, and whoever saw the case before it is told so.
    let stale = browser.post(&format!("{path}/close"), &fields).await?;
    assert!(stale.status == StatusCode::CONFLICT && stale.body.contains("store.stale"), "{}", stale.body);
    let version = row(&room, &case.number).await?.version.to_string();
    fields[0].1 = &version;
    let rest = ["state", "log", "informed", "source", "recovery"].map(|question| format!("incident-{question}"));
    fields.extend(rest.iter().map(|name| (name.as_str(), "ok")));
    done(&browser.post(&format!("{path}/close"), &fields).await?, "closed");
    assert_eq!(row(&room, &case.number).await?.state, CaseState::Closed);
    assert!(browser.get(&path).await?.body.contains("6/6"));
    Ok(())
}

#[tokio::test]
async fn answers_by_telephone_and_the_pack_are_a_form_each() -> anyhow::Result<()> {
    let room = Room::new().await?;
    let browser = room.browser("sato").await?;
    let case = row(&room, "M-2026-000001").await?;
    let path = format!("/cases/{}", case.id);
    let told = [("answer-up", "はい"), ("answer-mistake", "いいえ、侵入された")];
    done(&browser.post(&format!("{path}/answers"), &told).await?, "saved");
    let page = browser.get(&path).await?.body;
    assert!(page.contains("いいえ、侵入された"), "{page}");
    let aimless = browser.post(&format!("{path}/pack"), &[("basis", "contract")]).await?;
    assert_eq!(aimless.status, StatusCode::UNPROCESSABLE_ENTITY, "without a purpose there is no look");
    let ground = [("basis", "contract"), ("reference", "約款第8条"), ("purpose", "契約上の措置の判断")];
    let pack = browser.post(&format!("{path}/pack"), &ground).await?;
    let pack: serde_json::Value = serde_json::from_str(&pack.body)?;
    assert_eq!(
        (pack["case"]["case"]["number"].as_str(), pack["ground"]["basis"].as_str()),
        (Some("M-2026-000001"), Some("contract"))
    );
    assert_eq!(pack["case"]["answers"]["mistake"]["yes"], false);
    assert!(browser.get("/registers/looks").await?.body.contains("約款第8条"));
    Ok(())
}

#[tokio::test]
async fn sites_without_owner_or_end_are_listed_and_a_customer_page_says_what_is_missing() -> anyhow::Result<()> {
    let room = Room::new().await?;
    let browser = room.browser("alex").await?;
    let page = browser.get("/registers/readiness").await?.body;
    let line = |key: &str| {
        let rest = page.split_once(&format!("<code>{key}</code>")).map_or("", |(_, rest)| rest);
        rest.split_once("</tr>").map_or("", |(line, _)| line).to_owned()
    };
    assert!(line("VPS-2001").contains("Person in charge") && line("VPS-2001").contains("End date"), "{page}");
    assert!(line("SRV-3001").contains("End date") && !line("SRV-3001").contains("Person in charge"), "{page}");
    assert!(line("MAIL-4001").is_empty(), "a mailbox is no site");
    let customer = store::inventory::read::customer_by_key(&mut room.store(), "K0002").await?.id;
    let page = browser.get(&format!("/customers/{customer}")).await?.body;
    assert!(page.contains("Network map") && page.contains("Contact out of hours"), "{page}");
    Ok(())
}

#[tokio::test]
async fn a_sighting_of_a_foreign_source_is_told_to_its_operator() -> anyhow::Result<()> {
    let room = Room::new().await?;
    let browser = room.browser("alex").await?;
    let line = "2026-11-22T02:40:00Z sshd[1]: Failed password for root from 198.51.100.77 port 50122 ssh2";
    let case = store::screens::cases_with(&mut room.store(), "192.0.2.21", 1).await?.remove(0).id;
    let own = observations::of_case(&mut room.store(), case, ObservationId(0), 1).await?.remove(0);
    let page = browser.get(&format!("/observations/{}/connection", own.id)).await?.body;
    assert!(
        !page.contains("name=\"to\"") && page.contains("192.0.2.21"),
        "our own addresses are nobody else's business"
    );
    // The same seen of an address that is not ours.
    let mut tx = room.store().begin().await?;
    let mut foreign = own.clone();
    (foreign.id, foreign.contract) = (ObservationId(tx.new_id().await?), None);
    (foreign.seen.ip, foreign.seen.port) = (Some("198.51.100.77".parse()?), Some(50122));
    tx.insert_observations(std::slice::from_ref(&foreign)).await?;
    tx.commit().await?;
    let page = browser.get(&format!("/cases/{case}?report={}", own.report)).await?.body;
    let path = format!("/observations/{}/connection", foreign.id);
    assert!(page.contains(&path), "the sighting offers it: {page}");
    let page = browser.get(&path).await?.body;
    assert!(page.contains("value=\"198.51.100.77\"") && page.contains("value=\"50122\""), "{page}");
    assert!(page.contains("log lines that name the source"), "what it lacks is named: {page}");
    let mut fields = vec![
        ("to", "abuse@example.net"),
        ("lang", "ja"),
        ("category", "login-attack"),
        ("at", "2026-11-22T02:40:00Z"),
        ("zone", "+00:00"),
        ("source_ip", "198.51.100.77"),
        ("source_port", "50122"),
        ("target_ip", "192.0.2.21"),
        ("transport", "tcp"),
    ];
    let lacking = browser.post(&path, &fields).await?;
    assert_eq!(lacking.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(lacking.body.contains("target-port"), "{}", lacking.body);
    assert!(lacking.body.contains("log"), "{}", lacking.body);
    fields.extend([("target_port", "22"), ("log", line)]);
    let sent = browser.post(&path, &fields).await?;
    assert!(sent.status == StatusCode::SEE_OTHER, "{}", sent.body);
    let row = registers::outbounds(&mut room.store(), 1).await?.remove(0);
    assert_eq!((row.number.as_str(), row.to.as_str()), ("O-2026-0001", "abuse@example.net"));
    assert_eq!(row.form["log"][0], line);
    assert!(browser.get("/registers/outbound").await?.body.contains("O-2026-0001"));
    Ok(())
}
