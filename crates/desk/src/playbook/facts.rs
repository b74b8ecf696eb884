//! What is known of a case when a playbook decides: an accumulation over its reports that does not depend on their order.
//!
//! The facts are stored with the decision, so that another playbook can be asked what it would have decided.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::{Category, CauseClass, Control, DeskGroup, Grade, Lane, Observation, Place, ServiceKind, Transport};
use serde::{Deserialize, Serialize};
use text::mail::Missing;

use super::cause::Signal;
use super::marks::{Mark, MarkRule, marks};
use crate::grade::{self, Flag};
use crate::reporters::ReporterKind;

model::names! {
    /// What attribution could say.
    Attributed {
        /// Exactly one contract.
        One "one",
        /// Several are possible.
        Several "several",
        /// Ours, but nobody can be named.
        Nobody "nobody",
        /// Not our address space and unknown to our inventory.
        NotOurs "not-ours",
    }
}

model::names! {
    /// What kind of place a case is about.
    PlaceKind {
        /// A web site or domain.
        Site "site",
        /// A mail or login account.
        Account "account",
        /// A machine.
        Host "host",
    }
}

impl From<&Place> for PlaceKind {
    fn from(place: &Place) -> Self {
        match place {
            Place::Site(_) => Self::Site,
            Place::Account(_) => Self::Account,
            Place::Host(_) => Self::Host,
        }
    }
}

/// The contract, as far as a rule may ask for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Kind of service.
    pub kind: ServiceKind,
    /// Who has root.
    pub control: Control,
    /// First moment of the contract.
    pub since: Timestamp,
    /// Whether a reseller stands between.
    pub resold: bool,
}

/// One reporter of the case.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Teller {
    /// What kind.
    pub kind: ReporterKind,
    /// How far to believe, when it last reported.
    pub trust: f64,
}

/// How events travelled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Travel {
    /// Observations whose source cannot be forged, or whose transport is not named.
    pub firm: u64,
    /// Observations whose source may be forged.
    pub forgeable: u64,
    /// Of these, pings.
    pub pings: u64,
    /// Observations that are answers of a service that answers everybody.
    pub reflected: u64,
}

/// What a person has settled; a playbook does not change it again.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settled {
    /// The kind of abuse.
    pub category: Option<Category>,
    /// What lies behind it, and how sure that is.
    pub cause: Option<(CauseClass, f64)>,
    /// How good the evidence is.
    pub grade: Option<Grade>,
    /// Whether he has looked at what was read and works on it: how sure the reader was counts no more.
    pub reading: bool,
}

/// The facts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Which desk.
    pub lane: Lane,
    /// What kind of place.
    pub place: PlaceKind,
    /// What attribution could say.
    pub attributed: Attributed,
    /// The contract.
    pub service: Option<Service>,
    /// Cases of this contract in the last year that proved true (D43).
    pub earlier_cases: i64,
    /// Observations by category.
    pub categories: BTreeMap<Category, u64>,
    /// Events: each observation counts what it counts.
    pub events: u64,
    /// First event.
    pub first: Option<Timestamp>,
    /// Last event.
    pub last: Option<Timestamp>,
    /// Events with a time, for a rate of our own.
    pub timed: u64,
    /// Highest rate that a report states, events per second.
    pub stated_rate: Option<f64>,
    /// Highest rate that the times within one report say, events per second: a burst does not vanish in a quiet week.
    pub own_rate: Option<f64>,
    /// How events travelled.
    pub travel: Travel,
    /// How sure the reader is of the value of which it is surest, 0 to 1.
    pub confidence: f64,
    /// Best grade of a single report.
    pub grade: Grade,
    /// Reporters by number (a nameless report by its own, negative).
    pub tellers: BTreeMap<i64, Teller>,
    /// Reporters whose evidence is not doubtful and at least names subject and time.
    pub sound: BTreeSet<i64>,
    /// What no report has brought; absent before the first report.
    pub missing: Option<BTreeSet<Missing>>,
    /// Everything that speaks against the evidence of one report or another.
    pub flags: BTreeSet<Flag>,
    /// Brands, works and malware families that are named; at most [`Facts::MAX_OBJECTS`].
    pub objects: BTreeSet<String>,
    /// What points to a cause.
    pub signals: BTreeSet<Signal>,
    /// What stands out in URLs and in subjects of mails; at most [`Mark::MOST`].
    #[serde(default)]
    pub marks: BTreeSet<Mark>,
    /// Reports of events after the customer had been told (B19).
    pub repeats: i64,
    /// Whether the customer has been told.
    pub told: bool,
    /// What a person has settled.
    pub settled: Settled,
}

