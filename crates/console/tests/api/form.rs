//! The public form: people get through in both languages, robots do not, and what is stored is what the reader reads.

use crate::house::{Ask, House, Reply};
use ::reports::formats::form::{FormReport, FormReporter};
use axum::http::{Method, StatusCode, header};
use jiff::SignedDuration;
use serde_json::json;
use testkit::{TempStore, each_store};

fn page(path: &str) -> Ask<'static> {
    Ask { token: None, ..Ask::get(path, "") }
}

fn post(fields: &[(&str, &str)]) -> Ask<'static> {
    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    let media = "application/x-www-form-urlencoded";
    Ask { token: None, ..Ask::post("/report?lang=en", "", media, body.join("&")) }
}

/// The token in a page.
fn token(page: &Reply) -> String {
    let text = page.text();
    let (_, rest) = text.split_once("name=\"token\" value=\"").expect("a token");
    rest.split('"').next().unwrap().to_owned()
}

/// A token that is old enough.
async fn fresh(house: &House) -> String {
    let token = token(&house.ask(page("/report")).await);
    house.clock.advance(SignedDuration::from_secs(20));
    token
}

async fn stored(house: &House) -> usize {
    let list = house.ask(Ask::get("/api/v1/reports", "operator")).await.json();
    list["items"].as_array().unwrap().len()
}

const FILLED: &[(&str, &str)] = &[
    ("kind", "login-attack"),
    ("ip", "192[.]0[.]2[.]10"),
    ("port", "40123"),
    ("date", "2026-11-22"),
    ("time", "12:05:09"),
    ("zone", "+09:00"),
    ("description", "sshd: Failed password for root\r\nfrom 192.0.2.10"),
    ("name", "田中 一郎"),
    ("mail", "tanaka@example.jp"),
    ("answer", "yes"),
    ("second_subject", ""),
];

fn with<'a>(token: &'a str, changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = FILLED.iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    kept.copied().chain(changes.iter().copied()).chain([("token", token)]).collect()
}

