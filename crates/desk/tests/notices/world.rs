//! A provider with two customers who held one address one after the other, a reseller, reporters, and a desk to work on them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use attribution::InventoryAttributor;
use desk::notices::{Head, MailSettings, Threaded};
use desk::{Actor, Desk, Mode, Settings};
use jiff::Timestamp;
use model::{
    CaseId, Category, Clock, ContractId, CustomerId, EventTime, MailId, Observation, ObservationId, Provenance,
    ReportId, Role,
};
use store::cases::CaseRow;
use store::mails::{self, MailRow};
use store::observations::ObservationRow;
use store::reports::NewReport;
use store::{Store, args};
use testkit::FixedClock;

/// The address in question: of contract A until 20 November, of contract B from then on.
pub(crate) const ADDRESS: &str = "203.0.113.7";
pub(crate) const HANDOVER: &str = "2026-11-20T00:00:00Z";
/// Tuesday morning.
pub(crate) const NOW: &str = "2026-11-24T10:00:00+09:00";
pub(crate) const REPORTER: &str = "soc@widgets.example.org";

pub(crate) struct World {
    pub(crate) desk: Desk,
    pub(crate) clock: Arc<FixedClock>,
    counter: AtomicUsize,
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

pub(crate) fn operator() -> Actor {
    Actor::new("user:hana", Role::Operator)
}

impl World {
    pub(crate) async fn new(store: Store) -> anyhow::Result<Self> {
        Self::with(store, |_| ()).await
    }

    pub(crate) async fn with(store: Store, change: impl FnOnce(&mut Settings)) -> anyhow::Result<Self> {
        let clock = Arc::new(FixedClock::at(NOW));
        let mut settings = Settings { notices: Mode::Act, reporter_mails: Mode::Act, ..Settings::default() };
        "見回りインターネット株式会社".clone_into(&mut settings.provider.name);
        "abuse@example.jp".clone_into(&mut settings.provider.desk_mail);
        settings.mail = MailSettings { undo_seconds: 0, ..MailSettings::default() };
        change(&mut settings);
        let desk = Desk {
            attributor: Arc::new(InventoryAttributor::new(store.clone(), attribution::Settings::default())),
            store,
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            reader: Arc::new(reports::Reader),
            tracer: Arc::new(reports::trace::Tracer::default()),
            checker: None,
            templates: Arc::new(text::mail::Templates::builtin()?),
            settings: Arc::new(settings),
        };
        let world = Self { desk, clock, counter: AtomicUsize::new(0) };
        world.inventory().await?;
        Ok(world)
    }

