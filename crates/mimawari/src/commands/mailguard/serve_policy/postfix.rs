//! Connections of Postfix: request after request, each answered before the next is read.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use mailguard::policy::{MAX_REQUEST, Request};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Server, wording};

/// A connection without a request is closed after it: Postfix closes its own after 300 s (`smtpd_policy_service_max_idle`).
const IDLE: Duration = Duration::from_mins(10);
/// A request that has begun must be whole, and an answer taken, within it.
const WHOLE: Duration = Duration::from_secs(30);
/// Bytes asked for at a time.
const CHUNK: usize = 4096;

/// Accepts connections until `stop`.
pub(super) async fn serve(
    listener: TcpListener,
    server: Arc<Server>,
    connections: usize,
    stop: CancellationToken,
    tasks: TaskTracker,
) {
    let places = Arc::new(Semaphore::new(connections));
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, mostly: wait until others end instead of spinning.
                tracing::warn!(%error, "connection not accepted");
                sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        // Closed without an answer: Postfix tries again, then puts the mail off.
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            tracing::warn!(%peer, connections, "too many connections");
            continue;
        };
        let (server, stop) = (Arc::clone(&server), stop.clone());
        tasks.spawn(async move {
            let end = stop.run_until_cancelled(talk(stream, &server)).await;
            if let Some(Err(why)) = end {
                closed(peer, &why);
            }
            drop(place);
        });
    }
}

fn closed(peer: SocketAddr, why: &str) {
    tracing::warn!(%peer, why, "connection closed");
}

/// Answers requests until the other side ends the connection.
async fn talk(mut stream: TcpStream, server: &Server) -> Result<(), String> {
    let said = |error: std::io::Error| error.to_string();
    stream.set_nodelay(true).map_err(said)?;
    let mut buffer = Vec::with_capacity(CHUNK);
    loop {
        let taken = match Request::read(&buffer)? {
            Some((request, taken)) => {
                let answer = server.decide(|policy, now| policy.ask(&request, now)).await;
                let line = wording::action(answer.as_ref(), server);
                timeout(WHOLE, stream.write_all(line.as_bytes()))
                    .await
                    .map_err(|_| "the answer was not taken")?
                    .map_err(said)?;
                taken
            }
            None => 0,
        };
        buffer.drain(..taken);
        if taken > 0 && !buffer.is_empty() {
            continue;
        }
        if buffer.len() > MAX_REQUEST {
            return Err("the request is too long".to_owned());
        }
        buffer.reserve(CHUNK);
        let patience = if buffer.is_empty() { IDLE } else { WHOLE };
        match timeout(patience, stream.read_buf(&mut buffer)).await {
            Ok(Ok(0)) => return Ok(()),
            Ok(Ok(_)) => {}
            Ok(Err(error)) => return Err(said(error)),
            Err(_) if buffer.is_empty() => return Ok(()),
            Err(_) => return Err("the request did not become whole".to_owned()),
        }
    }
}
