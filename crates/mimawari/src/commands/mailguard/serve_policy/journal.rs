//! The counters on the disk: a file of records to which groups of them are appended with one write and one sync. What was
//! answered is in it; what was being written when the machine stopped was not yet answered.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use anyhow::{Context as _, Result, bail};
use mailguard::policy::{Policy, Record};
use tokio::sync::{mpsc, oneshot};

/// Groups that wait at most; when there are more, the disk has stopped.
const WAITING: usize = 65_536;
/// Most groups of one write.
const TOGETHER: usize = 4096;
/// Beyond so many bytes the file is written anew, and again when it has grown to four times of what was left.
pub(super) const COMPACT: u64 = 16 << 20;

/// Tells whether the records are on the disk.
pub(super) type Waiter = oneshot::Receiver<bool>;

/// What the writer is to do.
enum Task {
    /// Adds lines.
    Append(String, oneshot::Sender<bool>),
    /// Puts these lines in the place of all before.
    Replace(String),
}

/// The open journal.
pub(super) struct Journal {
    tasks: mpsc::Sender<Task>,
    /// Bytes of the file, and from how many on it is to be written anew.
    len: Arc<AtomicU64>,
    limit: Arc<AtomicU64>,
}

impl Journal {
    /// Reads what is there into the policy and begins to write.
    pub(super) fn open(folder: &Path, policy: &mut Policy, compact: u64) -> Result<Self> {
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        let lock = File::create(folder.join("lock"))?;
        if lock.try_lock().is_err() {
            bail!("{} is used by another policy server", folder.display());
        }
        let path = folder.join("counters");
        let file = read(&path, policy).with_context(|| path.display().to_string())?;
        let (len, limit) = (Arc::new(AtomicU64::new(file.metadata()?.len())), Arc::new(AtomicU64::new(compact)));
        let (tasks, waiting) = mpsc::channel(WAITING);
        let mut writer = Writer { path, file, len: Arc::clone(&len), limit: Arc::clone(&limit), compact };
        thread::Builder::new().name("counters".to_owned()).spawn(move || {
            writer.work(waiting);
            // Held as long as this thread writes.
            drop(lock);
        })?;
        Ok(Self { tasks, len, limit })
    }

    /// Hands records over; the waiter tells when they are on the disk. An error if the disk is too far behind.
    pub(super) fn append(&self, records: &[Record]) -> Result<Waiter, ()> {
        let (told, waiter) = oneshot::channel();
        self.tasks.try_send(Task::Append(lines(records), told)).map_err(|_| ())?;
        Ok(waiter)
    }

    /// Has the file written anew if it has grown long. The policy is the one whose records were handed over, and nobody hands
    /// others over meanwhile.
    pub(super) fn compact(&self, policy: &Policy) {
        if self.len.load(Ordering::Relaxed) > self.limit.load(Ordering::Relaxed) {
            // A writer that is behind is asked the next time.
            let _ = self.tasks.try_send(Task::Replace(lines(&policy.records())));
        }
    }
}

fn lines(records: &[Record]) -> String {
    let mut text = String::new();
    for record in records {
        record.write(&mut text);
    }
    text
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    options
}

/// Reads the records, and cuts off a line that was being written.
fn read(path: &Path, policy: &mut Policy) -> Result<File> {
    let file = options().open(path)?;
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
    Ok(file)
}

/// The one that writes.
struct Writer {
    path: PathBuf,
    file: File,
    len: Arc<AtomicU64>,
    limit: Arc<AtomicU64>,
    compact: u64,
}

