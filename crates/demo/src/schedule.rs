//! When reports arrive: about 55 on a business day, hardly any on other days (A04), most during office hours.

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan};
use model::calendar::Calendar;

use crate::rng::{Rng, Stream, apportion};
use crate::stamp;
use crate::tenure::DAY;

/// Japan keeps no summer time: a fixed offset says the same as the zone data.
const JAPAN: TimeZone = TimeZone::fixed(Offset::constant(9));
const BUSINESS: usize = 26 * 1_440;
const OTHER: usize = 1_440;

/// Times of `count` reports in the `days` days up to `end`, sorted, all before `end`.
pub(crate) fn times(seed: u64, count: usize, days: usize, end: Timestamp) -> Vec<Timestamp> {
    let last = stamp::before(end, 1).to_zoned(JAPAN);
    let minutes = usize::try_from(i32::from(last.hour()) * 60 + i32::from(last.minute()) + 1).unwrap_or(1);
    let calendar = Calendar::default();
    let dates: Vec<Date> = (0..days)
        .rev()
        .filter_map(|back| last.date().checked_sub(i64::try_from(back).unwrap_or(0).days()).ok())
        .collect();
    let weights: Vec<usize> = dates
        .iter()
        .map(|date| {
            let weight = if calendar.is_business_day(*date) { BUSINESS } else { OTHER };
            // The day of `end` is not over.
            if *date == last.date() { weight * minutes / 1_440 } else { weight }
        })
        .collect();
    let mut all: Vec<Timestamp> = apportion(count, &weights)
        .into_iter()
        .zip(&dates)
        .flat_map(|(count, date)| day(seed, count, *date, end))
        .collect();
    all.sort_unstable();
    all
}

/// Times of `count` reports on `date` in Japan, before `end`.
pub(crate) fn day(seed: u64, count: usize, date: Date, end: Timestamp) -> Vec<Timestamp> {
    let Ok(midnight) = date.to_zoned(JAPAN).map(|zoned| zoned.timestamp()) else {
        return Vec::new();
    };
    let number = usize::try_from(midnight.as_second() / i64::from(DAY)).unwrap_or(0);
    let mut rng = Rng::new(seed, Stream::Schedule, number);
    let open = u32::try_from(end.as_second() - midnight.as_second()).unwrap_or(0).min(DAY);
    let mut times: Vec<Timestamp> = (0..count)
        .map(|_| {
            let office = rng.chance(600).then(|| rng.between(9 * 3_600, 18 * 3_600));
            let seconds = office.filter(|at| *at < open).unwrap_or_else(|| rng.below_u32(open));
            stamp::after(midnight, seconds)
        })
        .collect();
    times.sort_unstable();
    times
}

/// The date in Japan at `at`.
pub(crate) fn date(at: Timestamp) -> Date {
    at.to_zoned(JAPAN).date()
}
