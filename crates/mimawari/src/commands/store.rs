//! `mimawari store …`: the control database, looked over.

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Subcommand;
use model::{Clock, SystemClock};
use serde::Serialize;
use serde_json::json;
use store::{Store, StoreError, health, journal};

use crate::commands::Context;
use crate::output::Output;
use crate::{progress, show};

/// Hashes and journal entries read at once.
const PAGE: i64 = 500;

/// What to do with the database.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Opens the database, upgrading its schema if need be, counts what is in it, and checks journal and evidence.
    ///
    /// Each raw report that is looked at must still have the SHA-256 under which it was stored, and the journal's chain must
    /// be whole. It ends with 1 if anything is damaged.
    Check {
        /// How many raw reports to look at, beginning anywhere.
        #[arg(long, default_value_t = 1000, value_name = "NUMBER")]
        sample: i64,
        /// Looks at every raw report.
        #[arg(long, conflicts_with = "sample")]
        all: bool,
    },
}

/// What the check found.
#[derive(Debug, Serialize)]
struct Health {
    ok: bool,
    database: &'static str,
    rows: serde_json::Map<String, serde_json::Value>,
    jobs_ready: i64,
    jobs_set_aside: i64,
    raw_checked: i64,
    reports_without_raw: i64,
    journal_entries: i64,
    journal_last_hash: String,
    damage: Vec<String>,
}

/// Runs the verb.
pub(crate) async fn run(context: &Context, verb: Verb) -> Result<ExitCode> {
    let Verb::Check { sample, all } = verb;
    let store = context.store().await?;
    let counts = health::row_counts(&mut &store).await?;
    let rows_of = |table: &str| counts.iter().find(|(name, _)| *name == table).map_or(0, |(_, rows)| *rows);
    let depth = store.job_depth(SystemClock.now()).await?;
    let mut damage = Vec::new();
    let wanted = if all { rows_of("raw") } else { sample.clamp(0, rows_of("raw")) };
    let raw_checked = evidence(context, &store, wanted, all, &mut damage).await?;
    let (journal_entries, journal_last_hash) = chain(context, &store, rows_of("journal"), &mut damage).await?;
    let reports_without_raw = health::reports_without_raw(&mut &store).await?;
    let found = Health {
        ok: damage.is_empty() && reports_without_raw == 0,
        database: if store.is_postgres() { "postgresql" } else { "sqlite" },
        rows: counts.iter().map(|(table, rows)| ((*table).to_owned(), json!(rows))).collect(),
        jobs_ready: depth.ready,
        jobs_set_aside: depth.dead,
        raw_checked,
        reports_without_raw,
        journal_entries,
        journal_last_hash,
        damage,
    };
    print(context, &found)?;
    Ok(if found.ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Reads `wanted` raw reports back; each that is not what it was is named.
async fn evidence(context: &Context, store: &Store, wanted: i64, all: bool, damage: &mut Vec<String>) -> Result<i64> {
    let bar = progress::bar(u64::try_from(wanted).unwrap_or(0), &text::t(context.lang, "cli-checking-raw"));
    let mut after = if all { String::new() } else { anywhere()? };
    let (mut checked, mut wrapped) = (0, all);
    while checked < wanted {
        let hashes = health::raw_hashes(&mut &*store, &after, PAGE.min(wanted - checked)).await?;
        let Some(last) = hashes.last() else {
            if std::mem::replace(&mut wrapped, true) {
                break;
            }
            after.clear();
            continue;
        };
        after.clone_from(last);
        for hash in &hashes {
            match store.get_raw(hash).await {
                Ok(_) => {}
                Err(error @ StoreError::Damaged(_)) => damage.push(error.to_string()),
                Err(error) => return Err(error.into()),
            }
        }
        let read = i64::try_from(hashes.len()).unwrap_or(PAGE);
        checked += read;
        bar.inc(read.unsigned_abs());
    }
    bar.finish_and_clear();
    Ok(checked)
}

/// A place in the order of the hashes.
fn anywhere() -> Result<String> {
    let mut random = [0_u8; 4];
    getrandom::fill(&mut random).context("the system gives no random numbers")?;
    Ok(format!("{:08x}", u32::from_ne_bytes(random)))
}

/// Verifies the journal as an export would be verified.
async fn chain(context: &Context, store: &Store, entries: i64, damage: &mut Vec<String>) -> Result<(i64, String)> {
    let bar = progress::bar(u64::try_from(entries).unwrap_or(0), &text::t(context.lang, "cli-checking-journal"));
    let mut chain = journal::Chain::default();
    let mut after = 0;
    loop {
        let page = store.journal_after(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.seq;
        let length = page.len();
        if let Err(error) = page.into_iter().try_for_each(|entry| chain.follow(&entry)) {
            damage.push(error.to_string());
            break;
        }
        bar.inc(length as u64);
    }
    bar.finish_and_clear();
    Ok(chain.end())
}

fn print(context: &Context, found: &Health) -> Result<()> {
    let mut output = Output::new();
    if context.json {
        output.json(found)?;
        return output.flush();
    }
    let mut table = show::table(context.lang, &["table", "rows"]);
    for (name, rows) in &found.rows {
        table.add_row([name.clone(), text::wording::number(rows.as_i64().unwrap_or(0))]);
    }
    output.line(table)?;
    let values = [
        ("raw", found.raw_checked.into()),
        ("entries", found.journal_entries.into()),
        ("ready", found.jobs_ready.into()),
        ("aside", found.jobs_set_aside.into()),
    ];
    output.line(text::ta(context.lang, "cli-checked", &values))?;
    for line in &found.damage {
        output.line(format_args!("{}: {line}", text::t(context.lang, "cli-damaged")))?;
    }
    if found.reports_without_raw > 0 {
        let values = [("n", found.reports_without_raw.into())];
        output.line(text::ta(context.lang, "cli-without-raw", &values))?;
    }
    output.line(text::t(context.lang, if found.ok { "cli-whole" } else { "cli-damaged" }))?;
    output.flush()
}
