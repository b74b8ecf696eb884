//! Whose reports help: what each source told, what only it told, who was first, and how many there may be in all (A11).

use model::calendar::Calendar;
use serde::Serialize;
use store::stats::{self, Cell, Overlap, Sites, Source, Span};

use super::capture::{Estimate, chapman};
use super::months;
use crate::{Desk, DeskError};

/// Sources on a page.
const MAX_SOURCES: i64 = 200;
/// Sources whose overlap with each other is shown.
const OVERLAPPING: usize = 8;

/// The sources of a span.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SourceTable {
    /// Different cases that any source told of.
    pub all_cases: i64,
    /// The sources, the busiest first.
    pub sources: Vec<Source>,
    /// How often the busiest told of the same.
    pub overlaps: Vec<Overlap>,
    /// The estimate of all cases from the busiest source against all others; see [`chapman`] for what it assumes.
    pub estimate: Option<Estimate>,
    /// Different sites and URLs by category (A10).
    pub sites: Vec<Sites>,
}

/// What the desk found itself and what it was told (A73).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Coverage {
    /// By month and origin: `told`, `found`, `person`.
    pub months: Vec<Cell>,
    /// Cases that others told of.
    pub told: i64,
    /// Cases that our own sensors found.
    pub found: i64,
    /// Cases that people entered.
    pub entered: i64,
}

impl Desk {
    /// The sources of a span.
    pub async fn source_table(&self, span: Span) -> Result<SourceTable, DeskError> {
        let sources = stats::sources(&mut &self.store, span, MAX_SOURCES).await?;
        let busiest: Vec<_> = sources.iter().take(OVERLAPPING).map(|source| source.reporter).collect();
        let overlaps = stats::overlaps(&mut &self.store, span, &busiest).await?;
        let sites = stats::sites(&mut &self.store, span).await?;
        let all_cases = sources.first().map_or(0, |source| source.all_cases);
        let estimate = sources.first().and_then(estimate);
        Ok(SourceTable { all_cases, sources, overlaps, estimate, sites })
    }

    /// Own finds against what was told, by month of a year.
    pub async fn coverage(&self, year: i16) -> Result<Coverage, DeskError> {
        let bounds = months(year, &Calendar::default())?;
        let months = stats::cases_by_origin(&mut &self.store, &bounds).await?;
        let sum = |origin: &str| months.iter().filter(|cell| cell.name == origin).map(|cell| cell.count).sum();
        Ok(Coverage { told: sum("told"), found: sum("found"), entered: sum("person"), months })
    }
}

/// One source against all others: others know everything that it does not know alone.
fn estimate(source: &Source) -> Option<Estimate> {
    let own = u64::try_from(source.cases).ok()?;
    let others = u64::try_from(source.all_cases.checked_sub(source.only)?).ok()?;
    chapman(own, others, u64::try_from(source.shared()).ok()?)
}
