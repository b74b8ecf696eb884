//! One running node: a desk with its doors, workers and console.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use attribution::InventoryAttributor;
use authentic::Gatherer;
use axum::Router;
use console::AppState;
use desk::measures::Connectors;
use desk::worker::{Worker, WorkerSettings};
use desk::{Desk, DeskError, channels};
use intake::{Counters, Listener, Watcher};
use jiff::SignedDuration;
use model::findings::SenderCheck;
use model::{Clock, SystemClock};
use reports::formats::xarf_v4;
use reports::trace::Tracer;
use store::Store;
use store::acceptor::Acceptor;
use text::mail::Templates;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::metrics::{self, Observed};
use super::supervise::Supervisor;
use crate::config::Config;
use crate::lists::{ListWatcher, Patience};

/// How long a stopping node waits for what it has begun.
const PATIENCE: Duration = Duration::from_secs(20);

/// Small batches on a short lease: what a killed node had claimed is taken over by another one within a minute.
const WORKER: WorkerSettings = WorkerSettings {
    batch: 16,
    lease: SignedDuration::from_mins(1),
    idle: Duration::from_millis(500),
    longest_pause: Duration::from_secs(30),
};
/// Pause between looks into the outbox.
const SENDING: Duration = Duration::from_secs(1);
/// Pause between looks at measures.
const MEASURES: Duration = Duration::from_secs(3);
/// Pause between looks at deadlines.
const DEADLINES: Duration = Duration::from_mins(1);

/// A node that is being put together or runs.
pub(crate) struct Node {
    config: Config,
    pub(crate) desk: Desk,
    pub(crate) acceptor: Acceptor,
    counters: Arc<Counters>,
    pub(crate) supervisor: Supervisor,
}

impl Node {
    /// Opens the database and puts the desk together; nothing runs yet.
    pub(crate) async fn open(config: Config) -> Result<Self> {
        let store = Store::open(&config.database).await?;
        let desk = desk(&config, store.clone())?;
        let acceptor = Acceptor::start(store);
        Ok(Self { config, desk, acceptor, counters: Arc::default(), supervisor: Supervisor::default() })
    }

    /// Opens the doors: mail listeners and Maildirs.
    pub(crate) async fn open_doors(&self) -> Result<()> {
        let clock = || Arc::clone(&self.desk.clock);
        for settings in &self.config.lmtp {
            let listener =
                Listener::bind(settings.clone(), self.acceptor.clone(), clock(), Arc::clone(&self.counters)).await?;
            self.supervisor.once(listener.serve(self.supervisor.stop()));
        }
        for settings in &self.config.maildir {
            let watcher = Watcher::new(settings.clone(), self.acceptor.clone(), clock(), Arc::clone(&self.counters))?;
            self.supervisor.once(watcher.serve(self.supervisor.stop()));
        }
        Ok(())
    }

    /// Starts what works in the background: reading, sending, measures, the clock of deadlines.
    pub(crate) fn start_workers(&self) -> Result<()> {
        // Opened here once so that a wrong configuration stops the start, not the first mail.
        channels::open(&self.desk.settings)?;
        let connectors = Arc::new(Connectors::from_settings(&self.desk.settings.connectors)?);
        let desk = self.desk.clone();
        self.supervisor.keep("reader", move |stop| {
            let desk = desk.clone();
            async move {
                Worker::new(desk, WORKER)?.run(&stop).await;
                Ok::<(), DeskError>(())
            }
        });
        let desk = self.desk.clone();
        self.supervisor.keep("sender", move |stop| {
            let desk = desk.clone();
            async move {
                let channel = channels::open(&desk.settings)?;
                while pause(SENDING, &stop).await {
                    desk.send_due(&*channel).await?;
                }
                Ok::<(), DeskError>(())
            }
        });
        let desk = self.desk.clone();
        self.supervisor.keep("measures", move |stop| {
            let (desk, connectors) = (desk.clone(), Arc::clone(&connectors));
            async move {
                while pause(MEASURES, &stop).await {
                    desk.work_measures(&connectors).await?;
                }
                Ok::<(), DeskError>(())
            }
        });
        // As with the channels: a wrong configuration stops the start.
        if ListWatcher::new(self.desk.clone(), &self.config.blocklists, Patience::default())?.is_some() {
            let (desk, settings) = (self.desk.clone(), self.config.blocklists.clone());
            self.supervisor.keep("lists", move |stop| {
                let (desk, settings) = (desk.clone(), settings.clone());
                async move {
                    match ListWatcher::new(desk, &settings, Patience::default())? {
                        Some(mut watcher) => watcher.run(&stop).await,
                        None => Ok(()),
                    }
                }
            });
        }
        let desk = self.desk.clone();
        self.supervisor.keep("deadlines", move |stop| {
            let desk = desk.clone();
            async move {
                while pause(DEADLINES, &stop).await {
                    desk.tick_deadlines().await?;
                }
                Ok::<(), DeskError>(())
            }
        });
        Ok(())
    }

