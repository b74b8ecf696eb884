//! `mimawari blocklist …`: public lists of addresses, compared with our own space and with each other. Needs no database.

mod files;
mod matching;
mod overlap;
mod sets;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

use crate::commands::Context;

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
        Verb::Diff { old, new } => sets::diff(context, &old, &new),
        Verb::Optimise { lists, except } => sets::optimise(context, &lists, &except),
    }
}
