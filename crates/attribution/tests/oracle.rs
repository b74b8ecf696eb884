//! Attribution beside a brute-force oracle: random nested prefixes, ports, periods and uncertainties.
//!
//! The oracle walks through every microsecond of the span and every port of a small world and knows nothing of the crate's
//! code. One contract may be named only if every single world points to it.
#![expect(clippy::unwrap_used, reason = "a wrong value in a test should stop it")]

use std::collections::BTreeSet;
use std::net::Ipv6Addr;

use anyhow::ensure;
use attribution::{InventoryAttributor, Question, Settings, Verdict};
use ipnet::Ipv6Net;
use jiff::{SignedDuration, Timestamp};
use model::{Control, EventTime, Lang, ServiceKind, SubjectKey};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use store::Store;
use store::inventory::{ContractRow, CustomerRow, HoldingRow, Line, PlanRow, RefusalCode};
use testkit::each_store;

/// Microseconds that the small world lasts.
const END: i64 = 60;
/// Ports of the small world; those above the last stand for all others.
const PORTS: u16 = 12;
const LENGTHS: [u8; 4] = [48, 56, 64, 128];
const CONTRACTS: usize = 5;
/// Small worlds, each a /40 of its own in one database.
const SCENES: usize = 250;
const QUESTIONS: usize = 24;

#[derive(Debug, Clone)]
struct Row {
    length: usize,
    host: u8,
    contract: Option<usize>,
    ports: Option<(u16, u16)>,
    from: i64,
    to: Option<i64>,
}

#[derive(Debug, Clone)]
struct Ask {
    host: u8,
    port: Option<u16>,
    at: Option<i64>,
    half: i64,
}

/// Hosts differ in the bits of each level, so that some share a /64, some a /56, some nothing.
fn address(scene: usize, host: u8) -> Ipv6Addr {
    let scene = u16::try_from(scene).unwrap();
    let [a, b, c, d] = [host >> 3 & 1, host >> 2 & 1, host >> 1 & 1, host & 1].map(u16::from);
    Ipv6Addr::new(0x2001, 0xdb8, scene << 4 | a, b << 8 | c, 0, 0, 0, d)
}

fn subject(scene: usize, row: &Row) -> Ipv6Net {
    Ipv6Net::new(address(scene, row.host), LENGTHS[row.length]).unwrap().trunc()
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let ports = prop_oneof![3 => Just(None), 2 => (0..PORTS, 0..6_u16).prop_map(|(lo, n)| Some((lo, lo + n)))];
    let contract = prop_oneof![1 => Just(None), 4 => (0..CONTRACTS).prop_map(Some)];
    let period = (0..END, prop_oneof![1 => Just(None), 3 => (1..30_i64).prop_map(Some)]);
    let row =
        (0..LENGTHS.len(), 0..16_u8, contract, ports, period).prop_map(|(length, host, contract, ports, period)| Row {
            length,
            host,
            contract,
            ports,
            from: period.0,
            to: period.1.map(|length| period.0 + length),
        });
    prop::collection::vec(row, 1..14)
}

fn ask() -> impl Strategy<Value = Ask> {
    let at = prop_oneof![1 => Just(None), 9 => (0..END).prop_map(Some)];
    (0..16_u8, prop::option::of(0..PORTS + 8), at, prop_oneof![Just(0), 0..20_i64])
        .prop_map(|(host, port, at, half)| Ask { host, port, at, half })
}

fn moment(at: i64) -> Timestamp {
    Timestamp::from_microsecond(1_790_000_000_000_000 + at).unwrap()
}

fn holding(scene: usize, row: &Row) -> HoldingRow {
    let (port_lo, port_hi) = row.ports.unwrap_or((0, u16::MAX));
    HoldingRow {
        subject: format!("ip:{}", subject(scene, row)),
        contract: row.contract.map(|contract| format!("C{contract}")),
        port_lo,
        port_hi,
        from: moment(row.from),
        to: row.to.map(moment),
    }
}

