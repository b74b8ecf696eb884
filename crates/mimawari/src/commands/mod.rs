//! One file per noun; each has its options and does its verbs.

pub(crate) mod attribute;
pub(crate) mod blocklist;
pub(crate) mod case;
pub(crate) mod customer;
pub(crate) mod demo;
pub(crate) mod instrument;
pub(crate) mod inventory;
pub(crate) mod journal;
pub(crate) mod mail;
pub(crate) mod mailguard;
pub(crate) mod measure;
pub(crate) mod playbook;
pub(crate) mod reference;
pub(crate) mod report;
pub(crate) mod reporter;
pub(crate) mod statistics;
pub(crate) mod store;
pub(crate) mod token;
pub(crate) mod user;

use std::future::Future;
use std::process::ExitCode;

use ::store::Store;
use anyhow::Result;
use model::Lang;

use crate::cli::{Cli, Command};
use crate::config::Config;
use crate::serve::Node;

/// What every command gets.
pub(crate) struct Context {
    /// The configuration with the command line over it.
    pub(crate) config: Config,
    /// Language of messages.
    pub(crate) lang: Lang,
    /// Whether to print JSON.
    pub(crate) json: bool,
}

impl Context {
    /// Who gives this command, for the journal: `cli:` and the login name.
    #[expect(clippy::unused_self, reason = "a property of the command, though the process knows it")]
    pub(crate) fn actor(&self) -> String {
        let name =
            std::env::var("SUDO_USER").or_else(|_| std::env::var("USER")).unwrap_or_else(|_| "unknown".to_owned());
        format!("cli:{name}")
    }

    /// Opens the control database.
    pub(crate) async fn store(&self) -> Result<Store> {
        Ok(Store::open(&self.config.database).await?)
    }
}

/// Runs the command.
pub(crate) fn run(cli: Cli) -> Result<ExitCode> {
    let context = Context { config: Config::load(&cli)?, lang: cli.lang(), json: cli.json };
    match cli.command {
        Command::Attribute(args) => block_on(attribute::run(&context, args)),
        Command::Blocklist(verb) => blocklist::run(&context, verb),
        Command::Case(verb) => block_on(case::run(&context, verb)),
        Command::Customer(verb) => block_on(customer::run(&context, verb)),
        Command::Demo(args) => block_on(demo::run(&context, args)),
        Command::Instrument(verb) => block_on(instrument::run(&context, verb)),
        Command::Inventory(verb) => block_on(inventory::run(&context, verb)),
        Command::Journal(verb) => journal::run(&context, verb),
        Command::Mail(verb) => block_on(mail::run(&context, verb)),
        Command::Mailguard(verb) => mailguard::run(&context, verb),
        Command::Measure(verb) => block_on(measure::run(&context, verb)),
        Command::Playbook(verb) => playbook::run(&context, verb),
        Command::Reference(verb) => reference::run(&context, &verb),
        Command::Report(verb) => report::run(&context, verb),
        Command::Reporter(verb) => block_on(reporter::run(&context, verb)),
        Command::Serve => block_on(serve(&context)),
        Command::Statistics(verb) => block_on(statistics::run(&context, verb)),
        Command::Store(verb) => block_on(store::run(&context, verb)),
        Command::Token(verb) => block_on(token::run(&context, verb)),
        Command::User(verb) => block_on(user::run(&context, verb)),
    }
}

async fn serve(context: &Context) -> Result<ExitCode> {
    let node = Node::open(context.config.clone()).await?;
    node.start_workers()?;
    node.open_doors().await?;
    let address = node.open_console().await?;
    tracing::info!(console = %format_args!("http://{address}"), "running");
    node.until_stopped().await?;
    Ok(ExitCode::SUCCESS)
}

/// Runs a command that waits.
pub(crate) fn block_on<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(future)
}
