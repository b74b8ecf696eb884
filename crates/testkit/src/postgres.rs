//! A real PostgreSQL server for tests, shared by all test processes of a run.
//!
//! With `MIMAWARI_TEST_POSTGRES` (a URL of a server in which databases may be created) that server is used. Otherwise the
//! first test that needs one starts Debian's PostgreSQL on a socket in a folder of its own; a watchdog stops it and removes
//! the folder when no test has been connected for a minute. Durability is switched off in it: tests of durability kill
//! Mimawari, not the database.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, bail, ensure};

/// A running server.
#[derive(Debug, Clone)]
pub struct Postgres {
    base: String,
}

static SERIAL: AtomicU32 = AtomicU32::new(0);

impl Postgres {
    /// The server of this test run, started if need be.
    pub fn shared() -> anyhow::Result<Self> {
        if let Ok(url) = std::env::var("MIMAWARI_TEST_POSTGRES") {
            return Ok(Self { base: url.trim_end_matches('/').to_owned() });
        }
        let folder = std::env::temp_dir().join("mimawari-test-postgres");
        fs::create_dir_all(&folder).context("folder of the test PostgreSQL")?;
        // Many test processes start at once; the lock lets exactly one of them start the server.
        let lock = File::create(folder.join("lock"))?;
        lock.lock()?;
        if !is_running(&folder) {
            start(&folder)?;
        }
        Ok(Self { base: format!("postgres:///{{}}?host={}&user=postgres", folder.display()) })
    }

    /// Creates an empty database and returns its URL.
    pub fn create_database(&self) -> anyhow::Result<String> {
        let name = format!("t{}_{}", std::process::id(), SERIAL.fetch_add(1, Ordering::Relaxed));
        let admin = self.url("postgres");
        let output = Command::new(binary("psql")?)
            .args(["-qX", "-v", "ON_ERROR_STOP=1", "-c", &format!("DROP DATABASE IF EXISTS {name}"), "-c"])
            .arg(format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"))
            .arg(admin)
            .output()?;
        ensure!(output.status.success(), "creating {name}: {}", String::from_utf8_lossy(&output.stderr));
        Ok(self.url(&name))
    }

    fn url(&self, database: &str) -> String {
        if self.base.contains("{}") { self.base.replace("{}", database) } else { format!("{}/{database}", self.base) }
    }
}

fn is_running(folder: &Path) -> bool {
    binary("pg_isready").is_ok_and(|program| {
        Command::new(program).args(["-q", "-h"]).arg(folder).status().is_ok_and(|status| status.success())
    })
}

fn start(folder: &Path) -> anyhow::Result<()> {
    let data = folder.join("data");
    let _ = fs::remove_dir_all(&data);
    // initdb and postgres refuse to run as root; the socket folder must be writable by the server's user.
    fs::set_permissions(folder, fs::Permissions::from_mode(0o777))?;
    run(server_command("initdb")?
        .args(["--no-sync", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-D"])
        .arg(&data))?;
    let options = format!(
        "-c listen_addresses='' -c unix_socket_directories='{}' -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200",
        folder.display()
    );
    run(server_command("pg_ctl")?
        .args(["-w", "-t", "60", "-l"])
        .arg(folder.join("log"))
        .arg("-D")
        .arg(&data)
        .args(["-o", &options, "start"]))?;
    watchdog(folder, &data)
}

/// Stops the server when nobody has been connected for a minute.
fn watchdog(folder: &Path, data: &Path) -> anyhow::Result<()> {
    let script = format!(
        "idle=0; while [ $idle -lt 12 ]; do sleep 5; \
         n=$({psql} -qXAt -h {folder} -U postgres -c \"SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'\" postgres) || exit; \
         if [ \"$n\" -gt 1 ]; then idle=0; else idle=$((idle + 1)); fi; done; {ctl} -m immediate -D {data} stop; rm -rf {data}",
        psql = binary("psql")?.display(),
        folder = folder.display(),
        ctl = binary("pg_ctl")?.display(),
        data = data.display(),
    );
    let mut command = as_server_user("sh");
    command.args(["-c", &script]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.spawn()?;
    Ok(())
}

fn server_command(name: &str) -> anyhow::Result<Command> {
    let program = binary(name)?;
    Ok(as_server_user(&program.to_string_lossy()))
}

/// `program` as the user `postgres` when we are root, as ourselves otherwise.
fn as_server_user(program: &str) -> Command {
    let root = fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    let mut command = if root {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--", program]);
        command
    } else {
        Command::new(program)
    };
    command.current_dir("/");
    command
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    // Files, not pipes: the server would keep a pipe open and we would wait for it for ever.
    let log = tempfile::NamedTempFile::new()?;
    let status = command.stdin(Stdio::null()).stdout(log.reopen()?).stderr(log.reopen()?).status()?;
    if !status.success() {
        bail!("{command:?}: {}", fs::read_to_string(log.path())?);
    }
    Ok(())
}

/// A PostgreSQL program: newest version that Debian installed, else from PATH.
fn binary(name: &str) -> anyhow::Result<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin").join(name))
        .filter(|path| path.exists())
        .collect();
    found.sort();
    let from_path =
        || std::env::split_paths(&std::env::var_os("PATH")?).map(|dir| dir.join(name)).find(|path| path.exists());
    found
        .pop()
        .or_else(from_path)
        .with_context(|| format!("{name} is not installed; run scripts/test-setup or apt-get install postgresql"))
}
