//! The channel SMTP against a server that breaks off at each step, and against a real Postfix.

use std::time::Duration;

use anyhow::ensure;
use desk::channels::{self, Outcome};
use desk::notices::{Outgoing, ThreadKind};
use desk::{Mode, Settings};
use model::{CaseState, MailId};
use store::args;
use store::mails::MailState;
use testkit::{Sink, TempStore, TestPostfix};
use text::mail::MailKind;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

use crate::world::World;

/// Serves one connection: the answer to each command by its first word; an empty answer ends the connection.
async fn server(answers: &'static [(&'static str, &'static str)]) -> anyhow::Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await?;
        let mut stream = BufReader::new(stream);
        stream.write_all(b"220 test\r\n").await?;
        let (mut line, mut data) = (String::new(), false);
        loop {
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                break;
            }
            let word = match (data, line.as_str()) {
                (true, ".\r\n") => "END",
                (true, _) => continue,
                (false, line) => line.trim_end(),
            };
            let answer =
                answers.iter().find(|(start, _)| word.starts_with(start)).map_or("250 ok", |(_, answer)| answer);
            data = word == "DATA" && answer.starts_with('3');
            if answer.is_empty() {
                break;
            }
            stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
        }
        Ok::<_, std::io::Error>(())
    });
    Ok(port)
}

fn outgoing() -> Outgoing {
    Outgoing {
        id: MailId(1),
        message_id: "m1.x@example.jp".to_owned(),
        from: "abuse@example.jp".parse().ok(),
        to: "taro@example.com".parse().expect("an address"),
        copy_to: "copies@example.jp".parse().ok(),
        bytes: b"Subject: x\r\n\r\n.\r\nx\r\n".to_vec(),
    }
}

async fn send_to(port: u16) -> anyhow::Result<Outcome> {
    let mut settings = Settings::default();
    "127.0.0.1".clone_into(&mut settings.mail.host);
    settings.mail.port = port;
    let channel = channels::open(&settings)?;
    Ok(tokio::time::timeout(Duration::from_secs(10), channel.send(&outgoing())).await?)
}

