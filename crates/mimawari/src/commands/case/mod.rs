//! `mimawari case …`: the cases of the desk, listed, shown and worked on.
//!
//! Whoever can write the database file is trusted: these commands act with the role of an administrator, as `cli:NAME` in
//! the journal. The version that a change needs is the one that was just read.

mod change;
mod forms;
mod look;

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Subcommand;
use desk::Actor;
use model::{CaseState, Category, Lane, Role, Severity};
use store::cases::{self, CaseRow};
use store::{Query, Store};

use crate::commands::Context;

pub(crate) use look::case_table;

/// What to do with cases. CASE is the number that people read (M-2026-000123) or the number in `--json`.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Lists cases in the order of the queue: the earliest deadline first, then the gravest.
    List(ListArgs),
    /// Shows everything about a case: why it was decided as it was, its reports, its mails.
    Show {
        /// The case.
        case: String,
    },
    /// Prints what happened with a case, oldest first. With `--json` this is the timeline to hand out: one entry a line.
    Timeline {
        /// The case.
        case: String,
    },
    /// The forms of a case.
    #[command(flatten)]
    Form(forms::Form),
    /// The verbs that change a case.
    #[command(flatten)]
    Change(change::Change),
}

/// Which cases to list.
#[derive(Debug, clap::Args)]
pub(crate) struct ListArgs {
    /// open, all, overdue, unassigned or unread.
    #[arg(long, default_value = "open", value_parser = look::view)]
    view: cases::View,
    /// Only this state: triage, open, waiting, answered, contained or closed.
    #[arg(long)]
    state: Option<CaseState>,
    /// Only of this person (login name).
    #[arg(long, value_name = "USER")]
    assignee: Option<String>,
    /// Only of this desk: abuse or rights.
    #[arg(long)]
    lane: Option<Lane>,
    /// Only this severity: info, low, medium, high or critical.
    #[arg(long)]
    severity: Option<Severity>,
    /// Only this category.
    #[arg(long)]
    category: Option<Category>,
    /// Only of this customer (key).
    #[arg(long, value_name = "KEY")]
    customer: Option<String>,
    /// Part of the case number or of the place, or the key of a contract or customer.
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Also those that are snoozed at the moment.
    #[arg(long)]
    snoozed: bool,
    /// Most cases to list.
    #[arg(long, default_value_t = 50, value_name = "NUMBER")]
    limit: usize,
}

/// Runs the verb.
pub(crate) async fn run(context: &Context, verb: Verb) -> Result<ExitCode> {
    let store = context.store().await?;
    match verb {
        Verb::List(args) => look::list(context, &store, &args).await?,
        Verb::Show { case } => look::show(context, &store, &case).await?,
        Verb::Timeline { case } => look::timeline(context, &store, &case).await?,
        Verb::Form(form) => forms::run(context, store, form).await?,
        Verb::Change(change) => change::run(context, store, change).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The case that `text` names: by the number that people read, or by its number in the database.
pub(crate) async fn find(store: &Store, text: &str) -> Result<CaseRow> {
    named(&mut &*store, text).await
}

async fn named(query: &mut impl Query, text: &str) -> Result<CaseRow> {
    let text = text.trim();
    if let Ok(id) = text.parse() {
        return Ok(cases::case(query, id).await?);
    }
    Ok(cases::case_by_number(query, &text.to_uppercase()).await?)
}

/// Who works on the command line.
pub(crate) fn actor(context: &Context) -> Actor {
    Actor::new(context.actor(), Role::Admin)
}

/// Number of the user with this login name.
async fn user(store: &Store, name: &str) -> Result<model::UserId> {
    let user = store::people::user_by_name(&mut &*store, name).await?;
    Ok(user.with_context(|| format!("there is no user {name}; `mimawari user list` shows all"))?.id)
}
