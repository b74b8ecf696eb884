//! `mimawari mailguard stats`: the tables of each month.

use std::process::ExitCode;

use anyhow::Result;
use mailguard::stats::{Bin, MonthTable, Stats};
use text::Value;

use super::feed;
use super::{Databases, Logs};
use crate::commands::Context;
use crate::output::Output;
use crate::show;

/// Options of `stats`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    logs: Logs,
    #[command(flatten)]
    databases: Databases,
}

/// Runs the command.
pub(super) fn run(context: &Context, args: &Args) -> Result<ExitCode> {
    let mut stats = Stats::new(args.databases.open()?);
    feed::each(&args.logs, |event, _, _| {
        stats.see(event);
        Ok(())
    })?;
    let mut output = Output::new();
    for month in stats.months() {
        if context.json { output.json(&month)? } else { print(context, &mut output, &month)? }
    }
    output.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn print(context: &Context, output: &mut Output, month: &MonthTable) -> Result<()> {
    let values = [
        ("month", Value::from(month.month.as_str())),
        ("mails", Value::from(month.mails)),
        ("accounts", Value::from(month.accounts)),
        ("silent", Value::from(month.silent)),
        ("percent", Value::from(format!("{:.3}", month.error_percent))),
    ];
    output.line(text::ta(context.lang, "guard-month", &values))?;
    for bins in [&month.by_mails, &month.over_100] {
        let mut table = show::table(context.lang, &["mails", "accounts", "percent"]);
        for bin in bins {
            table.add_row([span(bin), bin.accounts.to_string(), format!("{:.3}", bin.percent)]);
        }
        output.line(table)?;
    }
    let mut table = show::table(context.lang, &["country", "mails", "addresses"]);
    for row in &month.countries {
        table.add_row([row.country.to_string(), row.rounded.to_string(), row.addresses.to_string()]);
    }
    output.line(table)
}

/// `50-100`, `> 10000`.
fn span(bin: &Bin) -> String {
    bin.to.map_or_else(|| format!("> {}", bin.over), |to| format!("{}-{to}", bin.over))
}
