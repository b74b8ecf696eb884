//! A plain SMTP/LMTP client that shows every answer: tests ask for exact codes, and for what happens when a peer vanishes.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::time::Duration;

/// A connection to an SMTP or LMTP server; blocking.
#[derive(Debug)]
pub struct SmtpClient {
    stream: BufReader<TcpStream>,
}

impl SmtpClient {
    /// Connects, and reads the greeting. Every wait ends after 30 seconds.
    pub fn connect(address: impl ToSocketAddrs) -> io::Result<Self> {
        let mut client = Self::connect_raw(address)?;
        client.expect("220")?;
        Ok(client)
    }

    /// Connects and reads nothing.
    pub fn connect_raw(address: impl ToSocketAddrs) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        stream.set_write_timeout(Some(Duration::from_secs(30)))?;
        Ok(Self { stream: BufReader::new(stream) })
    }

    /// Sends bytes as they are.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(bytes)
    }

    /// Reads one answer; continuation lines are joined by line ends.
    pub fn answer(&mut self) -> io::Result<String> {
        let mut answer = String::new();
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line)? == 0 {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, format!("closed after `{answer}`")));
            }
            answer.push_str(line.trim_end());
            if line.as_bytes().get(3) != Some(&b'-') {
                return Ok(answer);
            }
            answer.push('\n');
        }
    }

    /// Reads one answer, which must begin with `code`.
    pub fn expect(&mut self, code: &str) -> io::Result<String> {
        let answer = self.answer()?;
        if answer.starts_with(code) { Ok(answer) } else { Err(io::Error::other(format!("{answer}, not {code}"))) }
    }

    /// Sends a command and reads its answer.
    pub fn command(&mut self, command: &str) -> io::Result<String> {
        self.send(format!("{command}\r\n").as_bytes())?;
        self.answer()
    }

    /// Greets as an LMTP client.
    pub fn lhlo(&mut self) -> io::Result<()> {
        self.send(b"LHLO client.example.org\r\n")?;
        self.expect("250").map(drop)
    }

    /// Greets as an SMTP client.
    pub fn ehlo(&mut self) -> io::Result<()> {
        self.send(b"EHLO client.example.org\r\n")?;
        self.expect("250").map(drop)
    }

    /// Sends a mail by DATA, with `answers` to read at its end (LMTP: one per recipient). An error, or an answer that
    /// refuses the envelope, comes back as error.
    pub fn mail(&mut self, from: &str, to: &[&str], body: &[u8], answers: usize) -> io::Result<Vec<String>> {
        self.send(format!("MAIL FROM:<{from}>\r\n").as_bytes())?;
        self.expect("250")?;
        for to in to {
            self.send(format!("RCPT TO:<{to}>\r\n").as_bytes())?;
            self.expect("250")?;
        }
        self.send(b"DATA\r\n")?;
        self.expect("354")?;
        self.send(&dot_stuffed(body))?;
        (0..answers).map(|_| self.answer()).collect()
    }

    /// Everything that still comes until the peer closes, at most a megabyte.
    pub fn rest(mut self) -> io::Result<String> {
        let mut rest = Vec::new();
        self.stream.by_ref().take(1 << 20).read_to_end(&mut rest)?;
        Ok(String::from_utf8_lossy(&rest).into_owned())
    }

    /// Closes our sending side only: the peer sees the end while it may still answer.
    pub fn half_close(&self) -> io::Result<()> {
        self.stream.get_ref().shutdown(Shutdown::Write)
    }
}

/// `body` as DATA carries it (RFC 5321, section 4.5.2), with its end. A last line without line end gets one.
pub fn dot_stuffed(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + 16);
    let mut rest = body;
    while !rest.is_empty() {
        let end = rest.windows(2).position(|two| two == b"\r\n").map_or(rest.len(), |at| at + 2);
        let (line, tail) = rest.split_at(end);
        if line.starts_with(b".") {
            out.push(b'.');
        }
        out.extend_from_slice(line);
        rest = tail;
    }
    if !body.is_empty() && !body.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b".\r\n");
    out
}
