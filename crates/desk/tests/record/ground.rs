//! A small provider with one case, for the tests of measures, registers and statistics.

use std::sync::Arc;

use attribution::import::{Kind, import};
use attribution::{InventoryAttributor, Settings as AttributionSettings};
use desk::{Actor, Desk, Mode, Settings};
use jiff::Timestamp;
use model::{CaseId, Category, Clock as _, Format, Reading, ReportReader, Role, Severity};
use store::Store;
use store::cases::CaseRow;
use testkit::FixedClock;

const PLANS: &str = "key,name,service,control\nS,Shared,shared-hosting,managed\nV,VPS,vps,root\n";
const CUSTOMERS: &str = "key,name,mail\nK1,山田 太郎,taro@example.com\nK2,Example Trading,office@example.net\n";
const CONTRACTS: &str = "key,customer,plan,from,to\nWEB,K1,S,2026-01-01T00:00:00Z,\nVPS,K2,V,2026-01-01T00:00:00Z,\n";
const HOLDINGS: &str = "subject,contract,port_lo,port_hi,from,to
domain:shop.example.com,WEB,,,2026-01-01T00:00:00Z,
mailbox:info@shop.example.com,WEB,,,2026-01-01T00:00:00Z,
ip:192.0.2.10,WEB,,,2026-01-01T00:00:00Z,2026-05-01T00:00:00Z
ip:192.0.2.10,VPS,,,2026-05-01T00:00:00Z,
";
const PREFIXES: &str = "prefix,asn\n192.0.2.0/24,64500\n";

/// When the tests take place.
pub(crate) const NOW: &str = "2026-06-01T01:00:00Z";

struct NoReader;

impl ReportReader for NoReader {
    fn read(&self, _raw: &[u8], _received: Timestamp) -> Reading {
        Reading::new(Format::Generic)
    }
}

/// The provider with its clock.
pub(crate) struct Ground {
    pub(crate) desk: Desk,
    pub(crate) clock: Arc<FixedClock>,
    /// An open case of the contract `WEB`.
    pub(crate) case: CaseId,
}

impl Ground {
    pub(crate) async fn new(store: &Store, settings: Settings) -> anyhow::Result<Self> {
        let clock = Arc::new(FixedClock::at(NOW));
        for (kind, file) in [
            (Kind::Plans, PLANS),
            (Kind::Customers, CUSTOMERS),
            (Kind::Contracts, CONTRACTS),
            (Kind::Holdings, HOLDINGS),
            (Kind::Prefixes, PREFIXES),
        ] {
            let report = import(store, kind, file.as_bytes(), "test.csv", "cli:test", clock.now()).await?;
            anyhow::ensure!(report.refused.is_empty(), "{:?}", report.refused);
        }
        let attributor = InventoryAttributor::new(store.clone(), AttributionSettings::default());
        let desk = Desk {
            store: store.clone(),
            clock: clock.clone(),
            reader: Arc::new(NoReader),
            tracer: Arc::new(reports::trace::Tracer::default()),
            checker: None,
            attributor: Arc::new(attributor),
            templates: Arc::new(text::mail::Templates::builtin()?),
            settings: Arc::new(settings),
        };
        let case = new_case(store, "site:shop.example.com", Some("WEB"), |_| {}).await?;
        Ok(Self { desk, clock, case })
    }

    /// The same desk with other settings.
    pub(crate) fn with(&self, change: impl FnOnce(&mut Settings)) -> Desk {
        let mut settings = (*self.desk.settings).clone();
        change(&mut settings);
        Desk { settings: Arc::new(settings), ..self.desk.clone() }
    }

    pub(crate) async fn case(&self) -> anyhow::Result<CaseRow> {
        Ok(store::cases::case(&mut &self.desk.store, self.case).await?)
    }

    /// The kinds of the journal's entries on the case, in order.
    pub(crate) async fn kinds(&self) -> anyhow::Result<Vec<String>> {
        Ok(self.desk.store.journal_of(self.case).await?.into_iter().map(|entry| entry.kind).collect())
    }
}

/// Settings in which measures and mails go out.
pub(crate) fn acting() -> Settings {
    Settings { measures: Mode::Act, notices: Mode::Act, ..Settings::default() }
}

/// Writes a case for the contract with this key; `change` makes it what the test needs.
pub(crate) async fn new_case(
    store: &Store,
    place: &str,
    contract: Option<&str>,
    change: impl FnOnce(&mut CaseRow),
) -> anyhow::Result<CaseId> {
    let mut tx = store.begin().await?;
    let id = tx.new_id().await?;
    let contract = match contract {
        Some(key) => Some(store::inventory::read::contract_by_key(&mut tx, key).await?),
        None => None,
    };
    let opened: Timestamp = "2026-05-31T01:00:00Z".parse()?;
    let mut row = CaseRow {
        contract: contract.as_ref().map(|contract| contract.id),
        customer: contract.as_ref().map(|contract| contract.customer),
        severity: Severity::High,
        category: Category::Phishing,
        first_event: Some(opened),
        last_event: Some(opened),
        ..testkit::open_case(CaseId(id), place, opened)
    };
    change(&mut row);
    tx.insert_case(&row, None).await?;
    tx.commit().await?;
    Ok(row.id)
}

pub(crate) fn operator(name: &str) -> Actor {
    Actor::new(format!("user:{name}"), Role::Operator)
}

pub(crate) fn lead(name: &str) -> Actor {
    Actor::new(format!("user:{name}"), Role::Lead)
}
