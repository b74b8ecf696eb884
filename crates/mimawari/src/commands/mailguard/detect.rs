//! `mimawari mailguard detect`: logs in, findings out.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use mailguard::{Alert, Guard, Position};
use text::Value;

use super::feed;
use super::{Databases, Logs};
use crate::commands::Context;
use crate::output::Output;
use crate::show;

/// Options of `detect`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    logs: Logs,
    #[command(flatten)]
    databases: Databases,
    /// Rule file in place of the built-in rules; `mimawari mailguard rules` prints these.
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
}

/// Runs the command.
pub(super) fn run(context: &Context, args: &Args) -> Result<ExitCode> {
    let rules = super::rules(args.rules.as_deref())?;
    let mut guard = Guard::new(rules, args.databases.open()?);
    let sources: Vec<u16> = feed::names(&args.logs).iter().map(|name| guard.source(name)).collect();
    let mut output = Output::new();
    let mut found = 0_u64;
    let totals = feed::each(&args.logs, |event, source, line| {
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        for alert in guard.see(event, Position { source: sources[source], line }) {
            found += 1;
            if context.json { output.json(alert)? } else { print(context, &mut output, alert)? }
        }
        Ok(())
    })?;
    output.flush()?;
    if !context.json {
        let values = [
            ("lines", Value::from(totals.lines)),
            ("events", Value::from(totals.events)),
            ("skipped", Value::from(totals.skipped)),
            ("accounts", Value::from(guard.accounts().len() as u64)),
            ("found", Value::from(found)),
        ];
        output.line(text::ta(context.lang, "guard-read", &values))?;
        output.flush()?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What happened in one line, and the lines of the log that show it below.
fn print(context: &Context, output: &mut Output, alert: &Alert) -> Result<()> {
    let action = serde_json::to_value(alert.action)?;
    let action = show::word(context.lang, "guard-action", action.as_str().unwrap_or_default());
    let whom = alert.account.as_deref().or(alert.subject.as_deref()).unwrap_or_default();
    let mut values = vec![
        ("value", Value::from(number(alert.value))),
        ("threshold", Value::from(number(alert.threshold))),
        ("hours", Value::from(alert.window_s.div_ceil(3600))),
    ];
    values.extend(alert.inputs.iter().map(|(name, value)| (*name, Value::from(show::cell(value)))));
    let said = text::ta(context.lang, &format!("guard-found-{}", alert.detector), &values);
    output.line(format_args!(
        "{}  {action}  {}  {said} ({})",
        show::time(alert.at.at),
        show::cell(whom),
        alert.rule
    ))?;
    for line in &alert.evidence {
        let address = line.address.map(|address| address.to_string()).unwrap_or_default();
        let port = line.port.map(|port| format!(":{port}")).unwrap_or_default();
        let country = line.country.map(|country| country.to_string()).unwrap_or_default();
        let network = line.network.map(|number| format!("AS{number}")).unwrap_or_default();
        output.line(format_args!(
            "    {}  {address}{port}  {country} {network}  {}:{}",
            line.at.at.display_with_offset(line.at.zone),
            line.file,
            line.line
        ))?;
    }
    Ok(())
}

/// A number without needless digits.
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