    async fn inventory(&self) -> anyhow::Result<()> {
        let mut tx = self.desk.store.begin().await?;
        for (id, key, service, control) in [(1_i64, "web", "shared-hosting", "managed"), (2, "vps", "vps", "root")] {
            let sql = "INSERT INTO plan (id, key, name, service, control) VALUES ($1, $2, $3, $4, $5)";
            tx.execute(sql, args![id, key, format!("プラン {key}"), service, control]).await?;
        }
        let none: Option<i64> = None;
        for (id, key, name, mail, lang, parent, desk) in [
            (10_i64, "K-10", "山田 太郎", Some("taro@example.com"), "ja", none, None),
            (11, "K-11", "Suzuki Trading", Some("suzuki@example.net"), "en", none, None),
            (20, "R-20", "上位販売", Some("top@example.com"), "ja", none, Some("desk@top.example.com")),
            (21, "R-21", "中位販売", Some("mid@example.com"), "ja", Some(20), None),
            (22, "R-22", "下位販売", Some("low@example.com"), "ja", Some(21), None),
            (23, "K-23", "佐藤 花子", Some("hanako@example.com"), "ja", Some(22), None),
        ] {
            let sql = "INSERT INTO customer (id, key, name, mail, lang, parent_id, desk_mail) VALUES ($1, $2, $3, $4, $5, $6, $7)";
            tx.execute(sql, args![id, key, name, mail, lang, parent, desk]).await?;
        }
        for (id, key, customer, plan) in
            [(100_i64, "C-100200", 10_i64, 1_i64), (101, "C-100300", 11, 2), (102, "C-100400", 23, 2)]
        {
            let sql = "INSERT INTO contract (id, key, customer_id, plan_id, valid_from) VALUES ($1, $2, $3, $4, $5)";
            tx.execute(sql, args![id, key, customer, plan, at("2026-01-01T00:00:00Z")]).await?;
        }
        for (id, subject, contract, from, to) in [
            (1000_i64, "ip:203.0.113.7/32", 100_i64, "2026-01-01T00:00:00Z", Some(HANDOVER)),
            (1001, "ip:203.0.113.0/29", 101, HANDOVER, None),
            (1002, "domain:shop.example.jp", 102, "2026-01-01T00:00:00Z", None),
        ] {
            let sql = "INSERT INTO holding (id, subject, contract_id, port_lo, port_hi, valid_from, valid_to, source) \
                       VALUES ($1, $2, $3, 0, 65535, $4, $5, 'test')";
            tx.execute(sql, args![id, subject, contract, at(from), to.map(at)]).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// A case of `contract` at the address, without observations.
    pub(crate) async fn case(&self, contract: i64, place: &str) -> anyhow::Result<CaseId> {
        let now = self.clock.now();
        let mut tx = self.desk.store.begin().await?;
        let customer = tx.fetch_one("SELECT customer_id FROM contract WHERE id = $1", args![contract]).await?;
        let id = tx.new_id().await?;
        let number = tx.next_number("case").await?;
        let row = CaseRow {
            number: format!("M-2026-{number:06}"),
            contract: Some(ContractId(contract)),
            customer: Some(CustomerId(customer.int("customer_id")?)),
            ..testkit::open_case(CaseId(id), place, now)
        };
        tx.insert_case(&row, None).await?;
        tx.commit().await?;
        Ok(CaseId(id))
    }

    /// A report that came in as `raw` from `reporter` (kind `person` or `robot`), read, perhaps for a case.
    pub(crate) async fn report(
        &self,
        raw: &str,
        reporter: (&str, &str),
        case: Option<CaseId>,
    ) -> anyhow::Result<ReportId> {
        let (address, kind) = reporter;
        let now = self.clock.now();
        let raw = raw.replace('\n', "\r\n");
        let new = NewReport {
            raw: raw.as_bytes(),
            door: "smtp",
            envelope_from: Some(address),
            envelope_to: Some("abuse@example.jp"),
            received: now,
        };
        let report = self.desk.store.accept_report(new).await?.report;
        let reading = self.desk.reader.read(raw.as_bytes(), now);
        let mut tx = self.desk.store.begin().await?;
        let seen = store::reporters::Seen {
            address,
            name: Some("Widgets SOC"),
            domain: Some("widgets.example.org"),
            kind,
            trust: 0.5,
            at: now,
        };
        let reporter = tx.see_reporter(seen).await?.id;
        let sql = "UPDATE report SET state = 'read', reporter_id = $2, case_id = $3, format = $4, subject = $5, \
                   message_id = $6, answer_wanted = $7, automatic = $8, report_key = $9, category = 'login-attack' WHERE id = $1";
        tx.execute(
            sql,
            args![
                report,
                reporter,
                case,
                reading.format.name(),
                reading.subject,
                reading.message_id,
                reading.answer_wanted,
                reading.automatic,
                reading.report_id
            ],
        )
        .await?;
        tx.commit().await?;
        Ok(report)
    }

    /// An observation of `report` in `case` at the address.
    pub(crate) async fn seen(
        &self,
        report: ReportId,
        case: CaseId,
        when: Option<&str>,
        line: &str,
    ) -> anyhow::Result<()> {
        let mut seen = Observation::new(Category::LoginAttack, 0.9);
        seen.ip = Some(ADDRESS.parse()?);
        seen.port = Some(50_025);
        seen.target_ip = Some("198.51.100.9".parse()?);
        seen.target_port = Some(22);
        seen.at = when.map(|when| EventTime::zoned(at(when), "+0000", when));
        seen.provenance = Some(Provenance { part: "1".to_owned(), line: 1, text: line.to_owned() });
        self.observe(report, case, seen).await
    }

    pub(crate) async fn observe(&self, report: ReportId, case: CaseId, seen: Observation) -> anyhow::Result<()> {
        let mut tx = self.desk.store.begin().await?;
        let id = ObservationId(tx.new_id().await?);
        let row = ObservationRow {
            id,
            report,
            received_at: self.clock.now(),
            case: Some(case),
            place: seen.place().map(|place| place.to_string()),
            contract: None,
            attribution: None,
            fingerprint: id.to_string(),
            duplicate: false,
            seen,
        };
        tx.insert_observations(&[row]).await?;
        tx.commit().await?;
        Ok(())
    }

    /// A case of contract B with one report and one observation in its time.
    pub(crate) async fn ready_case(&self) -> anyhow::Result<CaseId> {
        let case = self.case(101, "host:203.0.113.7").await?;
        let report = self.report(&self.complaint(), (REPORTER, "person"), Some(case)).await?;
        self.seen(report, case, Some("2026-11-23T05:05:08Z"), LINE).await?;
        Ok(case)
    }

    /// The text of a complaint that names its sender in every way it can; never the same twice.
    pub(crate) fn complaint(&self) -> String {
        let number = self.counter.fetch_add(1, Ordering::SeqCst);
        format!(
            "From: Widgets SOC <{REPORTER}>\nTo: abuse@example.jp\nSubject: attack from {ADDRESS}\nMessage-ID: <n{number}@widgets.example.org>\n\
             Date: Mon, 23 Nov 2026 06:00:00 +0000\nContent-Type: text/plain; charset=utf-8\n\n\
             Dear Sirs, this is Hilda Marlowe of Widgets.\n\n{LINE}\n\nOur server is bastion.widgets.example.org (198.51.100.9).\n"
        )
    }

    /// Writes a notice and commits.
    pub(crate) async fn notice(&self, case: CaseId, kind: text::mail::MailKind) -> anyhow::Result<Option<MailRow>> {
        let mut tx = self.desk.store.begin().await?;
        let id = self.desk.write_customer_mail(&mut tx, case, kind, Mode::Act, "rule:test").await?;
        tx.commit().await?;
        match id {
            Some(id) => Ok(Some(self.mail(id).await?)),
            None => Ok(None),
        }
    }

    pub(crate) async fn mail(&self, id: MailId) -> anyhow::Result<MailRow> {
        Ok(mails::mail(&mut &self.desk.store, id).await?)
    }

    pub(crate) async fn case_row(&self, case: CaseId) -> anyhow::Result<CaseRow> {
        Ok(store::cases::case(&mut &self.desk.store, case).await?)
    }

    /// The kinds in the journal of a case.
    pub(crate) async fn journal(&self, case: CaseId) -> anyhow::Result<Vec<String>> {
        Ok(self.desk.store.journal_of(case).await?.into_iter().map(|entry| entry.kind).collect())
    }

    /// Lets a mail come in and be threaded, as the pipeline does.
    pub(crate) async fn comes_in(&self, raw: &str, from: &str, to: &str) -> anyhow::Result<Option<Threaded>> {
        let raw = raw.replace("\r\n", "\n").replace('\n', "\r\n");
        let now = self.clock.now();
        let new = NewReport {
            raw: raw.as_bytes(),
            door: "smtp",
            envelope_from: Some(from),
            envelope_to: Some(to),
            received: now,
        };
        let report = self.desk.store.accept_report(new).await?.report;
        let reading = self.desk.reader.read(raw.as_bytes(), now);
        let mut tx = self.desk.store.begin().await?;
        let threaded = self.desk.thread_reply(&mut tx, report, raw.as_bytes(), &reading).await?;
        tx.commit().await?;
        Ok(threaded)
    }
}

pub(crate) fn head(mail: &MailRow) -> Head {
    serde_json::from_value(mail.headers.clone()).expect("a head")
}

/// A line of a log as the reporter sent it.
pub(crate) const LINE: &str =
    "Nov 23 05:05:08 bastion sshd[77]: Failed password for root from 203.0.113.7 port 50025 ssh2 (to 198.51.100.9)";