#[tokio::test]
async fn a_form_becomes_a_case_and_an_acknowledgement_with_its_number() -> anyhow::Result<()> {
    each_store(async |store| {
        let house = House::new(&store).await?;
        let token = fresh(&house).await;
        let sent = house.ask(post(&with(&token, &[]))).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
        let thanks = house.ask(page(sent.header(header::LOCATION))).await;
        let list = house.ask(Ask::get("/api/v1/reports", "operator")).await.json();
        let id = list["items"][0]["id"].as_str().unwrap().to_owned();
        assert!(thanks.text().contains(&format!("<strong id=\"report-number\">{id}</strong>")), "{}", thanks.text());

        let raw = house.ask(Ask::get(&format!("/api/v1/reports/{id}/raw"), "operator")).await;
        let expected = FormReport {
            mimawari_form: 1,
            lang: "en".to_owned(),
            kind: "login-attack".to_owned(),
            url: None,
            ip: Some("192.0.2.10".to_owned()),
            port: Some(40123),
            at: Some("2026-11-22T12:05:09+09:00".to_owned()),
            zone: Some("+09:00".to_owned()),
            description: "sshd: Failed password for root\nfrom 192.0.2.10".to_owned(),
            reporter: FormReporter { name: "田中 一郎".to_owned(), mail: "tanaka@example.jp".to_owned() },
            answer_wanted: true,
            picture: None,
        };
        assert_eq!(serde_json::from_slice::<FormReport>(&raw.body)?, expected);

        house.work().await?;
        let row = house.ask(Ask::get(&format!("/api/v1/reports/{id}"), "operator")).await.json();
        assert_eq!((row["format"].as_str(), row["state"].as_str()), (Some("form"), Some("read")), "{row}");
        let seen = house.ask(Ask::get(&format!("/api/v1/reports/{id}/observations"), "operator")).await.json();
        assert_eq!(seen["items"][0]["at"], "2026-11-22T03:05:09Z", "{seen}");
        assert_eq!(seen["items"][0]["port"], 40123);
        let case = house.ask(Ask::get(&format!("/api/v1/cases/{}", row["case"].as_str().unwrap()), "operator")).await;
        assert_eq!(case.json()["category"], "login-attack");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_page_is_whole_in_both_languages_and_needs_no_script() -> anyhow::Result<()> {
    let temp = TempStore::sqlite().await?;
    let house = House::new(&temp.store).await?;
    for (path, lang, heading) in [
        ("/report?lang=ja", "ja", "不正利用の通報"),
        ("/report?lang=en", "en", "Report abuse"),
        ("/report/thanks?lang=ja", "ja", "ありがとうございます"),
        ("/report/thanks?lang=en", "en", "Thank you"),
    ] {
        let shown = house.ask(page(path)).await;
        let text = shown.text();
        assert_eq!(shown.status, StatusCode::OK);
        assert!(text.contains(heading) && text.contains(&format!("<html lang=\"{lang}\"")), "{path}: {text}");
        let (_, main) = text.split_once("<main").unwrap();
        assert!(text::is_complete(main), "{path}: {main}");
        assert!(!main.contains("<script") && !main.contains("style="), "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn robots_are_thanked_or_asked_again_and_nothing_is_stored() -> anyhow::Result<()> {
    let temp = TempStore::sqlite().await?;
    let house = House::new(&temp.store).await?;
    // Fills in everything.
    let token = fresh(&house).await;
    let filled = house.ask(post(&with(&token, &[("second_subject", "x")]))).await;
    assert_eq!(filled.status, StatusCode::SEE_OTHER);
    let thanks = house.ask(page(filled.header(header::LOCATION))).await;
    assert!(thanks.text().contains("Thank you") && !thanks.text().contains("report-number"));
    // Faster than any hand.
    let young = common_token(&house).await;
    let fast = house.ask(post(&with(&young, &[]))).await;
    assert_eq!(fast.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(fast.text().contains("tanaka@example.jp"), "a person would get back what he wrote");
    // Without a page, with a forged one, with a stale one.
    let (data, mac) = young.split_once('.').unwrap();
    let forged = format!("{data}.{}", mac.chars().rev().collect::<String>());
    let stale = fresh(&house).await;
    house.clock.advance(SignedDuration::from_hours(13));
    for token in ["", "x", "x.y", &forged, &stale] {
        let reply = house.ask(post(&with(token, &[]))).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{token}");
    }
    assert_eq!(stored(&house).await, 0);
    assert_eq!(house.state.form_robots(), 2);
    Ok(())
}

async fn common_token(house: &House) -> String {
    token(&house.ask(page("/report")).await)
}

#[tokio::test]
async fn a_page_counts_once_and_an_address_not_too_often() -> anyhow::Result<()> {
    let temp = TempStore::sqlite().await?;
    let house = House::new(&temp.store).await?;
    let token = fresh(&house).await;
    let first = house.ask(post(&with(&token, &[]))).await;
    let replay = house.ask(post(&with(&token, &[("ip", "192.0.2.11")]))).await;
    assert_eq!(replay.header(header::LOCATION), first.header(header::LOCATION), "a second click sees the same number");
    assert_eq!(stored(&house).await, 1);
    let mut last = StatusCode::OK;
    for _ in 0..20 {
        last = house.ask(post(&with("", &[]))).await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    let token = fresh(&house).await;
    let slow = house.ask(post(&with(&token, &[("ip", "192.0.2.11")]))).await;
    assert_eq!(slow.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(slow.text().contains("tanaka@example.jp"));
    assert_eq!(stored(&house).await, 1);
    Ok(())
}

#[tokio::test]
async fn each_mistake_is_shown_at_its_field_and_nothing_becomes_a_link() -> anyhow::Result<()> {
    let temp = TempStore::sqlite().await?;
    let house = House::new(&temp.store).await?;
    let long = "x".repeat(2049);
    for (field, changes) in [
        ("url", vec![("ip", ""), ("description", "help")]),
        ("url", vec![("url", "http://a.example/ b")]),
        ("url", vec![("url", long.as_str())]),
        ("ip", vec![("ip", "300.1.1.1")]),
        ("ip", vec![("ip", "192.168.1.1")]),
        ("port", vec![("port", "70000")]),
        ("time", vec![("time", "")]),
        ("time", vec![("zone", "JST")]),
        ("date", vec![("date", "2026-13-01")]),
        ("date", vec![("date", "2027-01-01")]),
        ("mail", vec![("mail", "a@b@c")]),
        ("mail", vec![("mail", "x@example.jp\r\nBcc: y@example.jp")]),
        ("mail", vec![("mail", "")]),
    ] {
        let token = fresh(&house).await;
        let reply = house.ask(post(&with(&token, &changes))).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{changes:?}");
        let text = reply.text();
        assert!(text.contains(&format!("id=\"{field}-fault\"")), "{changes:?}: {text}");
        assert!(text::is_complete(text.split_once("<main").unwrap().1), "{text}");
        assert_eq!(stored(&house).await, 0, "{changes:?}");
    }
    let evil = "https://evil.example/\"><script>alert(1)</script>";
    let reply = house.ask(post(&with("", &[("url", evil), ("description", evil)]))).await;
    assert!(!reply.text().contains("<script>alert") && !reply.text().contains("href=\"https://evil"));
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_stored_is_given_back_and_may_be_sent_again() -> anyhow::Result<()> {
    let temp = TempStore::sqlite().await?;
    let mut house = House::new(&temp.store).await?;
    let cut_off = house.without_database().await?;
    let good = std::mem::replace(&mut house.router, cut_off);
    let token = fresh(&house).await;
    let reply = house.ask(post(&with(&token, &[]))).await;
    assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(!reply.header(header::RETRY_AFTER).is_empty() && reply.text().contains("田中 一郎"));
    house.router = good;
    assert_eq!(house.ask(post(&with(&token, &[]))).await.status, StatusCode::SEE_OTHER);
    assert_eq!(stored(&house).await, 1);
    Ok(())
}

#[tokio::test]
async fn a_made_up_receipt_shows_no_number_and_a_closed_form_is_not_there() -> anyhow::Result<()> {
    let temp = TempStore::sqlite().await?;
    let mut house = House::new(&temp.store).await?;
    let shown = house.ask(page("/report/thanks?receipt=AAAAAAAAAAE.AAAA")).await;
    assert!(shown.status == StatusCode::OK && !shown.text().contains("report-number"));
    let mut state = house.state.clone();
    state.settings = std::sync::Arc::new(console::Settings { form: false, ..console::Settings::default() });
    house.router = console::router(state);
    for path in ["/report", "/report/thanks"] {
        assert_eq!(house.ask(page(path)).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let posted = house.ask(Ask { method: Method::POST, ..post(FILLED) }).await;
    assert_eq!(posted.status, StatusCode::NOT_FOUND);
    assert_eq!(house.ask(Ask::get("/api/v1/reports", "operator")).await.json()["items"], json!([]));
    Ok(())
}

/// The same as a browser sends it with a file beside.
fn with_file(fields: &[(&str, &str)], name: &str, file: &[u8]) -> Ask<'static> {
    let mut body = Vec::new();
    for (field, value) in fields {
        body.extend(format!("--b\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n").bytes());
    }
    let head = "Content-Type: image/png\r\n\r\n";
    body.extend(
        format!("--b\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"{name}\"\r\n{head}").bytes(),
    );
    body.extend(file);
    body.extend(b"\r\n--b--\r\n");
    Ask { token: None, ..Ask::post("/report?lang=en", "", "multipart/form-data; boundary=b", body) }
}

#[tokio::test]
async fn a_picture_comes_with_the_form_if_it_is_one() -> anyhow::Result<()> {
    let temp = TempStore::sqlite().await?;
    let house = House::new(&temp.store).await?;
    let bare = [("ip", ""), ("port", ""), ("date", ""), ("time", ""), ("description", ""), ("kind", "phishing")];
    let png = [b"\x89PNG\r\n\x1a\n".as_slice(), &vec![7; 3_000_000]].concat();
    // What is no picture, and what is too large, is said; nothing is stored.
    let big = [b"\x89PNG\r\n\x1a\n".as_slice(), &vec![7; 4 << 20]].concat();
    for file in [b"MZ\x90\0 not a picture".as_slice(), &big] {
        let token = fresh(&house).await;
        let reply = house.ask(with_file(&with(&token, &bare), "a.png", file)).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(reply.text().contains("id=\"picture-fault\"") && reply.text().contains("tanaka@example.jp"));
    }
    let token = fresh(&house).await;
    let beyond = house.ask(with_file(&with(&token, &bare), "a.png", &vec![7; 6 << 20])).await;
    assert_eq!(beyond.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", beyond.text());
    assert_eq!(stored(&house).await, 0);
    // A picture says enough; no file is no picture.
    let sent = house.ask(with_file(&with(&token, &bare), "C:\\fakepath\\screen.png", &png)).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
    let token = fresh(&house).await;
    let none = house.ask(with_file(&with(&token, &bare), "", b"")).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY, "nothing is said at all");
    let list = house.ask(Ask::get("/api/v1/reports", "operator")).await.json();
    let id = list["items"][0]["id"].as_str().unwrap().to_owned();
    let raw = house.ask(Ask::get(&format!("/api/v1/reports/{id}/raw"), "operator")).await;
    let picture = serde_json::from_slice::<FormReport>(&raw.body)?.picture.unwrap();
    assert_eq!(picture.name, "screen.png");
    assert!(picture.data.len() > png.len());
    Ok(())
}
