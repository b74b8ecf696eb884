//! Who works how much, how cases end, and who comes back (A04, B18, B51, D43).

use model::{Exit, UserId};
use serde::Serialize;
use store::stats::{self, Ended, PersonLoad, Repeater, Span};

use crate::{Desk, DeskError};

/// Contracts on a page.
const MAX_REPEATERS: i64 = 100;

/// One person's work, per case.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PersonRow {
    /// Who; absent: cases that nobody took.
    pub user: Option<UserId>,
    /// Cases.
    pub cases: i64,
    /// Of these, still open.
    pub open: i64,
    /// Minutes a case.
    pub minutes_per_case: f64,
    /// Clicks and keys a case.
    pub clicks_per_case: f64,
}

/// How cases ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcomes {
    /// Cases closed.
    pub closed: i64,
    /// Of these, handled: the abuse ended or a competent body has it.
    pub handled: i64,
    /// Why the others were not, and how the handled were: every ending with its number.
    pub endings: Vec<Ended>,
}

impl Outcomes {
    /// The share that was handled, 0 to 1; nothing while nothing is closed.
    #[expect(clippy::cast_precision_loss, reason = "counts of cases, far below 2^52")]
    pub fn rate(&self) -> Option<f64> {
        (self.closed > 0).then(|| self.handled as f64 / self.closed as f64)
    }
}

/// The work of a span.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WorkReport {
    /// By person.
    pub people: Vec<PersonRow>,
    /// By ending.
    pub outcomes: Outcomes,
    /// Contracts with two cases or more.
    pub repeaters: Vec<Repeater>,
}

/// Whether a case that ended like this was handled (B18). A case that went into another is not counted at all.
const fn is_handled(exit: Exit) -> bool {
    matches!(exit, Exit::Fixed | Exit::Stopped | Exit::WarnedThenStopped | Exit::Cancelled | Exit::ReferredOut)
}

impl Desk {
    /// The work on the cases opened in `span`.
    pub async fn work_report(&self, span: Span) -> Result<WorkReport, DeskError> {
        let people = stats::person_loads(&mut &self.store, span).await?;
        let endings = stats::endings(&mut &self.store, span).await?;
        Ok(WorkReport {
            people: people.iter().map(person).collect(),
            outcomes: Outcomes {
                closed: endings.iter().map(|ended| ended.count).sum(),
                handled: endings.iter().filter(|ended| is_handled(ended.exit)).map(|ended| ended.count).sum(),
                endings,
            },
            repeaters: stats::repeaters(&mut &self.store, span, 2, MAX_REPEATERS).await?,
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds and clicks of people, far below 2^52")]
fn person(load: &PersonLoad) -> PersonRow {
    let cases = load.cases.max(1) as f64;
    PersonRow {
        user: load.user,
        cases: load.cases,
        open: load.open,
        minutes_per_case: load.work_ms as f64 / 60_000.0 / cases,
        clicks_per_case: load.clicks as f64 / cases,
    }
}
