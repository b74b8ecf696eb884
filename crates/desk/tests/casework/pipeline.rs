//! From accepted reports to cases, on both databases.

use crate::room::{Room, at, host, page, reading};
use anyhow::ensure;
use attribution::import::{Kind, import};
use desk::Actor;
use model::{CaseId, CaseState, Category, Exit, Grade, Lang, Noise, Role, Transport};
use store::cases::{self, CaseRow, Filter, View};
use store::{Store, args, observations};
use testkit::each_store;
use text::mail::Missing;

async fn all(store: &Store) -> anyhow::Result<Vec<CaseRow>> {
    let filter = Filter { view: View::All, ..Filter::default() };
    Ok(cases::page(&mut &*store, &filter, None, 200, at(crate::room::NOW)).await?.cases)
}

async fn case(store: &Store, id: CaseId) -> anyhow::Result<CaseRow> {
    Ok(cases::case(&mut &*store, id).await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_becomes_a_case_of_the_right_contract_with_a_number_and_a_journal() -> anyhow::Result<()> {
    each_store(|store| async move {
        let room = Room::new(&store).await?;
        let before = host(Category::LoginAttack, "192.0.2.10", "2026-03-31T22:00:00Z");
        let after = host(Category::LoginAttack, "192.0.2.10", "2026-04-05T22:00:00Z");
        let done = room.report(&reading("soc@example.org", vec![before, after])).await?;
        ensure!(done.state == "read" && done.opened.len() == 2, "two contracts, two cases: {done:?}");
        let keys = store.fetch(
            "SELECT contract.key, cases.number FROM cases JOIN contract ON contract.id = cases.contract_id ORDER BY 1",
            args![],
        );
        let keys: Vec<String> = keys.await?.iter().map(|row| row.text("key")).collect::<Result<_, _>>()?;
        ensure!(keys == ["VPS1", "VPS2"]);
        let mut numbers: Vec<String> = all(&store).await?.into_iter().map(|case| case.number).collect();
        numbers.sort();
        ensure!(numbers == ["M-2026-000001", "M-2026-000002"]);
        let first = case(&store, done.opened[0]).await?;
        ensure!(first.state == CaseState::Open && first.deadline_at.is_some() && first.rule.is_some());
        ensure!(store.journal_of(first.id).await?.iter().any(|entry| entry.kind == "case.opened"));
        let stored = cases::decision(&mut &store, first.id).await?.unwrap_or_default();
        ensure!(stored["decision"]["score"]["parts"][0]["what"] == "category", "{stored}");
        ensure!(store.job_depth(at(crate::room::NOW)).await?.dead == 0);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_urls_on_nineteen_sites_are_nineteen_cases() -> anyhow::Result<()> {
    each_store(|store| async move {
        let room = Room::new(&store).await?;
        for number in 0..50 {
            let site = number % 19;
            let (host, www) = (format!("s{site}.example.com"), if number % 2 == 0 { "www." } else { "" });
            let url = format!("http://{www}{host}/wp-content/p{number}/login.html");
            room.accept(&reading(&format!("r{}@example.org", number % 7), vec![page(Category::Phishing, &url)]))
                .await?;
        }
        let done = room.work(16).await?;
        ensure!(done.len() == 50 && done.iter().all(|done| done.error.is_none()));
        let cases = all(&store).await?;
        ensure!(cases.len() == 19, "{}", cases.len());
        ensure!(cases.iter().all(|case| case.contract.is_some() && case.state == CaseState::Open));
        ensure!(cases.iter().map(|case| case.reports).sum::<i64>() == 50);
        ensure!(cases.iter().map(|case| case.duplicates).sum::<i64>() == 0);
        for case in &cases {
            let tally = observations::tally(&mut &store, case.id).await?;
            let counted = (case.reports, case.reporters, case.observations, case.duplicates);
            ensure!(counted == (tally.reports, tally.reporters, tally.observations, tally.duplicates), "{case:?}");
        }
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_event_from_two_reporters_is_one_case_with_a_duplicate_and_confirmed() -> anyhow::Result<()> {
    each_store(|store| async move {
        let room = Room::new(&store).await?;
        let mut seen = host(Category::LoginAttack, "192.0.2.11", "2026-04-05T22:00:00Z");
        let line = "2026-04-05T22:00:00Z sshd: Failed password from 192.0.2.11";
        seen.provenance = Some(model::Provenance { part: "0".to_owned(), line: 4, text: line.to_owned() });
        let first = room.report(&reading("a@example.org", vec![seen.clone()])).await?;
        let second = room.report(&reading("b@example.net", vec![seen])).await?;
        ensure!(first.opened == second.attached && second.opened.is_empty());
        let case = case(&store, first.opened[0]).await?;
        ensure!((case.reports, case.reporters, case.observations, case.duplicates) == (2, 2, 2, 1), "{case:?}");
        ensure!(case.grade == Grade::Confirmed);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_ours_opens_no_case_and_what_lacks_the_port_goes_to_triage() -> anyhow::Result<()> {
    each_store(|store| async move {
        let room = Room::new(&store).await?;
        let foreign = host(Category::LoginAttack, "198.51.100.9", "2026-04-05T22:00:00Z");
        let done = room.report(&reading("a@example.org", vec![foreign.clone()])).await?;
        ensure!(done.state == "dismissed" && done.opened.is_empty(), "{done:?}");
        let shared = host(Category::LoginAttack, "203.0.113.5", "2026-04-05T22:00:00Z");
        let done = room.report(&reading("a@example.org", vec![shared.clone(), foreign])).await?;
        ensure!(done.opened.len() == 1, "{done:?}");
        let triage = case(&store, done.opened[0]).await?;
        ensure!(triage.state == CaseState::Triage && triage.contract.is_none());
        ensure!(triage.rule.as_deref() == Some("lacks-data"), "{:?}", triage.rule);
        let asked = store.fetch("SELECT body FROM mail WHERE kind = 'reporter-ask'", args![]).await?;
        ensure!(asked.len() == 1, "{} questions", asked.len());
        let body = asked[0].text("body")?;
        let asks = |missing: Missing| {
            Lang::ALL.iter().any(|lang| body.contains(&text::t(*lang, &format!("missing-{missing}"))))
        };
        ensure!(asks(Missing::Port) && asks(Missing::LogLines), "{body}");
        ensure!(!asks(Missing::Address) && !asks(Missing::Time), "it was named: {body}");
        let mut whole = shared;
        whole.port = Some(6000);
        let done = room.report(&reading("a@example.org", vec![whole])).await?;
        ensure!(done.opened.len() == 1 && case(&store, done.opened[0]).await?.contract.is_some());
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_the_providers_own_gateway_the_port_lacks_and_not_the_address() -> anyhow::Result<()> {
    each_store(|store| async move {
        let room = Room::new(&store).await?;
        // The gateway is the provider's; its ports belong to customers, as everywhere behind a carrier's translation.
        let mut tx = store.begin().await?;
        let sql = "INSERT INTO holding (id, subject, port_lo, port_hi, valid_from, source) \
                   VALUES ($1, 'ip:203.0.113.5/32', 9088, 65535, 0, 'test')";
        let id = tx.new_id().await?;
        tx.execute(sql, args![id]).await?;
        tx.commit().await?;
        let mut seen = host(Category::LoginAttack, "203.0.113.5", "2026-04-05T22:00:00Z");
        let line = "2026-04-05T22:00:00Z sshd: Failed password from 203.0.113.5";
        seen.provenance = Some(model::Provenance { part: "0".to_owned(), line: 4, text: line.to_owned() });
        room.report(&reading("a@example.org", vec![seen])).await?;
        let [mail] = &store.fetch("SELECT body, lang FROM mail WHERE kind = 'reporter-ask'", args![]).await?[..] else {
            anyhow::bail!("one question")
        };
        let (body, lang): (String, Lang) = (mail.text("body")?, mail.parse("lang")?);
        for missing in Missing::ALL {
            let asks = body.contains(&text::t(lang, &format!("missing-{missing}")));
            ensure!(asks == (*missing == Missing::Port), "{missing}: {body}");
        }
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_without_a_time_is_whose_it_was_when_the_report_was_written() -> anyhow::Result<()> {
    each_store(|store| async move {
        let room = Room::new(&store).await?;
        let holdings = "subject,contract,port_lo,port_hi,from,to\n\
                        domain:example.org,WEB,,,2024-01-01T00:00:00Z,2026-04-05T00:00:00Z\n\
                        domain:example.org,WEB2,,,2026-04-05T00:00:00Z,\n";
        let now = at(crate::room::NOW);
        import(&store, Kind::Holdings, holdings.as_bytes(), "test.csv", "cli:test", now).await?;
        let page = || page(Category::Phishing, "http://www.example.org/wp-content/login.html");
        for (written, contract) in [
            ("2026-04-03T09:00:00Z", Some("WEB")),
            ("2026-04-05T14:00:00Z", Some("WEB2")),
            // The reporter may have looked before the change and written after it: nobody is guessed.
            ("2026-04-05T03:00:00Z", None),
        ] {
            let mut report = reading(&format!("{written}@example.org"), vec![page()]);
            report.written = Some(at(written));
            let done = room.report(&report).await?;
            let [id] = done.opened[..] else { anyhow::bail!("{written}: {done:?}") };
            let row = store
                .fetch_one("SELECT COUNT(*) AS n FROM mail WHERE case_id = $1 AND audience = 'customer'", args![id])
                .await?;
            let case = case(&store, id).await?;
            let key = match case.contract {
                Some(id) => Some(store::inventory::read::contract(&mut &store, id).await?.key),
                None => None,
            };
            ensure!(key.as_deref() == contract, "{written}: {key:?}");
            // The evidence holds for whom the answer held: the notice is written, to him.
            ensure!((row.int("n")? > 0) == contract.is_some(), "{written}: {} mails", row.int("n")?);
        }
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_is_read_again_counts_once_for_its_reporter() -> anyhow::Result<()> {
    each_store(|store| async move {
        let room = Room::new(&store).await?;
        let done = room.report(&reading("a@example.org", Vec::new())).await?;
        ensure!(done.state == "set-aside", "{done:?}");
        let operator = Actor::new("user:hana", Role::Operator);
        for _ in 0..2 {
            room.desk.reread_report(&operator, done.report.expect("a report")).await?;
            ensure!(room.work(1).await?.len() == 1);
        }
        let reporter = store::reporters::reporter_by_address(&mut &store, "a@example.org").await?.expect("a reporter");
        ensure!(reporter.reports == 1, "{} reports of one", reporter.reports);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_ping_is_noted_and_closed_with_the_lowest_grade() -> anyhow::Result<()> {
    each_store(|store| async move {
        let room = Room::new(&store).await?;
        let mut ping = host(Category::PortScan, "192.0.2.20", "2026-04-05T22:00:00Z");
        ping.transport = Some(Transport::Icmp);
        let done = room.report(&reading("home@example.org", vec![ping.clone()])).await?;
        let noted = case(&store, done.opened[0]).await?;
        ensure!(noted.exit == Some(Exit::InfoOnly) && noted.grade == Grade::Claim, "{noted:?}");
        ensure!(noted.exit_note.as_deref() == Some("single-ping"));
        ping.at = Some(model::time::EventTime::zoned(at("2026-04-05T23:00:00Z"), "Z", ""));
        let again = room.report(&reading("home@example.org", vec![ping])).await?;
        ensure!(again.attached == done.opened, "noted again, not opened again: {again:?}");
        let flood =
            (0..9).map(|n| host(Category::PortScan, "192.0.2.20", &format!("2026-04-05T23:10:0{n}Z"))).collect();
        let more = room.report(&reading("home@example.org", flood)).await?;
        ensure!(more.reopened == done.opened, "{more:?}");
        let open = case(&store, done.opened[0]).await?;
        ensure!(open.state == CaseState::Open && open.exit.is_none() && open.reopened == 1, "{open:?}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn noise_empty_and_poisonous_reports_end_where_they_belong() -> anyhow::Result<()> {
    each_store(|store| async move {
        let room = Room::new(&store).await?;
        let mut noise = reading("list@example.org", vec![]);
        (noise.report, noise.noise) = (false, Some(Noise::Marketing));
        room.accept(&noise).await?;
        room.accept(&reading("a@example.org", vec![])).await?;
        room.accept_raw(b"panic!").await?;
        let good = host(Category::LoginAttack, "192.0.2.11", "2026-04-05T22:00:00Z");
        room.accept(&reading("b@example.org", vec![good])).await?;
        let done = room.work(10).await?;
        let states: Vec<&str> = done.iter().map(|done| done.state.as_str()).collect();
        ensure!(states == ["noise", "set-aside", "set-aside", "read"], "{states:?}");
        let codes = store.fetch("SELECT error_code FROM report ORDER BY id", args![]).await?;
        let codes: Vec<Option<String>> =
            codes.iter().map(|row| row.opt_text("error_code")).collect::<Result<_, _>>()?;
        let said = |code: &str| Some(code.to_owned());
        ensure!(codes == [None, said("report.nothing-found"), said("report.unreadable"), None], "{codes:?}");
        ensure!(room.work(10).await?.is_empty(), "nothing is left to do");
        Ok(())
    })
    .await
}

const XARF: &str = r#"{
  "xarf_version": "4.0.0", "report_id": "550e8400-e29b-41d4-a716-446655440000", "timestamp": "2026-04-05T22:10:00Z",
  "reporter": { "org": "Example SOC", "contact": "soc@example.org", "domain": "example.org" },
  "sender": { "org": "Example SOC", "contact": "soc@example.org", "domain": "example.org" },
  "source_identifier": "192.0.2.11", "source_port": 40123, "category": "connection", "type": "login_attack",
  "first_seen": "2026-04-05T22:09:00Z", "evidence_source": "honeypot", "protocol": "tcp"
}"#;

const LETTER: &str = "From: =?UTF-8?B?5L2Q6Jek?= <sato@example.jp>\r\nTo: abuse@provider.example\r\n\
Subject: =?UTF-8?B?44OV44Kj44OD44K344Oz44Kw44K144Kk44OI?=\r\nMessage-ID: <1@example.jp>\r\n\
Date: Mon, 06 Apr 2026 11:00:00 +0900\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\n\
御社のサーバーでフィッシングサイトが公開されています。\r\n\r\nhttp://www.example.com/wp-content/plugins/x/login.html\r\n\r\n\
ご対応をお願いいたします。ご回答ください。\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn real_mails_through_the_real_reader_tell_the_right_customer() -> anyhow::Result<()> {
    each_store(|store| async move {
        let room = Room::with_reader(&store, std::sync::Arc::new(reports::Reader)).await?;
        room.accept_raw(XARF.as_bytes()).await?;
        room.accept_raw(LETTER.as_bytes()).await?;
        let done = room.work(8).await?;
        ensure!(done.len() == 2 && done.iter().all(|done| done.opened.len() == 1), "{done:?}");
        let machine = case(&store, done[0].opened[0]).await?;
        ensure!(machine.category == Category::LoginAttack && machine.place == "host:192.0.2.11", "{machine:?}");
        let site = case(&store, done[1].opened[0]).await?;
        ensure!(site.category == Category::Phishing && site.place == "site:example.com", "{site:?}");
        ensure!(site.cause == model::CauseClass::Victim, "{:?}", site.cause_reason);
        let told = "SELECT to_addr FROM mail WHERE audience = 'customer' ORDER BY to_addr";
        let told: Vec<String> =
            store.fetch(told, args![]).await?.iter().map(|row| row.text("to_addr")).collect::<Result<_, _>>()?;
        ensure!(told == ["yamada@example.com", "yamada@example.com"], "{told:?}");
        let measure = store.fetch_one("SELECT kind, target, state, proposed_by FROM measure", args![]).await?;
        ensure!(measure.text("kind")? == "quarantine-path" && measure.text("state")? == "proposed");
        ensure!(measure.text("target")? == "url:http://www.example.com/wp-content/plugins/x/login.html");
        ensure!(measure.text("proposed_by")? == "rule:content-managed");
        let receipts = store.fetch("SELECT to_addr FROM mail WHERE kind = 'reporter-receipt'", args![]).await?;
        ensure!(
            receipts.iter().any(|row| row.text("to_addr").is_ok_and(|to| to == "sato@example.jp")),
            "a person gets his receipt"
        );
        let row = store.fetch_one("SELECT group_name, format FROM report WHERE format = 'xarf-v4'", args![]).await?;
        ensure!(row.text("group_name")? == "incident");
        Ok(())
    })
    .await
}
