//! `mimawari report trace`: the way of a mail on one page: who answers for it, what is proven, what is only claimed.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::ReportId;
use model::trace::{HeaderTracer, Trace, Traces, TrustedHost};
use reports::mime;
use reports::trace::Tracer;
use serde::Serialize;
use text::trace::{Tone, sections};

use super::parse;
use crate::commands::{Context, block_on};
use crate::output::Output;
use crate::serve;

/// Largest part of a file that is read; the header of a mail and the mail attached to it stand well within.
const MAX_BYTES: u64 = mime::MAX_BYTES as u64;

/// One line of `report trace --json`.
#[derive(Debug, Serialize)]
struct Line {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<ReportId>,
    #[serde(flatten)]
    traces: Traces,
}

/// Traces every mail and prints a page for each.
pub(super) fn files(
    context: &Context,
    paths: &[PathBuf],
    trusted: &[TrustedHost],
    received: Timestamp,
) -> Result<ExitCode> {
    let tracer = Tracer::new(context.config.trace.clone());
    let mut output = Output::new();
    let (files, mut failed) = parse::files(paths);
    for file in files {
        match read(&file, &tracer, trusted, received) {
            Ok(ways) => {
                let line = Line { file: Some(file.display().to_string()), id: None, traces: ways };
                print(context, &mut output, &line)?;
            }
            Err(error) => {
                failed += 1;
                tracing::error!(file = %file.display(), "{error:#}");
            }
        }
    }
    output.flush()?;
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Traces stored reports.
pub(super) fn stored(context: &Context, reports: &[ReportId], trusted: &[TrustedHost]) -> Result<ExitCode> {
    block_on(async {
        let desk = serve::desk(&context.config, context.store().await?)?;
        let mut output = Output::new();
        for id in reports {
            let Some(traces) = desk.trace_report(*id, trusted.to_vec()).await? else {
                bail!("report {id} is no mail: it has no header")
            };
            print(context, &mut output, &Line { file: None, id: Some(*id), traces })?;
        }
        output.flush()?;
        Ok(ExitCode::SUCCESS)
    })
}

fn read(file: &Path, tracer: &Tracer, trusted: &[TrustedHost], received: Timestamp) -> Result<Traces> {
    let mut bytes = Vec::new();
    File::open(file)?.take(MAX_BYTES).read_to_end(&mut bytes)?;
    tracer.trace(&bytes, received, trusted).context("this is no mail: it has no header")
}

fn print(context: &Context, output: &mut Output, line: &Line) -> Result<()> {
    if context.json {
        return output.json(line);
    }
    let name = line.file.clone().or_else(|| line.id.map(|id| id.to_string())).unwrap_or_default();
    output.line(name)?;
    if let Some(inner) = &line.traces.evidence {
        page(context, output, inner.of.name(), &inner.trace)?;
    }
    page(context, output, "whole", &line.traces.report)
}

fn page(context: &Context, output: &mut Output, of: &str, trace: &Trace) -> Result<()> {
    output.line(format_args!("\n{}", text::t(context.lang, &format!("trace-of-{of}"))))?;
    for section in sections(context.lang, &TimeZone::system(), trace) {
        output.line(format_args!("  {}", section.title))?;
        for line in section.lines {
            let indent = if line.tone == Tone::Plain { 4 } else { 6 };
            output.line(format_args!("{:indent$}{}", "", line.text))?;
        }
    }
    output.line("")
}
