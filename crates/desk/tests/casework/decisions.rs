//! What the built-in playbook decides on a table of situations, and on what happens to a case over time.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use anyhow::ensure;
use desk::playbook::{Addition, Attributed, Facts, PlaceKind, Playbook, Service, Signal, Teller, decide};
use desk::reporters::ReporterKind;
use desk::{Actor, DeskError};
use jiff::SignedDuration;
use model::{CaseState, Category, Control, Grade, Observation, Role, ServiceKind, Transport};
use store::{args, cases};
use testkit::each_store;
use text::mail::Missing;

use crate::room::{NOW, Room, at, host, page, reading};

fn case_of(category: Category, place: PlaceKind, kind: ServiceKind, change: impl FnOnce(&mut Facts)) -> Facts {
    let mut facts = Facts::new(category.lane(), place, Attributed::One);
    let managed = matches!(kind, ServiceKind::SharedHosting | ServiceKind::Mail | ServiceKind::Domain);
    let control = if managed { Control::Managed } else { Control::Root };
    facts.service = Some(Service { kind, control, since: at("2025-06-01T00:00:00Z"), resold: false });
    let mut seen = Observation::new(category, 0.9);
    seen.at = Some(model::time::EventTime::zoned(at("2026-04-05T20:00:00Z"), "Z", ""));
    facts.add(&Addition {
        seen: vec![&seen],
        grade: Grade::Shown,
        flags: BTreeSet::new(),
        teller: (1, Teller { kind: ReporterKind::Person, trust: 0.5 }),
        missing: BTreeSet::new(),
        signals: BTreeSet::new(),
    });
    change(&mut facts);
    facts
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn situations() -> Vec<(&'static str, Facts)> {
    use Category as C;
    use PlaceKind::{Account, Host, Site};
    use ServiceKind::{Access, Mail, SharedHosting, Vps};
    let as_is = |_: &mut Facts| {};
    vec![
        ("B19 phishing on managed hosting", case_of(C::Phishing, Site, SharedHosting, as_is)),
        ("B19 phishing on a root server", case_of(C::Phishing, Site, Vps, as_is)),
        ("B19 root: goes on after the notice", case_of(C::LoginAttack, Host, Vps, |f| (f.told, f.repeats) = (true, 1))),
        (
            "B19 managed page: goes on after the notice",
            case_of(C::Phishing, Site, SharedHosting, |f| (f.told, f.repeats) = (true, 1)),
        ),
        ("B19 managed account: goes on", case_of(C::Spam, Account, Mail, |f| (f.told, f.repeats) = (true, 1))),
        ("D43 third repeat", case_of(C::LoginAttack, Host, Vps, |f| (f.told, f.repeats) = (true, 3))),
        ("D43 third case in a year", case_of(C::Phishing, Site, SharedHosting, |f| f.earlier_cases = 2)),
        ("B17 scan, three a day", case_of(C::PortScan, Host, Vps, |f| f.stated_rate = Some(3.0 / 86_400.0))),
        ("B17 scan, one a minute", case_of(C::PortScan, Host, Vps, |f| f.stated_rate = Some(1.0 / 60.0))),
        ("B17 scan, two a second", case_of(C::PortScan, Host, Vps, |f| f.stated_rate = Some(2.0))),
        ("B17 scan, 500 a second", case_of(C::PortScan, Host, Vps, |f| f.stated_rate = Some(500.0))),
        ("B17 scan of unknown rate", case_of(C::PortScan, Host, Vps, as_is)),
        ("B17 scan of unknown rate, shown twice", case_of(C::PortScan, Host, Vps, |f| f.events = 2)),
        (
            "B17 scan of unknown rate, said to be often",
            case_of(C::PortScan, Host, Vps, |f| (f.events, f.grade) = (40, Grade::Stated)),
        ),
        ("B17 denial of service over TCP", case_of(C::Ddos, Host, Vps, |f| f.stated_rate = Some(9000.0))),
        ("D49 UDP flood", case_of(C::Ddos, Host, Vps, |f| (f.travel.firm, f.travel.forgeable) = (0, 1))),
        (
            "D31 one ping",
            case_of(C::PortScan, Host, Access, |f| {
                (f.travel.firm, f.travel.forgeable, f.travel.pings, f.grade) = (0, 1, 1, Grade::Claim);
            }),
        ),
        (
            "B11 port missing",
            case_of(C::LoginAttack, Host, Vps, |f| {
                (f.attributed, f.service, f.missing) = (Attributed::Several, None, Some([Missing::Port].into()));
            }),
        ),
        (
            "B21 time and zone missing",
            case_of(C::LoginAttack, Host, Vps, |f| {
                (f.attributed, f.service, f.missing) =
                    (Attributed::Nobody, None, Some([Missing::Time, Missing::Zone].into()));
            }),
        ),
        (
            "unattributed with everything",
            case_of(C::LoginAttack, Host, Vps, |f| (f.attributed, f.service) = (Attributed::Nobody, None)),
        ),
        ("not ours", case_of(C::LoginAttack, Host, Vps, |f| (f.attributed, f.service) = (Attributed::NotOurs, None))),
        ("B22 threat", case_of(C::Harassment, Site, SharedHosting, as_is)),
        (
            "B05 contract made for abuse",
            case_of(C::Phishing, Site, Vps, |f| {
                f.service.iter_mut().for_each(|service| service.since = at("2026-04-04T00:00:00Z"));
                f.signals.extend([Signal::NameDeceives, Signal::LureWords]);
            }),
        ),
        (
            "B05 the same, of a victim too",
            case_of(C::Phishing, Site, Vps, |f| {
                f.signals.extend([Signal::NameDeceives, Signal::PlantedPath]);
            }),
        ),
        ("unsure reading", case_of(C::Phishing, Site, SharedHosting, |f| f.confidence = 0.85)),
        (
            "unsure reading, after a person looked",
            case_of(C::Phishing, Site, SharedHosting, |f| (f.confidence, f.settled.reading) = (0.85, true)),
        ),
        (
            "D42 made up",
            case_of(C::LoginAttack, Host, Vps, |f| {
                f.flags.insert(desk::grade::Flag::Future);
                (f.grade, f.sound) = (Grade::Claim, BTreeSet::new());
            }),
        ),
        (
            "D42 one of two reporters makes it up",
            case_of(C::LoginAttack, Host, Vps, |f| {
                f.flags.insert(desk::grade::Flag::Future);
            }),
        ),
        ("A41 copyright", case_of(C::Copyright, Site, SharedHosting, as_is)),
        (
            "A41 copyright without the work",
            case_of(C::Copyright, Site, SharedHosting, |f| f.missing = Some([Missing::Work].into())),
        ),
        ("D04 defamation", case_of(C::Defamation, Site, SharedHosting, as_is)),
        ("D04 obscene", case_of(C::Obscene, Site, SharedHosting, as_is)),
        ("D04 obscene, root", case_of(C::Obscene, Site, Vps, as_is)),
        ("D04 fraud, managed", case_of(C::Fraud, Site, SharedHosting, as_is)),
        ("D04 fraud, root", case_of(C::Fraud, Site, Vps, as_is)),
        ("D04 spam of an account", case_of(C::Spam, Account, Mail, as_is)),
        ("D04 spam of a server", case_of(C::Spam, Host, Vps, as_is)),
        ("child abuse", case_of(C::Csam, Site, SharedHosting, as_is)),
        (
            "bare claim of one often wrong",
            case_of(C::LoginAttack, Host, Vps, |f| {
                f.grade = Grade::Claim;
                f.tellers.values_mut().for_each(|teller| teller.trust = 0.2);
            }),
        ),
        ("open resolver", case_of(C::OpenService, Host, Access, as_is)),
        ("blocklist", case_of(C::Blocklist, Host, Vps, |f| f.grade = Grade::Stated)),
        ("blocklist, a system that we run", case_of(C::Blocklist, Host, SharedHosting, |f| f.grade = Grade::Stated)),
        ("blocklist, without a moment", case_of(C::Blocklist, Host, Vps, |f| f.grade = Grade::Claim)),
        ("threat intelligence", case_of(C::ThreatIntelligence, Host, Vps, |f| f.grade = Grade::Stated)),
        ("infected line", case_of(C::InfectedHost, Host, Access, as_is)),
    ]
}

#[test]
fn the_built_in_playbook_decides_as_written() {
    let playbook = Playbook::built_in().unwrap();
    let calendar = playbook.calendar().unwrap();
    let mut table = String::new();
    let mut used = BTreeSet::new();
    for (name, facts) in situations() {
        let made = decide(&facts, &playbook, &calendar, at(NOW));
        used.insert(made.rule.clone());
        let steps: Vec<String> = made
            .steps
            .iter()
            .map(|step| serde_json::to_string(step).unwrap_or_default().replace("\"step\":", "").replace('"', ""))
            .collect();
        let exit = made.exit.map_or_else(String::new, |exit| format!(" → {exit}"));
        let deadline = made.deadline.map_or_else(|| "none".to_owned(), |at| at.to_string());
        let points: Vec<String> =
            made.score.parts.iter().map(|part| format!("{} {:+}", part.what, part.points)).collect();
        writeln!(
            table,
            "{name}\n  {} · {}{exit} · {} ({} = {}) · until {deadline}\n  {}",
            made.rule,
            made.state,
            made.severity,
            made.score.points,
            points.join(", "),
            steps.join(" ")
        )
        .unwrap();
    }
    let unused: Vec<&str> =
        playbook.rule.iter().map(|rule| rule.id.as_str()).filter(|id| !used.contains(*id)).collect();
    writeln!(table, "rules without a situation here: {}", unused.join(" ")).unwrap();
    insta::assert_snapshot!(table);
}

#[test]
fn a_forged_source_is_never_blamed_and_a_threat_is_never_closed_by_itself() {
    let playbook = Playbook::built_in().unwrap();
    let calendar = playbook.calendar().unwrap();
    for (name, facts) in situations() {
        let made = decide(&facts, &playbook, &calendar, at(NOW));
        let told = serde_json::to_string(&made.steps).unwrap();
        if facts.is_spoofable() || facts.is_doubtful() || facts.attributed != Attributed::One {
            assert!(!told.contains("notice") && !told.contains("propose-measure"), "{name}: {told}");
        }
        if facts.category() == Category::Harassment {
            assert!(made.state == CaseState::Open && told.contains("refer-out"), "{name}: {told}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_after_the_notice_escalate_and_the_third_opens_the_contract_step() -> anyhow::Result<()> {
    each_store(|store| async move {
        let room = Room::new(&store).await?;
        let attack = |when: &str| reading("soc@example.org", vec![host(Category::LoginAttack, "192.0.2.11", when)]);
        let case = room.report(&attack("2026-04-05T22:00:00Z")).await?.opened[0];
        // The notice left; the outbox has tests of its own.
        let mut tx = store.begin().await?;
        let sent = tx
            .execute(
                "UPDATE mail SET state = 'sent', sent_at = $1 WHERE case_id = $2 AND audience = 'customer'",
                args![at("2026-04-06T03:00:00Z"), case],
            )
            .await?;
        tx.commit().await?;
        ensure!(sent == 1, "one notice was written");
        room.clock.advance(SignedDuration::from_hours(24));
        room.report(&attack("2026-04-05T23:00:00Z")).await?;
        let row = cases::case(&mut &store, case).await?;
        ensure!(row.repeats == 0, "it happened before he was told");
        for (hour, repeats, rule) in [("05", 1, "root-repeat"), ("06", 2, "root-repeat"), ("07", 3, "third-repeat")] {
            room.report(&attack(&format!("2026-04-06T{hour}:00:00Z"))).await?;
            let row = cases::case(&mut &store, case).await?;
            ensure!((row.repeats, row.rule.as_deref()) == (repeats, Some(rule)), "{row:?}");
        }
        let kinds: Vec<String> = store.journal_of(case).await?.into_iter().map(|entry| entry.kind).collect();
        ensure!(kinds.iter().any(|kind| kind == "case.escalated"), "{kinds:?}");
        ensure!(kinds.iter().filter(|kind| *kind == "case.contract-step").count() == 1, "{kinds:?}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unsure_reading_waits_for_a_person_and_a_sure_one_or_his_word_ends_the_wait() -> anyhow::Result<()> {
    each_store(|store| async move {
        let room = Room::new(&store).await?;
        let page_at = |path: &str, sure: f32| {
            let seen = Observation { confidence: sure, ..page(Category::Phishing, &format!("http://{path}")) };
            reading("soc@example.org", vec![seen])
        };
        let acts = async |case| -> anyhow::Result<i64> {
            let sql = "SELECT (SELECT COUNT(*) FROM mail WHERE case_id = $1 AND audience <> 'reporter') \
                       + (SELECT COUNT(*) FROM measure WHERE case_id = $1) AS n";
            Ok(store.fetch(sql, args![case]).await?[0].int("n")?)
        };
        let first = room.report(&page_at("example.com/a", 0.85)).await?.opened[0];
        let row = cases::case(&mut &store, first).await?;
        ensure!(row.state == CaseState::Triage && row.rule.as_deref() == Some("unsure-reading"), "{row:?}");
        ensure!(row.contract.is_some() && acts(first).await? == 0, "whose it is is known, and nothing is done");
        room.report(&page_at("example.com/b", 0.97)).await?;
        let row = cases::case(&mut &store, first).await?;
        ensure!(row.state == CaseState::Open && row.rule.as_deref() == Some("content-managed"), "{row:?}");
        ensure!(acts(first).await? == 2, "a notice and a proposal");

        let second = room.report(&page_at("example.net/a", 0.89)).await?.opened[0];
        let row = cases::case(&mut &store, second).await?;
        let person = Actor::new("user:op", Role::Operator);
        let row = room.desk.accept_case(&person, (&row).into(), None).await?;
        ensure!(row.state == CaseState::Open && row.rule.as_deref() == Some("content-managed"), "{row:?}");
        ensure!(acts(second).await? == 2, "his word stands for the reader's");
        let entries = store.journal_of(second).await?;
        let seq = entries.iter().find(|entry| entry.kind == "case.accepted").map_or(0, |entry| entry.seq);
        let row = room.desk.undo_case(&person, (&row).into(), seq).await?;
        let stored = cases::decision(&mut &store, second).await?.unwrap_or_default();
        ensure!(row.state == CaseState::Triage && stored["decision"]["rule"] == "unsure-reading", "{stored}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_udp_flood_is_not_blamed() -> anyhow::Result<()> {
    each_store(|store| async move {
        let room = Room::new(&store).await?;
        let mut seen = host(Category::Ddos, "192.0.2.11", "2026-04-05T22:00:00Z");
        (seen.transport, seen.count, seen.period_us) = (Some(Transport::Udp), Some(900_000), Some(1_000_000));
        let case = room.report(&reading("noc@example.org", vec![seen])).await?.opened[0];
        let row = cases::case(&mut &store, case).await?;
        ensure!(row.rule.as_deref() == Some("spoofable-source") && row.state == CaseState::Open, "{row:?}");
        let mails = store.fetch("SELECT id FROM mail WHERE audience <> 'reporter'", args![]).await?;
        ensure!(mails.is_empty(), "no notice is written");
        ensure!(store.journal_of(case).await?.iter().any(|entry| entry.kind == "case.host-log"));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn another_playbook_is_tried_on_history_and_put_in_force_by_a_second_person() -> anyhow::Result<()> {
    each_store(|store| async move {
        let room = Room::new(&store).await?;
        for number in 0..6 {
            let url = format!("http://s{number}.example.com/wp-content/x");
            room.report(&reading("a@example.org", vec![page(Category::Phishing, &url)])).await?;
        }
        let seen = vec![host(Category::LoginAttack, "192.0.2.11", "2026-04-05T22:00:00Z")];
        room.report(&reading("a@example.org", seen)).await?;
        let (from, to) = (at("2026-04-01T00:00:00Z"), at("2026-05-01T00:00:00Z"));
        let same = room.desk.dry_run(&Playbook::built_in()?, from, to).await?;
        ensure!((same.cases, same.changed, same.unreadable) == (7, 0, 0), "{same:?}");
        let strict = desk::playbook::DEFAULT.replace(
            "id = \"content-managed\"",
            "id = \"look-first\"\nwhy = { ja = \"先に確認\", en = \"look first\" }\nwhen = { category = [\"phishing\"] }\n\
             then = { state = \"triage\" }\n\n[[rule]]\nid = \"content-managed\"",
        );
        let candidate = Playbook::parse("candidate", &strict)?;
        let run = room.desk.dry_run(&candidate, from, to).await?;
        ensure!((run.cases, run.changed) == (7, 6), "{run:?}");
        ensure!(run.rules["content-managed"] == (6, 0) && run.rules["look-first"] == (0, 6), "{:?}", run.rules);
        ensure!(run.list[0].before.state == CaseState::Open && run.list[0].after.state == CaseState::Triage);

        let (operator, lead, second) = (
            Actor::new("user:op", Role::Operator),
            Actor::new("user:lead", Role::Lead),
            Actor::new("user:second", Role::Lead),
        );
        ensure!(matches!(room.desk.write_playbook(&operator, &strict).await, Err(DeskError::NotAllowed(_))));
        ensure!(matches!(room.desk.write_playbook(&lead, "name = 1").await, Err(DeskError::Playbook { .. })));
        let version = room.desk.write_playbook(&lead, &strict).await?;
        ensure!(room.desk.playbook().await?.1 == 0, "nothing is in force by being written");
        ensure!(matches!(room.desk.activate_playbook(&lead, version).await, Err(DeskError::SamePerson(_))));
        room.desk.activate_playbook(&second, version).await?;
        ensure!(room.desk.playbook().await?.1 == version);
        let done = room.report(&reading("b@example.org", vec![page(Category::Phishing, "http://new.example.com/x")])).await?;
        let row = cases::case(&mut &store, done.opened[0]).await?;
        ensure!(row.state == CaseState::Triage && row.rule.as_deref() == Some("look-first"), "{row:?}");
        Ok(())
    })
    .await
}
