//! Business days in Japan: deadlines that a customer can be held to.
//!
//! Holidays follow the Act on National Holidays (国民の祝日に関する法律) as in force since 2022, with the shifted days of
//! 2019–2021. Equinoxes are computed; they equal the dates that the National Astronomical Observatory published for
//! 1980–2099 within this range of use. An operator adds closed days of his own (年末年始) in the playbook.

use jiff::civil::{Date, Time, Weekday, date};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};

/// The desk's working calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    zone: TimeZone,
    closed: Vec<(i8, i8)>,
}

impl Default for Calendar {
    fn default() -> Self {
        Self::new("Asia/Tokyo", &[(12, 29), (12, 30), (12, 31), (1, 2), (1, 3)])
            .unwrap_or_else(|_| Self { zone: TimeZone::UTC, closed: Vec::new() })
    }
}

impl Calendar {
    /// A calendar in `zone` (IANA name) with `closed` days (month, day) of each year besides weekends and holidays.
    pub fn new(zone: &str, closed: &[(i8, i8)]) -> Result<Self, jiff::Error> {
        Ok(Self { zone: TimeZone::get(zone)?, closed: closed.to_vec() })
    }

    /// The zone in which days begin and end.
    pub const fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Whether the desk and its customers work on `day`.
    pub fn is_business_day(&self, day: Date) -> bool {
        !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
            && holiday(day).is_none()
            && !self.closed.contains(&(day.month(), day.day()))
    }

    /// End (18:00 local time) of the `days`-th business day after the day of `start`.
    ///
    /// The day of `start` does not count; `days` = 0 means the end of the first business day from `start` on.
    pub fn deadline(&self, start: Timestamp, days: u32) -> Timestamp {
        let mut day = start.to_zoned(self.zone.clone()).date();
        let mut left = days;
        // Bounded: no calendar closes more than a third of the days; 4 years cover 366 business days many times over.
        for _ in 0..(days.saturating_mul(4).saturating_add(30)) {
            if left == 0 && self.is_business_day(day) {
                break;
            }
            let Ok(next) = day.tomorrow() else { break };
            day = next;
            if left > 0 && self.is_business_day(day) {
                left -= 1;
            }
        }
        day.to_datetime(Time::constant(18, 0, 0, 0))
            .to_zoned(self.zone.clone())
            .map_or(start, |zoned| zoned.timestamp())
    }
}

/// The name of the national holiday on `day`, if it is one.
pub fn holiday(day: Date) -> Option<&'static str> {
    named_holiday(day).or_else(|| substitute(day)).or_else(|| between(day))
}

/// A holiday on Sunday moves to the next day that is none (Art. 3, 2).
fn substitute(day: Date) -> Option<&'static str> {
    let mut before = day.yesterday().ok()?;
    while named_holiday(before).is_some() {
        if before.weekday() == Weekday::Sunday {
            return Some("振替休日");
        }
        before = before.yesterday().ok()?;
    }
    None
}

/// A day between two holidays is one (Art. 3, 3).
fn between(day: Date) -> Option<&'static str> {
    let (before, after) = (day.yesterday().ok()?, day.tomorrow().ok()?);
    (day.weekday() != Weekday::Sunday && named_holiday(before).is_some() && named_holiday(after).is_some())
        .then_some("国民の休日")
}

fn named_holiday(day: Date) -> Option<&'static str> {
    let (year, month, dom) = (day.year(), day.month(), day.day());
    match special_year(year, month, dom) {
        Some(Special::Holiday(name)) => return Some(name),
        Some(Special::Moved) => return None,
        None => {}
    }
    let monday = |nth: i8| day.weekday() == Weekday::Monday && (dom + 6) / 7 == nth;
    Some(match (month, dom) {
        (1, 1) => "元日",
        (1, _) if monday(2) => "成人の日",
        (2, 11) => "建国記念の日",
        (2, 23) if year >= 2020 => "天皇誕生日",
        (3, d) if d == equinox(year, 20.8431) => "春分の日",
        (4, 29) => "昭和の日",
        (5, 3) => "憲法記念日",
        (5, 4) => "みどりの日",
        (5, 5) => "こどもの日",
        (7, _) if monday(3) => "海の日",
        (8, 11) if year >= 2016 => "山の日",
        (9, _) if monday(3) => "敬老の日",
        (9, d) if d == equinox(year, 23.2488) => "秋分の日",
        (10, _) if monday(2) => {
            if year >= 2020 {
                "スポーツの日"
            } else {
                "体育の日"
            }
        }
        (11, 3) => "文化の日",
        (11, 23) => "勤労感謝の日",
        (12, 23) if year <= 2018 => "天皇誕生日",
        _ => return None,
    })
}