impl Writer {
    fn work(&mut self, mut waiting: mpsc::Receiver<Task>) {
        let (mut text, mut waiters) = (String::new(), Vec::new());
        while let Some(task) = waiting.blocking_recv() {
            let mut next = Some(task);
            while let Some(Task::Append(more, told)) = next {
                text.push_str(&more);
                waiters.push(told);
                next = if waiters.len() < TOGETHER { waiting.try_recv().ok() } else { None };
            }
            let kept = if text.is_empty() { Ok(()) } else { self.append(&text) };
            if let Err(error) = &kept {
                tracing::error!(%error, "counters cannot be written");
            }
            text.clear();
            for told in waiters.drain(..) {
                // Whoever no longer waits has gone.
                let _ = told.send(kept.is_ok());
            }
            if let Some(Task::Replace(all)) = next
                && let Err(error) = self.replace(&all)
            {
                tracing::error!(%error, "counters cannot be written anew; the long file goes on");
            }
            self.len.store(self.file.metadata().map_or(0, |data| data.len()), Ordering::Relaxed);
        }
    }

    /// All or nothing: half a group would spoil the line after it.
    fn append(&mut self, text: &str) -> io::Result<()> {
        let before = self.file.metadata()?.len();
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_data());
        if written.is_err() {
            self.file.set_len(before)?;
        }
        written
    }

    /// The old file stays until the new one is whole.
    fn replace(&mut self, text: &str) -> io::Result<()> {
        let new = self.path.with_extension("new");
        let mut file = File::create(&new)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, &self.path)?;
        if let Some(folder) = self.path.parent() {
            File::open(folder)?.sync_all()?;
        }
        self.file = options().open(&self.path)?;
        self.limit.store(self.compact.max(text.len() as u64 * 4), Ordering::Relaxed);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use mailguard::place::Nowhere;
    use mailguard::policy::{Attempt, Settings, Stage};

    use super::*;

    fn policy() -> Policy {
        let text = "[service]\nplan = \"p\"\n[[plan]]\nname = \"p\"\n[[plan.quota]]\nname = \"q\"\nof = \"mails\"\nmost = 50\nwindow = \"10m\"\n";
        Policy::new(Settings::parse(text).unwrap(), Box::new(Nowhere), None)
    }

    #[test]
    fn a_long_journal_is_written_anew_and_counts_as_before() {
        let folder = tempfile::tempdir().unwrap();
        let mut served = policy();
        let journal = Journal::open(folder.path(), &mut served, 2000).unwrap();
        let mut again = policy();
        assert!(Journal::open(folder.path(), &mut again, 2000).is_err(), "two servers on one folder");
        let mut now = "2026-02-03T04:05:06Z".parse::<jiff::Timestamp>().unwrap();
        let mut given = 0;
        for mail in 1..=400_u64 {
            now += jiff::SignedDuration::from_secs(40);
            let (address, port, stage) = ("192.0.2.1".parse().ok(), None, Some(Stage::Data));
            let attempt = Attempt { account: "taro", address, port, stage, recipients: 1, keys: (mail, mail + 1000) };
            let answer = served.attempt(&attempt, now);
            given += usize::from(answer.stop.is_none());
            if !answer.records.is_empty() {
                assert!(journal.append(&answer.records).unwrap().blocking_recv().unwrap());
            }
            journal.compact(&served);
        }
        assert_eq!(given, 400);
        drop(journal);
        // The writer ends when it has done what it was told.
        let mut read = policy();
        let opened = (0..200).find_map(|_| {
            thread::sleep(std::time::Duration::from_millis(10));
            read = policy();
            Journal::open(folder.path(), &mut read, 2000).ok()
        });
        assert!(opened.is_some());
        let text = fs::read_to_string(folder.path().join("counters")).unwrap();
        // What had left its window when the file was written anew is gone.
        let left = text.lines().filter(|line| line.ends_with("taro")).count();
        assert!((15..given).contains(&left), "{left}");
        let attempt = Attempt {
            account: "taro",
            address: None,
            port: None,
            stage: Some(Stage::Data),
            recipients: 1,
            keys: (1, 2),
        };
        assert_eq!(read.attempt(&attempt, now).stop, served.attempt(&attempt, now).stop);
    }
}
