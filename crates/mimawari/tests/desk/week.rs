//! Five days of a provider within minutes: reports come in through Postfix, mails go out through Postfix, and the program is
//! killed two hundred times meanwhile. Then everything is held against the truth.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use demo::{DemoReport, Door};
use model::{Clock, SystemClock};
use store::{Store, args};
use testkit::{Sink, SinkMail, TestPostfix, steady_port};

use crate::answers::Correspondence;
use crate::mails::{self, Letter};
use crate::site::{self, Site};
use crate::storm::{self, Around};
use crate::truth::{self, Table};
use crate::world;

const CONTRACTS: usize = 3_000;
const REPORTS: usize = 1_000;
const NOISE: usize = 60;
const KILLS: usize = 200;

#[tokio::test(flavor = "multi_thread")]
async fn system_two_hundred_kills_and_every_report_ends_where_it_should() -> anyhow::Result<()> {
    if !TestPostfix::wanted()? {
        return Ok(());
    }
    let begun = Instant::now();
    let door = steady_port()?;
    let sink = Sink::start()?;
    let front = TestPostfix::front("provider.example", door)?;
    let relay = relay(&sink, door)?;
    let site = Site::new(None, door, relay.smtp_port)?;
    let provider = world::provider(CONTRACTS, SystemClock.now());
    let store = site.store().await?;
    world::import(&store, &provider).await?;
    let reports = world::reports(&provider, REPORTS, NOISE, SystemClock.now());
    let letters = world::letters(&reports);
    eprintln!("{:4.0?} {} mails are ready", begun.elapsed(), letters.len());

    tokio::task::block_in_place(|| storm::rage(&site, &front, &letters, KILLS))?;
    eprintln!("{:4.0?} {KILLS} kills: {:?}", begun.elapsed(), storm::open(&store).await?);
    let mut node = site.start()?;
    node.wait_until_open()?;
    let by_api = post(&site, &reports)?;
    let desk = site.desk(store.clone())?;
    let around = Around { front: Some(&front), relay: &relay, sink: &sink };
    let settled = storm::settle(&desk, &around, Duration::from_mins(5)).await?;
    let looked = truth::look_at_readings(&desk).await?;
    storm::settle(&desk, &around, Duration::from_mins(5)).await?;
    eprintln!("{:4.0?} a person looked at the readings of {looked} cases", begun.elapsed());
    eprintln!("{:4.0?} all done; {by_api} reports by API; by a person: {settled:?}", begun.elapsed());
    node.still_runs()?;

    every_mail_is_stored_once(&store, &letters).await?;
    kills_hit(&store).await?;
    storm::nothing_set_aside(&store).await?;
    each_mail_arrived_once(&store, &sink.mails()).await?;
    truth::no_case_of_two(&store).await?;
    let cases = truth::numbers_are_gapless(&store).await?;
    eprintln!("{:4.0?} {cases} cases, {} mails left the house", begun.elapsed(), sink.mails().len());
    judge(&store, &reports).await?;

    Correspondence { desk: &desk, front: &front, around: &around }.all().await?;
    eprintln!("{:4.0?} answers have found their cases", begun.elapsed());
    node.still_runs()?;
    node.stop()?;
    store.close().await;
    journal_is_whole(&site)?;
    eprintln!("{:4.0?} done", begun.elapsed());
    Ok(())
}

/// The provider's own mail server: what is for the provider goes to the desk's door, the rest into the world.
pub(crate) fn relay(sink: &Sink, door: std::net::SocketAddr) -> anyhow::Result<TestPostfix> {
    TestPostfix::start(&format!(
        "myhostname = relay.provider.example\ndefault_transport = lmtp:inet:127.0.0.1:{}\n\
         lmtp_destination_recipient_limit = 1\n\
         transport_maps = inline:{{ {{ provider.example = lmtp:inet:127.0.0.1:{} }} }}\n",
        sink.address().port(),
        door.port()
    ))
}

/// Hands the reports that do not come by mail to the API, twice each; says how many there are.
fn post(site: &Site, reports: &[DemoReport]) -> anyhow::Result<usize> {
    let token = site.command(&["token", "add", "sensor"])?;
    ensure!(token.status.success(), "{}", String::from_utf8_lossy(&token.stderr));
    let token = String::from_utf8(token.stdout)?;
    let mut posted = 0;
    for report in reports.iter().filter(|report| report.door == Door::Http) {
        for _ in 0..2 {
            let code = site::post(site.console, "/api/v1/reports", token.trim(), &report.raw)?;
            if code == 404 {
                eprintln!("there is no API yet: reports that come by HTTP are left out");
                return Ok(0);
            }
            ensure!((200..300).contains(&code), "the API answers {code}");
        }
        posted += 1;
    }
    Ok(posted)
}

