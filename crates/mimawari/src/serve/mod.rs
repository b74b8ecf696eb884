//! The daemon: doors, workers and console wired together and watched over.

mod metrics;
pub(crate) mod node;
pub(crate) mod supervise;

pub(crate) use node::{Node, checker, desk};
