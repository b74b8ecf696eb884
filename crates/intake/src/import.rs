//! Import of files, folders and standard input: mbox, single mails, bare JSON, each also compressed with gzip.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::bufread::MultiGzDecoder;
use model::Clock;
use store::acceptor::Acceptor;
use tokio::sync::mpsc;

use crate::mbox::{Mbox, is_from_line};
use crate::pump::{Item, Origin, Outcome, Pump, Tally};
use crate::walk::walk;
use crate::{Counters, IntakeError};

/// What is read of a file to see what it is.
const BUFFER: usize = 256 << 10;
/// Standard input, as a path.
const STDIN: &str = "-";

/// What to import.
#[derive(Debug, Clone)]
pub struct Import {
    /// Files and folders; `-` is standard input.
    pub paths: Vec<PathBuf>,
    /// Largest message in bytes; a larger one is skipped.
    pub max_message_bytes: usize,
}

/// Stores what it reads.
#[derive(Clone)]
pub struct Importer {
    acceptor: Acceptor,
    clock: Arc<dyn Clock>,
    counters: Arc<Counters>,
}

impl Importer {
    /// An importer.
    pub fn new(acceptor: Acceptor, clock: Arc<dyn Clock>, counters: Arc<Counters>) -> Self {
        Self { acceptor, clock, counters }
    }

    /// Imports everything; `progress` is called with what became of each message. What cannot be read or stored is
    /// reported and skipped.
    pub async fn run(&self, import: Import, mut progress: impl FnMut(&Outcome)) -> Tally {
        let mut tally = Tally::default();
        let mut done = |outcome: Outcome| {
            tally.add(&outcome);
            progress(&outcome);
        };
        // Files are read by a thread, one message ahead.
        let (send, mut items) = mpsc::channel(1);
        let reader = tokio::task::spawn_blocking(move || {
            import.each(&mut |item| send.blocking_send(item).is_ok());
        });
        let mut pump = Pump::new(self.acceptor.clone(), Arc::clone(&self.clock), Arc::clone(&self.counters), true);
        while let Some(item) = items.recv().await {
            match item {
                Ok(item) => pump.push(item, &mut done).await,
                Err((origin, error)) => {
                    self.counters.refused();
                    done(Outcome { origin, bytes: 0, result: Err(error) });
                }
            }
        }
        pump.drain(&mut done).await;
        if let Err(error) = reader.await {
            tracing::error!(code = "intake.read", %error, "reading the import broke off");
        }
        tally
    }
}

/// What reading yields: a message, or where something could not be read and why.
type Found = Result<Item, (Origin, IntakeError)>;

impl Import {
    /// Bytes of all files, for a progress bar; standard input and what cannot be read count nothing.
    pub fn size(&self) -> u64 {
        let mut total = 0;
        for path in &self.paths {
            walk(path, &mut |step| {
                total += step.ok().and_then(|file| fs::metadata(file).ok()).map_or(0, |metadata| metadata.len());
                true
            });
        }
        total
    }

    /// Reads every message in order of path and hands it to `take` until that returns false. Blocks on files.
    pub fn each(&self, take: &mut dyn FnMut(Found) -> bool) {
        for path in &self.paths {
            if path == Path::new(STDIN) {
                if !self.stream(BufReader::with_capacity(BUFFER, io::stdin().lock()), path, "stdin", take) {
                    return;
                }
                continue;
            }
            let go_on = walk(path, &mut |step| match step {
                Ok(file) => self.file(&file, take),
                Err((file, source)) => take(Err(unreadable(&file, source))),
            });
            if !go_on {
                return;
            }
        }
    }

    fn file(&self, file: &Path, take: &mut dyn FnMut(Found) -> bool) -> bool {
        let reader = match File::open(file) {
            Ok(opened) => BufReader::with_capacity(BUFFER, opened),
            Err(source) => return take(Err(unreadable(file, source))),
        };
        if file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gz")) {
            return self.stream(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(reader)), file, "file", take);
        }
        self.stream(reader, file, "file", take)
    }

    /// Reads an opened file, whatever it holds.
    fn stream(
        &self,
        mut reader: impl BufRead,
        file: &Path,
        door: &'static str,
        take: &mut dyn FnMut(Found) -> bool,
    ) -> bool {
        let is_mbox = match reader.fill_buf() {
            Ok(start) => is_from_line(start.split(|byte| *byte == b'\n').next().unwrap_or_default()),
            Err(source) => return take(Err(unreadable(file, source))),
        };
        if !is_mbox {
            return take(self.single(reader, file, door));
        }
        for item in Mbox::new(reader, file.to_owned(), self.max_message_bytes) {
            let found = item.map_err(|error| {
                let at = if let IntakeError::TooBig { at, .. } = &error { *at } else { 0 };
                (Origin { file: file.to_owned(), at }, error)
            });
            if !take(found) {
                return false;
            }
        }
        true
    }

    fn single(&self, reader: impl Read, file: &Path, door: &'static str) -> Found {
        let origin = Origin { file: file.to_owned(), at: 0 };
        let raw = read_bounded(reader, file, self.max_message_bytes).map_err(|error| (origin.clone(), error))?;
        Ok(Item { origin, raw, door })
    }
}

fn unreadable(file: &Path, source: io::Error) -> (Origin, IntakeError) {
    (Origin { file: file.to_owned(), at: 0 }, IntakeError::Read { file: file.to_owned(), source })
}

/// Reads one message; an empty file holds none.
pub(crate) fn read_bounded(reader: impl Read, file: &Path, limit: usize) -> Result<Vec<u8>, IntakeError> {
    let mut raw = Vec::new();
    reader
        .take(limit as u64 + 1)
        .read_to_end(&mut raw)
        .map_err(|source| IntakeError::Read { file: file.to_owned(), source })?;
    if raw.len() > limit {
        return Err(IntakeError::TooBig { file: file.to_owned(), at: 0, limit });
    }
    if raw.is_empty() {
        let why = "the file is empty; expected a mail, an mbox or a JSON report".to_owned();
        return Err(IntakeError::NoMessage { file: file.to_owned(), why });
    }
    Ok(raw)
}
