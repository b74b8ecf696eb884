//! Values out of running text: addresses, URLs, host names, times; and the undoing of defanging and full-width forms.
//!
//! All scanners are linear in the length of the line and know nothing of who is accused.

pub mod defang;
pub mod ip;
mod numerals;
pub mod port;
pub mod rate;
pub(crate) mod stamps;
pub mod time;
pub mod url;
pub mod width;

/// A value and the bytes of the line it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found<T> {
    /// The value.
    pub value: T,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// Bounds on one line: what is longer is no prose, no table and no log.
pub const MAX_LINE: usize = 16 << 10;
