//! Stores many items at once, so that they share transactions, within a bound on what is under way.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use model::Clock;
use store::acceptor::{Acceptor, OwnedReport};
use store::reports::Receipt;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::{Counters, IntakeError};

/// Most items under way: as many as share a transaction.
const ITEMS: usize = 64;
/// Most bytes under way; one item may exceed it.
const BYTES: usize = 64 << 20;
/// Waits before an item that could not be stored for now is tried again.
const AGAIN: [Duration; 3] = [Duration::from_millis(200), Duration::from_secs(1), Duration::from_secs(5)];

/// Where an item came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The file; `-` is standard input.
    pub file: PathBuf,
    /// Where in it the message begins, in bytes (of the unpacked file, if it is compressed).
    pub at: u64,
}

/// A message that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Where from.
    pub origin: Origin,
    /// Its bytes.
    pub raw: Vec<u8>,
    /// `mbox`, `file`, `stdin` or `maildir`.
    pub door: &'static str,
}

/// What became of an item.
#[derive(Debug)]
pub struct Outcome {
    /// Where from.
    pub origin: Origin,
    /// Its size in bytes; 0 if it could not be read.
    pub bytes: usize,
    /// Its receipt, or why it was skipped.
    pub result: Result<Receipt, IntakeError>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Reports stored.
    pub accepted: u64,
    /// Reports that were stored already.
    pub duplicate: u64,
    /// Items that were skipped, each reported.
    pub skipped: u64,
    /// Bytes of the items that are stored.
    pub bytes: u64,
}

impl Tally {
    /// Counts an outcome.
    pub fn add(&mut self, outcome: &Outcome) {
        match &outcome.result {
            Ok(receipt) if receipt.duplicate => self.duplicate += 1,
            Ok(_) => self.accepted += 1,
            Err(_) => self.skipped += 1,
        }
        if outcome.result.is_ok() {
            self.bytes += outcome.bytes as u64;
        }
    }
}

/// Items on their way into the store.
pub(crate) struct Pump {
    acceptor: Acceptor,
    clock: Arc<dyn Clock>,
    counters: Arc<Counters>,
    under_way: JoinSet<Outcome>,
    bytes: usize,
    patient: bool,
}

impl Pump {
    /// A pump. A patient one tries again what could not be stored for now.
    pub(crate) fn new(acceptor: Acceptor, clock: Arc<dyn Clock>, counters: Arc<Counters>, patient: bool) -> Self {
        Self { acceptor, clock, counters, under_way: JoinSet::new(), bytes: 0, patient }
    }

    /// Sends an item on its way; first waits for others if too much is under way, and hands over what became of them.
    pub(crate) async fn push(&mut self, item: Item, done: &mut impl FnMut(Outcome)) {
        while self.under_way.len() >= ITEMS || (self.bytes + item.raw.len() > BYTES && !self.under_way.is_empty()) {
            self.next(done).await;
        }
        self.bytes += item.raw.len();
        let (acceptor, received, patient) = (self.acceptor.clone(), self.clock.now(), self.patient);
        self.under_way.spawn(async move {
            let (origin, bytes) = (item.origin, item.raw.len());
            let report =
                OwnedReport { raw: item.raw, door: item.door, envelope_from: None, envelope_to: None, received };
            Outcome { origin, bytes, result: store(&acceptor, report, patient).await }
        });
    }

    /// Waits for everything that is under way.
    pub(crate) async fn drain(&mut self, done: &mut impl FnMut(Outcome)) {
        while !self.under_way.is_empty() {
            self.next(done).await;
        }
    }

    async fn next(&mut self, done: &mut impl FnMut(Outcome)) {
        let Some(Ok(outcome)) = self.under_way.join_next().await else {
            // A task that panicked: its item is not reported as stored.
            return;
        };
        self.bytes = self.bytes.saturating_sub(outcome.bytes);
        match &outcome.result {
            Ok(receipt) => self.counters.stored(outcome.bytes, receipt.duplicate),
            Err(IntakeError::Store(_)) => self.counters.temporary(),
            Err(_) => self.counters.refused(),
        }
        done(outcome);
    }
}

async fn store(acceptor: &Acceptor, report: OwnedReport, patient: bool) -> Result<Receipt, IntakeError> {
    for wait in AGAIN.iter().filter(|_| patient) {
        match acceptor.accept(report.clone()).await {
            Err(error) if error.is_temporary() => sleep(*wait).await,
            result => return Ok(result?),
        }
    }
    Ok(acceptor.accept(report).await?)
}
