//! `mimawari playbook …`: what the desk does with which case, as data: checked, written, tried on history, put in force.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, ensure};
use clap::Subcommand;
use desk::Desk;
use desk::playbook::{DEFAULT, DryRun, Playbook};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use store::policy;

use crate::commands::{Context, block_on, case};
use crate::output::Output;
use crate::{progress, serve, show};

/// Changed cases that are listed on a terminal; `--json` prints all.
const SHOWN: usize = 50;
/// Days that a dry run looks back when nothing is said.
const MONTH: i64 = 31;

/// What to do with playbooks.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Lists the versions that were written and says which is in force. Version 0 is the one that the program brings.
    List,
    /// Prints a version as TOML: the one in force, or the one named.
    Show {
        /// The version; 0 is the one that the program brings.
        version: Option<i64>,
    },
    /// Checks a file and says what is wrong, where, and how to mend it. Needs no database and changes nothing.
    Check {
        /// The playbook, TOML.
        file: PathBuf,
    },
    /// Checks a file and adds it as a new version that is not in force yet.
    Write {
        /// The playbook, TOML.
        file: PathBuf,
    },
    /// Puts a version in force. It takes another person than the one who wrote it.
    Activate {
        /// The version.
        version: i64,
    },
    /// Says what a playbook would have decided on the cases of a period: per rule, and for each case that would differ.
    DryRun {
        /// The playbook, TOML.
        file: PathBuf,
        /// First moment of the period; without it, 31 days before its end.
        #[arg(long, value_name = "TIME")]
        from: Option<Timestamp>,
        /// First moment after the period; without it, now.
        #[arg(long, value_name = "TIME")]
        to: Option<Timestamp>,
    },
}

/// Runs the verb.
pub(crate) fn run(context: &Context, verb: Verb) -> Result<ExitCode> {
    match verb {
        Verb::Check { file } => check(context, &file),
        other => block_on(with_store(context, other)),
    }
}

async fn with_store(context: &Context, verb: Verb) -> Result<ExitCode> {
    let desk = serve::desk(&context.config, context.store().await?)?;
    let actor = case::actor(context);
    match verb {
        Verb::List => list(context, &desk).await?,
        Verb::Show { version } => print(context, &desk, version).await?,
        Verb::Check { file } => return check(context, &file),
        Verb::Write { file } => {
            let version = desk.write_playbook(&actor, &read(&file)?).await?;
            say(context, &json!({ "version": version }), &version.to_string())?;
        }
        Verb::Activate { version } => {
            desk.activate_playbook(&actor, version).await?;
            say(context, &json!({ "version": version, "active": true }), &text::t(context.lang, "cli-done"))?;
        }
        Verb::DryRun { file, from, to } => {
            let to = to.unwrap_or_else(|| desk.clock.now());
            let from = from.unwrap_or_else(|| to - SignedDuration::from_hours(24 * MONTH));
            ensure!(from < to, "the period ends before it begins; give --from before --to");
            let candidate = Playbook::parse(&file.to_string_lossy(), &read(&file)?)?;
            let waiting = progress::spinner(&text::t(context.lang, "cli-deciding"));
            let run = desk.dry_run(&candidate, from, to).await;
            waiting.finish_and_clear();
            compare(context, &run?)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn check(context: &Context, file: &Path) -> Result<ExitCode> {
    let playbook = Playbook::parse(&file.to_string_lossy(), &read(file)?)?;
    say(context, &json!({ "ok": true, "rules": playbook.rule.len() }), &text::t(context.lang, "cli-done"))?;
    Ok(ExitCode::SUCCESS)
}

fn read(file: &Path) -> Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("the playbook {} cannot be read", file.display()))
}

fn say(context: &Context, value: &serde_json::Value, words: &str) -> Result<()> {
    let mut output = Output::new();
    if context.json {
        output.json(value)?;
    } else {
        output.line(words)?;
    }
    output.flush()
}

async fn list(context: &Context, desk: &Desk) -> Result<()> {
    let rows = desk.playbooks().await?;
    let none_active = rows.iter().all(|row| !row.active);
    let mut output = Output::new();
    if context.json {
        for row in &rows {
            output.json(&json!({
                "version": row.version, "active": row.active, "created_at": row.created_at,
                "created_by": row.created_by, "approved_by": row.approved_by,
            }))?;
        }
        output.json(&json!({ "version": 0, "active": none_active }))?;
        return output.flush();
    }
    let mut table = show::table(context.lang, &["version", "active", "time", "written-by", "approved-by"]);
    let mark = |active: bool| if active { "✓" } else { "" }.to_owned();
    for row in rows {
        let (at, approved) = (show::time(row.created_at), row.approved_by.unwrap_or_default());
        table.add_row([row.version.to_string(), mark(row.active), at, row.created_by, approved]);
    }
    table.add_row(["0".to_owned(), mark(none_active)]);
    output.line(table)?;
    output.flush()
}

async fn print(context: &Context, desk: &Desk, version: Option<i64>) -> Result<()> {
    let version = match version {
        Some(version) => version,
        None => desk.playbook().await?.1,
    };
    let body = match version {
        0 => DEFAULT.to_owned(),
        version => policy::policy(&mut &desk.store, "playbook", "default", version).await?.body,
    };
    say(context, &json!({ "version": version, "body": body }), body.trim_end())
}

fn compare(context: &Context, run: &DryRun) -> Result<()> {
    let mut output = Output::new();
    if context.json {
        output.json(run)?;
        return output.flush();
    }
    let counts = [("cases", run.cases.into()), ("changed", run.changed.into()), ("unreadable", run.unreadable.into())];
    output.line(text::ta(context.lang, "cli-dry-run", &counts))?;
    let mut rules = show::table(context.lang, &["rule", "before", "after"]);
    for (rule, (before, after)) in &run.rules {
        rules.add_row([rule.clone(), before.to_string(), after.to_string()]);
    }
    output.line(rules)?;
    if !run.list.is_empty() {
        let mut cases = show::table(context.lang, &["case", "before", "after"]);
        for changed in run.list.iter().take(SHOWN) {
            cases.add_row([
                changed.number.clone(),
                outcome(context, &changed.before),
                outcome(context, &changed.after),
            ]);
        }
        output.line(cases)?;
    }
    if run.list.len() > SHOWN {
        output.line(text::t(context.lang, "cli-more"))?;
    }
    output.flush()
}

/// A decision in a few words.
fn outcome(context: &Context, outcome: &desk::playbook::Outcome) -> String {
    let word = |prefix: &str, name: &str| show::word(context.lang, prefix, name);
    let state = match outcome.exit {
        Some(exit) => word("exit", exit.name()),
        None => word("case-state", outcome.state.name()),
    };
    format!("{} · {} · {state} · {}", outcome.rule, word("severity", outcome.severity.name()), outcome.steps.join(", "))
}
