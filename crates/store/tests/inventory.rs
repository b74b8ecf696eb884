//! Inventory on both databases: imports that say exactly what they did, resellers, single changes, search, readiness.
#![expect(clippy::unwrap_used, reason = "a wrong value in a test should stop it")]

use anyhow::ensure;
use jiff::{SignedDuration, Timestamp};
use model::{ContractId, Control, CustomerId, Lang, ReadinessItem, ServiceKind};
use store::inventory::{
    ContractRow, CustomerRow, HoldingRow, Import, ImportReport, Line, NewHolding, PlanRow, ReadinessRow, RefusalCode,
    read, readiness, report, search,
};
use store::{Store, StoreError};
use testkit::each_store;

fn day(day: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(1_767_225_600 + day * 86_400)
}

fn lines<T>(rows: impl IntoIterator<Item = T>) -> Vec<Line<T>> {
    (2..).zip(rows).map(|(line, row)| Line { line, row }).collect()
}

fn plan(key: &str, service: ServiceKind, control: Control) -> PlanRow {
    let name = format!("Plan {key}");
    PlanRow {
        key: key.to_owned(),
        name,
        service,
        control,
        yen_per_month: Some(685),
        disk_gb: None,
        mails_per_hour: None,
    }
}

fn customer(key: &str, parent: Option<&str>) -> CustomerRow {
    CustomerRow {
        key: key.to_owned(),
        name: format!("Customer {key}"),
        mail: Some(format!("{}@example.com", key.to_lowercase())),
        lang: Lang::Ja,
        parent: parent.map(str::to_owned),
        desk_mail: None,
    }
}

fn contract(key: &str, customer: &str, plan: &str) -> ContractRow {
    let [key, customer, plan] = [key, customer, plan].map(str::to_owned);
    ContractRow { key, customer, plan, from: day(0), to: None, responsible: None }
}

fn holding(subject: &str, contract: Option<&str>, from: i64, to: Option<i64>) -> HoldingRow {
    HoldingRow {
        subject: subject.to_owned(),
        contract: contract.map(str::to_owned),
        port_lo: 0,
        port_hi: u16::MAX,
        from: day(from),
        to: to.map(day),
    }
}

/// Counts, then each refusal as `line key code`.
fn shown(report: &ImportReport) -> String {
    let code = |code: RefusalCode| serde_json::to_value(code).unwrap().as_str().unwrap_or_default().to_owned();
    let counts = format!("+{} ~{} ={}", report.inserted, report.updated, report.unchanged);
    let refused =
        report.refused.iter().map(|refusal| format!("; {} {} {}", refusal.line, refusal.key, code(refusal.code)));
    std::iter::once(counts).chain(refused).collect()
}

async fn customers(store: &Store, rows: Vec<CustomerRow>) -> anyhow::Result<String> {
    let mut tx = store.begin().await?;
    let report = tx.import_customers(lines(rows)).await?;
    tx.commit().await?;
    Ok(shown(&report))
}

async fn holdings(store: &Store, rows: Vec<HoldingRow>) -> anyhow::Result<ImportReport> {
    let mut tx = store.begin().await?;
    let report = tx.import_holdings(lines(rows), "file.csv").await?;
    tx.commit().await?;
    Ok(report)
}