    /// Opens the console and returns where it listens.
    pub(crate) async fn open_console(&self) -> Result<SocketAddr> {
        let wanted = self.config.console.listen;
        let listener = TcpListener::bind(wanted).await.with_context(|| {
            format!("the console cannot listen on {wanted}; set `listen` in [console] to a free port")
        })?;
        let address = listener.local_addr()?;
        let observed = Observed {
            store: self.desk.store.clone(),
            clock: Arc::clone(&self.desk.clock),
            counters: Arc::clone(&self.counters),
            supervisor: self.supervisor.clone(),
        };
        let state = AppState::new(self.desk.clone(), self.config.console.clone(), self.acceptor.clone())
            .with_xarf_check(Arc::new(check_xarf));
        let router = Router::new().merge(metrics::routes(observed)).merge(console::router(state));
        let stop = self.supervisor.stop();
        self.supervisor.once(async move {
            let service = router.into_make_service_with_connect_info::<SocketAddr>();
            if let Err(error) = axum::serve(listener, service).with_graceful_shutdown(stop.cancelled_owned()).await {
                tracing::error!(%error, "the console ended");
            }
        });
        Ok(address)
    }

    /// Runs until the process is told to stop, then closes everything.
    pub(crate) async fn until_stopped(self) -> Result<()> {
        Supervisor::until_signal().await?;
        tracing::info!("stopping");
        self.supervisor.shut_down(PATIENCE).await;
        self.desk.store.close().await;
        Ok(())
    }
}

/// Waits for `time`; false if it is time to stop.
async fn pause(time: Duration, stop: &CancellationToken) -> bool {
    tokio::select! {
        () = tokio::time::sleep(time) => true,
        () = stop.cancelled() => false,
    }
}

/// Who verifies senders, if a resolver is configured.
pub(crate) fn checker(config: &Config) -> Result<Option<Arc<dyn SenderCheck>>> {
    let gatherer =
        Gatherer::new(&config.check).map_err(|error| anyhow::anyhow!("[check] in the configuration: {error}"))?;
    Ok(gatherer.map(|gatherer| Arc::new(gatherer) as Arc<dyn SenderCheck>))
}

/// The desk over `store` as configured.
pub(crate) fn desk(config: &Config, store: Store) -> Result<Desk> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    Ok(Desk {
        attributor: Arc::new(InventoryAttributor::new(store.clone(), config.attribution.clone())),
        store,
        clock,
        reader: Arc::new(reports::Reader),
        tracer: Arc::new(Tracer::new(config.trace.clone())),
        checker: checker(config)?,
        templates: Arc::new(Templates::builtin()?),
        settings: Arc::new(config.desk.clone()),
    })
}

/// What is wrong with the bytes of a XARF v4 report that came in by the API.
fn check_xarf(bytes: &[u8]) -> Result<(), Vec<String>> {
    let value = serde_json::from_slice(bytes).map_err(|error| vec![format!("not JSON: {error}")])?;
    let faults = xarf_v4::validate(&value, xarf_v4::Strictness::Tolerant);
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}
