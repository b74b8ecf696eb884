//! What a rule would change: the reports of its sender read without and with it. Nothing is written.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use model::{Observation, Reading, ReportId, ReportReader, SenderRule};
use store::corrections;
use store::reports::{self, ReportRow};

use crate::corrections::person_of;
use crate::{Desk, DeskError};

/// Reports that are read again at most.
const MAX_REPORTS: i64 = 200;
/// How far back they lie.
const BACK: SignedDuration = SignedDuration::from_hours(180 * 24);

/// One report read twice.
#[derive(Debug, Clone, PartialEq)]
pub struct Replayed {
    /// The report.
    pub report: ReportId,
    /// When it was received.
    pub received_at: Timestamp,
    /// Its subject line.
    pub subject: Option<String>,
    /// Read with the rules in force; nothing if it is no report.
    pub before: Vec<Observation>,
    /// Read with the rule besides; nothing if it is no report.
    pub after: Vec<Observation>,
    /// What a person said of it.
    pub person: Option<Vec<Observation>>,
    /// Whether the two differ in what is accused, when or of what.
    pub changed: bool,
}

/// All of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Replay {
    /// Reports that the rule read, the latest first, at most 200.
    pub reports: Vec<Replayed>,
    /// How many it reads otherwise.
    pub changed: usize,
    /// Of those that a person corrected: how many are read as he says, before and after.
    pub right: (usize, usize),
    /// How many a person corrected.
    pub corrected: usize,
}

impl Desk {
    /// Reads the reports that the rule's sender has sent in the last half year, without and with the rule.
    pub async fn try_rule(&self, rule: &SenderRule) -> Result<Replay, DeskError> {
        self.check_rule(rule)?;
        let mut rules = self.rules_in_force().await?;
        let before = self.ready(&rules)?;
        rules.retain(|known| known.name != rule.name);
        rules.push(rule.clone());
        let after = self.ready(&rules)?;
        let since = self.clock.now().saturating_sub(BACK).unwrap_or(Timestamp::MIN);
        let mut replay = Replay::default();
        for row in reports::of_sender(&mut &self.store, &rule.from, since, MAX_REPORTS).await? {
            let raw = self.store.get_raw(&row.raw_hash).await?;
            let (old, new) = read_both(&before, &after, raw, row.received_at).await?;
            let by_rule = new.rule.as_ref().is_some_and(|used| used.name == rule.name);
            let was_by_rule = old.rule.as_ref().is_some_and(|used| used.name == rule.name);
            if by_rule || was_by_rule {
                let person = self.persons_word(&row).await?;
                replay.note(row, old, new, person);
            }
        }
        Ok(replay)
    }

    async fn persons_word(&self, row: &ReportRow) -> Result<Option<Vec<Observation>>, DeskError> {
        let Some(id) = row.correction else { return Ok(None) };
        let row = corrections::correction(&mut &self.store, id).await?;
        Ok(Some(person_of(&row)?.observations))
    }
}

impl Replay {
    fn note(&mut self, row: ReportRow, old: Reading, new: Reading, person: Option<Vec<Observation>>) {
        let (before, after) = (said(&old.observations), said(&new.observations));
        let changed = before != after || old.report != new.report;
        self.changed += usize::from(changed);
        if let Some(person) = &person {
            let person = accused(person);
            self.corrected += 1;
            self.right.0 += usize::from(accused(&old.observations) == person);
            self.right.1 += usize::from(accused(&new.observations) == person);
        }
        self.reports.push(Replayed {
            report: row.id,
            received_at: row.received_at,
            subject: row.subject.or(new.subject),
            before: old.observations,
            after: new.observations,
            person,
            changed,
        });
    }
}

type Subject = (Option<std::net::IpAddr>, Option<String>, Option<String>);

/// Whom observations accuse.
fn accused(all: &[Observation]) -> Vec<Subject> {
    let mut subjects: Vec<Subject> = all
        .iter()
        .map(|seen| (seen.ip, seen.url.clone().or_else(|| seen.domain.clone()), seen.account.clone()))
        .collect();
    subjects.sort();
    subjects
}

/// The same, of what and when.
fn said(all: &[Observation]) -> Vec<(Subject, Option<u16>, &'static str, Option<Timestamp>)> {
    let mut said: Vec<_> = all
        .iter()
        .map(|seen| {
            let subject = (seen.ip, seen.url.clone().or_else(|| seen.domain.clone()), seen.account.clone());
            (subject, seen.port, seen.category.name(), seen.at.as_ref().map(|at| at.at))
        })
        .collect();
    said.sort();
    said
}

/// Reads on a thread of its own: a large mail must not hold up others.
async fn read_both(
    before: &Arc<dyn ReportReader>,
    after: &Arc<dyn ReportReader>,
    raw: Vec<u8>,
    received: Timestamp,
) -> Result<(Reading, Reading), DeskError> {
    let (before, after) = (Arc::clone(before), Arc::clone(after));
    let read = move || (before.read(&raw, received), after.read(&raw, received));
    tokio::task::spawn_blocking(read).await.map_err(DeskError::unreadable)
}