/// Everybody whom a world points to: `None` is nobody or the provider itself.
fn possible(scene: usize, rows: &[&Row], ask: &Ask) -> BTreeSet<Option<usize>> {
    let ip = address(scene, ask.host);
    // The moment after the last is "now" of questions without a time.
    let (first, last) = ask.at.map_or((END, END), |at| (at - ask.half, at + ask.half));
    let ports: Vec<u16> = ask.port.map_or_else(|| (0..=PORTS + 8).chain([u16::MAX]).collect(), |port| vec![port]);
    let mut possible = BTreeSet::new();
    for at in first..=last {
        for port in &ports {
            let holds = |row: &&&Row| {
                subject(scene, row).contains(&ip)
                    && row.from <= at
                    && row.to.is_none_or(|to| at < to)
                    && row.ports.is_none_or(|(lo, hi)| lo <= *port && *port <= hi)
            };
            let deepest = rows.iter().filter(holds).map(|row| row.length).max();
            let contracts: BTreeSet<Option<usize>> = rows
                .iter()
                .filter(holds)
                .filter(|row| Some(row.length) == deepest && row.contract.is_some())
                .map(|row| row.contract)
                .collect();
            if contracts.is_empty() {
                possible.insert(None);
            }
            possible.extend(contracts);
        }
    }
    possible
}

/// Whether two rows cannot both be: written out again, not taken from the store.
fn contradict(one: &Row, other: &Row, scene: usize) -> bool {
    let (a, b) = (one.ports.unwrap_or((0, u16::MAX)), other.ports.unwrap_or((0, u16::MAX)));
    let in_time = one.to.is_none_or(|to| other.from < to) && other.to.is_none_or(|to| one.from < to);
    let in_ports = a.0 <= b.1 && b.0 <= a.1;
    let inside = |inner: (u16, u16), outer: (u16, u16)| inner != outer && outer.0 <= inner.0 && inner.1 <= outer.1;
    let background = one.contract.is_none() && inside(b, a) || other.contract.is_none() && inside(a, b);
    subject(scene, one) == subject(scene, other) && one.contract != other.contract && in_time && in_ports && !background
}

async fn ground(store: &Store) -> anyhow::Result<()> {
    let number = |row| vec![Line { line: 1, row }];
    let mut tx = store.begin().await?;
    tx.import_plans(number(PlanRow {
        key: "P".to_owned(),
        name: "VPS".to_owned(),
        service: ServiceKind::Vps,
        control: Control::Root,
        yen_per_month: None,
        disk_gb: None,
        mails_per_hour: None,
    }))
    .await?;
    tx.import_customers(vec![Line {
        line: 1,
        row: CustomerRow {
            key: "K".to_owned(),
            name: "山田 太郎".to_owned(),
            mail: None,
            lang: Lang::Ja,
            parent: None,
            desk_mail: None,
        },
    }])
    .await?;
    let contracts = (0..CONTRACTS).map(|number| ContractRow {
        key: format!("C{number}"),
        customer: "K".to_owned(),
        plan: "P".to_owned(),
        from: moment(0),
        to: None,
        responsible: None,
    });
    tx.import_contracts((1..).zip(contracts).map(|(line, row)| Line { line, row }).collect()).await?;
    tx.commit().await?;
    Ok(())
}

/// Imports the rows of all scenes and returns those that were taken; what was refused must contradict one that was.
async fn import(store: &Store, scenes: &[Vec<Row>]) -> anyhow::Result<Vec<Vec<Row>>> {
    let flat: Vec<(usize, &Row)> =
        scenes.iter().enumerate().flat_map(|(scene, rows)| rows.iter().map(move |row| (scene, row))).collect();
    let lines =
        (0..).zip(&flat).map(|(line, (scene, row))| Line { line, row: holding(*scene, row) }).collect::<Vec<_>>();
    let mut tx = store.begin().await?;
    let report = tx.import_holdings(lines.clone(), "scenes").await?;
    tx.commit().await?;
    let refused: BTreeSet<usize> =
        report.refused.iter().map(|refusal| usize::try_from(refusal.line).unwrap()).collect();
    let mut taken = vec![Vec::new(); scenes.len()];
    for (index, (scene, row)) in flat.iter().enumerate() {
        if !refused.contains(&index) {
            taken[*scene].push((*row).clone());
        }
    }
    for refusal in &report.refused {
        let (scene, row) = flat[usize::try_from(refusal.line)?];
        let why = match refusal.code {
            RefusalCode::HeldAlready => taken[scene].iter().any(|other| contradict(row, other, scene)),
            RefusalCode::Duplicate => taken[scene].iter().any(|other| {
                (subject(scene, other), other.contract, other.ports, other.from)
                    == (subject(scene, row), row.contract, row.ports, row.from)
                    && other.to != row.to
            }),
            _ => false,
        };
        ensure!(why, "refused without reason: {refusal:?}");
    }
    for (scene, rows) in taken.iter().enumerate() {
        for (index, one) in rows.iter().enumerate() {
            ensure!(!rows[..index].iter().any(|other| contradict(one, other, scene)), "{one:?} was taken in {rows:?}");
        }
    }
    let mut tx = store.begin().await?;
    let again = tx.import_holdings(lines, "scenes").await?;
    ensure!((again.inserted, again.updated) == (0, 0), "a second import changed something: {again:?}");
    ensure!(again.refused.len() == report.refused.len(), "a second import refused something else");
    Ok(taken)
}

