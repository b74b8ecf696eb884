//! `mimawari blocklist …`: public lists of addresses, compared with our own space and with each other. Needs no database.

mod files;
mod history;
mod matching;
mod overlap;
mod score;
mod sets;
mod sources;
mod watched;

use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;
use jiff::Timestamp;
use model::{Clock, SystemClock};

use crate::commands::{Context, block_on};

/// What to do with lists.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Tells which of our own addresses each list holds.
    ///
    /// `mimawari blocklist match --own prefixes.txt lists/` reads every list in the folder. A list has one address
    /// (192.0.2.1, 2001:db8::1), prefix (192.0.2.0/24) or range (192.0.2.1-192.0.2.9) per line; comments begin with `#`
    /// or `;`. With `--json` each list is one object: `{"list":…,"entries":…,"addresses":…,"own":…,"hits":[prefix…]}`.
    #[command(after_help = EXAMPLE_MATCH)]
    Match {
        /// Our own addresses, in the same form as a list; may be given several times.
        #[arg(long, required = true, value_name = "PREFIXFILE")]
        own: Vec<PathBuf>,
        /// Lists, also as .gz, and folders of them; `-` is standard input.
        #[arg(required = true, value_name = "LIST")]
        lists: Vec<PathBuf>,
        /// Leaves out lists that hold none of ours.
        #[arg(long)]
        hits_only: bool,
    },
    /// Compares all lists with all lists: what each pair has in common, and what only one list has.
    ///
    /// With `--json` each pair with something in common is one object, `{"a":…,"b":…,"common":…}`. Without it, each list
    /// with what only it has, then the pairs with the most in common.
    #[command(after_help = EXAMPLE_OVERLAP)]
    Overlap {
        /// Lists, also as .gz, and folders of them.
        #[arg(required = true, value_name = "LIST")]
        lists: Vec<PathBuf>,
        /// With `--json`, also one object per list before the pairs: `{"list":…,"addresses":…,"exclusive":…}`.
        #[arg(long)]
        exclusive: bool,
        /// Most pairs in the table.
        #[arg(long, default_value_t = 50, value_name = "NUMBER")]
        limit: usize,
    },
    /// Keeps the versions of lists as intervals, and tells what was listed when.
    #[command(subcommand)]
    History(HistoryVerb),
    /// Tells how fast each list forgets, and what only it sees.
    ///
    /// How long an address stays is the time from the first version that has it to the first that has it no more. The
    /// median of those that left is too short where many stay; the Kaplan-Meier median, with its 95 % interval, counts
    /// those too. What the first version has began at an unknown time and is left out. The share that only this list has is
    /// of all addresses it ever had, against all other lists and against those that neither copy nor contain it nor are
    /// contained in it. With `--json` each list is one object:
    /// `{"list":…,"addresses":…,"completed_median_hours":…,"km_median_hours":…,"exclusive_share":…,…}`.
    #[command(after_help = EXAMPLE_SCORE)]
    Score {
        /// The folder that `history build` wrote.
        #[arg(long, value_name = "DIR")]
        history: PathBuf,
        /// Hours for which an address may be missing and still count as having stayed.
        #[arg(long, default_value_t = 0.0, value_name = "HOURS", value_parser = hours)]
        gap: f64,
    },
    /// Knows public lists: who makes them, how, under which terms, and how they are read.
    #[command(subcommand)]
    Sources(sources::Verb),
    /// Tells what watched lists say or said about us, the latest first.
    #[command(after_help = EXAMPLE_LISTINGS)]
    Listings {
        /// An address, a URL or a host name of ours.
        #[arg(value_name = "SUBJECT")]
        subject: Option<String>,
        /// Only what is listed at present.
        #[arg(long)]
        open: bool,
        /// Most rows.
        #[arg(long, default_value_t = 200, value_name = "NUMBER")]
        limit: u32,
    },
    /// Tells what came and what went from one version of a list to the next.
    ///
    /// Of two folders, the lists with the same file name are compared; one that is in one folder only came or went as a
    /// whole. With `--json`: `{"list":…,"added":…,"removed":…,"kept":…,"added_addresses":[…],"removed_addresses":[…]}`.
    #[command(after_help = EXAMPLE_DIFF)]
    Diff {
        /// The earlier version.
        old: PathBuf,
        /// The later version.
        new: PathBuf,
    },
    /// Writes lists as the fewest prefixes that are exactly the addresses that any of them has.
    ///
    /// Prints one prefix per line, in order, which any firewall reads. With `--json` one object:
    /// `{"lists":…,"entries":…,"addresses":…,"prefixes":[…]}`.
    #[command(after_help = EXAMPLE_OPTIMISE)]
    Optimise {
        /// Lists, also as .gz, and folders of them; `-` is standard input.
        #[arg(required = true, value_name = "LIST")]
        lists: Vec<PathBuf>,
        /// Takes away the addresses of these lists, such as our own or those of customers' mail servers.
        #[arg(long, value_name = "LIST")]
        except: Vec<PathBuf>,
    },
}

