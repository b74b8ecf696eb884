//! `mimawari mailguard serve-policy`: answers Postfix and Dovecot whether an account may send or log in now.

mod dovecot;
mod journal;
mod postfix;
mod wording;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result};
use mailguard::policy::{Answer, Fail, Policy, Record, Settings};
use mailguard::{Guard, Rules};
use model::{Clock, SystemClock};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::journal::{Journal, Waiter};
use super::Databases;
use crate::commands::block_on;

/// Pause between looks at the policy file and the length of the journal.
const HOUSEKEEPING: Duration = Duration::from_secs(2);
/// How long a stopping server waits for what it has begun.
const PATIENCE: Duration = Duration::from_secs(10);

/// Options of `serve-policy`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Address for Postfix: `check_policy_service inet:127.0.0.1:10031` in its restrictions.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:10031")]
    listen: SocketAddr,
    /// Address for Dovecot's `auth_policy_server_url`, plain HTTP. Without it, Dovecot is not served.
    #[arg(long, value_name = "ADDRESS")]
    listen_dovecot: Option<SocketAddr>,
    /// Policy file; it is read again when it changes. `mimawari mailguard policy` prints one to begin with.
    #[arg(long, value_name = "FILE")]
    policy: PathBuf,
    /// Folder for the counters; only one server uses it at a time.
    #[arg(long, value_name = "FOLDER", default_value = "mailguard-state")]
    state: PathBuf,
    /// Most connections at a time; Postfix keeps one for each of its server processes.
    #[arg(long, value_name = "NUMBER", default_value_t = 10_000)]
    connections: usize,
    /// Rule file of the detectors that may lock accounts. Without it, the built-in rules.
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    #[command(flatten)]
    databases: Databases,
}

/// What all connections share.
struct Server {
    policy: Mutex<Policy>,
    journal: Journal,
    clock: SystemClock,
}

/// Runs the command.
pub(super) fn run(args: &Args) -> Result<ExitCode> {
    block_on(serve(args))
}

async fn serve(args: &Args) -> Result<ExitCode> {
    let server = Arc::new(open(args)?);
    let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
    let listener = TcpListener::bind(args.listen).await.with_context(|| args.listen.to_string())?;
    tracing::info!(postfix = %listener.local_addr()?, "policy served");
    if let Some(address) = args.listen_dovecot {
        let listener = TcpListener::bind(address).await.with_context(|| address.to_string())?;
        tracing::info!(dovecot = %listener.local_addr()?, "policy served");
        tasks.spawn(dovecot::serve(listener, Arc::clone(&server), stop.clone()));
    }
    tasks.spawn(postfix::serve(listener, Arc::clone(&server), args.connections, stop.clone(), tasks.clone()));
    tasks.spawn(keep_house(args.policy.clone(), Arc::clone(&server), stop.clone()));
    stopped().await?;
    stop.cancel();
    tasks.close();
    if tokio::time::timeout(PATIENCE, tasks.wait()).await.is_err() {
        tracing::warn!("connections were cut");
    }
    Ok(ExitCode::SUCCESS)
}

/// Reads settings and counters.
fn open(args: &Args) -> Result<Server> {
    let settings = read(&args.policy)?;
    let rules = super::rules(args.rules.as_deref())?;
    let places = args.databases.open()?;
    let guard = |rules: Rules| -> Result<Guard> { Ok(Guard::new(rules, args.databases.open()?)) };
    let mut policy = Policy::new(settings, places, Some(guard(rules)?));
    let journal = Journal::open(&args.state, &mut policy, journal::COMPACT)?;
    let kept = policy.kept();
    tracing::info!(accounts = kept.accounts, locked = kept.locked, "counters read");
    Ok(Server { policy: Mutex::new(policy), journal, clock: SystemClock })
}

fn read(path: &Path) -> Result<Settings> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    Settings::parse(&text).with_context(|| path.display().to_string())
}

/// Keeps house every two seconds: has a long journal written anew, and puts a changed policy in force. One with a mistake is told, and what held before goes on.
async fn keep_house(path: PathBuf, server: Arc<Server>, stop: CancellationToken) {
    let changed =
        |path: &Path| std::fs::metadata(path).and_then(|data| data.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
    let mut last = changed(&path);
    while stop.run_until_cancelled(tokio::time::sleep(HOUSEKEEPING)).await.is_some() {
        {
            // Nobody decides meanwhile: what is written anew is all that was handed over.
            let policy = server.policy();
            server.journal.compact(&policy);
        }
        let now = changed(&path);
        if now == last {
            continue;
        }
        last = now;
        match read(&path) {
            Ok(settings) => {
                server.policy().replace(settings);
                tracing::info!("the policy was read again");
            }
            Err(error) => {
                tracing::error!(%error, cause = %error.root_cause(), "the policy is wrong; what held before goes on");
            }
        }
    }
}

async fn stopped() -> Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    Ok(())
}

impl Server {
    /// The policy. A panic in another connection cannot have left it half changed: a decision changes it in its last step.
    fn policy(&self) -> MutexGuard<'_, Policy> {
        self.policy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Decides, and returns when what the decision counts is on the disk. Nothing if it could not be written and the account's
    /// plan is closed in such a case.
    async fn decide(&self, decide: impl FnOnce(&mut Policy, jiff::Timestamp) -> Answer) -> Option<Answer> {
        // In one go, so that records stand in the journal in the order of their decisions.
        let (answer, waiter) = {
            let mut policy = self.policy();
            let answer = decide(&mut policy, self.clock.now());
            let waiter = self.keep(&answer.records);
            (answer, waiter)
        };
        let kept = match waiter {
            None => true,
            Some(Ok(waiter)) => waiter.await.is_ok_and(|kept| kept),
            Some(Err(())) => false,
        };
        (kept || answer.fail == Fail::Open).then_some(answer)
    }

    fn keep(&self, records: &[Record]) -> Option<Result<Waiter, ()>> {
        (!records.is_empty()).then(|| self.journal.append(records))
    }
}
