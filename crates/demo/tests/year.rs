//! The year of reports: exact table, true truths, well-formed mails.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::LazyLock;

use demo::{Accused, DemoReport, Door, Expect, Oracle, Provider, Settings, Year, YearSettings, planted_day};
use jiff::{SignedDuration, Timestamp};
use mail_parser::{MessageParser, MimeHeaders};
use model::calendar::Calendar;
use model::{DeskGroup, Place, TimeSpan};

fn end() -> Timestamp {
    "2025-06-30T03:00:00Z".parse().unwrap()
}

static PROVIDER: LazyLock<Provider> =
    LazyLock::new(|| Provider::generate(&Settings { contracts: 20_000, ..Settings::new(end()) }));
static REPORTS: LazyLock<Vec<DemoReport>> =
    LazyLock::new(|| Year::generate(&PROVIDER, &YearSettings::new(end())).iter().collect());
static MIXED: LazyLock<Vec<DemoReport>> = LazyLock::new(|| {
    let settings = YearSettings { reports: 3_000, noise: 300, ..YearSettings::new(end()) };
    Year::generate(&PROVIDER, &settings).iter().collect()
});

fn group_counts(reports: &[DemoReport]) -> [usize; 5] {
    DeskGroup::ALL.map(|group| {
        reports.iter().filter(|report| report.truth.group == group && report.truth.noise.is_none()).count()
    })
}

#[test]
fn the_table_of_a03_is_exact() {
    assert_eq!(group_counts(&REPORTS), [4_000, 4_800, 3_200, 800, 200]);
    assert_eq!(group_counts(&MIXED), [923, 1_108, 738, 185, 46]);
    assert_eq!(MIXED.len(), 3_300);
    for report in REPORTS.iter() {
        assert_eq!(report.truth.category.group(), report.truth.group);
    }
}

#[test]
fn business_days_have_about_55_and_others_few() {
    let calendar = Calendar::default();
    let mut days: HashMap<jiff::civil::Date, usize> = HashMap::new();
    for report in REPORTS.iter() {
        *days.entry(report.received.to_zoned(calendar.zone().clone()).date()).or_default() += 1;
    }
    let last = end().to_zoned(calendar.zone().clone()).date();
    for (day, count) in days {
        match calendar.is_business_day(day) {
            true if day != last => assert!((50..=56).contains(&count), "{day}: {count}"),
            true => assert!(count < 56, "{day}: {count}"),
            false => assert!(count <= 3, "{day}: {count}"),
        }
    }
    assert!(REPORTS.is_sorted_by_key(|report| report.received));
    assert!(REPORTS.iter().all(|report| report.received < end()));
}

/// Every accused contract held the subject at the event: for a zoned time within seconds, else for any zone on Earth.
#[test]
fn truths_agree_with_the_oracle() {
    let oracle = Oracle::new(PROVIDER.holdings(), |_| true);
    let (mut ours, mut strangers, mut changed) = (0, 0, 0);
    for report in REPORTS.iter().chain(MIXED.iter()) {
        let truth = &report.truth;
        let (Some(subject), Some(at), Some(place)) = (&truth.subject, truth.event, &truth.place) else {
            assert_eq!(truth.accused, Accused::Noise);
            continue;
        };
        assert!(at < report.received);
        let held = |span: TimeSpan, port: Option<u16>| -> Vec<Option<String>> {
            let rows = match subject.strip_prefix("ip:") {
                Some(ip) => oracle.who_had(ip.parse().unwrap(), port, span),
                None => oracle.who_had_name(subject, span),
            };
            rows.into_iter().map(|held| held.contract.clone()).collect()
        };
        let sure = TimeSpan {
            earliest: at.checked_sub(SignedDuration::from_secs(60)).unwrap(),
            latest: at.checked_add(SignedDuration::from_secs(60)).unwrap(),
        };
        if let Accused::Contract(key) = &truth.accused {
            ours += 1;
            let holders = held(sure, truth.port);
            if truth.expect == Expect::AskBack {
                assert!(holders.contains(&Some(key.clone())), "{truth:?}");
            } else {
                assert_eq!(holders, [Some(key.clone())], "{truth:?}");
            }
            let now = held(TimeSpan::instant(report.received), truth.port);
            changed += usize::from(!now.contains(&Some(key.clone())));
        } else {
            strangers += 1;
            assert!(held(sure, None).is_empty(), "{truth:?}");
        }
        match place {
            Place::Site(host) => assert_eq!(*subject, format!("domain:{host}")),
            Place::Account(account) => assert_eq!(*subject, format!("mailbox:{account}")),
            Place::Host(ip) => assert_eq!(*subject, format!("ip:{ip}")),
        }
    }
    assert!(strangers * 1_000 / (ours + strangers) < 35 && strangers * 1_000 / (ours + strangers) > 10, "{strangers}");
    assert!(changed > 100, "some addresses changed hands before the report came: {changed}");
}

