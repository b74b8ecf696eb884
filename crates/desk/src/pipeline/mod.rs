//! The pipeline: an accepted report → its reading → whose each subject was → cases, decisions and mails.
//!
//! Reading and attribution happen before the transaction; everything that is written, with the end of the job, is one
//! transaction. Many reports share one; if one of them spoils it, each gets its own, so that a poison report delays nobody.
//!
//! A report of any length is worked on in steps of so many observations: each step is a job with the number of the first one,
//! which reads on from there, writes its part, and puts the next step in the queue, in one transaction.
//!
//! A report whose every subject is neither our address space nor known to our inventory opens no case: it is kept with the
//! state `dismissed` and the code `report.not-ours`, unless the playbook sends such reports to triage.

mod again;
mod check;
mod group;
mod place;
mod read;
mod rebuild;
mod steps;
mod write;

use jiff::{SignedDuration, Timestamp};
use model::{CaseId, ReportId};
use store::StoreError;
use store::jobs::Job;
use store::observations::ReportRead;

use crate::playbook::Playbook;
use crate::{Desk, DeskError};
pub use check::arrival;
pub(crate) use group::missing;
pub(crate) use place::decide_now;
use read::Prepared;
pub(crate) use rebuild::parse_place;
pub(crate) use steps::Wanted;

/// Code of a report that the reader could not read.
pub const UNREADABLE: &str = "report.unreadable";
/// Code of a report in which nothing was found.
pub const NOTHING_FOUND: &str = "report.nothing-found";
/// Code of a report about something that is not ours.
pub const NOT_OURS: &str = "report.not-ours";
/// Code of an answer that belongs to no case.
pub const STRAY_REPLY: &str = "report.stray-reply";
/// Code of a report that could not be worked on, however often it was tried.
pub const FAILED: &str = "report.failed";
/// Code of a report that a person took off the list.
pub const DISMISSED: &str = "report.dismissed";

/// Tries of one report whose transaction collided with another's.
const TRIES: u32 = 4;
/// Longest wait before a job is tried again.
const MAX_BACKOFF: SignedDuration = SignedDuration::from_mins(30);

/// What became of one report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Processed {
    /// The report.
    pub report: Option<ReportId>,
    /// Its state afterwards: `read`, `noise`, `reply`, `set-aside`, `dismissed`.
    pub state: String,
    /// Cases that it opened.
    pub opened: Vec<CaseId>,
    /// Cases that it opened again.
    pub reopened: Vec<CaseId>,
    /// Cases to which it was added.
    pub attached: Vec<CaseId>,
    /// Why it failed, if it did; the job is tried again or set aside.
    pub error: Option<String>,
}

/// What all reports of a batch share.
pub(crate) struct Context {
    pub(crate) playbook: Playbook,
    pub(crate) version: i64,
    pub(crate) calendar: model::calendar::Calendar,
    pub(crate) now: Timestamp,
}

impl Desk {
    pub(crate) async fn decision_context(&self) -> Result<Context, DeskError> {
        let (playbook, version) = self.playbook().await?;
        let calendar = playbook.working_days()?;
        Ok(Context { playbook, version, calendar, now: self.clock.now() })
    }

    /// Works on one job of the kind [`store::reports::READ_REPORT`].
    pub async fn process(&self, job: &Job) -> Result<Processed, DeskError> {
        let context = self.decision_context().await?;
        let prepared = self.prepare(std::slice::from_ref(job)).await?;
        match prepared.first() {
            Some(prepared) => self.process_alone(&context, prepared).await,
            None => Ok(Processed::default()),
        }
    }

