//! Corrections as labelled examples: the mail as it came and what it accuses, in the layout that `report score` reads.

use std::collections::BTreeSet;

use serde::Serialize;
use store::corrections::{self, CorrectionRow};

use super::{machine_of, person_of};
use crate::{Desk, DeskError};

/// One labelled mail: a file and its line of `expected.jsonl`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixture {
    /// Number of the correction, by which one goes on.
    pub id: i64,
    /// Name of the file.
    pub file: String,
    /// The bytes as they came.
    pub raw: Vec<u8>,
    /// The line, without its end.
    pub line: String,
}

/// A line of `expected.jsonl`.
#[derive(Debug, Serialize)]
struct Label {
    file: String,
    sender: String,
    rejected: bool,
    /// A person's word is exact: whatever the mail does not say literally he would not have found in it.
    clean: bool,
    /// Format's name as the machine read it.
    format: Option<String>,
    events: BTreeSet<Event>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Event {
    ip: Option<String>,
    url: Option<String>,
    port: Option<u16>,
    account: Option<String>,
    at: Option<String>,
    category: &'static str,
}

impl Desk {
    /// Examples in the order of their corrections, after `after`: those marked as such, or all corrections.
    pub async fn fixtures(&self, all: bool, after: i64, limit: i64) -> Result<Vec<Fixture>, DeskError> {
        let rows = corrections::corrections(&mut &self.store, !all, after, limit).await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            found.push(self.fixture(&row).await?);
        }
        Ok(found)
    }

    async fn fixture(&self, row: &CorrectionRow) -> Result<Fixture, DeskError> {
        let line = store::screens::report_line(&mut &self.store, row.report).await?;
        let raw = self.store.get_raw(&line.report.raw_hash).await?;
        let person = person_of(row)?;
        let is_json = raw.trim_ascii_start().starts_with(b"{");
        let file = format!("report-{}.{}", row.report, if is_json { "json" } else { "eml" });
        let event = |seen: &model::Observation| Event {
            ip: seen.ip.map(|ip| ip.to_string()),
            url: seen.url.clone().or_else(|| seen.domain.clone()),
            port: seen.port,
            account: seen.account.clone(),
            at: seen.at.as_ref().map(|at| at.at.to_string()),
            category: seen.category.name(),
        };
        // What is no report has no reporter; its writer is its sender all the same.
        let reading = store::screens::reading(&mut &self.store, row.report).await?.unwrap_or_default();
        let writer = reading["reporter"]["address"].as_str().map(str::to_owned);
        let label = Label {
            file: file.clone(),
            sender: line.address.or(writer).or(line.report.envelope_from).unwrap_or_default(),
            rejected: !person.report,
            clean: person.report,
            format: machine_of(row)?.format,
            events: person.observations.iter().map(event).collect(),
        };
        let line = serde_json::to_string(&label).map_err(DeskError::unreadable)?;
        Ok(Fixture { id: row.id, file, raw, line })
    }
}
