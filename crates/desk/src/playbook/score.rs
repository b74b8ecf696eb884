//! Severity by harm, as a sum that a person can check.

use jiff::{SignedDuration, Timestamp};
use model::{Control, Grade, Severity};
use serde::{Deserialize, Serialize};

use super::facts::Facts;

/// Points for what makes a case graver or milder. A playbook may set others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Weights {
    /// A brand, work or malware family is named.
    pub object: i32,
    /// Bare claim.
    pub claim: i32,
    /// Evidence is shown.
    pub shown: i32,
    /// Evidence is confirmed.
    pub confirmed: i32,
    /// From −this (no trust) to +this (full trust).
    pub trust: i32,
    /// Each report of an event after the customer was told, up to three.
    pub repeat: i32,
    /// Each earlier case of the contract, up to three.
    pub earlier: i32,
    /// One event a second or more.
    pub fast: i32,
    /// 500 events a second or more.
    pub flood: i32,
    /// The last event lies within a day.
    pub ongoing: i32,
    /// Other customers live on the same machine.
    pub shared: i32,
    /// The source may be forged.
    pub spoofable: i32,
    /// The evidence is doubtful.
    pub doubtful: i32,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            object: 5,
            claim: -10,
            shown: 5,
            confirmed: 10,
            trust: 10,
            repeat: 8,
            earlier: 4,
            fast: 8,
            flood: 20,
            ongoing: 4,
            shared: 3,
            spoofable: -15,
            doubtful: -25,
        }
    }
}

/// One line of the sum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// What counts: `category`, or the name of a weight.
    pub what: String,
    /// Points.
    pub points: i32,
}

/// The sum and what it is made of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// The sum.
    pub points: i32,
    /// Its lines, the category first.
    pub parts: Vec<Part>,
}

/// Events a second from which we act (B17).
pub(super) const FAST: f64 = 1.0;
/// Events a second that are a flood.
pub(super) const FLOOD: f64 = 500.0;

/// Points of a category before anything else is known: the middle of its band.
const fn base(severity: Severity) -> i32 {
    match severity {
        Severity::Info => 5,
        Severity::Low => 20,
        Severity::Medium => 40,
        Severity::High => 60,
        Severity::Critical => 110,
    }
}

/// The severity that a sum means.
pub const fn severity(points: i32) -> Severity {
    match points {
        ..=9 => Severity::Info,
        10..=29 => Severity::Low,
        30..=49 => Severity::Medium,
        50..=84 => Severity::High,
        _ => Severity::Critical,
    }
}

/// Adds up the facts at `now`.
#[expect(clippy::cast_possible_truncation, reason = "a trust between 0 and 1 times a small weight")]
pub fn score(facts: &Facts, weights: &Weights, now: Timestamp) -> Score {
    let mut score = Score::default();
    let mut add = |what: &str, points: i32| {
        if points != 0 {
            score.points += points;
            score.parts.push(Part { what: what.to_owned(), points });
        }
    };
    add("category", base(facts.category().base_severity()));
    match facts.grade() {
        Grade::Claim => add("claim", weights.claim),
        Grade::Stated => {}
        Grade::Shown => add("shown", weights.shown),
        Grade::Confirmed => add("confirmed", weights.confirmed),
    }
    add("trust", ((facts.trust() - 0.5) * 2.0 * f64::from(weights.trust)).round() as i32);
    let up_to_three = |count: i64| i32::try_from(count.clamp(0, 3)).unwrap_or(3);
    add("repeat", weights.repeat * up_to_three(facts.repeats));
    add("earlier", weights.earlier * up_to_three(facts.earlier_cases));
    match facts.rate() {
        Some(rate) if rate >= FLOOD => add("flood", weights.flood),
        Some(rate) if rate >= FAST => add("fast", weights.fast),
        _ => {}
    }
    let flags = [
        ("object", !facts.objects.is_empty(), weights.object),
        ("ongoing", is_ongoing(facts, now), weights.ongoing),
        ("shared", facts.service.as_ref().is_some_and(|service| service.control == Control::Managed), weights.shared),
        ("spoofable", facts.is_spoofable(), weights.spoofable),
        ("doubtful", facts.is_doubtful(), weights.doubtful),
    ];
    for (what, holds, points) in flags {
        add(what, if holds { points } else { 0 });
    }
    score
}

/// Whether the last event lies within a day before `now`.
pub fn is_ongoing(facts: &Facts, now: Timestamp) -> bool {
    facts.last.is_some_and(|last| now.duration_since(last) <= SignedDuration::from_hours(24))
}
