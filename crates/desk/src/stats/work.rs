//! Who works how much, how cases end, and who comes back (A04, B18, B51, D43).

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::SignedDuration;
use model::calendar::Calendar;
use model::{Exit, UserId};
use serde::Serialize;
use store::stats::{self, Load, Repeater, Span};

use super::business::{BusinessDays, day_in};
use crate::{Desk, DeskError};

/// Contracts on a page.
const MAX_REPEATERS: i64 = 100;

/// One person's work, per case.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PersonRow {
    /// Who; absent: cases that nobody took.
    pub user: Option<UserId>,
    /// The name as shown.
    pub name: Option<String>,
    /// Cases.
    pub cases: i64,
    /// Of these, still open.
    pub open: i64,
    /// Minutes a case.
    pub minutes_per_case: f64,
    /// Clicks and keys a case.
    pub clicks_per_case: f64,
}

/// One way in which cases ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Ended {
    /// How.
    pub exit: Exit,
    /// How many.
    pub count: i64,
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
    /// Cases opened.
    pub opened: i64,
    /// Business days of the span that have begun.
    pub business_days: u32,
    /// Cases opened a business day; nothing while none has begun.
    pub cases_per_business_day: Option<f64>,
    /// By person, the one with most cases first.
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
        let loads = stats::loads(&mut &self.store, span).await?;
        let repeaters = stats::repeaters(&mut &self.store, span, 2, MAX_REPEATERS).await?;
        let opened = loads.iter().map(|load| load.cases).sum();
        let business_days = self.business_days(span);
        Ok(WorkReport {
            opened,
            business_days,
            cases_per_business_day: per_day(opened, business_days),
            people: people(&loads),
            outcomes: outcomes(&loads),
            repeaters,
        })
    }

    /// The business days of `span` until today.
    fn business_days(&self, span: Span) -> u32 {
        let calendar = Calendar::default();
        let end = span.to.min(self.clock.now());
        if end <= span.from {
            return 0;
        }
        // The last moment of the span, not the first after it: a year ends on 31 December.
        let last = end.saturating_sub(SignedDuration::from_micros(1)).unwrap_or(end);
        let (before, last) = (day_in(&calendar, span.from) - 1, day_in(&calendar, last));
        BusinessDays::new(&calendar, before, last).between(before, last)
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of cases, far below 2^52")]
fn per_day(cases: i64, days: u32) -> Option<f64> {
    (days > 0).then(|| cases as f64 / f64::from(days))
}

/// The people with what a case cost each of them.
#[expect(clippy::cast_precision_loss, reason = "milliseconds and clicks of people, far below 2^52")]
fn people(loads: &[Load]) -> Vec<PersonRow> {
    let mut people: Vec<PersonRow> = loads
        .chunk_by(|a, b| a.user == b.user)
        .filter_map(|loads| {
            let sum = |of: fn(&Load) -> i64| loads.iter().map(of).sum::<i64>();
            let cases = sum(|load| load.cases);
            let each = cases.max(1) as f64;
            Some(PersonRow {
                user: loads.first()?.user,
                name: loads.first()?.name.clone(),
                cases,
                open: sum(|load| if load.closed { 0 } else { load.cases }),
                minutes_per_case: sum(|load| load.work_ms) as f64 / 60_000.0 / each,
                clicks_per_case: sum(|load| load.clicks) as f64 / each,
            })
        })
        .collect();
    people.sort_by_key(|row| (Reverse(row.cases), row.user));
    people
}

/// The endings, the most frequent first.
fn outcomes(loads: &[Load]) -> Outcomes {
    let mut counts: BTreeMap<&str, (Exit, i64)> = BTreeMap::new();
    for (exit, cases) in loads.iter().filter_map(|load| Some((load.exit?, load.cases))) {
        counts.entry(exit.name()).or_insert((exit, 0)).1 += cases;
    }
    let mut endings: Vec<Ended> = counts.into_values().map(|(exit, count)| Ended { exit, count }).collect();
    endings.sort_by_key(|ended| Reverse(ended.count));
    Outcomes {
        closed: endings.iter().map(|ended| ended.count).sum(),
        handled: endings.iter().filter(|ended| is_handled(ended.exit)).map(|ended| ended.count).sum(),
        endings,
    }
}
