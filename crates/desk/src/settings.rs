//! How one provider runs its desk: who it is, what happens by itself, and how much at most.

use serde::{Deserialize, Serialize};

use crate::measures::ConnectorSettings;
use crate::notices::MailSettings;

/// The provider as it signs its mails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Provider {
    /// Name.
    pub name: String,
    /// The desk's own address: From of every mail; replies come back to it.
    pub desk_mail: String,
    /// Telephone of the desk.
    pub phone: Option<String>,
    /// Where the console is reached from outside, without a final slash.
    pub url: String,
    /// The terms of service.
    pub terms_url: Option<String>,
}

impl Default for Provider {
    fn default() -> Self {
        Self {
            name: "Example Internet".to_owned(),
            desk_mail: "abuse@provider.example".to_owned(),
            phone: None,
            url: "https://abuse.provider.example".to_owned(),
            terms_url: None,
        }
    }
}

/// How far an action goes by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// It is written down as it would be, and nothing leaves the house.
    #[default]
    DryRun,
    /// It waits for a person.
    Ask,
    /// It happens.
    Act,
}

/// The `[desk]` section of the configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Who we are.
    pub provider: Provider,
    /// Customer notices: drafted for a person (`ask`, the default) or sent at once where the playbook says so (`act`). What a
    /// measure does to a customer he is told at once with either (B31): its approval was the check.
    pub notices: Mode,
    /// Receipts, questions and outcomes to reporters.
    pub reporter_mails: Mode,
    /// Measures; `dry-run` until the provider has tried the playbook on its history.
    pub measures: Mode,
    /// Most measures carried out in an hour, against our own mistakes.
    pub measures_per_hour: u32,
    /// Systems in which measures are carried out.
    pub connectors: Vec<ConnectorSettings>,
    /// Days in which a closed case is reopened by a new report of the same place.
    pub reopen_days: u32,
    /// Days for which a mail whose sending was cut off waits for its copy before a person is asked; see `notices`.
    pub uncertain_minutes: u32,
    /// Address that gets a blind copy of every mail and delivers to our own door, so that a mail whose sending was cut off
    /// by a crash is known to have left. Empty: no copies.
    pub copy_to: String,
    /// How mails leave.
    pub mail: MailSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            provider: Provider::default(),
            notices: Mode::Ask,
            reporter_mails: Mode::Act,
            measures: Mode::DryRun,
            measures_per_hour: 10,
            connectors: Vec::new(),
            reopen_days: 14,
            uncertain_minutes: 15,
            copy_to: String::new(),
            mail: MailSettings::default(),
        }
    }
}
