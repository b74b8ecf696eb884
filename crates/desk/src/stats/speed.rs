//! How fast the desk is: time to the first action and to the end, against one, three and five days (B24).

use model::calendar::Calendar;
use serde::Serialize;
use store::stats::{self, DayPair, Span, Spread, Step};

use super::business::BusinessDays;
use crate::{Desk, DeskError};

/// The days that people at abuse desks name as wanted.
pub const TARGET_DAYS: [u32; 3] = [1, 3, 5];

/// A share of cases that kept a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Within {
    /// Days.
    pub days: u32,
    /// Cases that were done within so many calendar days (by date).
    pub calendar: i64,
    /// Cases that were done within so many business days (by date, the day of opening not counted).
    pub business: i64,
}

/// The speed of one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Speed {
    /// Elapsed time; absent if no case has the step.
    pub elapsed: Option<Spread>,
    /// Business days, median (nearest rank).
    pub median_business_days: Option<u32>,
    /// Business days, 90th percentile (nearest rank).
    pub p90_business_days: Option<u32>,
    /// Against the targets.
    pub within: Vec<Within>,
}

/// The speed of a span's cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SpeedReport {
    /// Cases opened.
    pub opened: i64,
    /// To the first notice or measure.
    pub first_action: Speed,
    /// To the end of the abuse.
    pub fix: Speed,
}

impl Desk {
    /// How fast the cases opened in `span` were worked on.
    pub async fn speed(&self, span: Span) -> Result<SpeedReport, DeskError> {
        let opened = stats::opened(&mut &self.store, span).await?;
        let (first_action, fix) =
            tokio::try_join!(self.speed_of(span, Step::FirstAction), self.speed_of(span, Step::Fix))?;
        Ok(SpeedReport { opened, first_action, fix })
    }

    async fn speed_of(&self, span: Span, step: Step) -> Result<Speed, DeskError> {
        let calendar = Calendar::default();
        // Japan has no summer time: one offset holds for the whole span.
        let offset = i64::from(calendar.zone().to_offset(span.from).seconds()) * 1_000_000;
        let elapsed = stats::spread(&mut &self.store, span, step).await?;
        let pairs = stats::day_pairs(&mut &self.store, span, step, offset).await?;
        Ok(speed(elapsed, &pairs, &calendar))
    }
}

fn speed(elapsed: Option<Spread>, pairs: &[DayPair], calendar: &Calendar) -> Speed {
    let first = pairs.iter().map(|pair| pair.opened).min().unwrap_or(0);
    let last = pairs.iter().map(|pair| pair.done).max().unwrap_or(0);
    let days = BusinessDays::new(calendar, first, last);
    let mut business: Vec<(u32, i64)> =
        pairs.iter().map(|pair| (days.between(pair.opened, pair.done), pair.count)).collect();
    business.sort_unstable();
    let within = TARGET_DAYS
        .into_iter()
        .map(|target| Within {
            days: target,
            calendar: pairs
                .iter()
                .filter(|pair| pair.done - pair.opened <= i64::from(target))
                .map(|pair| pair.count)
                .sum(),
            business: business.iter().filter(|(days, _)| *days <= target).map(|(_, count)| count).sum(),
        })
        .collect();
    Speed { elapsed, median_business_days: rank(&business, 1, 2), p90_business_days: rank(&business, 9, 10), within }
}

/// The nearest-rank percentile `part`/`of` of sorted values with their counts.
fn rank(sorted: &[(u32, i64)], part: i64, of: i64) -> Option<u32> {
    let total: i64 = sorted.iter().map(|(_, count)| count).sum();
    let wanted = (total * part + of - 1) / of;
    let mut seen = 0;
    sorted
        .iter()
        .find(|(_, count)| {
            seen += count;
            seen >= wanted && total > 0
        })
        .map(|(value, _)| *value)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::business::day_of;
    use super::*;

    #[test]
    fn ranks_are_nearest_ranks() {
        let values = [(0, 5), (1, 3), (4, 1), (9, 1)];
        assert_eq!((rank(&values, 1, 2), rank(&values, 9, 10)), (Some(0), Some(4)));
        assert_eq!((rank(&[(7, 1)], 1, 2), rank(&[(7, 1)], 9, 10), rank(&[], 1, 2)), (Some(7), Some(7), None));
    }

    #[test]
    fn a_weekend_counts_in_calendar_days_only() {
        // Friday 5 June 2026 to Monday 8 June, and to Thursday 11 June.
        let friday = day_of(date(2026, 6, 5));
        let pairs = [
            DayPair { opened: friday, done: friday + 3, count: 2 },
            DayPair { opened: friday, done: friday + 6, count: 1 },
        ];
        let speed = speed(None, &pairs, &Calendar::default());
        let kept: Vec<_> = speed.within.iter().map(|within| (within.days, within.calendar, within.business)).collect();
        assert_eq!(kept, [(1, 0, 2), (3, 2, 2), (5, 2, 3)]);
        assert_eq!((speed.median_business_days, speed.p90_business_days), (Some(1), Some(4)));
    }
}
