//! Who may see and do what: every route for every role, forms without token, forms from elsewhere.

use std::fmt::Write as _;

use axum::http::StatusCode;

use crate::client::{Browser, Room};

/// Pages, with what stands for a case that exists.
const PAGES: &[&str] = &[
    "/",
    "/triage",
    "/triage?of=reports",
    "/cases",
    "/cases?view=overdue",
    "/cases/CASE",
    "/cases/CASE/next",
    "/cases/CASE/compose?kind=customer-notice-managed",
    "/customers/CUSTOMER",
    "/observations/OBSERVATION/connection",
    "/reports/REPORT/correct",
    "/corrections",
    "/corrections/archive",
    "/registers",
    "/registers/readiness",
    "/registers/outbound",
    "/registers/looks",
    "/search?q=shop.example.com",
    "/measures",
    "/statistics",
    "/statistics/sources",
    "/journal",
    "/keys",
    "/settings/me",
    "/settings/users",
    "/settings/tokens",
    "/settings/playbooks",
    "/settings/rules",
    "/settings/rules/new",
    "/nowhere",
];

/// Everything that changes something.
const DEEDS: &[&str] = &[
    "/cases/CASE/assign",
    "/cases/CASE/note",
    "/cases/CASE/facts",
    "/cases/CASE/snooze",
    "/cases/CASE/seen",
    "/cases/CASE/close",
    "/cases/CASE/reopen",
    "/cases/CASE/work",
    "/cases/CASE/merge",
    "/cases/CASE/split",
    "/cases/CASE/undo/1",
    "/cases/CASE/compose",
    "/cases/CASE/measure",
    "/cases/CASE/incident",
    "/cases/CASE/answers",
    "/cases/CASE/pack",
    "/observations/OBSERVATION/connection",
    "/registers",
    "/registers/1/link",
    "/registers/1/answer",
    "/cases/bulk",
    "/mails/1/cancel",
    "/triage/CASE/accept",
    "/triage/CASE/duplicate",
    "/triage/CASE/reject",
    "/triage/reports/1/reread",
    "/triage/reports/1/dismiss",
    "/reports/REPORT/correct",
    "/reports/REPORT/fixture",
    "/reports/REPORT/corrections/1/undo",
    "/measures/1/justify",
    "/measures/1/approve",
    "/measures/1/refuse",
    "/measures/1/undo",
    "/settings/users",
    "/settings/users/1",
    "/settings/tokens",
    "/settings/tokens/revoke",
    "/settings/rules",
    "/settings/rules/x/enable",
    "/settings/rules/x/disable",
    "/settings/rules/x/remove",
];

async fn filled(room: &Room, path: &str) -> anyhow::Result<String> {
    let case = store::cases::case_by_number(&mut room.store(), "M-2026-000001").await?;
    let customer = case.customer.map_or(0, |customer| customer.0);
    let none = model::ObservationId(0);
    let seen = store::observations::of_case(&mut room.store(), case.id, none, 1).await?;
    let (seen, report) = seen.first().map_or((none, 0), |seen| (seen.id, seen.report.0));
    let path = path.replace("CASE", &case.id.to_string()).replace("CUSTOMER", &customer.to_string());
    Ok(path.replace("OBSERVATION", &seen.to_string()).replace("REPORT", &report.to_string()))
}

/// One of each role.
async fn everybody(room: &Room) -> anyhow::Result<Vec<Browser<'_>>> {
    let mut all = Vec::new();
    for name in ["audit", "alex", "lee", "root"] {
        all.push(room.browser(name).await?);
    }
    Ok(all)
}

/// Values that every form could use; the deeds refuse what does not fit them.
const FIELDS: &[(&str, &str)] = &[
    ("version", "999"),
    ("assignee", "me"),
    ("note", "x"),
    ("category", "phishing"),
    ("grade", "shown"),
    ("cause", "victim"),
    ("reason", "x"),
    ("hours", "4"),
    ("exit", "fixed"),
    ("into", "M-2026-000002"),
    ("observation", "1"),
    ("kind", "customer-cancel"),
    ("subject", "x"),
    ("body", "x"),
    ("days", "7"),
    ("target", "contract:NONE"),
    ("do", "assign-me"),
    ("case", "1.999"),
    ("contract", "999999"),
    ("name", "Not A Name"),
    ("display", "x"),
    ("role", "nobody"),
    ("lang", "ja"),
    ("password", "short"),
    ("ms", "1200"),
    ("clicks", "3"),
];

