//! `mimawari mailguard`: what mail logs say about accounts.

mod detect;
mod feed;
mod replay;
mod serve_policy;
mod stats;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Subcommand;
use mailguard::place::{Mmdb, Nowhere, Places};
use mailguard::{DEFAULT, Rules};

use crate::commands::Context;

/// Verbs about mail logs.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Finds accounts in strange hands, and the addresses that try passwords.
    ///
    /// Prints one line for each finding with its rule, the account, the moment at which the threshold was reached and the
    /// lines that show it: `mimawari mailguard detect --json --mmdb-country country.mmdb /var/log/mail.log*`.
    Detect(detect::Args),
    /// Counts mails by month: accounts by their number of mails, countries, failed deliveries.
    ///
    /// Countries over 1,000 mails are left out of the ranking, and its numbers are rounded to their first digit.
    Stats(stats::Args),
    /// Shows what other thresholds would have done with old logs, before a rule goes live.
    ///
    /// A table with a line for each value: accounts locked, thefts ended, innocent customers hit, recipients who would not have
    /// been written to, and minutes until the lock in the middle of the ended thefts; the last line is the whole rule file.
    Replay(replay::Args),
    /// Prints the rules that are used when none are given, to begin a file of one's own.
    Rules,
    /// Prints a policy that is explained, to begin a file of one's own.
    Policy,
    /// Answers Postfix and Dovecot whether an account may send, or log in, now.
    ///
    /// Quotas of plans in sliding windows, exact to one mail and kept over restarts; uses from abroad; rules for countries and
    /// networks with an end; locked and trial accounts. With `check_policy_service inet:127.0.0.1:10031` in
    /// `smtpd_data_restrictions`, and for answers to single recipients in `smtpd_recipient_restrictions`, too.
    ServePolicy(serve_policy::Args),
}

/// Which logs, and how their times are read.
#[derive(Debug, clap::Args)]
struct Logs {
    /// Log files, plain or gzip; `-` is standard input.
    #[arg(required = true, value_name = "LOG")]
    files: Vec<PathBuf>,
    /// Year of the first line of each file, where lines write none. Without it, a line is of the last year in which it is
    /// not later than the file's change.
    #[arg(long, value_parser = clap::value_parser!(i16).range(1970..=2106))]
    year: Option<i16>,
    /// Zone of lines that write none, such as Asia/Tokyo. Without it, this machine's.
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
}

/// Where addresses are.
#[derive(Debug, clap::Args)]
struct Databases {
    /// MMDB file with countries, of any maker. Without it, rules about countries are silent.
    #[arg(long, value_name = "FILE")]
    mmdb_country: Option<PathBuf>,
    /// MMDB file with networks (AS). Without it, rules about networks are silent.
    #[arg(long, value_name = "FILE")]
    mmdb_asn: Option<PathBuf>,
}

impl Databases {
    fn open(&self) -> Result<Box<dyn Places>> {
        if self.mmdb_country.is_none() && self.mmdb_asn.is_none() {
            return Ok(Box::new(Nowhere));
        }
        let read = |path: &Option<PathBuf>| {
            path.as_ref().map(|path| std::fs::read(path).with_context(|| path.display().to_string())).transpose()
        };
        let (country, network) = (read(&self.mmdb_country)?, read(&self.mmdb_asn)?);
        Ok(Box::new(Mmdb::read(country.as_deref(), network.as_deref())?))
    }
}

/// Runs the command.
pub(crate) fn run(context: &Context, verb: Verb) -> Result<ExitCode> {
    match verb {
        Verb::Detect(args) => detect::run(context, &args),
        Verb::Stats(args) => stats::run(context, &args),
        Verb::Replay(args) => replay::run(context, &args),
        Verb::Rules => print(DEFAULT),
        Verb::Policy => print(mailguard::policy::EXAMPLE),
        Verb::ServePolicy(args) => serve_policy::run(&args),
    }
}

fn print(text: &str) -> Result<ExitCode> {
    let mut output = crate::output::Output::new();
    output.piece(text)?;
    output.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// The rules of a file, or the built-in ones.
fn rules(path: Option<&Path>) -> Result<Rules> {
    let Some(path) = path else { return Ok(Rules::parse(DEFAULT)?) };
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    Rules::parse(&text).with_context(|| path.display().to_string())
}
