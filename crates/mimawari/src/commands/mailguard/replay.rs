//! `mimawari mailguard replay`: what other thresholds would have done with old logs.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use mailguard::replay::{Replay, Row, Theft, Variant};
use mailguard::{DEFAULT, Rules};

use super::feed;
use super::{Databases, Logs};
use crate::commands::Context;
use crate::output::Output;
use crate::show;

/// Options of `replay`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    logs: Logs,
    #[command(flatten)]
    databases: Databases,
    /// Rule file in place of the built-in rules; `mimawari mailguard rules` prints these.
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// Accounts that were in strange hands, as reports confirmed: a line `account,from,to` for each, with moments such as
    /// 2026-02-03T04:05:06Z.
    #[arg(long, value_name = "FILE")]
    stolen: PathBuf,
    /// A number of a rule and the values to try, the rule alone: `countries.distinct=5,10,15`. May be given several times.
    #[arg(long, value_name = "RULE.NUMBER=VALUES", default_value = "countries.distinct=3,5,8,10,12,15,20")]
    vary: Vec<String>,
}

/// Runs the command.
pub(super) fn run(context: &Context, args: &Args) -> Result<ExitCode> {
    let text = match &args.rules {
        Some(path) => std::fs::read_to_string(path).with_context(|| path.display().to_string())?,
        None => DEFAULT.to_owned(),
    };
    let mut variants = Vec::new();
    for wish in &args.vary {
        variants.extend(Variant::vary(&text, wish).with_context(|| wish.clone())?);
    }
    let all = text::ta(context.lang, "guard-replay-all", &[]);
    variants.push(Variant { name: all, rules: Rules::parse(&text)?, every: false });
    let stolen = std::fs::read_to_string(&args.stolen).with_context(|| args.stolen.display().to_string())?;
    let thefts = Theft::list(&stolen).with_context(|| args.stolen.display().to_string())?;
    let mut replay = Replay::new(variants, thefts, || args.databases.open())?;
    feed::each(&args.logs, |event, _, _| {
        replay.see(event);
        Ok(())
    })?;
    let mut output = Output::new();
    let rows = replay.rows();
    if context.json {
        for row in &rows {
            output.json(row)?;
        }
    } else {
        output.line(table(context, &rows))?;
    }
    output.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn table(context: &Context, rows: &[Row]) -> comfy_table::Table {
    let head = ["rule-set", "locked", "ended", "innocent", "spam-stopped", "until-lock"];
    let mut table = show::table(context.lang, &head);
    for row in rows {
        let of = |part: String, whole: String| format!("{part} / {whole}");
        table.add_row([
            show::cell(&row.name),
            row.locked.to_string(),
            of(row.confirmed.to_string(), row.thefts.to_string()),
            row.innocent.to_string(),
            of(row.stopped.to_string(), row.spam.to_string()),
            row.minutes.map(|minutes| minutes.to_string()).unwrap_or_default(),
        ]);
    }
    table
}
