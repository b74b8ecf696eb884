//! The real binary on a database of its own: what it prints, how it ends, and that programs can rely on its JSON.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const PLANS: &str = "key,name,service,control\nS,Shared,shared-hosting,managed\nV,VPS,vps,root\n";
const CUSTOMERS: &str = "key,name,mail\nK1,山田 太郎,yamada@example.com\n";
const CONTRACTS: &str = "key,customer,plan,from,to\nWEB,K1,S,2024-01-01T00:00:00Z,\nVPS1,K1,V,2024-01-01T00:00:00Z,2026-02-01T00:00:00Z\n\
     VPS2,K1,V,2026-02-01T00:00:00Z,\n";
const HOLDINGS: &str = "subject,contract,port_lo,port_hi,from,to\n\
    domain:example.com,WEB,,,2024-01-01T00:00:00Z,\n\
    ip:192.0.2.10,VPS1,,,2024-01-01T00:00:00Z,2026-02-01T00:00:00Z\n\
    ip:192.0.2.10,VPS2,,,2026-02-01T00:00:00Z,\n";
const PREFIXES: &str = "prefix,asn\n192.0.2.0/24,64500\n";

const LOGIN_ATTACK: &str = r#"{"xarf_version":"4.0.0","report_id":"5f1c7a52-0000-4000-8000-000000000001",
    "timestamp":"2026-03-01T12:00:00Z","reporter":{"org":"Example","contact":"soc@example.org","domain":"example.org"},
    "source_identifier":"192.0.2.10","source_port":40000,"category":"connection","type":"login_attack",
    "first_seen":"2026-03-01T12:00:00Z","protocol":"tcp","destination_ip":"198.51.100.7","destination_port":22,
    "evidence_source":"honeypot"}"#;
const PHISHING: &str = "From: Taro <taro@example.org>\r\nTo: abuse@provider.example\r\nMessage-ID: <p1@example.org>\r\n\
    Date: Sun, 01 Mar 2026 12:00:00 +0900\r\nSubject: Phishing on your network\r\n\r\nHello,\r\n\r\n\
    this page steals passwords, please take it down:\r\n\r\nhxxp://example[.]com/bank/login.html\r\n\r\nRegards\r\n";

/// A desk of its own in a folder that goes away.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    /// A desk with an inventory.
    fn filled() -> Self {
        let desk = Self::new();
        for (kind, rows) in [
            ("plans", PLANS),
            ("customers", CUSTOMERS),
            ("contracts", CONTRACTS),
            ("holdings", HOLDINGS),
            ("prefixes", PREFIXES),
        ] {
            let file = desk.file(&format!("{kind}.csv"), rows.as_bytes());
            let report = one(&desk.ok(&["inventory", "import", kind, &file, "--json"]));
            assert_eq!(report["refused"].as_array().map(Vec::len), Some(0), "{report}");
        }
        desk
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("to make a folder");
        std::fs::write(&path, bytes).expect("to write a file");
        path.display().to_string()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mimawari"));
        command.env_clear().env("PATH", "/usr/bin:/bin").env("USER", "tester").env("LANG", "C.UTF-8").env("TZ", "UTC");
        command.current_dir(self.path()).args(args).stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("the program to start")
    }

    fn run_with(&self, args: &[&str], input: &[u8]) -> Output {
        let mut command = self.command(args);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("to start");
        child.stdin.take().expect("standard input").write_all(input).expect("to be read");
        child.wait_with_output().expect("to end")
    }

    /// Runs what must work.
    fn ok(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "{args:?}: {}{}", err(&output), out(&output));
        out(&output)
    }
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

/// The only line as JSON.
fn one(text: &str) -> Value {
    let lines = all(text);
    assert_eq!(lines.len(), 1, "{text}");
    lines.into_iter().next().unwrap_or_default()
}

fn all(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect()
}

