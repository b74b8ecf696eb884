//! The listening socket: accepts, limits, and closes in order.

use std::fs;
use std::io;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use model::Clock;
use store::acceptor::Acceptor;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::body::Memory;
use super::session;
use crate::{Counters, IntakeError, LmtpSettings, Recipients};

/// What the sessions of a listener share.
pub(crate) struct Door {
    pub(crate) settings: LmtpSettings,
    pub(crate) recipients: Recipients,
    pub(crate) acceptor: Acceptor,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) memory: Memory,
}

/// A bound listener.
pub struct Listener {
    socket: Socket,
    door: Arc<Door>,
}

enum Socket {
    Tcp(TcpListener),
    Unix(UnixListener, PathBuf),
}

impl Listener {
    /// Binds the address. Connections wait in the system's queue until [`Listener::serve`].
    pub async fn bind(
        settings: LmtpSettings,
        acceptor: Acceptor,
        clock: Arc<dyn Clock>,
        counters: Arc<Counters>,
    ) -> Result<Self, IntakeError> {
        settings.check()?;
        let bind = async {
            Ok(match settings.listen.strip_prefix("unix:") {
                Some(path) => {
                    let path = PathBuf::from(path);
                    Socket::Unix(bind_unix(&path, settings.unix_mode).await?, path)
                }
                None => Socket::Tcp(TcpListener::bind(&settings.listen).await?),
            })
        };
        let socket = bind.await.map_err(|source| IntakeError::Bind { address: settings.listen.clone(), source })?;
        let door = Door {
            recipients: Recipients::new(&settings.recipients),
            memory: Memory::new(settings.memory_bytes),
            settings,
            acceptor,
            clock,
            counters,
        };
        Ok(Self { socket, door: Arc::new(door) })
    }

    /// Where it listens: with the port that was really taken.
    pub fn address(&self) -> String {
        match &self.socket {
            Socket::Tcp(socket) => {
                socket.local_addr().map_or_else(|_| self.door.settings.listen.clone(), |address| address.to_string())
            }
            Socket::Unix(_, path) => format!("unix:{}", path.display()),
        }
    }

    /// Serves until `stop` is cancelled, then lets the sessions finish: those that wait for a command are told to come
    /// again, those whose mail is being stored get their answer.
    pub async fn serve(self, stop: CancellationToken) {
        let places = Arc::new(Semaphore::new(self.door.settings.max_connections));
        let sessions = TaskTracker::new();
        tracing::info!(door = self.door.name(), address = self.address(), "door open");
        loop {
            let accepted = tokio::select! {
                accepted = self.socket.accept() => accepted,
                () = stop.cancelled() => break,
            };
            let stream = match accepted {
                Ok(stream) => stream,
                Err(error) => {
                    // Out of file descriptors, mostly: wait until sessions end instead of spinning.
                    tracing::warn!(door = self.door.name(), %error, "connection not accepted");
                    sleep(Duration::from_millis(100)).await;
                    continue;
                }
            };
            self.door.counters.connection();
            let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
                self.door.counters.turned_away();
                turn_away(stream, &self.door.settings.hostname).await;
                continue;
            };
            let (door, stop) = (Arc::clone(&self.door), stop.clone());
            sessions.spawn(async move {
                session::run(&door, stream, stop).await;
                drop(place);
            });
        }
        sessions.close();
        sessions.wait().await;
        if let Socket::Unix(_, path) = &self.socket {
            // Left behind it would do no harm: the next start removes it.
            let _ = fs::remove_file(path);
        }
        tracing::info!(door = self.door.name(), "door closed");
    }
}

impl Door {
    /// The name of this kind of door, as stored with the reports.
    pub(crate) fn name(&self) -> &'static str {
        match self.settings.protocol {
            crate::Protocol::Lmtp => "lmtp",
            crate::Protocol::Smtp => "smtp",
        }
    }
}

/// A stream of either family.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send + Sync {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + Sync> Stream for T {}

impl Socket {
    async fn accept(&self) -> io::Result<Box<dyn Stream>> {
        Ok(match self {
            Self::Tcp(socket) => {
                let (stream, _) = socket.accept().await?;
                // Answers are already gathered; waiting for more of them only costs time.
                stream.set_nodelay(true)?;
                Box::new(stream)
            }
            Self::Unix(socket, _) => Box::new(socket.accept().await?.0),
        })
    }
}

async fn turn_away(mut stream: Box<dyn Stream>, hostname: &str) {
    let answer = format!("421 4.3.2 {hostname} has too many connections, come again\r\n");
    // A fresh socket takes this without waiting; the bound is against peers that manage otherwise.
    let _ = timeout(Duration::from_millis(100), stream.write_all(answer.as_bytes())).await;
}

async fn bind_unix(path: &Path, mode: u32) -> io::Result<UnixListener> {
    let is_socket = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.file_type().is_socket());
    // A process that was killed leaves its socket behind; one that answers is somebody else's and stays.
    if is_socket && UnixStream::connect(path).await.is_err() {
        fs::remove_file(path)?;
    }
    let socket = UnixListener::bind(path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    Ok(socket)
}
