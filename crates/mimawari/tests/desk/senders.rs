//! Who surely sent a mail: signed by a peer, verified when it comes with the keys of a real name server, told years later.

use std::time::Duration;

use anyhow::{Context, ensure};
use jiff::SignedDuration;
use model::{Clock, SystemClock};
use serde_json::Value;
use store::args;
use testkit::{DkimKey, Nsd, SmtpClient, steady_port};

use crate::garbage;
use crate::site::Site;

/// A complaint of `domain` with the spam attached, which the bank has signed.
fn complaint(number: u32, spam: &[u8]) -> Vec<u8> {
    let date = (SystemClock.now() - SignedDuration::from_mins(number.into())).strftime("%a, %d %b %Y %H:%M:%S +0000");
    let head = format!(
        "From: Taro <taro@example.jp>\r\nTo: abuse@provider.example\r\nSubject: Spam {number}\r\nDate: {date}\r\n\
         Message-ID: <{number}@example.jp>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
         --b\r\n\r\nSpam from 192.0.2.77.\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
    );
    [head.as_bytes(), spam, b"\r\n--b--\r\n"].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn system_senders_are_verified_when_their_mails_come() -> anyhow::Result<()> {
    let (key, bank) = (DkimKey::new()?, DkimKey::new()?);
    let (zone, banks) = (format!("s1._domainkey {}\n", key.record()), format!("b1._domainkey {}\n", bank.record()));
    let names = Nsd::start(&[("example.jp", &zone), ("example.net", &banks)])?;
    let site = Site::new(None, steady_port()?, 1)?;
    site.configure(&format!("[check]\nresolver = \"{}\"\n", names.address()))?;
    let prefixes = tempfile::NamedTempFile::new()?;
    std::fs::write(&prefixes, "prefix,asn\n192.0.2.0/24,64500\n")?;
    let imported = site.command(&["inventory", "import", "prefixes", &prefixes.path().to_string_lossy()])?;
    ensure!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
    let store = site.store().await?;
    let mut node = site.start()?;
    node.wait_until_open()?;

    let spam = b"Received: from pc (unknown [192.0.2.77]) by mx.example.jp (Postfix) with ESMTP id 1; \
        Sun, 22 Nov 2026 12:00:00 +0900\r\nFrom: bank@example.net\r\nSubject: Win\r\n\r\nClick.\r\n";
    let spam = bank.sign("b1", "example.net", spam)?;
    let good = key.sign("s1", "example.jp", &complaint(1, &spam))?;
    let forged = String::from_utf8(key.sign("s1", "example.jp", &complaint(2, &spam))?)?;
    // Only what its own signature covers is changed, and the attached mail is as it was.
    let forged = forged.replace("Spam from 192.0.2.77.", "Spam from 192.0.2.78.");
    tokio::task::block_in_place(|| -> anyhow::Result<()> {
        let mut client = SmtpClient::connect(site.door)?;
        client.lhlo()?;
        for raw in [&good, forged.as_bytes()] {
            let answers = client.mail("taro@example.jp", &["abuse@provider.example"], raw, 1)?;
            ensure!(answers.iter().all(|answer| answer.starts_with("250")), "{answers:?}");
        }
        Ok(())
    })?;
    garbage::wait(&store, Duration::from_mins(1)).await?;
    node.stop()?;
    // The keys are taken away; what was found stays.
    drop(names);

    let told = |id: &str| -> anyhow::Result<Value> {
        let output = site.command(&["report", "trace", "--json", "--id", id])?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Ok(serde_json::from_slice::<Value>(&output.stdout)?["checks"].take())
    };
    let rows = store.fetch("SELECT id, subject FROM report ORDER BY subject", args![]).await?;
    let id =
        |index: usize| -> anyhow::Result<String> { Ok(rows.get(index).context("a report")?.int("id")?.to_string()) };
    let (first, second) = (told(&id(0)?)?, told(&id(1)?)?);
    ensure!(first["verdicts"][0]["result"] == "pass" && first["verdicts"][0]["domain"] == "example.jp", "{first}");
    ensure!(second["verdicts"][0]["result"] == "fail" && second["verdicts"][0]["reason"] == "body-changed", "{second}");
    for checks in [&first, &second] {
        let attached = &checks["attached"][0];
        ensure!(attached["result"] == "pass" && attached["domain"] == "example.net", "{checks}");
        let names: Vec<&str> =
            checks["answers"].as_array().context("answers")?.iter().filter_map(|one| one["name"].as_str()).collect();
        ensure!(
            names.contains(&"s1._domainkey.example.jp.") && names.contains(&"b1._domainkey.example.net."),
            "{checks}"
        );
    }
    // Who surely wrote gets a receipt; whoever changed a mail gets nothing.
    let receipts = store.fetch("SELECT report_id FROM mail WHERE audience = 'reporter'", args![]).await?;
    let receipts: Vec<String> =
        receipts.iter().map(|row| Ok(row.int("report_id")?.to_string())).collect::<anyhow::Result<_>>()?;
    ensure!(receipts == [id(0)?], "{receipts:?}");

    let page = String::from_utf8(site.command(&["--lang", "ja", "report", "trace", "--id", &id(1)?])?.stdout)?;
    ensure!(
        page.contains("署名の後に本文が変更されています") && page.contains("b1._domainkey.example.net. TXT"),
        "{page}"
    );
    now_without_a_desk(&site, &good)
}

/// The same on a file, asked now: the server is gone, and the page says that it did not answer.
fn now_without_a_desk(site: &Site, mail: &[u8]) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("mail.eml");
    std::fs::write(&file, mail)?;
    let output = site.command(&["report", "trace", "--check", "--json", &file.to_string_lossy()])?;
    let line: Value = serde_json::from_slice(&output.stdout)?;
    ensure!(line["checks"]["verdicts"][0]["result"] == "temperror", "{line}");
    Ok(())
}
