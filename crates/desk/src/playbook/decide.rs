//! From facts to a decision. Pure: the same facts, playbook, calendar and moment always give the same.

use jiff::{SignedDuration, Timestamp};
use model::calendar::Calendar;
use model::{CaseState, Category, CauseClass, Exit, Grade, Severity};
use serde::{Deserialize, Serialize};
use text::mail::Missing;

use super::cause::{self, Guess};
use super::facts::Facts;
use super::rule::{Playbook, Rule, Step, When, Why};
use super::score::{self, Score};

/// A rule that did not decide, and the first of its conditions that did not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passed {
    /// The rule.
    pub rule: String,
    /// The condition, as the playbook writes it.
    pub condition: String,
}

/// What is to be done with a case, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// The playbook.
    pub playbook: String,
    /// Version of the playbook in the store; 0 = the one that the program brings.
    pub version: i64,
    /// The rule that decided.
    pub rule: String,
    /// Its reason.
    pub why: Why,
    /// Rules before it, and why they did not decide.
    pub passed: Vec<Passed>,
    /// What kind of abuse.
    pub category: Category,
    /// How grave.
    pub severity: Severity,
    /// How that was added up.
    pub score: Score,
    /// How good the evidence is.
    pub grade: Grade,
    /// What lies behind it.
    pub cause: Guess,
    /// State of a case that is opened now.
    pub state: CaseState,
    /// How it is closed, if it is.
    pub exit: Option<Exit>,
    /// Clause of the terms, law, or body.
    pub clause: Option<String>,
    /// What is to be done.
    pub steps: Vec<Step>,
    /// Until when the customer (or, before he is told, the desk) has to act.
    pub deadline: Option<Timestamp>,
}

/// What the store keeps with a case: the facts and what was decided on them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stored {
    /// The facts.
    pub facts: Facts,
    /// The decision.
    pub decision: Decision,
    /// When it was made.
    pub at: Timestamp,
}

/// Decides.
pub fn decide(facts: &Facts, playbook: &Playbook, calendar: &Calendar, now: Timestamp) -> Decision {
    let scored = score::score(facts, &playbook.score, now);
    let by_score = score::severity(scored.points);
    let guessed = match facts.settled.cause {
        Some((class, confidence)) => Guess { class, confidence, signals: Vec::new() },
        None => cause::guess(facts, now),
    };
    let seen = Seen { facts, guess: &guessed, severity: by_score, now };
    let mut passed = Vec::new();
    let mut decided: Option<&Rule> = None;
    for rule in &playbook.rule {
        match seen.fails(&rule.when) {
            None => {
                decided = Some(rule);
                break;
            }
            Some(condition) => passed.push(Passed { rule: rule.id.clone(), condition: condition.to_owned() }),
        }
    }
    // A playbook that was checked ends in a rule without conditions.
    let fallback = Rule {
        id: "none".to_owned(),
        why: Why { ja: "どの規則にも当てはまりません。".to_owned(), en: "No rule fits.".to_owned() },
        when: When::default(),
        then: super::rule::Then { state: CaseState::Triage, ..Default::default() },
    };
    let rule = decided.unwrap_or(&fallback);
    let then = &rule.then;
    let severity = by_score
        .max(then.severity_at_least.unwrap_or(Severity::Info))
        .min(then.severity_at_most.unwrap_or(Severity::Critical));
    Decision {
        playbook: playbook.name.clone(),
        version: 0,
        rule: rule.id.clone(),
        why: rule.why.clone(),
        passed,
        category: facts.category(),
        severity,
        score: scored,
        grade: facts.grade(),
        cause: guessed,
        state: then.state,
        exit: then.exit,
        clause: then.clause.clone().or_else(|| then.refer.map(|body| body.name().to_owned())),
        steps: steps(facts, rule),
        deadline: deadline(rule, playbook, severity, calendar, now),
    }
}

fn deadline(
    rule: &Rule,
    playbook: &Playbook,
    severity: Severity,
    calendar: &Calendar,
    now: Timestamp,
) -> Option<Timestamp> {
    if rule.then.state == CaseState::Closed {
        return None;
    }
    match (rule.then.days, rule.then.business_days.or(playbook.deadlines.days(severity))) {
        (Some(days), _) => now.checked_add(SignedDuration::from_hours(i64::from(days) * 24)).ok(),
        (None, Some(days)) => Some(calendar.deadline(now, days)),
        (None, None) => None,
    }
}

fn steps(facts: &Facts, rule: &Rule) -> Vec<Step> {
    let then = &rule.then;
    let mut steps = Vec::new();
    if then.receipt {
        steps.push(Step::Receipt);
    }
    if then.ask || !then.ask_for.is_empty() {
        let mut missing: Vec<Missing> =
            if then.ask { facts.missing.iter().flatten().copied().collect() } else { Vec::new() };
        missing.extend(then.ask_for.iter().copied());
        missing.sort();
        missing.dedup();
        if !missing.is_empty() {
            steps.push(Step::Ask { missing });
        }
    }
    if then.host_log {
        steps.push(Step::HostLog);
    }
    if let Some(kind) = then.notice {
        steps.push(Step::Notice { kind, mode: then.mode });
    }
    for kind in &then.measures {
        steps.push(Step::ProposeMeasure { kind: *kind, clause: then.clause.clone() });
    }
    if then.contract_step {
        steps.push(Step::ContractStep);
    }
    if let Some(to) = then.refer {
        steps.push(Step::ReferOut { to });
    }
    if then.escalate {
        steps.push(Step::Escalate);
    }
    if facts.asks_for_site() && then.state != CaseState::Closed {
        steps.push(Step::LookForSite);
    }
    if then.exit == Some(Exit::InfoOnly) {
        steps.push(Step::InfoOnly { reason: then.info_reason });
    }
    if let Some(exit) = then.exit.filter(|_| then.outcome) {
        steps.push(Step::Outcome { exit });
    }
    steps
}

