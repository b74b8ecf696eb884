//! A door and a database and nothing else: what the test with `kill -9` kills, and a way to try a listener by hand.
//!
//! `lmtp_door DATABASE-URL ADDRESS [lmtp|smtp]`

use std::io::Write;
use std::sync::Arc;

use anyhow::Context;
use intake::{Counters, Listener, LmtpSettings, Protocol};
use model::SystemClock;
use store::Store;
use store::acceptor::Acceptor;
use tokio_util::sync::CancellationToken;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().context("first argument: the URL of a database")?;
    let listen = arguments.next().context("second argument: the address to listen on")?;
    let protocol = if arguments.next().as_deref() == Some("smtp") { Protocol::Smtp } else { Protocol::Lmtp };

    let store = Store::open(&store::Settings { url, connections: 4 }).await?;
    let settings = LmtpSettings { listen, protocol, ..LmtpSettings::default() };
    let acceptor = Acceptor::start(store.clone());
    let listener = Listener::bind(settings, acceptor, Arc::new(SystemClock), Arc::new(Counters::default())).await?;
    writeln!(std::io::stdout(), "listening on {}", listener.address())?;

    let stop = CancellationToken::new();
    let interrupted = stop.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            interrupted.cancel();
        }
    });
    listener.serve(stop).await;
    store.close().await;
    Ok(())
}
