//! The configuration file: one section per part, each part's struct beside its code. Unknown keys are errors.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::cli::Cli;

/// Everything that can be configured; every key has a default.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    /// Where the control database is.
    pub(crate) database: store::Settings,
    /// How the inventory is asked.
    pub(crate) attribution: attribution::Settings,
    /// How the desk works.
    pub(crate) desk: desk::Settings,
    /// Listeners for mail.
    pub(crate) lmtp: Vec<intake::LmtpSettings>,
    /// Maildirs that are watched.
    pub(crate) maildir: Vec<intake::MaildirSettings>,
    /// Whose word counts in the way of a mail.
    pub(crate) trace: reports::trace::Settings,
    /// Verifying who sent a report.
    pub(crate) check: authentic::Settings,
    /// Public lists that are watched.
    pub(crate) blocklists: crate::lists::Settings,
    /// The console and the API.
    pub(crate) console: console::Settings,
}

impl Config {
    /// Reads the configuration that the command line names, with the command line's own settings over it.
    pub(crate) fn load(cli: &Cli) -> Result<Self> {
        let mut config = cli.config.as_deref().map(Self::read).transpose()?.unwrap_or_default();
        if let Some(url) = &cli.database {
            config.database.url.clone_from(url);
        }
        Ok(config)
    }

    fn read(file: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("the configuration file {} cannot be read", file.display()))?;
        toml::from_str(&text)
            .with_context(|| format!("the configuration file {} is wrong", PathBuf::from(file).display()))
    }
}
