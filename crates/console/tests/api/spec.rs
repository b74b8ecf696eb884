//! The OpenAPI document is what the code does: kept file, permissions of each role, documented answers.

use std::collections::BTreeSet;

use crate::house::{Ask, House};
use axum::http::{Method, StatusCode};
use model::{Permission, Role};
use serde_json::Value;

/// One route of the document.
struct Operation {
    method: Method,
    path: String,
    permission: Option<Permission>,
    media: Option<String>,
    answers: BTreeSet<u16>,
}

fn operations() -> Vec<Operation> {
    let document: Value = serde_json::from_str(&console::openapi()).unwrap();
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let permission = operation["x-permission"].as_str().map(|name| name.parse().unwrap());
            let media =
                operation["requestBody"]["content"].as_object().and_then(|content| content.keys().next().cloned());
            let answers = operation["responses"].as_object().unwrap().keys().map(|status| status.parse().unwrap());
            found.push(Operation {
                method: method.to_uppercase().parse().unwrap(),
                path: format!("/api/v1{path}"),
                permission,
                media,
                answers: answers.collect(),
            });
        }
    }
    assert!(found.len() >= 25, "{} routes", found.len());
    found
}

impl Operation {
    /// A request with an identifier that leads nowhere, and a body that is none.
    fn ask<'a>(&'a self, token: Option<&'a str>) -> Ask<'a> {
        let query = match self.path.as_str() {
            "/api/v1/customers" => "?text=K1",
            "/api/v1/contracts" => "?key=WEB",
            "/api/v1/holdings" if self.method == Method::GET => "?subject=ip:192.0.2.10",
            _ => "",
        };
        let path = self.path.replace("{id}", "999999999").replace("{kind}", "plans").replace("{name}", "x") + query;
        let body = if self.media.is_some() { b"{".to_vec() } else { Vec::new() };
        Ask { method: self.method.clone(), path, token, media: self.media.as_deref(), body, lang: None, version: None }
    }
}

#[test]
fn the_kept_document_is_what_the_code_says() {
    let kept = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/openapi.json"));
    let said = format!("{}\n", console::openapi().trim_end());
    assert!(
        kept.unwrap_or_default() == said,
        "run `cargo xtask gen-openapi` and read the difference as a client would"
    );
}

#[tokio::test]
async fn each_role_may_do_what_the_document_says_and_nothing_else() -> anyhow::Result<()> {
    testkit::each_store(async |store| {
        let house = House::new(&store).await?;
        let mut refused = 0;
        for operation in operations() {
            let nobody = house.ask(operation.ask(None)).await;
            assert_eq!(nobody.status, StatusCode::UNAUTHORIZED, "{}", operation.path);
            assert_eq!(nobody.json()["code"], "console.login");
            for role in Role::ALL {
                let place = format!("{} {} as {role}", operation.method, operation.path);
                let reply = house.ask(operation.ask(Some(role.name()))).await;
                let may = operation.permission.is_none_or(|permission| role.may(permission));
                assert_eq!(reply.status != StatusCode::FORBIDDEN, may, "{place}: {}", reply.text());
                if !may {
                    refused += 1;
                    assert_eq!(reply.json()["code"], "console.forbidden", "{place}");
                    continue;
                }
                let status = reply.status.as_u16();
                assert!(operation.answers.contains(&status) && status < 500, "{place}: {status} {}", reply.text());
                if status >= 400 {
                    let problem = reply.json();
                    assert_eq!(problem["status"], status, "{place}");
                    for field in ["code", "title", "todo"] {
                        assert!(!problem[field].as_str().unwrap_or("").is_empty(), "{place}: {problem}");
                    }
                    let unknown = text::t(model::Lang::En, "error-unknown");
                    assert_ne!(problem["title"], unknown, "{place}: the code has no text: {problem}");
                }
            }
        }
        assert!(refused > 30, "{refused} refusals");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_is_not_there_is_a_problem_in_the_language_asked_for() -> anyhow::Result<()> {
    let temp = testkit::TempStore::sqlite().await?;
    let house = House::new(&temp.store).await?;
    let ask = |lang| Ask { lang, ..Ask::get("/api/v1/cases/999", "operator") };
    let english = house.ask(ask(None)).await;
    assert_eq!(english.status, StatusCode::NOT_FOUND);
    assert_eq!(english.header(axum::http::header::CONTENT_TYPE), "application/problem+json");
    assert_eq!(english.header(axum::http::header::CONTENT_LANGUAGE), "en");
    let japanese = house.ask(ask(Some("ja,en;q=0.5"))).await;
    assert_eq!(japanese.header(axum::http::header::CONTENT_LANGUAGE), "ja");
    assert_eq!(japanese.json()["code"], english.json()["code"]);
    assert_ne!(japanese.json()["todo"], english.json()["todo"]);
    for (method, path, status) in [
        (Method::GET, "/api/v1/nothing", 404),
        (Method::DELETE, "/api/v1/me", 405),
        (Method::GET, "/api/v1/cases?sort=up", 400),
        (Method::GET, "/api/v1/cases?limit=201", 400),
        (Method::GET, "/api/v1/cases?cursor=x", 400),
        (Method::GET, "/api/v1/reports?state=%00", 400),
        (Method::GET, "/api/v1/reports/1.5", 404),
    ] {
        let reply = house.ask(Ask { method, ..Ask::get(path, "operator") }).await;
        assert_eq!(reply.status.as_u16(), status, "{path}: {}", reply.text());
        assert_eq!(reply.json()["status"], status, "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn everybody_may_read_the_document() -> anyhow::Result<()> {
    let temp = testkit::TempStore::sqlite().await?;
    let house = House::new(&temp.store).await?;
    let reply = house.ask(Ask { token: None, ..Ask::get("/api/v1/openapi.json", "") }).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.json()["openapi"], "3.1.0");
    Ok(())
}
