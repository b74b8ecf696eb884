//! Working without script: plain forms from triage to a sent notice, with undo and conflicts.

use axum::http::StatusCode;
use jiff::SignedDuration;
use model::CaseState;
use store::cases::{self, CaseRow, Filter};
use store::mails::{self, MailState};

use crate::client::{Answer, Browser, Room, hidden};

async fn row(room: &Room, number: &str) -> anyhow::Result<CaseRow> {
    Ok(cases::case_by_number(&mut room.store(), number).await?)
}

/// The case of `place`.
async fn at_place(room: &Room, place: &str, state: CaseState) -> anyhow::Result<CaseRow> {
    let filter = Filter { state: Some(state), ..Filter::default() };
    let found = cases::page(&mut room.store(), &filter, None, 200, room.desk.clock.now()).await?.cases;
    found.into_iter().find(|case| case.place == place).ok_or_else(|| anyhow::anyhow!("no case at {place}"))
}

fn toast(answer: &Answer) -> anyhow::Result<&str> {
    anyhow::ensure!(answer.status == StatusCode::SEE_OTHER, "{}: {}", answer.status, answer.body);
    answer.location.as_deref().ok_or_else(|| anyhow::anyhow!("it leads nowhere"))
}

/// Presses the undo of the toast on the page that follows.
async fn undo(browser: &Browser<'_>, answer: &Answer) -> anyhow::Result<Answer> {
    let page = browser.get(toast(answer)?).await?;
    let toast = page.body.split_once("class=\"toast\"").map_or("", |(_, rest)| rest);
    let action = toast.split_once("action=\"").and_then(|(_, rest)| rest.split_once('"')).map_or("", |(path, _)| path);
    browser.post(action, &[("back", hidden(toast, "back").unwrap_or("/"))]).await
}

#[tokio::test]
async fn a_case_is_assigned_noted_closed_and_all_of_it_undone() -> anyhow::Result<()> {
    let room = Room::new().await?;
    let browser = room.browser("alex").await?;
    let case = row(&room, "M-2026-000001").await?;
    let path = format!("/cases/{}", case.id);
    let version = case.version.to_string();
    let assigned = browser.post(&format!("{path}/assign"), &[("version", &version), ("assignee", "me")]).await?;
    assert!(toast(&assigned)?.contains("done=assigned") && toast(&assigned)?.contains("undo="), "{assigned:?}");
    let stale = browser.post(&format!("{path}/note"), &[("version", &version), ("note", "late")]).await?;
    assert_eq!(stale.status, StatusCode::CONFLICT, "a change of what was changed since is refused");
    undo(&browser, &assigned).await?;
    assert_eq!(row(&room, &case.number).await?.assignee, case.assignee);

    let version = row(&room, &case.number).await?.version.to_string();
    let closed =
        browser.post(&format!("{path}/close"), &[("version", &version), ("exit", "info-only"), ("note", "ok")]).await?;
    toast(&closed)?;
    assert_eq!(row(&room, &case.number).await?.state, CaseState::Closed);
    undo(&browser, &closed).await?;
    assert_ne!(row(&room, &case.number).await?.state, CaseState::Closed);
    Ok(())
}

#[tokio::test]
async fn a_refusal_says_why_in_the_language_of_the_page() -> anyhow::Result<()> {
    let room = Room::new().await?;
    let case = row(&room, "M-2026-000001").await?;
    let (path, version) = (format!("/cases/{}/close", case.id), case.version.to_string());
    let japanese = "案件M-2026-000001は「統合」で終了できない。統合するときは、終了ではなく統合の操作を使う。";
    let english = "case M-2026-000001 cannot end as “Merged”: a case is merged by merging it, not by closing it";
    for (name, lang, detail) in [("sato", "ja", japanese), ("alex", "en", english)] {
        let browser = room.browser(name).await?;
        let refused = browser.post(&path, &[("version", &version), ("exit", "merged")]).await?;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
        let shown = format!("<p class=\"detail\" lang=\"{lang}\">{detail}</p>");
        assert!(refused.body.contains(&shown), "{shown}: {}", refused.body);
    }
    Ok(())
}

