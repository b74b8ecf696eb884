//! How times, durations, numbers, URLs, persons and log lines are written for people.
//!
//! Everything is a pure function of its arguments; the zone in which a time is shown is one of them.

mod display;
mod log;
mod number;
mod time;

pub(crate) use display::is_hidden;
pub use display::{clean, defang_host, defang_url, mask_mail, mask_name, place};
pub use log::{explain, service_name};
pub use number::{bytes, group, number, percent};
pub use time::{
    date_mail, duration, left, stamp, stamp_mail, stamp_mail_seconds, stamp_seconds, tokyo, zone_statement,
};
