//! A02: random questions "who had it at that time?" over 100,000 addresses that changed hands, beside the generator's own
//! brute-force oracle.

use std::collections::BTreeSet;

use anyhow::ensure;
use attribution::import::numbered;
use attribution::{InventoryAttributor, Question, Settings, Verdict};
use demo::{Mix, Oracle, Provider};
use jiff::Timestamp;
use model::{EventTime, SubjectKey};
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::Store;
use testkit::TempStore;

const QUESTIONS: usize = 10_000;
/// So many that more than 100,000 addresses are in use.
const CONTRACTS: usize = 150_000;

fn provider(contracts: usize) -> anyhow::Result<Provider> {
    let end: Timestamp = "2026-03-31T15:00:00Z".parse()?;
    Ok(Provider::generate(&demo::Settings { contracts, mix: Mix::ADDRESSES, ..demo::Settings::new(end) }))
}

/// The generator's rows are the import's rows in other types of the same JSON.
fn same<From: Serialize, To: DeserializeOwned>(rows: impl Iterator<Item = From>) -> anyhow::Result<Vec<To>> {
    rows.map(|row| Ok(serde_json::from_value(serde_json::to_value(row)?)?)).collect()
}

/// The same for the one table that is large, without the detour.
fn holding(row: demo::HoldingRow) -> store::inventory::HoldingRow {
    let demo::HoldingRow { subject, contract, port_lo, port_hi, from, to } = row;
    store::inventory::HoldingRow { subject, contract, port_lo, port_hi, from, to }
}

async fn load(store: &Store, provider: &Provider) -> anyhow::Result<()> {
    let mut tx = store.begin().await?;
    for report in [
        tx.import_plans(numbered(same(provider.plans())?)).await?,
        tx.import_customers(numbered(same(provider.customers())?)).await?,
        tx.import_contracts(numbered(same(provider.contracts())?)).await?,
        tx.import_holdings(numbered(provider.holdings().map(holding)), "demo").await?,
        tx.import_prefixes(numbered(same(provider.prefixes())?)).await?,
    ] {
        ensure!(report.refused.is_empty(), "{:?}", report.refused.first());
    }
    tx.analyze_inventory().await?;
    tx.commit().await?;
    Ok(())
}

async fn ask(store: &Store, provider: &Provider, at_least: usize) -> anyhow::Result<()> {
    let oracle = Oracle::new(provider.holdings(), |row| row.subject.starts_with("ip:"));
    let addresses = oracle.addresses().count();
    ensure!(addresses >= at_least, "{addresses} addresses");
    let asked: Vec<demo::Question> = provider.questions(1).take(QUESTIONS).collect();
    let questions: Vec<Question> = asked
        .iter()
        .enumerate()
        .map(|(index, asked)| {
            let time = EventTime::zoned(asked.at, "Z", "");
            // Every third reporter's clock is only good to an hour.
            let uncertainty_us = if index % 3 == 0 { 3_600_000_000 } else { time.uncertainty_us };
            Question {
                subjects: vec![SubjectKey::address(asked.ip)],
                port: asked.port,
                at: Some(EventTime { uncertainty_us, ..time }),
                now: provider.end(),
            }
        })
        .collect();
    let attributor = InventoryAttributor::new(store.clone(), Settings::default());
    let answers = attributor.attribute_many(&questions).await?;
    ensure!(answers.len() == QUESTIONS);
    let mut seen = [0; 3];
    for (question, answer) in questions.iter().zip(&answers) {
        let SubjectKey::Ip(net) = question.subjects[0] else { anyhow::bail!("not an address") };
        let held = oracle.who_had(net.addr(), question.port, question.span());
        let contracts: BTreeSet<&str> = held.iter().filter_map(|held| held.contract.as_deref()).collect();
        let context = || format!("{question:?}: {held:?}, not {answer:?}");
        match &answer.verdict {
            Verdict::One(one) => {
                seen[0] += 1;
                ensure!(contracts == BTreeSet::from([one.contract_key.as_str()]), "{}", context());
                ensure!(answer.span.within(one.from, one.to), "{}", context());
            }
            Verdict::Several(candidates) => {
                seen[1] += 1;
                let listed: BTreeSet<&str> = candidates.iter().map(|one| one.contract_key.as_str()).collect();
                ensure!(listed == contracts, "{}", context());
                let sole = held.len() == 1 && question.span().within(held[0].from, held[0].to);
                let shared = held.iter().any(|held| (held.port_lo, held.port_hi) != (0, u16::MAX));
                ensure!(!sole || (shared && question.port.is_none()), "could be named: {}", context());
            }
            Verdict::Nobody => {
                seen[2] += 1;
                ensure!(contracts.is_empty(), "{}", context());
            }
        }
    }
    ensure!(seen.iter().all(|count| *count > 50), "one, several, nobody: {seen:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_questions_over_a_hundred_thousand_addresses_none_wrong() -> anyhow::Result<()> {
    let provider = provider(CONTRACTS)?;
    let temp = TempStore::sqlite().await?;
    load(&temp.store, &provider).await?;
    ask(&temp.store, &provider, 100_000).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_on_postgresql_over_a_tenth_of_the_addresses() -> anyhow::Result<()> {
    let provider = provider(CONTRACTS / 10)?;
    let temp = TempStore::postgres().await?;
    load(&temp.store, &provider).await?;
    ask(&temp.store, &provider, 10_000).await
}
