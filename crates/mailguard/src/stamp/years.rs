//! The year of lines that write none.

use jiff::Timestamp;

use super::days;

/// How the year of a line without one is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum YearRule {
    /// The first line is of this year; each later line lies near the one before it, so January after December is the next
    /// year. Gaps up to half a year are bridged.
    First(i16),
    /// The log ended by this moment: each line lies in the last year in which it is not later (a day of grace for clocks and
    /// zones). Right for logs of less than a year.
    NotAfter(Timestamp),
}

/// Longest distance to a 29 February: eight years around 1900 and 2100.
const LEAP: i64 = 8;

/// The rule and what it has seen.
#[derive(Debug, Clone)]
pub(super) struct Years {
    rule: YearRule,
    last: Option<(i64, i64)>,
}

impl Years {
    pub(super) const fn new(rule: YearRule) -> Self {
        Self { rule, last: None }
    }

    /// Days since 1970-01-01 of this month and day.
    pub(super) fn day(&mut self, month: i64, day: i64) -> Option<i64> {
        match self.rule {
            YearRule::NotAfter(end) => {
                let latest = end.as_second().div_euclid(86_400) + 1;
                let year = i64::from(end.to_zoned(jiff::tz::TimeZone::UTC).year()) + 1;
                (year - 1 - LEAP..=year).rev().filter_map(|year| days(year, month, day)).find(|day| *day <= latest)
            }
            YearRule::First(first) => {
                let (near_year, near_day) = match self.last {
                    Some(last) => last,
                    None => (i64::from(first), days(i64::from(first), month, day).or(days(i64::from(first), 3, 1))?),
                };
                let found = (near_year - LEAP..=near_year + LEAP)
                    .filter_map(|year| days(year, month, day).map(|day| (year, day)))
                    .min_by_key(|(_, day)| (day - near_day).abs())?;
                self.last = Some(found);
                Some(found.1)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn not_after(end: &str, month: i64, day: i64) -> i64 {
        Years::new(YearRule::NotAfter(end.parse().unwrap())).day(month, day).unwrap()
    }

    #[test]
    fn the_last_year_in_which_the_line_is_not_later() {
        assert_eq!(not_after("2026-02-03T12:00:00Z", 2, 3), days(2026, 2, 3).unwrap());
        assert_eq!(not_after("2026-02-03T12:00:00Z", 2, 4), days(2026, 2, 4).unwrap());
        assert_eq!(not_after("2026-02-03T12:00:00Z", 2, 5), days(2025, 2, 5).unwrap());
        assert_eq!(not_after("2025-12-31T23:59:00Z", 1, 1), days(2026, 1, 1).unwrap());
        assert_eq!(not_after("2026-02-03T12:00:00Z", 2, 29), days(2024, 2, 29).unwrap());
    }

    #[test]
    fn january_after_december_is_the_next_year_and_a_late_line_of_december_is_not() {
        let mut years = Years::new(YearRule::First(2024));
        let seen: Vec<_> =
            [(12, 30), (1, 1), (12, 31), (1, 2), (2, 28), (2, 29)].map(|(m, d)| years.day(m, d).unwrap()).into();
        let wanted: Vec<_> = [(2024, 12, 30), (2025, 1, 1), (2024, 12, 31), (2025, 1, 2), (2025, 2, 28), (2024, 2, 29)]
            .map(|(y, m, d)| days(y, m, d).unwrap())
            .into();
        assert_eq!(seen, wanted);
    }
}
