//! A report longer than one step: nothing is lost, nothing counts twice, wherever the work is interrupted.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;
use jiff::SignedDuration;
use model::Clock as _;
use store::reports::READ_REPORT;
use store::{Store, args, cases};
use testkit::each_store;

use crate::room::Room;

const ROWS: usize = 50_000;
const OWN: [&str; 3] = ["192.0.2.11", "192.0.2.20", "192.0.2.10"];

/// The first 21,000 rows are about others; then three of ours take turns, the third only in the last step.
fn address(row: usize) -> String {
    match row {
        0..21_000 => format!("198.51.100.{}", row % 250 + 1),
        45_000.. if row.is_multiple_of(3) => OWN[2].to_owned(),
        _ => OWN[row % 2].to_owned(),
    }
}

fn table() -> String {
    let head = "From: reports@reporter.example.org\nMessage-ID: <long@reporter.example.org>\nSubject: sinkhole events\nMIME-Version: 1.0\n\
                Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/csv; name=\"2026-04-05-event4_sinkhole-example-asn.csv\"\n\n\
                timestamp,src_ip,src_port,src_asn,infection\n";
    let mut raw = head.to_owned();
    for row in 0..ROWS {
        let time = format!("2026-04-05 {:02}:{:02}:{:02}", row / 3_600, row / 60 % 60, row % 60);
        writeln!(raw, "{time},{},{},64500,mirai", address(row), 1_024 + row % 60_000).expect("a line");
    }
    raw + "--b--\n"
}

/// Events in the facts of the case at an address, with its reports and whether it has a contract.
async fn counted(store: &Store, address: &str) -> anyhow::Result<(u64, i64, i64)> {
    let place = format!("host:{address}");
    let since = jiff::Timestamp::UNIX_EPOCH;
    let found = cases::cases_at_places(&mut &*store, &[place], since).await?;
    ensure!(found.len() == 1, "{} cases at {address}", found.len());
    let stored = cases::decision(&mut &*store, found[0].id).await?.unwrap_or_default();
    Ok((stored["facts"]["events"].as_u64().unwrap_or(0), found[0].reports, found[0].reporters))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_report_is_read_to_its_end_whatever_interrupts_it() -> anyhow::Result<()> {
    each_store(|store| async move {
        let room = Room::with_reader(&store, Arc::new(reports::Reader)).await?;
        room.accept_raw(table().as_bytes()).await?;
        let lease = SignedDuration::from_mins(5);
        let mut steps = 0;
        for round in 0..40 {
            let owner = format!("test:{round}");
            let now = room.clock.now();
            let jobs = room.desk.store.claim_jobs(&[READ_REPORT], 1, now, lease, &owner).await?;
            if jobs.is_empty() {
                break;
            }
            if round % 2 == 1 {
                // The node dies: sometimes at once, sometimes in the middle of its transaction.
                let work = room.desk.process_batch(jobs);
                let killed = tokio::time::timeout(Duration::from_millis(round * 40), work).await.is_err();
                ensure!(killed || round > 2, "the first kill must come before the end");
                steps += usize::from(!killed);
                room.clock.advance(SignedDuration::from_mins(6));
                continue;
            }
            let done = room.desk.process_batch(jobs).await?;
            ensure!(done[0].error.is_none(), "{done:?}");
            if steps == 0 {
                ensure!(done[0].state == "dismissed", "the first step is about others: {done:?}");
                let report = store.fetch("SELECT reading FROM report", args![]).await?;
                ensure!(report[0].text("reading")?.contains("30000 more are being read"), "progress is shown");
            }
            steps += 1;
        }
        ensure!(steps == 3, "{steps} steps");
        for own in OWN {
            let rows = (0..ROWS).filter(|row| address(*row) == own).count();
            let (events, reports, reporters) = counted(&store, own).await?;
            ensure!(
                (events, reports, reporters) == (u64::try_from(rows)?, 1, 1),
                "{own}: {events} of {rows}, {reports}, {reporters}"
            );
        }
        let report = store.fetch("SELECT state, error_code, case_id, category, reading FROM report", args![]).await?;
        ensure!(report.len() == 1 && report[0].text("state")? == "read" && report[0].opt_text("error_code")?.is_none());
        ensure!(report[0].opt_int("case_id")?.is_some() && report[0].text("category")? == "infected-host");
        ensure!(!report[0].text("reading")?.contains("being read"));
        let told = store.fetch("SELECT seen FROM telling", args![]).await?;
        ensure!(told.len() == OWN.len(), "{} tellings", told.len());
        Ok(())
    })
    .await
}
