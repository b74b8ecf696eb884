//! `mimawari demo`: a provider that does not exist, filled before your eyes.

mod fill;
mod people;
mod work;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use model::{Clock, SystemClock};
use tokio::net::TcpListener;

use crate::commands::Context;
use crate::config::Config;
use crate::output::Output;
use crate::serve::Node;

/// Makes up a provider with customers and a year of reports, and opens the console on it.
///
/// Everything is put into one folder; delete it to start anew. Mails that the desk writes become files in its `outbox`
/// folder, and measures are only rehearsed: nothing leaves this machine.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Where the database, the login and the outbox are put.
    #[arg(long, default_value = "mimawari-demo", value_name = "FOLDER")]
    folder: PathBuf,
    /// How many contracts the provider has; 400000 is a large one.
    #[arg(long, default_value_t = 5_000, value_name = "NUMBER")]
    contracts: usize,
    /// How many reports came in during the last year.
    #[arg(long, default_value_t = 13_000, value_name = "NUMBER")]
    reports: usize,
    /// Port of the console on 127.0.0.1; another free one is taken if it is in use.
    #[arg(long, default_value_t = 8625)]
    port: u16,
    /// Seed: the same one makes the same provider.
    #[arg(long, default_value_t = 1, value_name = "NUMBER")]
    seed: u64,
    /// Ends when everything has come in, instead of serving the console until it is stopped.
    #[arg(long)]
    exit: bool,
}

/// Runs the command.
pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode> {
    std::fs::create_dir_all(&args.folder)
        .with_context(|| format!("the folder {} cannot be made", args.folder.display()))?;
    let config = config(context, &args).await?;
    let node = Node::open(config).await?;
    let address = node.open_console().await?;
    let login = people::ensure(&node.desk, &args.folder).await?;
    greet(context, address, &login, &args.folder)?;

    let begun = SystemClock.now();
    let filled = fill::run(&node, &args).await?;
    let seconds = SystemClock.now().duration_since(begun).as_secs_f64();
    told(context, &filled, seconds)?;
    if args.exit {
        return Ok(ExitCode::SUCCESS);
    }
    tracing::warn!("the console goes on until you press Ctrl+C");
    node.start_workers()?;
    node.until_stopped().await?;
    Ok(ExitCode::SUCCESS)
}

/// Settings of the demo: everything in one folder, nothing leaves it.
async fn config(context: &Context, args: &Args) -> Result<Config> {
    let mut config = context.config.clone();
    config.database.url = format!("sqlite:{}", args.folder.join("mimawari.db").display());
    config.console.listen = free_port(args.port).await?;
    config.desk.notices = desk::Mode::Act;
    config.desk.reporter_mails = desk::Mode::Act;
    "folder".clone_into(&mut config.desk.mail.channel);
    config.desk.mail.folder = args.folder.join("outbox").display().to_string();
    Ok(config)
}

/// The wanted port, or another one if it is taken.
async fn free_port(wanted: u16) -> Result<SocketAddr> {
    for port in [wanted, 0] {
        if let Ok(listener) = TcpListener::bind(("127.0.0.1", port)).await {
            return Ok(listener.local_addr()?);
        }
    }
    anyhow::bail!("no port of 127.0.0.1 is free")
}

fn greet(context: &Context, address: SocketAddr, login: &people::Login, folder: &Path) -> Result<()> {
    let mut output = Output::new();
    let url = format!("http://{address}");
    if context.json {
        output.json(&serde_json::json!({ "console": url, "users": people::NAMES, "password": login.password, "folder": folder }))?;
    } else {
        output.line(format_args!("console   {url}"))?;
        output
            .line(format_args!("login     {}  (operator, lead, administrator, auditor)", people::NAMES.join(", ")))?;
        output.line(format_args!("password  {}", login.password))?;
        output.line(format_args!("folder    {}  (delete it to start anew)", folder.display()))?;
    }
    output.flush()
}

fn told(context: &Context, filled: &fill::Filled, seconds: f64) -> Result<()> {
    let mut output = Output::new();
    if context.json {
        output.json(&serde_json::json!({ "filled": filled, "seconds": seconds }))?;
    } else {
        let store::totals::Totals { holdings, reports, cases, closed, mails, .. } = filled.totals;
        let contracts = filled.contracts;
        output.line(format_args!(
            "{contracts} contracts with {holdings} holdings; {reports} reports made {cases} cases, {closed} of them closed, {mails} mails; {seconds:.0} s"
        ))?;
    }
    output.flush()
}
