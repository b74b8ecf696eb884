//! Notices from writing to sending and back, on both databases.

mod crash;
mod customer;
mod people;
mod reporter;
mod thread;
mod ticks;
mod wire;
mod world;
