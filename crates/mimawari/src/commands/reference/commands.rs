//! Every command with its options, from the definitions that also make the help.

use anyhow::Result;
use clap::{Arg, ArgAction, Command, CommandFactory};
use serde_json::json;

use super::cell;
use crate::cli::Cli;
use crate::output::Output;

const HEAD: &str = "# Commands\n\n\
    Written by `mimawari reference commands`; do not edit. `mimawari <command> --help` says the same at the terminal.\n\
    Results go to standard output, everything else to standard error. The program ends with 0 if it did what it was told,\n\
    with 1 if it could not, with 2 if it was called wrongly.\n";

fn whole() -> Command {
    let mut command = Cli::command();
    command.build();
    command
}

/// One section per command.
pub(super) fn markdown() -> String {
    let command = whole();
    let mut parts = vec![HEAD.to_owned()];
    section(&command, 0, &mut parts);
    parts.join("\n")
}

/// One object per command that does something.
pub(super) fn json(output: &mut Output) -> Result<()> {
    fn walk(command: &Command, output: &mut Output) -> Result<()> {
        let mut below = command.get_subcommands().peekable();
        if below.peek().is_none() {
            let about = command.get_about().map(ToString::to_string);
            return output.json(&json!({ "command": name(command), "about": about, "usage": usage(command) }));
        }
        below.try_for_each(|command| walk(command, output))
    }
    walk(&whole(), output)
}

fn name(command: &Command) -> &str {
    command.get_bin_name().unwrap_or_else(|| command.get_name())
}

fn usage(command: &Command) -> String {
    let text = command.clone().render_usage().to_string();
    text.trim_start_matches("Usage:").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn section(command: &Command, depth: usize, parts: &mut Vec<String>) {
    let about = command.get_long_about().or_else(|| command.get_about()).map(ToString::to_string).unwrap_or_default();
    let about = sentence(&about);
    let level = "#".repeat((depth + 2).min(4));
    parts.push(format!("{level} {}\n\n{about}\n", name(command)));
    let below: Vec<&Command> = command.get_subcommands().collect();
    if below.is_empty() {
        parts.push(format!("    {}\n", usage(command)));
    }
    // Options that every command takes are told once, at the top.
    let own = command.get_arguments().filter(|arg| depth == 0 || !arg.is_global_set());
    let lines: Vec<String> = own.filter(|arg| !is_built_in(arg)).map(argument).collect();
    if !lines.is_empty() {
        parts.push(format!("{}\n", lines.join("\n")));
    }
    for command in below {
        section(command, depth + 1, parts);
    }
}

/// The last full stop, which the help at the terminal leaves out.
fn sentence(text: &str) -> String {
    let text = text.trim_end();
    let ended = text.is_empty() || text.ends_with(['.', ':', ')', '`']);
    if ended { text.to_owned() } else { format!("{text}.") }
}

fn is_built_in(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong | ArgAction::Version)
}

fn argument(arg: &Arg) -> String {
    let value = arg.get_value_names().and_then(|names| names.first()).map_or("", |name| name.as_str());
    let takes = arg.get_action().takes_values();
    let call = match arg.get_long() {
        Some(long) if takes => format!("--{long} {value}"),
        Some(long) => format!("--{long}"),
        None => value.to_owned(),
    };
    let about = arg.get_long_help().or_else(|| arg.get_help()).map(ToString::to_string).unwrap_or_default();
    let defaults: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    let default = (takes && !defaults.is_empty()).then(|| format!(" Default: `{}`.", defaults.join(" ")));
    let variable = arg.get_env().map(|variable| format!(" Environment: `{}`.", variable.to_string_lossy()));
    let more = [default, variable].map(Option::unwrap_or_default).concat();
    format!("- `{call}`: {}{more}", cell(&sentence(&about)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Help in full sentences, for every command and every option.
    #[test]
    fn everything_is_explained_in_sentences() {
        fn walk(command: &Command, wrong: &mut Vec<String>) {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            let sentence = about.starts_with(char::is_uppercase) && about.split(' ').count() >= 3;
            if !sentence {
                wrong.push(format!("{}: `{about}`", name(command)));
            }
            for arg in command.get_arguments().filter(|arg| !is_built_in(arg)) {
                let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
                if help.is_empty() {
                    wrong.push(format!("{} {}", name(command), arg.get_id()));
                }
            }
            command.get_subcommands().for_each(|command| walk(command, wrong));
        }
        let mut wrong = Vec::new();
        walk(&whole(), &mut wrong);
        assert_eq!(wrong, Vec::<String>::new());
        whole().debug_assert();
    }

    #[test]
    fn the_reference_names_every_command_and_option_once() {
        let text = markdown();
        for part in
            ["#### mimawari case close", "#### mimawari report parse", "- `--clause CLAUSE`:", "`MIMAWARI_CONFIG`"]
        {
            assert_eq!(text.matches(part).count(), 1, "{part}");
        }
    }
}
