//! Reports as they are kept: listed, shown, read again, dismissed.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use comfy_table::Table;
use model::{Lang, ReportId};
use serde_json::{Value, json};
use store::screens::{self, ReportLine};
use store::{Store, observations};

use crate::commands::{Context, case};
use crate::output::Output;
use crate::{serve, show};

/// A report with the API's names.
pub(crate) fn line_json(line: &ReportLine) -> Value {
    let report = &line.report;
    json!({
        "id": report.id, "state": report.state, "door": report.door, "received_at": report.received_at,
        "envelope_from": report.envelope_from, "envelope_to": report.envelope_to, "format": report.format,
        "subject": report.subject, "reporter": line.address, "trust": line.trust, "grade": line.grade,
        "case": report.case, "raw_hash": report.raw_hash, "error_code": report.error_code, "error": report.error,
    })
}

/// Reports as people read them.
pub(crate) fn line_table(lang: Lang, lines: &[ReportLine]) -> Table {
    let mut table = show::table(lang, &["report", "time", "state", "format", "reporter", "subject", "why"]);
    for line in lines {
        let report = &line.report;
        table.add_row([
            report.id.to_string(),
            show::time(report.received_at),
            show::word(lang, "report-state", &report.state),
            report.format.clone().unwrap_or_default(),
            show::cell(line.address.as_deref().unwrap_or_default()),
            show::cell(report.subject.as_deref().unwrap_or_default()),
            report.error_code.clone().unwrap_or_default(),
        ]);
    }
    table
}

pub(super) async fn list(context: &Context, state: &str, limit: i64) -> Result<ExitCode> {
    let store = context.store().await?;
    let lines = screens::reports_in(&mut &store, state, limit).await?;
    let mut output = Output::new();
    if context.json {
        for line in &lines {
            output.json(&line_json(line))?;
        }
    } else {
        output.line(line_table(context.lang, &lines))?;
    }
    output.flush()?;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn show(context: &Context, report: ReportId, raw: bool) -> Result<ExitCode> {
    let store = context.store().await?;
    let line = screens::report_line(&mut &store, report).await?;
    if raw {
        let bytes = store.get_raw(&line.report.raw_hash).await?;
        return bytes_out(&bytes);
    }
    let reading = screens::reading(&mut &store, report).await?;
    let seen = observations::of_report(&mut &store, report).await?;
    let mut output = Output::new();
    if context.json {
        let mut all = line_json(&line);
        all["reading"] = json!(reading);
        all["observations"] =
            seen.iter().map(|row| json!({ "id": row.id, "case": row.case, "observation": row.seen })).collect();
        output.json(&all)?;
    } else {
        output.line(line_table(context.lang, std::slice::from_ref(&line)))?;
        let mut table = show::table(context.lang, &["observation", "category", "holds", "time", "case"]);
        for row in &seen {
            let subjects: Vec<String> = row.seen.subjects().iter().map(ToString::to_string).collect();
            table.add_row([
                row.id.to_string(),
                show::word(context.lang, "category", row.seen.category.name()),
                show::cell(&subjects.join(", ")),
                show::maybe_time(row.seen.at.as_ref().map(|at| at.at)),
                row.case.map(|case| case.to_string()).unwrap_or_default(),
            ]);
        }
        output.line(table)?;
    }
    output.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// The evidence itself, byte for byte.
fn bytes_out(bytes: &[u8]) -> Result<ExitCode> {
    match std::io::stdout().lock().write_all(bytes) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(ExitCode::SUCCESS),
    }
}

pub(super) async fn reread(context: &Context, report: ReportId) -> Result<ExitCode> {
    let desk = serve::desk(&context.config, context.store().await?)?;
    desk.reread_report(&case::actor(context), report).await?;
    after(context, &desk.store, report).await
}

pub(super) async fn dismiss(context: &Context, report: ReportId, reason: &str) -> Result<ExitCode> {
    let desk = serve::desk(&context.config, context.store().await?)?;
    desk.dismiss_report(&case::actor(context), report, reason).await?;
    after(context, &desk.store, report).await
}

/// The report as it stands after a change.
pub(super) async fn after(context: &Context, store: &Store, report: ReportId) -> Result<ExitCode> {
    let line = screens::report_line(&mut &*store, report).await?;
    let mut output = Output::new();
    if context.json {
        output.json(&line_json(&line))?;
    } else {
        output.line(line_table(context.lang, &[line]))?;
    }
    output.flush()?;
    Ok(ExitCode::SUCCESS)
}
