//! The watcher with a desk behind it and a server on loopback in front: what is planted becomes a case, what goes away ends it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use anyhow::ensure;
use attribution::InventoryAttributor;
use attribution::import::{Kind, import};
use model::{CaseState, Clock as _, Exit};
use store::Store;
use store::cases::{self, CaseRow};
use store::reports::READ_REPORT;
use testkit::{FixedClock, each_store};
use text::mail::Templates;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;

const NOW: &str = "2026-04-06T03:00:00Z";

/// What each path answers: the head without lengths, and the body.
type Pages = Arc<Mutex<BTreeMap<String, (String, String)>>>;

async fn server(pages: Pages) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = vec![0; 4096];
            let length = stream.read(&mut request).await.unwrap_or(0);
            let request = String::from_utf8_lossy(&request[..length]).into_owned();
            let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
            let page = pages.lock().expect("no panic").get(&path).cloned();
            let (head, body) = page.unwrap_or_else(|| ("404 Not Found".to_owned(), String::new()));
            let mark = body.bytes().fold(7_u64, |sum, byte| sum.wrapping_mul(31) ^ u64::from(byte));
            let same = !body.is_empty() && request.to_lowercase().contains(&format!("if-none-match: \"{mark}\""));
            let (head, body) = if same { ("304 Not Modified".to_owned(), String::new()) } else { (head, body) };
            let head = format!("HTTP/1.1 {head}\r\nETag: \"{mark}\"\r\nContent-Length: {}", body.len());
            let answer = format!("{head}\r\nConnection: close\r\n\r\n{body}");
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    Ok(url)
}

/// A desk, a watcher, a clock and pages.
struct Room {
    watcher: ListWatcher,
    desk: Desk,
    clock: Arc<FixedClock>,
    pages: Pages,
    folder: tempfile::TempDir,
}

fn register(url: &str) -> String {
    let list = |maker: &str, name: &str, dated: &str, more: &str| {
        format!(
            "[[maintainer]]\nid = \"{maker}\"\nname = \"{maker}\"\nsite = \"https://{maker}.example.org/\"\n\
             mechanism = \"honeypots\"\nlist = [{{ name = \"{name}\", url = [\"{url}/{name}\"], category = \"attacks\", \
             dated = \"{dated}\", minutes = 60, form = {{ columns = {{ what = 1, last = 2, reason = 3 }} }}{more} }}]\n"
        )
    };
    [
        list("alpha", "alpha", "entry", ""),
        list("beta", "beta", "entry", ""),
        list("gamma", "gamma", "no", ""),
        list("urls", "urls", "entry", ", says = \"phishing\""),
    ]
    .concat()
}

impl Room {
    async fn new(store: &Store) -> Result<Self> {
        let clock = Arc::new(FixedClock::at(NOW));
        for (kind, file) in [
            (Kind::Plans, "key,name,service,control\nV,VPS,vps,root\n"),
            (Kind::Customers, "key,name,mail\nK1,山田 太郎,yamada@example.com\n"),
            (Kind::Contracts, "key,customer,plan,from,to\nVPS1,K1,V,2024-01-01T00:00:00Z,\n"),
            (
                Kind::Holdings,
                "subject,contract,port_lo,port_hi,from,to\nip:198.51.100.7,VPS1,,,2024-01-01T00:00:00Z,\n\
                 domain:example.jp,VPS1,,,2024-01-01T00:00:00Z,\n",
            ),
            (Kind::Prefixes, "prefix,asn\n198.51.100.0/24,64500\n"),
        ] {
            let report = import(store, kind, file.as_bytes(), "test.csv", "cli:test", clock.now()).await?;
            ensure!(report.refused.is_empty(), "{:?}", report.refused.first());
        }
        let desk = Desk {
            store: store.clone(),
            clock: Arc::clone(&clock) as Arc<dyn model::Clock>,
            reader: Arc::new(reports::Reader),
            tracer: Arc::new(reports::trace::Tracer::default()),
            checker: None,
            attributor: Arc::new(InventoryAttributor::new(store.clone(), attribution::Settings::default())),
            templates: Arc::new(Templates::builtin()?),
            settings: Arc::default(),
        };
        let pages = Pages::default();
        let url = server(Arc::clone(&pages)).await?;
        let folder = tempfile::tempdir()?;
        let sources = folder.path().join("lists.toml");
        std::fs::write(&sources, register(&url))?;
        let settings = Settings {
            folder: Some(folder.path().join("histories")),
            sources: Some(sources),
            protect: vec!["198.51.100.53".to_owned()],
            ..Settings::default()
        };
        let watcher = ListWatcher::new(desk.clone(), &settings, Patience::default())?.context("a folder")?;
        Ok(Self { watcher, desk, clock, pages, folder })
    }

