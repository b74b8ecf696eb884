//! `mimawari blocklist score`: how fast each list forgets, and what only it sees.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use blocklists::score::{self, Independence, Kind, Survival};
use serde::Serialize;

use super::history::histories;
use crate::commands::Context;
use crate::output::Output;
use crate::show;

/// How long things stay.
#[derive(Debug, Serialize)]
struct Stays {
    completed: u64,
    still_listed: u64,
    left_out: u64,
    completed_median_hours: Option<f64>,
    km_median_hours: Option<f64>,
    km_low_hours: Option<f64>,
    km_high_hours: Option<f64>,
}

impl Stays {
    fn new(survival: &Survival, left_out: u64) -> Self {
        let hours = |seconds: Option<f64>| seconds.map(|seconds| seconds / 3600.0);
        Self {
            completed: survival.completed,
            still_listed: survival.open,
            left_out,
            completed_median_hours: hours(survival.completed_median),
            km_median_hours: hours(survival.median),
            km_low_hours: hours(survival.low),
            km_high_hours: hours(survival.high),
        }
    }
}

/// A list that this one depends on, or that depends on it.
#[derive(Debug, Serialize)]
struct Related<'a> {
    list: &'a str,
    kind: Kind,
}

/// One line of `--json`.
#[derive(Debug, Serialize)]
struct Line<'a> {
    list: &'a str,
    snapshots: u32,
    sampling_interval_hours: Option<f64>,
    gap_tolerance_hours: f64,
    /// Addresses that any version had.
    addresses: u128,
    /// Addresses of the last version.
    addresses_now: u128,
    /// What the figures without `per_…` count.
    unit: &'static str,
    #[serde(flatten)]
    retention: Stays,
    per_entry: Stays,
    exclusive: u128,
    exclusive_share: Option<f64>,
    exclusive_independent: u128,
    exclusive_share_independent: Option<f64>,
    depends: Vec<Related<'a>>,
}

/// Scores every list.
pub(super) fn score(context: &Context, folder: &Path, gap_hours: f64) -> Result<ExitCode> {
    let histories = histories(folder)?;
    let names: Vec<&str> = histories.keys().map(String::as_str).collect();
    let ever: Vec<_> = histories.values().map(blocklists::History::ever).collect();
    let exclusive = score::exclusive(&ever, Independence::default());
    #[expect(clippy::cast_possible_truncation, reason = "hours given by hand")]
    let gap = (gap_hours * 3600.0) as i64;
    let mut output = Output::new();
    let headings = [
        "list",
        "versions",
        "addresses",
        "completed-median",
        "km-median",
        "km-interval",
        "exclusive",
        "independent",
        "depends",
    ];
    let mut table = show::table(context.lang, &headings);
    for ((name, history), only) in histories.iter().zip(&exclusive) {
        let retention = score::retention(history, gap);
        let now = history.now();
        #[expect(clippy::cast_precision_loss, reason = "a share and an interval")]
        let (share, sampling) = (
            |part: u128| (only.addresses > 0).then(|| part as f64 / only.addresses as f64),
            history.sampling_seconds().map(|seconds| seconds as f64 / 3600.0),
        );
        let line = Line {
            list: name,
            snapshots: history.versions(),
            sampling_interval_hours: sampling,
            gap_tolerance_hours: gap_hours,
            addresses: only.addresses,
            addresses_now: now.1.addresses().saturating_add(now.0.addresses().into()),
            unit: "address",
            retention: Stays::new(&retention.per_address, retention.addresses_left_out),
            per_entry: Stays::new(&retention.per_entry, retention.entries_left_out),
            exclusive: only.naive,
            exclusive_share: share(only.naive),
            exclusive_independent: only.independent,
            exclusive_share_independent: share(only.independent),
            depends: only.relations.iter().map(|one| Related { list: names[one.list], kind: one.kind }).collect(),
        };
        if context.json { output.json(&line)? } else { row(&mut table, &line) }
    }
    if !context.json {
        output.line(table)?;
        output.line(text::ta(context.lang, "cli-score-note", &[("gap", gap_hours.to_string().into())]))?;
    }
    output.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn row(table: &mut comfy_table::Table, line: &Line<'_>) {
    let hours = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |hours| format!("{hours:.1} h"));
    let retention = &line.retention;
    let depends: Vec<_> = line.depends.iter().map(|related| show::cell(related.list)).collect();
    table.add_row([
        show::cell(line.list),
        line.snapshots.to_string(),
        line.addresses.to_string(),
        hours(retention.completed_median_hours),
        hours(retention.km_median_hours),
        format!("{} – {}", hours(retention.km_low_hours), hours(retention.km_high_hours)),
        show::share(line.exclusive, line.addresses),
        show::share(line.exclusive_independent, line.addresses),
        show::some_of(&depends),
    ]);
}
