//! The screens through the router, as a browser without script sees them.

mod access;
mod client;
#[path = "../common/mod.rs"]
mod common;
mod corrections;
mod deeds;
mod pages;
mod registers;
mod rules;
mod trace;
