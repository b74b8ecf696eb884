//! The provider's tables: consistent, deterministic, of the promised size.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use demo::{Held, HoldingRow, Mix, Oracle, Provider, Settings};
use jiff::Timestamp;
use model::{ServiceKind, SubjectKey, TimeSpan};

fn end() -> Timestamp {
    "2025-06-30T03:00:00Z".parse().unwrap()
}

fn provider(contracts: usize, mix: Mix) -> Provider {
    Provider::generate(&Settings { contracts, mix, ..Settings::new(end()) })
}

/// FNV-1a over the JSON of rows.
fn hash<T: std::fmt::Debug>(rows: impl Iterator<Item = T>) -> u64 {
    rows.flat_map(|row| format!("{row:?}").into_bytes())
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[test]
fn the_same_seed_gives_the_same_provider_and_another_seed_another() {
    let all = |provider: &Provider| {
        [
            hash(provider.customers()),
            hash(provider.contracts()),
            hash(provider.holdings()),
            hash(provider.questions(1).take(500)),
        ]
    };
    let first = all(&provider(2_000, Mix::HOSTING));
    assert_eq!(first, all(&provider(2_000, Mix::HOSTING)));
    let other = Provider::generate(&Settings { seed: 2, ..Settings::new(end()) });
    assert_ne!(first, all(&other));
    insta::assert_debug_snapshot!("tables", first);
}

#[test]
fn the_catalogue_is_as_in_a01_and_a02() {
    let provider = provider(2_000, Mix::HOSTING);
    let plans: Vec<_> = provider.plans().collect();
    let shared: Vec<_> = plans.iter().filter(|plan| plan.service == ServiceKind::SharedHosting).collect();
    assert_eq!(shared.len(), 5);
    assert_eq!(shared.iter().filter_map(|plan| plan.yen_per_month).min(), Some(129));
    assert_eq!(shared.iter().filter_map(|plan| plan.yen_per_month).max(), Some(4_628));
    assert_eq!(shared.iter().filter_map(|plan| plan.disk_gb).min(), Some(10));
    assert_eq!(shared.iter().filter_map(|plan| plan.disk_gb).max(), Some(500));
    let vps = plans.iter().filter(|plan| plan.service == ServiceKind::Vps);
    assert_eq!(vps.filter_map(|plan| plan.yen_per_month).min(), Some(685));
    assert!(provider.prefixes().all(|row| row.asn == demo::ASN));
}

#[test]
fn every_key_exists_and_parents_come_first() {
    let provider = provider(3_000, Mix::HOSTING);
    let plans: HashSet<_> = provider.plans().map(|plan| plan.key).collect();
    let mut depth: HashMap<String, usize> = HashMap::new();
    for customer in provider.customers() {
        let above = customer.parent.map_or(0, |parent| depth[&parent]);
        let resells = customer.desk_mail.is_some();
        assert!(above <= 3, "{} has {above} resellers above", customer.key);
        assert!(depth.insert(customer.key, above + usize::from(resells)).is_none());
    }
    assert_eq!(depth.values().max(), Some(&3), "three levels of resellers exist");
    let mut contracts = HashMap::new();
    for contract in provider.contracts() {
        assert!(depth.contains_key(&contract.customer) && plans.contains(&contract.plan), "{contract:?}");
        assert!(contract.to.is_none_or(|to| contract.from < to && to <= end()), "{contract:?}");
        contracts.insert(contract.key, (contract.from, contract.to));
    }
    assert_eq!(contracts.len(), 3_000);
    let mut holders = HashSet::new();
    for row in provider.holdings() {
        let key: SubjectKey = row.subject.parse().unwrap();
        assert_eq!(key.to_string(), row.subject, "rows are written in canonical form");
        let Some(contract) = row.contract else { continue };
        let (from, to) = contracts[&contract];
        assert!(from <= row.from && row.to.unwrap_or(Timestamp::MAX) <= to.unwrap_or(Timestamp::MAX), "{contract}");
        holders.insert(contract);
    }
    assert_eq!(holders.len(), 3_000, "every contract holds something");
}

/// No subject is in two hands at one time and port.
#[test]
fn holdings_never_overlap() {
    let provider = provider(6_000, Mix::HOSTING);
    let mut by_subject: HashMap<String, Vec<HoldingRow>> = HashMap::new();
    for row in provider.holdings() {
        by_subject.entry(row.subject.clone()).or_default().push(row);
    }
    let mut changes = 0;
    for rows in by_subject.values_mut() {
        rows.sort_by_key(|row| (row.port_lo, row.from));
        for pair in rows.windows(2).filter(|pair| pair[0].port_lo == pair[1].port_lo) {
            assert!(pair[0].to.unwrap() <= pair[1].from, "{pair:?}");
            assert_eq!(pair[0].port_hi, pair[1].port_hi);
            changes += 1;
        }
        for pair in rows.windows(2).filter(|pair| pair[0].port_lo != pair[1].port_lo) {
            assert!(pair[0].port_hi < pair[1].port_lo, "{pair:?}");
        }
    }
    assert!(changes > 2_000, "things change hands: {changes}");
}

#[test]
fn ten_thousand_questions_over_a_hundred_thousand_addresses() {
    let provider = provider(150_000, Mix::ADDRESSES);
    let oracle = Oracle::new(provider.holdings(), |row| row.subject.starts_with("ip:") && row.contract.is_some());
    assert!(oracle.addresses().count() >= 100_000, "{} addresses", oracle.addresses().count());
    let (mut nobody, mut one) = (0, 0);
    let mut v6 = 0;
    for question in provider.questions(3).take(10_000) {
        let answer = oracle.who_had(question.ip, question.port, TimeSpan::instant(question.at));
        assert!(answer.len() <= 1, "{question:?} {answer:?}");
        nobody += usize::from(answer.is_empty());
        one += answer.len();
        v6 += usize::from(question.ip.is_ipv6());
    }
    assert!(nobody > 500 && one > 5_000 && v6 > 100, "{nobody} {one} {v6}");
}

#[test]
fn oracle_counts_ends_as_the_rows_say() {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let row = |contract: &str, subject: &str, from: &str, to: Option<&str>, ports: (u16, u16)| HoldingRow {
        subject: subject.to_owned(),
        contract: Some(contract.to_owned()),
        port_lo: ports.0,
        port_hi: ports.1,
        from: at(from),
        to: to.map(at),
    };
    let all = (0, u16::MAX);
    let rows = [
        row("a", "ip:192.0.2.0/30", "2025-01-01T00:00:00Z", Some("2025-01-02T00:00:00Z"), all),
        row("b", "ip:192.0.2.1/32", "2025-01-02T00:00:00Z", None, all),
        row("c", "ip:192.0.2.9/32", "2025-01-01T00:00:00Z", None, (1_024, 2_047)),
        row("d", "ip:2001:db8:1::/64", "2025-01-01T00:00:00Z", None, all),
    ];
    let oracle = Oracle::new(rows.into_iter(), |_| true);
    let ask = |ip: &str, port, when: &str| -> Vec<String> {
        let ip: IpAddr = ip.parse().unwrap();
        let answer: Vec<&Held> = oracle.who_had(ip, port, TimeSpan::instant(at(when)));
        answer.into_iter().filter_map(|held| held.contract.clone()).collect()
    };
    assert_eq!(ask("192.0.2.1", None, "2025-01-01T23:59:59.999999Z"), ["a"]);
    assert_eq!(ask("192.0.2.1", None, "2025-01-02T00:00:00Z"), ["b"]);
    assert_eq!(ask("192.0.2.2", None, "2025-01-02T00:00:00Z"), [""; 0]);
    assert_eq!(ask("192.0.2.9", Some(2_048), "2025-01-02T00:00:00Z"), [""; 0]);
    assert_eq!(ask("192.0.2.9", Some(2_047), "2025-01-02T00:00:00Z"), ["c"]);
    assert_eq!(ask("2001:db8:1::77", None, "2025-01-02T00:00:00Z"), ["d"]);
    let whole = TimeSpan { earliest: at("2025-01-01T12:00:00Z"), latest: at("2025-01-02T00:00:00Z") };
    assert_eq!(oracle.who_had("192.0.2.1".parse().unwrap(), None, whole).len(), 2);
}

#[test]
fn four_hundred_thousand_contracts_use_about_a_hundred_thousand_addresses() {
    let provider = provider(400_000, Mix::HOSTING);
    assert_eq!(provider.contract_count(), 400_000);
    let mut addresses = 0;
    let mut last = String::new();
    let mut seen = HashSet::new();
    for row in provider.holdings().filter(|row| row.contract.is_some()) {
        let Some(net) =
            row.subject.strip_prefix("ip:198.").and_then(|_| row.subject[3..].parse::<ipnet::Ipv4Net>().ok())
        else {
            continue;
        };
        if row.subject != last && seen.insert(net) {
            addresses += net.hosts().count().max(1 << (32 - net.prefix_len()));
        }
        last = row.subject;
    }
    assert!((90_000..131_072).contains(&addresses), "{addresses}");
}