#[tokio::test(flavor = "multi_thread")]
async fn never_wrong_and_one_only_if_every_world_says_so() -> anyhow::Result<()> {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, b"who had it at that second? 0001.");
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut draw = || -> anyhow::Result<(Vec<Row>, Vec<Ask>)> {
        let strategy = (rows(), prop::collection::vec(ask(), QUESTIONS));
        Ok(strategy.new_tree(&mut runner).map_err(|why| anyhow::anyhow!("{why}"))?.current())
    };
    let scenes: Vec<(Vec<Row>, Vec<Ask>)> = (0..SCENES).map(|_| draw()).collect::<Result<_, _>>()?;
    let scenes = &scenes;
    each_store(|store| async move {
        ground(&store).await?;
        let rows: Vec<Vec<Row>> = scenes.iter().map(|scene| scene.0.clone()).collect();
        let taken = import(&store, &rows).await?;
        let attributor = InventoryAttributor::new(store.clone(), Settings::default());
        let (mut ones, mut severals, mut nobodies) = (0, 0, 0);
        for (scene, (_, asks)) in scenes.iter().enumerate() {
            let rows: Vec<&Row> = taken[scene].iter().collect();
            let questions: Vec<Question> = asks.iter().map(|ask| question(scene, ask)).collect();
            for (ask, answer) in asks.iter().zip(attributor.attribute_many(&questions).await?) {
                let possible = possible(scene, &rows, ask);
                let named: BTreeSet<usize> = possible.iter().copied().flatten().collect();
                let context = || format!("{ask:?} in {rows:?}: {answer:?}");
                match &answer.verdict {
                    Verdict::One(one) => {
                        ones += 1;
                        ensure!(ask.at.is_some() && possible.len() == 1, "{}", context());
                        ensure!(
                            named.iter().all(|contract| one.contract_key == format!("C{contract}")),
                            "{}",
                            context()
                        );
                        ensure!(answer.span.within(one.from, one.to), "{}", context());
                    }
                    Verdict::Several(candidates) => {
                        severals += 1;
                        let listed: BTreeSet<&str> = candidates.iter().map(|one| one.contract_key.as_str()).collect();
                        let named: BTreeSet<String> = named.iter().map(|contract| format!("C{contract}")).collect();
                        ensure!(listed == named.iter().map(String::as_str).collect(), "{}", context());
                        ensure!(ask.at.is_none() || possible.len() > 1, "{}", context());
                        ensure!(!answer.reasons.is_empty(), "{}", context());
                    }
                    Verdict::Nobody => {
                        nobodies += 1;
                        ensure!(named.is_empty(), "{}", context());
                    }
                }
            }
        }
        // A test that never sees one of the three would prove nothing.
        ensure!(
            ones > 300 && severals > 300 && nobodies > 300,
            "{ones} ones, {severals} severals, {nobodies} nobodies"
        );
        Ok(())
    })
    .await
}

fn question(scene: usize, ask: &Ask) -> Question {
    let at = ask.at.map(|at| EventTime { at: moment(at), uncertainty_us: ask.half, zone: None, original: None });
    Question {
        subjects: vec![SubjectKey::address(address(scene, ask.host).into())],
        port: ask.port,
        at,
        now: moment(END),
    }
}

#[test]
fn time_spans_are_closed_and_holdings_half_open() {
    let span = question(0, &Ask { host: 0, port: None, at: Some(5), half: 2 }).span();
    let one = SignedDuration::from_micros(1);
    assert!(span.overlaps(moment(7), None) && !span.overlaps(moment(7) + one, None));
    assert!(span.overlaps(moment(0), Some(moment(4))) && !span.overlaps(moment(0), Some(moment(3))));
    assert!(span.within(moment(3), Some(moment(8))) && !span.within(moment(3), Some(moment(7))));
}
