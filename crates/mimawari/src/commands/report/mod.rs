//! `mimawari report …`: reading reports without a database, handing them to the desk, and what became of them.

mod corrections;
mod keep;
mod parse;
mod rule;
mod score;
mod submit;
mod trace;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;
use jiff::Timestamp;
use model::trace::TrustedHost;
use model::{Clock, ReportId, SystemClock};

use crate::commands::{Context, block_on};

pub(crate) use keep::{line_json, line_table};

/// What to do with reports.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Reads mails and prints what they accuse. Needs no database and changes nothing.
    ///
    /// Each PATH is a mail (.eml) or bare XARF JSON; a folder is walked. With `--json` each mail is one object on one line:
    /// `{"file":…,"format":…,"report":true,"observations":[{"ip":…,"port":…,"url":…,"domain":…,"at":…,"category":…,"confidence":…}]}`;
    /// what a mail does not say is null.
    Parse {
        /// Mails, XARF files and folders of them.
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
        /// The moment at which they are taken to have been received (RFC 3339), for dates without a year. Default: now.
        #[arg(long, value_name = "TIME")]
        received: Option<Timestamp>,
    },
    /// Hands reports to the desk. What it says is stored is durable; the same bytes twice are one report.
    ///
    /// A running `mimawari serve` on the same database reads them; with `--wait` this command reads them itself.
    Submit {
        /// Mails, mboxes, XARF files, each also as .gz, and folders of them; `-` is standard input.
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
        /// Also reads them, and says which case each came to.
        #[arg(long)]
        wait: bool,
        /// Largest message in bytes; a larger one is skipped and named.
        #[arg(long, default_value_t = 50 << 20, value_name = "BYTES")]
        max_bytes: usize,
    },
    /// Lists reports, the latest first.
    List {
        /// waiting, read, noise, reply, set-aside (a person must look) or dismissed.
        #[arg(long, default_value = "set-aside", value_parser = ["waiting", "read", "noise", "reply", "set-aside", "dismissed"])]
        state: String,
        /// Most reports to list.
        #[arg(long, default_value_t = 50, value_name = "NUMBER")]
        limit: i64,
    },
    /// Shows a report: who sent it, what was read, to which case it went.
    Show {
        /// Number of the report.
        report: ReportId,
        /// Prints the bytes as they came, and nothing else.
        #[arg(long)]
        raw: bool,
    },
    /// Has a report that came to nothing read again, with the readers and the inventory of today.
    Reread {
        /// Number of the report.
        report: ReportId,
    },
    /// Takes a report off the list of those that a person must look at. Its bytes are kept.
    Dismiss {
        /// Number of the report.
        report: ReportId,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Says what a report accuses, instead of what was read, or takes that back. Its cases follow.
    ///
    /// The file holds `{"accused":[{"ip":…,"port":…,"url":…,"domain":…,"account":…,"at":…,"zone":…,"category":…}]}`; what is
    /// not known is left out, defanged values are understood:
    /// `echo '{"accused":[{"ip":"192.0.2.7","category":"spam"}]}' | mimawari report correct 42 --file -`
    Correct {
        /// Number of the report.
        report: ReportId,
        /// JSON file with what it accuses; `-` is standard input.
        #[arg(long, value_name = "FILE", required_unless_present_any = ["no_report", "undo"], conflicts_with_all = ["no_report", "undo"])]
        file: Option<PathBuf>,
        /// It is no report.
        #[arg(long, conflicts_with = "undo")]
        no_report: bool,
        /// Takes the correction back: what the machine read counts again.
        #[arg(long)]
        undo: bool,
    },
    /// Corrections of readings, and the examples made of them by which the readers are measured.
    Corrections {
        /// What to do.
        #[command(subcommand)]
        deed: corrections::Deed,
    },
    /// Rules by which the reports of single senders are read: data, tried before they are put in force.
    Rule {
        /// What to do.
        #[command(subcommand)]
        deed: rule::Deed,
    },
    /// Tells the way of a mail: what is proven, what is only claimed or forged, and who answers for it.
    ///
    /// Of a report, also the mail that it complains about is looked at: attached, or its header alone. Only hops that trusted
    /// hosts wrote are fact; the first host that none of them knows is the one that brought the mail in. Files need no database.
    /// `mimawari report trace --trusted example.jp,192.0.2.0/24 complaint.eml`
    Trace {
        /// Mails and folders of them.
        #[arg(required_unless_present = "id", value_name = "MAIL")]
        paths: Vec<PathBuf>,
        /// A stored report instead of a file; several with commas or by repeating.
        #[arg(long, value_name = "REPORT", value_delimiter = ',', conflicts_with_all = ["paths", "received"])]
        id: Vec<ReportId>,
        /// A host, a domain with its hosts, an address or a prefix whose word counts besides those of `[trace]`; several with
        /// commas or by repeating. Default: the house that received the mail.
        #[arg(long, value_name = "HOST_OR_PREFIX", value_delimiter = ',')]
        trusted: Vec<TrustedHost>,
        /// Also verifies DKIM, SPF and ARC of the mails now, over the resolver of `[check]`. What was found of a stored report
        /// when it came is shown in any case.
        #[arg(long, conflicts_with = "id")]
        check: bool,
        /// The moment at which they are taken to have been received (RFC 3339), for dates without a year. Default: now.
        #[arg(long, value_name = "TIME")]
        received: Option<Timestamp>,
    },
    /// Measures the readers against labelled mails: the share read exactly, F1, and false cases.
    ///
    /// FOLDER holds the mails and `expected.jsonl`: one line for each, `{"file":…,"rejected":…,"clean":…,"events":[{"ip":…,"url":…}]}`.
    Score {
        /// The folder.
        folder: PathBuf,
        /// Also lists each mail that was not read as labelled.
        #[arg(long)]
        wrong: bool,
        /// The moment at which they are taken to have been received. Default: now.
        #[arg(long, value_name = "TIME")]
        received: Option<Timestamp>,
    },
}

/// Runs the verb.
pub(crate) fn run(context: &Context, verb: Verb) -> Result<ExitCode> {
    let or_now = |received: Option<Timestamp>| received.unwrap_or_else(|| SystemClock.now());
    match verb {
        Verb::Parse { paths, received } => parse::parse(context, &paths, or_now(received)),
        Verb::Score { folder, wrong, received } => score::score(context, &folder, wrong, or_now(received)),
        Verb::Trace { paths, id, trusted, check, received } if id.is_empty() => {
            trace::files(context, &paths, &trusted, or_now(received), check)
        }
        Verb::Trace { id, trusted, .. } => trace::stored(context, &id, &trusted),
        Verb::Submit { paths, wait, max_bytes } => block_on(submit::submit(context, paths, wait, max_bytes)),
        Verb::List { state, limit } => block_on(keep::list(context, &state, limit)),
        Verb::Show { report, raw } => block_on(keep::show(context, report, raw)),
        Verb::Reread { report } => block_on(keep::reread(context, report)),
        Verb::Correct { report, file, no_report, undo: _ } => {
            let word = match file {
                Some(file) => corrections::Word::File(file),
                None if no_report => corrections::Word::NoReport,
                None => corrections::Word::Undo,
            };
            block_on(corrections::correct(context, report, word))
        }
        Verb::Rule { deed } => block_on(rule::run(context, deed)),
        Verb::Corrections { deed } => block_on(corrections::run(context, deed)),
        Verb::Dismiss { report, reason } => block_on(keep::dismiss(context, report, &reason)),
    }
}
