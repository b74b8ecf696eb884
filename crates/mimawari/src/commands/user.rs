//! `mimawari user …`: the people of the desk.

use std::io::{BufRead, IsTerminal};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail, ensure};
use clap::Subcommand;
use comfy_table::Table;
use console::auth::password;
use model::{Clock, Lang, Role, SystemClock};
use serde_json::json;
use store::people::{self, NewUser, User};
use store::{Query, Store};

use crate::commands::Context;
use crate::output::Output;

/// What to do with people.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Adds a user; the password is asked for, or read as the first line of standard input.
    Add {
        /// Login name.
        name: String,
        /// Name as shown, surname first.
        #[arg(long)]
        display: Option<String>,
        /// auditor (looks), operator (works cases), lead (also approves), admin (also keeps users and imports).
        #[arg(long, default_value = "operator")]
        role: Role,
        /// Language of the console.
        #[arg(long, default_value = "ja")]
        language: Lang,
    },
    /// Changes role or language, or switches the login off or on.
    Change {
        /// Login name.
        name: String,
        /// New role.
        #[arg(long)]
        role: Option<Role>,
        /// New language of the console.
        #[arg(long)]
        language: Option<Lang>,
        /// Switches the login off (true) or on (false); off ends all sessions.
        #[arg(long)]
        disabled: Option<bool>,
    },
    /// Lists all users.
    List,
    /// Sets a new password and ends all sessions of the user.
    Password {
        /// Login name.
        name: String,
    },
}

/// Runs the verb.
pub(crate) async fn run(context: &Context, verb: Verb) -> Result<ExitCode> {
    let store = context.store().await?;
    match verb {
        Verb::Add { name, display, role, language } => {
            add(context, &store, &name, display.as_deref(), role, language).await?;
        }
        Verb::Change { name, role, language, disabled } => {
            change(context, &store, &name, role, language, disabled).await?;
        }
        Verb::List => list(context, &store).await?,
        Verb::Password { name } => set_password(context, &store, &name).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn add(
    context: &Context,
    store: &Store,
    name: &str,
    display: Option<&str>,
    role: Role,
    lang: Lang,
) -> Result<()> {
    let fine = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    ensure!(
        !name.is_empty() && name.len() <= 64 && name.chars().all(fine),
        "a login name is made of letters, digits, dot, hyphen and underscore"
    );
    let password = hashed(&ask()?)?;
    let now = SystemClock.now();
    let mut tx = store.begin().await?;
    let new = NewUser { name, display: display.unwrap_or(name), password: &password, role, lang };
    tx.add_user(new, now).await.with_context(|| format!("the user {name} was not added"))?;
    tx.journal(now, &context.actor(), "user.added", None, &json!({ "user": name, "role": role })).await?;
    Ok(tx.commit().await?)
}

async fn change(
    context: &Context,
    store: &Store,
    name: &str,
    role: Option<Role>,
    lang: Option<Lang>,
    disabled: Option<bool>,
) -> Result<()> {
    let now = SystemClock.now();
    let mut tx = store.begin().await?;
    let user = known(&mut tx, name).await?;
    let (role, lang, disabled) =
        (role.unwrap_or(user.role), lang.unwrap_or(user.lang), disabled.unwrap_or(user.disabled));
    tx.change_user(user.id, role, lang, disabled).await?;
    let detail = json!({ "user": name, "role": role, "language": lang, "disabled": disabled });
    tx.journal(now, &context.actor(), "user.changed", None, &detail).await?;
    Ok(tx.commit().await?)
}

async fn set_password(context: &Context, store: &Store, name: &str) -> Result<()> {
    let password = hashed(&ask()?)?;
    let now = SystemClock.now();
    let mut tx = store.begin().await?;
    let user = known(&mut tx, name).await?;
    tx.set_password(user.id, &password).await?;
    tx.journal(now, &context.actor(), "user.password", None, &json!({ "user": name })).await?;
    Ok(tx.commit().await?)
}

async fn list(context: &Context, store: &Store) -> Result<()> {
    let users = people::users(&mut &*store).await?;
    let mut output = Output::new();
    if context.json {
        for user in users {
            output.json(&json!({ "name": user.name, "display": user.display, "role": user.role, "language": user.lang, "disabled": user.disabled }))?;
        }
    } else {
        let mut table = Table::new();
        table.set_header(["name", "shown as", "role", "language", "login"]);
        for user in users {
            let login = if user.disabled { "off" } else { "on" };
            table.add_row([user.name.as_str(), &user.display, user.role.name(), user.lang.tag(), login]);
        }
        output.line(table)?;
    }
    output.flush()
}

async fn known(query: &mut impl Query, name: &str) -> Result<User> {
    people::user_by_name(query, name)
        .await?
        .with_context(|| format!("there is no user {name}; `mimawari user list` shows all"))
}

fn hashed(password: &str) -> Result<String> {
    password::hash(password).map_err(anyhow::Error::msg)
}

/// Asks for a password, twice on a terminal.
fn ask() -> Result<String> {
    if !std::io::stdin().is_terminal() {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line)?;
        return Ok(line.trim_end_matches(['\r', '\n']).to_owned());
    }
    let first = rpassword::prompt_password("Password: ")?;
    if first != rpassword::prompt_password("Again: ")? {
        bail!("the two passwords differ");
    }
    Ok(first)
}
