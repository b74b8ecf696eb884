//! How mails leave this desk and what they may say of the reporter.

use serde::{Deserialize, Serialize};

/// Whether a customer may be told who reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReporterIdentity {
    /// Never (D32).
    #[default]
    Hide,
    /// Of reporters who agreed to it.
    Share,
}

/// Whether the way to the mail server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tls {
    /// No: the mail server is on this machine.
    None,
    /// If the server offers it (STARTTLS, RFC 3207).
    #[default]
    Opportunistic,
    /// Always; without it nothing is sent.
    Required,
}

/// The `[desk.mail]` section of the configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MailSettings {
    /// The way out: a name of [`crate::channels::ALL`].
    pub channel: String,
    /// The provider's mail server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Encryption on the way to it.
    pub tls: Tls,
    /// Login, if the server asks for one.
    pub user: Option<String>,
    /// Password of the login.
    pub password: Option<String>,
    /// Our name in EHLO; empty: the domain of the desk's address.
    pub hello: String,
    /// Folder for the channel `folder`.
    pub folder: String,
    /// Seconds after which a mail that takes longer is given up as uncertain.
    pub timeout_seconds: u32,
    /// Seconds in which a notice that goes out by itself can still be held.
    pub undo_seconds: u32,
    /// Business days that a customer has for an answer where the playbook names none.
    pub answer_days: u32,
    /// Business days that a reporter has to bring what is missing.
    pub ask_days: u32,
    /// Whether `abuse+anything@…` is delivered to `abuse@…` (Postfix: `recipient_delimiter = +`). Answers then find their
    /// case even if the answering program drops our Message-ID.
    pub plus_addressing: bool,
    /// Whether customers may be told who reported, where the reporter agreed.
    pub reporter_identity: ReporterIdentity,
    /// Receipts to one address in 24 hours, against loops with machines that hide what they are.
    pub receipts_per_day: u32,
}

impl Default for MailSettings {
    fn default() -> Self {
        Self {
            channel: "smtp".to_owned(),
            host: "localhost".to_owned(),
            port: 25,
            tls: Tls::Opportunistic,
            user: None,
            password: None,
            hello: String::new(),
            folder: String::new(),
            timeout_seconds: 120,
            undo_seconds: 10,
            answer_days: 3,
            ask_days: 5,
            plus_addressing: true,
            reporter_identity: ReporterIdentity::Hide,
            receipts_per_day: 20,
        }
    }
}
