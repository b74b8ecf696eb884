//! `mimawari report rule …`: rules for single senders, tried before they are put in force.

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use desk::Desk;
use desk::rules::{Replay, Replayed};
use model::{Category, HeaderMatch, Observation, ReportId, SenderRule};
use serde_json::json;

use crate::commands::{Context, case};
use crate::output::Output;
use crate::{serve, show};

/// What to do with rules.
#[derive(Debug, Subcommand)]
pub(crate) enum Deed {
    /// Lists every version of every rule.
    List,
    /// Writes a rule, or another version of one. Nothing is read by it before it is put in force.
    ///
    /// `mimawari report rule add noc --from noc@example.org --accuse "Offender" --zone +09:00 --category login-attack`
    Add(Box<Wish>),
    /// Reads what the sender has sent in the last half year without and with a rule, and shows what would change.
    Test {
        /// Name of the rule.
        name: String,
        /// The version; default: the newest.
        #[arg(long, value_name = "NUMBER")]
        version: Option<i64>,
    },
    /// Puts a rule in force, after showing what it changes. Without `--yes` it is shown only.
    Enable {
        /// Name of the rule.
        name: String,
        /// The version; default: the newest.
        #[arg(long, value_name = "NUMBER")]
        version: Option<i64>,
        /// Does it.
        #[arg(long)]
        yes: bool,
    },
    /// Puts a rule out of force: the sender's reports are read as anybody's.
    Disable {
        /// Name of the rule.
        name: String,
    },
    /// Takes a rule off the list, out of force if it was in force. Its texts stay in the journal.
    Remove {
        /// Name of the rule.
        name: String,
    },
}

/// A rule as it is written on the command line.
#[derive(Debug, Args)]
pub(crate) struct Wish {
    /// Its name: lower case letters, digits and hyphens.
    name: String,
    /// Begins with what the correction of this report says; the other options are added.
    #[arg(long, value_name = "REPORT")]
    report: Option<ReportId>,
    /// Whose mails: an address, or a domain with everything below it.
    #[arg(long, value_name = "ADDRESS_OR_DOMAIN", required_unless_present = "report")]
    from: Option<String>,
    /// Only those whose subject fits this regular expression.
    #[arg(long, value_name = "PATTERN")]
    subject: Option<String>,
    /// Only those with this header field, as `Name` or `Name: what its value holds`.
    #[arg(long, value_name = "FIELD")]
    header: Option<String>,
    /// Nothing that this sender writes is a report.
    #[arg(long)]
    never: bool,
    /// What stands behind this label, or in the column of this name, is accused, and nothing else; may be repeated.
    #[arg(long, value_name = "LABEL")]
    accuse: Vec<String>,
    /// Lines that begin so are not looked at; may be repeated.
    #[arg(long, value_name = "LABEL")]
    ignore: Vec<String>,
    /// From a line that begins so on nothing is looked at; may be repeated.
    #[arg(long, value_name = "LABEL")]
    stop: Vec<String>,
    /// Zone of times that name none: `+09:00`, `JST`.
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true)]
    zone: Option<String>,
    /// What this sender reports.
    #[arg(long, value_name = "CATEGORY")]
    category: Option<Category>,
    /// Why.
    #[arg(long, default_value = "")]
    note: String,
}

pub(super) async fn run(context: &Context, deed: Deed) -> Result<ExitCode> {
    let desk = serve::desk(&context.config, context.store().await?)?;
    let actor = case::actor(context);
    match deed {
        Deed::List => {}
        Deed::Add(wish) => {
            let rule = written(&desk, *wish).await?;
            let version = desk.write_rule(&actor, &rule).await?;
            return tested(context, &desk, &rule.name, Some(version)).await.map(|_| ExitCode::SUCCESS);
        }
        Deed::Test { name, version } => {
            return tested(context, &desk, &name, version).await.map(|_| ExitCode::SUCCESS);
        }
        Deed::Enable { name, version, yes } => {
            let version = tested(context, &desk, &name, version).await?;
            if !yes {
                tracing::warn!("nothing was changed: `--yes` puts version {version} of {name} in force");
                return Ok(ExitCode::SUCCESS);
            }
            desk.enable_rule(&actor, &name, version).await?;
        }
        Deed::Disable { name } => desk.disable_rule(&actor, &name).await?,
        Deed::Remove { name } => desk.remove_rule(&actor, &name).await?,
    }
    list(context, &desk).await
}

