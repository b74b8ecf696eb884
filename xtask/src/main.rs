//! `cargo xtask …`: generators and checks of the house. Rules live in `ARCHITECTURE.md`; this reads them from there.

mod generated;
mod house;
mod layers;
mod plugs;
mod remarks;
mod scaffold;
mod tree;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Parser, Subcommand};

/// Generators and checks of the house.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
struct Cli {
    /// Root of the workspace; found from the current directory when not given.
    #[arg(long, global = true)]
    root: Option<PathBuf>,
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Fails on every edge between crates that the table of ARCHITECTURE.md does not allow, and on broken house rules.
    CheckLayers {
        /// Also print how long the Rust files are (median, 90th percentile, longest).
        #[arg(long)]
        stats: bool,
    },
    /// Writes a new part of the house: its file, its fixture and its line in the folder's `ALL`.
    New {
        /// What it is.
        #[arg(value_parser = scaffold::kind_names())]
        kind: String,
        /// Its name, lower case with hyphens: `shadow-server`.
        name: String,
        /// Say what would be written, write nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Makes one new part of every kind in a throw-away copy of the workspace and compiles it.
    CheckTemplates,
    /// Writes docs/reference/openapi.json from the code.
    GenOpenapi {
        /// Write nothing; fail if the file is not what the code says.
        #[arg(long)]
        check: bool,
    },
    /// Writes the other files of docs/reference from the code.
    GenDocs {
        /// Write nothing; fail if a file is not what the code says.
        #[arg(long)]
        check: bool,
    },
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(problems) if problems.is_empty() => ExitCode::SUCCESS,
        Ok(problems) => {
            for problem in &problems {
                eprintln!("error: {problem}");
            }
            eprintln!("{} problem(s)", problems.len());
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs one task. What it finds wrong with the house is returned; what kept it from looking is the error.
fn run(cli: Cli) -> anyhow::Result<Vec<String>> {
    let root = match cli.root {
        Some(root) => root.canonicalize().with_context(|| format!("no folder {}", root.display()))?,
        None => find_root(&std::env::current_dir()?)?,
    };
    match cli.task {
        Task::CheckLayers { stats } => check_layers(&root, stats),
        Task::New { kind, name, dry_run } => {
            for line in scaffold::create(&root, &kind, &name, dry_run)? {
                say(&line)?;
            }
            Ok(Vec::new())
        }
        Task::CheckTemplates => scaffold::check_templates(&root),
        Task::GenOpenapi { check } => generated::openapi(&root, check),
        Task::GenDocs { check } => generated::docs(&root, check),
    }
}

fn check_layers(root: &Path, stats: bool) -> anyhow::Result<Vec<String>> {
    let files = tree::files(root)?;
    let mut problems = layers::check(root)?;
    problems.extend(house::check(root, &files)?);
    problems.extend(plugs::check(root));
    problems.extend(remarks::check(root, &files)?);
    if stats {
        say(&house::stats(root, &files)?)?;
    }
    if problems.is_empty() {
        say(&format!("layers and house rules hold ({} files)", files.len()))?;
    }
    Ok(problems)
}

/// The nearest folder upwards that holds the house's plan.
fn find_root(from: &Path) -> anyhow::Result<PathBuf> {
    from.ancestors()
        .find(|dir| dir.join("ARCHITECTURE.md").is_file() && dir.join("Cargo.toml").is_file())
        .map(Path::to_path_buf)
        .with_context(|| format!("no ARCHITECTURE.md with a Cargo.toml at or above {}", from.display()))
}

/// One line on standard output; a closed pipe is an error like any other.
fn say(line: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout().lock(), "{line}").context("cannot write to standard output")
}
