//! Mails as `.eml` files in a folder: for trying the desk without a mail server.
//!
//! The file appears whole (written aside, then renamed) and is named by its Message-ID, so a second sending of one mail would
//! be seen and is refused.

use std::path::{Path, PathBuf};

use tokio::io::AsyncWriteExt as _;

use super::{Channel, Entry, Outcome, Sending};
use crate::notices::Outgoing;
use crate::why::reasons;
use crate::{DeskError, Settings};

/// The channel's entry.
pub const ENTRY: Entry = Entry { name: "folder", open };

struct Folder(PathBuf);

fn open(settings: &Settings) -> Result<Box<dyn Channel>, DeskError> {
    if settings.mail.folder.is_empty() {
        return Err(DeskError::Invalid(reasons::mail_folder_empty()));
    }
    Ok(Box::new(Folder(PathBuf::from(&settings.mail.folder))))
}

impl Channel for Folder {
    fn name(&self) -> &'static str {
        ENTRY.name
    }

    fn send<'a>(&'a self, mail: &'a Outgoing) -> Sending<'a> {
        Box::pin(async move {
            match write(&self.0, mail).await {
                Ok(true) => Outcome::Taken("written".to_owned()),
                Ok(false) => Outcome::Taken("was there already".to_owned()),
                Err(error) => Outcome::Later(format!("{}: {error}", self.0.display())),
            }
        })
    }
}

/// Writes the mail; false if it is there already.
async fn write(folder: &Path, mail: &Outgoing) -> std::io::Result<bool> {
    tokio::fs::create_dir_all(folder).await?;
    // Our own Message-IDs hold letters, digits, dots and one @; anything else must not name a path.
    let name: String = mail.message_id.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let place = folder.join(format!("{name}.eml"));
    if tokio::fs::try_exists(&place).await? {
        return Ok(false);
    }
    let aside = folder.join(format!(".{name}.tmp"));
    let mut file = tokio::fs::File::create(&aside).await?;
    file.write_all(&mail.bytes).await?;
    file.sync_all().await?;
    drop(file);
    tokio::fs::rename(&aside, &place).await?;
    Ok(true)
}
