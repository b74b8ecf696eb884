//! The listener on a unix socket.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, ensure};
use intake::{Counters, IntakeError, Listener, LmtpSettings};
use model::SystemClock;
use store::acceptor::Acceptor;
use testkit::TempStore;
use tokio_util::sync::CancellationToken;

async fn bind(path: &Path, acceptor: &Acceptor) -> Result<Listener, IntakeError> {
    let settings =
        LmtpSettings { listen: format!("unix:{}", path.display()), unix_mode: 0o666, ..LmtpSettings::default() };
    Listener::bind(settings, acceptor.clone(), Arc::new(SystemClock), Arc::new(Counters::default())).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_socket_is_replaced_and_a_living_one_or_a_file_is_not() -> anyhow::Result<()> {
    let temp = TempStore::sqlite().await?;
    let acceptor = Acceptor::start(temp.store.clone());
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("lmtp");
    // A process that was killed: the socket is there and nobody listens.
    drop(std::os::unix::net::UnixListener::bind(&path)?);
    let listener = bind(&path, &acceptor).await?;
    ensure!(fs::metadata(&path)?.permissions().mode() & 0o777 == 0o666);
    ensure!(matches!(bind(&path, &acceptor).await, Err(IntakeError::Bind { .. })), "somebody listens there");

    let stop = CancellationToken::new();
    let task = tokio::spawn(listener.serve(stop.clone()));
    let mut peer = BufReader::new(UnixStream::connect(&path)?);
    let commands = "LHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<x@example.com>\r\nDATA\r\nSubject: x\r\n.\r\nQUIT\r\n";
    peer.get_mut().write_all(commands.as_bytes())?;
    let answers = peer.lines().collect::<Result<Vec<_>, _>>()?;
    ensure!(answers.iter().any(|answer| answer.starts_with("250 2.0.0 stored as report")), "{answers:?}");
    stop.cancel();
    task.await.context("the listener panicked")?;
    ensure!(!path.exists(), "a door that closes takes its socket along");

    fs::write(&path, "not a socket")?;
    ensure!(matches!(bind(&path, &acceptor).await, Err(IntakeError::Bind { .. })));
    ensure!(fs::read(&path)? == b"not a socket");
    Ok(())
}