#[test]
fn attribute_answers_each_line_in_its_order() {
    let desk = Desk::filled();
    let questions = "{\"ip\":\"192.0.2.10\",\"port\":1,\"at\":\"2026-01-15T00:00:00Z\"}\n\n\
        {\"ip\":\"192.0.2.10\",\"port\":null,\"at\":\"2026-03-15T09:00:00+09:00\"}\n\
        {\"ip\":\"192.0.2.99\",\"at\":\"2026-03-15T09:00:00+09:00\"}\n\
        {\"ip\":\"203.0.113.9\",\"at\":\"2026-03-15T09:00:00+09:00\"}\n\
        {\"domain\":\"www.example.com\",\"at\":\"2026-03-15T09:00:00+09:00\"}\n";
    let output = desk.run_with(&["attribute", "--json"], questions.as_bytes());
    assert!(output.status.success(), "{}", err(&output));
    let told: Vec<String> = all(&out(&output))
        .iter()
        .map(|line| format!("{} {}", line["verdict"], line["candidates"][0]["contract_key"]))
        .collect();
    assert_eq!(told, ["\"one\" \"VPS1\"", "\"one\" \"VPS2\"", "\"nobody\" null", "\"nobody\" null", "\"one\" \"WEB\""]);
    let wrong = desk.run_with(&["attribute", "--json"], b"{\"ip\":\"192.0.2.10\"}\n{\"ip\":\"x\"}\n");
    assert_eq!(wrong.status.code(), Some(1));
    assert!(err(&wrong).contains("line 2"), "{}", err(&wrong));
}

