//! `mimawari measure …`: what is done against abuse: written down on a legal basis, approved, carried out, undone.

mod record;

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Subcommand;
use comfy_table::Table;
use desk::Desk;
use desk::measures::{Connectors, NewMeasure};
use model::measure::Justification;
use model::{Lang, MeasureId, MeasureKind, MeasureState};
use serde_json::{Value, json};
use store::measures::{self, MeasureRow};

use crate::commands::{Context, case};
use crate::output::Output;
use crate::{serve, show};
use record::Record;

/// What to do with measures. MEASURE is the number that `measure list` prints.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Lists measures, the newest first: all, or those of some states or of a case.
    List {
        /// Only these states: proposed, approved, acting, active, undoing, ended, refused or failed.
        #[arg(long)]
        state: Vec<MeasureState>,
        /// All measures of this case.
        #[arg(long, conflicts_with = "state")]
        case: Option<String>,
        /// Most measures to list.
        #[arg(long, default_value_t = 50, value_name = "NUMBER")]
        limit: i64,
    },
    /// Shows a measure with its record and what the record lacks.
    Show {
        /// The measure.
        measure: MeasureId,
    },
    /// Writes a measure down. Nothing happens yet; the record may be completed later.
    Propose {
        /// The case.
        case: String,
        /// suspend, lock-account, limit-mail, block-port, quarantine-path, force-password or cancel.
        kind: MeasureKind,
        /// To what: `contract:KEY`, `ip:…`, `domain:…`, `mailbox:…`, `account:…` or `url:…`.
        target: String,
        /// Figures for the connector as a JSON object, such as `{"mails_per_hour":10}`.
        #[arg(long, value_name = "JSON")]
        params: Option<Value>,
        /// Name of the connector; without it, the first that can do it.
        #[arg(long, value_name = "NAME")]
        connector: Option<String>,
        /// The record.
        #[command(flatten)]
        record: Record,
    },
    /// Completes or replaces the record of a proposed measure. Approvals that it had are gone: they were of another text.
    Justify {
        /// The measure.
        measure: MeasureId,
        /// The record; what is not named stays.
        #[command(flatten)]
        record: Record,
    },
    /// Approves a measure whose record is complete. Suspending and cancelling take two people. Without --yes it only shows it.
    ///
    /// Once approved, a running desk carries it out by itself where the configuration says `measures = "act"`.
    Approve {
        /// The measure.
        measure: MeasureId,
        /// Really approves it.
        #[arg(long)]
        yes: bool,
    },
    /// Carries an approved measure out now. Without --yes it only shows it.
    Act {
        /// The measure.
        measure: MeasureId,
        /// Really carries it out; in a dry run the connector is only asked what it would do.
        #[arg(long)]
        yes: bool,
    },
    /// Refuses a measure that has not begun.
    Refuse {
        /// The measure.
        measure: MeasureId,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Undoes a measure before its end. Without --yes it only shows it.
    Undo {
        /// The measure.
        measure: MeasureId,
        /// Why.
        #[arg(long)]
        reason: String,
        /// Really undoes it.
        #[arg(long)]
        yes: bool,
    },
}

