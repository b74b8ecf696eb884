//! A real Postfix in front of the door.

mod common;

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::ensure;
use common::{Running, raw_mails};
use testkit::{SmtpClient, TempStore, TestPostfix};

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
    front.wait_until_empty(Duration::from_secs(60))?;

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