#[tokio::test]
async fn the_moment_at_which_the_line_breaks_decides() -> anyhow::Result<()> {
    const DATA: (&str, &str) = ("DATA", "354 go on");
    let told = |outcome: Outcome| match outcome {
        Outcome::Taken(_) => "taken",
        Outcome::Later(_) => "later",
        Outcome::Refused(_) => "refused",
        Outcome::Unknown(_) => "unknown",
    };
    let cases: &[(&'static [(&'static str, &'static str)], &str)] = &[
        (&[DATA], "taken"),
        (&[DATA, ("MAIL", "")], "later"),
        (&[DATA, ("RCPT", "")], "later"),
        (&[DATA, ("RCPT TO:<taro", "450 greylisted")], "later"),
        (&[DATA, ("RCPT TO:<taro", "550 no such user")], "refused"),
        (&[DATA, ("RCPT TO:<copies", "550 no such user")], "taken"),
        (&[("DATA", "")], "later"),
        (&[("DATA", "452 full")], "later"),
        (&[DATA, ("END", "")], "unknown"),
        (&[DATA, ("END", "451 try again")], "later"),
        (&[DATA, ("END", "554 spam")], "refused"),
        (&[DATA, ("END", "nonsense")], "unknown"),
    ];
    for (answers, wanted) in cases {
        let outcome = send_to(server(answers).await?).await?;
        ensure!(told(outcome.clone()) == *wanted, "{answers:?}: {outcome:?}, not {wanted}");
    }
    ensure!(told(send_to(1).await?) == "later", "nobody listens");
    Ok(())
}

#[tokio::test]
async fn required_encryption_is_not_gone_around() -> anyhow::Result<()> {
    let mut settings = Settings::default();
    "127.0.0.1".clone_into(&mut settings.mail.host);
    settings.mail.port = server(&[("DATA", "354 go on")]).await?;
    settings.mail.tls = desk::notices::Tls::Required;
    let outcome = channels::open(&settings)?.send(&outgoing()).await;
    ensure!(matches!(outcome, Outcome::Later(_)), "{outcome:?}");
    "pigeon".clone_into(&mut settings.mail.channel);
    ensure!(channels::open(&settings).is_err());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_folder_holds_each_mail_once() -> anyhow::Result<()> {
    let place = std::env::temp_dir().join(format!("mimawari-folder-{}", std::process::id()));
    let mut settings = Settings::default();
    "folder".clone_into(&mut settings.mail.channel);
    ensure!(channels::open(&settings).is_err(), "no folder is named");
    settings.mail.folder = place.display().to_string();
    let channel = channels::open(&settings)?;
    for _ in 0..2 {
        ensure!(matches!(channel.send(&outgoing()).await, Outcome::Taken(_)));
    }
    let files: Vec<_> = std::fs::read_dir(&place)?.collect();
    ensure!(files.len() == 1 && std::fs::read(files[0].as_ref().expect("a file").path())? == outgoing().bytes);
    std::fs::remove_dir_all(place)?;
    Ok(())
}

/// Everything through a real Postfix: the notice, its copy, and the bounce of a dead address.
#[tokio::test(flavor = "multi_thread")]
async fn system_postfix_delivers_copies_and_returns() -> anyhow::Result<()> {
    if !TestPostfix::wanted()? {
        return Ok(());
    }
    let sink = Sink::start()?;
    let postfix = TestPostfix::relay(sink.address())?;
    let temp = TempStore::sqlite().await?;
    let world = World::with(temp.store.clone(), |settings| {
        settings.notices = Mode::Act;
        "copies@example.jp".clone_into(&mut settings.copy_to);
        "127.0.0.1".clone_into(&mut settings.mail.host);
        settings.mail.port = postfix.smtp_port;
    })
    .await?;
    let channel = channels::open(&world.desk.settings)?;
    let case = world.ready_case().await?;
    let mail = world.notice(case, MailKind::CustomerNoticeRoot).await?.expect("a mail");
    let done = world.desk.send_due(&*channel).await?;
    ensure!(done.sent == 1, "{done:?} {:?}\n{}", world.mail(mail.id).await?.last_error, postfix.log_tail());
    let arrived = sink.wait_for(2, Duration::from_secs(20))?;
    let mut to: Vec<&str> = arrived.iter().flat_map(|mail| mail.to.iter().map(String::as_str)).collect();
    to.sort_unstable();
    ensure!(to == ["copies@example.jp", "suzuki@example.net"], "{to:?}");
    let copy = arrived.iter().find(|mail| mail.to == ["copies@example.jp"]).expect("a copy");
    let found = world.comes_in(&String::from_utf8(copy.raw.clone())?, &copy.from, "copies@example.jp").await?;
    ensure!(found.is_some_and(|found| found.kind == ThreadKind::OwnCopy), "{found:?}");
    ensure!(world.case_row(case).await?.state == CaseState::Waiting);

    // The address dies: what Postfix sends back finds the mail.
    sink.refuse("suzuki@example.net", "550 5.1.1 User unknown");
    let mut tx = world.desk.store.begin().await?;
    tx.execute("UPDATE cases SET reopened = 1 WHERE id = $1", args![case]).await?;
    tx.commit().await?;
    let second = world.notice(case, MailKind::CustomerNoticeRoot).await?.expect("a mail");
    ensure!(world.desk.send_due(&*channel).await?.sent == 1);
    let arrived = sink.wait_for(4, Duration::from_secs(20))?;
    let bounce = arrived.iter().find(|mail| mail.from.is_empty()).expect("a bounce");
    ensure!(bounce.to[0].starts_with("abuse+b"), "{:?}", bounce.to);
    let found = world.comes_in(&String::from_utf8_lossy(&bounce.raw), "", &bounce.to[0]).await?;
    ensure!(found.is_some_and(|found| found.kind == ThreadKind::Bounce && found.case == Some(case)), "{found:?}");
    let row = world.mail(second.id).await?;
    ensure!(row.state == MailState::Bounced && row.last_error.is_some_and(|why| why.contains("5.1.1")));
    ensure!(world.case_row(case).await?.state == CaseState::Open);
    Ok(())
}
