//! What the pages say: both languages whole, hostile text harmless, personal data only for those who may see it.

use axum::http::StatusCode;

use crate::client::Room;
use crate::common::mails::HOSTILE;

/// The pages of a desk on which something happened.
async fn pages(room: &Room) -> anyhow::Result<Vec<String>> {
    let filter = store::cases::Filter { view: store::cases::View::All, ..Default::default() };
    let found = store::cases::page(&mut room.store(), &filter, None, 200, room.desk.clock.now()).await?.cases;
    let mut paths: Vec<String> = [
        "/",
        "/triage",
        "/triage?of=reports",
        "/cases",
        "/cases?view=all",
        "/cases?state=closed&q=nothing-fits",
        "/measures",
        "/registers",
        "/registers/readiness",
        "/registers/outbound",
        "/registers/looks",
        "/statistics",
        "/statistics/speed",
        "/statistics/sources",
        "/statistics/coverage",
        "/statistics/work",
        "/statistics/work?year=2020",
        "/statistics?year=x",
        "/journal",
        "/keys",
        "/search?q=192.0.2.21",
        "/search?q=nothing",
        "/settings/me",
        "/settings/users",
        "/settings/tokens",
        "/settings/playbooks",
        "/corrections",
        "/settings/rules",
        "/settings/rules/new",
        "/nowhere",
        "/cases/0",
        "/cases?size=x",
    ]
    .map(str::to_owned)
    .into();
    for state in ["set-aside", "read"] {
        let reports = store::screens::reports_in(&mut room.store(), state, 2).await?;
        paths.extend(reports.iter().map(|line| format!("/reports/{}/correct", line.report.id)));
    }
    for case in &found {
        paths.extend([
            format!("/cases/{}", case.id),
            format!("/cases/{}?raw=1", case.id),
            format!("/triage?sel={}", case.id),
        ]);
        paths.push(format!("/cases/{}/compose?kind=customer-notice-managed", case.id));
        paths.extend(case.customer.map(|customer| format!("/customers/{customer}")));
    }
    for line in store::screens::reports_in(&mut room.store(), "read", 4).await? {
        paths.push(format!("/reports/{}/trace", line.report.id));
    }
    Ok(paths)
}

#[tokio::test]
async fn every_page_is_whole_in_both_languages() -> anyhow::Result<()> {
    let room = Room::new().await?;
    for (name, lang) in [("kanri", "ja"), ("root", "en"), ("kansa", "ja"), ("audit", "en")] {
        let browser = room.browser(name).await?;
        for path in pages(&room).await? {
            let answer = browser.get(&path).await?;
            assert!(answer.status.as_u16() < 500, "{path} as {name}: {}", answer.status);
            assert!(text::is_complete(&answer.body), "{path} as {name}: {}", missing(&answer.body));
            if answer.status != StatusCode::SEE_OTHER {
                assert!(answer.body.contains(&format!("<html lang=\"{lang}\">")), "{path} as {name}");
            }
        }
    }
    Ok(())
}

fn missing(body: &str) -> String {
    body.split('⟦').skip(1).filter_map(|rest| rest.split('⟧').next()).collect::<Vec<_>>().join(", ")
}

#[tokio::test]
async fn text_of_strangers_stays_text() -> anyhow::Result<()> {
    let room = Room::new().await?;
    let browser = room.browser("root").await?;
    let mut shown = 0;
    for path in pages(&room).await? {
        let body = browser.get(&path).await?.body;
        assert!(!body.contains("<script>alert") && !body.contains("<img src=x"), "{path}");
        // The only scripts are our own two.
        assert_eq!(body.matches("<script").count(), body.matches("<script src=\"/assets/").count(), "{path}");
        assert!(!body.contains("href=\"http"), "{path}: nothing leads out of the house");
        shown += usize::from(body.contains("&#60;script&#62;alert") || body.contains("&lt;script&gt;alert"));
    }
    assert!(shown > 0, "the subject {HOSTILE} is shown somewhere");
    let found = browser
        .get(&format!("/search?q={}", url::form_urlencoded::byte_serialize(HOSTILE.as_bytes()).collect::<String>()))
        .await?;
    assert!(!found.body.contains("<script>alert"));
    Ok(())
}

#[tokio::test]
async fn an_auditor_sees_neither_persons_nor_buttons() -> anyhow::Result<()> {
    let room = Room::new().await?;
    let browser = room.browser("audit").await?;
    for path in pages(&room).await? {
        let body = browser.get(&path).await?.body;
        for personal in
            ["山田 太郎", "yamada@", "soc@example.org", "cert@cert", "taro@shop", "Example Trading", "Failed password"]
        {
            assert!(!body.contains(personal), "{path} shows {personal}");
        }
        let own = ["/logout", "/settings/me", "/settings/me/password", "/settings/sessions/"];
        for form in body.split("method=\"post\" action=\"").skip(1) {
            assert!(
                own.iter().any(|own| form.starts_with(own)),
                "{path} offers {}",
                form.split('"').next().unwrap_or("")
            );
        }
    }
    Ok(())
}

