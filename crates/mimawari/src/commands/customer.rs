//! `mimawari customer …`: who a customer is, what he holds, what his cases are and what he lacks.

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;
use jiff::Timestamp;
use model::{Clock, Contract, Holding, SystemClock};
use serde::Serialize;
use serde_json::json;
use store::Store;
use store::cases::{self, CaseRow, Filter, View};
use store::inventory::readiness::{self, Lacking};
use store::inventory::{read, search};

use crate::commands::Context;
use crate::commands::case::case_table;
use crate::output::Output;
use crate::show;

/// Contracts, cases, and holdings of each contract, that are shown.
const SHOWN: i64 = 100;

/// What to do with customers.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Finds customers by key, by what they hold now (address, domain, mailbox), by mail address or by name.
    Find {
        /// What you have at hand.
        query: String,
        /// Most customers to list.
        #[arg(long, default_value_t = 20, value_name = "NUMBER")]
        limit: usize,
    },
    /// Shows a customer: the resellers above, contracts and what they hold or held, cases, and what is not kept ready.
    Show {
        /// The provider's own key.
        key: String,
    },
}

/// A contract with its plan and what it holds or held, the newest first.
#[derive(Debug, Serialize)]
struct Held {
    #[serde(flatten)]
    contract: Contract,
    plan_key: String,
    holdings: Vec<Holding>,
}

/// Runs the verb.
pub(crate) async fn run(context: &Context, verb: Verb) -> Result<ExitCode> {
    let store = context.store().await?;
    let now = SystemClock.now();
    match verb {
        Verb::Find { query, limit } => find(context, &store, &query, limit, now).await?,
        Verb::Show { key } => show(context, &store, &key, now).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn find(context: &Context, store: &Store, text: &str, limit: usize, now: Timestamp) -> Result<()> {
    let hits = search::customers(&mut &*store, text, now, limit).await?;
    let mut output = Output::new();
    if context.json {
        for hit in &hits {
            output.json(hit)?;
        }
        return output.flush();
    }
    let mut table = show::table(context.lang, &["customer", "name", "mail", "contract", "holds"]);
    for hit in hits {
        table.add_row([
            hit.customer.key,
            show::cell(&hit.customer.name),
            show::cell(&hit.customer.mail.unwrap_or_default()),
            hit.contract.map(|contract| contract.key).unwrap_or_default(),
            hit.subject.map(|subject| subject.to_string()).unwrap_or_default(),
        ]);
    }
    output.line(table)?;
    output.flush()
}

async fn show(context: &Context, store: &Store, key: &str, now: Timestamp) -> Result<()> {
    let query = &mut &*store;
    let customer = read::customer_by_key(query, key).await?;
    let resellers = read::reseller_chain(query, customer.id).await?.split_off(1);
    let mut held = Vec::new();
    for contract in read::contracts_of(query, customer.id, SHOWN).await? {
        let plan_key = read::plan(query, contract.plan).await?.key;
        let holdings = read::holdings_of(query, contract.id, SHOWN).await?;
        held.push(Held { contract, plan_key, holdings });
    }
    let filter = Filter { view: View::All, customer: Some(customer.id), ..Filter::default() };
    let cases = cases::page(query, &filter, None, SHOWN, now).await?.cases;
    let lacks = readiness::missing_of_customer(query, customer.id, now, SHOWN).await?;
    let mut output = Output::new();
    if context.json {
        output.json(&json!({
            "customer": customer, "resellers": resellers, "contracts": held, "cases": cases, "lacks": lacks,
        }))?;
        return output.flush();
    }
    let mail = customer.mail.as_deref().map(show::cell).unwrap_or_default();
    output.line(format_args!("{}  {}  {mail}", customer.key, show::cell(&customer.name)))?;
    for reseller in &resellers {
        output.line(format_args!("  ← {}  {}", reseller.key, show::cell(&reseller.name)))?;
    }
    print_contracts(context, &mut output, &held, &lacks)?;
    print_cases(context, &mut output, &cases)?;
    output.flush()
}

fn print_contracts(context: &Context, output: &mut Output, held: &[Held], lacks: &[Lacking]) -> Result<()> {
    let mut table = show::table(context.lang, &["contract", "plan", "from", "to", "holds", "lacks"]);
    for Held { contract, plan_key, holdings } in held {
        let subjects: Vec<String> = holdings.iter().take(3).map(|holding| holding.subject.to_string()).collect();
        let more = holdings.len().saturating_sub(subjects.len());
        let more = if more == 0 { String::new() } else { format!(" +{more}") };
        let missing = lacks.iter().find(|lacking| lacking.contract.id == contract.id);
        let missing = missing.map(|lacking| lacking.missing.as_slice()).unwrap_or_default();
        let missing: Vec<String> =
            missing.iter().map(|item| show::word(context.lang, "readiness", item.name())).collect();
        table.add_row([
            contract.key.clone(),
            plan_key.clone(),
            show::time(contract.from),
            show::maybe_time(contract.to),
            format!("{}{more}", subjects.join(", ")),
            missing.join(", "),
        ]);
    }
    output.line(table)
}

fn print_cases(context: &Context, output: &mut Output, cases: &[CaseRow]) -> Result<()> {
    if cases.is_empty() { Ok(()) } else { output.line(case_table(context.lang, cases)) }
}
