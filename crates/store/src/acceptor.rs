//! Where all doors of a process meet: reports that arrive together share one transaction.
//!
//! A commit that survives a power cut costs a disk flush, whatever is in it. The acceptor collects what arrives within two
//! milliseconds, up to 64 reports or 16 MiB, writes it in one transaction and tells each caller when that is durable. If the
//! transaction fails, the reports are tried one by one, so that one that cannot be written harms no other. The queue is
//! bounded: when the database falls behind, callers wait for a while and are then told that it is busy.

use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout, timeout_at};

use crate::reports::{NewReport, PackedReport, Receipt};
use crate::{Store, StoreError};

/// Most reports in a transaction.
const BATCH: usize = 64;
/// Most packed bytes in a transaction (the last report may exceed it).
const BATCH_BYTES: usize = 16 << 20;
/// How long the first report of a batch waits for company.
const GATHER: Duration = Duration::from_millis(2);
/// Reports that may wait for the database.
const QUEUE: usize = 256;
/// How long a caller waits for a place in the queue.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a transaction may take before it is given up. What it wrote is rolled back, or was committed without our
/// knowing: then the sender's repetition is recognised as a duplicate.
const COMMIT: Duration = Duration::from_mins(1);
/// Packing more bytes than this is given to a thread, so that it does not hold up other connections.
const PACK_INLINE: usize = 64 << 10;

/// A report with its bytes, as a door hands it over.
#[derive(Debug, Clone)]
pub struct OwnedReport {
    /// The bytes as they came.
    pub raw: Vec<u8>,
    /// Which door; see [`NewReport::door`].
    pub door: &'static str,
    /// Envelope sender; empty for the null sender, absent where there is no envelope.
    pub envelope_from: Option<String>,
    /// Envelope recipients, with `, ` between them; absent where there is no envelope.
    pub envelope_to: Option<String>,
    /// When it was received.
    pub received: Timestamp,
}

/// Handle to the acceptor of this process. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Acceptor {
    queue: mpsc::Sender<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    report: PackedReport,
    answer: Answer,
}

type Answer = oneshot::Sender<Result<Receipt, StoreError>>;

impl Acceptor {
    /// Starts the acceptor on the running Tokio runtime. It ends when the last handle is gone and the queue is empty.
    pub fn start(store: Store) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(run(store, waiting));
        Self { queue }
    }

    /// Accepts a report. When this returns `Ok`, it is durable and the door may say 250. A temporary error
    /// ([`StoreError::is_temporary`]) means that the sender should come again; nothing is lost then.
    pub async fn accept(&self, report: OwnedReport) -> Result<Receipt, StoreError> {
        let report = pack(report).await?;
        let place = match timeout(PATIENCE, self.queue.reserve()).await {
            Ok(Ok(place)) => place,
            Ok(Err(_)) => return Err(stopped()),
            Err(_) => return Err(StoreError::Down("it is busy, too many reports are waiting".to_owned())),
        };
        let (answer, result) = oneshot::channel();
        place.send(Waiting { report, answer });
        result.await.unwrap_or_else(|_| Err(stopped()))
    }
}

fn stopped() -> StoreError {
    StoreError::Down("this process is stopping".to_owned())
}

async fn pack(report: OwnedReport) -> Result<PackedReport, StoreError> {
    let len = report.raw.len();
    let work = move || {
        PackedReport::new(&NewReport {
            raw: &report.raw,
            door: report.door,
            envelope_from: report.envelope_from.as_deref(),
            envelope_to: report.envelope_to.as_deref(),
            received: report.received,
        })
    };
    if len <= PACK_INLINE {
        return work();
    }
    tokio::task::spawn_blocking(work).await.map_err(|_| stopped())?
}

async fn run(store: Store, mut queue: mpsc::Receiver<Waiting>) {
    while let Some(first) = queue.recv().await {
        let batch = gather(first, &mut queue).await;
        // A task of its own: should it panic, the callers of this batch are told and the next batch goes on.
        match tokio::spawn(write(store.clone(), batch)).await {
            Ok(None) => {}
            // Who waits already would wait out the same time again, and those behind even longer.
            Ok(Some(why)) => refuse(std::iter::from_fn(|| Some(queue.try_recv().ok()?.answer)), &why),
            Err(error) => tracing::error!(code = "store.down", %error, "accepting a batch of reports broke off"),
        }
    }
}

async fn gather(first: Waiting, queue: &mut mpsc::Receiver<Waiting>) -> Vec<Waiting> {
    let until = Instant::now() + GATHER;
    let mut bytes = first.report.packed_len();
    let mut batch = vec![first];
    while batch.len() < BATCH && bytes < BATCH_BYTES {
        let Ok(Some(next)) = timeout_at(until, queue.recv()).await else { break };
        bytes += next.report.packed_len();
        batch.push(next);
    }
    batch
}

/// Writes a batch and tells its callers; returns why, if the database is down.
async fn write(store: Store, batch: Vec<Waiting>) -> Option<String> {
    let (reports, answers): (Vec<_>, Vec<_>) =
        batch.into_iter().map(|waiting| (waiting.report, waiting.answer)).unzip();
    match commit(&store, &reports).await {
        Ok(receipts) => {
            for (answer, receipt) in answers.into_iter().zip(receipts) {
                // A caller that went away meanwhile loses nothing: its report is stored.
                let _ = answer.send(Ok(receipt));
            }
            None
        }
        Err(StoreError::Down(why)) => {
            refuse(answers, &why);
            Some(why)
        }
        Err(error) if answers.len() == 1 => {
            for (answer, error) in answers.into_iter().zip([error]) {
                let _ = answer.send(Err(error));
            }
            None
        }
        Err(_) => one_by_one(&store, reports, answers).await,
    }
}

/// After a failed batch: each report in a transaction of its own.
async fn one_by_one(store: &Store, reports: Vec<PackedReport>, answers: Vec<Answer>) -> Option<String> {
    let mut rest = reports.into_iter().zip(answers);
    while let Some((report, answer)) = rest.next() {
        let result = commit(store, &[report]).await.map(|receipts| receipts.first().copied());
        let result = match result {
            Ok(receipt) => receipt.ok_or_else(stopped),
            Err(StoreError::Down(why)) => {
                // Each further attempt would wait out its time again.
                refuse(std::iter::once(answer).chain(rest.map(|(_, answer)| answer)), &why);
                return Some(why);
            }
            Err(error) => Err(error),
        };
        let _ = answer.send(result);
    }
    None
}

fn refuse(answers: impl IntoIterator<Item = Answer>, why: &str) {
    for answer in answers {
        let _ = answer.send(Err(StoreError::Down(why.to_owned())));
    }
}

async fn commit(store: &Store, reports: &[PackedReport]) -> Result<Vec<Receipt>, StoreError> {
    let work = async {
        let mut tx = store.begin().await?;
        let receipts = tx.accept_reports(reports).await?;
        tx.commit().await?;
        Ok(receipts)
    };
    timeout(COMMIT, work).await.unwrap_or_else(|_| Err(StoreError::Down("a transaction took too long".to_owned())))
}
