//! A week of reports through reader, attribution and playbook, without mail servers and kills: which customers are told.

use std::sync::Arc;

use anyhow::ensure;
use attribution::InventoryAttributor;
use desk::channels::{Channel, Outcome, Sending};
use desk::notices::Outgoing;
use desk::worker::{Worker, WorkerSettings};
use desk::{Desk, Mode};
use jiff::Timestamp;
use store::Store;
use store::acceptor::{Acceptor, OwnedReport};
use testkit::{FixedClock, TempStore};
use text::mail::Templates;

use crate::truth;
use crate::world;

const CONTRACTS: usize = 3_000;
const REPORTS: usize = 1_000;
const NOISE: usize = 60;
/// When the reports are read: all of them at the end of their days.
const END: &str = "2026-11-20T09:00:00Z";

/// A mail server that takes everything.
struct Takes;

impl Channel for Takes {
    fn name(&self) -> &'static str {
        "takes"
    }
    fn send<'a>(&'a self, _: &'a Outgoing) -> Sending<'a> {
        Box::pin(async { Outcome::Taken("250 ok".to_owned()) })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_customers_that_should_be_told_are_and_nobody_else() -> anyhow::Result<()> {
    let end: Timestamp = END.parse()?;
    let temp = TempStore::sqlite().await?;
    let store = &temp.store;
    let provider = world::provider(CONTRACTS, end);
    world::import(store, &provider).await?;
    let reports = world::reports(&provider, REPORTS, NOISE, end);
    accept(store, &reports, end).await?;
    let desk = desk(store, end)?;
    let mut worker = Worker::new(desk.clone(), WorkerSettings::default())?;
    while worker.step().await? > 0 {}
    while desk.send_due(&Takes).await?.sent > 0 {}
    let alone = truth::Table::new(&reports, &truth::outcomes(store).await?)?;
    alone.show();
    alone.holds_alone()?;
    let looked = truth::look_at_readings(&desk).await?;
    while desk.send_due(&Takes).await?.sent > 0 {}
    eprintln!("a person looked at the readings of {looked} cases");
    let table = truth::Table::new(&reports, &truth::outcomes(store).await?)?;
    table.show();
    table.must_hold()
}

async fn accept(store: &Store, reports: &[demo::DemoReport], received: Timestamp) -> anyhow::Result<()> {
    let acceptor = Acceptor::start(store.clone());
    let mut doors = tokio::task::JoinSet::new();
    for letter in world::letters(reports) {
        let acceptor = acceptor.clone();
        let report = OwnedReport {
            raw: letter.raw,
            door: "lmtp",
            envelope_from: Some(letter.from),
            envelope_to: Some(letter.to),
            received,
        };
        doors.spawn(async move { acceptor.accept(report).await });
        if doors.len() >= 64 {
            ensure!(doors.join_next().await.transpose()?.transpose()?.is_some());
        }
    }
    while let Some(accepted) = doors.join_next().await {
        accepted??;
    }
    Ok(())
}

fn desk(store: &Store, now: Timestamp) -> anyhow::Result<Desk> {
    let mut settings = desk::Settings { notices: Mode::Act, reporter_mails: Mode::Act, ..desk::Settings::default() };
    settings.mail.undo_seconds = 0;
    Ok(Desk {
        attributor: Arc::new(InventoryAttributor::new(store.clone(), attribution::Settings::default())),
        store: store.clone(),
        clock: Arc::new(FixedClock::at(&now.to_string())),
        reader: Arc::new(reports::Reader),
        tracer: Arc::new(reports::trace::Tracer::default()),
        checker: None,
        templates: Arc::new(Templates::builtin()?),
        settings: Arc::new(settings),
    })
}
