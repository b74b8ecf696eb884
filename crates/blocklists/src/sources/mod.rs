//! Sources as data: which public lists there are, what is known of each, and how its bytes are read.
//!
//! - [`registry`]: the lists that the program brings and those that the operator adds, each with maintainer, mechanism, terms
//!   and how often it may be asked.
//! - [`forms`]: one file per way of writing a list; pure functions of bytes.
//! - [`dns`]: lists that are asked by DNS: names, answers, health, http:BL.
//! - [`Snapshot`]: what one version of a list says: addresses, names, networks, and the facts about those one asked for.
//! - [`Own`]: what is ours, and [`hits`]: what a version says about it.

pub mod dns;
pub mod forms;
mod moment;
mod own;
pub mod registry;
mod row;

pub use forms::{read, read_parts};
pub use own::{Hit, Own, Subject, hits};
pub use registry::{Category, Dated, Maintainer, Registry, Source};
pub use row::{Collector, Fact, Row, Snapshot, What};