/// What the special laws of 2019 (accession), 2020 and 2021 (Olympic games) say of a day.
enum Special {
    /// A holiday only in that year.
    Holiday(&'static str),
    /// The holiday that falls here in other years has been moved away.
    Moved,
}

fn special_year(year: i16, month: i8, dom: i8) -> Option<Special> {
    Some(match (year, month, dom) {
        (2019, 5, 1) | (2019, 10, 22) => Special::Holiday("即位の日"),
        (2020, 7, 23) | (2021, 7, 22) => Special::Holiday("海の日"),
        (2020, 7, 24) | (2021, 7, 23) => Special::Holiday("スポーツの日"),
        (2020, 8, 10) | (2021, 8, 8) => Special::Holiday("山の日"),
        (2020 | 2021, 7 | 10, _) | (2020 | 2021, 8, 11) => Special::Moved,
        _ => return None,
    })
}

/// Day of March or September on which the sun crosses the equator (formula for 1980–2099).
#[expect(clippy::cast_possible_truncation, reason = "a day of the month")]
fn equinox(year: i16, base: f64) -> i8 {
    let since = f64::from(year - 1980);
    (base + 0.242_194 * since - (since / 4.0).floor()) as i8
}

/// `days` calendar days before `now`, for looking back.
pub fn days_before(now: Timestamp, days: i64) -> Timestamp {
    let hours: Span = days.saturating_mul(24).hours();
    now.checked_sub(hours).unwrap_or(Timestamp::MIN)
}

/// First day of `year` in the calendar's zone and of the year after, for year reports.
pub fn year_bounds(year: i16, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
    let start = |year| date(year, 1, 1).to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp());
    Some((start(year)?, start(year.checked_add(1)?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holidays_of_2026_are_those_of_the_cabinet_office() {
        let start = date(2026, 1, 1);
        let found: Vec<String> = (0..365)
            .map(|offset| start.checked_add(offset.days()).unwrap())
            .filter(|day| holiday(*day).is_some())
            .map(|day| format!("{}-{}", day.month(), day.day()))
            .collect();
        let published = "1-1 1-12 2-11 2-23 3-20 4-29 5-3 5-4 5-5 5-6 7-20 8-11 9-21 9-22 9-23 10-12 11-3 11-23";
        assert_eq!(found.join(" "), published);
    }

    #[test]
    fn holidays_of_2021_are_those_moved_for_the_games() {
        let days = [date(2021, 7, 22), date(2021, 7, 23), date(2021, 8, 8), date(2021, 8, 9)];
        assert!(days.iter().all(|day| holiday(*day).is_some()));
        let plain = [date(2021, 7, 19), date(2021, 8, 11), date(2021, 10, 11)];
        assert!(plain.iter().all(|day| holiday(*day).is_none()));
    }

    #[test]
    fn three_business_days_over_golden_week() {
        let calendar = Calendar::default();
        let start: Timestamp = "2026-04-30T10:00:00+09:00".parse().unwrap();
        // Fri 1 May, then 2–6 May are weekend and holidays, Thu 7, Fri 8.
        assert_eq!(calendar.deadline(start, 3).to_string(), "2026-05-08T09:00:00Z");
    }

    #[test]
    fn zero_days_on_a_sunday_is_monday_evening() {
        let start: Timestamp = "2026-11-22T10:00:00+09:00".parse().unwrap();
        // Monday 23 November is 勤労感謝の日.
        assert_eq!(Calendar::default().deadline(start, 0).to_string(), "2026-11-24T09:00:00Z");
    }
}
