//! The command line: nouns, verbs and their options. Only types; what they do is in `commands`.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use model::Lang;

use crate::commands;

/// Mimawari (見回り): the abuse desk of a hosting provider or ISP, in one program.
///
/// Start with `mimawari demo`: it makes up a provider with customers and a year of reports and opens the console.
#[derive(Debug, Parser)]
#[command(name = "mimawari", version, max_term_width = 110, disable_help_subcommand = true)]
pub(crate) struct Cli {
    /// Configuration file. Without it the defaults are used: a database `mimawari.db` in the current folder.
    #[arg(long, short, global = true, env = "MIMAWARI_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Database to use instead of the one in the configuration: `sqlite:FILE` or `postgres://USER@HOST/NAME`.
    #[arg(long, global = true, env = "MIMAWARI_DATABASE", value_name = "URL", hide_env_values = true)]
    pub(crate) database: Option<String>,
    /// Language of messages: ja or en. Without it, the environment's.
    #[arg(long, global = true, env = "MIMAWARI_LANG", value_name = "LANG")]
    lang: Option<Lang>,
    /// Prints JSON for programs instead of text for people.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Writes the log as JSON, one object a line, for machines. The level comes from MIMAWARI_LOG (such as `info,desk=debug`).
    #[arg(long, global = true, env = "MIMAWARI_LOG_JSON")]
    pub(crate) log_json: bool,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Cli {
    /// Language of messages: as asked for, else of the environment; English where the environment names neither.
    pub(crate) fn lang(&self) -> Lang {
        let environment = || {
            ["LC_ALL", "LC_MESSAGES", "LANG"]
                .iter()
                .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        };
        self.lang.unwrap_or_else(|| match environment() {
            Some(value) if value.to_ascii_lowercase().starts_with("ja") => Lang::Ja,
            _ => Lang::En,
        })
    }
}

/// A noun.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Tells who held an address, domain or mailbox at a given time.
    Attribute(commands::attribute::Args),
    /// Makes up a provider with customers and a year of reports, and opens the console on it.
    Demo(commands::demo::Args),
    /// Reads, imports and checks the inventory: plans, customers, contracts and what they hold.
    #[command(subcommand)]
    Inventory(commands::inventory::Verb),
    /// Exports and verifies the journal.
    #[command(subcommand)]
    Journal(commands::journal::Verb),
    /// Reads abuse reports and hands them to the desk.
    #[command(subcommand)]
    Report(commands::report::Verb),
    /// Runs the desk: doors, workers and console, until it is told to stop.
    Serve,
    /// Keeps the tokens with which programs use the API.
    #[command(subcommand)]
    Token(commands::token::Verb),
    /// Keeps the people of the desk.
    #[command(subcommand)]
    User(commands::user::Verb),
}

impl Command {
    /// Whether this runs for long and logs what it does.
    pub(crate) const fn is_daemon(&self) -> bool {
        matches!(self, Self::Serve)
    }
}