/// The rule that is wished for.
async fn written(desk: &Desk, wish: Wish) -> Result<SenderRule> {
    let mut rule = match wish.report {
        Some(report) => desk.propose_rule(report).await?,
        None => SenderRule::default(),
    };
    rule.name = wish.name;
    rule.from = wish.from.unwrap_or(rule.from).to_lowercase();
    rule.subject = wish.subject.or(rule.subject);
    rule.header = wish.header.map(|text| {
        let (name, value) = text.split_once(':').unwrap_or((&text, ""));
        HeaderMatch { name: name.trim().to_owned(), value: value.trim().to_owned() }
    });
    rule.never |= wish.never;
    rule.accuse.extend(wish.accuse);
    rule.ignore.extend(wish.ignore);
    rule.stop.extend(wish.stop);
    rule.zone = wish.zone.or(rule.zone);
    rule.category = wish.category.or(rule.category);
    rule.note = wish.note;
    if rule.from.is_empty() {
        bail!("the report names nobody who sent it; say with --from whose mails the rule is about");
    }
    Ok(rule)
}

/// Shows what a rule would change; gives its version.
async fn tested(context: &Context, desk: &Desk, name: &str, version: Option<i64>) -> Result<i64> {
    let rule = desk.rule(name, version).await?.rule;
    let replay = desk.try_rule(&rule).await?;
    let mut output = Output::new();
    if context.json {
        output.json(&json!({
            "rule": rule, "changed": replay.changed, "corrected": replay.corrected, "right_before": replay.right.0,
            "right_after": replay.right.1, "reports": replay.reports.iter().map(line_json).collect::<Vec<_>>(),
        }))?;
    } else {
        print(context, &mut output, &rule, &replay)?;
    }
    output.flush()?;
    Ok(rule.version)
}

fn line_json(one: &Replayed) -> serde_json::Value {
    json!({
        "report": one.report, "received_at": one.received_at, "subject": one.subject, "changed": one.changed,
        "before": one.before, "after": one.after, "person": one.person,
    })
}

fn print(context: &Context, output: &mut Output, rule: &SenderRule, replay: &Replay) -> Result<()> {
    output.line(format_args!("{} v{} · {}", rule.name, rule.version, rule.from))?;
    let mut table = show::table(context.lang, &["report", "time", "subject", "before", "after"]);
    for one in replay.reports.iter().filter(|one| one.changed) {
        table.add_row([
            one.report.to_string(),
            show::time(one.received_at),
            show::cell(one.subject.as_deref().unwrap_or_default()),
            values(&one.before),
            values(&one.after),
        ]);
    }
    output.line(table)?;
    let count = |number: usize| text::Value::from(i64::try_from(number).unwrap_or(i64::MAX));
    let words = [
        ("n", count(replay.reports.len())),
        ("changed", count(replay.changed)),
        ("corrected", count(replay.corrected)),
        ("before", count(replay.right.0)),
        ("after", count(replay.right.1)),
    ];
    output.line(text::ta(context.lang, "cli-rule-tested", &words))
}

/// What a reading accuses, a line for each value.
fn values(seen: &[Observation]) -> String {
    let one = |one: &Observation| {
        let name = one.url.clone().or_else(|| one.domain.clone()).or_else(|| one.account.clone());
        let what: Vec<String> = name.into_iter().chain(one.ip.map(|ip| ip.to_string())).collect();
        let at = one.at.as_ref().map(|at| format!(" {}", at.at)).unwrap_or_default();
        format!("{} {}{at}", one.category, show::cell(&what.join(" ")))
    };
    let mut lines: Vec<String> = seen.iter().take(5).map(one).collect();
    if seen.len() > 5 {
        lines.push(format!("… {}", seen.len()));
    }
    if lines.is_empty() { "–".to_owned() } else { lines.join("\n") }
}

async fn list(context: &Context, desk: &Desk) -> Result<ExitCode> {
    let mut output = Output::new();
    let mut table = show::table(context.lang, &["name", "version", "from", "active", "actor", "approved-by"]);
    for one in desk.rules().await? {
        if context.json {
            output.json(&json!({
                "rule": one.rule, "version": one.rule.version, "active": one.active, "written_at": one.written_at,
                "written_by": one.written_by, "enabled_by": one.enabled_by,
            }))?;
            continue;
        }
        table.add_row([
            one.rule.name.clone(),
            one.rule.version.to_string(),
            show::cell(&one.rule.from),
            if one.active { "*".to_owned() } else { String::new() },
            show::cell(&one.written_by),
            show::cell(one.enabled_by.as_deref().unwrap_or_default()),
        ]);
    }
    if !context.json {
        output.line(table)?;
    }
    output.flush()?;
    Ok(ExitCode::SUCCESS)
}
