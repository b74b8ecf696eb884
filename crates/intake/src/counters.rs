//! What the doors count, for metrics.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters of one or several doors; shared by reference, never reset.
#[derive(Debug, Default)]
pub struct Counters {
    connections: AtomicU64,
    turned_away: AtomicU64,
    accepted: AtomicU64,
    duplicate: AtomicU64,
    refused: AtomicU64,
    temporary: AtomicU64,
    bytes: AtomicU64,
}

/// The counters at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Connections accepted.
    pub connections: u64,
    /// Connections closed at once because there were too many.
    pub turned_away: u64,
    /// Reports stored.
    pub accepted: u64,
    /// Reports that were stored already: a sender repeated itself.
    pub duplicate: u64,
    /// Mails and recipients refused for good (5xx), and files that cannot be taken.
    pub refused: u64,
    /// Mails put off because we could not store them now (4xx).
    pub temporary: u64,
    /// Bytes of the reports stored.
    pub bytes: u64,
}

impl Counters {
    /// The present values.
    pub fn read(&self) -> Counts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts {
            connections: read(&self.connections),
            turned_away: read(&self.turned_away),
            accepted: read(&self.accepted),
            duplicate: read(&self.duplicate),
            refused: read(&self.refused),
            temporary: read(&self.temporary),
            bytes: read(&self.bytes),
        }
    }

    pub(crate) fn connection(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn turned_away(&self) {
        self.turned_away.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn stored(&self, bytes: usize, duplicate: bool) {
        if duplicate {
            self.duplicate.fetch_add(1, Ordering::Relaxed);
        } else {
            self.accepted.fetch_add(1, Ordering::Relaxed);
            self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
        }
    }

    pub(crate) fn refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn temporary(&self) {
        self.temporary.fetch_add(1, Ordering::Relaxed);
    }
}
