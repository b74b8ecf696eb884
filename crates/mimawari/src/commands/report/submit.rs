//! `mimawari report submit`: files and standard input handed to the desk, and with `--wait` also worked on.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use desk::Desk;
use desk::worker::{Worker, WorkerSettings};
use intake::{Counters, Import, Importer, Outcome};
use model::ReportId;
use serde_json::{Value, json};
use store::acceptor::Acceptor;
use store::{cases, reports};
use tokio::time::{Instant, sleep};

use crate::commands::Context;
use crate::output::Output;
use crate::{progress, serve};

/// Pause between looks while another node holds the last of our reports.
const PAUSE: Duration = Duration::from_millis(200);
/// How long nothing may happen before we stop waiting.
const PATIENCE: Duration = Duration::from_mins(1);

/// One message that was handed over, or why it was not.
struct Handed {
    file: String,
    at: u64,
    result: Result<(ReportId, bool), (String, String)>,
}

impl From<&Outcome> for Handed {
    fn from(outcome: &Outcome) -> Self {
        let result = match &outcome.result {
            Ok(receipt) => Ok((receipt.report, receipt.duplicate)),
            Err(error) => Err((error.code().to_string(), error.to_string())),
        };
        Self { file: outcome.origin.file.display().to_string(), at: outcome.origin.at, result }
    }
}

/// Hands everything over, waits if asked to, and says what became of each message.
pub(super) async fn submit(context: &Context, paths: Vec<PathBuf>, wait: bool, max_bytes: usize) -> Result<ExitCode> {
    let store = context.store().await?;
    let desk = serve::desk(&context.config, store.clone())?;
    let import = Import { paths, max_message_bytes: max_bytes };
    let bar = progress::bytes(import.size(), &text::t(context.lang, "cli-storing"));
    let importer = Importer::new(Acceptor::start(store), Arc::clone(&desk.clock), Arc::<Counters>::default());
    let mut output = Output::new();
    let mut handed = Vec::new();
    // Each line is printed as it comes, unless its case is to stand in it.
    let mut trouble = None;
    let tally = importer
        .run(import, |outcome| {
            bar.inc(outcome.bytes as u64);
            let one = Handed::from(outcome);
            if wait {
                handed.push(one);
            } else if let Err(error) = print(context, &mut output, &one, None) {
                trouble.get_or_insert(error);
            }
        })
        .await;
    bar.finish_and_clear();
    trouble.map_or(Ok(()), Err)?;
    let whole = if wait { finish(context, &desk, &handed, &mut output).await? } else { true };
    if !context.json {
        let counts =
            [("accepted", tally.accepted.into()), ("known", tally.duplicate.into()), ("skipped", tally.skipped.into())];
        output.line(text::ta(context.lang, "cli-submitted", &counts))?;
    }
    output.flush()?;
    Ok(if tally.skipped == 0 && whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Works until every report of `handed` is read, here or elsewhere; whether all are.
async fn finish(context: &Context, desk: &Desk, handed: &[Handed], output: &mut Output) -> Result<bool> {
    let bar = progress::bar(handed.len() as u64, &text::t(context.lang, "cli-reading"));
    let mut worker = Worker::new(desk.clone(), WorkerSettings::default())?;
    let (mut next, mut last) = (0, Instant::now());
    while let Some(one) = handed.get(next) {
        let waits = match &one.result {
            Ok((report, _)) => reports::report(&mut &desk.store, *report).await?.state == "waiting",
            Err(_) => false,
        };
        if !waits {
            next += 1;
            bar.set_position(next as u64);
            last = Instant::now();
        } else if worker.step().await? == 0 {
            // Another node has it, or it waits for its next try.
            if last.elapsed() > PATIENCE {
                break;
            }
            sleep(PAUSE).await;
        } else {
            last = Instant::now();
        }
    }
    bar.finish_and_clear();
    for one in handed {
        let became = match &one.result {
            Ok((report, _)) => Some(became(desk, *report).await?),
            Err(_) => None,
        };
        print(context, output, one, became.as_ref())?;
    }
    Ok(next == handed.len())
}

/// What became of a report.
async fn became(desk: &Desk, report: ReportId) -> Result<Value> {
    let row = reports::report(&mut &desk.store, report).await?;
    let number = match row.case {
        Some(case) => Some(cases::case(&mut &desk.store, case).await?.number),
        None => None,
    };
    Ok(json!({ "state": row.state, "case": number, "error_code": row.error_code }))
}

fn print(context: &Context, output: &mut Output, one: &Handed, became: Option<&Value>) -> Result<()> {
    if context.json {
        let mut line = match &one.result {
            Ok((report, duplicate)) => {
                json!({ "file": one.file, "at": one.at, "report": report, "duplicate": duplicate })
            }
            Err((code, error)) => json!({ "file": one.file, "at": one.at, "error_code": code, "error": error }),
        };
        if let (Some(line), Some(Value::Object(became))) = (line.as_object_mut(), became) {
            line.extend(became.clone());
        }
        return output.json(&line);
    }
    let place = if one.at == 0 { one.file.clone() } else { format!("{}:{}", one.file, one.at) };
    let said = |name: &str| became.and_then(|became| became[name].as_str()).unwrap_or_default();
    match &one.result {
        Ok((report, duplicate)) => {
            let known = if *duplicate { text::t(context.lang, "cli-known") } else { String::new() };
            let words =
                format!("{place}: {report}  {known}  {}  {}  {}", said("state"), said("case"), said("error_code"));
            output.line(words.trim_end())
        }
        Err((code, error)) => output.line(format_args!("{place}: {code}: {error}")),
    }
}
