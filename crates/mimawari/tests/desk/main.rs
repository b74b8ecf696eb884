//! The desk as a provider runs it: the real program, a real Postfix in front of it and behind it, and the truth beside.
//!
//! Tests whose names begin with `system_` start servers; `MIMAWARI_SKIP_SYSTEM=1` passes over those that need Postfix.

mod answers;
mod coverage;
mod garbage;
mod mails;
mod senders;
mod site;
mod storm;
mod truth;
mod two_nodes;
mod week;
mod world;
