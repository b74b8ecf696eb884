//! What the desk is told in each kind of situation, on both databases.
#![expect(clippy::unwrap_used, reason = "a wrong value in a test should stop it")]

use std::fmt::Write;

use anyhow::ensure;
use attribution::import::{Kind, import};
use attribution::{Answer, Attributor, InventoryAttributor, Question, Reason, Settings, Verdict};
use jiff::{SignedDuration, Timestamp};
use model::EventTime;
use store::Store;
use testkit::each_store;

const PLANS: &str = "key,name,service,control
S,Shared,shared-hosting,managed
V,VPS,vps,root
";
const CUSTOMERS: &str = "key,name
K1,山田 太郎
K2,Example Trading
";
const CONTRACTS: &str = "key,customer,plan,from,to
WEB,K1,S,2026-01-01T00:00:00Z,
WEB2,K2,S,2026-01-01T00:00:00Z,
VPS1,K1,V,2026-01-01T00:00:00Z,
VPS2,K2,V,2026-01-01T00:00:00Z,
NET,K2,V,2026-01-01T00:00:00Z,
";
const HOLDINGS: &str = "subject,contract,port_lo,port_hi,from,to
ip:192.0.2.1,,,,2026-01-01T00:00:00Z,
domain:shop.example.com,WEB,,,2026-01-01T00:00:00Z,
domain:blog.shop.example.com,WEB2,,,2026-02-01T00:00:00Z,2026-03-01T00:00:00Z
account:web01,WEB,,,2026-01-01T00:00:00Z,
mailbox:info@shop.example.com,WEB2,,,2026-01-01T00:00:00Z,
ip:192.0.2.10,VPS1,,,2026-01-01T00:00:00Z,2026-02-01T09:00:00+09:00
ip:192.0.2.10,VPS2,,,2026-02-01T00:00:00Z,
ip:198.51.100.0/24,NET,,,2026-01-01T00:00:00Z,
ip:198.51.100.7,VPS1,,,2026-02-01T00:00:00Z,2026-03-01T00:00:00Z
ip:203.0.113.5,,,,2026-01-01T00:00:00Z,
ip:203.0.113.5,VPS1,1024,5055,2026-01-01T00:00:00Z,
ip:203.0.113.5,VPS2,5056,9087,2026-01-01T00:00:00Z,
ip:2001:db8:1::/56,NET,,,2026-01-01T00:00:00Z,
ip:2001:db8:1:5::/64,VPS1,,,2026-01-01T00:00:00Z,
";
const PREFIXES: &str = "prefix,asn
192.0.2.0/24,64500
2001:db8::/32,64500
";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

async fn ground(store: &Store) -> anyhow::Result<InventoryAttributor> {
    let now = at("2026-03-31T00:00:00Z");
    for (kind, file) in [
        (Kind::Plans, PLANS),
        (Kind::Customers, CUSTOMERS),
        (Kind::Contracts, CONTRACTS),
        (Kind::Holdings, HOLDINGS),
        (Kind::Prefixes, PREFIXES),
    ] {
        let report = import(store, kind, file.as_bytes(), "test.csv", "cli:test", now).await?;
        ensure!(report.refused.is_empty(), "{:?}", report.refused);
    }
    Ok(InventoryAttributor::new(store.clone(), Settings::default()))
}

fn question(subjects: &str, port: Option<u16>, time: Option<&str>) -> Question {
    Question {
        subjects: subjects.split_whitespace().map(|subject| subject.parse().unwrap()).collect(),
        port,
        at: time.map(|time| EventTime::zoned(at(time), "Z", time)),
        now: at("2026-03-31T00:00:00Z"),
    }
}

/// `one KEY`, `several KEY:reason … | reasons` or `nobody | reasons`.
fn shown(answer: &Answer) -> String {
    let name = |reason: &Reason| serde_json::to_value(reason).unwrap().as_str().unwrap_or_default().to_owned();
    let reasons: Vec<String> = answer.reasons.iter().map(name).collect();
    let who = match &answer.verdict {
        Verdict::One(one) => format!("one {} by {}", one.contract_key, one.subject),
        Verdict::Several(several) => {
            let listed: Vec<_> =
                several.iter().map(|one| format!("{}:{}", one.contract_key, name(&one.reason))).collect();
            format!("several {}", listed.join(" "))
        }
        Verdict::Nobody => "nobody".to_owned(),
    };
    format!("{who} | {}", reasons.join(" "))
}

