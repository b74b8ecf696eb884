//! A desk with a small provider, people and a morning's reports on a port of this machine: what the browser test works on,
//! and what one looks at while changing a screen.
//!
//! `desk_server [PORT]` prints `listening on http://127.0.0.1:PORT` once it answers; the database goes with the process.

#[path = "../tests/common/mod.rs"]
mod common;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use console::{AppState, Settings};
use desk::worker::{Worker, WorkerSettings};
use desk::{Desk, channels};
use model::{Clock, SystemClock};
use store::acceptor::Acceptor;
use tokio_util::sync::CancellationToken;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "the address is for whoever started this")]
async fn main() -> anyhow::Result<()> {
    let port: u16 = std::env::args().nth(1).map_or(Ok(0), |port| port.parse())?;
    let folder = tempfile::tempdir()?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let url = format!("sqlite:{}", folder.path().join("desk.db").display());
    let store = store::Store::open(&store::Settings { url, connections: 4 }).await?;
    let mut settings = desk::Settings::default();
    "folder".clone_into(&mut settings.mail.channel);
    settings.mail.folder = folder.path().join("sent").display().to_string();
    settings.mail.undo_seconds = std::env::var("UNDO_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(10);
    let desk = common::desk(&store, clock, settings).await?;
    common::morning(&desk).await?;
    common::settle(&desk).await?;
    work(&desk)?;

    let listener = tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port))).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let state = AppState::new(desk, Settings::default(), Acceptor::start(store));
    let service = console::router(state).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stdin_closed()).await?;
    Ok(())
}

/// Reads reports and sends mails in the background.
fn work(desk: &Desk) -> anyhow::Result<()> {
    let mut worker = Worker::new(desk.clone(), WorkerSettings::default())?;
    tokio::spawn(async move { worker.run(&CancellationToken::new()).await });
    let channel = channels::open(&desk.settings)?;
    let desk = desk.clone();
    tokio::spawn(async move {
        loop {
            if let Err(error) = desk.send_due(&*channel).await {
                tracing::warn!(%error, "sending");
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    });
    Ok(())
}

/// Ends with the process that started us, which holds the other end of standard input.
async fn stdin_closed() {
    use tokio::io::AsyncReadExt as _;
    let mut rest = Vec::new();
    let _ = tokio::io::stdin().read_to_end(&mut rest).await;
}
