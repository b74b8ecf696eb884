//! A hundred labelled cases: the first guess at the cause, with its signals (A06).

use std::collections::{BTreeMap, BTreeSet};

use desk::playbook::{Addition, Attributed, Facts, Service, Teller, guess, signals};
use desk::reporters::ReporterKind;
use jiff::{SignedDuration, Timestamp};
use model::{Category, CauseClass, Control, Grade, Lane, Observation, ServiceKind};

use crate::room::{NOW, at};

/// `label;category;subject;service;age of the contract in days;object;text of the report`
const LABELLED: &str = include_str!("causes.txt");

#[expect(clippy::unwrap_used, reason = "a wrong line of the table should stop the test")]
fn labelled(line: &str) -> (CauseClass, desk::playbook::Guess) {
    let now: Timestamp = at(NOW);
    let field: Vec<&str> = line.split(';').collect();
    let label: CauseClass = field[0].parse().unwrap();
    let mut seen = Observation::new(field[1].parse::<Category>().unwrap(), 0.9);
    if field[2].contains("://") {
        seen.url = Some(field[2].to_owned());
    } else if field[2].contains('@') {
        seen.account = Some(field[2].to_owned());
    } else {
        seen.ip = Some(field[2].parse().unwrap());
    }
    seen.object = Some(field[5].to_owned()).filter(|object| !object.is_empty());
    let kind: ServiceKind = field[3].parse().unwrap();
    let age = SignedDuration::from_hours(24 * field[4].parse::<i64>().unwrap());
    let managed = matches!(kind, ServiceKind::SharedHosting | ServiceKind::Mail | ServiceKind::Domain);
    let control = if managed { Control::Managed } else { Control::Root };
    let service = Service { kind, control, since: now - age, resold: false };
    let place = seen.place().unwrap();
    let mut facts = Facts::new(Lane::Abuse, (&place).into(), Attributed::One);
    facts.add(&Addition {
        signals: signals(&[&seen], &place, Some(&service), field[6]),
        seen: vec![&seen],
        grade: Grade::Stated,
        flags: BTreeSet::new(),
        teller: (1, Teller { kind: ReporterKind::Person, trust: 0.5 }),
        missing: BTreeSet::new(),
    });
    facts.service = Some(service);
    (label, guess(&facts, now))
}

#[test]
fn a_hundred_labelled_cases_are_classed_with_their_reasons() {
    let cases: Vec<_> = LABELLED.lines().map(|line| (line, labelled(line))).collect();
    assert_eq!(cases.len(), 100);
    let mut wrong: BTreeMap<&str, String> = BTreeMap::new();
    for (line, (label, guess)) in &cases {
        assert_eq!(guess.class == CauseClass::Unknown, guess.confidence == 0.0, "{line}");
        assert!(guess.class == CauseClass::Unknown || !guess.signals.is_empty(), "a class needs a reason: {line}");
        if guess.class != *label {
            wrong.insert(line, format!("{guess:?}"));
        }
        // The grave mistake: to call a victim a wrongdoer so surely that cancelling is proposed.
        let accused = guess.class == CauseClass::Deliberate && guess.confidence >= 0.8;
        assert!(*label == CauseClass::Deliberate || !accused, "{line}: {guess:?}");
    }
    assert!(wrong.len() <= 5, "{} of 100 wrong: {wrong:#?}", wrong.len());
}
