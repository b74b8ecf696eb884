//! From reports as they arrive to cases, with the real readers: feeds that are mostly about others (A09), paths and subjects
//! that stand out (A18, A46), the record of a honeypot (A47), machines that sinkholes saw (A61), and what fail2ban lacks (A50).

use std::fmt::Write as _;
use std::sync::Arc;

use anyhow::{Context, ensure};
use desk::Processed;
use model::{CaseId, Category, MailId, Observation};
use store::cases::{self, CaseRow};
use store::{Store, args, observations};
use testkit::each_store;

use crate::room::{Room, page, reading};

async fn room(store: &Store) -> anyhow::Result<Room> {
    Room::with_reader(store, Arc::new(reports::Reader)).await
}

/// Accepts one report and works on it.
async fn take(room: &Room, raw: &str) -> anyhow::Result<Processed> {
    room.accept_raw(raw.as_bytes()).await?;
    let mut done = room.work(1).await?;
    ensure!(done.len() == 1 && done[0].error.is_none(), "{done:?}");
    Ok(done.remove(0))
}

async fn case(store: &Store, id: CaseId) -> anyhow::Result<CaseRow> {
    Ok(cases::case(&mut &*store, id).await?)
}

async fn only(store: &Store, done: &Processed) -> anyhow::Result<(CaseRow, Vec<Observation>)> {
    let [id] = done.opened[..] else { anyhow::bail!("not one case: {done:?}") };
    let rows = observations::of_report(&mut &*store, done.report.context("no report")?).await?;
    Ok((case(store, id).await?, rows.into_iter().map(|row| row.seen).collect()))
}

