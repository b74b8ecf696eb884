//! Who is asking, and what they may do.
//!
//! A person logs in with a password and carries a session cookie; a program carries a bearer token. Both become a
//! [`Caller`] with a name for the journal and a [`model::Role`]. A changing request with a cookie must also carry the
//! session's CSRF token and come from our own origin.

mod caller;
pub(crate) mod cookie;
pub(crate) mod limit;
pub mod password;

pub use caller::Caller;
pub(crate) use caller::from_own_origin;

/// A fresh token for a program: 256 random bits as text.
pub fn new_token() -> Option<String> {
    cookie::random_token().ok()
}
