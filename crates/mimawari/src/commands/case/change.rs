//! Changing cases: each verb is one operation of the desk on the version that was just read.

use anyhow::Result;
use clap::Subcommand;
use desk::Desk;
use desk::cases::{At, Closing};
use jiff::Timestamp;
use model::{Category, CauseClass, Exit, Grade, ObservationId};
use store::Store;
use store::cases::CaseRow;
use store::inventory::read;

use super::{actor, find};
use crate::commands::Context;
use crate::output::Output;
use crate::serve;

/// A change of a case.
#[derive(Debug, Subcommand)]
pub(crate) enum Change {
    /// Gives a case to a person, or to nobody.
    Assign {
        /// The case.
        case: String,
        /// Login name; without it the case is nobody's.
        user: Option<String>,
    },
    /// Writes your words into the timeline.
    Note {
        /// The case.
        case: String,
        /// What you have to say.
        text: String,
    },
    /// Takes a case out of triage. The playbook decides, and its mails are written as far as the configuration lets them.
    Accept {
        /// The case.
        case: String,
        /// Key of the contract that it is about, where that is not known yet.
        #[arg(long, value_name = "KEY")]
        contract: Option<String>,
    },
    /// Closes a case. Reporters hear how it ended, and the customer if he had been told, as the configuration lets them.
    Close {
        /// The case.
        case: String,
        /// How it ended: fixed, stopped, warned-then-stopped, cancelled, referred-out, info-only, not-ours, lacks-data or rejected.
        exit: Exit,
        /// Clause of the terms, law, or the body that it is referred to.
        #[arg(long)]
        clause: Option<String>,
        /// Your words on it.
        #[arg(long)]
        note: Option<String>,
    },
    /// Opens a closed case again.
    Reopen {
        /// The case.
        case: String,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Merges a case into another of the same contract; `undo` takes it back.
    Merge {
        /// The case that goes away.
        case: String,
        /// The case that stays.
        #[arg(long, value_name = "CASE")]
        into: String,
    },
    /// Takes observations out of a case into a new one.
    Split {
        /// The case.
        case: String,
        /// Numbers of observations, as `case show --json` prints them.
        #[arg(required = true, value_name = "OBSERVATION")]
        observations: Vec<ObservationId>,
    },
    /// Takes back what one entry of the timeline did, if nothing of it was changed since. What was sent stays sent.
    Undo {
        /// The case.
        case: String,
        /// Number of the entry, as `case timeline` prints it.
        entry: i64,
    },
    /// Sorts a case under another category; `mimawari reference categories` lists them.
    Category {
        /// The case.
        case: String,
        /// The category.
        category: Category,
    },
    /// Says what lies behind a case.
    Cause {
        /// The case.
        case: String,
        /// unknown, victim, deliberate, careless or open-network.
        class: CauseClass,
        /// What makes you think so.
        #[arg(long)]
        reason: String,
        /// How sure you are, from 0 to 1.
        #[arg(long, default_value_t = 1.0)]
        confidence: f64,
    },
    /// Says how good the evidence is.
    Grade {
        /// The case.
        case: String,
        /// claim, stated, shown or confirmed.
        grade: Grade,
    },
    /// Hides a case from the queue until a moment, or shows it again.
    Snooze {
        /// The case.
        case: String,
        /// The moment, with zone: `2026-11-24T09:00:00+09:00`. Without it the case is shown again.
        #[arg(long, value_name = "TIME")]
        until: Option<Timestamp>,
    },
}

/// Does what `verb` says and prints the case as it stands then.
pub(super) async fn run(context: &Context, store: Store, verb: Change) -> Result<()> {
    let desk = serve::desk(&context.config, store)?;
    let case = changed(context, &desk, verb).await?;
    let mut output = Output::new();
    if context.json {
        output.json(&case)?;
    } else {
        output.line(super::case_table(context.lang, std::slice::from_ref(&case)))?;
    }
    output.flush()
}

async fn changed(context: &Context, desk: &Desk, verb: Change) -> Result<CaseRow> {
    let (actor, store) = (&actor(context), &desk.store);
    let case = match verb {
        Change::Assign { case, user } => {
            let to = match user {
                Some(name) => Some(super::user(store, &name).await?),
                None => None,
            };
            desk.assign_case(actor, at(store, &case).await?, to).await?
        }
        Change::Note { case, text } => desk.note_case(actor, at(store, &case).await?, &text).await?,
        Change::Accept { case, contract } => {
            let contract = match contract {
                Some(key) => Some(read::contract_by_key(&mut &*store, &key).await?.id),
                None => None,
            };
            desk.accept_case(actor, at(store, &case).await?, contract).await?
        }
        Change::Close { case, exit, clause, note } => {
            desk.close_case(actor, at(store, &case).await?, &Closing { exit, clause, note }).await?
        }
        Change::Reopen { case, reason } => desk.reopen_case(actor, at(store, &case).await?, &reason).await?,
        Change::Merge { case, into } => {
            let (from, into) = (at(store, &case).await?, at(store, &into).await?);
            desk.merge_cases(actor, into, from).await?
        }
        Change::Split { case, observations } => desk.split_case(actor, at(store, &case).await?, &observations).await?,
        Change::Undo { case, entry } => desk.undo_case(actor, at(store, &case).await?, entry).await?,
        Change::Category { case, category } => desk.set_category(actor, at(store, &case).await?, category).await?,
        Change::Cause { case, class, reason, confidence } => {
            desk.set_cause(actor, at(store, &case).await?, class, confidence, &reason).await?
        }
        Change::Grade { case, grade } => desk.set_grade(actor, at(store, &case).await?, grade).await?,
        Change::Snooze { case, until } => desk.snooze_case(actor, at(store, &case).await?, until).await?,
    };
    Ok(case)
}

/// The version of the case that is changed.
async fn at(store: &Store, name: &str) -> Result<At> {
    Ok(At::from(&find(store, name).await?))
}
