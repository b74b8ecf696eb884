//! A real Postfix of our own, in a temporary folder, on a free port: in front of the desk, or behind it.

use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use tempfile::TempDir;

use crate::{SmtpClient, steady_port};

/// Set to `1`, tests with a real Postfix are passed over.
const SKIP: &str = "MIMAWARI_SKIP_SYSTEM";

/// Settings of both roles: quick repetitions, nothing from the machine's own configuration, nothing beyond loopback,
/// no header added to what we send.
const COMMON: &str = "compatibility_level = 3.6
inet_protocols = ipv4
inet_interfaces = 127.0.0.1
mynetworks = 127.0.0.0/8
mydestination =
local_transport = error:no local delivery
alias_maps =
alias_database =
local_recipient_maps =
relay_recipient_maps =
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions =
smtpd_error_sleep_time = 0
smtpd_tls_security_level = none
disable_dns_lookups = yes
notify_classes =
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
transport_retry_time = 1s
in_flow_delay = 0
lmtp_connect_timeout = 3s
lmtp_tls_security_level = none
message_size_limit = 52428800
recipient_delimiter = +
local_header_rewrite_clients =
";

/// Services without chroot, because the temporary folder holds no copy of the system's files.
const MASTER: &str = "pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
";

/// A running Postfix; it is stopped, and its folder removed, when this is dropped or this process dies.
#[derive(Debug)]
pub struct TestPostfix {
    /// The port of 127.0.0.1 on which it accepts SMTP.
    pub smtp_port: u16,
    folder: TempDir,
    guard: Child,
    /// The guard stops Postfix when this closes, however this process ends.
    leash: Option<ChildStdin>,
}

impl TestPostfix {
    /// Whether tests with Postfix shall run: false if `MIMAWARI_SKIP_SYSTEM=1`; an error that says what to do if they
    /// should and cannot.
    pub fn wanted() -> anyhow::Result<bool> {
        if std::env::var(SKIP).is_ok_and(|value| value == "1") {
            return Ok(false);
        }
        let root = fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
        ensure!(root, "tests with a real Postfix need root; run them as root, or set {SKIP}=1 to pass them over");
        program().map(|_| true)
    }

    /// Accepts SMTP and delivers everything for `domain` by LMTP to the door at `door`.
    pub fn front(domain: &str, door: SocketAddr) -> anyhow::Result<Self> {
        Self::start(&format!(
            "myhostname = mx.{domain}\nrelay_domains = {domain}\n\
             transport_maps = inline:{{ {{ {domain} = lmtp:inet:{}:{} }} }}\n",
            door.ip(),
            door.port()
        ))
    }

    /// Accepts SMTP from us and delivers everything, to whomever it is, by LMTP to `sink` (see [`crate::Sink`]). One
    /// recipient per delivery, so that the sink's mails can be counted. What the sink refuses for good bounces: to
    /// the sender, through the sink as well.
    pub fn relay(sink: SocketAddr) -> anyhow::Result<Self> {
        Self::start(&format!(
            "myhostname = relay.provider.example\ndefault_transport = lmtp:inet:{}:{}\n\
             lmtp_destination_recipient_limit = 1\n",
            sink.ip(),
            sink.port()
        ))
    }

    /// Starts with further lines of `main.cf`.
    pub fn start(main: &str) -> anyhow::Result<Self> {
        let postfix = program()?;
        let folder = tempfile::Builder::new().prefix("mimawari-postfix-").tempdir()?;
        let smtp_port = steady_port()?.port();
        let config = write_config(folder.path(), smtp_port, main)?;
        run(Command::new(&postfix).arg("-c").arg(&config).arg("start"), folder.path())?;
        let (guard, leash) = guard(&postfix, &config, folder.path())?;
        let running = Self { smtp_port, folder, guard, leash: Some(leash) };
        running.wait_until_open()?;
        Ok(running)
    }