/// What to do with histories.
#[derive(Debug, Subcommand)]
pub(crate) enum HistoryVerb {
    /// Takes versions of lists into the histories of a folder, one file per list.
    ///
    /// A snapshot's time is that of its header (`# Source File Date`), else of its name (LIST@2019-01-05T07-00-00Z.ipset),
    /// else of the file; its list is the name before `@` or the last dot. Versions that are not later than those already
    /// there are left out, so that the same command twice changes nothing. Broken downloads are named and left out: empty,
    /// partial or no list at all, all addresses, what must not be listed; frozen and capped lists are named and taken in.
    #[command(after_help = EXAMPLE_BUILD)]
    Build {
        /// The folder; made if it is not there.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Snapshots, also as .gz, and folders of them.
        #[arg(required = true, value_name = "SNAPSHOT")]
        snapshots: Vec<PathBuf>,
        /// Addresses that no believable list has, such as our own resolvers, in the form of a list.
        #[arg(long, value_name = "PREFIXFILE")]
        protect: Vec<PathBuf>,
        /// Takes in every version, broken or not: once, when a list really was cleared out.
        #[arg(long)]
        unguarded: bool,
    },
    /// Tells which lists had an address at a moment, and since when.
    #[command(after_help = EXAMPLE_ASK)]
    Ask {
        /// The folder that `history build` wrote.
        #[arg(long, value_name = "DIR")]
        history: PathBuf,
        /// Addresses.
        #[arg(required = true, value_name = "ADDRESS")]
        addresses: Vec<IpAddr>,
        /// The moment (RFC 3339). Default: now.
        #[arg(long, value_name = "TIME")]
        at: Option<Timestamp>,
    },
}

/// A length of time that can be: neither negative nor endless.
fn hours(text: &str) -> Result<f64, String> {
    let hours: f64 = text.parse().map_err(|_| format!("`{text}` is no number of hours"))?;
    let year = 24.0 * 366.0;
    if (0.0..=year).contains(&hours) { Ok(hours) } else { Err(format!("between 0 and {year} hours, not {text}")) }
}

const EXAMPLE_SCORE: &str = "Examples:
  mimawari blocklist score --history histories/
  mimawari blocklist score --json --gap 3 --history histories/";
const EXAMPLE_BUILD: &str = "Examples:
  mimawari blocklist history build --out histories/ snapshots/
  mimawari blocklist history build --out histories/ --protect resolvers.txt drop@2026-01-05T07-00-00Z.netset";
const EXAMPLE_ASK: &str = "Examples:
  mimawari blocklist history ask --history histories/ --at 2026-01-05T12:00:00Z 192.0.2.1 2001:db8::1";
const EXAMPLE_LISTINGS: &str = "Examples:
  mimawari blocklist listings --open
  mimawari blocklist listings --json 192.0.2.1";
const EXAMPLE_MATCH: &str = "Examples:
  mimawari blocklist match --own prefixes.txt blocklist_de.ipset drop.netset
  mimawari blocklist match --own prefixes.txt --hits-only --json lists/";
const EXAMPLE_OVERLAP: &str = "Examples:
  mimawari blocklist overlap lists/
  mimawari blocklist overlap --json lists/ | jq 'select(.common > 1000)'";
const EXAMPLE_DIFF: &str = "Examples:
  mimawari blocklist diff yesterday/drop.netset today/drop.netset
  mimawari blocklist diff --json yesterday/ today/";
const EXAMPLE_OPTIMISE: &str = "Examples:
  mimawari blocklist optimise lists/ --except prefixes.txt > block.netset
  curl -s https://example.org/list.txt | mimawari blocklist optimise -";

/// Runs the verb.
pub(crate) fn run(context: &Context, verb: Verb) -> Result<ExitCode> {
    match verb {
        Verb::Match { own, lists, hits_only } => matching::run(context, &own, &lists, hits_only),
        Verb::Overlap { lists, exclusive, limit } => overlap::run(context, &lists, exclusive, limit),
        Verb::History(HistoryVerb::Build { out, snapshots, protect, unguarded }) => {
            history::build(context, &out, &snapshots, &protect, !unguarded)
        }
        Verb::History(HistoryVerb::Ask { history, addresses, at }) => {
            history::ask(context, &history, &addresses, at.unwrap_or_else(|| SystemClock.now()))
        }
        Verb::Score { history, gap } => score::score(context, &history, gap),
        Verb::Listings { subject, open, limit } => {
            block_on(watched::listings(context, subject.as_deref(), open, limit))
        }
        Verb::Sources(verb) => sources::run(context, verb),
        Verb::Diff { old, new } => sets::diff(context, &old, &new),
        Verb::Optimise { lists, except } => sets::optimise(context, &lists, &except),
    }
}
