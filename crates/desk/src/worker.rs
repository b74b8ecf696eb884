//! The worker: claims reading jobs in batches and works on them until it is told to stop.
//!
//! It keeps no state that a crash could lose: a job is held by a lease, and what it writes is one transaction with the end
//! of the job. Killed at any point, its jobs are taken by somebody else when the lease runs out.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use store::reports::READ_REPORT;
use tokio_util::sync::CancellationToken;

use crate::{Desk, DeskError, Processed};

/// How a worker works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkerSettings {
    /// Jobs claimed at once, and written in one transaction if all goes well.
    pub batch: i64,
    /// How long a claim holds. A batch must be done by then.
    pub lease: SignedDuration,
    /// Pause when there is nothing to do.
    pub idle: Duration,
    /// Longest pause when the database does not answer.
    pub longest_pause: Duration,
}

impl Default for WorkerSettings {
    fn default() -> Self {
        Self {
            batch: 64,
            lease: SignedDuration::from_mins(5),
            idle: Duration::from_millis(500),
            longest_pause: Duration::from_secs(30),
        }
    }
}

/// What a worker has done so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Done {
    /// Reports that were worked on.
    pub reports: u64,
    /// Cases that were opened.
    pub opened: u64,
    /// Reports that failed and will be tried again or were set aside.
    pub failed: u64,
    /// When it last looked for work: older than a minute means that it hangs.
    pub heartbeat: Option<Timestamp>,
}

/// A worker on one node.
pub struct Worker {
    desk: Desk,
    settings: WorkerSettings,
    node: String,
    serial: u64,
    done: tokio::sync::watch::Sender<Done>,
}

impl Worker {
    /// A worker of `desk`. Its name in leases is new with each start.
    pub fn new(desk: Desk, settings: WorkerSettings) -> Result<Self, DeskError> {
        let mut random = [0_u8; 8];
        getrandom::fill(&mut random).map_err(DeskError::no_randomness)?;
        let node = format!("{}:{:016x}", std::process::id(), u64::from_ne_bytes(random));
        Ok(Self { desk, settings, node, serial: 0, done: tokio::sync::watch::Sender::new(Done::default()) })
    }

    /// What it has done so far, to look at while it works.
    pub fn watch(&self) -> tokio::sync::watch::Receiver<Done> {
        self.done.subscribe()
    }

    /// Works until `stop` is cancelled; the batch at hand is finished first.
    pub async fn run(&mut self, stop: &CancellationToken) {
        let mut pause = self.settings.idle;
        while !stop.is_cancelled() {
            match self.step().await {
                Ok(0) => pause = self.settings.idle,
                Ok(_) => continue,
                Err(error) => {
                    tracing::warn!(%error, code = %error.code(), "the worker waits for the database");
                    pause = (pause * 2).min(self.settings.longest_pause);
                }
            }
            tokio::select! {
                () = stop.cancelled() => break,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Claims one batch and works on it; says how many jobs it had.
    pub async fn step(&mut self) -> Result<usize, DeskError> {
        let now = self.desk.clock.now();
        self.done.send_modify(|done| done.heartbeat = Some(now));
        // A look without a lock first: an idle desk must not write.
        if !self.desk.store.has_due_job(&[READ_REPORT], now).await? {
            return Ok(0);
        }
        self.serial += 1;
        let owner = format!("{}:{}", self.node, self.serial);
        let jobs =
            self.desk.store.claim_jobs(&[READ_REPORT], self.settings.batch, now, self.settings.lease, &owner).await?;
        let count = jobs.len();
        if count > 0 {
            let results = self.desk.process_batch(jobs).await?;
            self.note(&results);
        }
        Ok(count)
    }

    fn note(&self, results: &[Processed]) {
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        self.done.send_modify(|done| {
            done.reports += count(results.len());
            done.opened += results.iter().map(|result| count(result.opened.len())).sum::<u64>();
            done.failed += count(results.iter().filter(|result| result.error.is_some()).count());
        });
    }
}
