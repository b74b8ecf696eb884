//! A door that runs in the test's own process, and what the store holds.

use std::net::SocketAddr;
use std::sync::Arc;

use intake::{Counters, Listener, LmtpSettings};
use model::SystemClock;
use store::acceptor::Acceptor;
use store::{Store, args};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A listener and its task.
pub(crate) struct Running {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// What it counted.
    pub(crate) counters: Arc<Counters>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    /// Starts with default settings.
    pub(crate) async fn start(store: &Store, listen: &str) -> anyhow::Result<Self> {
        Self::start_with(store, LmtpSettings { listen: listen.to_owned(), ..LmtpSettings::default() }).await
    }

    /// Starts with these settings.
    pub(crate) async fn start_with(store: &Store, settings: LmtpSettings) -> anyhow::Result<Self> {
        let counters = Arc::new(Counters::default());
        let acceptor = Acceptor::start(store.clone());
        let listener = Listener::bind(settings, acceptor, Arc::new(SystemClock), Arc::clone(&counters)).await?;
        let address = listener.address().parse()?;
        let stop = CancellationToken::new();
        let task = tokio::spawn(listener.serve(stop.clone()));
        Ok(Self { address, counters, stop, task })
    }

    /// Closes the door and waits for its sessions; a panic in it is an error here.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.task.await.expect("the listener's task ends without panic");
    }
}

/// The raw bytes of every report.
pub(crate) async fn raw_mails(store: &Store) -> anyhow::Result<Vec<Vec<u8>>> {
    let mut mails = Vec::new();
    for row in store.fetch("SELECT raw_hash FROM report ORDER BY id", args![]).await? {
        mails.push(store.get_raw(&row.text("raw_hash")?).await?);
    }
    Ok(mails)
}
