//! `mimawari report trace`: the way of a mail on one page: who answers for it, what is proven, what is only claimed.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use desk::pipeline::arrival;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::ReportId;
use model::findings::SenderCheck;
use model::trace::{HeaderTracer, Trace, Traces, TrustedHost};
use reports::mime;
use reports::trace::Tracer;
use serde::Serialize;
use text::trace::{Section, checked, sections};

use super::parse;
use crate::commands::{Context, block_on};
use crate::output::Output;
use crate::serve::{self, checker};

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

/// Traces every mail and prints a page for each. With `check` their senders are verified now, over the configured resolver.
pub(super) fn files(
    context: &Context,
    paths: &[PathBuf],
    trusted: &[TrustedHost],
    received: Timestamp,
    check: bool,
) -> Result<ExitCode> {
    let tracer = Tracer::new(context.config.trace.clone());
    let checker =
        if check { Some(checker(&context.config)?.with_context(|| text::t(context.lang, "check-off"))?) } else { None };
    let mut output = Output::new();
    let (files, mut failed) = parse::files(paths);
    for file in files {
        match read(&file, &tracer, trusted, received, checker.as_deref()) {
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

fn read(
    file: &Path,
    tracer: &Tracer,
    trusted: &[TrustedHost],
    received: Timestamp,
    checker: Option<&dyn SenderCheck>,
) -> Result<Traces> {
    let mut bytes = Vec::new();
    File::open(file)?.take(MAX_BYTES).read_to_end(&mut bytes)?;
    let ways = tracer.trace(&bytes, received, trusted).context("this is no mail: it has no header")?;
    let Some(checker) = checker else { return Ok(ways) };
    let mail = arrival(tracer, Arc::new(bytes), received, None);
    let checks = block_on(async { Ok(checker.check(mail).await) })?;
    Ok(Traces { checks: Some(checks), ..ways })
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
    page(context, output, "whole", &line.traces.report)?;
    if let Some(checks) = &line.traces.checks {
        print_section(output, checked(context.lang, &TimeZone::system(), checks))?;
    }
    output.line("")
}

fn page(context: &Context, output: &mut Output, of: &str, trace: &Trace) -> Result<()> {
    output.line(format_args!("\n{}", text::t(context.lang, &format!("trace-of-{of}"))))?;
    for section in sections(context.lang, &TimeZone::system(), trace) {
        print_section(output, section)?;
    }
    Ok(())
}

fn print_section(output: &mut Output, section: Section) -> Result<()> {
    output.line(format_args!("  {}", section.title))?;
    section.lines.into_iter().try_for_each(|line| {
        let indent = if line.tone.is_remark() { 6 } else { 4 };
        output.line(format_args!("{:indent$}{}", "", line.text))
    })
}