#[test]
fn duplicates_and_relapses_point_back_to_the_same_place() {
    let (mut duplicates, mut repeats) = (0, 0);
    for report in REPORTS.iter() {
        if let Some(first) = report.truth.duplicate_of {
            let first = &REPORTS[first];
            duplicates += 1;
            assert!(first.received <= report.received && first.truth.duplicate_of.is_none());
            assert_eq!((&first.truth.place, first.truth.event), (&report.truth.place, report.truth.event));
            assert_eq!((first.truth.category, &first.truth.accused), (report.truth.category, &report.truth.accused));
        }
        if let Some(first) = report.truth.repeat_of {
            let first = &REPORTS[first];
            repeats += 1;
            assert_eq!((&first.truth.place, &first.truth.accused), (&report.truth.place, &report.truth.accused));
            assert!(first.received < report.truth.event.unwrap());
        }
    }
    assert!(duplicates > 1_000 && repeats > 150, "{duplicates} {repeats}");
}

#[test]
fn every_style_is_used_and_every_expectation_occurs() {
    let styles: HashSet<&str> = MIXED.iter().chain(REPORTS.iter()).map(|report| report.truth.style.as_str()).collect();
    assert_eq!(styles.len(), 37);
    let mut expected: HashMap<Expect, usize> = HashMap::new();
    for report in MIXED.iter() {
        *expected.entry(report.truth.expect).or_default() += 1;
    }
    assert_eq!(expected.len(), 8, "{expected:?}");
    assert_eq!(expected[&Expect::Drop], 300);
    assert!(expected[&Expect::Tell] > 2_400, "{expected:?}");
}

#[test]
fn mails_are_well_formed_and_state_what_the_truth_says() {
    let mut ids = HashSet::new();
    for report in MIXED.iter() {
        let truth = &report.truth;
        assert!((200..20_000).contains(&report.raw.len()), "{truth:?}");
        let text = if report.door == Door::Http {
            let value: serde_json::Value = serde_json::from_slice(&report.raw).unwrap();
            assert_eq!(value["xarf_version"], "4.2.0");
            assert!(ids.insert(value["report_id"].as_str().unwrap().to_owned()));
            value.to_string()
        } else {
            check_wire(&report.raw, &truth.style);
            readable(report, &mut ids)
        };
        if truth.noise.is_none() {
            let accused = match truth.place.as_ref().unwrap() {
                Place::Host(ip) => ip.to_string(),
                Place::Site(name) | Place::Account(name) => name.clone(),
            };
            let plain = text.replace("[.]", ".").replace("(.)", ".").replace("[dot]", ".");
            assert!(plain.contains(&accused), "{}: {accused} is not in\n{text}", truth.style);
        }
        if let Some(port) = truth.port.filter(|_| !truth.style.starts_with("xarf3")) {
            assert!(text.contains(&port.to_string()), "{}: {port} is not in\n{text}", truth.style);
        }
    }
}

/// CRLF only, no NUL, lines within RFC 5322's 998, headers in ASCII, one empty line after them.
fn check_wire(raw: &[u8], style: &str) {
    let text = String::from_utf8_lossy(raw);
    assert!(!raw.contains(&0) && raw.ends_with(b"\r\n"), "{style}");
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "{style}: bare LF");
    assert_eq!(text.matches('\r').count(), text.matches("\r\n").count(), "{style}: bare CR");
    assert!(raw.split(|byte| *byte == b'\n').all(|line| line.len() < 998), "{style}");
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.is_ascii(), "{style}: {head}");
    assert!(head.lines().all(|line| line.starts_with([' ', '\t']) || line.contains(": ")), "{style}: {head}");
}

