//! What a list is worth, from its history and from the other lists: how fast it forgets, and what only it sees.

mod exclusive;
mod retention;
mod survival;

pub use exclusive::{Exclusive, Independence, Kind, Relation, exclusive};
pub use retention::{Retention, retention};
pub use survival::{Lasting, Survival};

#[cfg(test)]
mod tests;