    /// Works on many jobs in one transaction, and on each in its own if that fails. The results are in the order of the
    /// jobs; an error is returned only if nothing can be done at present (the database is down or full).
    pub async fn process_batch(&self, jobs: Vec<Job>) -> Result<Vec<Processed>, DeskError> {
        let context = self.decision_context().await?;
        if let Ok(prepared) = self.prepare(&jobs).await {
            match self.write_all(&context, &prepared).await {
                Ok(done) => return Ok(done),
                Err(error) => tracing::debug!(%error, jobs = jobs.len(), "a batch is taken apart"),
            }
            let mut done = Vec::with_capacity(prepared.len());
            for one in &prepared {
                done.push(self.process_or_fail(&context, &one.job, Some(one)).await?);
            }
            return Ok(done);
        }
        let mut done = Vec::with_capacity(jobs.len());
        for job in &jobs {
            done.push(self.process_or_fail(&context, job, None).await?);
        }
        Ok(done)
    }

    async fn write_all(&self, context: &Context, prepared: &[Prepared]) -> Result<Vec<Processed>, DeskError> {
        let mut tx = self.store.begin().await?;
        let mut done = Vec::with_capacity(prepared.len());
        for one in prepared {
            done.push(self.write_report(&mut tx, context, one).await?);
        }
        tx.commit().await?;
        Ok(done)
    }

    async fn process_alone(&self, context: &Context, prepared: &Prepared) -> Result<Processed, DeskError> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.write_all(context, std::slice::from_ref(prepared)).await {
                Ok(mut done) => return Ok(done.pop().unwrap_or_default()),
                // Another node opened the same case, changed it, or the two waited for each other: look again.
                Err(DeskError::Store(StoreError::Conflict(_) | StoreError::Stale { .. } | StoreError::Down(_)))
                    if tries < TRIES =>
                {
                    tokio::time::sleep(std::time::Duration::from_millis(u64::from(tries) * 20)).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// One job by itself; what fails is put back for later, or set aside for a person.
    async fn process_or_fail(
        &self,
        context: &Context,
        job: &Job,
        prepared: Option<&Prepared>,
    ) -> Result<Processed, DeskError> {
        let result = match prepared {
            Some(prepared) => self.process_alone(context, prepared).await,
            None => self.process(job).await,
        };
        let error = match result {
            Ok(done) => return Ok(done),
            Err(DeskError::Store(error)) if error.is_temporary() => return Err(error.into()),
            Err(error) => error,
        };
        tracing::warn!(%error, code = %error.code(), job = job.id.0, attempts = job.attempts, "a report could not be worked on");
        self.put_back(job, &error, context.now).await
    }

    async fn put_back(&self, job: &Job, error: &DeskError, now: Timestamp) -> Result<Processed, DeskError> {
        let text = format!("{}: {error}", error.code());
        let report = job.payload["report"].as_i64().map(ReportId);
        let mut tx = self.store.begin().await?;
        let dead = tx.fail_job(job, &text, now.saturating_add(backoff(job.attempts)).unwrap_or(now)).await?;
        let mut done =
            Processed { report, state: "waiting".to_owned(), error: Some(text.clone()), ..Processed::default() };
        // What the steps before have brought stays; a person sees in the journal where it ended.
        let begun = job.payload["from"].as_u64().unwrap_or(0);
        if let Some(report) = report.filter(|_| dead && begun > 0) {
            let detail = serde_json::json!({ "report": report, "code": FAILED, "error": text, "from": begun });
            tx.journal_at_commit(now, "job:read-report", "report.set-aside", None, detail);
        } else if let Some(report) = report.filter(|_| dead) {
            let read = ReportRead {
                state: "set-aside",
                error_code: Some(FAILED),
                error: Some(&text),
                ..ReportRead::default()
            };
            tx.finish_reading(report, &read, now).await?;
            let detail = serde_json::json!({ "report": report, "code": FAILED, "error": text });
            tx.journal_at_commit(now, "job:read-report", "report.set-aside", None, detail);
            "set-aside".clone_into(&mut done.state);
        }
        tx.commit().await?;
        Ok(done)
    }
}

/// Waiting time before the next try: 2 s, 4 s, 8 s …
fn backoff(attempts: i64) -> SignedDuration {
    let power = u32::try_from(attempts.clamp(1, 20)).unwrap_or(1);
    SignedDuration::from_secs(1_i64 << power).min(MAX_BACKOFF)
}
