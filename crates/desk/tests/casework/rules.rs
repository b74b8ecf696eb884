//! A rule for a sender: proposed from a correction, tried on what was sent before, in force from then on, and out again.

use std::sync::Arc;

use anyhow::ensure;
use desk::corrections::{Accused, Correction};
use desk::{Actor, DeskError};
use model::{CaseState, ReportId, Role};
use store::{args, cases, observations};
use testkit::each_store;

use crate::room::Room;

fn letter(number: u32, ip: &str) -> Vec<u8> {
    format!(
        "From: NOC <noc@example.org>\r\nTo: abuse@provider.example\r\nSubject: Ticket {number}\r\n\
         Date: Mon, 06 Apr 2026 02:{number:02}:00 +0000\r\nMessage-ID: <{number}@example.org>\r\n\r\n\
         Ticket {number}\r\nOur sensor: 198.51.100.{number}\r\nPeer node: {ip}\r\nLogged: 2026-04-06 10:{number:02}:00\r\n"
    )
    .into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_becomes_a_rule_that_is_tried_before_it_reads() -> anyhow::Result<()> {
    each_store(|store| async move {
        let room = Room::with_reader(&store, Arc::new(reports::Reader)).await?;
        for (number, ip) in [(1, "192.0.2.11"), (2, "192.0.2.20")] {
            room.accept_raw(&letter(number, ip)).await?;
        }
        room.work(4).await?;
        let person = Actor::new("user:sato", Role::Operator);
        let lead = Actor::new("user:suzuki", Role::Lead);
        let first = ReportId(store.fetch_one("SELECT MIN(id) AS id FROM report", args![]).await?.int("id")?);
        let accused = Accused {
            ip: Some("192.0.2.11".to_owned()),
            at: Some("2026-04-06 10:01:00".to_owned()),
            zone: Some("JST".to_owned()),
            category: Some("login-attack".to_owned()),
            ..Accused::default()
        };
        let seen = Correction { report: true, accused: vec![accused] };
        room.desk.correct_report(&person, first, None, &seen).await?;
        room.work(4).await?;

        let rule = room.desk.propose_rule(first).await?;
        ensure!((rule.name.as_str(), rule.from.as_str()) == ("noc-example-org", "noc@example.org"), "{rule:?}");
        ensure!(rule.accuse == ["Peer node"] && rule.zone.as_deref() == Some("JST"), "{rule:?}");
        let replay = room.desk.try_rule(&rule).await?;
        ensure!(replay.reports.len() == 2 && replay.changed == 2, "{replay:?}");
        ensure!((replay.corrected, replay.right.1) == (1, 1), "read as the person says: {replay:?}");
        let second = &replay.reports.iter().find(|one| one.report != first).expect("the other one").after;
        ensure!(second.len() == 1 && second[0].ip == "192.0.2.20".parse().ok(), "{second:?}");
        ensure!(second[0].at.as_ref().is_some_and(|at| at.at.to_string() == "2026-04-06T01:02:00Z"), "{second:?}");

        let version = room.desk.write_rule(&person, &rule).await?;
        let denied = room.desk.enable_rule(&person, &rule.name, version).await;
        ensure!(matches!(denied, Err(DeskError::NotAllowed(_))), "{denied:?}");
        room.accept_raw(&letter(3, "192.0.2.11")).await?;
        ensure!(room.work(4).await?[0].state != "waiting", "what is only written reads nothing");
        room.desk.enable_rule(&lead, &rule.name, version).await?;
        room.accept_raw(&letter(4, "192.0.2.20")).await?;
        let done = room.work(4).await?;
        let report = done[0].report.expect("a report");
        let rows = observations::of_report(&mut &store, report).await?;
        ensure!(rows.len() == 1 && rows[0].seen.ip == "192.0.2.20".parse().ok(), "{rows:?}");
        let reading = store::screens::reading(&mut &store, report).await?.unwrap_or_default();
        ensure!(reading["rule"]["name"] == "noc-example-org" && reading["rule"]["version"] == version, "{reading}");
        let case = cases::case(&mut &store, rows[0].case.expect("a case")).await?;
        ensure!(case.state == CaseState::Open, "sure enough to act: {case:?}");

        room.desk.disable_rule(&person, &rule.name).await?;
        ensure!(matches!(room.desk.disable_rule(&person, &rule.name).await, Err(DeskError::State(_))));
        room.accept_raw(&letter(5, "192.0.2.20")).await?;
        let done = room.work(4).await?;
        let reading = store::screens::reading(&mut &store, done[0].report.expect("a report")).await?.unwrap_or_default();
        ensure!(reading["rule"].is_null(), "{reading}");
        room.desk.remove_rule(&lead, &rule.name).await?;
        ensure!(room.desk.rules().await?.is_empty());
        let kinds = store.journal_after(0, 10_000).await?.into_iter().map(|entry| entry.kind);
        let kinds: Vec<String> = kinds.filter(|kind| kind.starts_with("rule.")).collect();
        ensure!(kinds == ["rule.written", "rule.enabled", "rule.disabled", "rule.removed"], "{kinds:?}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_who_never_reports_is_noise_and_a_wrong_rule_is_refused_by_its_field() -> anyhow::Result<()> {
    each_store(|store| async move {
        let room = Room::with_reader(&store, Arc::new(reports::Reader)).await?;
        let lead = Actor::new("user:suzuki", Role::Lead);
        room.accept_raw(&letter(1, "192.0.2.11")).await?;
        room.work(4).await?;
        let first = ReportId(store.fetch_one("SELECT MIN(id) AS id FROM report", args![]).await?.int("id")?);
        room.desk.correct_report(&lead, first, None, &Correction::default()).await?;
        room.work(4).await?;
        let rule = room.desk.propose_rule(first).await?;
        ensure!(rule.never && rule.accuse.is_empty(), "{rule:?}");
        let wrong = model::SenderRule { subject: Some("(".to_owned()), ..rule.clone() };
        let refused = room.desk.write_rule(&lead, &wrong).await;
        ensure!(refused.as_ref().is_err_and(|error| error.to_string().contains("subject of the rule cannot be “(”")), "{refused:?}");
        let version = room.desk.write_rule(&lead, &rule).await?;
        room.desk.enable_rule(&lead, &rule.name, version).await?;
        room.accept_raw(&letter(2, "192.0.2.20")).await?;
        ensure!(room.work(4).await?[0].state == "noise");
        Ok(())
    })
    .await
}
