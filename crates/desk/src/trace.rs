//! The way of a report and of the mail in it, made from the raw evidence when somebody looks.

use std::sync::Arc;

use model::ReportId;
use model::trace::{Traces, TrustedHost};
use store::{checks, reports};

use crate::why::reasons;
use crate::{Desk, DeskError};

impl Desk {
    /// The way of a stored report and of the mail that it complains about, with what was found of their senders when it came;
    /// nothing for one that is no mail. `trusted` are
    /// hosts whose word counts besides the configured ones.
    pub async fn trace_report(&self, report: ReportId, trusted: Vec<TrustedHost>) -> Result<Option<Traces>, DeskError> {
        let row = reports::report(&mut &self.store, report).await?;
        let raw = self.store.get_raw(&row.raw_hash).await?;
        let tracer = Arc::clone(&self.tracer);
        // On a thread of its own: a large report keeps nobody waiting, and a tracer that panics spoils this look alone.
        let ways = tokio::task::spawn_blocking(move || tracer.trace(&raw, row.received_at, &trusted)).await;
        let ways = ways.map_err(|error| DeskError::State(reasons::reading_broke_off(report, error.to_string())))?;
        let checks = checks::findings(&mut &self.store, report).await?;
        Ok(ways.map(|traces| Traces { checks, ..traces }))
    }
}
