//! `mimawari journal …`: the hash-chained journal, exported and verified.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::Subcommand;
use model::CaseId;
use serde_json::json;
use store::journal;

use crate::commands::{Context, block_on};
use crate::output::Output;

/// Longest line of an export that is read.
const MAX_LINE: u64 = 16 << 20;

/// What to do with the journal.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Prints the journal, one JSON object a line, oldest first.
    Export {
        /// Only what follows this number.
        #[arg(long, default_value_t = 0, value_name = "NUMBER")]
        after: i64,
        /// Only one case: its timeline. Such an extract cannot be verified as a chain.
        #[arg(long, value_name = "ID")]
        case: Option<CaseId>,
    },
    /// Verifies an exported journal with nothing but the file: no entry changed, missing or moved.
    ///
    /// Compare the printed last hash with one that you keep elsewhere, to know that the end was not cut off.
    Verify {
        /// The export; `-` reads standard input.
        file: PathBuf,
    },
}

/// Runs the verb.
pub(crate) fn run(context: &Context, verb: Verb) -> Result<ExitCode> {
    match verb {
        Verb::Export { after, case } => block_on(export(context, after, case)),
        Verb::Verify { file } => verify(context, &file),
    }
}

async fn export(context: &Context, mut after: i64, case: Option<CaseId>) -> Result<ExitCode> {
    let store = context.store().await?;
    let mut output = Output::new();
    if let Some(case) = case {
        for entry in store.journal_of(case).await? {
            output.json(&entry)?;
        }
    } else {
        loop {
            let entries = store.journal_after(after, 1000).await?;
            let Some(last) = entries.last() else { break };
            after = last.seq;
            for entry in &entries {
                output.json(entry)?;
            }
        }
    }
    output.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn verify(context: &Context, file: &Path) -> Result<ExitCode> {
    let reader: Box<dyn Read> = if file.as_os_str() == "-" {
        Box::new(std::io::stdin())
    } else {
        Box::new(File::open(file).with_context(|| format!("the export {} cannot be read", file.display()))?)
    };
    let mut broken = None;
    let lines = Lines { reader: BufReader::new(reader), broken: &mut broken };
    let outcome = journal::verify(lines);
    if let Some(error) = broken {
        bail!("{} cannot be read to its end: {error}", file.display());
    }
    let whole = outcome.is_ok();
    let mut output = Output::new();
    match outcome {
        Ok((entries, hash)) if context.json => {
            output.json(&json!({ "ok": true, "entries": entries, "last_hash": hash }))?;
        }
        Ok((entries, hash)) => {
            output.line(format_args!("the journal is whole: {entries} entries, last hash {hash}"))?;
        }
        Err(error) if context.json => {
            output.json(&json!({ "ok": false, "code": "journal.broken", "error": error.to_string() }))?;
        }
        Err(error) => output.line(format_args!("the journal is BROKEN: {error}"))?,
    }
    output.flush()?;
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Lines of bounded length; a longer one is cut and will not verify.
struct Lines<'a> {
    reader: BufReader<Box<dyn Read>>,
    broken: &'a mut Option<std::io::Error>,
}

impl Iterator for Lines<'_> {
    type Item = String;
    fn next(&mut self) -> Option<String> {
        let mut line = Vec::new();
        match (&mut self.reader).take(MAX_LINE).read_until(b'\n', &mut line) {
            Ok(0) => None,
            Ok(_) => Some(String::from_utf8_lossy(&line).into_owned()),
            Err(error) => {
                *self.broken = Some(error);
                None
            }
        }
    }
}
