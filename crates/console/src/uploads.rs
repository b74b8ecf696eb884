//! Room for large bodies: so many bytes at once in this process, and no more.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Failure;

/// KiB of reports that may be on their way in at once.
const REPORTS_KIB: usize = 256 << 10;
/// Imports that may be carried out at once: they wait for one lock anyway.
const IMPORTS: usize = 1;

/// Room that is left.
#[derive(Clone)]
pub(crate) struct Uploads {
    reports: Arc<Semaphore>,
    imports: Arc<Semaphore>,
}

impl Default for Uploads {
    fn default() -> Self {
        Self { reports: Arc::new(Semaphore::new(REPORTS_KIB)), imports: Arc::new(Semaphore::new(IMPORTS)) }
    }
}

impl Uploads {
    /// Room for a report of at most `bytes`, until the permit is dropped.
    pub(crate) fn report(&self, bytes: u64) -> Result<OwnedSemaphorePermit, Failure> {
        let kib = u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX).max(1);
        Arc::clone(&self.reports)
            .try_acquire_many_owned(kib)
            .map_err(|_| Failure::busy("too many large reports are coming in at once"))
    }

    /// Room for an import, until the permit is dropped.
    pub(crate) fn import(&self) -> Result<OwnedSemaphorePermit, Failure> {
        Arc::clone(&self.imports).try_acquire_owned().map_err(|_| Failure::busy("another import is being carried out"))
    }
}
