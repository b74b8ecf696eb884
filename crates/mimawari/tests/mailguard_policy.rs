//! `mimawari mailguard serve-policy` as Postfix and Dovecot meet it: a real Postfix, a killed server, rubbish.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use demo::{MmdbRecord, mmdb};
use testkit::{SmtpClient, TestPostfix, steady_port};

/// A running policy server.
struct Server {
    child: Child,
    postfix: SocketAddr,
    dovecot: SocketAddr,
}

impl Server {
    fn start(folder: &Path, postfix: SocketAddr, dovecot: SocketAddr) -> Result<Self> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mimawari"));
        command.env_clear().env("PATH", "/usr/bin:/bin").env("TZ", "Asia/Tokyo").current_dir(folder);
        command.args(["mailguard", "serve-policy", "--policy", "policy.toml", "--mmdb-country", "country.mmdb"]);
        command.args(["--listen", &postfix.to_string(), "--listen-dovecot", &dovecot.to_string()]);
        let child = command.stdin(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let server = Self { child, postfix, dovecot };
        let until = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(postfix).is_err() {
            ensure!(Instant::now() < until, "the server does not listen");
            sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    /// Ends the process as `kill -9` does.
    fn kill(mut self) -> (SocketAddr, SocketAddr) {
        self.end();
        (self.postfix, self.dovecot)
    }

    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

/// A folder with a policy and a database in which 192.0.2.0/24 is Japan and 198.51.100.n a country for each n.
fn folder(policy: &str) -> Result<tempfile::TempDir> {
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("policy.toml"), policy)?;
    let code = |n: u8| format!("A{}", char::from(b'A' + n % 26));
    let mut countries = vec![("192.0.2.0/24".parse()?, MmdbRecord::Country("JP".to_owned()))];
    for n in 0..26_u8 {
        countries.push((format!("198.51.100.{n}/32").parse()?, MmdbRecord::Country(code(n))));
    }
    std::fs::write(folder.path().join("country.mmdb"), mmdb(&countries))?;
    Ok(folder)
}

fn quota(most: u32) -> String {
    format!(
        "[service]\nplan = \"p\"\nlink = \"https://help.example.jp/{{rule}}?lang={{lang}}\"\n[[plan]]\nname = \"p\"\n[[plan.quota]]\nname = \"day\"\nof = \"mails\"\nmost = {most}\nwindow = \"1d\"\n"
    )
}

/// One connection as Postfix holds it.
struct Asker(BufReader<TcpStream>);

impl Asker {
    fn connect(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        Ok(Self(BufReader::new(stream)))
    }

    fn ask(&mut self, account: &str, instance: &str) -> Result<String> {
        let request = format!(
            "request=smtpd_access_policy\nprotocol_state=DATA\nclient_address=192.0.2.1\nrecipient_count=1\nsasl_username={account}\ninstance={instance}\n\n"
        );
        self.0.get_mut().write_all(request.as_bytes())?;
        let (mut answer, mut empty) = (String::new(), String::new());
        self.0.read_line(&mut answer)?;
        self.0.read_line(&mut empty)?;
        ensure!(empty == "\n", "no answer");
        Ok(answer.trim_end().to_owned())
    }
}

fn ports() -> Result<(SocketAddr, SocketAddr)> {
    Ok((steady_port()?, steady_port()?))
}

#[test]
fn system_a_killed_server_gives_no_mail_twice_and_loses_none_that_it_gave() -> Result<()> {
    const MOST: u32 = 300;
    let folder = folder(&quota(MOST))?;
    let (postfix, dovecot) = ports()?;
    let mut given = 0;
    for round in 0..4 {
        let server = Server::start(folder.path(), postfix, dovecot)?;
        // Several Postfix processes at once; the server is killed while they ask.
        let threads: Vec<_> = (0..4)
            .map(|thread| {
                std::thread::spawn(move || {
                    let Ok(mut asker) = Asker::connect(postfix) else { return 0 };
                    let ask = |mail: u32| asker.ask("taro", &format!("{round}.{thread}.{mail}")).ok();
                    (0..200).map_while(ask).filter(|answer| answer == "action=DUNNO").count()
                })
            })
            .collect();
        if round < 3 {
            sleep(Duration::from_millis(250));
            server.kill();
            given += threads.into_iter().map(|thread| thread.join().unwrap_or(0)).sum::<usize>();
        } else {
            given += threads.into_iter().map(|thread| thread.join().unwrap_or(0)).sum::<usize>();
            drop(server);
        }
    }
    let given = u32::try_from(given)?;
    // What was counted and not yet answered when the server died, at most one for each connection and kill, is lost to the
    // customer; more than the quota is never given.
    ensure!((MOST - 12..=MOST).contains(&given), "{given} of {MOST} mails were given");
    let _server = Server::start(folder.path(), postfix, dovecot)?;
    let answer = Asker::connect(postfix)?.ask("taro", "last")?;
    ensure!(answer.starts_with("action=451 4.7.1 The limit of 300 mails in 24 h is reached."), "{answer}");
    ensure!(answer.ends_with("https://help.example.jp/day?lang=ja"), "{answer}");
    Ok(())
}

#[test]
fn system_rubbish_is_closed_and_a_changed_policy_holds_at_once() -> Result<()> {
    let folder = folder(&quota(1))?;
    let (postfix, dovecot) = ports()?;
    let _server = Server::start(folder.path(), postfix, dovecot)?;
    for rubbish in [b"GET / HTTP/1.1\r\n\r\n".to_vec(), vec![b'a'; 1 << 20], b"a=b\n".repeat(1000), vec![0; 5000]] {
        let mut stream = TcpStream::connect(postfix)?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        // The server may close before all is written.
        let _ = stream.write_all(&rubbish);
        let _ = stream.write_all(b"\n\n");
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        ensure!(answer.is_empty(), "{}", String::from_utf8_lossy(&answer));
    }
    let mut asker = Asker::connect(postfix)?;
    ensure!(asker.ask("taro", "1")? == "action=DUNNO" && asker.ask("taro", "2")?.starts_with("action=451"));
    ensure!(asker.ask("taro", "1")? == "action=DUNNO", "a request that is asked again is answered as before");
    // A mistake changes nothing; a good file does.
    std::fs::write(folder.path().join("policy.toml"), "[service\n")?;
    sleep(Duration::from_secs(3));
    ensure!(asker.ask("taro", "3")?.starts_with("action=451"));
    std::fs::write(folder.path().join("policy.toml"), quota(2).replace("of =", "action = \"hold\"\nof ="))?;
    sleep(Duration::from_secs(3));
    ensure!(asker.ask("taro", "4")? == "action=DUNNO" && asker.ask("taro", "5")?.starts_with("action=HOLD The limit"));
    Ok(())
}

#[test]
fn system_a_real_postfix_takes_the_answers() -> Result<()> {
    if !TestPostfix::wanted()? {
        return Ok(());
    }
    let policy =
        quota(3).replace("plan = \"p\"", "plan = \"p\"\nhome = [\"JP\"]\nabroad = \"refuse\"\nlock_by_rules = true");
    let policy = policy + "[[account]]\nname = \"jiro\"\nlocked = true\n";
    let folder = folder(&policy)?;
    let (asked, dovecot) = ports()?;
    let server = Server::start(folder.path(), asked, dovecot)?;
    let service = format!("check_policy_service inet:{asked}");
    let postfix = TestPostfix::start(&format!(
        "myhostname = out.example.jp\nsmtpd_authorized_xclient_hosts = 127.0.0.0/8\ndefault_transport = discard:\n\
         smtpd_recipient_restrictions = {service}\nsmtpd_data_restrictions = {service}\n\
         smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject\n\
         mynetworks = 127.0.0.0/8, 192.0.2.0/24, 198.51.100.0/24\n"
    ))?;
    let send = |account: &str, address: &str, to: &[&str]| -> Result<Vec<String>> {
        let mut client = SmtpClient::connect(postfix.address())?;
        client.ehlo()?;
        let answer = client.command(&format!("XCLIENT LOGIN={account} ADDR={address}"))?;
        ensure!(answer.starts_with("220"), "{answer}");
        client.ehlo()?;
        let mut answers = vec![client.command("MAIL FROM:<a@example.jp>")?];
        for to in to {
            answers.push(client.command(&format!("RCPT TO:<{to}>"))?);
        }
        answers.push(client.command("DATA")?);
        if answers.last().is_some_and(|answer| answer.starts_with("354")) {
            answers.push(client.command("Subject: x\r\n\r\nx\r\n.")?);
        }
        Ok(answers)
    };
    let last = |answers: Vec<String>| answers.into_iter().next_back().unwrap_or_default();
    for mail in 0..3 {
        let answer = last(send("taro", "192.0.2.1", &["b@example.org", "c@example.org"])?);
        ensure!(answer.starts_with("250 2.0.0"), "{mail}: {answer}\n{}", postfix.log_tail());
    }
    let answers = send("taro", "192.0.2.1", &["b@example.org"])?;
    ensure!(answers[1].starts_with("451 4.7.1") && answers[1].contains("limit of 3 mails"), "{answers:?}");
    let answers = send("jiro", "192.0.2.1", &["b@example.org"])?;
    ensure!(
        answers[1].starts_with("550 5.7.1") && answers[1].contains("https://help.example.jp/locked?lang=ja"),
        "{answers:?}"
    );
    let answers = send("hanako", "198.51.100.3", &["b@example.org"])?;
    ensure!(answers[1].starts_with("550 5.7.1") && answers[1].contains("from abroad (AD)"), "{answers:?}");
    // Nine more countries: the account is locked by the request that shows the tenth, and then at home, too.
    for n in 4..13 {
        send("hanako", &format!("198.51.100.{n}"), &["b@example.org"])?;
    }
    let answers = send("hanako", "192.0.2.7", &["b@example.org"])?;
    ensure!(answers[1].contains("Sending is stopped for this account"), "{answers:?}");
    // Without the server nothing is lost and nothing passes uncounted: Postfix puts mails off.
    drop(server);
    let answers = send("saburo", "192.0.2.1", &["b@example.org"])?;
    ensure!(answers[1].starts_with("451"), "{answers:?}");
    Ok(())
}

/// One request as Dovecot sends it.
fn report(address: SocketAddr, command: &str, json: &str) -> Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let len = json.len();
    write!(
        stream,
        "POST /?command={command} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len}\r\nConnection: close\r\n\r\n{json}"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").context("an answer")?;
    ensure!(head.starts_with("HTTP/1.1 200"), "{answer}");
    Ok(body.to_owned())
}

#[test]
fn system_dovecot_is_told_to_wait_and_to_refuse() -> Result<()> {
    let policy = "[service]\nlock_by_rules = true\n[service.tarpit]\nfailures = 2\nrefuse = 4\nwindow = \"10m\"\nseconds = 3\n[[account]]\nname = \"jiro\"\nlocked = true\n";
    let folder = folder(policy)?;
    let (postfix, dovecot) = ports()?;
    let server = Server::start(folder.path(), postfix, dovecot)?;
    let login = |account: &str, remote: &str, more: &str| {
        format!(r#"{{"login":"{account}","remote":"{remote}","protocol":"imap","pwhash":"01","session_id":"x"{more}}}"#)
    };
    let allow = |account: &str, remote: &str| report(dovecot, "allow", &login(account, remote, ""));
    ensure!(allow("taro", "192.0.2.1")? == r#"{"status":0,"msg":""}"#);
    ensure!(allow("jiro", "192.0.2.1")?.starts_with(r#"{"status":-1,"msg":"Sending is stopped"#));
    for _ in 0..2 {
        report(dovecot, "report", &login("taro", "198.51.100.1", r#","success":false,"policy_reject":false"#))?;
    }
    ensure!(allow("taro", "198.51.100.1")? == r#"{"status":3,"msg":""}"#);
    // Ten countries with the right password, over a restart in the middle.
    for n in 1..=10_u8 {
        ensure!(allow("hanako", "192.0.2.1")?.contains(r#""status":0"#), "{n}");
        report(
            dovecot,
            "report",
            &login("hanako", &format!("198.51.100.{n}"), r#","success":true,"policy_reject":false"#),
        )?;
    }
    ensure!(allow("hanako", "192.0.2.1")?.contains(r#""status":-1"#));
    let (postfix, dovecot) = server.kill();
    let _server = Server::start(folder.path(), postfix, dovecot)?;
    ensure!(allow("hanako", "192.0.2.1")?.contains(r#""status":-1"#));
    Ok(())
}
