//! A key pair, and mails signed with it by dkimpy: a peer that is not ours.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::ensure;

/// A domain's key for signing mails (DKIM, RFC 6376).
#[derive(Debug)]
pub struct DkimKey {
    folder: tempfile::TempDir,
    public: String,
}

impl DkimKey {
    /// A new RSA key of 2048 bits.
    pub fn new() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let key = folder.path().join("key.pem");
        run(Command::new("openssl").args(["genrsa", "-out"]).arg(&key).arg("2048"), b"")?;
        let pem = String::from_utf8(run(Command::new("openssl").args(["rsa", "-pubout", "-in"]).arg(&key), b"")?)?;
        let public = pem.lines().filter(|line| !line.starts_with('-')).collect();
        Ok(Self { folder, public })
    }

    /// The file of the private key.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("key.pem")
    }

    /// What stands in the DNS below `SELECTOR._domainkey`: a record for a zone file, in pieces of at most 255 bytes.
    pub fn record(&self) -> String {
        let text = format!("v=DKIM1; k=rsa; p={}", self.public);
        let pieces: Vec<String> =
            text.as_bytes().chunks(200).map(|piece| format!("\"{}\"", String::from_utf8_lossy(piece))).collect();
        format!("TXT {}", pieces.join(" "))
    }

    /// The mail with a signature on top.
    pub fn sign(&self, selector: &str, domain: &str, mail: &[u8]) -> anyhow::Result<Vec<u8>> {
        run(Command::new("dkimsign").args(["--hcanon", "relaxed", selector, domain]).arg(self.file()), mail)
    }

    /// The mail with one more set of its chain on top (ARC, RFC 8617). `server` has written its results on it.
    pub fn seal(&self, selector: &str, domain: &str, server: &str, mail: &[u8]) -> anyhow::Result<Vec<u8>> {
        run(Command::new("arcsign").args([selector, domain]).arg(self.file()).arg(server), mail)
    }
}

fn run(command: &mut Command, input: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input)?;
    }
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(output.stdout)
}
