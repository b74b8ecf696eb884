//! The job queue: a table, claimed by lease, shared by any number of nodes.
//!
//! Claiming is one `UPDATE` whose condition is checked again under the row lock, so two nodes never hold one job. What a job
//! does and that it is done are written in one transaction, guarded by the lease ([`Tx::finish_job`]): a worker whose lease
//! ran out and whose job another node has taken cannot commit. A job that keeps failing is set aside and delays nobody.

use jiff::{SignedDuration, Timestamp};
use model::JobId;
use serde_json::Value;

use crate::{Row, Store, StoreError, Tx, args};

/// Attempts after which a job is set aside for a person.
pub const MAX_ATTEMPTS: i64 = 8;

/// A claimed job.
#[derive(Debug, Clone)]
pub struct Job {
    /// Its number.
    pub id: JobId,
    /// What kind of work.
    pub kind: String,
    /// What to work on.
    pub payload: Value,
    /// How often it has been claimed, this time included.
    pub attempts: i64,
    /// Who holds it: node and claim, never the same twice.
    pub owner: String,
}

/// How many jobs are in which state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Depth {
    /// May be claimed now.
    pub ready: i64,
    /// Wait for their time.
    pub later: i64,
    /// Set aside.
    pub dead: i64,
}

impl Tx {
    /// Adds a job. With `dedupe`, a second job of that name, whether done or not, is not added.
    pub async fn enqueue(
        &mut self,
        kind: &str,
        payload: &Value,
        run_at: Timestamp,
        dedupe: Option<&str>,
    ) -> Result<(), StoreError> {
        let id = self.new_id().await?;
        self.execute(
            "INSERT INTO job (id, kind, payload, dedupe, state, run_at, attempts, lease_until, created_at) \
             VALUES ($1, $2, $3, $4, 'ready', $5, 0, 0, $5) ON CONFLICT (dedupe) DO NOTHING",
            args![id, kind, payload.to_string(), dedupe, run_at],
        )
        .await?;
        Ok(())
    }

    /// Adds many jobs of one kind, each with its payload and the time from which it may run.
    pub async fn enqueue_many(&mut self, kind: &str, jobs: &[(Value, Timestamp)]) -> Result<(), StoreError> {
        let mut rows = Vec::with_capacity(jobs.len());
        for (payload, run_at) in jobs {
            rows.push(args![self.new_id().await?, kind, payload.to_string(), "ready", *run_at, 0_i64, 0_i64, *run_at]);
        }
        self.insert_many(
            "INSERT INTO job (id, kind, payload, state, run_at, attempts, lease_until, created_at) VALUES",
            rows,
            "",
        )
        .await?;
        Ok(())
    }

    /// Ends a job in the transaction that did its work. Fails with [`StoreError::Stale`] if the lease was lost, so that
    /// the whole transaction is rolled back.
    pub async fn finish_job(&mut self, job: &Job) -> Result<(), StoreError> {
        let changed = self
            .execute(
                "UPDATE job SET state = 'done' WHERE id = $1 AND lease_owner = $2 AND state = 'ready'",
                args![job.id, &job.owner],
            )
            .await?;
        if changed == 1 { Ok(()) } else { Err(StoreError::Stale { what: format!("job {}", job.id) }) }
    }

    /// Puts a job back: to be tried again at `retry_at`, or set aside once it has been tried too often. Returns whether
    /// it was set aside.
    pub async fn fail_job(&mut self, job: &Job, error: &str, retry_at: Timestamp) -> Result<bool, StoreError> {
        let dead = job.attempts >= MAX_ATTEMPTS;
        self.execute(
            "UPDATE job SET state = $3, run_at = $4, lease_owner = NULL, lease_until = 0, last_error = $5 \
             WHERE id = $1 AND lease_owner = $2 AND state = 'ready'",
            args![job.id, &job.owner, if dead { "dead" } else { "ready" }, retry_at, error],
        )
        .await?;
        Ok(dead)
    }
}

impl Store {
    /// Claims up to `limit` jobs of one of `kinds` that are due at `now`, for `lease`. `owner` must be new at each call.
    pub async fn claim_jobs(
        &self,
        kinds: &[&str],
        limit: i64,
        now: Timestamp,
        lease: SignedDuration,
        owner: &str,
    ) -> Result<Vec<Job>, StoreError> {
        let until = now.saturating_add(lease).unwrap_or(Timestamp::MAX);
        let kinds_in = crate::placeholders(5, kinds.len());
        let sql = format!(
            "UPDATE job SET lease_owner = $1, lease_until = $2, attempts = attempts + 1 \
             WHERE id IN (SELECT id FROM job WHERE state = 'ready' AND kind IN ({kinds_in}) AND run_at <= $3 AND lease_until <= $3 \
             ORDER BY run_at, id LIMIT $4) AND state = 'ready' AND lease_until <= $3 RETURNING id, kind, payload, attempts"
        );
        let mut values = args![owner, until, now, limit];
        values.extend(kinds.iter().map(|kind| crate::Arg::from(*kind)));
        let mut tx = self.begin().await?;
        let rows = tx.fetch(&sql, values).await?;
        tx.commit().await?;
        let mut jobs = rows.iter().map(|row| job(row, owner)).collect::<Result<Vec<_>, _>>()?;
        // RETURNING has no order.
        jobs.sort_by_key(|job| job.id);
        Ok(jobs)
    }

    /// Whether a job of one of `kinds` is due; a cheap look before [`Store::claim_jobs`] takes a write lock.
    pub async fn has_due_job(&self, kinds: &[&str], now: Timestamp) -> Result<bool, StoreError> {
        let sql = format!(
            "SELECT id FROM job WHERE state = 'ready' AND kind IN ({}) AND run_at <= $1 AND lease_until <= $1 LIMIT 1",
            crate::placeholders(2, kinds.len())
        );
        let mut values = args![now];
        values.extend(kinds.iter().map(|kind| crate::Arg::from(*kind)));
        Ok(self.fetch_opt(&sql, values).await?.is_some())
    }

    /// How deep the queue is at `now`.
    pub async fn job_depth(&self, now: Timestamp) -> Result<Depth, StoreError> {
        let sql = "SELECT state, CASE WHEN run_at <= $1 THEN 1 ELSE 0 END AS due, COUNT(*) AS n FROM job WHERE state <> 'done' GROUP BY 1, 2";
        let mut depth = Depth::default();
        for row in self.fetch(sql, args![now]).await? {
            let slot = match (row.text("state")?.as_str(), row.int("due")?) {
                ("dead", _) => &mut depth.dead,
                (_, 1) => &mut depth.ready,
                _ => &mut depth.later,
            };
            *slot += row.int("n")?;
        }
        Ok(depth)
    }
}

fn job(row: &Row, owner: &str) -> Result<Job, StoreError> {
    Ok(Job {
        id: JobId(row.int("id")?),
        kind: row.text("kind")?,
        payload: row.json("payload")?,
        attempts: row.int("attempts")?,
        owner: owner.to_owned(),
    })
}
