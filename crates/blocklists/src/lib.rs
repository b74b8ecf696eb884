//! Public blocklists: the world's view of a provider's addresses, and what each list is worth.
//!
//! Pure: bytes, states and moments in, answers out. Files, folders, archives and the network are the caller's.
//!
//! - [`parse`] reads a list of addresses, prefixes and ranges, IPv4 and IPv6 in one code, and counts what it cannot read.
//! - [`overlap`] compares all lists with all lists in one sweep, with what only one of them has.
//! - [`sets`] is the algebra on what was read: union, intersection, difference, the smallest cover by prefixes.

pub mod error;
pub mod overlap;
pub mod parse;
pub mod sets;

pub use error::ListError;
pub use parse::{Limits, List};
pub use sets::{Range, Ranges, Width};
