//! The doors that need no web server: LMTP/SMTP listener, Maildir, mbox, `.eml`, standard input.
//!
//! Every door hands the bytes as they came to [`store::acceptor::Acceptor`] and says "yes" only when they are durable
//! together with the job that will read them. What cannot be stored now is refused with a temporary answer (4xx) or left
//! where it lies: nothing is lost, and the same bytes twice are one report. No door parses a mail.
//!
//! # Postfix in front
//! Let Postfix face the internet (TLS, greylisting, limits per client) and hand over the desk's addresses by LMTP:
//!
//! ```text
//! # /etc/postfix/main.cf
//! transport_maps = inline:{ { abuse@provider.example = lmtp:inet:127.0.0.1:2424 } }
//! # or, over a socket inside Postfix' chroot:  lmtp:unix:mimawari/lmtp   with
//! #   listen = "unix:/var/spool/postfix/mimawari/lmtp"
//! recipient_delimiter = +                     # abuse+TOKEN@… are the desk's signed reply addresses
//! local_recipient_maps =                      # or list the addresses; `recipients` below refuses the others
//! message_size_limit = 52428800               # not above `max_message_bytes`, or the sender gets a bounce later
//! lmtp_destination_concurrency_limit = 20     # commits are shared, so more connections are faster
//! ```
//!
//! With a transport table entry for the bare address, Postfix also finds it for `abuse+TOKEN@…`. Leave
//! `lmtp_destination_recipient_limit` at its default (50): a mail to several of the desk's addresses then comes in one
//! transaction and is one report that knows all of them. Leave `header_checks` and content filters that alter mails away
//! from these addresses: the raw mail is evidence.
//!
//! Postfix keeps and repeats what is answered with 4xx (`maximal_queue_lifetime`, five days by default), so a full disk or
//! a database that is down delays reports and loses none.

mod counters;
mod error;
mod import;
mod maildir;
mod mbox;
mod pump;
mod recipients;
mod settings;
mod smtp;
mod walk;

pub use counters::{Counters, Counts};
pub use error::IntakeError;
pub use import::{Import, Importer};
pub use maildir::Watcher;
pub use pump::{Item, Origin, Outcome, Tally};
pub use recipients::Recipients;
pub use settings::{LmtpSettings, MaildirSettings, Protocol};
pub use smtp::Listener;
pub use walk::{Step, walk};
