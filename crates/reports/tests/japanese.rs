//! Japanese report mails in many styles (and some in other languages), rendered in the charsets and with the faults of real
//! mailers, and read.
//!
//! `JAPANESE_DUMP=FOLDER cargo test -p reports --test japanese corpus` writes them where the `score` example finds
//! them; `JAPANESE_FIXTURES=FOLDER` reads others of the same form, to measure what is new to the reader; `JAPANESE_SHOW=1 … -- --nocapture` says of each wrong mail what was weighed.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test may fail by panicking and says why")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use jiff::Timestamp;
use model::{Observation, Reading, ReportReader as _};
use reports::Reader;
use reports::extract::url::comparable;
use reports::score::{Expected, ExpectedEvent, Score, expected};

#[path = "japanese/fixture.rs"]
mod fixture;
#[path = "japanese/render.rs"]
mod render;

use fixture::{Fixture, Value, Wanted};

/// Share of mails that must be right, in addresses and URLs as well as in times and ports.
const BAR: f64 = 0.98;
/// Share of report mails whose kind of abuse must be right.
const CATEGORY_BAR: f64 = 0.98;
/// Share of the mails that are no reports and may yet become one.
const FALSE_CASES: f64 = 0.02;

fn received() -> Timestamp {
    "2026-11-22T03:00:00Z".parse().unwrap()
}

fn label(mail: &Fixture) -> Expected {
    let event = |wanted: &Wanted| match &wanted.value {
        Value::Ip(ip) => Some(ExpectedEvent { ip: Some(ip.to_string()), url: None }),
        Value::Url(url) => Some(ExpectedEvent { ip: None, url: Some(url.clone()) }),
        Value::Account(_) => None,
    };
    Expected {
        file: format!("{}.{}.eml", mail.style, mail.name),
        sender: mail.style.clone(),
        half: 0,
        rejected: mail.noise,
        clean: !mail.noise,
        events: mail.wanted.iter().filter_map(event).collect(),
    }
}

fn is_about(seen: &Observation, value: &Value) -> bool {
    match value {
        Value::Ip(ip) => seen.ip == Some(*ip),
        Value::Url(url) => seen.url.as_deref().is_some_and(|seen| comparable(seen) == comparable(url)),
        Value::Account(account) => seen.account.as_ref() == Some(account),
    }
}

/// What is wrong: `values`, `times`, `ports`, `category`, `language`, `subject`.
fn faults(mail: &Fixture, reading: &Reading) -> BTreeSet<&'static str> {
    let mut out = BTreeSet::new();
    if reading.subject.as_deref().unwrap_or("").replace('\u{301c}', "\u{ff5e}") != mail.subject {
        out.insert("subject");
    }
    if mail.noise {
        if reading.report {
            out.insert("values");
        }
        return out;
    }
    let wanted = reports::score::Accused::expected(&label(mail));
    if !reading.report || reports::score::Accused::read(reading) != wanted {
        out.insert("values");
    }
    if reading.lang != mail.lang && !(mail.lang.is_none() && reading.lang == Some(model::Lang::En)) {
        out.insert("language");
    }
    for wanted in &mail.wanted {
        let seen: Vec<&Observation> =
            reading.observations.iter().filter(|seen| is_about(seen, &wanted.value)).collect();
        let any = |right: &dyn Fn(&Observation) -> bool| seen.iter().any(|seen| right(seen));
        let has_port =
            |seen: &Observation| seen.port.map_or(wanted.ports.is_empty(), |port| wanted.ports.contains(&port));
        // Behind a shared address only port and time together name a customer; and a port that nobody wrote accuses another.
        let known = |seen: &Observation| {
            seen.port.is_none_or(|port| {
                let mut same = mail.wanted.iter().filter(|wanted| is_about(seen, &wanted.value));
                same.any(|wanted| wanted.ports.contains(&port))
            })
        };
        let checks = [
            ("values", any(&|_| true)),
            ("times", any(&|seen| has_port(seen) && wanted.at.agrees(seen.at.as_ref()) || !any(&has_port))),
            ("ports", any(&has_port) && seen.iter().all(|seen| known(seen))),
            ("category", any(&|seen| wanted.categories.iter().any(|name| name == seen.category.name()))),
        ];
        // What was not found at all is one fault and not four.
        let found = checks[0].1;
        out.extend(checks.iter().filter(|(name, right)| !right && (found || *name == "values")).map(|(name, _)| *name));
    }
    out
}

fn show(mail: &Fixture, wrong: &BTreeSet<&str>, reading: &Reading) {
    println!("== {}/{} {wrong:?} report={} {:?}", mail.style, mail.name, reading.report, reading.noise);
    for wanted in &mail.wanted {
        let value = match &wanted.value {
            Value::Ip(ip) => ip.to_string(),
            Value::Url(text) | Value::Account(text) => text.clone(),
        };
        println!("  wanted {value} port {:?} {} {:?}", wanted.ports, wanted.at, wanted.categories);
    }
    for seen in &reading.observations {
        let at = seen.at.as_ref().map(|at| format!("{} {:?} {:?}", at.at, at.zone, at.original));
        let value = [seen.ip.map(|ip| ip.to_string()), seen.url.clone(), seen.account.clone()];
        let value: Vec<&String> = value.iter().flatten().collect();
        println!("  read   {value:?} port {:?} at {at:?} {}", seen.port, seen.category.name());
    }
    for line in reports::explain(&mail.raw, received()).iter().take(6) {
        println!("      {line}");
    }
}

