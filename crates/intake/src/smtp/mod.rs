//! LMTP (RFC 2033) and SMTP (RFC 5321): the listener, one session per connection.
//!
//! The grammar of commands is that of the crate `smtp-proto`; the end of the data is found by our own [`dots`], because only
//! `CR LF . CR LF` may end it and every other sequence is content (SMTP smuggling).

mod body;
mod dots;
mod listener;
mod session;
mod transfer;
mod wire;

pub use listener::Listener;
