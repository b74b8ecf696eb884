//! Rules for single senders: data changes how a sender's prose is read, and nothing else.

use model::{Category, Format, HeaderMatch, Noise, Reading, ReportReader as _, SenderRule};

const BODY: &str = "Hello,\n\nour monitoring noticed something.\n\nDetected by: 198.51.100.9\nCulprit: 192.0.2.77 port 40022\n\
Logged at 2026-11-20 14:05:03\nReference: http://portal.example.org/t/1\n\n-- \nNOC 203.0.113.200\n";

fn mail(from: &str, subject: &str, body: &str) -> Vec<u8> {
    format!(
        "From: {from}\r\nTo: abuse@provider.example\r\nSubject: {subject}\r\nDate: Fri, 20 Nov 2026 06:00:00 +0000\r\n\
         X-Sender: monitor/2\r\nMessage-ID: <1@example.org>\r\n\r\n{}",
        body.replace('\n', "\r\n")
    )
    .into_bytes()
}

fn rule(change: impl FnOnce(&mut SenderRule)) -> SenderRule {
    let mut rule =
        SenderRule { name: "noc".to_owned(), version: 3, from: "example.org".to_owned(), ..SenderRule::default() };
    change(&mut rule);
    rule
}

fn read(rules: &[SenderRule], raw: &[u8]) -> Reading {
    let reader = reports::Reader.with_rules(rules).expect("rules that can be used");
    reader.read(raw, "2026-11-20T07:00:00Z".parse().expect("a time"))
}

fn accused(reading: &Reading) -> Vec<String> {
    let one = |seen: &model::Observation| {
        seen.url
            .clone()
            .or_else(|| seen.ip.map(|ip| ip.to_string()))
            .or_else(|| seen.account.clone())
            .unwrap_or_default()
    };
    reading.observations.iter().map(one).collect()
}

#[test]
fn what_stands_behind_a_label_is_accused_and_nothing_else() {
    let raw = mail("NOC <noc@mail.example.org>", "Incident", BODY);
    let reading = read(
        &[rule(|r| {
            r.accuse = vec!["culprit:".to_owned()];
            r.zone = Some("+09:00".to_owned());
            r.category = Some(Category::LoginAttack);
        })],
        &raw,
    );
    assert_eq!(accused(&reading), ["192.0.2.77"]);
    let seen = &reading.observations[0];
    assert_eq!((seen.port, seen.category), (Some(40022), Category::LoginAttack));
    assert_eq!(seen.at.as_ref().map(|at| at.at.to_string()).as_deref(), Some("2026-11-20T05:05:03Z"));
    assert!(seen.confidence >= model::Observation::SURE);
    assert_eq!(seen.highlighted().map(|(_, value, _)| value), Some("192.0.2.77"));
    assert_eq!(reading.rule.as_ref().map(|used| (used.name.as_str(), used.version)), Some(("noc", 3)));
    let other = read(&[rule(|r| r.accuse = vec!["Culprit".to_owned()])], &mail("x@example.net", "Incident", BODY));
    assert_eq!(other.rule, None, "nobody else's reports are read so");
}

#[test]
fn values_stand_below_a_label_or_in_a_column() {
    let list = "Machines that attack:\n192.0.2.7\n192.0.2.8:443\n\nFor comparison 198.51.100.4\n";
    let named = rule(|r| r.accuse = vec!["Machines that attack".to_owned()]);
    assert_eq!(accused(&read(&[named], &mail("a@example.org", "x", list))), ["192.0.2.7", "192.0.2.8"]);
    let table = "No;Beobachter;Verursacher;Zeit\n1;198.51.100.4;192.0.2.7;2026-11-20T01:00:00Z\n\
                 2;198.51.100.4;192.0.2.9;2026-11-20T02:00:00Z\n\nBye 203.0.113.9\n";
    let named = rule(|r| r.accuse = vec!["Verursacher".to_owned()]);
    assert_eq!(accused(&read(&[named], &mail("a@example.org", "x", table))), ["192.0.2.7", "192.0.2.9"]);
    let japanese = "■ 対象ホスト：hxxp://bad[.]example[.]com/x\n■ 参考　http://www.example.org/\n";
    let named = rule(|r| r.accuse = vec!["対象ホスト".to_owned()]);
    assert_eq!(accused(&read(&[named], &mail("a@example.org", "x", japanese))), ["http://bad.example.com/x"]);
    let account = "Mailbox: taro@example.com\nThank you\n";
    let named = rule(|r| r.accuse = vec!["Mailbox".to_owned()]);
    assert_eq!(accused(&read(&[named], &mail("a@example.org", "x", account))), ["taro@example.com"]);
}

