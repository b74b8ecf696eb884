//! `mimawari blocklist sources …`: the register of public lists, and how a file is read as one of them.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use blocklists::sources::registry::{Access, Known, Life};
use blocklists::sources::{Category, Dated, Own, Registry, hits, read};
use blocklists::{Limits, List};
use clap::Subcommand;
use serde_json::{Value, json};

use super::files::Reader;
use super::watched::{self, State};
use crate::commands::{Context, block_on};
use crate::output::Output;
use crate::show;

/// What to do with the register.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Lists the public lists that are known, with maintainer, kind, and whether a customer may be shown what they say.
    ///
    /// The program brings a register; `sources` in the section `[blocklists]` of the configuration names a file with more.
    #[command(after_help = EXAMPLE_LIST)]
    List {
        /// Lists of this category alone: attacks, malware, phishing, spam, abuse, reputation, anonymizers, unroutable.
        #[arg(long, value_name = "CATEGORY", value_parser = category)]
        category: Option<Category>,
        /// Those that ended, too.
        #[arg(long)]
        all: bool,
    },
    /// Shows all that is known of a list.
    Show {
        /// Its name.
        #[arg(value_name = "LIST")]
        name: String,
    },
    /// Says what lists are to us: on trial (read and scored), rated (what they say opens cases), or retired (not asked).
    ///
    /// The running desk asks lists that are on trial or rated, each as often as its maker allows, if `folder` is set in
    /// `[blocklists]`. A list begins on trial: nobody can vouch for who makes it before his own cases have shown it.
    #[command(after_help = EXAMPLE_STATE)]
    State {
        /// What they are from now on.
        state: State,
        /// Their names.
        #[arg(required = true, value_name = "LIST")]
        names: Vec<String>,
    },
    /// Lists the lists that the running desk asks: when they last changed and answered, and what is wrong with them.
    Watched,
    /// Reads files as versions of a list and tells what is found in them; nothing is fetched and nothing kept.
    ///
    /// For trying the rules of a list of one's own. With `--json` one object per file:
    /// `{"file":…,"list":…,"entries":…,"addresses":…,"names":…,"networks":…,"junk":…,"first_junk":[…],"own":[…]}`.
    #[command(after_help = EXAMPLE_CHECK)]
    Check {
        /// The list whose rules are used.
        #[arg(value_name = "LIST")]
        name: String,
        /// Files, also as .gz; `-` is standard input.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Our own addresses, in the form of a list: what is said about them is shown.
        #[arg(long, value_name = "PREFIXFILE")]
        own: Vec<PathBuf>,
    },
}

const EXAMPLE_LIST: &str = "Examples:
  mimawari blocklist sources list --category phishing
  mimawari blocklist sources list --json | jq 'select(.showable)'";
const EXAMPLE_STATE: &str = "Examples:
  mimawari blocklist sources state trial blocklist_de spamhaus_drop urlhaus
  mimawari blocklist sources state rated urlhaus";
const EXAMPLE_CHECK: &str = "Examples:
  mimawari blocklist sources check urlhaus recent.csv
  mimawari blocklist sources check --own prefixes.txt dataplane_sshpwauth sshpwauth.txt";

fn category(text: &str) -> Result<Category, String> {
    serde_json::from_value(json!(text)).map_err(|_| format!("`{text}` is no category; see --help"))
}

/// Runs the verb.
pub(super) fn run(context: &Context, verb: Verb) -> Result<ExitCode> {
    let registry = context.config.blocklists.registry()?;
    match verb {
        Verb::State { state, names } => block_on(watched::set(context, &names, state)),
        Verb::Watched => block_on(watched::watched(context)),
        Verb::List { category, all } => list(context, &registry, category, all),
        Verb::Show { name } => show_one(context, &registry, &name),
        Verb::Check { name, files, own } => check(context, &registry, &name, &files, &own),
    }
}

/// The list of this name.
pub(super) fn find<'a>(registry: &'a Registry, name: &str) -> Result<Known<'a>> {
    let Some(known) = registry.find(name) else {
        bail!("no list is called {name}; `mimawari blocklist sources list` tells them");
    };
    Ok(known)
}

/// A list as JSON, with what follows from its facts.
fn as_json(known: &Known<'_>) -> Result<Value> {
    let mut value = serde_json::to_value(known)?;
    value["form"] = json!(known.source.form.name());
    value["showable"] = json!(known.showable());
    value["why_not_showable"] = json!(known.why_not_showable());
    Ok(value)
}