#[tokio::test]
async fn each_role_sees_its_pages() -> anyhow::Result<()> {
    let room = Room::new().await?;
    let browsers = everybody(&room).await?;
    let mut table =
        format!("{:52}{:>9}{:>9}{:>9}{:>9}{:>9}\n", "GET", "nobody", "auditor", "operator", "lead", "admin");
    for page in PAGES {
        let path = filled(&room, page).await?;
        let mut line = format!("{page:52}{:>9}", room.stranger().get(&path).await?.status.as_u16());
        for browser in &browsers {
            let _ = write!(line, "{:>9}", browser.get(&path).await?.status.as_u16());
        }
        table.push_str(line.trim_end());
        table.push('\n');
    }
    insta::assert_snapshot!(table);
    Ok(())
}

#[tokio::test]
async fn each_role_does_only_its_deeds() -> anyhow::Result<()> {
    let room = Room::new().await?;
    let browsers = everybody(&room).await?;
    let mut table =
        format!("{:52}{:>9}{:>9}{:>9}{:>9}{:>9}\n", "POST", "nobody", "auditor", "operator", "lead", "admin");
    for deed in DEEDS {
        let path = filled(&room, deed).await?;
        let mut line = format!("{deed:52}{:>9}", room.stranger().post(&path, FIELDS).await?.status.as_u16());
        for browser in &browsers {
            let status = browser.post(&path, FIELDS).await?.status;
            assert!(status.as_u16() < 500, "{deed}: {status}");
            let _ = write!(line, "{:>9}", status.as_u16());
        }
        table.push_str(line.trim_end());
        table.push('\n');
    }
    insta::assert_snapshot!(table);
    Ok(())
}

#[tokio::test]
async fn no_form_counts_without_its_token_or_from_elsewhere() -> anyhow::Result<()> {
    let room = Room::new().await?;
    let browser = room.browser("root").await?;
    let before = room.store().journal_after(0, 10_000).await?.len();
    for deed in DEEDS.iter().chain(&["/settings/me", "/settings/me/password", "/settings/sessions/x/revoke"]) {
        let path = filled(&room, deed).await?;
        for token in ["", "csrf-of-alex"] {
            let answer = browser.post_as(&path, &[("csrf", token)], "same-origin").await?;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{deed} with token `{token}`");
            assert!(answer.body.contains("console.csrf"), "{deed}");
        }
        let answer = browser.post_as(&path, &[("csrf", &browser.csrf)], "cross-site").await?;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{deed} from elsewhere");
        assert!(answer.body.contains("console.origin"), "{deed}");
    }
    assert_eq!(room.store().journal_after(0, 10_000).await?.len(), before, "nothing was changed");
    Ok(())
}

#[tokio::test]
async fn whoever_is_not_logged_in_is_led_there_and_back() -> anyhow::Result<()> {
    let room = Room::new().await?;
    let stranger = room.stranger();
    let answer = stranger.get("/cases?view=overdue").await?;
    assert_eq!(answer.location.as_deref(), Some("/login?next=%2Fcases%3Fview%3Doverdue"));
    let form = stranger.get("/login?next=%2Fcases%3Fview%3Doverdue").await?;
    assert!(form.body.contains("value=\"/cases?view=overdue\""), "{}", form.body);
    let sent = |password| [("name", "alex"), ("password", password), ("next", "/cases?view=overdue")];
    let wrong = stranger.post_as("/login", &sent("not the password at all"), "same-origin").await?;
    assert_eq!((wrong.status, wrong.cookie), (StatusCode::UNAUTHORIZED, None));
    let right = stranger.post_as("/login", &sent(crate::common::PASSWORD), "same-origin").await?;
    assert_eq!(right.location.as_deref(), Some("/cases?view=overdue"));
    let cookie = right.cookie.unwrap_or_default();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    Ok(())
}
