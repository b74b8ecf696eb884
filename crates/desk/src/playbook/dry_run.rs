//! What another playbook would have decided on the cases of a period: the facts are stored, so this changes nothing.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::CaseId;
use serde::Serialize;

use super::decide::{Decision, Stored, decide};
use super::rule::{Playbook, Step};
use crate::{Desk, DeskError};

/// Cases read at once.
const PAGE: i64 = 1000;
/// Most changed cases that are listed; all are counted.
const MAX_CHANGED: usize = 10_000;

/// One side of a difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// Rule that decides.
    pub rule: String,
    /// Severity.
    pub severity: model::Severity,
    /// State.
    pub state: model::CaseState,
    /// Exit.
    pub exit: Option<model::Exit>,
    /// Steps, by name.
    pub steps: Vec<String>,
}

/// A case that another playbook decides otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// The case.
    pub case: CaseId,
    /// Its number.
    pub number: String,
    /// With the playbook in force.
    pub before: Outcome,
    /// With the candidate.
    pub after: Outcome,
}

/// What would have changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DryRun {
    /// Cases looked at.
    pub cases: u64,
    /// Cases whose stored facts this program cannot read.
    pub unreadable: u64,
    /// Cases that each rule decides: with the playbook in force, with the candidate.
    pub rules: BTreeMap<String, (u64, u64)>,
    /// How many are decided otherwise.
    pub changed: u64,
    /// These, at most 10,000.
    pub list: Vec<Changed>,
}

impl Desk {
    /// Decides every case opened from `from` until before `to` with the playbook in force and with `candidate`, each at
    /// the moment at which it was decided, and compares.
    pub async fn dry_run(&self, candidate: &Playbook, from: Timestamp, to: Timestamp) -> Result<DryRun, DeskError> {
        let (active, _) = self.playbook().await?;
        let calendar = |playbook: &Playbook| {
            playbook.calendar().map_err(|why| DeskError::Playbook {
                name: playbook.name.clone(),
                place: "closed".to_owned(),
                why,
            })
        };
        let (days, candidate_days) = (calendar(&active)?, calendar(candidate)?);
        let mut run = DryRun::default();
        let mut after = CaseId(0);
        loop {
            let rows = store::cases::decisions(&mut &self.store, from, to, after, PAGE).await?;
            let Some((last, _, _)) = rows.last() else { return Ok(run) };
            after = *last;
            for (case, number, text) in rows {
                run.cases += 1;
                let Ok(stored) = serde_json::from_str::<Stored>(&text) else {
                    run.unreadable += 1;
                    continue;
                };
                let before = outcome(&decide(&stored.facts, &active, &days, stored.at));
                let new = outcome(&decide(&stored.facts, candidate, &candidate_days, stored.at));
                run.note(case, number, before, new);
            }
        }
    }
}

impl DryRun {
    fn note(&mut self, case: CaseId, number: String, before: Outcome, after: Outcome) {
        self.rules.entry(before.rule.clone()).or_default().0 += 1;
        self.rules.entry(after.rule.clone()).or_default().1 += 1;
        // A rule that was only renamed changes nothing.
        let differs = (before.severity, before.state, before.exit, &before.steps)
            != (after.severity, after.state, after.exit, &after.steps);
        if differs {
            self.changed += 1;
            if self.list.len() < MAX_CHANGED {
                self.list.push(Changed { case, number, before, after });
            }
        }
    }
}

fn outcome(decision: &Decision) -> Outcome {
    Outcome {
        rule: decision.rule.clone(),
        severity: decision.severity,
        state: decision.state,
        exit: decision.exit,
        steps: decision.steps.iter().map(step_name).collect(),
    }
}

/// A step in one word, with what it does where that makes a difference.
fn step_name(step: &Step) -> String {
    let value = serde_json::to_value(step).unwrap_or_default();
    let name = value["step"].as_str().unwrap_or_default();
    match value["kind"].as_str() {
        Some(kind) => format!("{name} {kind}"),
        None => name.to_owned(),
    }
}