fn list(context: &Context, registry: &Registry, category: Option<Category>, all: bool) -> Result<ExitCode> {
    let mut output = Output::new();
    let headings = ["list", "maintainer", "category", "form", "minutes", "dated", "showable"];
    let mut table = show::table(context.lang, &headings);
    let wanted = |known: &Known<'_>| {
        (all || known.source.life == Life::Living) && category.is_none_or(|category| category == known.source.category)
    };
    for known in registry.lists().filter(wanted) {
        if context.json {
            output.json(&as_json(&known)?)?;
            continue;
        }
        let source = known.source;
        let showable = known.why_not_showable().unwrap_or("yes");
        table.add_row([
            show::cell(&source.name),
            show::cell(known.maintainer_name),
            show::word(context.lang, "list-category", source.category.name()),
            source.form.name().to_owned(),
            source.minutes.to_string(),
            show::word(context.lang, "list-dated", if source.dated == Dated::Entry { "entry" } else { "no" }),
            show::word(context.lang, "list-showable", showable),
        ]);
    }
    if !context.json {
        output.line(table)?;
    }
    output.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn show_one(context: &Context, registry: &Registry, name: &str) -> Result<ExitCode> {
    let known = find(registry, name)?;
    let mut output = Output::new();
    if context.json {
        output.json(&as_json(&known)?)?;
        output.flush()?;
        return Ok(ExitCode::SUCCESS);
    }
    let source = known.source;
    let access = match source.access {
        Access::Open => "open",
        Access::Key => "key",
        Access::Private => "private",
    };
    let life = if source.life == Life::Living { "living" } else { "ended" };
    let word = |prefix: &str, name: &str| show::word(context.lang, prefix, name);
    let rows = [
        ("list", source.name.clone()),
        ("maintainer", format!("{} <{}>", known.maintainer_name, known.site)),
        ("url", source.url.join("\n")),
        ("form", source.form.name().to_owned()),
        ("category", word("list-category", source.category.name())),
        ("says", word("category", source.says.name())),
        ("mechanism", known.mechanism_of.to_owned()),
        ("licence", known.licence_of.to_owned()),
        ("access", word("list-access", access)),
        ("life", word("list-life", life)),
        ("minutes", source.minutes.to_string()),
        ("dated", word("list-dated", if source.dated == Dated::Entry { "entry" } else { "no" })),
        ("showable", word("list-showable", known.why_not_showable().unwrap_or("yes"))),
        ("made-of", source.made_of.join(", ")),
        ("note", source.note.clone()),
    ];
    for (heading, value) in rows.iter().filter(|(_, value)| !value.is_empty()) {
        let heading = text::t(context.lang, &format!("cli-col-{heading}"));
        output.line(format_args!("{heading}: {}", value.replace('\n', "\n  ")))?;
    }
    output.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// Our own addresses of files.
pub(super) fn own(reader: &mut Reader, files: &[PathBuf]) -> Result<Own> {
    let List { v4, v6, .. } = if files.is_empty() { List::default() } else { reader.all(files)? };
    Ok(Own { v4, v6, ..Own::default() })
}

fn check(context: &Context, registry: &Registry, name: &str, files: &[PathBuf], ours: &[PathBuf]) -> Result<ExitCode> {
    let known = find(registry, name)?;
    let mut reader = Reader::default();
    let own = own(&mut reader, ours)?;
    let mut output = Output::new();
    for file in files {
        let value = checked(&known, &mut reader, &own, file)?;
        if context.json {
            output.json(&value)?;
            continue;
        }
        let words = ["entries", "addresses", "names", "networks", "junk"];
        output.line(show::cell(&file.display().to_string()))?;
        for word in words {
            let heading = text::t(context.lang, &format!("cli-col-{word}"));
            output.line(format_args!("  {heading}: {}", value[word]))?;
        }
        for line in value["first_junk"].as_array().into_iter().flatten() {
            output.line(format_args!(
                "  {}: {}",
                line["line"],
                show::cell(line["text"].as_str().unwrap_or_default())
            ))?;
        }
        for hit in value["own"].as_array().into_iter().flatten() {
            let part = |name: &str| show::cell(hit[name].as_str().unwrap_or_default());
            output.line(format_args!("  {} {} {} {}", part("subject"), part("first"), part("reason"), part("link")))?;
        }
    }
    output.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn checked(known: &Known<'_>, reader: &mut Reader, own: &Own, file: &Path) -> Result<Value> {
    let limits = Limits { bytes: known.source.bytes, ..Limits::default() };
    let bytes = reader.bytes(file)?;
    let snapshot = read(&known.source.form, bytes, &limits, &|what| own.holds(what))
        .with_context(|| file.display().to_string())?;
    let own: Vec<Value> = hits(own, &snapshot)
        .iter()
        .map(|hit| {
            json!({
                "subject": hit.subject.to_string(), "listed": hit.fact.what, "first": hit.fact.first,
                "last": hit.fact.last, "reason": hit.fact.reason, "link": hit.fact.link, "port": hit.fact.port,
            })
        })
        .collect();
    let junk: Vec<Value> =
        snapshot.entries.junk.first.iter().map(|(line, text)| json!({"line": line, "text": text})).collect();
    Ok(json!({
        "file": file.display().to_string(),
        "list": known.source.name,
        "entries": snapshot.len(),
        "addresses": snapshot.entries.v4.len() + snapshot.entries.v6.len(),
        "names": snapshot.names.len(),
        "networks": snapshot.systems.len(),
        "junk": snapshot.entries.junk.lines,
        "first_junk": junk,
        "own": own,
    }))
}
