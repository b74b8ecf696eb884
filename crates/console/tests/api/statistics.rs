//! What the desk counts, through the API: figures, spans, masked addresses, wrong spans.

use crate::house::{Ask, House, xarf};
use axum::http::StatusCode;
use serde_json::json;
use testkit::each_store;

/// Two cases of two machines; the first was told of by two reporters.
async fn told(house: &House) -> anyhow::Result<()> {
    let mut second = xarf();
    second["report_id"] = json!("550e8400-e29b-41d4-a716-446655440001");
    second["source_identifier"] = json!("192.0.2.11");
    let mut other = xarf();
    other["report_id"] = json!("550e8400-e29b-41d4-a716-446655440002");
    for who in ["reporter", "sender"] {
        other[who] = json!({ "org": "Example CERT", "contact": "cert@example.net", "domain": "example.net" });
    }
    for report in [xarf(), second, other] {
        let reply = house.ask(Ask::json("/api/v1/reports", "reporter", &report)).await;
        assert_eq!(reply.status, StatusCode::ACCEPTED, "{}", reply.text());
    }
    house.work().await
}

#[tokio::test]
async fn each_report_counts_what_was_told() -> anyhow::Result<()> {
    each_store(async |store| {
        let house = House::new(&store).await?;
        told(&house).await?;
        let get = async |path: &str| {
            let reply = house.ask(Ask::get(&format!("/api/v1/statistics/{path}"), "operator")).await;
            assert_eq!(reply.status, StatusCode::OK, "{path}: {}", reply.text());
            reply.json()
        };
        let year = get("year?year=2026").await;
        assert_eq!((&year["total"], &year["sorted"], &year["year"]), (&json!(3), &json!(3), &json!(2026)), "{year}");
        assert_eq!(year["groups"].as_array().map(Vec::len), Some(5));
        assert_eq!(year["groups"][1]["months"][10], 3, "November: {year}");
        assert_eq!(year["statement"], "The four rows sum to 3, all 3 reports.");
        assert_eq!(year["cases_by_category"], json!([{ "month": 11, "name": "login-attack", "count": 2 }]));

        let speed = get("speed").await;
        assert_eq!(speed["opened"], 2);
        assert_eq!(speed["fix"]["cases"], 0);
        assert_eq!(
            (speed["from_at"].as_str(), speed["fix"]["median_s"].is_null()),
            (Some("2025-12-31T15:00:00Z"), true)
        );

        let sources = get("sources?from=2026-11-01&to=2026-11-30").await;
        assert_eq!((&sources["all_cases"], &sources["from_at"]), (&json!(2), &json!("2026-10-31T15:00:00Z")));
        let rows: Vec<_> = sources["sources"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| ["address", "cases", "only", "shared", "first"].map(|field| row[field].clone()))
            .collect();
        assert_eq!(rows[0], [json!("soc@example.org"), json!(2), json!(1), json!(1), json!(1)], "{sources}");
        assert_eq!(rows[1], [json!("cert@example.net"), json!(1), json!(0), json!(1), json!(0)], "{sources}");
        assert_eq!(sources["overlaps"][0]["cases"], 1);
        assert!(sources["estimate"]["total"].as_f64().unwrap() >= 2.0, "{sources}");
        assert_eq!(get("sources?year=2025").await["sources"], json!([]));

        let coverage = get("coverage").await;
        assert_eq!(
            (&coverage["told"], &coverage["found"], &coverage["found_share"]),
            (&json!(2), &json!(0), &json!(0.0))
        );

        let work = get("work").await;
        assert_eq!((&work["opened"], &work["people"][0]["cases"]), (&json!(2), &json!(2)), "{work}");
        assert!(work["people"][0]["user"].is_null() && work["cases_per_business_day"].as_f64().unwrap() > 0.0);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_auditor_sees_no_addresses_and_a_wrong_span_is_refused() -> anyhow::Result<()> {
    let temp = testkit::TempStore::sqlite().await?;
    let house = House::new(&temp.store).await?;
    told(&house).await?;
    let masked = house.ask(Ask::get("/api/v1/statistics/sources", "auditor")).await;
    assert_eq!(masked.json()["sources"][0]["address"], "s***@example.org", "{}", masked.text());
    assert!(!masked.text().contains("cert@"), "{}", masked.text());
    for (path, status) in [
        ("sources?year=2026&from=2026-01-01&to=2026-02-01", 400),
        ("work?from=2026-01-01", 400),
        ("speed?from=2026-02-01&to=2026-01-01", 422),
        ("speed?from=yesterday&to=today", 400),
        ("year?year=99999", 400),
        ("year?year=1492", 422),
        ("coverage?from=2026-01-01&to=2026-02-01", 400),
    ] {
        let reply = house.ask(Ask::get(&format!("/api/v1/statistics/{path}"), "operator")).await;
        assert_eq!(reply.status.as_u16(), status, "{path}: {}", reply.text());
    }
    Ok(())
}