#[test]
fn japanese_mails_are_read_right() {
    hold(&fixture::all());
}

#[test]
fn mails_of_other_languages_are_read_right() {
    hold(&fixture::of_others());
}

/// Reads the mails and asks that nearly all of them are read right.
fn hold(mails: &[Fixture]) {
    let shows = std::env::var_os("JAPANESE_SHOW").is_some();
    let mut score = Score::default();
    let mut by_style: BTreeMap<&str, (u32, BTreeMap<&str, Vec<&str>>)> = BTreeMap::new();
    let mut wrong_mails = 0_u32;
    let mut wrong_categories = 0_u32;
    for mail in mails {
        let reading = Reader.read(&mail.raw, received());
        score.add(&label(mail), &reading);
        let wrong = faults(mail, &reading);
        if shows && !wrong.is_empty() {
            show(mail, &wrong, &reading);
        }
        let (count, faults) = by_style.entry(&mail.style).or_default();
        *count += 1;
        for aspect in &wrong {
            faults.entry(aspect).or_default().push(&mail.name);
        }
        wrong_mails += u32::from(["values", "times", "ports"].iter().any(|aspect| wrong.contains(aspect)));
        wrong_categories += u32::from(wrong.contains("category"));
    }
    let count = u32::try_from(mails.len()).unwrap();
    let right = 1.0 - f64::from(wrong_mails) / f64::from(count);
    let categories = 1.0 - f64::from(wrong_categories) / f64::from(score.all.mails);
    let mut table = format!(
        "{count} mails: values, times and ports right {right:.3}; values exact {:.3}, F1 {:.3}; categories {categories:.3}; \
         false cases {} of {}\n",
        score.all.exact_share(),
        score.all.f1(),
        score.false_cases,
        score.rejected
    );
    for (style, (count, faults)) in &by_style {
        for (aspect, names) in faults {
            writeln!(table, "  {style:<22} {aspect:<9} {:>2} of {count}: {}", names.len(), names.join(" ")).unwrap();
        }
    }
    println!("{table}");
    assert!(score.all.exact_share() >= BAR && right >= BAR, "{table}");
    assert!(categories >= CATEGORY_BAR, "{table}");
    assert!(score.false_share() <= FALSE_CASES, "{table}");
    for aspect in ["language", "subject"] {
        assert!(by_style.values().all(|(_, faults)| !faults.contains_key(aspect)), "{table}");
    }
}

#[test]
fn there_are_many_styles_of_distinct_mails() {
    let mails = fixture::all();
    let styles: BTreeSet<&str> = mails.iter().map(|mail| mail.style.as_str()).collect();
    assert!(styles.len() >= 30 && mails.len() >= 300, "{} mails in {styles:?}", mails.len());
    let names: BTreeSet<&str> = mails.iter().map(|mail| mail.name.as_str()).collect();
    assert_eq!(names.len(), mails.len(), "each mail has a name of its own");
}

/// A mail of many lines must not lose its place: what is named as the place of a value holds the value.
#[test]
fn the_place_of_each_address_is_a_line_that_holds_it() {
    for mail in fixture::all().into_iter().chain(fixture::of_others()) {
        for seen in Reader.read(&mail.raw, received()).observations {
            let (Some(ip), Some(place)) = (seen.ip.filter(|_| seen.url.is_none()), seen.provenance) else {
                continue;
            };
            let mut found = Vec::new();
            reports::extract::ip::scan(&place.text, &mut found);
            // A row that repeats the address of the one above has a sign in its place.
            let held = found.iter().any(|one| one.value == ip) || place.text.contains('〃');
            assert!(held, "{}/{}: {ip} in {place:?}", mail.style, mail.name);
        }
    }
}

/// For the `score` example: the mails as files, and `expected.jsonl` beside them; `JAPANESE_DUMP` names the folder to keep
/// them in.
#[test]
fn the_mails_can_be_had_as_a_corpus() {
    let kept = std::env::var_os("JAPANESE_DUMP").map(std::path::PathBuf::from);
    let passing = tempfile::tempdir().unwrap();
    let folder = kept.as_deref().unwrap_or(passing.path()).join("report-mails");
    std::fs::create_dir_all(&folder).unwrap();
    let mut lines = String::new();
    let mut labels = Vec::new();
    for mail in fixture::all() {
        let label = label(&mail);
        std::fs::write(folder.join(&label.file), &mail.raw).unwrap();
        let events: Vec<_> =
            label.events.iter().map(|event| serde_json::json!({"ip": event.ip, "url": event.url})).collect();
        let line = serde_json::json!({
            "file": label.file, "sender": mail.style, "label": null, "rejected": label.rejected, "events": events,
            "clean": label.clean,
        });
        writeln!(lines, "{line}").unwrap();
        labels.push(label);
    }
    std::fs::write(folder.join("expected.jsonl"), &lines).unwrap();
    let read = expected(&lines).unwrap();
    assert_eq!(read.len(), labels.len());
    for (read, label) in read.iter().zip(&labels) {
        assert_eq!(
            (&read.file, read.rejected, read.clean, &read.events),
            (&label.file, label.rejected, label.clean, &label.events)
        );
        assert!(folder.join(&read.file).is_file(), "{}", read.file);
    }
}
