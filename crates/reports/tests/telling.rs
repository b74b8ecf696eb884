//! What reports tell beside the accusation: subjects of spam, the record of a honeypot; and whom a quoted link must not hit.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use model::{Category, DetailKind, Observation, Reading, ReportReader as _};
use reports::Reader;

fn read(raw: &str) -> Reading {
    Reader.read(raw.as_bytes(), "2026-04-22T03:00:00Z".parse().unwrap())
}

fn noted(seen: &Observation, kind: DetailKind) -> Vec<&str> {
    seen.noted(kind).collect()
}

/// What a trap for spammers says about an address when it is looked up, as somebody pastes it into a mail.
const RECORD: &str = "From: Watcher <watch@reporter.example.org>\nTo: abuse@example.com\nDate: Wed, 22 Apr 2026 09:00:00 +0900\n\
Subject: Spam server in your network: 192.0.2.10\n\n\
Our traps have seen behaviour of the IP address 192.0.2.10 that is consistent with that of a mail server and\n\
a dictionary attacker.\n\n\
Geographic Location    Japan\n\
First Received From    approximately 3 weeks ago\n\
Last Received From     within 1 week\n\
Number Received        22 email(s) sent from this IP\n\
Dictionary Attacks     6 email(s) sent from this IP\n\n\
Subject lines seen:\n\
 - 【重要】お客様のアカウントが一時停止されました\n\
 - Cheap meds without prescription\n\n\
Please note: the machine behind this address may itself be hijacked, and its owner need not know of it.\n";

#[test]
fn the_record_of_a_honeypot_is_kept_whole() {
    let reading = read(RECORD);
    assert_eq!(reading.observations.len(), 1, "{:#?}", reading.observations);
    let seen = &reading.observations[0];
    assert_eq!((seen.ip.unwrap().to_string().as_str(), seen.category), ("192.0.2.10", Category::Spam));
    assert_eq!(noted(seen, DetailKind::Geography), ["Japan"]);
    assert_eq!(noted(seen, DetailKind::FirstSeen), ["approximately 3 weeks ago"]);
    assert_eq!(noted(seen, DetailKind::LastSeen), ["within 1 week"]);
    assert_eq!(noted(seen, DetailKind::Mails), ["22 email(s) sent from this IP"]);
    assert_eq!(noted(seen, DetailKind::DictionaryAttacks), ["6 email(s) sent from this IP"]);
    assert!(noted(seen, DetailKind::Disclaimer)[0].contains("may itself be hijacked"), "{:?}", seen.details);
    assert_eq!(
        noted(seen, DetailKind::Subject),
        ["【重要】お客様のアカウントが一時停止されました", "Cheap meds without prescription"]
    );
    assert_eq!(seen.count, Some(22));
    // Within a week of the mail.
    let span = seen.at.as_ref().unwrap().span();
    assert_eq!(span.latest.to_string(), "2026-04-22T00:00:00Z");
    assert_eq!(span.earliest.to_string(), "2026-04-15T00:00:00Z");
}

#[test]
fn the_same_record_in_japanese_and_as_a_table() {
    let japanese = "From: =?utf-8?B?55uj6KaW?= <watch@reporter.example.jp>\nDate: Wed, 22 Apr 2026 09:00:00 +0900\n\
        Subject: 192.0.2.10 からの迷惑メールについて\nContent-Type: text/plain; charset=utf-8\n\n\
        IPアドレス 192.0.2.10 から迷惑メールを受信しています。\n\n\
        所在地：日本\n初回受信：約3週間前\n最終受信：1週間以内\n受信数：22通\n辞書攻撃：6通\n\n\
        なお、この機器自体が第三者に乗っ取られている可能性があります。\n";
    let html = "From: watch@reporter.example.org\nDate: Wed, 22 Apr 2026 09:00:00 +0900\nSubject: spam from 192.0.2.10\n\
        Content-Type: text/html; charset=utf-8\n\n\
        <p>Spam was received from the address 192.0.2.10.</p><table><tr><td>Geographic Location</td><td>Japan</td></tr>\
        <tr><td>First Received From</td><td>approximately 3 weeks ago</td></tr><tr><td>Last Received From</td><td>within 1 week</td></tr>\
        <tr><td>Number Received</td><td>22 email(s)</td></tr><tr><td>Dictionary Attacks</td><td>6 email(s)</td></tr></table>\
        <p>This machine might have been compromised by somebody else.</p>\n";
    for raw in [japanese, html] {
        let reading = read(raw);
        let [seen] = &reading.observations[..] else { panic!("{:#?}", reading.observations) };
        // The others are told by mails and by lists.
        let others = [DetailKind::Subject, DetailKind::Withheld];
        for kind in DetailKind::ALL.iter().filter(|kind| !others.contains(kind)) {
            assert_eq!(noted(seen, *kind).len(), 1, "{kind} in {:?}", seen.details);
        }
        assert_eq!((seen.category, seen.count), (Category::Spam, Some(22)));
        assert!(seen.at.is_some());
    }
}

