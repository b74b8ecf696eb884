//! Everything a person reads, in Japanese and English.
//!
//! - [`catalogue`]: short texts by key ([`t`], [`ta`], [`error`]), from the `.ftl` files in `catalogues/`.
//! - [`wording`]: times, durations, numbers, defanged URLs, masked personal data, log lines in plain words.
//! - [`trace`]: the way of a mail on one page.
//! - [`mail`]: the mails to customers, resellers and reporters, from the templates in `templates/`.
//!
//! Nothing here does I/O or asks for the time. The plain form is used on screens, 敬語 in mails.

pub mod catalogue;
mod failure;
pub mod mail;
pub mod remarks;
pub mod trace;
pub mod wording;

pub use catalogue::{Value, error, has, is_complete, t, ta};
pub use failure::TextError;
