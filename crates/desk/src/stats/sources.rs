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
    /// Share of all cases that our own sensors found, 0 to 1; nothing while there is no case.
    pub found_share: Option<f64>,
}

impl Desk {
    /// The sources of the cases opened in a span; sites and URLs are those of the reports received in it.
    pub async fn source_table(&self, span: Span) -> Result<SourceTable, DeskError> {
        let counted = async {
            let sources = stats::sources(&mut &self.store, span, MAX_SOURCES).await?;
            let busiest: Vec<_> = sources.iter().take(OVERLAPPING).map(|source| source.reporter).collect();
            let overlaps = stats::overlaps(&mut &self.store, span, &busiest).await?;
            Ok((sources, overlaps))
        };
        let ((sources, overlaps), sites) =
            tokio::try_join!(counted, async { stats::sites(&mut &self.store, span).await })?;
        let all_cases = sources.first().map_or(0, |source| source.all_cases);
        let estimate = sources.first().and_then(estimate);
        Ok(SourceTable { all_cases, sources, overlaps, estimate, sites })
    }

    /// Own finds against what was told, by month of a year.
    pub async fn coverage(&self, year: i16) -> Result<Coverage, DeskError> {
        let bounds = months(year, &Calendar::default())?;
        let months = stats::cases_by_origin(&mut &self.store, &bounds).await?;
        let sum =
            |origin: &str| -> i64 { months.iter().filter(|cell| cell.name == origin).map(|cell| cell.count).sum() };
        let (told, found, entered) = (sum("told"), sum("found"), sum("person"));
        Ok(Coverage { told, found, entered, found_share: share(found, told + found + entered), months })
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of cases, far below 2^52")]
fn share(part: i64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// One source against all others: others know everything that it does not know alone.
fn estimate(source: &Source) -> Option<Estimate> {
    let own = u64::try_from(source.cases).ok()?;
    let others = u64::try_from(source.all_cases.checked_sub(source.only)?).ok()?;
    chapman(own, others, u64::try_from(source.shared()).ok()?)
}