/// What one report adds.
#[derive(Debug, Clone)]
pub struct Addition<'a> {
    /// What it says about this place.
    pub seen: Vec<&'a Observation>,
    /// Grade of its evidence.
    pub grade: Grade,
    /// What speaks against it.
    pub flags: BTreeSet<Flag>,
    /// Who reports, and how far to believe it.
    pub teller: (i64, Teller),
    /// What it lacks.
    pub missing: BTreeSet<Missing>,
    /// What points to a cause.
    pub signals: BTreeSet<Signal>,
}

impl Facts {
    /// Most objects and tellers kept.
    pub const MAX_OBJECTS: usize = 64;
    /// Most tellers kept by name.
    pub const MAX_TELLERS: usize = 1000;

    /// Facts before the first report.
    pub const fn new(lane: Lane, place: PlaceKind, attributed: Attributed) -> Self {
        Self {
            lane,
            place,
            attributed,
            service: None,
            earlier_cases: 0,
            categories: BTreeMap::new(),
            events: 0,
            first: None,
            last: None,
            timed: 0,
            stated_rate: None,
            own_rate: None,
            travel: Travel { firm: 0, forgeable: 0, pings: 0, reflected: 0 },
            confidence: 0.0,
            grade: Grade::Claim,
            tellers: BTreeMap::new(),
            sound: BTreeSet::new(),
            missing: None,
            flags: BTreeSet::new(),
            objects: BTreeSet::new(),
            signals: BTreeSet::new(),
            marks: BTreeSet::new(),
            repeats: 0,
            told: false,
            settled: Settled { category: None, cause: None, grade: None, reading: false },
        }
    }

    /// Adds what one report says. Adding reports in any order gives the same facts.
    pub fn add(&mut self, new: &Addition<'_>) {
        for seen in &new.seen {
            self.add_observation(seen);
        }
        self.own_rate = self.own_rate.into_iter().chain(rate_of_report(&new.seen)).reduce(f64::max);
        self.grade = self.grade.max(new.grade);
        if self.tellers.len() < Self::MAX_TELLERS || self.tellers.contains_key(&new.teller.0) {
            let known = self.tellers.entry(new.teller.0).or_insert(new.teller.1);
            known.trust = known.trust.max(new.teller.1.trust);
        }
        if new.grade >= Grade::Stated {
            self.sound.insert(new.teller.0);
        }
        self.missing = Some(match self.missing.take() {
            None => new.missing.clone(),
            Some(known) => known.intersection(&new.missing).copied().collect(),
        });
        self.flags.extend(&new.flags);
        self.signals.extend(&new.signals);
    }

    fn add_observation(&mut self, seen: &Observation) {
        let events = seen.count.unwrap_or(1).max(1);
        *self.categories.entry(seen.category).or_default() += 1;
        self.events = self.events.saturating_add(events);
        self.confidence = self.confidence.max(share(seen.confidence));
        if let Some(at) = &seen.at {
            self.first = Some(self.first.map_or(at.at, |first| first.min(at.at)));
            self.last = Some(self.last.map_or(at.at, |last| last.max(at.at)));
            self.timed = self.timed.saturating_add(events);
        }
        if let Some(rate) = seen.rate() {
            self.stated_rate = Some(self.stated_rate.map_or(rate, |known| known.max(rate)));
        }
        let reflected = seen.transport == Some(Transport::Udp) && seen.port.is_some_and(grade::is_reflector_port);
        let forgeable = grade::is_spoofable(seen);
        self.travel.reflected += u64::from(reflected);
        self.travel.forgeable += u64::from(forgeable);
        self.travel.firm += u64::from(!forgeable);
        self.travel.pings += u64::from(seen.transport == Some(Transport::Icmp));
        self.marks.extend(marks(seen));
        while self.marks.len() > Mark::MOST {
            // As with the objects.
            self.marks.pop_last();
        }
        if let Some(object) = &seen.object {
            self.objects.insert(object.chars().take(100).collect());
            if self.objects.len() > Self::MAX_OBJECTS {
                // The same ones are kept whatever the order.
                self.objects.pop_last();
            }
        }
    }

