//! A name server (NSD) on loopback with the zones of one test.

use std::fs;
use std::net::{SocketAddr, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::bail;

/// The running server; it stops when dropped.
#[derive(Debug)]
pub struct Nsd {
    folder: tempfile::TempDir,
    server: Child,
    address: SocketAddr,
}

impl Drop for Nsd {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Nsd {
    /// Starts it with `zones`: each its name and its records as in a zone file, without SOA and NS. It answers for these
    /// alone, and refuses everything else.
    pub fn start(zones: &[(&str, &str)]) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let address = crate::steady_port()?;
        let (at, port) = (folder.path().display(), address.port());
        let mut config = format!(
            "server:\n ip-address: 127.0.0.1@{port}\n username: \"\"\n chroot: \"\"\n zonesdir: \"{at}\"\n pidfile: \"\"\n \
             database: \"\"\n xfrdfile: \"\"\n zonelistfile: \"{at}/zone.list\"\n logfile: \"{at}/nsd.log\"\n server-count: 1\n\
             remote-control:\n control-enable: no\n"
        );
        for (name, records) in zones {
            config.extend(["zone:\n name: ", name, "\n zonefile: ", name, ".zone\n"]);
            let zone = format!("$TTL 300\n@ SOA ns hostmaster 1 3600 900 86400 60\n@ NS ns\nns A 127.0.0.1\n{records}");
            fs::write(folder.path().join(format!("{name}.zone")), zone)?;
        }
        let file = folder.path().join("nsd.conf");
        fs::write(&file, config)?;
        let mut command = Command::new("/usr/sbin/nsd");
        let command = command.arg("-d").arg("-c").arg(file).stdout(Stdio::null()).stderr(Stdio::null());
        let server = Self { server: command.spawn()?, folder, address };
        server.wait()?;
        Ok(server)
    }

    /// Where it answers, over UDP and TCP.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Until it answers, be it with a refusal: a question for the SOA of the root.
    fn wait(&self) -> anyhow::Result<()> {
        let question = b"\x12\x34\0\0\0\x01\0\0\0\0\0\0\0\0\x06\0\x01";
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        socket.set_read_timeout(Some(Duration::from_millis(200)))?;
        for _ in 0..100 {
            socket.send_to(question, self.address)?;
            if socket.recv(&mut [0; 512]).is_ok() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!("NSD does not answer: {}", fs::read_to_string(self.folder.path().join("nsd.log")).unwrap_or_default())
    }
}
