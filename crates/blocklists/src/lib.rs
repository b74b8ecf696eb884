//! Public blocklists: the world's view of a provider's addresses, and what each list is worth.
//!
//! Pure: bytes, states and moments in, answers out. Files, folders, archives and the network are the caller's.
//!
//! - [`parse`] reads a list of addresses, prefixes and ranges, IPv4 and IPv6 in one code, and counts what it cannot read.
//! - [`guard`] names the versions of a list that must not be believed.
//! - [`history`] keeps every version of a list as intervals and answers what was listed when.
//! - [`overlap`] compares all lists with all lists in one sweep, with what only one of them has.
//! - [`score`] says how fast a list forgets and what only it sees.
//! - [`sources`] knows public lists as data, and reads every form in which they are written.
//! - [`sets`] is the algebra on what was read: union, intersection, difference, the smallest cover by prefixes.

pub mod error;
pub mod guard;
pub mod history;
pub mod overlap;
pub mod parse;
pub mod score;
pub mod sets;
pub mod sources;

pub use error::ListError;
pub use history::History;
pub use parse::{Limits, List};
pub use sets::{Range, Ranges, Width};