/// `rule:entry` of everything that stands out in a case.
async fn marks(store: &Store, id: CaseId) -> anyhow::Result<Vec<String>> {
    let stored = cases::decision(&mut &*store, id).await?.unwrap_or_default();
    let list = stored["facts"]["marks"].as_array().cloned().unwrap_or_default();
    Ok(list.iter().map(|mark| format!("{}:{}", mark["rule"], mark["entry"]).replace('"', "")).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_feed_about_the_whole_world_only_our_own_become_cases() -> anyhow::Result<()> {
    each_store(|store| async move {
        let room = room(&store).await?;
        // Of eleven entries four are ours: two sites of one name, an address with a port, and another customer's site.
        let mut feed = String::from("phish_id,url,phish_detail_url,submission_time,verified,verification_time,online,target\n");
        let urls = [
            "http://a.example.com/wp-content/x/login.html",
            "http://a.example.com//bank/",
            "http://192.0.2.11:1080/secure/",
            "http://shop.example.net/IDQQ11A204/myaccount/signin",
            "http://198.51.100.7/login",
            "http://phish.example.org/a",
            "https://phish.example.org/b",
            "http://198.51.100.8:8080/x",
            "http://other.example.edu/wp-includes/x",
            "http://[2001:db9::1]/a",
            "http://third.example.info/",
        ];
        for (number, url) in urls.iter().enumerate() {
            writeln!(feed, "{number},{url},http://feed.example.org/{number},2026-04-05T22:00:00+00:00,yes,2026-04-05T22:10:00+00:00,yes,Other")?;
        }
        let done = take(&room, &feed).await?;
        let mut places = Vec::new();
        for id in &done.opened {
            let case = case(&store, *id).await?;
            ensure!(case.contract.is_some() && case.category == Category::Phishing, "{case:?}");
            places.push(case.place);
        }
        places.sort();
        ensure!(places == ["host:192.0.2.11", "site:a.example.com", "site:shop.example.net"], "{places:?}");
        // The same day again opens nothing.
        let again = take(&room, &feed.replace("\n0,", "\n100,")).await?;
        ensure!(again.opened.is_empty() && again.attached.len() == 3, "{again:?}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_out_in_a_url_is_named_in_the_case() -> anyhow::Result<()> {
    each_store(|store| async move {
        let room = Room::new(&store).await?;
        let url = "http://s1.example.com:8080//wp-content/a0ef45c799/myaccount/signin";
        let done = room.report(&reading("a@example.org", vec![page(Category::Unknown, url)])).await?;
        let (case, _) = only(&store, &done).await?;
        // Nobody said what it is; the path does.
        ensure!(case.category == Category::Phishing, "{case:?}");
        let marks = marks(&store, case.id).await?;
        let expected =
            ["cms-folder:/wp-content/", "double-slash://", "kit-path:{hex}/myaccount/signin", "odd-port:8080"];
        for one in expected {
            ensure!(marks.iter().any(|mark| mark == one), "{one} in {marks:?}");
        }
        Ok(())
    })
    .await
}

fn spam(subject: &str, id: u32) -> String {
    format!(
        "From: Complaints <fbl@reporter.example.org>\nMessage-ID: <{id}@reporter.example.org>\nSubject: complaint\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\nContent-Type: text/plain\n\nSpam.\n\
         --b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: x/1\nVersion: 1\nSource-IP: 192.0.2.11\n\
         Arrival-Date: Mon, 06 Apr 2026 0{id}:00:00 +0900\n\
         --b\nContent-Type: message/rfc822\n\nReceived: from x ([192.0.2.11]) by mx.reporter.example.org; Mon, 06 Apr 2026 0{id}:00:00 +0900\n\
         From: b@example.net\nSubject: {subject}\n\nx\n--b--\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phishing_subject_of_spam_asks_to_look_for_the_site() -> anyhow::Result<()> {
    each_store(|store| async move {
        let room = room(&store).await?;
        let asked = async |id: CaseId| -> anyhow::Result<(bool, usize)> {
            let stored = cases::decision(&mut &store, id).await?.unwrap_or_default();
            let steps = stored["decision"]["steps"].as_array().cloned().unwrap_or_default();
            let journal = store.journal_of(id).await?;
            let told = journal.iter().filter(|entry| entry.kind == "case.look-for-site").count();
            Ok((steps.iter().any(|step| step["step"] == "look-for-site"), told))
        };
        let done = take(&room, &spam("Cheap watches", 1)).await?;
        let (case, seen) = only(&store, &done).await?;
        ensure!(case.category == Category::Spam && !seen[0].details.is_empty(), "{case:?} {seen:?}");
        ensure!(asked(case.id).await? == (false, 0));
        // The second report of the same machine shows what it leads to.
        take(&room, &spam("=?utf-8?B?44Ki44Kr44Km44Oz44OI44GM5YGc5q2i44GV44KM44G+44GX44Gf?=", 2)).await?;
        ensure!(asked(case.id).await? == (true, 1));
        let marks = marks(&store, case.id).await?;
        ensure!(marks == ["subject:account", "subject:advertisement"], "{marks:?}");
        // It is said once.
        take(&room, &spam("Your account is locked", 3)).await?;
        ensure!(asked(case.id).await? == (true, 1));
        // As soon as somebody reports the page, nobody has to look for it.
        let found =
            "{\"mimawari_form\":1,\"kind\":\"phishing\",\"url\":\"http://192.0.2.11/login\",\"ip\":\"192.0.2.11\"}";
        let done = take(&room, found).await?;
        ensure!(done.attached == [case.id], "{done:?}");
        ensure!(asked(case.id).await? == (false, 1));
        Ok(())
    })
    .await
}

/// The bodies of the mails of one kind, oldest first.
async fn bodies(store: &Store, kind: &str) -> anyhow::Result<Vec<String>> {
    let rows = store.fetch("SELECT id FROM mail WHERE kind = $1 ORDER BY id", args![kind]).await?;
    let mut all = Vec::new();
    for row in rows {
        all.push(store::mails::mail(&mut &*store, MailId(row.int("id")?)).await?.body);
    }
    Ok(all)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_disclaimer_of_a_honeypot_reaches_the_customer() -> anyhow::Result<()> {
    each_store(|store| async move {
        let room = room(&store).await?;
        let record = "From: Watcher <watch@reporter.example.org>\nDate: Mon, 06 Apr 2026 09:00:00 +0900\nSubject: Spam server: 192.0.2.11\n\n\
            Our traps have seen spam from the IP address 192.0.2.11.\n\nGeographic Location    Japan\n\
            First Received From    approximately 3 weeks ago\nLast Received From     within 1 week\n\
            Number Received        22 email(s)\nDictionary Attacks     6 email(s)\n\n\
            Please note: this machine may itself be hijacked by somebody else.\n";
        let done = take(&room, record).await?;
        let (case, seen) = only(&store, &done).await?;
        ensure!(case.contract.is_some() && case.category == Category::Spam && seen[0].details.len() == 6, "{seen:?}");
        let preview = room.desk.preview(case.id, text::mail::MailKind::CustomerNoticeRoot, None).await?;
        ensure!(preview.body.contains("乗っ取られている可能性がある"), "{}", preview.body);
        ensure!(!preview.body.contains("reporter.example.org"), "{}", preview.body);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn machines_that_a_sinkhole_saw_become_cases_with_port_time_and_family() -> anyhow::Result<()> {
    each_store(|store| async move {
        let room = room(&store).await?;
        let table = "\"timestamp\",\"protocol\",\"src_ip\",\"src_port\",\"src_asn\",\"src_geo\",\"dst_ip\",\"dst_port\",\"infection\",\"family\",\"tag\"\n\
            \"2026-04-05 22:00:00\",\"tcp\",\"192.0.2.20\",40022,64500,\"JP\",\"198.51.100.9\",80,\"avalanche-andromeda\",\"andromeda\",\"andromeda\"\n\
            \"2026-04-05 22:00:01\",\"tcp\",\"203.0.113.5\",6000,64500,\"JP\",\"198.51.100.9\",80,\"mirai\",\"mirai\",\"mirai\"\n\
            \"2026-04-05 22:00:02\",\"tcp\",\"198.51.100.77\",1025,64501,\"JP\",\"198.51.100.9\",80,\"mirai\",\"mirai\",\"mirai\"\n";
        let raw = format!(
            "From: reports@reporter.example.org\nSubject: sinkhole events\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n\
             --b\nContent-Type: text/plain\n\nSee the table.\n--b\nContent-Type: text/csv; name=\"2026-04-05-event4_sinkhole-example-asn.csv\"\n\
             Content-Disposition: attachment; filename=\"2026-04-05-event4_sinkhole-example-asn.csv\"\n\n{table}--b--\n"
        );
        let done = take(&room, &raw).await?;
        ensure!(done.opened.len() == 2, "the third is nobody of ours: {done:?}");
        let rows = observations::of_report(&mut &store, done.report.context("no report")?).await?;
        let mut told: Vec<String> = rows
            .iter()
            .filter_map(|row| {
                let seen = &row.seen;
                let at = seen.at.as_ref()?.at;
                Some(format!("{}:{} {} {} {at}", seen.ip?, seen.port?, seen.object.as_deref()?, seen.category))
            })
            .collect();
        told.sort();
        let expected = [
            "192.0.2.20:40022 andromeda infected-host 2026-04-05T22:00:00Z",
            "203.0.113.5:6000 mirai infected-host 2026-04-05T22:00:01Z",
        ];
        ensure!(told == expected, "{told:?}");
        for id in &done.opened {
            let case = case(&store, *id).await?;
            ensure!(case.category == Category::InfectedHost && case.contract.is_some(), "{case:?}");
        }
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_runs_fail2ban_is_asked_for_each_missing_field_and_told_how_to_set_it() -> anyhow::Result<()> {
    each_store(|store| async move {
        let room = room(&store).await?;
        // A shared address: without the port nobody can be named.
        let mail = "From: root <root@customer.example.org>\nSubject: [Fail2Ban] sshd: banned 203.0.113.5 from host.customer.example.org\n\n\
            Hi,\n\nThe IP 203.0.113.5 has just been banned by Fail2Ban after\n5 attempts against sshd.\n\nRegards,\n\nFail2Ban\n";
        let done = take(&room, mail).await?;
        let (case, _) = only(&store, &done).await?;
        ensure!(case.contract.is_none() && case.rule.as_deref() == Some("lacks-data"), "{case:?}");
        let asked = bodies(&store, "reporter-ask").await?;
        ensure!(asked.len() == 1, "{} questions", asked.len());
        let body = &asked[0];
        for missing in ["missing-port", "missing-time"] {
            ensure!(body.contains(&text::t(model::Lang::En, missing)), "{missing} in {body}");
        }
        ensure!(!body.contains(&text::t(model::Lang::En, "missing-address")), "it was named: {body}");
        for how in ["Local timezone", "smtpd_client_port_logging", "action_xarf"] {
            ensure!(body.contains(how), "{how} in {body}");
        }
        // A robot is asked once a day, whatever it sends.
        take(&room, &mail.replace("5 attempts", "6 attempts")).await?;
        ensure!(bodies(&store, "reporter-ask").await?.len() == 1);
        // A person is asked too, without the lesson.
        let person = "From: Taro <taro@customer.example.net>\nSubject: attack\n\nYour IP address 203.0.113.5 attacked our SSH server.\n";
        take(&room, person).await?;
        let asked = bodies(&store, "reporter-ask").await?;
        ensure!(asked.len() == 2 && !asked[1].contains("fail2ban"), "{asked:?}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_of_a_page_that_is_only_quoted_is_not_blamed() -> anyhow::Result<()> {
    each_store(|store| async move {
        let room = room(&store).await?;
        // example.net is a customer's innocent shop; somebody else's mail quotes it to harass its owner (D41).
        for (number, mail) in [
            "Subject: harassment by mail from 192.0.2.11\n\nMails are sent from the IP address 192.0.2.11 that insult the owner of the shop\n\
             https://www.example.net/ and link to it in every line. The shop itself has nothing to do with it: it is the victim.\n",
            "Subject: =?utf-8?B?6L+35oOR44Oh44O844Or44Gu6YCB5L+h5YWD?=\nContent-Type: text/plain; charset=utf-8\n\nIPアドレス 192.0.2.11 から迷惑メールが大量に送信されています。\n\
             本文には嫌がらせの目的で無関係な https://www.example.net/ のURLが書かれていますが、このサイトは被害者です。\n送信元を止めてください。\n",
        ]
        .iter()
        .enumerate()
        {
            let done = take(&room, &format!("From: a{number}@reporter.example.org\nDate: Mon, 06 Apr 2026 09:00:00 +0900\n{mail}")).await?;
            for id in done.opened.iter().chain(&done.attached) {
                let case = case(&store, *id).await?;
                ensure!(case.place == "host:192.0.2.11", "{}: {mail}", case.place);
            }
            ensure!(!done.opened.is_empty() || !done.attached.is_empty(), "{done:?} {mail}");
        }
        Ok(())
    })
    .await
}
