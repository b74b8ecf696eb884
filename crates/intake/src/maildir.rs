//! Watches a Maildir: stores what is in `new`, and moves it to `cur` only when it is durable.
//!
//! It looks at intervals instead of asking the kernel to be told: that works on every file system, also over NFS, and after
//! a restart there is nothing to catch up on. Killed between storing and moving, it stores the mail again after the restart
//! and finds that it is there.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use model::Clock;
use store::acceptor::Acceptor;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::import::read_bounded;
use crate::pump::{Item, Origin, Outcome, Pump, Tally};
use crate::{Counters, IntakeError, MaildirSettings};

/// Most messages in one look; the next look takes the others.
const LOOK: usize = 4096;

/// Watches one Maildir.
pub struct Watcher {
    settings: MaildirSettings,
    acceptor: Acceptor,
    clock: Arc<dyn Clock>,
    counters: Arc<Counters>,
    /// Files that cannot be taken and have been reported, so that they are not reported again at every look.
    reported: HashSet<OsString>,
}

impl Watcher {
    /// A watcher; the folder must be a Maildir.
    pub fn new(
        settings: MaildirSettings,
        acceptor: Acceptor,
        clock: Arc<dyn Clock>,
        counters: Arc<Counters>,
    ) -> Result<Self, IntakeError> {
        if !settings.folder.join("new").is_dir() {
            return Err(IntakeError::NotMaildir { folder: settings.folder });
        }
        let cur = settings.folder.join("cur");
        fs::create_dir_all(&cur).map_err(|source| IntakeError::Move { file: cur, source })?;
        Ok(Self { settings, acceptor, clock, counters, reported: HashSet::new() })
    }

    /// Looks at intervals until `stop` is cancelled. A look that has begun is finished.
    pub async fn serve(mut self, stop: CancellationToken) {
        tracing::info!(door = "maildir", folder = %self.settings.folder.display(), "door open");
        loop {
            self.look(|outcome| match &outcome.result {
                Ok(receipt) => {
                    let (report, bytes, duplicate) = (receipt.report, outcome.bytes, receipt.duplicate);
                    tracing::info!(%report, bytes, door = "maildir", duplicate, "report stored");
                }
                Err(error) => {
                    tracing::error!(code = %error.code(), %error, door = "maildir", "report put off");
                }
            })
            .await;
            tokio::select! {
                () = sleep(Duration::from_secs(self.settings.every_s.max(1))) => {}
                () = stop.cancelled() => break,
            }
        }
        tracing::info!(door = "maildir", "door closed");
    }

    /// Takes what is in `new` now. What could not be stored for now stays there for the next look; what never can be
    /// (larger than allowed, unreadable) stays there too and is reported once.
    pub async fn look(&mut self, mut progress: impl FnMut(&Outcome)) -> Tally {
        let mut tally = Tally::default();
        let names = match list(&self.settings.folder.join("new")) {
            Ok(names) => names,
            Err(error) => {
                let outcome = Outcome { origin: Origin { file: error.0, at: 0 }, bytes: 0, result: Err(error.1) };
                tally.add(&outcome);
                progress(&outcome);
                return tally;
            }
        };
        self.reported.retain(|name| names.contains(name));
        let mut pump = Pump::new(self.acceptor.clone(), Arc::clone(&self.clock), Arc::clone(&self.counters), false);
        let (mut down, folder) = (false, self.settings.folder.clone());
        let mut done = |mut outcome: Outcome| {
            down |= matches!(&outcome.result, Err(IntakeError::Store(error)) if error.is_temporary());
            if outcome.result.is_ok()
                && let Err(source) = set_seen(&folder, &outcome.origin.file)
            {
                outcome.result = Err(IntakeError::Move { file: outcome.origin.file.clone(), source });
            }
            tally.add(&outcome);
            progress(&outcome);
        };
        for name in names.iter().filter(|name| !self.reported.contains(*name)).take(LOOK).cloned().collect::<Vec<_>>() {
            let file = self.settings.folder.join("new").join(&name);
            match read(file.clone(), self.settings.max_message_bytes).await {
                Ok(raw) => {
                    let origin = Origin { file, at: 0 };
                    pump.push(Item { origin, raw, door: "maildir" }, &mut done).await;
                }
                // Another reader of this Maildir was faster.
                Err(IntakeError::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    self.counters.refused();
                    self.reported.insert(name);
                    done(Outcome { origin: Origin { file, at: 0 }, bytes: 0, result: Err(error) });
                }
            }
        }
        pump.drain(&mut done).await;
        tally
    }
}

async fn read(file: PathBuf, limit: usize) -> Result<Vec<u8>, IntakeError> {
    let name = file.clone();
    let read = tokio::task::spawn_blocking(move || {
        let opened = File::open(&file).map_err(|source| IntakeError::Read { file: file.clone(), source })?;
        read_bounded(opened, &file, limit)
    });
    read.await.unwrap_or_else(|error| Err(IntakeError::Read { file: name, source: io::Error::other(error) }))
}

/// The names in `new`, oldest first: the names of a Maildir begin with the time.
fn list(new: &Path) -> Result<Vec<OsString>, (PathBuf, IntakeError)> {
    let names = || -> io::Result<Vec<OsString>> {
        let mut names = fs::read_dir(new)?
            .map(|entry| Ok(entry?.file_name()))
            .filter(|name| !matches!(name, Ok(name) if name.as_encoded_bytes().starts_with(b".")))
            .collect::<io::Result<Vec<_>>>()?;
        names.sort();
        Ok(names)
    };
    names().map_err(|source| (new.to_owned(), IntakeError::Read { file: new.to_owned(), source }))
}

/// Moves `file` from `new` to `cur`, with the flag "seen".
fn set_seen(folder: &Path, file: &Path) -> io::Result<()> {
    let name = file.file_name().unwrap_or_default();
    let mut target = name.to_owned();
    if !name.as_encoded_bytes().windows(3).any(|three| three == b":2,") {
        target.push(":2,S");
    }
    match fs::rename(file, folder.join("cur").join(target)) {
        // Somebody else moved it: it is out of `new`, which is what matters.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}