    /// Where it accepts SMTP.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.smtp_port))
    }

    /// Mails that wait in its queue.
    pub fn queued(&self) -> usize {
        ["incoming", "active", "deferred", "maildrop"]
            .iter()
            .map(|queue| count_files(&self.folder.path().join("queue").join(queue)))
            .sum()
    }

    /// Waits until its queue is empty.
    pub fn wait_until_empty(&self, patience: Duration) -> anyhow::Result<()> {
        let until = Instant::now() + patience;
        while self.queued() > 0 {
            if Instant::now() > until {
                bail!("{} mails are still queued after {patience:?}; its log:\n{}", self.queued(), self.log_tail());
            }
            sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// The end of its log, for messages of failed tests.
    pub fn log_tail(&self) -> String {
        let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().rev().take(40).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    fn wait_until_open(&self) -> anyhow::Result<()> {
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            match SmtpClient::connect(self.address()) {
                Ok(mut client) => {
                    client.command("QUIT")?;
                    return Ok(());
                }
                Err(error) if Instant::now() > until => {
                    bail!("Postfix does not answer on port {}: {error}; its log:\n{}", self.smtp_port, self.log_tail())
                }
                Err(_) => sleep(Duration::from_millis(50)),
            }
        }
    }
}

impl Drop for TestPostfix {
    fn drop(&mut self) {
        drop(self.leash.take());
        // The folder can only be removed once Postfix no longer writes into it.
        let _ = self.guard.wait();
    }
}

fn program() -> anyhow::Result<PathBuf> {
    ["/usr/sbin/postfix", "/usr/local/sbin/postfix", "/sbin/postfix"]
        .iter()
        .map(PathBuf::from)
        .find(|path| path.exists())
        .with_context(|| {
            format!("Postfix is not installed; run scripts/test-setup, or set {SKIP}=1 to pass these tests over")
        })
}

fn write_config(folder: &Path, port: u16, main: &str) -> anyhow::Result<PathBuf> {
    // Postfix' own user must pass through.
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755))?;
    let (config, queue, data) = (folder.join("config"), folder.join("queue"), folder.join("data"));
    for path in [&config, &queue, &data] {
        fs::create_dir(path)?;
    }
    let status = Command::new("chown").arg("postfix").arg(&data).status()?;
    ensure!(status.success(), "there is no user postfix; is the package installed completely?");
    let shown = folder.display();
    let own = format!(
        "queue_directory = {}\ndata_directory = {}\nmaillog_file = {shown}/log\nmaillog_file_prefixes = {shown}\n",
        queue.display(),
        data.display()
    );
    fs::write(config.join("main.cf"), format!("{COMMON}{own}{main}"))?;
    fs::write(config.join("master.cf"), format!("127.0.0.1:{port} inet n - n - - smtpd\n{MASTER}"))?;
    Ok(config)
}

fn run(command: &mut Command, folder: &Path) -> anyhow::Result<()> {
    // A file, not a pipe: the daemons would keep a pipe open.
    let output = fs::File::create(folder.join("output"))?;
    let status = command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output).status()?;
    if !status.success() {
        let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
        bail!("{command:?} failed: {}\n{log}", fs::read_to_string(folder.join("output"))?);
    }
    Ok(())
}

/// A shell that waits for the end of its input, then stops Postfix and removes the folder.
fn guard(postfix: &Path, config: &Path, folder: &Path) -> anyhow::Result<(Child, ChildStdin)> {
    let script = "cat >/dev/null; \"$1\" -c \"$2\" abort; rm -rf \"$3\"";
    let mut command = Command::new("sh");
    command.args(["-c", script, "sh"]).arg(postfix).arg(config).arg(folder);
    // A group of its own, so that what ends the test by signal does not end the guard.
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut guard = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let mut leash = guard.stdin.take().context("the guard has no input")?;
    leash.flush()?;
    Ok((guard, leash))
}

fn count_files(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| if entry.path().is_dir() { count_files(&entry.path()) } else { 1 }).sum()
}