    async fn set(&self, list: &str, state: &str) -> Result<()> {
        let mut tx = self.desk.store.begin().await?;
        tx.set_list(list, state, self.clock.now(), "cli:test").await?;
        Ok(tx.commit().await?)
    }

    fn page(&self, list: &str, head: &str, lines: &[&str]) {
        // Lists of some size: one that loses a line is no partial download.
        let rest: Vec<String> = (1..200).map(|number| format!("192.0.2.{number},2026-04-06 01:00:00,scan\n")).collect();
        let body = if head.starts_with("200") { lines.join("\n") + "\n" + &rest.concat() } else { lines.concat() };
        self.pages.lock().expect("no panic").insert(format!("/{list}"), (head.to_owned(), body));
    }

    /// Lets an hour and a half pass, then does all that is due: asking, reading, ending.
    async fn round(&mut self) -> Result<Vec<CaseRow>> {
        self.clock.advance(SignedDuration::from_mins(90));
        while self.watcher.step().await? {}
        for round in 0.. {
            let now = self.clock.now();
            let owner = format!("test:{now}:{round}");
            let jobs = self.desk.store.claim_jobs(&[READ_REPORT], 10, now, LEASE, &owner).await?;
            if jobs.is_empty() {
                break;
            }
            for done in self.desk.process_batch(jobs).await? {
                ensure!(done.error.is_none(), "{done:?}");
            }
        }
        let since = Timestamp::UNIX_EPOCH;
        let places = ["host:198.51.100.7", "host:198.51.100.99", "site:shop.example.jp"].map(str::to_owned);
        Ok(cases::cases_at_places(&mut &self.desk.store, &places, since).await?)
    }

    async fn trouble(&self, list: &str) -> Result<Option<String>> {
        let watched = table::watched_list(&mut &self.desk.store, list).await?.context("watched")?;
        Ok(watched.asked.trouble)
    }
}

const OURS: &str = "198.51.100.7,2026-04-06 02:00:00,ssh";

