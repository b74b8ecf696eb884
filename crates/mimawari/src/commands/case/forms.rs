//! The forms of a case: the six answers of an incident, the customer's answers, the pack of evidence.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Subcommand;
use desk::cases::INCIDENT_QUESTIONS;
use desk::notices::QUESTIONS;
use desk::registers::Look;
use model::LegalBasis;
use serde_json::json;
use store::Store;

use super::{actor, find};
use crate::commands::Context;
use crate::output::Output;
use crate::{serve, show};

/// What is written on a case besides its timeline.
#[derive(Debug, Subcommand)]
pub(crate) enum Form {
    /// Shows the six answers about a customer who was attacked, or writes those that are named.
    ///
    /// A case of a break-in cannot be closed as fixed or stopped before all six are answered.
    Incident {
        /// The case.
        case: String,
        /// What was attacked.
        #[arg(long, value_name = "TEXT")]
        target: Option<String>,
        /// Whether it goes on, and what is destroyed.
        #[arg(long, value_name = "TEXT")]
        state: Option<String>,
        /// Whether there is a log, and where.
        #[arg(long, value_name = "TEXT")]
        log: Option<String>,
        /// Who was informed.
        #[arg(long, value_name = "TEXT")]
        informed: Option<String>,
        /// Whether the source was asked, and what it said.
        #[arg(long, value_name = "TEXT")]
        source: Option<String>,
        /// How it was recovered.
        #[arg(long, value_name = "TEXT")]
        recovery: Option<String>,
    },
    /// Shows what the customer answered about his machine, or writes down what he said on the telephone.
    Answers {
        /// The case.
        case: String,
        /// Whether it was running at the time.
        #[arg(long, value_name = "TEXT")]
        up: Option<String>,
        /// Whether it still goes on.
        #[arg(long, value_name = "TEXT")]
        ongoing: Option<String>,
        /// Whether his own logs show it.
        #[arg(long, value_name = "TEXT")]
        logs: Option<String>,
        /// Who it was.
        #[arg(long, value_name = "TEXT")]
        who: Option<String>,
        /// Whether it was a mistake.
        #[arg(long, value_name = "TEXT")]
        mistake: Option<String>,
        /// Whether somebody else used it as a stepping stone.
        #[arg(long, value_name = "TEXT")]
        stepping_stone: Option<String>,
    },
    /// Writes the pack of evidence of a case into a file: one JSON object for whoever decides on the contract.
    ///
    /// It holds timeline, reports, notices and measures of the case and of the earlier cases of its contract, and nothing of
    /// another customer. The look is written down with its ground:
    /// `mimawari case export M-2026-000123 --pack pack.json --reference "terms 8.2" --purpose "to decide on the contract"`
    Export {
        /// The case.
        case: String,
        /// File to write; `-` for standard output.
        #[arg(long, value_name = "FILE")]
        pack: PathBuf,
        /// Legal ground: third-party-fact, contract, consent, lawful-business, self-defence, necessity, service-impact or instrument.
        #[arg(long, default_value = "contract")]
        basis: LegalBasis,
        /// Clause of the terms, article, or number of the instrument.
        #[arg(long, value_name = "TEXT")]
        reference: Option<String>,
        /// What for.
        #[arg(long, value_name = "TEXT")]
        purpose: String,
    },
}

/// Shows or writes a form.
pub(super) async fn run(context: &Context, store: Store, form: Form) -> Result<()> {
    match form {
        Form::Incident { case, target, state, log, informed, source, recovery } => {
            let given = [target, state, log, informed, source, recovery];
            incident(context, store, &case, named(&INCIDENT_QUESTIONS, given)).await
        }
        Form::Answers { case, up, ongoing, logs, who, mistake, stepping_stone } => {
            let given = [up, ongoing, logs, who, mistake, stepping_stone];
            answers(context, store, &case, named(&QUESTIONS, given)).await
        }
        Form::Export { case, pack, basis, reference, purpose } => {
            let case = find(&store, &case).await?.id;
            let look = Look { case, basis: Some(basis), reference, purpose, fields: Vec::new() };
            export(context, store, look, &pack).await
        }
    }
}

/// The answers that were given, by question.
fn named(questions: &[&str], given: [Option<String>; 6]) -> BTreeMap<String, String> {
    questions.iter().zip(given).filter_map(|(question, answer)| Some(((*question).to_owned(), answer?))).collect()
}

async fn incident(context: &Context, store: Store, name: &str, answers: BTreeMap<String, String>) -> Result<()> {
    let desk = serve::desk(&context.config, store)?;
    let case = find(&desk.store, name).await?;
    let form = if answers.is_empty() {
        desk.incident(&case).await?
    } else {
        desk.write_incident(case.id, &answers, &actor(context)).await?
    };
    if context.json {
        let form = json!({ "required": form.required, "open": form.open(), "answers": form.answers });
        return print_json(&form);
    }
    let rows = INCIDENT_QUESTIONS.map(|question| (format!("incident-{question}"), form.answer(question).to_owned()));
    print(context, rows)
}

async fn answers(context: &Context, store: Store, name: &str, answers: BTreeMap<String, String>) -> Result<()> {
    let desk = serve::desk(&context.config, store)?;
    let case = find(&desk.store, name).await?.id;
    let told = if answers.is_empty() {
        desk.answers(case).await?
    } else {
        desk.write_answers(case, &answers, &actor(context)).await?
    };
    if context.json {
        return print_json(&json!(told));
    }
    let text = |question: &str| told.get(question).map(|answer| answer.text.clone()).unwrap_or_default();
    print(context, QUESTIONS.map(|question| (format!("mail-question-{question}"), text(question))))
}

/// A table of questions, by the keys of their texts, with their answers.
fn print(context: &Context, rows: [(String, String); 6]) -> Result<()> {
    let mut table = show::table(context.lang, &["question", "answer"]);
    for (key, answer) in rows {
        table.add_row([text::t(context.lang, &key), text::wording::clean(&answer, 2000)]);
    }
    let mut output = Output::new();
    output.line(table)?;
    output.flush()
}

fn print_json(value: &serde_json::Value) -> Result<()> {
    let mut output = Output::new();
    output.json(value)?;
    output.flush()
}

async fn export(context: &Context, store: Store, look: Look, file: &std::path::Path) -> Result<()> {
    let desk = serve::desk(&context.config, store)?;
    let pack = desk.evidence_pack(look, &actor(context)).await?;
    if file == std::path::Path::new("-") {
        return match std::io::stdout().lock().write_all(&pack.bytes) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
            _ => Ok(()),
        };
    }
    std::fs::write(file, &pack.bytes).with_context(|| format!("the file {} cannot be written", file.display()))?;
    let mut output = Output::new();
    if context.json {
        output.json(&json!({ "file": file, "bytes": pack.bytes.len(), "sha256": pack.sha256 }))?;
    } else {
        output.line(format_args!("{}  {}", pack.sha256, file.display()))?;
    }
    output.flush()
}