#[test]
fn the_subject_of_the_spam_is_kept_wherever_it_stands() {
    let attached = "From: a@reporter.example.org\nSubject: Spam from 192.0.2.10\nMIME-Version: 1.0\n\
        Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nWe received spam from 192.0.2.10.\n\
        --b\nContent-Type: message/rfc822\n\nReceived: from x ([192.0.2.10]) by mx.reporter.example.org; Tue, 21 Apr 2026 09:00:00 +0900\n\
        From: b@example.net\nSubject: =?utf-8?B?44GU5b2T6YG444GK44KB44Gn44Go44GG?=\n\nx\n--b--\n";
    let quoted = "From: a@reporter.example.org\nSubject: Spam from 192.0.2.10\n\nWe received this spam from 192.0.2.10:\n\n\
        > Received: from x ([192.0.2.10]) by mx.reporter.example.org; Tue, 21 Apr 2026 09:00:00 +0900\n> From: b@example.net\n> Subject: You have won\n> \n> Dear friend\n";
    for (raw, subject) in [(attached, "ご当選おめでとう"), (quoted, "You have won")] {
        let reading = read(raw);
        let sender = reading.observations.iter().find(|seen| seen.ip.is_some()).unwrap();
        assert_eq!(noted(sender, DetailKind::Subject), [subject], "{reading:#?}");
    }
}

#[test]
fn which_of_several_senders_sent_which_mail_is_not_guessed() {
    let mail = |ip: &str, subject: &str| {
        format!(
            "--b\nContent-Type: message/rfc822\n\nReceived: from x ([{ip}]) by mx.reporter.example.org; Tue, 21 Apr 2026 09:00:00 +0900\n\
             From: b@example.net\nSubject: {subject}\n\nx\n"
        )
    };
    let raw = format!(
        "From: a@reporter.example.org\nSubject: Spam\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\
         Content-Type: text/plain\n\nWe received spam from your addresses 192.0.2.10 and 192.0.2.11.\n{}{}--b--\n",
        mail("192.0.2.10", "Your account is locked"),
        mail("192.0.2.11", "Hello")
    );
    let reading = read(&raw);
    assert_eq!(reading.observations.len(), 2, "{:#?}", reading.observations);
    assert!(reading.observations.iter().all(|seen| seen.details.is_empty()), "{:#?}", reading.observations);
}

#[test]
fn a_link_is_not_a_sender() {
    // The page in the spam is its victim's: only who sent it is accused.
    let attached = "From: a@reporter.example.org\nSubject: Harassing mail from 192.0.2.10\nMIME-Version: 1.0\n\
        Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nThis mail came from 192.0.2.10. Please stop the sender.\n\
        --b\nContent-Type: message/rfc822\n\nReceived: from x ([192.0.2.10]) by mx.reporter.example.org; Tue, 21 Apr 2026 09:00:00 +0900\n\
        From: b@example.net\nSubject: You all know her\n\nLook at https://www.innocent-shop.example/ and laugh.\n--b--\n";
    let said = "From: a@reporter.example.org\nSubject: Insulting mails from 192.0.2.10\n\n\
        Insulting mails are sent from 192.0.2.10 again and again. They all quote https://www.innocent-shop.example/ to harm its owner.\n\
        That site has nothing to do with the mails.\n";
    let japanese = "From: a@reporter.example.jp\nSubject: =?utf-8?B?6L+35oOR44Oh44O844Or?=\nContent-Type: text/plain; charset=utf-8\n\n\
        192.0.2.10 から嫌がらせのメールが届きます。本文の https://www.innocent-shop.example/ は無関係のお店のものです。\n";
    for raw in [attached, said, japanese] {
        let reading = read(raw);
        assert!(reading.observations.iter().any(|seen| seen.ip.is_some()), "{reading:#?}");
        assert!(reading.observations.iter().all(|seen| seen.host().is_none()), "{:#?}", reading.observations);
    }
    // Who says nothing of the kind accuses the page.
    let accused = "From: a@reporter.example.org\nSubject: Spam from 192.0.2.10\n\n\
        Spam for https://www.guilty-shop.example/ is sent from 192.0.2.10.\n";
    assert!(read(accused).observations.iter().any(|seen| seen.host().is_some()));
}