/// Runs the verb.
pub(crate) async fn run(context: &Context, verb: Verb) -> Result<ExitCode> {
    let desk = serve::desk(&context.config, context.store().await?)?;
    if let Verb::List { state, case, limit } = verb {
        let rows = match case {
            Some(name) => measures::measures_of(&mut &desk.store, case::find(&desk.store, &name).await?.id).await?,
            None => measures::measures_in(&mut &desk.store, &state, limit).await?,
        };
        list(context, &rows)?;
    } else {
        let row = changed(context, &desk, verb).await?;
        print(context, &desk, &row)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Does what `verb` says, if it is to be done, and returns the measure as it stands then.
async fn changed(context: &Context, desk: &Desk, verb: Verb) -> Result<MeasureRow> {
    let actor = &case::actor(context);
    let read = async |id| measures::measure(&mut &desk.store, id).await.context("no measure was changed");
    Ok(match verb {
        Verb::Propose { case, kind, target, params, connector, record } => {
            let case = case::find(&desk.store, &case).await?.id;
            let justification = record.over(Justification::default());
            let params = params.unwrap_or_default();
            desk.propose_checked_measure(NewMeasure { case, kind, target, params, connector, justification }, actor)
                .await?
        }
        Verb::Justify { measure, record } => {
            let row = read(measure).await?;
            desk.justify_measure(measure, row.version, record.over(row.justification), actor).await?
        }
        Verb::Approve { measure, yes: true } => {
            let seen = read(measure).await?.version;
            desk.approve_measure(measure, seen, actor).await?
        }
        Verb::Act { measure, yes: true } => desk.carry_out_measure(&connectors(desk)?, measure, actor).await?,
        Verb::Refuse { measure, reason } => desk.refuse_measure(measure, &reason, actor).await?,
        Verb::Undo { measure, reason, yes: true } => {
            desk.undo_measure(&connectors(desk)?, measure, &reason, actor).await?
        }
        Verb::Show { measure }
        | Verb::Approve { measure, yes: false }
        | Verb::Act { measure, yes: false }
        | Verb::Undo { measure, yes: false, reason: _ } => read(measure).await?,
        Verb::List { .. } => anyhow::bail!("a list changes nothing"),
    })
}

fn connectors(desk: &Desk) -> Result<Connectors> {
    Ok(Connectors::from_settings(&desk.settings.connectors)?)
}

fn list(context: &Context, rows: &[MeasureRow]) -> Result<()> {
    let mut output = Output::new();
    if context.json {
        for row in rows {
            output.json(row)?;
        }
    } else {
        output.line(measure_table(context.lang, rows))?;
    }
    output.flush()
}

/// Measures as people read them.
fn measure_table(lang: Lang, rows: &[MeasureRow]) -> Table {
    let mut table = show::table(lang, &["measure", "state", "kind", "holds", "basis", "to", "dry-run"]);
    for row in rows {
        let basis = row.justification.basis.map(|basis| show::word(lang, "basis", basis.name()));
        table.add_row([
            row.id.to_string(),
            show::word(lang, "measure-state", row.state.name()),
            show::word(lang, "measure-kind", row.kind.name()),
            show::cell(&row.target),
            basis.unwrap_or_default(),
            show::maybe_time(row.ends_at),
            if row.dry_run { "✓" } else { "" }.to_owned(),
        ]);
    }
    table
}

fn print(context: &Context, desk: &Desk, row: &MeasureRow) -> Result<()> {
    let lacks = row.justification.lacks(desk.clock.now());
    let mut output = Output::new();
    if context.json {
        let mut value = json!(row);
        value["lacks"] = json!(lacks);
        output.json(&value)?;
        return output.flush();
    }
    output.line(measure_table(context.lang, std::slice::from_ref(row)))?;
    let record = &row.justification;
    for (name, text) in [
        ("purpose", &record.purpose),
        ("reference", &record.reference),
        ("necessity", &record.necessity),
        ("side-effects", &record.side_effects),
    ] {
        let label = text::t(context.lang, &format!("cli-col-{name}"));
        output.line(format_args!("{label}: {}", text::wording::clean(text, 4000)))?;
    }
    for (name, text) in [("result", &row.result), ("error", &row.error)] {
        if let Some(text) = text {
            output.line(format_args!("{}: {}", text::t(context.lang, &format!("cli-col-{name}")), show::cell(text)))?;
        }
    }
    if !lacks.is_empty() && row.state == MeasureState::Proposed {
        let names: Vec<String> = lacks.iter().filter_map(|lack| Some(json!(lack).as_str()?.to_owned())).collect();
        output.line(format_args!("{}: {}", text::t(context.lang, "cli-col-lacks"), names.join(", ")))?;
    }
    output.flush()
}
