//! The protocol as a peer sees it: exact answers, limits, and what is stored.

use std::time::{Duration, Instant};

use crate::common::{Running, raw_mails};
use anyhow::ensure;
use intake::{LmtpSettings, Protocol};
use testkit::{SmtpClient, TempStore, each_store};

fn settings() -> LmtpSettings {
    LmtpSettings { listen: "127.0.0.1:0".to_owned(), ..LmtpSettings::default() }
}

/// Sends each command and compares the beginning of its answer.
fn talk(client: &mut SmtpClient, script: &[(&str, &str)]) -> anyhow::Result<()> {
    for (command, expected) in script {
        let answer = client.command(command)?;
        ensure!(answer.starts_with(expected), "{command}: {answer}, not {expected}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn lmtp_answers_each_recipient_and_stores_one_report() -> anyhow::Result<()> {
    each_store(|store| async move {
        let door = Running::start(&store, "127.0.0.1:0").await?;
        let mut client = SmtpClient::connect(door.address)?;
        talk(
            &mut client,
            &[
                ("MAIL FROM:<a@example.org>", "503 5.5.1"),
                ("EHLO client", "500 5.5.1"),
                ("LHLO client", "250-localhost\n250-PIPELINING"),
                ("DATA", "503 5.5.1"),
                ("RCPT TO:<abuse@provider.example>", "503 5.5.1"),
                ("MAIL FROM:<> SIZE=100 BODY=8BITMIME SMTPUTF8", "250 2.1.0"),
                ("MAIL FROM:<>", "503 5.5.1"),
                ("DATA", "503 5.5.1"),
                ("RCPT TO:<abuse@provider.example>", "250 2.1.5"),
                ("RCPT TO:<窓口@provider.example>", "250 2.1.5"),
                ("DATA", "354"),
            ],
        )?;
        client.send("Subject: 通報\r\n\r\n..x\r\n.\r\n".as_bytes())?;
        let (one, two) = (client.answer()?, client.answer()?);
        ensure!(one.starts_with("250 2.0.0") && one == two, "{one} {two}");
        talk(
            &mut client,
            &[
                ("VRFY abuse", "252"),
                ("NOOP", "250"),
                ("EXPN x", "502"),
                ("STARTTLS", "502"),
                ("NONSENSE", "500"),
                ("MAIL FROM:<a@example.org> BODY=BINARYMIME", "555"),
                ("MAIL FROM:<a@example.org> SIZE=52428801", "552 5.3.4"),
                ("MAIL FROM:<a@example.org>", "250"),
                ("RSET", "250"),
                ("RCPT TO:<abuse@provider.example>", "503"),
                ("QUIT", "221"),
            ],
        )?;
        ensure!(raw_mails(&store).await? == ["Subject: 通報\r\n\r\n.x\r\n".as_bytes()]);
        let row = store.fetch_one("SELECT * FROM report", Vec::new()).await?;
        ensure!(row.opt_text("envelope_from")?.as_deref() == Some("") && row.text("door")? == "lmtp");
        ensure!(row.text("envelope_to")? == "abuse@provider.example, 窓口@provider.example");
        let counts = door.counters.read();
        ensure!((counts.accepted, counts.duplicate, counts.refused, counts.bytes) == (1, 0, 1, 23), "{counts:?}");
        door.stop().await;
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn smtp_answers_once_and_pipelined_mails_come_through_in_order() -> anyhow::Result<()> {
    let temp = TempStore::sqlite().await?;
    let door = Running::start_with(&temp.store, LmtpSettings { protocol: Protocol::Smtp, ..settings() }).await?;
    let mut client = SmtpClient::connect_raw(door.address)?;
    let mut all = b"EHLO c\r\n".to_vec();
    for number in 0..20 {
        let mail = format!(
            "MAIL FROM:<a@example.org>\r\nRCPT TO:<x@example.com>\r\nRCPT TO:<y@example.com>\r\nDATA\r\n\
             Subject: {number}\r\n\r\nMAIL FROM:<not@a.command>\r\n.\r\n"
        );
        all.extend_from_slice(mail.as_bytes());
    }
    all.extend_from_slice(b"QUIT\r\nNOOP\r\n");
    client.send(&all)?;
    for expected in ["220", "250"] {
        client.expect(expected)?;
    }
    for _ in 0..20 {
        for expected in ["250 2.1.0", "250 2.1.5", "250 2.1.5", "354", "250 2.0.0"] {
            client.expect(expected)?;
        }
    }
    client.expect("221")?;
    ensure!(client.rest()?.is_empty(), "nothing is answered after QUIT");
    let mails = raw_mails(&temp.store).await?;
    ensure!(mails.len() == 20 && mails[7] == b"Subject: 7\r\n\r\nMAIL FROM:<not@a.command>\r\n");
    let mut client = SmtpClient::connect(door.address)?;
    talk(&mut client, &[("LHLO c", "500"), ("HELO c", "250 localhost"), ("MAIL FROM:<a@example.org>", "250")])?;
    door.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn chunks_make_a_message_byte_for_byte() -> anyhow::Result<()> {
    let temp = TempStore::sqlite().await?;
    let door = Running::start_with(&temp.store, LmtpSettings { max_message_bytes: 2000, ..settings() }).await?;
    let mut client = SmtpClient::connect(door.address)?;
    client.lhlo()?;
    // Unwanted: the bytes must still be taken, or they would be read as commands.
    client.send(b"BDAT 6\r\nQUIT\r\nNOOP\r\n")?;
    client.expect("503")?;
    client.expect("250")?;
    client.send(b"MAIL FROM:<a@example.org>\r\nRCPT TO:<x@example.com>\r\nRCPT TO:<y@example.com>\r\n")?;
    client.send(b"BDAT 5\r\n\r\n.\r\nBDAT 0\r\nBDAT 4 LAST\r\nno\0\n")?;
    for expected in ["250 2.1.0", "250 2.1.5", "250 2.1.5", "250", "250", "250 2.0.0", "250 2.0.0"] {
        client.expect(expected)?;
    }
    talk(&mut client, &[("MAIL FROM:<a@example.org>", "250"), ("RCPT TO:<x@example.com>", "250")])?;
    client.send(
        &[b"BDAT 1500\r\n".to_vec(), vec![b'x'; 1500], b"DATA\r\nRCPT TO:<z@example.com>\r\n".to_vec()].concat(),
    )?;
    for expected in ["250", "503", "503"] {
        client.expect(expected)?;
    }
    client.send(&[b"BDAT 501\r\n".to_vec(), vec![b'x'; 501], b"BDAT 1 LAST\r\nx".to_vec()].concat())?;
    client.expect("552 5.3.4")?;
    client.expect("503")?;
    talk(&mut client, &[("MAIL FROM:<a@example.org>", "250"), ("RCPT TO:<x@example.com>", "250")])?;
    client.send(b"BDAT 99999999999999\r\n")?;
    client.expect("552 5.3.4")?;
    client.expect("421 4.7.0")?;
    ensure!(raw_mails(&temp.store).await? == [b"\r\n.\r\nno\0\n".to_vec()]);
    door.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_policy_and_loops() -> anyhow::Result<()> {
    let temp = TempStore::sqlite().await?;
    let limited = LmtpSettings {
        max_message_bytes: 10_000,
        max_recipients: 2,
        recipients: vec!["abuse@provider.example".to_owned(), "abuse+*@provider.example".to_owned()],
        ..settings()
    };
    let door = Running::start_with(&temp.store, limited).await?;
    let mut client = SmtpClient::connect(door.address)?;
    client.lhlo()?;
    talk(
        &mut client,
        &[
            ("MAIL FROM:<a@example.org>", "250"),
            ("RCPT TO:<info@provider.example>", "550 5.1.1"),
            ("RCPT TO:<abuse@provider.example>", "250"),
            ("RCPT TO:<Abuse+T0ken@Provider.Example>", "250"),
            ("RCPT TO:<abuse+x@provider.example>", "452 4.5.3"),
            ("RSET", "250"),
        ],
    )?;
    let to = ["abuse@provider.example", "abuse+x@provider.example"];
    let large = client.mail("a@example.org", &to, &[b'x'; 15_000], 2)?;
    ensure!(large.iter().all(|answer| answer.starts_with("552 5.3.4")), "{large:?}");
    let loops = client.mail("a@example.org", &to, "Received: x\r\n".repeat(50).as_bytes(), 2)?;
    ensure!(loops.iter().all(|answer| answer.starts_with("554 5.4.6")), "{loops:?}");
    let fits = client.mail("a@example.org", &to, "Received: x\r\n".repeat(49).as_bytes(), 2)?;
    ensure!(fits.iter().all(|answer| answer.starts_with("250")), "{fits:?}");
    // A sender that does not stop is not read for ever.
    client.send(b"MAIL FROM:<>\r\nRCPT TO:<abuse@provider.example>\r\nDATA\r\n")?;
    for expected in ["250", "250", "354"] {
        client.expect(expected)?;
    }
    let _ = client.send(&vec![b'x'; 30_000]);
    client.expect("421 4.7.0")?;
    ensure!(raw_mails(&temp.store).await?.len() == 1);
    door.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_mail_hidden_in_a_first_stays_hidden() -> anyhow::Result<()> {
    let temp = TempStore::sqlite().await?;
    let door = Running::start(&temp.store, "127.0.0.1:0").await?;
    for end in ["\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r\n", "\r\n.\r\r\n", "\r\n.\r"] {
        let mut client = SmtpClient::connect(door.address)?;
        client.lhlo()?;
        client.send(b"MAIL FROM:<a@example.org>\r\nRCPT TO:<x@example.com>\r\nDATA\r\n")?;
        let hidden =
            format!("{end:?}{end}MAIL FROM:<boss@example.com>\r\nRCPT TO:<x@example.com>\r\nDATA\r\nhi\r\n.\r\n");
        client.send(hidden.as_bytes())?;
        client.send(b"QUIT\r\n")?;
        for expected in ["250", "250", "354", "250 2.0.0", "221"] {
            client.expect(expected)?;
        }
    }
    let mails = raw_mails(&temp.store).await?;
    ensure!(
        mails.len() == 6 && mails.iter().all(|mail| mail.windows(4).any(|four| four == b"boss")),
        "{}",
        mails.len()
    );
    door.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_peers_and_too_many_of_them_are_sent_away() -> anyhow::Result<()> {
    let temp = TempStore::sqlite().await?;
    let quick =
        LmtpSettings { command_timeout_s: 1, idle_timeout_s: 1, data_timeout_s: 2, max_connections: 3, ..settings() };
    let door = Running::start_with(&temp.store, quick).await?;
    let begun = Instant::now();
    let (mut silent, mut loris, mut half) =
        (SmtpClient::connect(door.address)?, SmtpClient::connect(door.address)?, SmtpClient::connect(door.address)?);
    let mut fourth = SmtpClient::connect_raw(door.address)?;
    ensure!(fourth.answer()?.starts_with("421 4.3.2"));
    ensure!(door.counters.read().turned_away == 1);
    half.lhlo()?;
    half.send(b"MAIL FROM:<>\r\nRCPT TO:<x@example.com>\r\nDATA\r\n")?;
    for expected in ["250", "250", "354"] {
        half.expect(expected)?;
    }
    // A byte now and then keeps neither a command nor a message alive.
    for _ in 0..40 {
        let _ = loris.send(b"N");
        let _ = half.send(b"x\r\n");
        std::thread::sleep(Duration::from_millis(100));
    }
    for client in [&mut silent, &mut loris, &mut half] {
        ensure!(client.answer()?.starts_with("421 4.4.2"));
    }
    ensure!(begun.elapsed() < Duration::from_secs(8));
    // Their places are free again.
    SmtpClient::connect(door.address)?.lhlo()?;
    ensure!(raw_mails(&temp.store).await?.is_empty());
    door.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_transfer_stores_nothing_and_a_lost_answer_is_no_second_report() -> anyhow::Result<()> {
    each_store(|store| async move {
        let door = Running::start(&store, "127.0.0.1:0").await?;
        for _ in 0..3 {
            let mut client = SmtpClient::connect(door.address)?;
            client.lhlo()?;
            client.send(b"MAIL FROM:<>\r\nRCPT TO:<x@example.com>\r\nDATA\r\nhalf a mail\r\n")?;
            client.half_close()?;
            ensure!(!client.rest()?.contains("250 2.0.0"));
        }
        ensure!(raw_mails(&store).await?.is_empty());
        for _ in 0..3 {
            let mut client = SmtpClient::connect(door.address)?;
            client.lhlo()?;
            let answers = client.mail("a@example.org", &["x@example.com"], b"the same\r\n", 1)?;
            ensure!(answers == ["250 2.0.0 stored as report ".to_owned() + &report_id(&store).await?], "{answers:?}");
        }
        ensure!(raw_mails(&store).await?.len() == 1);
        let counts = door.counters.read();
        ensure!((counts.accepted, counts.duplicate) == (1, 2), "{counts:?}");
        door.stop().await;
        Ok(())
    })
    .await
}

async fn report_id(store: &store::Store) -> anyhow::Result<String> {
    let row = store.fetch_one("SELECT id FROM report", Vec::new()).await?;
    Ok(model::ReportId(row.int("id")?).to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_gone_means_come_again_and_then_works() -> anyhow::Result<()> {
    for temp in [TempStore::sqlite().await?, TempStore::postgres().await?] {
        let door = Running::start(&temp.store, "127.0.0.1:0").await?;
        let address = door.address;
        temp.store.close().await;
        let mut client = SmtpClient::connect(address)?;
        client.lhlo()?;
        let answers = client.mail("a@example.org", &["x@example.com", "y@example.com"], b"mail\r\n", 2)?;
        ensure!(answers.iter().all(|answer| answer.starts_with("451 4.3.0")), "{answers:?}");
        ensure!(door.counters.read().temporary == 1);
        // The connection stays usable; closing tells it to come again.
        ensure!(client.command("NOOP")?.starts_with("250"));
        door.stop().await;
        ensure!(client.answer()?.starts_with("421 4.3.2"));

        let store = store::Store::open(&temp.settings).await?;
        let door = Running::start(&store, &address.to_string()).await?;
        let mut client = SmtpClient::connect(address)?;
        client.lhlo()?;
        let answers = client.mail("a@example.org", &["x@example.com"], b"mail\r\n", 1)?;
        ensure!(answers.iter().all(|answer| answer.starts_with("250 2.0.0")), "{answers:?}");
        door.stop().await;
        store.close().await;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_means_insufficient_storage_and_then_works() -> anyhow::Result<()> {
    let temp = TempStore::sqlite().await?;
    let door = Running::start(&temp.store, "127.0.0.1:0").await?;
    let pages = temp.store.fetch_one("PRAGMA page_count", Vec::new()).await?.int("page_count")?;
    let limit = async |pages: i64| -> anyhow::Result<()> {
        let mut tx = temp.store.begin().await?;
        tx.fetch(&format!("PRAGMA max_page_count = {pages}"), Vec::new()).await?;
        Ok(tx.commit().await?)
    };
    let lines: Vec<String> =
        (0_u64..60_000).map(|n| format!("{:x}\r\n", n.wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect();
    let noise = lines.concat();
    limit(pages + 2).await?;
    let mut client = SmtpClient::connect(door.address)?;
    client.lhlo()?;
    let answers = client.mail("a@example.org", &["x@example.com"], noise.as_bytes(), 1)?;
    ensure!(answers.iter().all(|answer| answer.starts_with("452 4.3.1")), "{answers:?}");
    limit(1 << 30).await?;
    let answers = client.mail("a@example.org", &["x@example.com"], noise.as_bytes(), 1)?;
    ensure!(answers.iter().all(|answer| answer.starts_with("250 2.0.0")), "{answers:?}");
    ensure!(raw_mails(&temp.store).await? == [noise.into_bytes()]);
    door.stop().await;
    Ok(())
}
