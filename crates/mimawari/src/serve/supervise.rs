//! Watches over the parts of the daemon: a part that dies is started again, and says so.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// First pause before a part is started again; it doubles up to [`LONGEST`].
const FIRST: Duration = Duration::from_millis(200);
/// Longest pause.
const LONGEST: Duration = Duration::from_secs(30);

/// Starts parts and stops them together.
#[derive(Clone, Default)]
pub(crate) struct Supervisor {
    tasks: TaskTracker,
    stop: CancellationToken,
    restarts: Arc<AtomicU64>,
}

impl Supervisor {
    /// The signal that everything should end.
    pub(crate) fn stop(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// How often a part had to be started again.
    pub(crate) fn restarts(&self) -> u64 {
        self.restarts.load(Ordering::Relaxed)
    }

    /// Runs `part` until the daemon stops. If it ends early, by an error or a panic, it is started again after a pause.
    pub(crate) fn keep<Start, Part, E>(&self, name: &'static str, start: Start)
    where
        Start: Fn(CancellationToken) -> Part + Send + 'static,
        Part: Future<Output = Result<(), E>> + Send + 'static,
        E: std::fmt::Display + Send,
    {
        let (stop, restarts) = (self.stop.clone(), Arc::clone(&self.restarts));
        self.tasks.spawn(async move {
            let mut pause = FIRST;
            loop {
                let began = tokio::time::Instant::now();
                let outcome = AssertUnwindSafe(start(stop.clone())).catch_unwind().await;
                if stop.is_cancelled() {
                    return;
                }
                let why = match outcome {
                    Ok(Ok(())) => "it ended".to_owned(),
                    Ok(Err(error)) => error.to_string(),
                    Err(_) => "it panicked".to_owned(),
                };
                restarts.fetch_add(1, Ordering::Relaxed);
                tracing::error!(part = name, %why, "a part of the daemon died and is started again");
                if began.elapsed() > LONGEST {
                    pause = FIRST;
                }
                tokio::select! {
                    () = tokio::time::sleep(pause) => pause = (pause * 2).min(LONGEST),
                    () = stop.cancelled() => return,
                }
            }
        });
    }

    /// Runs something that ends by itself.
    pub(crate) fn once(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(work);
    }

    /// Waits for SIGTERM or SIGINT.
    pub(crate) async fn until_signal() -> std::io::Result<()> {
        use tokio::signal::unix::{SignalKind, signal};
        let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
        Ok(())
    }

    /// Tells everything to stop and waits, at most `patience`. Whatever is then still running is cut off; nothing accepted
    /// is lost by that.
    pub(crate) async fn shut_down(&self, patience: Duration) {
        self.stop.cancel();
        self.tasks.close();
        if tokio::time::timeout(patience, self.tasks.wait()).await.is_err() {
            tracing::warn!(parts = self.tasks.len(), "some parts did not stop in time and are cut off");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_part_that_dies_is_started_again_until_it_is_told_to_stop() {
        let supervisor = Supervisor::default();
        let starts = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&starts);
        supervisor.keep("fragile", move |stop| {
            let start = count.fetch_add(1, Ordering::SeqCst);
            async move {
                match start {
                    0 => Err("an error"),
                    1 => panic!("a panic that the supervisor must survive"),
                    _ => {
                        stop.cancelled().await;
                        Ok(())
                    }
                }
            }
        });
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert_eq!((starts.load(Ordering::SeqCst), supervisor.restarts()), (3, 2));
        supervisor.shut_down(Duration::from_secs(1)).await;
        assert_eq!(starts.load(Ordering::SeqCst), 3);
    }
}