const SITUATIONS: &[(&str, Option<u16>, Option<&str>, &str)] = &[
    // An address in one hand, by an IPv4-mapped spelling too; before anybody had it; at the very change of hands.
    ("ip:192.0.2.10", None, Some("2026-01-15T00:00:00Z"), "one VPS1 by ip:192.0.2.10/32 | held-throughout"),
    ("ip:::ffff:192.0.2.10", Some(25), Some("2026-03-15T00:00:00Z"), "one VPS2 by ip:192.0.2.10/32 | held-throughout"),
    ("ip:192.0.2.10", None, Some("2025-12-31T00:00:00Z"), "nobody | not-held"),
    ("ip:192.0.2.10", None, Some("2026-01-01T00:00:03Z"), "several VPS1:held-partly | held-partly not-held"),
    ("ip:192.0.2.10", None, Some("2026-02-01T00:00:02Z"), "several VPS1:held-partly VPS2:held-partly | held-partly"),
    // Nested prefixes: the more precise wins while it is held.
    ("ip:198.51.100.7", None, Some("2026-02-15T00:00:00Z"), "one VPS1 by ip:198.51.100.7/32 | held-throughout"),
    ("ip:198.51.100.7", None, Some("2026-03-15T00:00:00Z"), "one NET by ip:198.51.100.0/24 | held-throughout"),
    ("ip:2001:db8:1:5::9", None, Some("2026-03-15T00:00:00Z"), "one VPS1 by ip:2001:db8:1:5::/64 | held-throughout"),
    ("ip:2001:db8:1:6::9", None, Some("2026-03-15T00:00:00Z"), "one NET by ip:2001:db8:1::/56 | held-throughout"),
    // A whole network is accused, of which a part may be in other hands.
    ("ip:198.51.100.0/25", None, Some("2026-03-15T00:00:00Z"), "several NET:held-throughout | held-partly"),
    // Ports.
    ("ip:203.0.113.5", Some(5055), Some("2026-03-15T00:00:00Z"), "one VPS1 by ip:203.0.113.5/32 | held-throughout"),
    ("ip:203.0.113.5", Some(5056), Some("2026-03-15T00:00:00Z"), "one VPS2 by ip:203.0.113.5/32 | held-throughout"),
    ("ip:203.0.113.5", Some(443), Some("2026-03-15T00:00:00Z"), "nobody | shared-infrastructure"),
    (
        "ip:203.0.113.5",
        None,
        Some("2026-03-15T00:00:00Z"),
        "several VPS1:port-needed VPS2:port-needed | port-needed shared-infrastructure",
    ),
    // Shared infrastructure: only a name tells.
    ("ip:192.0.2.1", None, Some("2026-03-15T00:00:00Z"), "nobody | shared-infrastructure"),
    (
        "domain:www.shop.example.com ip:192.0.2.1",
        None,
        Some("2026-03-15T00:00:00Z"),
        "one WEB by domain:shop.example.com | held-throughout",
    ),
    ("account:WEB01 ip:192.0.2.1", None, Some("2026-03-15T00:00:00Z"), "one WEB by account:web01 | held-throughout"),
    ("domain:other.example.net ip:192.0.2.1", None, Some("2026-03-15T00:00:00Z"), "nobody | shared-infrastructure"),
    // A domain below another's domain, while it is held.
    (
        "domain:blog.shop.example.com",
        None,
        Some("2026-02-15T00:00:00Z"),
        "one WEB2 by domain:blog.shop.example.com | held-throughout",
    ),
    (
        "domain:blog.shop.example.com",
        None,
        Some("2026-03-15T00:00:00Z"),
        "one WEB by domain:shop.example.com | held-throughout",
    ),
    ("domain:example.com", None, Some("2026-03-15T00:00:00Z"), "nobody | not-ours"),
    // A mailbox, else its domain; the domain beside the mailbox says nothing of its own.
    (
        "mailbox:info@shop.example.com domain:shop.example.com",
        None,
        Some("2026-03-15T00:00:00Z"),
        "one WEB2 by mailbox:info@shop.example.com | held-throughout",
    ),
    (
        "mailbox:else@shop.example.com",
        None,
        Some("2026-03-15T00:00:00Z"),
        "one WEB by domain:shop.example.com | held-throughout",
    ),
    // Name and address disagree; agree only for a part of the time; the address is somebody else's.
    (
        "domain:shop.example.com ip:192.0.2.10",
        None,
        Some("2026-03-15T00:00:00Z"),
        "several WEB:conflict VPS2:conflict | conflict",
    ),
    (
        "domain:shop.example.com ip:198.18.0.1",
        None,
        Some("2026-03-15T00:00:00Z"),
        "one WEB by domain:shop.example.com | held-throughout",
    ),
    // No time: candidates of now, never one.
    ("ip:192.0.2.10", None, None, "several VPS2:time-needed | time-needed"),
    ("domain:shop.example.com ip:192.0.2.1", None, None, "several WEB:time-needed | time-needed"),
    ("ip:192.0.2.1", None, None, "nobody | shared-infrastructure time-needed"),
    ("ip:192.0.2.77", None, None, "nobody | time-needed not-held"),
    // Not ours; ours but never given to anybody; not yet happened.
    ("ip:198.18.0.1", None, Some("2026-03-15T00:00:00Z"), "nobody | not-ours"),
    ("ip:198.18.0.1", None, None, "nobody | not-ours"),
    ("ip:192.0.2.77", None, Some("2026-03-15T00:00:00Z"), "nobody | not-held"),
    ("ip:192.0.2.10", None, Some("2026-03-31T00:11:00Z"), "nobody | in-future"),
    ("ip:192.0.2.10", None, Some("2026-03-31T00:09:00Z"), "one VPS2 by ip:192.0.2.10/32 | held-throughout"),
];

