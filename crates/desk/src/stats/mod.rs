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
use jiff::civil::{Date, date};
use model::calendar::Calendar;
use store::stats::Span;

use crate::DeskError;
use crate::why::reasons;

pub use business::BusinessDays;
pub use capture::{Estimate, chapman};
pub use sources::{Coverage, SourceTable};
pub use speed::{Speed, SpeedReport, TARGET_DAYS, Within};
pub use work::{Ended, Outcomes, PersonRow, WorkReport};
pub use year::{GroupRow, MonthRow, Trend, YearReport};

/// The first moments of the twelve months of `year` and of the next year.
fn months(year: i16, calendar: &Calendar) -> Result<[Timestamp; 13], DeskError> {
    if !(1970..=9998).contains(&year) {
        return Err(DeskError::Invalid(reasons::year_out_of_range(year)));
    }
    let mut bounds = [Timestamp::UNIX_EPOCH; 13];
    for (bound, month) in bounds.iter_mut().zip(1_i8..) {
        *bound = midnight(if month <= 12 { date(year, month, 1) } else { date(year + 1, 1, 1) }, calendar)?;
    }
    Ok(bounds)
}

/// The first moment of a day.
fn midnight(day: Date, calendar: &Calendar) -> Result<Timestamp, DeskError> {
    let start = day.to_zoned(calendar.zone().clone());
    Ok(start.map_err(|_| DeskError::Invalid(reasons::day_out_of_range(day)))?.timestamp())
}

/// The span of a year.
pub fn year_span(year: i16) -> Result<Span, DeskError> {
    let bounds = months(year, &Calendar::default())?;
    Ok(Span { from: bounds[0], to: bounds[12] })
}

/// The span of whole days from `first` to `last`, both counted.
pub fn day_span(first: Date, last: Date) -> Result<Span, DeskError> {
    if last < first {
        return Err(DeskError::Invalid(reasons::days_reversed(first, last)));
    }
    let after = last.tomorrow().map_err(|_| DeskError::Invalid(reasons::day_out_of_range(last)))?;
    let calendar = Calendar::default();
    Ok(Span { from: midnight(first, &calendar)?, to: midnight(after, &calendar)? })
}
