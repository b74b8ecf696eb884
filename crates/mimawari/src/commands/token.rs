//! `mimawari token …`: access of programs to the API.

use std::process::ExitCode;

use anyhow::{Context as _, Result, ensure};
use clap::Subcommand;
use comfy_table::Table;
use jiff::{SignedDuration, Timestamp};
use model::{Clock, Role, SystemClock};
use serde_json::json;
use store::Store;
use store::people;

use crate::commands::Context;
use crate::output::Output;

/// What to do with tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Makes a token and prints it once; only its hash is kept.
    Add {
        /// Name, which stands in the journal as `api:NAME`.
        name: String,
        /// What the program may do: auditor, operator, lead or admin.
        #[arg(long, default_value = "operator")]
        role: Role,
        /// Days after which the token ends by itself.
        #[arg(long, value_name = "DAYS")]
        days: Option<u32>,
    },
    /// Lists all tokens, ended ones too.
    List,
    /// Ends every token of a name at once.
    Revoke {
        /// Name.
        name: String,
    },
}

/// Runs the verb.
pub(crate) async fn run(context: &Context, verb: Verb) -> Result<ExitCode> {
    let store = context.store().await?;
    let now = SystemClock.now();
    match verb {
        Verb::Add { name, role, days } => add(context, &store, &name, role, days, now).await?,
        Verb::List => list(context, &store).await?,
        Verb::Revoke { name } => {
            let mut tx = store.begin().await?;
            let ended = tx.revoke_token(&name, now).await?;
            ensure!(ended > 0, "there is no living token {name}; `mimawari token list` shows all");
            tx.journal(now, &context.actor(), "token.revoked", None, &json!({ "token": name })).await?;
            tx.commit().await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn add(
    context: &Context,
    store: &Store,
    name: &str,
    role: Role,
    days: Option<u32>,
    now: Timestamp,
) -> Result<()> {
    let token = console::auth::new_token().context("the system gives no random numbers")?;
    let expires = days.map(|days| now + SignedDuration::from_hours(24 * i64::from(days)));
    let mut tx = store.begin().await?;
    tx.add_token(&token, name, role, expires, &context.actor(), now).await?;
    tx.journal(now, &context.actor(), "token.added", None, &json!({ "token": name, "role": role })).await?;
    tx.commit().await?;
    let mut output = Output::new();
    if context.json {
        output.json(&json!({ "name": name, "token": token, "expires_at": expires }))?;
    } else {
        output.line(&token)?;
    }
    output.flush()
}

async fn list(context: &Context, store: &Store) -> Result<()> {
    let tokens = people::tokens(&mut &*store).await?;
    let mut output = Output::new();
    if context.json {
        for token in tokens {
            output.json(&json!({ "name": token.name, "role": token.role, "expires_at": token.expires_at, "revoked_at": token.revoked_at }))?;
        }
    } else {
        let mut table = Table::new();
        table.set_header(["name", "role", "ends", "revoked"]);
        let shown = |time: Option<Timestamp>| time.map_or_else(String::new, |time| time.to_string());
        for token in tokens {
            table.add_row([token.name, token.role.to_string(), shown(token.expires_at), shown(token.revoked_at)]);
        }
        output.line(table)?;
    }
    output.flush()
}
