//! The work on cases from an accepted report on, with a real store of each kind and the real inventory.

mod cases;
mod cause;
mod corrections;
mod decisions;
mod grouping;
mod pipeline;
mod room;
mod steps;
mod told;
mod worker;
