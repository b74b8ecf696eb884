//! `mimawari reference …`: what the program says about itself; `docs/reference/` is written from it.

mod categories;
mod commands;
mod config;
mod errors;

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

use crate::commands::Context;
use crate::output::Output;

/// What to look up. None of these needs a database.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Prints a configuration file with every key, its default and its meaning, ready to be changed.
    Config,
    /// Prints every command with its options, as Markdown.
    Commands,
    /// Prints the categories of abuse with their names in XARF and RSIT and what people call them, as Markdown.
    Categories,
    /// Prints every error code with what happened and what to do, as Markdown.
    Errors,
    /// Prints the OpenAPI document of /api/v1.
    Openapi,
}

/// Runs the verb.
pub(crate) fn run(context: &Context, verb: &Verb) -> Result<ExitCode> {
    let mut output = Output::new();
    match verb {
        Verb::Config if context.json => output.json(&config::sample())?,
        Verb::Config => output.line(config::commented(context.lang)?.trim_end())?,
        Verb::Commands if context.json => commands::json(&mut output)?,
        Verb::Commands => output.line(commands::markdown().trim_end())?,
        Verb::Categories if context.json => categories::json(&mut output)?,
        Verb::Categories => output.line(categories::markdown().trim_end())?,
        Verb::Openapi => output.line(console::openapi().trim_end())?,
        Verb::Errors if context.json => errors::json(&mut output)?,
        Verb::Errors => output.line(errors::markdown().trim_end())?,
    }
    output.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// A text that can stand in a cell of a Markdown table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
