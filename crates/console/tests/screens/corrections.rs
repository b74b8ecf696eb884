//! A person corrects a reading without script: from triage to a case, kept as an example, taken back.

use axum::http::StatusCode;
use model::{CaseState, ReportId};
use store::{cases, corrections, reports, screens};

use crate::client::{Browser, Room, hidden};

async fn set_aside(room: &Room) -> anyhow::Result<ReportId> {
    let aside = screens::reports_in(&mut room.store(), "set-aside", 10).await?;
    Ok(aside.first().ok_or_else(|| anyhow::anyhow!("a report without facts is set aside"))?.report.id)
}

/// Sends the form of a page as it stands, with some fields filled otherwise.
async fn send(browser: &Browser<'_>, path: &str, change: &[(&str, &str)]) -> anyhow::Result<crate::client::Answer> {
    let page = browser.get(path).await?.body;
    let form = page.split_once("id=\"correction\"").map_or("", |(_, rest)| rest);
    let form = form.split_once("</form>").map_or(form, |(form, _)| form);
    let mut fields: Vec<(String, String)> = Vec::new();
    for field in form.split("<input ").skip(1).filter(|field| !field.contains("type=\"checkbox\"")) {
        let attribute = |name: &str| {
            let rest = field.split_once(&format!("{name}=\""))?.1;
            Some(rest.split_once('"')?.0.to_owned())
        };
        fields.extend(attribute("name").zip(attribute("value")).filter(|(name, _)| name != "csrf"));
    }
    for (name, value) in change {
        fields.retain(|(known, _)| known != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.post(path, &fields).await
}

#[tokio::test]
async fn what_could_not_be_read_is_read_by_a_person_and_kept_as_an_example() -> anyhow::Result<()> {
    let room = Room::new().await?;
    let browser = room.browser("alex").await?;
    let report = set_aside(&room).await?;
    let triage = browser.get(&format!("/triage?of=reports&sel={report}")).await?.body;
    let path = format!("/reports/{report}/correct");
    assert!(triage.contains(&format!("href=\"{path}\"")) && triage.contains("data-key=\"t\""), "{triage}");
    assert!(triage.contains("Lacks:"), "what it lacks is said");
    let wrong = send(&browser, &path, &[("ip-0", "192.0.2.999")]).await?;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", wrong.body);
    assert!(wrong.body.contains("address cannot be “192.0.2.999”"), "{}", wrong.body);

    let line =
        [("ip-0", "192[.]0.2.21"), ("at-0", "2026-11-22 11:00:00"), ("zone-0", "+09:00"), ("category-0", "spam")];
    let done = send(&browser, &path, &line).await?;
    let undo = corrections::in_force(&mut room.store(), report).await?.map_or(0, |row| row.id);
    let expected = format!("{path}?done=corrected&count=1&undo=%2Freports%2F{report}%2Fcorrections%2F{undo}%2Fundo");
    assert_eq!(done.location.as_deref(), Some(expected.as_str()), "{}", done.body);
    crate::common::work(&room.desk).await?;
    let row = reports::report(&mut room.store(), report).await?;
    let case = cases::case(&mut room.store(), row.case.ok_or_else(|| anyhow::anyhow!("{row:?}"))?).await?;
    assert_eq!((case.place.as_str(), case.state == CaseState::Closed), ("host:192.0.2.21", false));

    let page = browser.get(&path).await?.body;
    assert!(page.contains("Corrected by Alex Kim"), "{page}");
    let action = format!("action=\"/reports/{report}/fixture\"");
    assert!(page.contains(&action) && page.contains("data-key=\"f\""), "one key keeps it");
    browser.post(&format!("/reports/{report}/fixture"), &[("on", "1")]).await?;
    let list = browser.get("/corrections").await?.body;
    assert!(list.contains(&path) && list.contains("Save the examples (1)"), "{list}");
    let evidence = browser.get(&format!("/cases/{}?report={report}", case.id)).await?.body;
    assert!(evidence.contains("100%") && evidence.contains("Corrected by Alex Kim"), "{evidence}");

    let late = browser.post(&format!("/reports/{report}/corrections/{}/undo", undo + 1), &[]).await?;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.body);
    browser.post(&format!("/reports/{report}/corrections/{undo}/undo"), &[]).await?;
    crate::common::work(&room.desk).await?;
    assert_eq!(reports::report(&mut room.store(), report).await?.state, "set-aside");
    Ok(())
}

#[tokio::test]
async fn a_line_is_altered_or_crossed_out_and_the_rest_stays_to_the_letter() -> anyhow::Result<()> {
    let room = Room::new().await?;
    let browser = room.browser("sato").await?;
    let case = cases::case_by_number(&mut room.store(), "M-2026-000001").await?;
    let evidence = browser.get(&format!("/cases/{}", case.id)).await?.body;
    assert!(evidence.contains("<mark class=\"sure\""), "{evidence}");
    let seen = store::observations::of_case(&mut room.store(), case.id, model::ObservationId(0), 1).await?;
    let (report, before) = (seen[0].report, seen[0].seen.clone());
    let path = format!("/reports/{report}/correct");
    send(&browser, &path, &[("category-0", "malware"), ("ip-1", "192.0.2.22")]).await?;
    let row = corrections::in_force(&mut room.store(), report).await?.ok_or_else(|| anyhow::anyhow!("none"))?;
    let person = desk::corrections::person_of(&row)?;
    assert_eq!((person.observations[0].url.clone(), person.observations[0].at.clone()), (before.url, before.at));
    assert_eq!((person.observations[0].category, person.observations.len()), (model::Category::Malware, 2));
    crate::common::work(&room.desk).await?;
    let page = browser.get(&path).await?.body;
    assert_eq!(hidden(&page, "seen"), Some(row.id.to_string().as_str()));
    send(&browser, &path, &[("drop-0", "1")]).await?;
    crate::common::work(&room.desk).await?;
    let left = store::observations::of_report(&mut room.store(), report).await?;
    // The lines stand in the order of their cases: the address came first.
    assert_eq!((left.len(), left[0].seen.url.is_some()), (1, true), "{left:?}");
    let none = browser
        .post(&path, &[("seen", hidden(&browser.get(&path).await?.body, "seen").unwrap_or("")), ("no_report", "1")])
        .await?;
    assert_eq!(none.status, StatusCode::SEE_OTHER, "{}", none.body);
    crate::common::work(&room.desk).await?;
    assert_eq!(reports::report(&mut room.store(), report).await?.state, "noise");
    Ok(())
}
