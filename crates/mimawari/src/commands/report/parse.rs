//! `mimawari report parse`: reading reports without a database. A mail that is too large to be looked at whole is read
//! through, and its tables are printed row by row.

use std::fs::File;
use std::io::{BufReader, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use jiff::Timestamp;
use model::{Format, Observation, ReportReader};
use rayon::prelude::*;
use reports::mime::MAX_BYTES;
use serde::Serialize;

use crate::commands::Context;
use crate::output::Output;
use crate::progress;

/// One line of `report parse --json`.
#[derive(Debug, Serialize)]
struct Line {
    file: String,
    format: &'static str,
    report: bool,
    observations: Vec<Accused>,
}

/// One observation of [`Line`].
#[derive(Debug, Serialize)]
struct Accused {
    ip: Option<std::net::IpAddr>,
    port: Option<u16>,
    url: Option<String>,
    domain: Option<String>,
    at: Option<Timestamp>,
    category: model::Category,
    confidence: f32,
}

impl From<Observation> for Accused {
    fn from(observation: Observation) -> Self {
        Self {
            ip: observation.ip,
            port: observation.port,
            url: observation.url,
            domain: observation.domain,
            at: observation.at.map(|time| time.at),
            category: observation.category,
            confidence: (observation.confidence * 1000.0).round() / 1000.0,
        }
    }
}

/// Reads every file and prints what it accuses, in the order of the files.
pub(super) fn parse(context: &Context, paths: &[PathBuf], received: Timestamp) -> Result<ExitCode> {
    let (files, mut failed) = files(paths);
    let bar = progress::bar(files.len() as u64, "reading");
    let mut output = Output::new();
    // Chunks keep the order of the files and the memory bounded, whatever the number of files.
    for chunk in files.chunks(512) {
        let lines: Vec<_> = chunk.par_iter().map(|file| (file, read(file, received))).collect();
        for (file, line) in lines {
            match line {
                Ok(Some(line)) if context.json => output.json(&line)?,
                Ok(Some(line)) => print(&mut output, &line)?,
                Ok(None) => through(&mut output, file, received, context.json)?,
                Err(error) => {
                    failed += 1;
                    bar.suspend(|| tracing::error!(file = %file.display(), "{error}"));
                }
            }
        }
        bar.inc(chunk.len() as u64);
    }
    bar.finish_and_clear();
    output.flush()?;
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The files at and below `paths`, and how many folders could not be read; each is told, and the others are walked.
pub(super) fn files(paths: &[PathBuf]) -> (Vec<PathBuf>, usize) {
    let (mut files, mut failed) = (Vec::new(), 0);
    for path in paths {
        intake::walk(path, &mut |step| {
            match step {
                Ok(file) => files.push(file),
                Err((folder, error)) => {
                    failed += 1;
                    tracing::error!(folder = %folder.display(), "{error}");
                }
            }
            true
        });
    }
    (files, failed)
}

/// One mail; `None` if it is larger than the readers look at.
fn read(file: &Path, received: Timestamp) -> Result<Option<Line>> {
    let mut file_bytes = File::open(file)?;
    if file_bytes.metadata()?.len() > MAX_BYTES as u64 {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    file_bytes.read_to_end(&mut bytes)?;
    let reading = reports::Reader.read(&bytes, received);
    Ok(Some(Line {
        file: name(file),
        format: reading.format.name(),
        report: reading.report,
        observations: reading.observations.into_iter().map(Accused::from).collect(),
    }))
}

fn name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Prints the rows of the tables in a large mail while it is read; one JSON object, as of the smaller ones.
fn through(output: &mut Output, file: &Path, received: Timestamp, json: bool) -> Result<()> {
    let source = BufReader::with_capacity(1 << 20, File::open(file)?);
    let name = name(file);
    if json {
        output.piece(format_args!("{{\"file\":{},\"observations\":[", serde_json::to_string(&name)?))?;
    } else {
        output.line(format_args!("{name}  [read through]"))?;
    }
    let (mut first, mut failure) = (true, None);
    let mut each = |seen: Observation| {
        let accused = Accused::from(seen);
        let done = if json {
            let comma = if std::mem::take(&mut first) { "" } else { "," };
            serde_json::to_string(&accused)
                .map_err(Into::into)
                .and_then(|text| output.piece(format_args!("{comma}{text}")))
        } else {
            print_one(output, &accused)
        };
        match done {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failure = Some(error);
                ControlFlow::Break(())
            }
        }
    };
    let mut summary = reports::rows::stream::mail(source, received, &mut each)?;
    if summary.tables == 0 {
        // No table that is known: what stands at the beginning is read as of any mail.
        let mut bytes = Vec::new();
        File::open(file)?.take(MAX_BYTES as u64).read_to_end(&mut bytes)?;
        let reading = reports::Reader.read(&bytes, received);
        summary.format = Some(reading.format);
        summary.rows = reading.observations.len() as u64;
        let _ = reading.observations.into_iter().try_for_each(each);
    }
    if let Some(error) = failure {
        return Err(error);
    }
    let format = summary.format.unwrap_or(Format::Generic).name();
    if json {
        output.line(format_args!("],\"format\":\"{format}\",\"report\":{}}}", summary.rows > 0))
    } else {
        output.line(format_args!("  {} rows [{format}]", summary.rows))
    }
}

fn print(output: &mut Output, line: &Line) -> Result<()> {
    let kind = if line.report { line.format } else { "no report" };
    output.line(format_args!("{}  [{kind}]", line.file))?;
    line.observations.iter().try_for_each(|accused| print_one(output, accused))
}

fn print_one(output: &mut Output, accused: &Accused) -> Result<()> {
    let address = accused.ip.map(|ip| ip.to_string());
    let port = accused.port.map(|port| format!("port {port}"));
    let at = accused.at.map(|at| at.to_string());
    let what: Vec<String> =
        [address, port, accused.url.clone(), accused.domain.clone(), at].into_iter().flatten().collect();
    output.line(format_args!("  {} ({:.2})  {}", accused.category, accused.confidence, what.join("  ")))
}
