//! `mimawari inventory …`: the provider's tables, taken in and looked up.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use attribution::import::{self, Kind};
use clap::Subcommand;
use comfy_table::Table;
use model::{Clock, ContractId, SystemClock};
use store::inventory::readiness::{self, Lacking};
use store::inventory::{ImportReport, read};

use crate::commands::Context;
use crate::output::Output;
use crate::show;

/// Refusals that are listed on a terminal; `--json` prints all.
const SHOWN: usize = 50;

/// What to do with the inventory.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Takes in a CSV or JSON file and reports exactly what was refused and why. The same file twice changes nothing.
    ///
    /// Order: plans, customers, contracts, holdings; then prefixes and readiness in any order.
    ///
    /// A file of more than 5,000 rows goes in by transactions of 5,000, so that mails are accepted in between. If it breaks
    /// off, what was taken in stays: the same file once more takes in the rest.
    Import {
        /// What the file holds: plans, customers, contracts, holdings, prefixes or readiness.
        kind: Kind,
        /// The file: CSV with a heading line, a JSON array, or one JSON object a line.
        file: PathBuf,
        /// Only tells what would happen. It is one transaction: on SQLite, mails wait for it.
        #[arg(long)]
        dry_run: bool,
    },
    /// Lists what is not kept ready: sites and hosts without a person in charge or without an end date, or all that one customer lacks.
    Readiness {
        /// Everything that the running contracts of this customer (key) lack.
        #[arg(long, value_name = "KEY")]
        customer: Option<String>,
        /// Most contracts to list.
        #[arg(long, default_value_t = 200, value_name = "NUMBER")]
        limit: i64,
    },
    /// Lists the plans with the number of living contracts of each.
    Plans,
}

/// Runs the verb.
pub(crate) async fn run(context: &Context, verb: Verb) -> Result<ExitCode> {
    let store = context.store().await?;
    let now = SystemClock.now();
    match verb {
        Verb::Import { kind, file, dry_run } => {
            let bytes = std::fs::read(&file).with_context(|| format!("the file {} cannot be read", file.display()))?;
            let source = file.file_name().unwrap_or_default().to_string_lossy();
            let report = if dry_run {
                import::rehearse(&store, kind, &bytes, &source, now).await?
            } else {
                import::import(&store, kind, &bytes, &source, &context.actor(), now).await?
            };
            print_report(context, &report)
        }
        Verb::Readiness { customer, limit } => {
            let lacking = match customer {
                Some(key) => {
                    let customer = read::customer_by_key(&mut &store, &key).await?.id;
                    readiness::missing_of_customer(&mut &store, customer, now, limit).await?
                }
                None => readiness::sites_without_owner_or_end(&mut &store, now, ContractId(0), limit).await?,
            };
            print_lacking(context, &lacking)
        }
        Verb::Plans => {
            let counts = read::counts_per_plan(&mut &store, now).await?;
            let mut output = Output::new();
            if context.json {
                output.json(&counts)?;
            } else {
                let mut table = Table::new();
                table.set_header(["plan", "name", "service", "control", "running", "all"]);
                for count in counts {
                    let plan = count.plan;
                    table.add_row([
                        plan.key,
                        plan.name,
                        plan.service.to_string(),
                        plan.control.to_string(),
                        count.running.to_string(),
                        count.all.to_string(),
                    ]);
                }
                output.line(table)?;
            }
            output.flush()?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn print_lacking(context: &Context, rows: &[Lacking]) -> Result<ExitCode> {
    let mut output = Output::new();
    if context.json {
        for row in rows {
            output.json(row)?;
        }
    } else {
        let mut table = show::table(context.lang, &["contract", "responsible", "from", "to", "lacks"]);
        for Lacking { contract, missing } in rows {
            let missing: Vec<_> =
                missing.iter().map(|item| show::word(context.lang, "readiness", item.name())).collect();
            table.add_row([
                contract.key.clone(),
                show::cell(contract.responsible.as_deref().unwrap_or_default()),
                show::time(contract.from),
                show::maybe_time(contract.to),
                missing.join(", "),
            ]);
        }
        output.line(table)?;
    }
    output.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn print_report(context: &Context, report: &ImportReport) -> Result<ExitCode> {
    let mut output = Output::new();
    if context.json {
        output.json(report)?;
    } else {
        let ImportReport { inserted, updated, unchanged, refused } = report;
        output.line(format_args!(
            "{inserted} new, {updated} changed, {unchanged} as before, {} refused",
            refused.len()
        ))?;
        for refusal in refused.iter().take(SHOWN) {
            output.line(format_args!("  line {}, {}: {}", refusal.line, refusal.key, refusal.why))?;
        }
        if refused.len() > SHOWN {
            output.line(format_args!("  … and {} more; --json lists all", refused.len() - SHOWN))?;
        }
    }
    output.flush()?;
    Ok(if report.refused.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