#[test]
fn what_is_passed_over_is_not_read_and_a_missing_label_changes_nothing() {
    let body = "Attack from 192.0.2.7 on our server.\nAlso seen: attack from 192.0.2.8\nHistory of this host\nattack from 192.0.2.9\n";
    let raw = mail("a@example.org", "attack", body);
    let plain = accused(&read(&[], &raw));
    assert!(plain.contains(&"192.0.2.8".to_owned()) && plain.contains(&"192.0.2.9".to_owned()), "{plain:?}");
    let over = rule(|r| (r.ignore, r.stop) = (vec!["also seen".to_owned()], vec!["History".to_owned()]));
    assert_eq!(accused(&read(&[over], &raw)), ["192.0.2.7"]);
    let missing = read(&[rule(|r| r.accuse = vec!["Culprit".to_owned()])], &raw);
    assert_eq!(accused(&missing), plain);
    assert!(missing.remarks.iter().any(|remark| remark.contains("labels that this report does not have")));
}

#[test]
fn subject_and_header_narrow_a_rule_and_an_address_comes_before_its_domain() {
    let raw = mail("a@example.org", "[Alert] 12", BODY);
    let used = |rules: &[SenderRule]| read(rules, &raw).rule.map(|used| used.name);
    let narrow = |subject: &str, header: Option<(&str, &str)>| {
        rule(|r| {
            r.category = Some(Category::Spam);
            r.subject = Some(subject.to_owned());
            r.header = header.map(|(name, value)| HeaderMatch { name: name.to_owned(), value: value.to_owned() });
        })
    };
    assert_eq!(used(&[narrow(r"^\[alert\] \d+$", Some(("x-sender", "Monitor")))]).as_deref(), Some("noc"));
    assert_eq!(used(&[narrow("^digest", None)]), None);
    assert_eq!(used(&[narrow("alert", Some(("X-Sender", "other")))]), None);
    let address = rule(|r| {
        (r.name, r.from) = ("address".to_owned(), "a@example.org".to_owned());
        r.category = Some(Category::Spam);
    });
    assert_eq!(used(&[narrow("alert", None), address]).as_deref(), Some("address"));
}

#[test]
fn structured_reports_are_read_as_they_stand_save_for_never() {
    let xarf = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/xarf_v4/phishing-in-mail.eml"))
        .expect("a fixture");
    let head = String::from_utf8_lossy(&xarf);
    let from = head.lines().find(|line| line.starts_with("From:")).expect("a sender");
    let host = from.rsplit_once('@').map_or("", |(_, host)| host.trim_matches(['>', ' '])).to_owned();
    let about = |change: &dyn Fn(&mut SenderRule)| {
        rule(|r| {
            r.from.clone_from(&host);
            change(r);
        })
    };
    let plain = read(&[], &xarf);
    let ruled = read(&[about(&|r| (r.accuse, r.category) = (vec!["URL".to_owned()], Some(Category::Spam)))], &xarf);
    assert_eq!((ruled.format, &ruled.observations), (Format::XarfV4, &plain.observations));
    assert_eq!(ruled.rule, None);
    let never = read(&[about(&|r| r.never = true)], &xarf);
    assert_eq!((never.report, never.noise, never.observations.len()), (false, Some(Noise::Declared), 0));
    assert!(never.rule.is_some());
}

#[test]
fn a_rule_that_costs_too_much_or_makes_no_sense_is_refused() {
    let refused = |change: &dyn Fn(&mut SenderRule)| {
        let fault = reports::Reader.with_rules(&[rule(change)]).err();
        fault.map(|fault| fault.field)
    };
    assert_eq!(refused(&|r| (r.never, r.subject) = (true, Some("(".to_owned()))), Some("subject"));
    assert_eq!(refused(&|r| (r.never, r.subject) = (true, Some(r"(\w{50}){50}".to_owned()))), Some("subject"));
    assert_eq!(refused(&|r| r.zone = Some("Middle Earth".to_owned())), Some("zone"));
    assert_eq!(refused(&|_| {}), Some("rule"));
    let many: Vec<SenderRule> =
        (0..=SenderRule::MAX_RULES).map(|n| rule(|r| (r.name, r.never) = (format!("r{n}"), true))).collect();
    assert!(reports::Reader.with_rules(&many).is_err());
    // A pattern that makes backtracking engines stand still is only a pattern here.
    let slow = rule(|r| (r.never, r.subject) = (true, Some("(a+)+$".to_owned())));
    let raw = mail("a@example.org", &format!("{}b", "a".repeat(1_500)), BODY);
    assert!(read(&[slow], &raw).report);
}