async fn every_mail_is_stored_once(store: &Store, letters: &[Letter]) -> anyhow::Result<()> {
    let mut stored: BTreeMap<usize, usize> = BTreeMap::new();
    for row in store.fetch("SELECT raw_hash FROM report WHERE door = 'lmtp'", args![]).await? {
        if let Some(serial) = mails::serial(&store.get_raw(&row.text("raw_hash")?).await?) {
            *stored.entry(serial).or_default() += 1;
        }
    }
    let sent: BTreeSet<usize> = letters.iter().filter_map(|letter| mails::serial(&letter.raw)).collect();
    ensure!(sent.len() == letters.len(), "two mails with one serial");
    let lost: Vec<_> = sent.iter().filter(|serial| !stored.contains_key(serial)).collect();
    ensure!(lost.is_empty(), "Postfix took these and they are lost: {lost:?}");
    let twice: Vec<_> = stored.iter().filter(|(_, times)| **times > 1).collect();
    ensure!(twice.is_empty(), "stored more than once: {twice:?}");
    Ok(())
}

/// Otherwise the kills hit nothing, and the test proves nothing.
async fn kills_hit(store: &Store) -> anyhow::Result<()> {
    let sql = "SELECT (SELECT COUNT(*) FROM job WHERE attempts > 1) AS reading, \
               (SELECT COUNT(*) FROM journal WHERE kind = 'mail.sent' AND detail LIKE '%its copy came back%') AS copies, \
               (SELECT COUNT(*) FROM journal WHERE kind = 'mail.uncertain') AS uncertain";
    let row = store.fetch_one(sql, args![]).await?;
    let (reading, copies, uncertain) = (row.int("reading")?, row.int("copies")?, row.int("uncertain")?);
    eprintln!("kills hit {reading} readings; of mails {copies} were settled by their copy, {uncertain} were uncertain");
    ensure!(reading >= 20 && copies + uncertain >= 5, "the kills hit too little");
    Ok(())
}

/// What the outbox calls sent arrived once, and nothing else arrived.
pub(crate) async fn each_mail_arrived_once(store: &Store, arrived: &[SinkMail]) -> anyhow::Result<()> {
    let mut seen: BTreeMap<(String, String), usize> = BTreeMap::new();
    for mail in arrived {
        let id = mails::field(&mail.raw, "Message-ID").context("a mail without Message-ID")?;
        for to in &mail.to {
            *seen.entry((id.clone(), to.to_lowercase())).or_default() += 1;
        }
    }
    let twice: Vec<_> = seen.iter().filter(|(_, times)| **times > 1).collect();
    ensure!(twice.is_empty(), "mails that arrived more than once: {twice:?}");
    let rows = store.fetch("SELECT message_id, to_addr, state FROM mail WHERE state IN ('sent', 'bounced')", args![]);
    for row in rows.await? {
        let key = (format!("<{}>", row.text("message_id")?), row.text("to_addr")?.to_lowercase());
        let arrived = seen.remove(&key).is_some();
        ensure!(arrived || row.text("state")? == "bounced", "{key:?} is called sent and never arrived");
    }
    ensure!(seen.is_empty(), "mails that the outbox does not know or call sent: {:?}", seen.keys().take(5));
    Ok(())
}

async fn judge(store: &Store, reports: &[DemoReport]) -> anyhow::Result<()> {
    let table = Table::new(reports, &truth::outcomes(store).await?)?;
    table.show();
    table.must_hold()
}

/// The journal verifies, and no longer once anything of it is changed, missing or moved.
fn journal_is_whole(site: &Site) -> anyhow::Result<()> {
    let export = site.command(&["journal", "export"])?;
    ensure!(export.status.success(), "{}", String::from_utf8_lossy(&export.stderr));
    let text = String::from_utf8(export.stdout)?;
    let lines: Vec<&str> = text.lines().collect();
    ensure!(lines.len() > REPORTS, "only {} entries", lines.len());
    let verify = |lines: &[&str]| -> anyhow::Result<bool> {
        let file = tempfile::NamedTempFile::new()?;
        std::fs::write(file.path(), lines.join("\n") + "\n")?;
        let path = file.path().to_string_lossy().into_owned();
        Ok(site.command(&["journal", "verify", &path])?.status.success())
    };
    ensure!(verify(&lines)?, "the journal does not verify");
    let middle = lines.len() / 2;
    let changed = lines[middle].replacen("\"actor\":\"", "\"actor\":\"x", 1);
    ensure!(changed != lines[middle]);
    let mut tampered = lines.clone();
    tampered[middle] = &changed;
    ensure!(!verify(&tampered)?, "a changed entry was not noticed");
    let mut shortened = lines.clone();
    shortened.remove(middle);
    ensure!(!verify(&shortened)?, "a missing entry was not noticed");
    let mut moved = lines.clone();
    moved.swap(middle, middle + 1);
    ensure!(!verify(&moved)?, "entries that changed places were not noticed");
    Ok(())
}