/// Subject and all texts of a mail, decoded by a parser that we have not written; also checks its headers.
fn readable(report: &DemoReport, ids: &mut HashSet<String>) -> String {
    let mail = MessageParser::default().parse(&report.raw).unwrap();
    let style = &report.truth.style;
    assert!(ids.insert(mail.message_id().unwrap().to_owned()), "{style}: Message-ID is not unique");
    let date = mail.date().unwrap().to_timestamp();
    assert!(date < report.received.as_second() && report.received.as_second() - date <= 60, "{style}");
    let from = mail.from().unwrap().first().unwrap();
    assert_eq!(from.address(), Some(report.truth.reporter.mail.as_str()));
    assert_eq!(from.name(), Some(report.truth.reporter.name.as_str()), "{style}");
    assert_eq!(mail.to().unwrap().first().unwrap().address(), Some("abuse@provider.example"));
    let mut text = mail.subject().unwrap().to_owned();
    for part in &mail.parts {
        assert!(!part.is_encoding_problem, "{style}");
        match &part.body {
            mail_parser::PartType::Text(body) => text.push_str(body),
            mail_parser::PartType::Binary(body) => text.push_str(std::str::from_utf8(body).unwrap()),
            mail_parser::PartType::Message(inner) => text.push_str(std::str::from_utf8(inner.raw_message()).unwrap()),
            _ => {}
        }
        let _ = part.content_type();
    }
    assert!(!text.contains('\u{FFFD}'), "{style}: {text}");
    text
}

#[test]
fn the_same_settings_give_the_same_bytes() {
    let settings = YearSettings { reports: 3_000, noise: 300, ..YearSettings::new(end()) };
    let again = Year::generate(&PROVIDER, &settings);
    assert_eq!(again.len(), MIXED.len());
    assert!(again.iter().zip(MIXED.iter()).all(|(a, b)| a == *b));
    assert_eq!(again.get(17).as_ref(), MIXED.get(17));
    let hash = MIXED
        .iter()
        .take(500)
        .flat_map(|report| report.raw.iter())
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    insta::assert_snapshot!("bytes_of_500", format!("{hash:016x}"));
}

#[test]
fn a_handful_of_mails_looks_like_this() {
    let mut seen = HashSet::new();
    let mut out = String::new();
    let handful = ["arf", "bounce", "fail2ban_complain", "person_legacy", "phishing_en", "xarf2", "xarf4_content"];
    let shown = MIXED.iter().filter(|report| handful.contains(&report.truth.style.as_str()));
    for report in shown.filter(|report| seen.insert(report.truth.style.clone())) {
        let truth = serde_json::to_string(&report.truth).unwrap();
        let raw = String::from_utf8_lossy(&report.raw).replace('\r', "").replace('\u{1b}', "<ESC>");
        writeln!(out, "==== {} {truth}\n{raw}", report.truth.style).unwrap();
    }
    insta::assert_snapshot!("styles", out);
}

#[test]
fn a_planted_day_has_55_reports_and_duplicates() {
    let date = jiff::civil::date(2025, 6, 18);
    let day = planted_day(&PROVIDER, date);
    assert_eq!(day.len(), 55);
    assert_eq!(group_counts(&day), [17, 20, 14, 3, 1]);
    let zone = Calendar::default().zone().clone();
    assert!(day.iter().all(|report| report.received.to_zoned(zone.clone()).date() == date));
    let duplicates = day.iter().filter(|report| report.truth.duplicate_of.is_some()).count();
    assert!((6..=20).contains(&duplicates), "{duplicates}");
    assert_eq!(day, planted_day(&PROVIDER, date));
    assert_ne!(day, planted_day(&PROVIDER, jiff::civil::date(2025, 6, 19)));
}

#[test]
fn tiny_providers_have_a_year_too() {
    let provider = Provider::generate(&Settings { contracts: 0, ..Settings::new(end()) });
    let year = Year::generate(&provider, &YearSettings { reports: 500, noise: 10, ..YearSettings::new(end()) });
    assert_eq!(year.iter().count(), 510);
    let empty = Year::generate(&provider, &YearSettings { reports: 0, ..YearSettings::new(end()) });
    assert!(empty.is_empty());
}
