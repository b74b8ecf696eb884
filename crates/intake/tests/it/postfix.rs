//! A real Postfix in front of the door.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::common::{Running, raw_mails};
use anyhow::{Context, ensure};
use testkit::{Sink, SmtpClient, TempStore, TestPostfix};

const DOMAIN: &str = "provider.example";

fn send(front: &TestPostfix, numbers: std::ops::Range<usize>) -> anyhow::Result<()> {
    let mut client = SmtpClient::connect(front.address())?;
    client.ehlo()?;
    for number in numbers {
        let body = format!("From: <r@example.org>\r\nSubject: mail {number}\r\n\r\n.dot\r\n..two\r\nmail {number}\r\n");
        let token = format!("abuse+t{number}@{DOMAIN}");
        let to = if number % 5 == 0 { vec!["abuse@provider.example", &token] } else { vec!["abuse@provider.example"] };
        let answers = client.mail("r@example.org", &to, body.as_bytes(), 1)?;
        ensure!(answers.iter().all(|answer| answer.starts_with("250")), "{answers:?}");
    }
    client.command("QUIT")?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn system_postfix_in_front_delivers_every_mail_once_though_the_door_was_closed_meanwhile() -> anyhow::Result<()> {
    if !TestPostfix::wanted()? {
        return Ok(());
    }
    let temp = TempStore::sqlite().await?;
    let door = Running::start(&temp.store, "127.0.0.1:0").await?;
    let address = door.address;
    let front = TestPostfix::front(DOMAIN, address)?;

    send(&front, 0..100)?;
    door.stop().await;
    send(&front, 100..160)?;
    ensure!(front.queued() >= 60, "Postfix must keep what it cannot deliver, it has {}", front.queued());
    let door = Running::start(&temp.store, &address.to_string()).await?;
    send(&front, 160..200)?;
    front.wait_until_empty(Duration::from_mins(1))?;

    let mut seen = BTreeMap::<usize, usize>::new();
    for raw in raw_mails(&temp.store).await? {
        let text = String::from_utf8(raw)?;
        ensure!(text.contains("\r\n.dot\r\n..two\r\n"), "{text}");
        let number = text.rsplit("mail ").next().unwrap_or_default().trim().parse()?;
        *seen.entry(number).or_default() += 1;
    }
    ensure!(seen.len() == 200 && seen.values().all(|times| *times == 1), "{seen:?}\n{}", front.log_tail());
    let to =
        temp.store.fetch("SELECT envelope_to FROM report WHERE envelope_to LIKE '%abuse+t5@%'", Vec::new()).await?;
    // Postfix orders the recipients as it likes; both must be known.
    let [row] = to.as_slice() else { anyhow::bail!("{} reports for t5", to.len()) };
    let mut known: Vec<String> = row.text("envelope_to")?.split(", ").map(str::to_owned).collect();
    known.sort();
    ensure!(known == [format!("abuse+t5@{DOMAIN}"), format!("abuse@{DOMAIN}")], "{known:?}");
    door.stop().await;
    Ok(())
}

#[test]
fn system_postfix_behind_delivers_to_the_sink_and_bounces_what_it_refuses() -> anyhow::Result<()> {
    if !TestPostfix::wanted()? {
        return Ok(());
    }
    let sink = Sink::start()?;
    sink.refuse("gone@customer.example", "550 5.1.1 no such user");
    sink.refuse("later@customer.example", "451 4.3.0 not now");
    let relay = TestPostfix::relay(sink.address())?;
    let mut client = SmtpClient::connect(relay.address())?;
    client.ehlo()?;
    let body = b"Subject: notice\r\n\r\n.dot\r\n";
    for to in ["gone@customer.example", "later@customer.example", "there@customer.example"] {
        let answers = client.mail("desk+t1@provider.example", &[to], body, 1)?;
        ensure!(answers.iter().all(|answer| answer.starts_with("250")), "{answers:?}");
    }
    let patience = Duration::from_secs(30);
    let mails = sink.wait_for(2, patience)?;
    let bounce = mails.iter().find(|mail| mail.from.is_empty()).context("no bounce")?;
    ensure!(bounce.to == ["desk+t1@provider.example"] && String::from_utf8_lossy(&bounce.raw).contains("5.1.1"));
    let notice = mails.iter().find(|mail| mail.to == ["there@customer.example"]).context("no notice")?;
    ensure!(notice.raw.ends_with(b"Subject: notice\r\n\r\n.dot\r\n"), "{:?}", String::from_utf8_lossy(&notice.raw));
    sink.accept_again("later@customer.example");
    let mails = sink.wait_for(3, patience)?;
    ensure!(mails.iter().any(|mail| mail.to == ["later@customer.example"]));
    relay.wait_until_empty(patience)
}