/// The facts with what follows from them.
struct Seen<'a> {
    facts: &'a Facts,
    guess: &'a Guess,
    severity: Severity,
    now: Timestamp,
}

impl Seen<'_> {
    /// The first condition that does not hold.
    fn fails(&self, when: &When) -> Option<&'static str> {
        self.fails_subject(when).or_else(|| self.fails_evidence(when)).or_else(|| self.fails_course(when))
    }

    /// What and whose it is.
    fn fails_subject(&self, when: &When) -> Option<&'static str> {
        let facts = self.facts;
        let service = facts.service.as_ref();
        first_failing(&[
            ("category", among(when.category.as_deref(), &facts.category())),
            ("group", among(when.group.as_deref(), &facts.group())),
            ("lane", same(when.lane, facts.lane)),
            ("place", among(when.place.as_deref(), &facts.place)),
            ("service", when.service.is_none() || service.is_some_and(|is| among(when.service.as_deref(), &is.kind))),
            ("control", when.control.is_none_or(|wanted| service.is_some_and(|is| is.control == wanted))),
            ("resold", when.resold.is_none_or(|wanted| service.is_some_and(|is| is.resold) == wanted)),
            ("attributed", among(when.attributed.as_deref(), &facts.attributed)),
        ])
    }

    /// How good the evidence is and who brought it.
    fn fails_evidence(&self, when: &When) -> Option<&'static str> {
        let facts = self.facts;
        let (grade, trust, sure) = (facts.grade(), facts.trust(), facts.reading_confidence());
        let tellers = i64::try_from(facts.tellers.len()).unwrap_or(i64::MAX);
        let kinds = |wanted: &Vec<_>| facts.tellers.values().any(|teller| wanted.contains(&teller.kind));
        let lacks = |wanted: &Vec<Missing>| wanted.iter().any(|one| facts.missing.iter().flatten().any(|is| is == one));
        first_failing(&[
            ("grade-at-least", when.grade_at_least.is_none_or(|least| grade >= least)),
            ("grade-at-most", when.grade_at_most.is_none_or(|most| grade <= most)),
            ("reading-confidence-at-least", when.reading_confidence_at_least.is_none_or(|least| sure >= least)),
            ("reading-confidence-below", when.reading_confidence_below.is_none_or(|limit| sure < limit)),
            ("trust-at-least", when.trust_at_least.is_none_or(|least| trust >= least)),
            ("trust-below", when.trust_below.is_none_or(|limit| trust < limit)),
            ("reporter", when.reporter.as_ref().is_none_or(kinds)),
            ("reporters-at-least", when.reporters_at_least.is_none_or(|least| tellers >= least)),
            ("missing", when.missing.as_ref().is_none_or(lacks)),
            ("spoofable", same(when.spoofable, facts.is_spoofable())),
            ("single-ping", same(when.single_ping, facts.is_single_ping())),
            ("doubtful", same(when.doubtful, facts.is_doubtful())),
            ("reflected", same(when.reflected, facts.travel.reflected > 0)),
        ])
    }

    /// How much, how often, and what lies behind it.
    fn fails_course(&self, when: &When) -> Option<&'static str> {
        let facts = self.facts;
        let rate = facts.rate();
        first_failing(&[
            ("rate-known", same(when.rate_known, rate.is_some())),
            ("rate-at-least", when.rate_at_least.is_none_or(|least| rate.is_some_and(|rate| rate >= least))),
            ("rate-below", when.rate_below.is_none_or(|limit| rate.is_some_and(|rate| rate < limit))),
            ("events-at-least", when.events_at_least.is_none_or(|least| facts.events >= least)),
            ("events-below", when.events_below.is_none_or(|limit| facts.events < limit)),
            ("repeats-at-least", when.repeats_at_least.is_none_or(|least| facts.repeats >= least)),
            ("earlier-cases-at-least", when.earlier_cases_at_least.is_none_or(|least| facts.earlier_cases >= least)),
            ("cause", among(when.cause.as_deref(), &self.guess.class)),
            (
                "cause-confidence-at-least",
                when.cause_confidence_at_least
                    .is_none_or(|least| self.guess.class != CauseClass::Unknown && self.guess.confidence >= least),
            ),
            ("ongoing", when.ongoing.is_none_or(|wanted| score::is_ongoing(facts, self.now) == wanted)),
            ("severity-at-least", when.severity_at_least.is_none_or(|least| self.severity >= least)),
        ])
    }
}

fn first_failing(conditions: &[(&'static str, bool)]) -> Option<&'static str> {
    conditions.iter().find(|(_, holds)| !holds).map(|(name, _)| *name)
}

fn among<T: PartialEq>(wanted: Option<&[T]>, is: &T) -> bool {
    wanted.is_none_or(|wanted| wanted.contains(is))
}

fn same<T: PartialEq + Copy>(wanted: Option<T>, is: T) -> bool {
    wanted.is_none_or(|wanted| wanted == is)
}
