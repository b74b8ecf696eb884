//! `mimawari report correct` and `report corrections …`: what a person says of a report, and the examples made of it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::Subcommand;
use desk::corrections::{Correction, machine_of, person_of};
use model::ReportId;
use serde_json::json;
use store::corrections;

use crate::commands::{Context, case};
use crate::output::Output;
use crate::{serve, show};

/// Examples read at once.
const PAGE: i64 = 100;
/// Longest file that says what is accused, bytes.
const MAX_FILE: u64 = 4 << 20;

/// What to do with corrections.
#[derive(Debug, Subcommand)]
pub(crate) enum Deed {
    /// Lists the corrections in force, the oldest first.
    List {
        /// Only those that are kept as examples.
        #[arg(long)]
        fixtures: bool,
        /// Most corrections to list.
        #[arg(long, default_value_t = 100, value_name = "NUMBER")]
        limit: i64,
    },
    /// Writes the examples into a folder: the mails as they came and `expected.jsonl`, for `mimawari report score DIR`.
    ///
    /// The folder must be new or empty. What is in it is personal data: it holds the reports as they came.
    Export {
        /// The folder.
        folder: PathBuf,
        /// Takes every correction, not only those that are kept as examples.
        #[arg(long)]
        all: bool,
    },
    /// Keeps the correction of a report as an example by which the readers are measured.
    Mark {
        /// Number of the report.
        report: ReportId,
        /// No longer keeps it.
        #[arg(long)]
        off: bool,
    },
}

/// What a person says, of the options of the command.
#[derive(Debug)]
pub(super) enum Word {
    /// It is no report.
    NoReport,
    /// What it accuses stands in this file.
    File(PathBuf),
    /// The machine was right.
    Undo,
}

pub(super) async fn correct(context: &Context, report: ReportId, word: Word) -> Result<ExitCode> {
    let desk = serve::desk(&context.config, context.store().await?)?;
    let actor = case::actor(context);
    let current = corrections::in_force(&mut &desk.store, report).await?.map(|row| row.id);
    match (word, current) {
        (Word::Undo, None) => bail!("report {report} was not corrected: there is nothing to take back"),
        (Word::Undo, Some(current)) => desk.undo_correction(&actor, report, current).await?,
        (Word::NoReport, current) => {
            desk.correct_report(&actor, report, current, &Correction::default()).await?;
        }
        (Word::File(file), current) => {
            let correction = read(&file)?;
            desk.correct_report(&actor, report, current, &correction).await?;
        }
    }
    super::keep::after(context, &desk.store, report).await
}

/// What a file says: `{"accused": [{"ip": …, "port": …, "url": …, "at": …, "zone": …, "category": …}]}`.
fn read(file: &Path) -> Result<Correction> {
    use std::io::Read;
    let mut text = String::new();
    let name = file.display();
    if file == Path::new("-") {
        std::io::stdin().lock().take(MAX_FILE).read_to_string(&mut text)?;
    } else {
        let opened = std::fs::File::open(file).with_context(|| format!("{name} cannot be read"))?;
        opened.take(MAX_FILE).read_to_string(&mut text).with_context(|| format!("{name} cannot be read"))?;
    }
    let mut value: serde_json::Value = serde_json::from_str(&text).with_context(|| format!("{name} is no JSON"))?;
    let fields = value.as_object_mut().with_context(|| format!("{name} is no JSON object"))?;
    fields.entry("report").or_insert(json!(true));
    serde_json::from_value(value).with_context(|| format!("{name} does not say what is accused"))
}

pub(super) async fn run(context: &Context, deed: Deed) -> Result<ExitCode> {
    match deed {
        Deed::List { fixtures, limit } => list(context, fixtures, limit).await,
        Deed::Export { folder, all } => export(context, &folder, all).await,
        Deed::Mark { report, off } => {
            let desk = serve::desk(&context.config, context.store().await?)?;
            desk.mark_fixture(&case::actor(context), report, !off).await?;
            super::keep::after(context, &desk.store, report).await
        }
    }
}

async fn list(context: &Context, fixtures: bool, limit: i64) -> Result<ExitCode> {
    let store = context.store().await?;
    let rows = corrections::corrections(&mut &store, fixtures, 0, limit).await?;
    let mut output = Output::new();
    let mut table =
        show::table(context.lang, &["report", "time", "actor", "correction-machine", "correction-person", "fixture"]);
    for row in &rows {
        let (machine, person) = (machine_of(row)?, person_of(row)?);
        if context.json {
            output.json(&json!({
                "id": row.id, "report": row.report, "made_at": row.at, "made_by": row.actor, "fixture": row.fixture,
                "is_report": person.report, "machine": machine.observations, "person": person.observations,
            }))?;
            continue;
        }
        let said = if person.report { person.observations.len().to_string() } else { "–".to_owned() };
        table.add_row([
            row.report.to_string(),
            show::time(row.at),
            show::cell(&row.actor),
            machine.observations.len().to_string(),
            said,
            if row.fixture { "*".to_owned() } else { String::new() },
        ]);
    }
    if !context.json {
        output.line(table)?;
    }
    output.flush()?;
    Ok(ExitCode::SUCCESS)
}

async fn export(context: &Context, folder: &Path, all: bool) -> Result<ExitCode> {
    let desk = serve::desk(&context.config, context.store().await?)?;
    let name = folder.display();
    std::fs::create_dir_all(folder).with_context(|| format!("{name} cannot be made"))?;
    // An old label beside a new mail would measure nonsense.
    if std::fs::read_dir(folder).with_context(|| format!("{name} cannot be read"))?.next().is_some() {
        bail!("{name} is not empty: name a new folder");
    }
    let labels = folder.join("expected.jsonl");
    let mut labels = std::io::BufWriter::new(std::fs::File::create(labels)?);
    let (mut after, mut count) = (0, 0_usize);
    loop {
        let page = desk.fixtures(all, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        count += page.len();
        for one in &page {
            std::fs::write(folder.join(&one.file), &one.raw).with_context(|| format!("{name} cannot be written"))?;
            writeln!(labels, "{}", one.line)?;
        }
    }
    labels.flush()?;
    let mut output = Output::new();
    if context.json {
        output.json(&json!({ "folder": folder, "mails": count }))?;
    } else {
        let words =
            [("n", text::Value::from(i64::try_from(count).unwrap_or(i64::MAX))), ("value", name.to_string().into())];
        output.line(text::ta(context.lang, "cli-corrections-exported", &words))?;
    }
    output.flush()?;
    Ok(ExitCode::SUCCESS)
}
