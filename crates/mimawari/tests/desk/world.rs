//! The provider of the tests: its inventory in the database, its reports with the truth beside them.

use anyhow::{Context, ensure};
use attribution::import::numbered;
use demo::{DemoReport, Door, Provider, Settings, Year, YearSettings};
use jiff::Timestamp;
use model::Noise;
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::Store;
use store::inventory::{ImportReport, Line};

use crate::mails::Letter;

/// A provider that does not exist, up to `end`.
pub(crate) fn provider(contracts: usize, end: Timestamp) -> Provider {
    Provider::generate(&Settings { contracts, ..Settings::new(end) })
}

/// Reports of the last days.
pub(crate) fn reports(provider: &Provider, reports: usize, noise: usize, end: Timestamp) -> Vec<DemoReport> {
    Year::generate(provider, &YearSettings { reports, noise, days: 5, ..YearSettings::new(end) }).iter().collect()
}

/// Writes the whole inventory.
pub(crate) async fn import(store: &Store, provider: &Provider) -> anyhow::Result<()> {
    let mut tx = store.begin().await?;
    let done = [
        tx.import_plans(rows(provider.plans())?).await?,
        tx.import_prefixes(rows(provider.prefixes())?).await?,
        tx.import_customers(rows(provider.customers())?).await?,
        tx.import_contracts(rows(provider.contracts())?).await?,
        tx.import_holdings(rows(provider.holdings())?, "test").await?,
    ];
    tx.analyze_inventory().await?;
    tx.commit().await?;
    let refused: Vec<_> = done.iter().flat_map(|report: &ImportReport| &report.refused).collect();
    ensure!(refused.is_empty(), "{refused:?}");
    Ok(())
}

/// The generator's rows as the store's: the same fields, carried over as a file would carry them.
fn rows<Row: Serialize, Wanted: DeserializeOwned>(all: impl Iterator<Item = Row>) -> anyhow::Result<Vec<Line<Wanted>>> {
    let converted = all.map(|row| serde_json::from_value(serde_json::to_value(row)?).context("a made-up row"));
    Ok(numbered(converted.collect::<anyhow::Result<Vec<Wanted>>>()?))
}

/// The reports that come by mail, each with its number as serial.
pub(crate) fn letters(reports: &[DemoReport]) -> Vec<Letter> {
    let by_mail = reports.iter().enumerate().filter(|(_, report)| report.door == Door::Mail);
    by_mail.map(|(number, report)| Letter::marked(number, sender(report), &report.raw)).collect()
}

/// Machines that must not be answered send with the null sender.
fn sender(report: &DemoReport) -> &str {
    match report.truth.noise {
        Some(Noise::Bounce | Noise::AutoReply) => "",
        _ => &report.truth.reporter.mail,
    }
}