async fn ground(store: &Store) -> anyhow::Result<()> {
    let mut tx = store.begin().await?;
    let plans = [plan("S", ServiceKind::SharedHosting, Control::Managed), plan("V", ServiceKind::Vps, Control::Root)];
    tx.import_plans(lines(plans)).await?;
    tx.import_customers(lines([customer("K1", None), customer("K2", None)])).await?;
    tx.import_contracts(lines([contract("C1", "K1", "S"), contract("C2", "K2", "V"), contract("C3", "K2", "V")]))
        .await?;
    tx.commit().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn plans_and_contracts_are_taken_once_and_corrected() -> anyhow::Result<()> {
    each_store(|store| async move {
        ground(&store).await?;
        let mut tx = store.begin().await?;
        let cheaper = PlanRow { yen_per_month: Some(500), ..plan("V", ServiceKind::Vps, Control::Root) };
        let rows = [
            plan("S", ServiceKind::SharedHosting, Control::Managed),
            cheaper.clone(),
            cheaper,
            plan("V", ServiceKind::Vps, Control::Root),
            plan(" ", ServiceKind::Vps, Control::Root),
        ];
        let report = shown(&tx.import_plans(lines(rows)).await?);
        ensure!(report == "+0 ~1 =2; 5 V duplicate; 6   bad-key", "{report}");

        let ended =
            ContractRow { to: Some(day(9)), responsible: Some("佐藤".to_owned()), ..contract("C2", "K1", "V") };
        let rows = vec![
            contract("C1", "K1", "S"),
            ended.clone(),
            ended,
            contract("C2", "K2", "V"),
            contract("C9", "K9", "V"),
            contract("C8", "K1", "X"),
            ContractRow { to: Some(day(0)), ..contract("C7", "K1", "V") },
            contract("C6", "K1", "V"),
            contract("C6", "K1", "V"),
        ];
        let report = shown(&tx.import_contracts(lines(rows)).await?);
        let expected = "+1 ~1 =3; 5 C2 duplicate; 6 C9 unknown-customer; 7 C8 unknown-plan; 8 C7 bad-period";
        ensure!(report == expected, "{report}");
        tx.commit().await?;
        let c2 = read::contract_by_key(&mut &store, "C2").await?;
        ensure!(c2.to == Some(day(9)) && c2.responsible.as_deref() == Some("佐藤"), "{c2:?}");
        ensure!(read::customer(&mut &store, c2.customer).await?.key == "K1");
        let counts = read::counts_per_plan(&mut &store, day(10)).await?;
        let counts: Vec<_> = counts.iter().map(|count| (count.plan.key.as_str(), count.running, count.all)).collect();
        ensure!(counts == [("S", 1, 1), ("V", 2, 3)], "{counts:?}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn three_levels_of_resellers_and_no_fourth_in_any_order() -> anyhow::Result<()> {
    each_store(|store| async move {
        // Backwards, so that every row has to wait for the one after it.
        let chain = |from: usize| (0..from).rev().map(|n| customer(&format!("R{n}"), (n > 0).then(|| format!("R{}", n - 1)).as_deref())).collect();
        let report = customers(&store, chain(6)).await?;
        ensure!(report == "+4 ~0 =0; 2 R5 unknown-reseller; 3 R4 reseller-depth", "{report}");
        ensure!(customers(&store, chain(4)).await? == "+0 ~0 =4");
        let last = read::customer_by_key(&mut &store, "R3").await?;
        let up: Vec<String> = read::reseller_chain(&mut &store, last.id).await?.into_iter().map(|one| one.key).collect();
        ensure!(up == ["R3", "R2", "R1", "R0"], "{up:?}");

        // A circle through the database, one within the file, one row that is its own reseller, one that nobody knows.
        let rows = vec![
            customer("R0", Some("R2")),
            customer("A", Some("B")),
            customer("B", Some("A")),
            customer("S", Some("S")),
            customer("U", Some("nobody")),
        ];
        let report = customers(&store, rows).await?;
        let expected = "+0 ~0 =0; 2 R0 reseller-cycle; 3 A reseller-cycle; 4 B reseller-cycle; 5 S reseller-cycle; 6 U unknown-reseller";
        ensure!(report == expected, "{report}");

        // Hanging the whole tree below somebody else would make a fourth level; hanging its end is allowed.
        let report = customers(&store, vec![customer("N", None), customer("R0", Some("N")), customer("R3", Some("N"))]).await?;
        ensure!(report == "+1 ~1 =0; 3 R0 reseller-depth", "{report}");
        let n = read::customer_by_key(&mut &store, "N").await?;
        let below = read::customers_below(&mut &store, n.id, CustomerId(0), 10).await?;
        ensure!(below.len() == 1 && below[0].key == "R3", "{below:?}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn holdings_say_exactly_what_was_refused_and_why() -> anyhow::Result<()> {
    each_store(|store| async move {
        ground(&store).await?;
        let rows = vec![
            holding("ip:192.0.2.1", Some("C1"), 0, Some(10)),
            holding("ip:192.0.2.1/32", Some("C2"), 10, None),
            holding("ip:192.0.2.1", Some("C3"), 9, Some(11)),
            holding("ip:192.0.2.1", None, 5, Some(6)),
            holding("ip:::ffff:192.0.2.1", Some("C1"), 0, Some(10)),
            holding("ip:192.0.2.1", Some("C1"), 0, Some(9)),
            holding("ip:300.0.2.1", Some("C1"), 0, None),
            holding("ip:192.0.2.2", Some("C9"), 0, None),
            holding("ip:192.0.2.2", Some("C1"), 3, Some(3)),
            HoldingRow { port_lo: 9, port_hi: 8, ..holding("ip:192.0.2.2", Some("C1"), 0, None) },
            HoldingRow { port_hi: 80, ..holding("domain:example.com", Some("C1"), 0, None) },
            holding("domain:Example.com.", Some("C1"), 0, None),
            holding("ip:192.0.2.3", None, 0, None),
            HoldingRow { port_lo: 1024, port_hi: 2047, ..holding("ip:192.0.2.3", Some("C1"), 0, None) },
            HoldingRow { port_lo: 2047, port_hi: 3000, ..holding("ip:192.0.2.3", Some("C2"), 0, None) },
        ];
        let report = holdings(&store, rows.clone()).await?;
        let expected = "+5 ~0 =1; 4 ip:192.0.2.1 held-already; 5 ip:192.0.2.1/32 held-already; \
             7 ip:192.0.2.1/32 duplicate; 8 ip:300.0.2.1 bad-subject; 9 ip:192.0.2.2 unknown-contract; \
             10 ip:192.0.2.2 bad-period; 11 ip:192.0.2.2 bad-ports; 12 domain:example.com bad-ports; \
             16 ip:192.0.2.3/32 held-already"
            .replace("4 ip:192.0.2.1 ", "4 ip:192.0.2.1/32 ");
        ensure!(shown(&report) == expected, "{}", shown(&report));
        ensure!(
            report.refused[0].why
                == "contract C1 holds it from 2026-01-01T00:00:00Z to 2026-01-11T00:00:00Z; end that holding first",
            "{}",
            report.refused[0].why
        );
        let again = holdings(&store, rows).await?;
        ensure!((again.inserted, again.updated, again.unchanged) == (0, 0, 6), "{}", shown(&again));
        ensure!(again.refused.len() == report.refused.len());
        let c1 = read::contract_by_key(&mut &store, "C1").await?;
        ensure!(read::holdings_of(&mut &store, c1.id, 10).await?.len() == 3);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_may_hand_an_address_on_in_any_order() -> anyhow::Result<()> {
    each_store(|store| async move {
        ground(&store).await?;
        holdings(&store, vec![holding("ip:192.0.2.1", Some("C1"), 0, None)]).await?;
        let rows = vec![
            holding("ip:192.0.2.1", Some("C3"), 20, None),
            holding("ip:192.0.2.1", Some("C2"), 10, Some(20)),
            holding("ip:192.0.2.1", Some("C1"), 0, Some(10)),
        ];
        let report = holdings(&store, rows.clone()).await?;
        ensure!(shown(&report) == "+2 ~1 =0", "{}", shown(&report));
        ensure!(shown(&holdings(&store, rows).await?) == "+0 ~0 =3");
        // Taking back the end would reach into the next one's time.
        let report = holdings(&store, vec![holding("ip:192.0.2.1", Some("C1"), 0, None)]).await?;
        ensure!(shown(&report) == "+0 ~0 =0; 2 ip:192.0.2.1/32 held-already", "{}", shown(&report));
        Ok(())
    })
    .await
}

/// A file's name and how it is begun anew.
type File = (&'static str, fn() -> Import);

/// One file of each kind whose lines depend on one another across steps.
fn awkward_files() -> [File; 4] {
    [
        // Twins, contradictions and circles that lie far apart, resellers behind those below them.
        ("customers", || {
            let renamed = CustomerRow { name: "other".to_owned(), ..customer("R1", None) };
            Import::customers(lines([
                customer("R3", Some("R2")),
                customer("A", Some("B")),
                customer("R2", Some("R1")),
                customer("R1", Some("R0")),
                customer("R4", Some("R3")),
                customer("", None),
                customer("U", Some("nobody")),
                customer("R0", None),
                customer("B", Some("A")),
                customer("R1", Some("R0")),
                renamed,
            ]))
        }),
        ("contracts", || {
            Import::contracts(lines([
                contract("N1", "K1", "S"),
                contract("N2", "K9", "S"),
                contract("C1", "K2", "S"),
                contract("N3", "K1", "V"),
                contract("N1", "K1", "S"),
                contract("N1", "K2", "S"),
                contract("C1", "K1", "S"),
            ]))
        }),
        // An address that is handed on from the last line to the first, and one that nobody gives up.
        ("holdings", || {
            Import::holdings(
                lines([
                    holding("ip:192.0.2.1", Some("C3"), 20, None),
                    holding("ip:192.0.2.0/28", Some("C1"), 0, None),
                    holding("ip:192.0.2.1", Some("C2"), 10, Some(20)),
                    holding("ip:192.0.2.1", Some("C2"), 15, Some(16)),
                    holding("ip:192.0.2.2", Some("C9"), 0, None),
                    holding("ip:192.0.2.1", Some("C1"), 0, Some(10)),
                    holding("ip:192.0.2.0/28", Some("C1"), 0, Some(5)),
                    holding("ip:192.0.2.1", Some("C1"), 0, Some(9)),
                ]),
                "steps",
            )
        }),
        ("readiness", || {
            let row = |contract: &str, value: &str| ReadinessRow {
                contract: contract.to_owned(),
                item: ReadinessItem::Owner,
                value: value.to_owned(),
                valid_until: None,
            };
            Import::readiness(lines([row("C1", "佐藤"), row("C9", "x"), row("C2", "鈴木"), row("C1", "田中")]), day(1))
        }),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_in_steps_decides_and_reports_as_one_at_once() -> anyhow::Result<()> {
    each_store(|store| async move {
        ground(&store).await?;
        let mut tx = store.begin().await?;
        tx.import_holdings(lines([holding("ip:192.0.2.1", Some("C1"), 0, None)]), "before").await?;
        tx.commit().await?;
        for (name, file) in awkward_files() {
            let mut reports = Vec::new();
            for most in [usize::MAX, 1, 2, 3] {
                // Everything is rolled back, so that each walk begins with the same database.
                let (mut import, mut tx) = (file(), store.begin().await?);
                let mut steps = 1;
                while import.step(&mut tx, most).await? {
                    steps += 1;
                }
                ensure!(most > 3 || steps > 1, "{name}: all at once");
                reports.push(import.into_report());
            }
            ensure!(reports.iter().all(|report| *report == reports[0]), "{name}: {reports:#?}");
            ensure!(
                !reports[0].refused.is_empty() && reports[0].inserted + reports[0].updated > 1,
                "{name}: {reports:?}"
            );
        }
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn single_changes_keep_the_same_rule() -> anyhow::Result<()> {
    each_store(|store| async move {
        ground(&store).await?;
        let c = |key: &'static str| {
            let store = store.clone();
            async move { read::contract_by_key(&mut &store, key).await.map(|contract| contract.id) }
        };
        let (c1, c2) = (c("C1").await?, c("C2").await?);
        let subject = "ip:2001:db8::/64".parse().map_err(|why: String| anyhow::anyhow!(why))?;
        let new = |contract: ContractId, from| NewHolding {
            subject: &subject,
            contract: Some(contract),
            ports: (0, u16::MAX),
            from: day(from),
            to: None,
            source: "api:test",
        };
        let mut tx = store.begin().await?;
        let first = tx.start_holding(&new(c1, 0)).await?;
        ensure!(matches!(tx.start_holding(&new(c2, 5)).await, Err(StoreError::Conflict(_))));
        let moved = tx.reassign(&new(c2, 5)).await?;
        ensure!(moved.ended == [first], "{moved:?}");
        ensure!(matches!(tx.reassign(&new(c1, 3)).await, Err(StoreError::Conflict(_))), "reaches into C2's time");
        ensure!(
            matches!(tx.end_holding(moved.started, day(5)).await, Err(StoreError::Conflict(_))),
            "an empty holding"
        );
        tx.end_holding(moved.started, day(8)).await?;
        ensure!(matches!(tx.end_holding(moved.started, day(9)).await, Err(StoreError::Conflict(_))), "longer again");
        ensure!(matches!(tx.end_holding(model::HoldingId(-1), day(9)).await, Err(StoreError::NotFound { .. })));
        tx.start_holding(&new(c1, 8)).await?;
        tx.commit().await?;
        ensure!(read::prefix_lengths(&mut &store).await? == (vec![], vec![64]));
        ensure!(read::holdings_of(&mut &store, c1, 10).await?.len() == 2);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_cannot_both_find_an_address_free() -> anyhow::Result<()> {
    each_store(|store| async move {
        ground(&store).await?;
        let subject: model::SubjectKey = "ip:192.0.2.9".parse().map_err(|why: String| anyhow::anyhow!(why))?;
        let mut tasks = Vec::new();
        for key in ["C1", "C2", "C3"] {
            let contract = read::contract_by_key(&mut &store, key).await?.id;
            let (store, subject) = (store.clone(), subject.clone());
            tasks.push(tokio::spawn(async move {
                let mut tx = store.begin().await?;
                let new = NewHolding {
                    subject: &subject,
                    contract: Some(contract),
                    ports: (0, u16::MAX),
                    from: day(0),
                    to: None,
                    source: "api:test",
                };
                tx.start_holding(&new).await?;
                tx.commit().await
            }));
        }
        let mut taken = 0;
        for task in tasks {
            match task.await? {
                Ok(()) => taken += 1,
                Err(StoreError::Conflict(_)) => {}
                Err(other) => return Err(other.into()),
            }
        }
        ensure!(taken == 1, "{taken} contracts got the address");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_is_found_by_whatever_is_at_hand() -> anyhow::Result<()> {
    each_store(|store| async move {
        ground(&store).await?;
        customers(&store, vec![CustomerRow { name: "100%_安全 商店".to_owned(), ..customer("K7", None) }]).await?;
        let rows = vec![
            holding("ip:192.0.2.0/24", Some("C1"), 0, None),
            holding("ip:192.0.2.9", Some("C2"), 0, Some(5)),
            holding("domain:shop.example.jp", Some("C1"), 0, None),
            holding("mailbox:info@shop.example.jp", Some("C2"), 0, None),
            holding("domain:example.co.jp", Some("C2"), 0, None),
            holding("domain:co.jp", Some("C1"), 0, None),
        ];
        holdings(&store, rows).await?;
        for (text, now, expected) in [
            ("K1", 1, "K1"),
            ("C3", 1, "K2"),
            ("192.0.2.9", 1, "K2 K1"),
            ("192.0.2.9", 6, "K1"),
            ("::ffff:192.0.2.77", 6, "K1"),
            ("Shop.Example.jp", 1, "K1"),
            // Whoever holds what is closest comes first; above the registrable domain nobody is meant.
            ("www.a.shop.example.jp", 1, "K1"),
            ("info@shop.example.jp", 1, "K2"),
            ("domain:www.shop.example.jp", 1, "K1"),
            ("other.example.jp", 1, ""),
            ("www.example.co.jp", 1, "K2"),
            ("k2@EXAMPLE", 1, "K2"),
            ("安全", 1, "K7"),
            ("0%_安", 1, "K7"),
            ("%", 1, "K7"),
            ("customer", 1, "K1 K2"),
            ("", 1, ""),
        ] {
            let hits = search::customers(&mut &store, text, day(now), 10).await?;
            let keys: Vec<&str> = hits.iter().map(|hit| hit.customer.key.as_str()).collect();
            ensure!(keys.join(" ") == expected, "`{text}`: {keys:?}");
        }
        ensure!(search::customers(&mut &store, "customer", day(1), 1).await?.len() == 1);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_listed() -> anyhow::Result<()> {
    each_store(|store| async move {
        ground(&store).await?;
        let ready = |contract: &str, item, value: &str, until: Option<i64>| ReadinessRow {
            contract: contract.to_owned(),
            item,
            value: value.to_owned(),
            valid_until: until.map(day),
        };
        let rows = vec![
            ready("C1", ReadinessItem::Owner, "佐藤", None),
            ready("C1", ReadinessItem::EndDate, "2027-03-31", Some(30)),
            ready("C2", ReadinessItem::Owner, "鈴木", None),
            ready("C2", ReadinessItem::Backup, "毎日", None),
            ready("C9", ReadinessItem::Backup, "毎日", None),
            ready("C2", ReadinessItem::Backup, "毎週", None),
        ];
        let mut tx = store.begin().await?;
        let report = shown(&Import::readiness(lines(rows.clone()), day(1)).at_once(&mut tx).await?);
        ensure!(report == "+4 ~0 =0; 6 C9 unknown-contract; 7 C2 duplicate", "{report}");
        let report = shown(&Import::readiness(lines(rows), day(2)).at_once(&mut tx).await?);
        ensure!(report.starts_with("+0 ~0 =4"), "{report}");
        tx.commit().await?;

        let lacking = |now| {
            let store = store.clone();
            async move {
                let sites = readiness::sites_without_owner_or_end(&mut &store, day(now), ContractId(0), 10).await?;
                let shown = sites.iter().map(|site| format!("{} {:?}", site.contract.key, site.missing));
                anyhow::Ok(shown.collect::<Vec<_>>().join("; "))
            }
        };
        ensure!(lacking(2).await? == "C2 [EndDate]; C3 [Owner, EndDate]", "{}", lacking(2).await?);
        ensure!(lacking(31).await? == "C1 [EndDate]; C2 [EndDate]; C3 [Owner, EndDate]", "{}", lacking(31).await?);

        let c1 = read::contract_by_key(&mut &store, "C1").await?;
        ensure!(readiness::missing_of(&mut &store, c1.id, day(2)).await? == ReadinessItem::ALL[2..6]);
        let k2 = read::customer_by_key(&mut &store, "K2").await?;
        let of_customer = readiness::missing_of_customer(&mut &store, k2.id, day(2), 10).await?;
        ensure!(of_customer.iter().map(|one| one.missing.len()).collect::<Vec<_>>() == [10, 8], "{of_customer:?}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_kept_with_its_first_refusals() -> anyhow::Result<()> {
    each_store(|store| async move {
        ground(&store).await?;
        let rows = (0..1_200).map(|n| holding(&format!("nonsense {n}"), None, 0, None)).collect();
        let report = holdings(&store, rows).await?;
        let mut tx = store.begin().await?;
        let id = tx.record_import(day(1), "cli:test", "holdings:bad.csv", &report).await?;
        tx.commit().await?;
        let runs = report::import_runs(&mut &store, 10).await?;
        ensure!(runs.len() == 1 && runs[0].id == id && runs[0].refused == 1_200, "{} runs", runs.len());
        ensure!(runs[0].report.refused.len() == report::KEPT_REFUSALS);
        Ok(())
    })
    .await
}
