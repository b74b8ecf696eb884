//! The console in Chromium, with the keyboard alone: from triage to a sent notice, in Japanese and in English.
//!
//! Runs `node tests/browser/run.mjs` on a console that this test serves. `scripts/test-setup` installs what it needs.

mod common;

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use console::{AppState, Settings};
use desk::{Desk, channels};
use model::{Clock as _, SystemClock};
use store::acceptor::Acceptor;
use store::cases;
use tokio::process::Command;

/// Time for both languages on a busy machine.
const PATIENCE: Duration = Duration::from_mins(5);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_goes_from_triage_to_a_sent_notice_by_keyboard() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite:{}", folder.path().join("desk.db").display());
    let store = store::Store::open(&store::Settings { url, connections: 4 }).await?;
    let mut settings = desk::Settings::default();
    settings.mail.channel = "folder".to_owned();
    settings.mail.folder = folder.path().join("sent").display().to_string();
    settings.mail.undo_seconds = 2;
    let desk = common::desk(&store, Arc::new(SystemClock), settings).await?;
    common::morning(&desk).await?;
    common::settle(&desk).await?;
    tokio::spawn(send(desk.clone()));
    tokio::spawn(read(desk.clone()));

    let listener = tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    let base = format!("http://{}", listener.local_addr()?);
    let service = console::router(AppState::new(desk, Settings::default(), Acceptor::start(store.clone())));
    let serve = axum::serve(listener, service.into_make_service_with_connect_info::<SocketAddr>());
    tokio::spawn(async move { serve.await });

    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/browser");
    ensure!(tests.join("node_modules").is_dir(), "run scripts/test-setup: it installs playwright-core and axe-core");
    let child = Command::new("node")
        .arg(tests.join("run.mjs"))
        .args([&base, common::PASSWORD])
        .stdout(Stdio::inherit())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .status();
    let status = tokio::time::timeout(PATIENCE, child).await.context("the browser took too long")??;
    ensure!(status.success(), "the browser test failed; see its output above and tests/browser/out");
    let sent = std::fs::read_dir(folder.path().join("sent"))?.count();
    ensure!(sent >= 2, "a notice left for each language, {sent} mails did");
    let cases = cases::page(&mut &store, &cases::Filter::default(), None, 200, SystemClock.now()).await?.cases;
    let worked = cases.iter().filter(|case| case.work_ms > 0 && case.clicks > 0).count();
    ensure!(worked >= 2, "the pages told what each case took, {worked} cases know it");
    Ok(())
}

async fn send(desk: Desk) -> anyhow::Result<()> {
    let channel = channels::open(&desk.settings)?;
    loop {
        desk.send_due(&*channel).await?;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Reads what is corrected, as the desk's worker does.
async fn read(desk: Desk) -> anyhow::Result<()> {
    loop {
        common::work(&desk).await?;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
