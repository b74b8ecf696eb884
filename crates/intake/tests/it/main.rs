//! The doors from outside: over real sockets, real files, a real Postfix, and both databases.

mod common;
mod files;
mod garbage;
mod kill;
mod postfix;
mod protocol;
mod unix;
