//! The counters on the disk: a file of records to which groups of them are appended with one write and one sync. What was
//! answered is in it; what was being written when the machine stopped was not yet answered.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context as _, Result, bail};
use mailguard::policy::{Policy, Record};
use tokio::sync::{mpsc, oneshot};

/// Groups that wait at most; when there are more, the disk has stopped.
const WAITING: usize = 65_536;
/// Most groups of one write.
const TOGETHER: usize = 4096;
/// Beyond so many bytes the file is written anew at the next start.
const COMPACT: u64 = 16 << 20;

/// Tells whether the records are on the disk.
pub(super) type Waiter = oneshot::Receiver<bool>;

/// The open journal.
pub(super) struct Journal {
    groups: mpsc::Sender<(String, oneshot::Sender<bool>)>,
}

impl Journal {
    /// Reads what is there into the policy and begins to write.
    pub(super) fn open(folder: &Path, policy: &mut Policy) -> Result<Self> {
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        let lock = File::create(folder.join("lock"))?;
        if lock.try_lock().is_err() {
            bail!("{} is used by another policy server", folder.display());
        }
        let path = folder.join("counters");
        let file = read(&path, policy).with_context(|| path.display().to_string())?;
        let (groups, waiting) = mpsc::channel(WAITING);
        thread::Builder::new().name("counters".to_owned()).spawn(move || {
            write(file, waiting);
            // Held as long as this thread writes.
            drop(lock);
        })?;
        Ok(Self { groups })
    }

    /// Hands records over; the waiter tells when they are on the disk. An error if the disk is too far behind.
    pub(super) fn append(&self, records: &[Record]) -> Result<Waiter, ()> {
        let mut text = String::new();
        for record in records {
            record.write(&mut text);
        }
        let (told, waiter) = oneshot::channel();
        self.groups.try_send((text, told)).map_err(|_| ())?;
        Ok(waiter)
    }
}

/// Reads the records, cuts off a line that was being written, and writes the file anew if it has grown.
fn read(path: &PathBuf, policy: &mut Policy) -> Result<File> {
    let mut options = OpenOptions::new();
    let options = options.read(true).append(true).create(true);
    let file = options.open(path)?;
    let (mut whole, mut wrong, mut line) = (0_u64, 0_u64, Vec::new());
    let mut lines = BufReader::new(&file);
    loop {
        line.clear();
        let len = lines.read_until(b'\n', &mut line)?;
        if line.pop() != Some(b'\n') {
            break;
        }
        whole += len as u64;
        match std::str::from_utf8(&line).ok().and_then(Record::read) {
            Some(record) => policy.replay(&record),
            None => wrong += 1,
        }
    }
    if wrong > 0 {
        tracing::warn!(lines = wrong, "the counters hold lines that are no records; they are passed over");
    }
    file.set_len(whole)?;
    if whole <= COMPACT {
        return Ok(file);
    }
    let new = path.with_extension("new");
    let mut text = String::new();
    for record in policy.records() {
        record.write(&mut text);
    }
    let mut file = File::create(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(options.open(path)?)
}

fn write(mut file: File, mut waiting: mpsc::Receiver<(String, oneshot::Sender<bool>)>) {
    let mut waiters = Vec::new();
    while let Some((mut text, told)) = waiting.blocking_recv() {
        waiters.push(told);
        while waiters.len() < TOGETHER
            && let Ok((more, told)) = waiting.try_recv()
        {
            text.push_str(&more);
            waiters.push(told);
        }
        let kept = append(&mut file, &text);
        if let Err(error) = &kept {
            tracing::error!(%error, "counters cannot be written");
        }
        for told in waiters.drain(..) {
            // Whoever no longer waits has gone.
            let _ = told.send(kept.is_ok());
        }
    }
}

/// All or nothing: half a group would spoil the line after it.
fn append(file: &mut File, text: &str) -> std::io::Result<()> {
    let before = file.metadata()?.len();
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_data());
    if written.is_err() {
        file.set_len(before)?;
    }
    written
}
