//! The `[[lmtp]]` and `[[maildir]]` sections of the configuration.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::IntakeError;

/// Which protocol a listener speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// LMTP (RFC 2033): one answer per recipient; what a mail server in front should use.
    #[default]
    Lmtp,
    /// SMTP (RFC 5321), for a front that cannot speak LMTP. Not meant to face the internet: no TLS, no authentication.
    Smtp,
}

/// One listener.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LmtpSettings {
    /// `ADDRESS:PORT` or `unix:/path/of/socket`.
    pub listen: String,
    /// Protocol.
    pub protocol: Protocol,
    /// The name with which the door greets.
    pub hostname: String,
    /// Addresses that are accepted, `*` standing for any run of characters: `abuse@provider.example`,
    /// `abuse+*@provider.example`. Empty accepts all: the mail server in front decides.
    pub recipients: Vec<String>,
    /// Largest message in bytes.
    pub max_message_bytes: usize,
    /// Most recipients of one message.
    pub max_recipients: usize,
    /// Most connections at once; further ones are told to come again.
    pub max_connections: usize,
    /// Most memory for messages that are being received, all connections together, in bytes.
    pub memory_bytes: usize,
    /// Seconds in which a command must arrive whole.
    pub command_timeout_s: u64,
    /// Seconds in which a message must arrive whole.
    pub data_timeout_s: u64,
    /// Seconds without a byte after which a message is given up.
    pub idle_timeout_s: u64,
    /// Permission bits of the unix socket; the mail server's user must be able to write to it.
    pub unix_mode: u32,
}

impl Default for LmtpSettings {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:2424".to_owned(),
            protocol: Protocol::Lmtp,
            hostname: "localhost".to_owned(),
            recipients: Vec::new(),
            max_message_bytes: 50 << 20,
            max_recipients: 100,
            max_connections: 100,
            memory_bytes: 256 << 20,
            command_timeout_s: 300,
            data_timeout_s: 900,
            idle_timeout_s: 180,
            unix_mode: 0o660,
        }
    }
}

impl LmtpSettings {
    /// Refuses what cannot work.
    pub fn check(&self) -> Result<(), IntakeError> {
        let wrong = |setting, why: String| Err(IntakeError::Setting { setting, why });
        if self.memory_bytes < self.max_message_bytes {
            return wrong("memory_bytes", format!("must be at least max_message_bytes, {}", self.max_message_bytes));
        }
        if self.max_message_bytes < 1024 || self.max_recipients == 0 || self.max_connections == 0 {
            return wrong(
                "max_message_bytes, max_recipients, max_connections",
                "must allow at least 1024 bytes, one recipient and one connection".to_owned(),
            );
        }
        if self.command_timeout_s == 0 || self.data_timeout_s == 0 || self.idle_timeout_s == 0 {
            return wrong(
                "command_timeout_s, data_timeout_s, idle_timeout_s",
                "must be at least one second".to_owned(),
            );
        }
        if self.hostname.is_empty() || !self.hostname.bytes().all(|byte| byte.is_ascii_graphic()) {
            return wrong("hostname", "must be a host name such as abuse.provider.example".to_owned());
        }
        Ok(())
    }
}

/// One watched Maildir.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaildirSettings {
    /// The Maildir: the folder that holds `new` and `cur`.
    pub folder: PathBuf,
    /// Seconds between two looks into `new`.
    #[serde(default = "five")]
    pub every_s: u64,
    /// Largest message in bytes; a larger one stays in `new` and is named in the log.
    #[serde(default = "fifty_megabytes")]
    pub max_message_bytes: usize,
}

const fn five() -> u64 {
    5
}

const fn fifty_megabytes() -> usize {
    50 << 20
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_work_and_a_memory_that_cannot_hold_one_message_does_not() {
        assert!(LmtpSettings::default().check().is_ok());
        let tight = LmtpSettings { memory_bytes: 1 << 20, ..LmtpSettings::default() };
        assert!(matches!(tight.check(), Err(IntakeError::Setting { setting: "memory_bytes", .. })));
        let nameless = LmtpSettings { hostname: "two words".to_owned(), ..LmtpSettings::default() };
        assert!(nameless.check().is_err());
    }
}