    /// The kind of abuse: what a person settled, else the gravest that is reported, of these the most frequent.
    pub fn category(&self) -> Category {
        let gravest = self.categories.iter().max_by_key(|(category, count)| {
            // `max_by_key` takes the last of equals; the category itself breaks ties, so the order of reports does not.
            (category.base_severity(), **count, std::cmp::Reverse(**category))
        });
        let reported = gravest.map_or(Category::Unknown, |(category, _)| *category);
        self.settled.category.unwrap_or(match reported {
            // No report says what it is, but the path of a page does.
            Category::Unknown => self.kit().unwrap_or(Category::Unknown),
            reported => reported,
        })
    }

    fn kit(&self) -> Option<Category> {
        self.marks.iter().filter(|mark| mark.rule == MarkRule::KitPath).find_map(|mark| mark.says)
    }

    /// Whether a mail that was sent from here leads to a phishing page of which no report tells yet: it may lie on the same
    /// machine (A46).
    pub fn asks_for_site(&self) -> bool {
        let known = self.categories.contains_key(&Category::Phishing);
        !known && self.lane == Lane::Abuse && self.marks.iter().any(Mark::asks_for_site)
    }

    /// The row of the yearly table.
    pub fn group(&self) -> DeskGroup {
        self.category().group()
    }

    /// The grade: what a person settled, else confirmed if two reporters tell of it independently, else the best single one.
    pub fn grade(&self) -> Grade {
        if let Some(grade) = self.settled.grade {
            return grade;
        }
        let enough = self.grade >= Grade::Shown && self.sound.len() >= 2;
        if enough { Grade::Confirmed } else { self.grade }
    }

    /// Events per second: what a report states, else what the times of one report say, else those of all.
    pub fn rate(&self) -> Option<f64> {
        self.stated_rate.or(self.own_rate).or_else(|| own_rate(self.timed, self.first?, self.last?))
    }

    /// How sure the reading is: certain once a person has looked at it, else as the reader says of its surest value.
    pub const fn reading_confidence(&self) -> f64 {
        if self.settled.reading { 1.0 } else { self.confidence }
    }

    /// How far the most trusted reporter is to be believed; one half if there is none.
    pub fn trust(&self) -> f64 {
        self.tellers.values().map(|teller| teller.trust).reduce(f64::max).unwrap_or(0.5)
    }

    /// Whether every source address may be forged (D49).
    pub const fn is_spoofable(&self) -> bool {
        self.travel.forgeable > 0 && self.travel.firm == 0
    }

    /// Whether all there is are a few pings (D31).
    pub const fn is_single_ping(&self) -> bool {
        self.travel.pings > 0 && self.travel.pings == self.travel.forgeable && self.travel.firm == 0 && self.events <= 3
    }

    /// Whether nothing but doubtful evidence was brought (D42).
    pub fn is_doubtful(&self) -> bool {
        grade::is_doubtful(&self.flags) && self.sound.is_empty()
    }
}

/// A confidence as a playbook writes it: 0.9 of the reader is 0.9 of the rule, whatever its binary form.
fn share(confidence: f32) -> f64 {
    (f64::from(confidence) * 1000.0).round() / 1000.0
}

fn rate_of_report(seen: &[&Observation]) -> Option<f64> {
    let times = || seen.iter().filter_map(|one| one.at.as_ref()).map(|at| at.at);
    let events = seen.iter().filter(|one| one.at.is_some()).map(|one| one.count.unwrap_or(1).max(1)).sum();
    own_rate(events, times().min()?, times().max()?)
}

/// Events per second from times: of five events at least, or of two that lie an hour apart (then it is surely slow).
#[expect(clippy::cast_precision_loss, reason = "a rate for a threshold, not an exact figure")]
fn own_rate(events: u64, first: Timestamp, last: Timestamp) -> Option<f64> {
    let span = last.duration_since(first).as_secs_f64().max(1.0);
    let few_but_slow = events >= 2 && span >= 3600.0;
    (events >= 5 || few_but_slow).then(|| events as f64 / span)
}