#[test]
fn parse_prints_one_object_a_mail_with_exactly_these_keys() {
    let desk = Desk::new();
    desk.file("in/a.json", LOGIN_ATTACK.as_bytes());
    desk.file("in/deep/b.eml", PHISHING.as_bytes());
    desk.file("in/c.eml", b"\xff\xfe\0garbage\0");
    desk.file("in/d.eml", b"");
    let text = desk.ok(&["report", "parse", "--json", "in"]);
    let lines = all(&text);
    assert_eq!(
        lines.iter().map(|line| line["file"].as_str()).collect::<Vec<_>>(),
        [Some("a.json"), Some("c.eml"), Some("d.eml"), Some("b.eml")]
    );
    // Key for key, in this order, nulls for what is absent: the contract with programs.
    insta::with_settings!({filters => vec![(r#""confidence":[01]\.\d+"#, r#""confidence":"0..1""#)]}, {
        insta::assert_snapshot!(text, @r#"
        {"file":"a.json","format":"xarf-v4","report":true,"observations":[{"ip":"192.0.2.10","port":40000,"url":null,"domain":null,"at":"2026-03-01T12:00:00Z","category":"login-attack","confidence":"0..1"}]}
        {"file":"c.eml","format":"generic","report":true,"observations":[]}
        {"file":"d.eml","format":"generic","report":true,"observations":[]}
        {"file":"b.eml","format":"generic","report":true,"observations":[{"ip":null,"port":null,"url":"http://example.com/bank/login.html","domain":null,"at":null,"category":"phishing","confidence":"0..1"}]}
        "#);
    });
    for line in &lines {
        let confidences = line["observations"].as_array().expect("a list").iter().map(|seen| &seen["confidence"]);
        assert!(confidences.into_iter().all(|value| value.as_f64().is_some_and(|value| (0.0..=1.0).contains(&value))));
    }
    assert!(!desk.path().join("mimawari.db").exists(), "parse needs no database");
}

#[test]
fn a_file_that_cannot_be_read_spoils_the_exit_code_and_nothing_else() {
    let desk = Desk::new();
    let good = desk.file("good.json", LOGIN_ATTACK.as_bytes());
    let output = desk.run(&["report", "parse", "--json", "missing.eml", &good]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(one(&out(&output))["observations"][0]["ip"], "192.0.2.10");
    assert!(err(&output).contains("missing.eml"), "{}", err(&output));
}

/// A complaint with the mail attached: it came from our relay, which took it from a logged-in client.
const RELAYED: &str = "From: User <user@example.org>\r\nTo: abuse@example.com\r\nSubject: Spam from you\r\n\
    Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nI got this spam.\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n\
    Received: from out.example.com (out.example.com [192.0.2.25]) by mx.example.org (Postfix) with ESMTPS id 1; \
    Mon, 6 May 2024 09:00:09 +0900\r\n\
    Received: from pc (unknown [203.0.113.9]) (Authenticated sender: taro@example.com) by out.example.com (Postfix) \
    with ESMTPSA id 2; Mon, 6 May 2024 09:00:02 +0900\r\n\
    Received: from bank.example (bank.example [198.51.100.1]) by pc (Postfix) with SMTP id 3; Mon, 6 May 2024 11:00:00 +0900\r\n\
    X-Originating-IP: [10.1.2.3]\r\nFrom: x@example.com\r\nSubject: Win\r\n\r\nx\r\n--b--\r\n";

#[test]
fn the_way_of_a_complained_mail_is_told() {
    let desk = Desk::new();
    let file = desk.file("spam.eml", RELAYED.as_bytes());
    let assumed = one(&desk.ok(&["report", "trace", "--json", &file]));
    let inner = &assumed["evidence"];
    assert_eq!((inner["of"].as_str(), inner["basis"].as_str()), (Some("attached"), Some("receiver")));
    assert_eq!(inner["responsible"]["address"], "192.0.2.25");
    assert_eq!(inner["hops"][1]["lag_s"], 7);
    let trusted = ["report", "trace", "--json", "--trusted", "example.org,192.0.2.0/24,example.com", &file];
    let named = one(&desk.ok(&trusted))["evidence"].clone();
    assert_eq!(named["responsible"]["account"], "taro@example.com");
    assert_eq!(named["injection"]["address"], "203.0.113.9");
    assert_eq!(named["hops"][2]["standing"], "forged");
    assert_eq!(named["hops"][2]["flaws"], serde_json::json!(["below-injection", "time-backwards"]));
    assert_eq!(named["clients"][0]["private"], true);
    let english = desk.ok(&["report", "trace", "--trusted", "example.org,example.com", &file]);
    assert!(english.contains("The account taro@example.com on out.example.com"), "{english}");
    assert!(english.contains("time runs backwards"), "{english}");
    let japanese = desk.ok(&["--lang", "ja", "report", "trace", "--trusted", "example.org,example.com", &file]);
    assert!(japanese.contains("out.example.com のアカウント taro@example.com"), "{japanese}");
    assert!(!english.contains('⟦') && !japanese.contains('⟦'), "{english}{japanese}");
    assert_eq!(assumed["report"]["hops"], serde_json::json!([]), "the complaint itself has no way");
    assert_eq!(desk.run(&["report", "trace", "--trusted", "a b", &file]).status.code(), Some(2));
    let nothing = desk.file("nothing.eml", b"");
    assert_eq!(desk.run(&["report", "trace", &nothing]).status.code(), Some(1));
}

#[test]
fn a_report_becomes_a_case_that_is_closed_and_a_journal_that_proves_it() {
    let desk = Desk::filled();
    desk.file("in/a.json", LOGIN_ATTACK.as_bytes());
    desk.file("in/b.eml", PHISHING.as_bytes());
    let submitted = all(&desk.ok(&["report", "submit", "--wait", "--json", "in"]));
    assert_eq!(submitted.len(), 2);
    for line in &submitted {
        assert_eq!((&line["state"], &line["duplicate"]), (&Value::from("read"), &Value::from(false)), "{line}");
    }
    let again = all(&desk.ok(&["report", "submit", "--json", "in"]));
    assert!(again.iter().all(|line| line["duplicate"] == true), "{again:?}");

    let cases = all(&desk.ok(&["case", "list", "--json"]));
    let case = cases.iter().find(|case| case["place"] == "site:example.com").expect("the phishing case");
    let number = case["number"].as_str().expect("a number");
    let shown = one(&desk.ok(&["case", "show", "--json", number]));
    assert_eq!((&shown["contract"]["key"], &shown["customer"]["key"]), (&"WEB".into(), &"K1".into()));
    assert_eq!(shown["reports"].as_array().map(Vec::len), Some(1));
    assert!(shown["decision"]["decision"]["rule"].is_string(), "{shown}");

    desk.ok(&["case", "note", number, "looked at it"]);
    let refused = desk.run(&["case", "close", number, "stopped"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(err(&refused).contains("desk.state: ") && err(&refused).contains("clause"), "{}", err(&refused));
    let japanese = err(&desk.run(&["case", "close", number, "stopped", "--lang", "ja"]));
    assert!(japanese.contains(&format!("案件{number}は「即時停止」で終了できない")), "{japanese}");
    assert!(japanese.contains("条項") && !japanese.contains("clause"), "{japanese}");
    let closed = one(&desk.ok(&["case", "close", "--json", number, "rejected", "--note", "the page is gone"]));
    assert_eq!((&closed["state"], &closed["exit"]), (&"closed".into(), &"rejected".into()));
    desk.ok(&["case", "reopen", number, "--reason", "it is back"]);

    let kinds: Vec<Value> =
        all(&desk.ok(&["case", "timeline", "--json", number])).iter().map(|entry| entry["kind"].clone()).collect();
    for kind in ["case.opened", "case.note", "case.closed", "case.reopened"] {
        assert!(kinds.contains(&kind.into()), "{kind} of {kinds:?}");
    }
    journal_holds(&desk);
}

/// The export verifies elsewhere, and only as it was written.
fn journal_holds(desk: &Desk) {
    let export = desk.ok(&["journal", "export"]);
    let file = desk.file("journal.jsonl", export.as_bytes());
    let told = one(&desk.ok(&["journal", "verify", "--json", &file]));
    assert_eq!((&told["ok"], told["entries"].as_u64()), (&true.into(), Some(export.lines().count() as u64)));
    let tampered = export.replacen("looked at it", "looked at xx", 1);
    assert_ne!(export, tampered);
    let mut cut: Vec<&str> = export.lines().collect();
    cut.remove(cut.len() / 2);
    for wrong in [tampered, cut.join("\n")] {
        let output = desk.run_with(&["journal", "verify", "-"], wrong.as_bytes());
        assert_eq!(output.status.code(), Some(1), "{}", out(&output));
        assert!(out(&output).contains("BROKEN"));
    }
    let health = one(&desk.ok(&["store", "check", "--json"]));
    assert_eq!((&health["ok"], &health["raw_checked"]), (&true.into(), &2.into()), "{health}");
}

#[test]
fn what_was_set_aside_is_read_again_or_dismissed() {
    let desk = Desk::filled();
    let file =
        desk.file("x.eml", b"From: a@example.org\r\nSubject: hello\r\n\r\nSomebody attacks us, do something.\r\n");
    let report = one(&desk.ok(&["report", "submit", "--wait", "--json", &file]));
    assert_eq!(report["state"], "set-aside", "{report}");
    let id = report["report"].to_string();
    let raw = desk.run(&["report", "show", "--raw", &id]);
    assert!(raw.stdout.starts_with(b"From: a@example.org\r\n") && raw.stdout.ends_with(b"something.\r\n"));
    assert_eq!(one(&desk.ok(&["report", "reread", "--json", &id]))["state"], "waiting");
    let waiting = desk.run(&["report", "dismiss", &id, "--reason", "no"]);
    assert!(err(&waiting).contains("desk.state"), "{}", err(&waiting));
    assert_eq!(one(&desk.ok(&["report", "submit", "--wait", "--json", &file]))["state"], "set-aside");
    let dismissed = one(&desk.ok(&["report", "dismiss", "--json", &id, "--reason", "nothing in it"]));
    assert_eq!((&dismissed["state"], &dismissed["error"]), (&"dismissed".into(), &"nothing in it".into()));
    assert_eq!(desk.ok(&["report", "list", "--json"]), "");
}

#[test]
fn a_playbook_is_checked_tried_and_put_in_force_by_somebody_else() {
    let desk = Desk::filled();
    let file = desk.file("a.json", LOGIN_ATTACK.as_bytes());
    desk.ok(&["report", "submit", "--wait", &file]);
    let built_in = desk.ok(&["playbook", "show"]);
    let same = desk.file("same.toml", built_in.as_bytes());
    let run = one(&desk.ok(&["playbook", "dry-run", "--json", &same]));
    assert_eq!((&run["cases"], &run["changed"]), (&1.into(), &0.into()), "{run}");
    let rest = "name = \"t\"\n[[rule]]\nid = \"rest\"\nwhy = { ja = \"他\", en = \"rest\" }\nthen = { severity-at-least = \"critical\" }\n";
    let other = desk.file("other.toml", rest.as_bytes());
    let run = one(&desk.ok(&["playbook", "dry-run", "--json", &other]));
    assert_eq!((&run["changed"], &run["list"][0]["after"]["severity"]), (&1.into(), &"critical".into()), "{run}");
    assert_eq!(desk.ok(&["playbook", "write", &other]).trim(), "1");
    let own = desk.run(&["playbook", "activate", "1"]);
    assert!(err(&own).contains("desk.same-person"), "{}", err(&own));
    let second = desk.command(&["playbook", "activate", "1"]).env("USER", "colleague").output().expect("to start");
    assert!(second.status.success(), "{}", err(&second));
    let wrong = desk.file("wrong.toml", b"name = \"t\"\ncolour = 1\n");
    let output = desk.run(&["playbook", "check", &wrong]);
    assert!(err(&output).contains("line 2") && err(&output).contains("desk.playbook"), "{}", err(&output));
}

#[test]
fn a_measure_needs_its_record_and_yes() {
    let desk = Desk::filled();
    let file = desk.file("b.eml", PHISHING.as_bytes());
    let case =
        one(&desk.ok(&["report", "submit", "--wait", "--json", &file]))["case"].as_str().expect("a case").to_owned();
    let proposed =
        one(&desk.ok(&["measure", "propose", "--json", &case, "quarantine-path", "url:http://example.com/bank"]));
    assert!(proposed["lacks"].as_array().is_some_and(|lacks| lacks.len() >= 5), "{proposed}");
    let id = proposed["id"].to_string();
    let early = desk.run(&["measure", "approve", &id, "--yes"]);
    assert!(err(&early).contains("desk.no-basis"), "{}", err(&early));
    let full = one(&desk.ok(&[
        "measure",
        "justify",
        "--json",
        &id,
        "--basis",
        "third-party-fact",
        "--purpose",
        "stop the theft",
        "--reference",
        "terms 8.2",
        "--necessity",
        "the page is live",
        "--side-effects",
        "none",
        "--until",
        "2099-01-01T00:00:00Z",
    ]));
    assert_eq!(full["lacks"].as_array().map(Vec::len), Some(0), "{full}");
    assert_eq!(
        one(&desk.ok(&["measure", "approve", "--json", &id]))["state"],
        "proposed",
        "without --yes nothing happens"
    );
    assert_eq!(one(&desk.ok(&["measure", "approve", "--json", &id, "--yes"]))["state"], "approved");
    // The playbook may have proposed measures of its own.
    let listed = all(&desk.ok(&["measure", "list", "--json", "--case", &case]));
    assert!(listed.iter().any(|one| one["id"] == proposed["id"] && one["state"] == "approved"), "{listed:?}");
}

#[test]
fn papers_forms_and_packs_are_kept_by_command() {
    let desk = Desk::filled();
    let file = desk.file("b.eml", PHISHING.as_bytes());
    let case =
        one(&desk.ok(&["report", "submit", "--wait", "--json", &file]))["case"].as_str().expect("a case").to_owned();
    let asked =
        ["--from", "Example Police Station", "--asked", "who held the site", "--deadline", "2026-12-01T00:00:00Z"];
    let inquiry = one(&desk.ok(&[&["instrument", "add", "--json", "inquiry"][..], &asked].concat()));
    let number = inquiry["number"].as_str().expect("a number").to_owned();
    assert!(number.starts_with("J-") && inquiry["state"] == "open", "{inquiry}");
    assert_eq!(one(&desk.ok(&["instrument", "link", "--json", &number, &case]))["number"], inquiry["number"]);
    let answer = ["instrument", "answer", "--json", &number, "told on paper", "--disclose", "name"];
    assert_eq!(desk.run(&answer).status.code(), Some(2), "a disclosure has a purpose");
    let told = one(&desk.ok(&[&answer[..], &["--purpose", "the inquiry"]].concat()));
    assert_eq!((&told["state"], &told["disclosed"][0]), (&"answered".into(), &"name".into()));
    assert!(err(&desk.run(&["instrument", "answer", &number, "again"])).contains("desk.state"));
    assert_eq!(all(&desk.ok(&["instrument", "list", "--json", "--case", &case])).len(), 1);
    assert_eq!(desk.ok(&["instrument", "list", "--json", "--state", "open"]), "");
    let japanese = desk.ok(&["instrument", "show", &number, "--lang", "ja"]);
    assert!(japanese.contains("回答") && japanese.contains("Example Police Station"), "{japanese}");

    desk.ok(&["case", "category", &case, "remote-compromise"]);
    let refused = desk.run(&["case", "close", &case, "fixed"]);
    assert!(err(&refused).contains("incident-target"), "{}", err(&refused));
    let form = one(&desk.ok(&["case", "incident", "--json", &case, "--target", "the CMS"]));
    assert_eq!((&form["required"], form["open"].as_array().map(Vec::len)), (&true.into(), Some(5)), "{form}");
    let rest = ["--state", "stopped", "--log", "yes", "--informed", "owner", "--source", "no", "--recovery", "backup"];
    desk.ok(&[&["case", "incident", &case][..], &rest].concat());
    assert!(desk.ok(&["case", "incident", &case, "--lang", "ja"]).contains("the CMS"));
    let told = one(&desk.ok(&["case", "answers", "--json", &case, "--ongoing", "no, stopped"]));
    assert_eq!(told["ongoing"]["yes"], false, "{told}");
    desk.ok(&["case", "close", &case, "fixed"]);

    let aimless = desk.run(&["case", "export", &case, "--pack", "-", "--purpose", " "]);
    assert!(err(&aimless).contains("desk.no-basis"), "{}", err(&aimless));
    let path = desk.path().join("pack.json").display().to_string();
    let made = one(&desk.ok(&["case", "export", "--json", &case, "--pack", &path, "--purpose", "the contract"]));
    let bytes = std::fs::read(&path).expect("the file");
    let pack: Value = serde_json::from_slice(&bytes).expect("JSON");
    assert_eq!((&made["bytes"], &pack["case"]["case"]["number"]), (&bytes.len().into(), &case.into()));
    assert_eq!(pack["contract"]["contract"]["key"], "WEB");

    let sites = all(&desk.ok(&["inventory", "readiness", "--json"]));
    let keys: Vec<&Value> = sites.iter().map(|site| &site["contract"]["key"]).collect();
    assert_eq!(keys, ["WEB", "VPS2"], "running sites without owner or end");
    let lacks = all(&desk.ok(&["inventory", "readiness", "--json", "--customer", "K1"]));
    assert!(lacks.iter().any(|one| one["missing"].as_array().is_some_and(|all| all.contains(&"network-map".into()))));
    assert!(desk.ok(&["inventory", "readiness", "--lang", "ja"]).contains("責任者"));
}

#[test]
fn customers_are_found_by_what_they_hold_and_shown_with_everything() {
    let desk = Desk::filled();
    for query in ["K1", "VPS2", "192.0.2.10", "example.com", "www.example.com", "yamada", "山田"] {
        let hits = all(&desk.ok(&["customer", "find", "--json", query]));
        assert_eq!(hits.first().map(|hit| &hit["customer"]["key"]), Some(&"K1".into()), "{query}: {hits:?}");
    }
    let shown = one(&desk.ok(&["customer", "show", "--json", "K1"]));
    assert_eq!(shown["contracts"].as_array().map(Vec::len), Some(3), "{shown}");
    assert!(shown["lacks"].as_array().is_some_and(|lacks| lacks.iter().any(|one| one["contract"]["key"] == "WEB")));
    let japanese = desk.ok(&["customer", "show", "K1", "--lang", "ja"]);
    assert!(japanese.contains("契約") && japanese.contains("山田 太郎"), "{japanese}");
}

#[test]
fn statistics_are_text_json_and_csv_of_one_count() {
    let desk = Desk::filled();
    desk.file("in/a.json", LOGIN_ATTACK.as_bytes());
    desk.file("in/b.eml", PHISHING.as_bytes());
    desk.ok(&["report", "submit", "--wait", "in"]);
    // Reports are counted by the day on which they were handed in: today.
    let year = one(&desk.ok(&["statistics", "year", "--json"]));
    assert_eq!((&year["report"]["total"], &year["report"]["sorted"]), (&2.into(), &2.into()), "{year}");
    let text = desk.ok(&["statistics", "year"]);
    assert!(text.contains("The four rows sum to 2, all 2 reports."), "{text}");
    assert!(desk.ok(&["statistics", "year", "--lang", "ja"]).contains("4項目の合計は2件で、全2件です。"));
    let csv = desk.ok(&["statistics", "year", "--csv"]);
    assert!(csv.starts_with("month,spam-phishing,incident,rights,other-unlawful,unsorted,total\n1,"), "{csv}");
    let total: i64 = csv.lines().skip(1).filter_map(|line| line.rsplit(',').next()?.parse::<i64>().ok()).sum();
    assert_eq!((csv.lines().count(), total), (13, 2), "{csv}");

    let sources = one(&desk.ok(&["statistics", "sources", "--json"]));
    assert_eq!((&sources["all_cases"], sources["sources"].as_array().map(Vec::len)), (&2.into(), Some(2)), "{sources}");
    let csv = desk.ok(&["statistics", "sources", "--csv"]);
    assert!(csv.starts_with("reporter,kind,trust,cases,only,overlapping,first,observations\n"), "{csv}");
    assert!(csv.contains("\ntaro@example.org,person,"), "{csv}");
    assert_eq!(one(&desk.ok(&["statistics", "speed", "--json"]))["opened"], 2);
    assert!(desk.ok(&["statistics", "speed"]).contains("2 cases opened."));
    assert!(desk.ok(&["statistics", "coverage"]).contains("Found by ourselves: 0.0% of the cases."));
    assert_eq!(one(&desk.ok(&["statistics", "work", "--json"]))["opened"], 2);
    let ja = desk.ok(&["statistics", "work", "--from", "2020-01-01", "--to", "2020-12-31", "--lang", "ja"]);
    assert!(ja.contains("受け付けた案件は0件"), "{ja}");
    for wrong in [
        &["statistics", "work", "--year", "2026", "--from", "2026-01-01", "--to", "2026-02-01"][..],
        &["statistics", "work", "--from", "2026-01-01"],
        &["statistics", "year", "--from", "2026-01-01"],
    ] {
        assert_eq!(desk.run(wrong).status.code(), Some(2), "{wrong:?}");
    }
    let refused = desk.run(&["statistics", "speed", "--from", "2026-02-01", "--to", "2026-01-01"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(err(&refused).contains("desk.invalid: "), "{}", err(&refused));
    assert_eq!(desk.run(&["statistics", "year", "--json", "--csv"]).status.code(), Some(1));
}

#[test]
fn an_error_has_its_code_and_says_what_to_do_in_both_languages() {
    let desk = Desk::new();
    let missing = desk.run(&["case", "show", "M-2026-999999"]);
    assert_eq!(missing.status.code(), Some(1));
    insta::assert_snapshot!(err(&missing), @r"
    mimawari: there is no case M-2026-999999
      store.not-found: Check the number or key.
    ");
    let japanese = desk.run(&["case", "show", "M-2026-999999", "--lang", "ja"]);
    assert!(err(&japanese).contains("store.not-found: ") && err(&japanese).contains("確かめる"), "{}", err(&japanese));
    let config = desk.file("wrong.toml", b"[desk]\nnotice = 1\n");
    let wrong = desk.run(&["--config", &config, "case", "list"]);
    assert!(err(&wrong).contains("config.invalid: ") && err(&wrong).contains("notice"), "{}", err(&wrong));
    let database = desk.run(&["--database", "mysql:x", "case", "list"]);
    assert!(err(&database).contains("store.url: "), "{}", err(&database));
    assert_eq!(desk.run(&["case", "list", "--state", "lost"]).status.code(), Some(2), "called wrongly");
}

#[test]
fn every_command_has_help_and_the_references_can_be_used() {
    let desk = Desk::new();
    let commands = all(&desk.ok(&["reference", "commands", "--json"]));
    assert!(commands.len() > 50, "{}", commands.len());
    for command in commands {
        let words: Vec<&str> =
            command["command"].as_str().expect("a name").split(' ').skip(1).chain(["--help"]).collect();
        let help = desk.ok(&words);
        assert!(help.contains("Usage: mimawari") && help.len() > 200, "{words:?}: {help}");
    }
    let config = desk.ok(&["reference", "config"]);
    let file = desk.file("mimawari.toml", config.as_bytes());
    assert_eq!(desk.ok(&["--config", &file, "case", "list", "--json"]), "");
    assert!(desk.ok(&["reference", "categories"]).contains("`phishing`"));
    assert!(desk.ok(&["reference", "errors"]).contains("`store.full`"));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let desk = Desk::new();
    for number in 0..3000 {
        desk.file(&format!("in/{number}.eml"), PHISHING.as_bytes());
    }
    let mut command = desk.command(&["report", "parse", "--json", "in"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("to start");
    let mut first = String::new();
    BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut first).expect("a line");
    let output = child.wait_with_output().expect("to end");
    assert!(first.starts_with('{') && output.status.success(), "{:?}", output.status);
    assert_eq!(err(&output), "");
}

/// Every code that the program can show has a text of its own.
#[test]
fn every_code_has_its_texts() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the folder of all crates");
    let areas = [
        "store.",
        "intake.",
        "report.",
        "attribution.",
        "inventory.",
        "desk.",
        "console.",
        "config.",
        "journal.",
        "mailguard.",
        "text.",
        "cli.",
    ];
    let mut seen = 0;
    for file in [
        "store/src/error.rs",
        "intake/src/error.rs",
        "desk/src/error.rs",
        "desk/src/pipeline/mod.rs",
        "console/src/failure.rs",
        "attribution/src/error.rs",
        "mailguard/src/error.rs",
        "text/src/error.rs",
        "mimawari/src/output.rs",
    ] {
        let Ok(source) = std::fs::read_to_string(root.join(file)) else { continue };
        // The kinds of journal entries look like codes.
        let source = source.replace("\"report.set-aside\"", "");
        for code in source.split('"').skip(1).step_by(2) {
            let name = |c: char| c.is_ascii_lowercase() || c == '-' || c == '.';
            if areas.iter().any(|area| code.starts_with(area)) && code.chars().all(name) {
                seen += 1;
                let key = format!("error-{}", code.replace('.', "-"));
                assert!(text::has(model::Lang::En, &key), "{file}: {code} has no text `{key}` in errors.ftl");
            }
        }
    }
    assert!(seen > 25, "{seen}");
}
