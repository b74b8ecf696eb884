//! A desk for tests: a small inventory, a stopped clock, and reports as they come.

use std::sync::Arc;

use attribution::InventoryAttributor;
use attribution::import::{Kind, import};
use desk::{Desk, Processed};
use jiff::{SignedDuration, Timestamp};
use model::time::EventTime;
use model::{Category, Format, Observation, Reading, ReportReader};
use store::Store;
use store::reports::{NewReport, READ_REPORT};
use testkit::FixedClock;
use text::mail::Templates;

pub(crate) const NOW: &str = "2026-04-06T03:00:00Z";

const PLANS: &str = "key,name,service,control
S,Shared,shared-hosting,managed
M,Mail,mail,managed
V,VPS,vps,root
A,Line,access,root
";
const CUSTOMERS: &str = "key,name,mail
K1,山田 太郎,yamada@example.com
K2,Example Trading,office@example.net
";
const CONTRACTS: &str = "key,customer,plan,from,to
WEB,K1,S,2024-01-01T00:00:00Z,
WEB2,K2,S,2024-01-01T00:00:00Z,
MAIL,K1,M,2024-01-01T00:00:00Z,
VPS1,K1,V,2024-01-01T00:00:00Z,
VPS2,K2,V,2026-04-01T00:00:00Z,
LINE,K1,A,2024-01-01T00:00:00Z,
";
const HOLDINGS: &str = "subject,contract,port_lo,port_hi,from,to
ip:192.0.2.1,,,,2024-01-01T00:00:00Z,
domain:example.com,WEB,,,2024-01-01T00:00:00Z,
domain:example.net,WEB2,,,2024-01-01T00:00:00Z,
mailbox:taro@example.com,MAIL,,,2024-01-01T00:00:00Z,
ip:192.0.2.10,VPS1,,,2024-01-01T00:00:00Z,2026-04-01T00:00:00Z
ip:192.0.2.10,VPS2,,,2026-04-01T00:00:00Z,
ip:192.0.2.11,VPS1,,,2024-01-01T00:00:00Z,
ip:192.0.2.20,LINE,,,2024-01-01T00:00:00Z,
ip:203.0.113.5,VPS1,1024,5055,2024-01-01T00:00:00Z,
ip:203.0.113.5,LINE,5056,9087,2024-01-01T00:00:00Z,
ip:2001:db8:1::/56,LINE,,,2024-01-01T00:00:00Z,
";
const PREFIXES: &str = "prefix,asn
192.0.2.0/24,64500
203.0.113.0/24,64500
2001:db8::/32,64500
";

/// Reads a report that is its own reading as JSON; the word `panic` makes it do so.
pub(crate) struct JsonReader;

impl ReportReader for JsonReader {
    fn read(&self, raw: &[u8], _received: Timestamp) -> Reading {
        assert!(!raw.starts_with(b"panic"), "the reader panics as told");
        serde_json::from_slice(raw).unwrap_or_else(|_| Reading::new(Format::Generic))
    }
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

pub(crate) struct Room {
    pub(crate) desk: Desk,
    pub(crate) clock: Arc<FixedClock>,
}

impl Room {
    pub(crate) async fn new(store: &Store) -> anyhow::Result<Self> {
        Self::with_reader(store, Arc::new(JsonReader)).await
    }

    pub(crate) async fn with_reader(store: &Store, reader: Arc<dyn ReportReader>) -> anyhow::Result<Self> {
        let clock = Arc::new(FixedClock::at(NOW));
        for (kind, file) in [
            (Kind::Plans, PLANS),
            (Kind::Customers, CUSTOMERS),
            (Kind::Contracts, CONTRACTS),
            (Kind::Holdings, HOLDINGS),
            (Kind::Prefixes, PREFIXES),
        ] {
            let report = import(store, kind, file.as_bytes(), "test.csv", "cli:test", at(NOW)).await?;
            anyhow::ensure!(report.refused.is_empty(), "{:?}", report.refused.first());
        }
        Ok(Self { desk: Self::desk(store, reader, Arc::clone(&clock))?, clock })
    }

    /// A desk on a store that has its inventory.
    pub(crate) fn desk(store: &Store, reader: Arc<dyn ReportReader>, clock: Arc<FixedClock>) -> anyhow::Result<Desk> {
        Ok(Desk {
            store: store.clone(),
            clock,
            reader,
            tracer: Arc::new(reports::trace::Tracer::default()),
            checker: None,
            attributor: Arc::new(InventoryAttributor::new(store.clone(), attribution::Settings::default())),
            templates: Arc::new(Templates::builtin()?),
            settings: Arc::default(),
        })
    }

    /// Accepts a reading as a report.
    pub(crate) async fn accept(&self, reading: &Reading) -> anyhow::Result<()> {
        self.accept_raw(&serde_json::to_vec(reading)?).await
    }

    pub(crate) async fn accept_raw(&self, raw: &[u8]) -> anyhow::Result<()> {
        use model::Clock;
        let received = self.clock.now();
        let new = NewReport { raw, door: "smtp", envelope_from: Some("soc@example.org"), envelope_to: None, received };
        self.desk.store.accept_report(new).await?;
        Ok(())
    }

    /// Works on everything that is due, as many at a time as said.
    pub(crate) async fn work(&self, together: i64) -> anyhow::Result<Vec<Processed>> {
        use model::Clock;
        let mut done = Vec::new();
        for round in 0.. {
            let owner = format!("test:{round}:{}", done.len());
            let lease = SignedDuration::from_mins(5);
            let jobs = self.desk.store.claim_jobs(&[READ_REPORT], together, self.clock.now(), lease, &owner).await?;
            if jobs.is_empty() {
                break;
            }
            done.extend(self.desk.process_batch(jobs).await?);
        }
        Ok(done)
    }

    /// Accepts and works on one.
    pub(crate) async fn report(&self, reading: &Reading) -> anyhow::Result<Processed> {
        self.accept(reading).await?;
        let mut done = self.work(1).await?;
        anyhow::ensure!(done.len() == 1, "{done:?}");
        Ok(done.remove(0))
    }
}

/// A report of `sender` with these observations.
pub(crate) fn reading(sender: &str, seen: Vec<Observation>) -> Reading {
    let mut reading = Reading::new(Format::Generic);
    reading.reporter.address = Some(sender.to_owned());
    reading.message_id = Some(format!("{sender}.{}", serde_json::to_string(&seen).unwrap_or_default().len()));
    reading.subject = Some("abuse report".to_owned());
    reading.observations = seen;
    reading
}

/// A machine that attacks.
pub(crate) fn host(category: Category, ip: &str, when: &str) -> Observation {
    let mut seen = Observation::new(category, 0.9);
    seen.ip = Some(ip.parse().expect("an address"));
    seen.at = Some(EventTime::zoned(at(when), "Z", when));
    seen
}

/// A page.
pub(crate) fn page(category: Category, url: &str) -> Observation {
    let mut seen = Observation::new(category, 0.9);
    seen.url = Some(url.to_owned());
    seen
}
