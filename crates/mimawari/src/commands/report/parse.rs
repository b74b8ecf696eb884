//! `mimawari report parse`: reading reports without a database.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use jiff::Timestamp;
use model::{Observation, ReportReader};
use rayon::prelude::*;
use serde::Serialize;

use crate::commands::Context;
use crate::output::Output;
use crate::progress;

/// Largest file that is read as one mail.
const MAX_BYTES: u64 = 256 << 20;

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
                Ok(line) if context.json => output.json(&line)?,
                Ok(line) => print(&mut output, &line)?,
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
fn files(paths: &[PathBuf]) -> (Vec<PathBuf>, usize) {
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

fn read(file: &Path, received: Timestamp) -> Result<Line> {
    let mut bytes = Vec::new();
    File::open(file)?.take(MAX_BYTES).read_to_end(&mut bytes)?;
    let reading = reports::Reader.read(&bytes, received);
    Ok(Line {
        file: file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        format: reading.format.name(),
        report: reading.report,
        observations: reading.observations.into_iter().map(Accused::from).collect(),
    })
}

fn print(output: &mut Output, line: &Line) -> Result<()> {
    let kind = if line.report { line.format } else { "no report" };
    output.line(format_args!("{}  [{kind}]", line.file))?;
    for accused in &line.observations {
        let address = accused.ip.map(|ip| ip.to_string());
        let port = accused.port.map(|port| format!("port {port}"));
        let at = accused.at.map(|at| at.to_string());
        let what: Vec<String> =
            [address, port, accused.url.clone(), accused.domain.clone(), at].into_iter().flatten().collect();
        output.line(format_args!("  {} ({:.2})  {}", accused.category, accused.confidence, what.join("  ")))?;
    }
    Ok(())
}
