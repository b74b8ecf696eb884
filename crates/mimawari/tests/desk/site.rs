//! One node of the desk: its configuration, and the real program run with it.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use attribution::InventoryAttributor;
use desk::Desk;
use model::SystemClock;
use store::{Settings, Store};
use tempfile::TempDir;
use testkit::steady_port;
use text::mail::Templates;

/// The program under test.
const PROGRAM: &str = env!("CARGO_BIN_EXE_mimawari");

/// Where everything of one node lies.
pub(crate) struct Site {
    folder: TempDir,
    config: PathBuf,
    pub(crate) database: Settings,
    pub(crate) door: SocketAddr,
    pub(crate) console: SocketAddr,
}

impl Site {
    /// A node on `database` (a SQLite file of its own without it) whose mails leave through the mail server on `relay`.
    pub(crate) fn new(database: Option<&str>, door: SocketAddr, relay: u16) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("mimawari-desk-").tempdir()?;
        let own = format!("sqlite:{}", folder.path().join("desk.db").display());
        let url = database.map_or(own, str::to_owned);
        let console = steady_port()?;
        let config = folder.path().join("config.toml");
        fs::write(
            &config,
            format!(
                r#"[database]
url = "{url}"
[desk]
notices = "act"
reporter_mails = "act"
copy_to = "outbox@provider.example"
uncertain_minutes = 1
[desk.mail]
host = "127.0.0.1"
port = {relay}
tls = "none"
undo_seconds = 0
timeout_seconds = 5
[[lmtp]]
listen = "{door}"
hostname = "abuse.provider.example"
recipients = ["abuse@provider.example", "abuse+*@provider.example", "outbox@provider.example"]
[console]
listen = "{console}"
"#
            ),
        )?;
        Ok(Self { folder, config, database: Settings { url, connections: 4 }, door, console })
    }

    /// Puts `toml` behind the configuration.
    pub(crate) fn configure(&self, toml: &str) -> anyhow::Result<()> {
        Ok(OpenOptions::new().append(true).open(&self.config)?.write_all(toml.as_bytes())?)
    }

    /// Runs one command of the program to its end.
    pub(crate) fn command(&self, arguments: &[&str]) -> anyhow::Result<Output> {
        Ok(Command::new(PROGRAM).arg("-c").arg(&self.config).args(arguments).stdin(Stdio::null()).output()?)
    }

    /// Opens the database beside the program.
    pub(crate) async fn store(&self) -> anyhow::Result<Store> {
        Ok(Store::open(&self.database).await?)
    }

    /// The desk as a person at the console works with it.
    pub(crate) fn desk(&self, store: Store) -> anyhow::Result<Desk> {
        #[derive(serde::Deserialize)]
        struct Config {
            desk: desk::Settings,
        }
        let config: Config = toml::from_str(&fs::read_to_string(&self.config)?)?;
        Ok(Desk {
            attributor: Arc::new(InventoryAttributor::new(store.clone(), attribution::Settings::default())),
            store,
            clock: Arc::new(SystemClock),
            reader: Arc::new(reports::Reader),
            tracer: Arc::new(reports::trace::Tracer::default()),
            checker: None,
            templates: Arc::new(Templates::builtin()?),
            settings: Arc::new(config.desk),
        })
    }

    /// Starts `mimawari serve`.
    pub(crate) fn start(&self) -> anyhow::Result<Node> {
        let log = self.folder.path().join("log");
        let file = OpenOptions::new().create(true).append(true).open(&log)?;
        let child = Command::new(PROGRAM)
            .arg("-c")
            .arg(&self.config)
            .arg("serve")
            .env("MIMAWARI_LOG", "info")
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()?;
        Ok(Node { child, log, door: self.door })
    }
}

/// A running program; killed when dropped, also when the test fails.
pub(crate) struct Node {
    child: Child,
    log: PathBuf,
    door: SocketAddr,
}

impl Node {
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Fails if it ended by itself.
    pub(crate) fn still_runs(&mut self) -> anyhow::Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => bail!("mimawari ended by itself, {status}:\n{}", tail(&self.log)),
        }
    }

    /// Waits until its mail door answers.
    pub(crate) fn wait_until_open(&mut self) -> anyhow::Result<()> {
        let until = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(self.door).is_err() {
            self.still_runs()?;
            ensure!(Instant::now() < until, "the door {} does not open:\n{}", self.door, tail(&self.log));
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// SIGKILL: nothing of it runs any more when this returns.
    pub(crate) fn kill(mut self) -> anyhow::Result<()> {
        self.still_runs()?;
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// SIGTERM; it has to end well and soon.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        let sent = Command::new("kill").arg("-TERM").arg(self.pid().to_string()).status()?;
        ensure!(sent.success(), "no signal could be sent");
        let until = Instant::now() + Duration::from_secs(30);
        while Instant::now() < until {
            if let Some(status) = self.child.try_wait()? {
                ensure!(status.success(), "it stopped badly, {status}:\n{}", tail(&self.log));
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!("it does not stop:\n{}", tail(&self.log))
    }

    /// Most memory it has had, in bytes.
    pub(crate) fn peak_memory(&self) -> anyhow::Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
        let kib: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kib * 1024)
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn tail(log: &Path) -> String {
    let mut text = String::new();
    let _ = File::open(log).and_then(|mut file| file.read_to_string(&mut text));
    let lines: Vec<&str> = text.lines().rev().take(40).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}

/// Posts JSON and returns the status code.
pub(crate) fn post(server: SocketAddr, path: &str, token: &str, body: &[u8]) -> anyhow::Result<u16> {
    let mut stream = TcpStream::connect(server)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {server}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let code = answer.split(' ').nth(1).with_context(|| format!("no HTTP: {answer:.80}"))?;
    Ok(code.parse()?)
}
