//! `mimawari blocklist sources state|watched` and `mimawari blocklist listings`: which lists are watched by the running desk,
//! how they answer, and what they say about us.

use std::process::ExitCode;

use anyhow::{Result, bail};
use blocklists::sources::registry::Life;
use clap::ValueEnum;
use model::{Clock, SystemClock};
use serde_json::json;
use store::blocklists as table;

use super::sources::find;
use crate::commands::Context;
use crate::output::Output;
use crate::show;

/// What a list is to us (A37).
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum State {
    /// It is read and scored, and opens no cases.
    Trial,
    /// What it says opens cases.
    Rated,
    /// It is not asked any more.
    Retired,
}

impl State {
    const fn name(self) -> &'static str {
        match self {
            Self::Trial => "trial",
            Self::Rated => "rated",
            Self::Retired => "retired",
        }
    }
}

/// Says what lists are to us.
pub(super) async fn set(context: &Context, names: &[String], state: State) -> Result<ExitCode> {
    let registry = context.config.blocklists.registry()?;
    for name in names {
        let source = find(&registry, name)?.source;
        if state != State::Retired && !source.form.is_file() {
            bail!("{name} is not fetched: it comes as {}", source.form.name());
        }
        if state != State::Retired && source.life == Life::Ended {
            bail!("{name} has ended: {}", source.note);
        }
    }
    let (store, now, actor) = (context.store().await?, SystemClock.now(), context.actor());
    let mut tx = store.begin().await?;
    for name in names {
        let before = table::watched_list(&mut tx, name).await?.map(|watched| watched.state);
        tx.set_list(name, state.name(), now, &actor).await?;
        let detail = json!({ "list": name, "before": before, "after": state.name() });
        tx.journal_at_commit(now, &actor, "blocklist.state", None, detail);
    }
    tx.commit().await?;
    if state != State::Retired && context.config.blocklists.folder.is_none() {
        Output::remark(text::t(context.lang, "cli-lists-no-folder"));
    }
    Ok(ExitCode::SUCCESS)
}

/// Lists what is watched.
pub(super) async fn watched(context: &Context) -> Result<ExitCode> {
    let store = context.store().await?;
    let mut output = Output::new();
    let mut table_of =
        show::table(context.lang, &["list", "state", "entries", "changed", "last-seen", "next", "trouble"]);
    for watched in table::watched_lists(&mut &store).await? {
        let asked = &watched.asked;
        if context.json {
            output.json(&json!({
                "list": watched.name, "state": watched.state, "set_at": watched.set_at, "set_by": watched.set_by,
                "entries": asked.entries, "changed_at": asked.changed_at, "answered_at": asked.answered_at,
                "checked_at": asked.checked_at, "due_at": asked.due_at, "failures": asked.failures,
                "trouble": asked.trouble,
            }))?;
            continue;
        }
        table_of.add_row([
            show::cell(&watched.name),
            show::word(context.lang, "list-state", &watched.state),
            asked.entries.map(|entries| entries.to_string()).unwrap_or_default(),
            show::maybe_time(asked.changed_at),
            show::maybe_time(asked.answered_at),
            show::time(asked.due_at),
            show::cell(asked.trouble.as_deref().unwrap_or_default()),
        ]);
    }
    if !context.json {
        output.line(table_of)?;
    }
    output.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// Lists what lists say or said about us.
pub(super) async fn listings(context: &Context, subject: Option<&str>, open: bool, limit: u32) -> Result<ExitCode> {
    let store = context.store().await?;
    let mut output = Output::new();
    let mut table_of = show::table(context.lang, &["subject", "list", "since", "gone", "detail", "report"]);
    for listing in table::listings(&mut &store, subject, open, limit.into()).await? {
        if context.json {
            output.json(&json!({
                "subject": listing.subject, "list": listing.list, "since": listing.first_at, "gone": listing.gone_at,
                "detail": listing.detail, "report": listing.report,
            }))?;
            continue;
        }
        table_of.add_row([
            show::cell(&listing.subject),
            show::cell(&listing.list),
            show::time(listing.first_at),
            show::maybe_time(listing.gone_at),
            show::cell(listing.detail["reason"].as_str().unwrap_or_default()),
            listing.report.map(|report| report.to_string()).unwrap_or_default(),
        ]);
    }
    if !context.json {
        output.line(table_of)?;
    }
    output.flush()?;
    Ok(ExitCode::SUCCESS)
}
