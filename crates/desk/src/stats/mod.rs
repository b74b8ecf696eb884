//! Statistics: what was reported, how fast the desk was, whose reports help, who comes back.
//!
//! The figures are counted by the store, one statement each; what is computed from them is pure and stands here. Every
//! table says of which span it is; a year is one of the calendar's zone.

mod business;
mod capture;
mod sources;
mod speed;
mod work;
mod year;

use jiff::Timestamp;
use jiff::civil::date;
use model::calendar::Calendar;
use store::stats::Span;

use crate::DeskError;

pub use business::BusinessDays;
pub use capture::{Estimate, chapman};
pub use sources::{Coverage, SourceTable};
pub use speed::{Speed, SpeedReport, TARGET_DAYS, Within};
pub use work::{Outcomes, PersonRow, WorkReport};
pub use year::{GroupRow, MonthRow, Trend, YearReport};

/// The first moments of the twelve months of `year` and of the next year.
fn months(year: i16, calendar: &Calendar) -> Result<[Timestamp; 13], DeskError> {
    let wrong = |_| DeskError::Invalid(format!("{year} is not a year that can be counted"));
    if !(1970..=9998).contains(&year) {
        return Err(DeskError::Invalid(format!("{year} is not a year that can be counted")));
    }
    let mut bounds = [Timestamp::UNIX_EPOCH; 13];
    for (bound, month) in bounds.iter_mut().zip(1_i8..) {
        let first = if month <= 12 { date(year, month, 1) } else { date(year + 1, 1, 1) };
        *bound = first.to_zoned(calendar.zone().clone()).map_err(wrong)?.timestamp();
    }
    Ok(bounds)
}

/// The span of a year.
pub fn year_span(year: i16) -> Result<Span, DeskError> {
    let bounds = months(year, &Calendar::default())?;
    Ok(Span { from: bounds[0], to: bounds[12] })
}
