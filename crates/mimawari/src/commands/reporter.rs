//! `mimawari reporter …`: who reports to us, and whether a customer may be told who it was.

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Subcommand;
use store::reporters::{self, ReporterRow};

use crate::commands::{Context, case};
use crate::output::Output;
use crate::{serve, show};

/// What to do with reporters.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Lists reporters, the busiest first.
    List {
        /// Most reporters to list.
        #[arg(long, default_value_t = 50, value_name = "NUMBER")]
        limit: i64,
    },
    /// Notes what was agreed with a reporter.
    Set {
        /// Mail address of the reporter.
        address: String,
        /// Whether customers may be told who reported. It counts only with `reporter_identity = "share"` in the configuration.
        #[arg(long, value_name = "BOOL", action = clap::ArgAction::Set)]
        share_identity: bool,
    },
}

/// Runs the verb.
pub(crate) async fn run(context: &Context, verb: Verb) -> Result<ExitCode> {
    let desk = serve::desk(&context.config, context.store().await?)?;
    let query = &mut &desk.store;
    let rows = match verb {
        Verb::List { limit } => reporters::reporters(query, limit, 0).await?,
        Verb::Set { address, share_identity } => {
            let found = reporters::reporter_by_address(query, &address).await?;
            let found = found.with_context(|| format!("{address} has reported nothing yet"))?;
            vec![desk.share_reporter(&case::actor(context), found.id, share_identity).await?]
        }
    };
    print(context, &rows)?;
    Ok(ExitCode::SUCCESS)
}

fn print(context: &Context, rows: &[ReporterRow]) -> Result<()> {
    let mut output = Output::new();
    if context.json {
        for row in rows {
            output.json(row)?;
        }
        return output.flush();
    }
    let columns = ["reporter", "kind", "reports", "confirmed", "rejected", "trust", "shared"];
    let mut table = show::table(context.lang, &columns);
    for row in rows {
        table.add_row([
            show::cell(&row.address),
            row.kind.clone(),
            row.reports.to_string(),
            row.confirmed.to_string(),
            row.rejected.to_string(),
            format!("{:.2}", row.trust),
            if row.share_identity { "✓".to_owned() } else { String::new() },
        ]);
    }
    output.line(table)?;
    output.flush()
}
