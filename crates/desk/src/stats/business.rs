//! Business days between two days, by counting once ahead.

use jiff::civil::Date;
use jiff::{Span, Timestamp};
use model::calendar::Calendar;

/// The number of business days up to each day of a range.
#[derive(Debug, Clone)]
pub struct BusinessDays {
    first: i64,
    /// Business days from the first day up to and including each day.
    upto: Vec<u32>,
}

/// Longest range, days: thirty years.
const MAX_DAYS: i64 = 11_000;

impl BusinessDays {
    /// Counts the days `first..=last`, as days since 1970-01-01.
    pub fn new(calendar: &Calendar, first: i64, last: i64) -> Self {
        let mut count = 0;
        let last = last.clamp(first, first.saturating_add(MAX_DAYS));
        let upto = (first..=last)
            .map(|day| {
                count += u32::from(date_of(day).is_some_and(|day| calendar.is_business_day(day)));
                count
            })
            .collect();
        Self { first, upto }
    }

    /// Business days after `from`, up to and including `to`; the day of `from` does not count, as in deadlines.
    pub fn between(&self, from: i64, to: i64) -> u32 {
        self.at(to).saturating_sub(self.at(from))
    }

    fn at(&self, day: i64) -> u32 {
        let Ok(index) = usize::try_from(day - self.first) else { return 0 };
        self.upto.get(index).or_else(|| self.upto.last()).copied().unwrap_or(0)
    }
}

/// The day of `at` in the calendar's zone, since 1970-01-01.
pub(super) fn day_in(calendar: &Calendar, at: Timestamp) -> i64 {
    (at.as_second() + i64::from(calendar.zone().to_offset(at).seconds())).div_euclid(86_400)
}

fn date_of(day: i64) -> Option<Date> {
    let days: Span = Span::new().try_days(day).ok()?;
    jiff::civil::date(1970, 1, 1).checked_add(days).ok()
}

/// The day of a civil date, since 1970-01-01.
#[cfg(test)]
pub(super) fn day_of(date: Date) -> i64 {
    let since = date.since(jiff::civil::date(1970, 1, 1)).unwrap_or_default();
    i64::from(since.get_days())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_same_days_as_deadlines() {
        let calendar = Calendar::default();
        let (first, last) = (day_of(date(2025, 12, 1)), day_of(date(2026, 12, 31)));
        let days = BusinessDays::new(&calendar, first, last);
        for offset in 0..300 {
            let start = date_of(first + offset).unwrap();
            let noon = start.at(12, 0, 0, 0).to_zoned(calendar.zone().clone()).unwrap().timestamp();
            for wanted in 1..=5 {
                let end = calendar.deadline(noon, wanted).to_zoned(calendar.zone().clone()).date();
                assert_eq!(days.between(first + offset, day_of(end)), wanted, "{start} {wanted}");
                assert_eq!(days.between(first + offset, day_of(end) - 1), wanted - 1, "{start} {wanted}");
            }
        }
    }

    #[test]
    fn golden_week() {
        let days = BusinessDays::new(&Calendar::default(), day_of(date(2026, 4, 1)), day_of(date(2026, 6, 1)));
        assert_eq!(days.between(day_of(date(2026, 4, 30)), day_of(date(2026, 5, 8))), 3);
        assert_eq!(days.between(day_of(date(2026, 5, 8)), day_of(date(2026, 4, 30))), 0, "never negative");
    }
}
