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
    /// Reads public blocklists: which of our addresses they hold, what they share, what changed.
    ///
    /// Works on files, for people who use `iprange` today, and needs no database.
    #[command(subcommand)]
    Blocklist(commands::blocklist::Verb),
    /// Lists, shows and works on cases.
    ///
    /// CASE is the number that people read (M-2026-000123) or the id in `--json`. Whoever may open the database is trusted
    /// with it: changes are made with the rights of an administrator and stand in the journal as `cli:LOGIN`.
    #[command(subcommand)]
    Case(commands::case::Verb),
    /// Finds and shows customers.
    #[command(subcommand)]
    Customer(commands::customer::Verb),
    /// Makes up a provider with customers and a year of reports, and opens the console on it.
    Demo(commands::demo::Args),
    /// Keeps the papers and calls about cases: lawsuits, the police, warrants, each with its deadline and answer.
    #[command(subcommand)]
    Instrument(commands::instrument::Verb),
    /// Reads, imports and checks the inventory: plans, customers, contracts and what they hold.
    #[command(subcommand)]
    Inventory(commands::inventory::Verb),
    /// Exports and verifies the journal.
    #[command(subcommand)]
    Journal(commands::journal::Verb),
    /// Looks after the mails that the desk sends.
    #[command(subcommand)]
    Mail(commands::mail::Verb),
    /// Finds stolen accounts in mail logs, and counts what is sent.
    ///
    /// Logs of Postfix, Dovecot, Exim, sendmail, qmail with vpopmail, Courier and Roundcube and JSON access logs are told
    /// apart line by line, plain or gzip, in any order of files: lines are taken in the order of their times. `-` reads
    /// standard input. Nothing is sent, stored or locked.
    #[command(subcommand)]
    Mailguard(commands::mailguard::Verb),
    /// Writes measures down, approves, carries out and undoes them.
    ///
    /// No legal basis, no measure; what stops a service takes two people, told apart by their login names.
    #[command(subcommand)]
    Measure(commands::measure::Verb),
    /// Checks, writes and tries the playbook that decides what is done with which case.
    #[command(subcommand)]
    Playbook(commands::playbook::Verb),
    /// Prints what the program says about itself: configuration, commands, categories, errors.
    #[command(subcommand)]
    Reference(commands::reference::Verb),
    /// Reads abuse reports and hands them to the desk.
    #[command(subcommand)]
    Report(commands::report::Verb),
    /// Looks after those who report.
    #[command(subcommand)]
    Reporter(commands::reporter::Verb),
    /// Runs the desk: doors, workers and console, until it is told to stop.
    Serve,
    /// Counts what the desk was told and did: the year, the speed, the sources, the coverage and the work.
    #[command(subcommand)]
    Statistics(commands::statistics::Verb),
    /// Looks over the database.
    #[command(subcommand)]
    Store(commands::store::Verb),
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
        matches!(self, Self::Serve | Self::Mailguard(commands::mailguard::Verb::ServePolicy(_)))
    }
}