#[tokio::test]
async fn a_report_goes_from_triage_to_a_sent_notice() -> anyhow::Result<()> {
    let room = Room::new().await?;
    let browser = room.browser("sato").await?;
    // The name is held by one contract, the address that the report names by another.
    let case = at_place(&room, "site:blog.example.net", CaseState::Triage).await?;
    let page = browser.get(&format!("/triage?sel={}", case.id)).await?.body;
    assert!(page.contains("WEB-1004") && page.contains("SRV-3001"), "both candidates are offered: {page}");
    assert!(!page.contains(" checked"), "and none is chosen beforehand");
    let contract = store::inventory::read::contract_by_key(&mut room.store(), "WEB-1004").await?.id.to_string();
    let version = case.version.to_string();
    let accepted =
        browser.post(&format!("/triage/{}/accept", case.id), &[("version", &version), ("contract", &contract)]).await?;
    assert!(toast(&accepted)?.starts_with(&format!("/cases/{}?done=accepted", case.id)), "{accepted:?}");

    let compose = format!("/cases/{}/compose", case.id);
    let page = browser.get(&format!("{compose}?kind=customer-notice-managed")).await?.body;
    let subject = hidden(&page, "subject").map(str::to_owned).unwrap_or_default();
    assert!(page.contains("office@example.net") && !subject.is_empty(), "{page}");
    let body = "Dear customer,\n\nplease look at your site.\n";
    let fields = [("kind", "customer-notice-managed"), ("subject", "About your site"), ("body", body), ("do", "send")];
    let sent = browser.post(&compose, &fields).await?;
    assert!(toast(&sent)?.contains("undo=%2Fmails%2F"), "{sent:?}");
    let mail = last_notice(&room, case.id).await?;
    assert_eq!((mail.state, mail.subject.as_str()), (MailState::Queued, "About your site"));
    assert_eq!(mail.not_before, room.desk.clock.now() + SignedDuration::from_secs(10));

    undo(&browser, &sent).await?;
    assert_eq!(last_notice(&room, case.id).await?.state, MailState::Cancelled);
    toast(&browser.post(&compose, &fields).await?)?;
    let folder = tempfile::tempdir()?;
    let mut settings = (*room.desk.settings).clone();
    (settings.mail.channel, settings.mail.folder) = ("folder".to_owned(), folder.path().display().to_string());
    let channel = desk::channels::open(&settings)?;
    room.clock.advance(SignedDuration::from_secs(11));
    room.desk.send_due(&*channel).await?;
    assert_eq!(last_notice(&room, case.id).await?.state, MailState::Sent);
    assert_eq!(row(&room, &case.number).await?.state, CaseState::Waiting);
    Ok(())
}

async fn last_notice(room: &Room, case: model::CaseId) -> anyhow::Result<mails::MailRow> {
    let all = mails::mails_of(&mut room.store(), case).await?;
    let last = all.into_iter().rfind(|mail| mail.audience == "customer");
    last.ok_or_else(|| anyhow::anyhow!("no notice"))
}

#[tokio::test]
async fn many_cases_at_once_and_filters_in_the_address() -> anyhow::Result<()> {
    let room = Room::new().await?;
    let browser = room.browser("alex").await?;
    let found = cases::page(&mut room.store(), &Filter::default(), None, 3, room.desk.clock.now()).await?.cases;
    let chosen: Vec<String> = found.iter().map(|case| format!("{}.{}", case.id, case.version)).collect();
    let mut fields: Vec<(&str, &str)> = chosen.iter().map(|case| ("case", case.as_str())).collect();
    fields.extend([("do", "assign-me"), ("back", "/cases?view=unassigned")]);
    let done = browser.post("/cases/bulk", &fields).await?;
    assert_eq!(toast(&done)?, "/cases?view=unassigned&done=assigned&count=3");
    let page = browser.get("/cases?assignee=me&severity=high&q=example").await?.body;
    assert!(
        page.contains("Drop the filter High") && page.contains("href=\"/cases?severity=high&#38;q=example\""),
        "{page}"
    );
    let away = browser.post("/cases/bulk", &[("do", "assign-me"), ("back", "//evil.example/")]).await?;
    assert_eq!(away.status, StatusCode::BAD_REQUEST, "nothing was chosen");
    Ok(())
}

#[tokio::test]
async fn a_measure_needs_a_second_person() -> anyhow::Result<()> {
    let room = Room::new().await?;
    let lead = room.browser("suzuki").await?;
    let case = row(&room, "M-2026-000001").await?;
    let fields = [
        ("kind", "suspend"),
        ("target", "contract:WEB-1001"),
        ("basis", "contract"),
        ("purpose", "stop the page"),
        ("reference", "Art. 12"),
        ("necessity", "nothing milder"),
        ("side_effects", "none"),
        ("days", "7"),
    ];
    let proposed = lead.post(&format!("/cases/{}/measure", case.id), &fields).await?;
    assert!(toast(&proposed)?.contains("done=proposed"), "{proposed:?}");
    let own = lead.get("/measures").await?.body;
    assert!(own.contains("WEB-1001") && !own.contains("/approve\""), "nobody approves his own");
    let all = store::measures::measures_of(&mut room.store(), case.id).await?;
    let suspend = all.into_iter().find(|measure| measure.kind == model::MeasureKind::Suspend);
    let measure = suspend.ok_or_else(|| anyhow::anyhow!("it was written down"))?;
    let (approve, version) = (format!("/measures/{}/approve", measure.id), measure.version.to_string());
    let answer = lead.post(&approve, &[("version", &version)]).await?;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.body);
    let other = room.browser("lee").await?;
    assert!(other.get("/measures").await?.body.contains(&approve));
    assert!(toast(&other.post(&approve, &[("version", &version)]).await?)?.contains("done=approved"));
    Ok(())
}

#[tokio::test]
async fn a_report_that_was_set_aside_is_put_away_or_read_again() -> anyhow::Result<()> {
    let room = Room::new().await?;
    let browser = room.browser("alex").await?;
    let aside = store::screens::reports_in(&mut room.store(), "set-aside", 10).await?;
    let report = aside.first().ok_or_else(|| anyhow::anyhow!("a report without facts is set aside"))?.report.id;
    let again = browser.post(&format!("/triage/reports/{report}/reread"), &[]).await?;
    assert!(toast(&again)?.contains("done=reread"));
    crate::common::work(&room.desk).await?;
    let away = browser.post(&format!("/triage/reports/{report}/dismiss"), &[]).await?;
    assert!(toast(&away)?.contains("done=dismissed"));
    assert_eq!(store::reports::report(&mut room.store(), report).await?.state, "dismissed");
    Ok(())
}