#[tokio::test(flavor = "multi_thread")]
async fn a_planted_listing_opens_a_case_and_its_end_closes_it() -> Result<()> {
    each_store(|store| async move {
        let mut room = Room::new(&store).await?;
        room.set("alpha", "trial").await?;
        room.page("alpha", "200 OK", &[OURS, "203.0.113.1,2026-04-06 02:00:00,ssh"]);
        ensure!(room.round().await?.is_empty(), "a list on trial opens nothing");
        ensure!(table::open_listings(&mut &store, "alpha").await?.len() == 1, "but it is kept");
        room.set("alpha", "rated").await?;
        ensure!(room.round().await?.is_empty(), "the version is the same: 304");
        room.page("alpha", "200 OK", &[OURS, "203.0.113.2,2026-04-06 02:00:00,ssh"]);
        let opened = room.round().await?;
        ensure!(opened.len() == 1 && opened[0].state != CaseState::Closed, "{opened:?}");
        ensure!(opened[0].customer.is_some() && opened[0].rule.as_deref() == Some("listed"), "{opened:?}");
        room.page("alpha", "200 OK", &[OURS, "203.0.113.3,2026-04-06 02:00:00,ssh"]);
        ensure!(room.round().await?[0].reports == 1, "what stays is told once");
        room.page("alpha", "200 OK", &["203.0.113.3,2026-04-06 02:00:00,ssh"]);
        room.round().await?;
        let closed = room.round().await?;
        ensure!(closed.len() == 1 && closed[0].state == CaseState::Closed, "{closed:?}");
        ensure!(closed[0].exit == Some(Exit::InfoOnly), "{closed:?}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn one_list_asks_two_independent_act_and_an_undated_one_never_tells_a_customer() -> Result<()> {
    each_store(|store| async move {
        let mut room = Room::new(&store).await?;
        for list in ["alpha", "beta", "gamma", "urls"] {
            room.set(list, "rated").await?;
            room.page(list, "200 OK", &[]);
        }
        room.page("gamma", "200 OK", &["198.51.100.7,,ssh"]);
        let told = room.round().await?;
        ensure!(told.len() == 1 && told[0].rule.as_deref() == Some("hearsay"), "{told:?}");
        room.page("alpha", "200 OK", &[OURS]);
        let told = room.round().await?;
        ensure!(told[0].rule.as_deref() == Some("listed") && told[0].reporters == 2, "{told:?}");
        room.page("beta", "200 OK", &["198.51.100.7,2026-04-06 02:30:00,telnet"]);
        let told = room.round().await?;
        ensure!(told[0].rule.as_deref() == Some("listed-twice"), "{told:?}");
        let pages: Vec<String> =
            (0..50).map(|page| format!("http://shop.example.jp/{page},2026-04-06 02:30:00,bank")).collect();
        room.page("urls", "200 OK", &pages.iter().map(String::as_str).collect::<Vec<_>>());
        let told = room.round().await?;
        let site: Vec<_> = told.iter().filter(|case| case.place == "site:shop.example.jp").collect();
        ensure!(site.len() == 1 && site[0].observations == 50, "fifty pages of one site are one case: {site:?}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_versions_neither_open_nor_close_and_raise_an_alarm() -> Result<()> {
    each_store(|store| async move {
        let mut room = Room::new(&store).await?;
        room.set("alpha", "rated").await?;
        room.page("alpha", "200 OK", &[OURS]);
        ensure!(room.round().await?.len() == 1);
        let everything = ["0.0.0.0/0,2026-04-06 02:00:00,all"];
        let resolver = ["198.51.100.53,2026-04-06 02:00:00,dns", "198.51.100.99,2026-04-06 02:00:00,ssh"];
        for (lines, head, word) in [
            (&["<html>sorry</html>"][..], "500 Oops", "refused"),
            (&["<!DOCTYPE html><p>maintenance</p>"], "203 Page", "refused"),
            (&everything, "200 OK", "everything"),
            (&resolver, "200 OK", "protected"),
        ] {
            room.page("alpha", head, lines);
            room.clock.advance(SignedDuration::from_hours(60));
            let cases = room.round().await?;
            ensure!(cases.len() == 1 && cases[0].state != CaseState::Closed, "{word}: {cases:?}");
            let trouble = room.trouble("alpha").await?;
            ensure!(trouble.as_deref().is_some_and(|trouble| trouble.starts_with(word)), "{word}: {trouble:?}");
        }
        room.pages.lock().expect("no panic").insert("/alpha".to_owned(), ("200 OK".to_owned(), "# gone\n".to_owned()));
        room.clock.advance(SignedDuration::from_hours(60));
        ensure!(room.round().await?[0].state != CaseState::Closed);
        ensure!(room.trouble("alpha").await?.is_some_and(|trouble| trouble.starts_with("empty")));
        room.page("alpha", "200 OK", &["203.0.113.9,2026-04-06 02:00:00,ssh"]);
        room.clock.advance(SignedDuration::from_hours(60));
        room.round().await?;
        let after = room.round().await?;
        ensure!(room.trouble("alpha").await?.is_none() && after[0].state == CaseState::Closed, "{after:?}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_ones_own_is_taken_up_while_running() -> Result<()> {
    let temp = testkit::TempStore::sqlite().await?;
    let mut room = Room::new(&temp.store).await?;
    room.set("delta", "rated").await?;
    room.round().await?;
    ensure!(room.trouble("delta").await?.is_some_and(|trouble| trouble.starts_with("unknown")));
    let file = room.folder.path().join("lists.toml");
    let text = std::fs::read_to_string(&file)?;
    std::fs::write(&file, text.replace("gamma", "delta"))?;
    let later = std::fs::metadata(&file)?.modified()? + Duration::from_secs(5);
    std::fs::File::options().append(true).open(&file)?.set_modified(later)?;
    room.page("delta", "200 OK", &["198.51.100.7,,ssh"]);
    room.clock.advance(SignedDuration::from_hours(24));
    ensure!(room.round().await?.len() == 1);
    // A slip in the file leaves the last good register in force.
    std::fs::write(&file, "[[maintainer]]\nid = 1\n")?;
    std::fs::File::options().append(true).open(&file)?.set_modified(later + Duration::from_secs(5))?;
    room.round().await?;
    ensure!(room.trouble("delta").await?.is_none());
    Ok(())
}

/// Processor seconds of this process so far.
#[expect(clippy::cast_precision_loss, reason = "a measurement")]
fn spent() -> f64 {
    use nix::sys::resource::{UsageWho, getrusage};
    let usage = getrusage(UsageWho::RUSAGE_SELF).expect("Linux tells");
    [usage.user_time(), usage.system_time()].iter().map(|time| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6).sum()
}

/// One new version of a list of 30,000 lines, from bytes to cases that are opened and closed: five of ours come, five go.
/// `cargo test --release -p mimawari --bin mimawari -- --ignored --nocapture one_new_version`
#[tokio::test]
#[ignore = "a measurement, meant for a release build"]
async fn one_new_version_of_a_long_list() -> Result<()> {
    const ROUNDS: u32 = 30;
    let temp = testkit::TempStore::sqlite().await?;
    let mut room = Room::new(&temp.store).await?;
    room.set("alpha", "rated").await?;
    room.watcher.refresh(room.clock.now()).await?;
    let registry = room.watcher.registry.clone();
    let known = registry.find("alpha").context("a list")?;
    let watched = table::watched_list(&mut &temp.store, "alpha").await?.context("watched")?;
    let (mut times, mut opened) = (Vec::new(), 0);
    for round in 0..ROUNDS {
        room.clock.advance(SignedDuration::from_hours(1));
        let mut text = String::new();
        for line in 0..30_000_u32 {
            let address = Ipv4Addr::from(0x0b00_0000 + line * 257 + round % 7);
            writeln!(text, "{address},2026-04-06 01:00:00,scan")?;
        }
        for ours in 0..5 {
            writeln!(text, "198.51.100.{},2026-04-06 02:00:00,ssh", 100 + round * 5 + ours)?;
        }
        let parts = [text.into_bytes()];
        let before = spent();
        let taken = room.watcher.version(&known, &watched, &parts, room.clock.now()).await?;
        let jobs = temp.store.claim_jobs(&[READ_REPORT], 10, room.clock.now(), LEASE, &format!("test:{round}")).await?;
        for done in room.desk.process_batch(jobs).await? {
            opened += done.opened.len();
        }
        while room.watcher.close_ended().await? {}
        times.push((spent() - before) * 1e3);
        ensure!(taken.new == 5 && (round == 0 || taken.gone == 5), "{taken:?}");
    }
    times.sort_by(f64::total_cmp);
    let closed =
        cases::cases_at_places(&mut &temp.store, &["host:198.51.100.100".to_owned()], Timestamp::UNIX_EPOCH).await?;
    ensure!(closed.len() == 1 && closed[0].state == CaseState::Closed, "{closed:?}");
    println!(
        "{opened} cases opened; processor ms of one version: median {:.2}, best {:.2}",
        times[times.len() / 2],
        times[0]
    );
    Ok(())
}