#[tokio::test]
async fn queue_and_case_look_as_they_did() -> anyhow::Result<()> {
    let room = Room::new().await?;
    let case = store::cases::case_by_number(&mut room.store(), "M-2026-000001").await?;
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"/assets/[0-9a-f]{12}/", "/assets/[version]/");
    settings.add_filter(r"csrf-of-[a-z]+", "[csrf]");
    // Addresses for answers are signed with a key that each desk makes for itself.
    settings.add_filter(r"abuse\+([cr])\d+\.[a-z2-7]+@", "abuse+$1[signed]@");
    settings.add_filter(r#"(name="case" value=|data-row=|/cases/|/customers/|/mails/|/triage/|report=|sel=|customer=|value=)"?\d+[.\d]*"?"#, "$1[id]");
    let _bound = settings.bind_to_scope();
    for (name, lang) in [("sato", "ja"), ("alex", "en")] {
        let browser = room.browser(name).await?;
        let main = |body: String| {
            let main = body
                .split_once("<main")
                .map_or("", |(_, rest)| rest)
                .split_once("</main>")
                .map_or("", |(main, _)| main);
            main.replace("><", ">\n<")
        };
        insta::assert_snapshot!(format!("queue-{lang}"), main(browser.get("/cases").await?.body));
        insta::assert_snapshot!(format!("case-{lang}"), main(browser.get(&format!("/cases/{}", case.id)).await?.body));
    }
    Ok(())
}

#[tokio::test]
async fn statistics_show_the_figures_of_the_desk_with_a_table_beside_each_chart() -> anyhow::Result<()> {
    let room = Room::new().await?;
    let report = room.desk.year_report(2026, model::Lang::En).await?;
    assert!(report.total > 0, "the morning's reports are counted");
    let browser = room.browser("alex").await?;
    let mut bodies = Vec::new();
    for path in ["", "/speed", "/sources", "/coverage", "/work"] {
        let body = browser.get(&format!("/statistics{path}?year=2026")).await?.body;
        let charts = body.matches("<svg class=\"chart\" role=\"img\" aria-label=\"").count();
        assert!(charts > 0 && body.contains("<table class=\"rows\">"), "{path}: {charts} charts");
        assert_eq!(body.matches("aria-current=\"page\"").count(), 2, "{path}: in the navigation and the tabs");
        let name = path.strip_prefix('/').unwrap_or("year");
        assert!(body.contains(&format!("mimawari statistics {name} --year 2026")), "{path}");
        bodies.push(body);
    }
    let [year, speed, sources, coverage, work] = bodies.as_slice() else { panic!("five pages") };
    assert!(year.contains(&report.statement), "{}", report.statement);
    let opened = room.desk.speed(desk::stats::year_span(2026)?).await?.opened;
    assert!(speed.contains(&format!("{opened} cases opened.")) && work.contains(&format!("{opened} cases opened.")));
    assert!(sources.contains("soc@example.org") && coverage.contains("Found by ourselves: 0.0% of the cases."));
    let none = browser.get("/statistics/work?year=2020").await?.body;
    assert!(none.contains("Nothing is recorded for this year."), "{none}");
    Ok(())
}

#[tokio::test]
async fn refusals_say_what_happened_and_what_to_do() -> anyhow::Result<()> {
    let room = Room::new().await?;
    for (name, words) in [
        ("sato", ["該当するものがない", "番号やキーを確かめる", "store.not-found"]),
        ("alex", ["There is no such thing", "Check the number or key", "store.not-found"]),
    ] {
        let answer = room.browser(name).await?.get("/cases/123456789").await?;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        for word in words {
            assert!(answer.body.contains(word), "{word}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_part_is_the_pane_alone() -> anyhow::Result<()> {
    let room = Room::new().await?;
    let case = store::cases::case_by_number(&mut room.store(), "M-2026-000001").await?;
    let browser = room.browser("alex").await?;
    let part = browser.part(&format!("/cases/{}/preview", case.id)).await?;
    assert!(
        part.body.trim_start().starts_with("<aside id=\"preview\"") && !part.body.contains("<html"),
        "{}",
        part.body
    );
    let whole = browser.get(&format!("/cases/{}/preview", case.id)).await?;
    assert_eq!(whole.location, Some(format!("/cases/{}", case.id)));
    Ok(())
}
