//! The binary: reads the command line and hands over to one file per command.

mod cli;
mod commands;
mod config;
mod lists;
mod logging;
mod output;
mod progress;
mod serve;
mod show;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let lang = cli.lang();
    logging::start(cli.command.is_daemon(), cli.log_json);
    match commands::run(cli) {
        Ok(code) => code,
        Err(error) => {
            output::failure(lang, &error);
            ExitCode::FAILURE
        }
    }
}