#[tokio::test(flavor = "multi_thread")]
async fn each_situation_has_its_answer() -> anyhow::Result<()> {
    each_store(|store| async move {
        let attributor = ground(&store).await?;
        let questions: Vec<Question> =
            SITUATIONS.iter().map(|(subjects, port, time, _)| question(subjects, *port, *time)).collect();
        let together = attributor.attribute_many(&questions).await?;
        for (((subjects, port, time, expected), question), answer) in SITUATIONS.iter().zip(&questions).zip(&together) {
            ensure!(shown(answer) == *expected, "{subjects} {port:?} {time:?}: {}, not {expected}", shown(answer));
            let alone = attributor.attribute(question).await?;
            ensure!(alone == *answer, "asked alone: {}", shown(&alone));
        }
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_without_a_zone_may_be_half_a_day_off() -> anyhow::Result<()> {
    each_store(|store| async move {
        let attributor = ground(&store).await?;
        let text = "2026-02-01 10:00:00";
        let mut question = question("ip:192.0.2.10", None, None);
        question.at = Some(EventTime::unzoned(at("2026-02-01T10:00:00Z"), text));
        let unzoned = attributor.attribute(&question).await?;
        ensure!(shown(&unzoned).starts_with("several VPS1:held-partly VPS2"), "{}", shown(&unzoned));
        question.at = Some(EventTime::zoned(at("2026-02-01T10:00:00Z"), "Z", text));
        ensure!(shown(&attributor.attribute(&question).await?).starts_with("one VPS2"));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reassignment_through_the_api_counts_from_its_moment() -> anyhow::Result<()> {
    each_store(|store| async move {
        let attributor = ground(&store).await?;
        let subject = "ip:192.0.2.10".parse().map_err(|why: String| anyhow::anyhow!(why))?;
        let contract = store::inventory::read::contract_by_key(&mut &store, "WEB").await?;
        let change = at("2026-03-20T00:00:00Z");
        let mut tx = store.begin().await?;
        let new = store::inventory::NewHolding {
            subject: &subject,
            contract: Some(contract.id),
            ports: (0, u16::MAX),
            from: change,
            to: None,
            source: "api:test",
        };
        let done = tx.reassign(&new).await?;
        ensure!(done.ended.len() == 1, "{done:?}");
        tx.commit().await?;
        for (seconds, expected) in [(-60, "one VPS2"), (0, "several VPS2"), (60, "one WEB")] {
            let mut question = question("ip:192.0.2.10", None, None);
            question.at = Some(EventTime::zoned(change + SignedDuration::from_secs(seconds), "Z", ""));
            let answer = attributor.attribute(&question).await?;
            ensure!(shown(&answer).starts_with(expected), "{seconds}: {}", shown(&answer));
        }
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_bounded_whatever_the_inventory_holds() -> anyhow::Result<()> {
    each_store(|store| async move {
        let attributor = ground(&store).await?;
        // An address cut into thousands of blocks of one port, all one contract's but the last.
        let mut file = "subject,contract,port_lo,port_hi,from\n".to_owned();
        for port in 1_000..6_000 {
            let contract = if port == 5_999 { "VPS2" } else { "VPS1" };
            writeln!(file, "ip:203.0.113.9,{contract},{port},{port},2026-01-01T00:00:00Z")?;
        }
        let now = at("2026-03-31T00:00:00Z");
        let report = import(&store, Kind::Holdings, file.as_bytes(), "blocks.csv", "cli:test", now).await?;
        ensure!(report.inserted == 5_000, "{report:?}");
        let time = Some("2026-03-15T00:00:00Z");
        let whole = attributor.attribute(&question("ip:203.0.113.9", None, time)).await?;
        let Verdict::Several(candidates) = &whole.verdict else { anyhow::bail!("{}", shown(&whole)) };
        ensure!(candidates.len() == Answer::MAX_CANDIDATES && whole.reasons.contains(&Reason::PortNeeded));
        let last = attributor.attribute(&question("ip:203.0.113.9", Some(5_999), time)).await?;
        ensure!(shown(&last).starts_with("one VPS2"), "{}", shown(&last));
        let none =
            attributor.attribute(&Question { subjects: Vec::new(), ..question("ip:192.0.2.1", None, time) }).await;
        ensure!(none.is_err_and(|error| error.code().0 == "attribution.bad-input"));
        Ok(())
    })
    .await
}
