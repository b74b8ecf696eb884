//! When the reader could not: a person says what a report accuses. What he says goes the way of every reading; what the
//! machine had read is kept beside it, so that it can be taken back and the readers be measured by it.

mod accused;
mod fixtures;
mod lacks;

use std::collections::HashMap;

use model::{CaseId, CaseState, Exit, Format, Noise, Observation, ObservationId, Permission, Reading, ReportId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::cases::{self, CaseRow};
use store::corrections::{self, CorrectionRow};
use store::observations::{self, ObservationRow};
use store::reports::{self, READ_REPORT, ReportRow};
use store::{StoreError, Tx};

use crate::pipeline::Context;
use crate::why::reasons;
use crate::{Actor, Desk, DeskError};

pub use accused::Accused;
pub(crate) use accused::place_of;
pub use fixtures::Fixture;
pub use lacks::lacks;

/// States of a report whose reading can be corrected. Answers in a conversation belong to their case by their thread.
const CORRECTABLE: [&str; 4] = ["set-aside", "noise", "dismissed", "read"];
/// Most values that a person's reading has.
const MAX_ACCUSED: usize = 5_000;

/// What a person says of a report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// Whether it is a report at all.
    pub report: bool,
    /// What it accuses.
    #[serde(default)]
    pub accused: Vec<Accused>,
}

/// A reading by a person, as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PersonsReading {
    /// Whether it is a report at all.
    pub report: bool,
    /// What it accuses.
    pub observations: Vec<Observation>,
}

/// What the machine had read, as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MachinesReading {
    /// State that the report came to.
    pub state: String,
    /// Format's name.
    pub format: Option<String>,
    /// Stable code of what went wrong.
    pub error_code: Option<String>,
    /// What it accused.
    pub observations: Vec<Observation>,
}

impl Desk {
    /// Puts what a person says in the place of what was read, and has the desk work on it. `seen` is the correction that he
    /// saw in force: one made meanwhile is not overwritten.
    pub async fn correct_report(
        &self,
        actor: &Actor,
        report: ReportId,
        seen: Option<i64>,
        correction: &Correction,
    ) -> Result<i64, DeskError> {
        actor.must(Permission::WorkCases)?;
        let reading = store::screens::reading(&mut &self.store, report).await?;
        let text = reading.as_ref().and_then(|reading| reading["text"].as_str()).unwrap_or_default();
        let person = self.persons_reading(report, correction, text).await?;
        let context = self.decision_context().await?;
        let mut tx = self.store.begin().await?;
        let row = correctable(&mut tx, report, seen).await?;
        let machine = match corrections::in_force(&mut tx, report).await? {
            Some(before) => before.machine,
            None => json!(machines_reading(&mut tx, &row).await?),
        };
        let value = json!(person);
        let id = tx.add_correction(report, &actor.name, &machine, &value, self.clock.now()).await?;
        let detail =
            json!({ "report": report, "correction": id, "was": row.state, "machine": machine, "person": value });
        self.read_anew(&mut tx, &context, actor, &row, "report.corrected", detail).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Takes a correction back: the machine's reading counts again.
    pub async fn undo_correction(&self, actor: &Actor, report: ReportId, seen: i64) -> Result<(), DeskError> {
        actor.must(Permission::WorkCases)?;
        let context = self.decision_context().await?;
        let mut tx = self.store.begin().await?;
        let row = correctable(&mut tx, report, Some(seen)).await?;
        tx.end_correction(report, &actor.name, self.clock.now()).await?;
        let detail = json!({ "report": report, "correction": seen });
        self.read_anew(&mut tx, &context, actor, &row, "report.correction-undone", detail).await?;
        Ok(tx.commit().await?)
    }

    /// Keeps the correction of a report as an example by which the readers are measured, or no longer.
    pub async fn mark_fixture(&self, actor: &Actor, report: ReportId, fixture: bool) -> Result<(), DeskError> {
        actor.must(Permission::WorkCases)?;
        let mut tx = self.store.begin().await?;
        if !tx.mark_fixture(report, fixture).await? {
            return Err(DeskError::State(reasons::not_corrected(report)));
        }
        let detail = json!({ "report": report, "fixture": fixture });
        tx.journal_at_commit(self.clock.now(), &actor.name, "report.fixture", None, detail);
        Ok(tx.commit().await?)
    }

    /// What a person says in the place of what was read, if he said anything.
    pub(crate) async fn corrected(
        &self,
        report: &ReportRow,
        from: usize,
        reading: Result<Reading, String>,
    ) -> Result<Result<Reading, String>, DeskError> {
        let Some(id) = report.correction else { return Ok(reading) };
        let row = corrections::correction(&mut &self.store, id).await?;
        let person: PersonsReading = serde_json::from_value(row.person).map_err(DeskError::unreadable)?;
        let mut reading = reading.unwrap_or_else(|_| Reading::new(Format::Generic));
        reading.report = person.report;
        reading.noise = (!person.report).then_some(Noise::Declared);
        // What a person says is worked on in one step.
        reading.observations = if from == 0 { person.observations } else { Vec::new() };
        reading.rest = 0;
        Ok(Ok(reading))
    }

    async fn persons_reading(
        &self,
        report: ReportId,
        correction: &Correction,
        text: &str,
    ) -> Result<PersonsReading, DeskError> {
        if !correction.report {
            return Ok(PersonsReading { report: false, observations: Vec::new() });
        }
        if correction.accused.is_empty() {
            return Err(DeskError::Invalid(reasons::nothing_accused()));
        }
        if correction.accused.len() > MAX_ACCUSED {
            return Err(DeskError::Invalid(reasons::too_many_accused(MAX_ACCUSED)));
        }
        let rows = observations::of_report(&mut &self.store, report).await?;
        let known: HashMap<ObservationId, &Observation> = rows.iter().map(|row| (row.id, &row.seen)).collect();
        let read = |accused: &Accused| -> Result<Observation, DeskError> {
            let base = match accused.of {
                // Read anew since he looked: the numbers are others.
                Some(id) => Some(*known.get(&id).ok_or_else(|| stale(report))?),
                None => None,
            };
            accused.observation(base, text).map_err(DeskError::Invalid)
        };
        let observations = correction.accused.iter().map(read).collect::<Result<_, _>>()?;
        Ok(PersonsReading { report: true, observations })
    }

    /// Takes what was read of a report out of its cases and lets the pipeline read it again.
    async fn read_anew(
        &self,
        tx: &mut Tx,
        context: &Context,
        actor: &Actor,
        row: &ReportRow,
        kind: &str,
        mut detail: serde_json::Value,
    ) -> Result<(), DeskError> {
        let cases = tx.take_observations(row.id).await?;
        for case in &cases {
            self.lose_evidence(tx, context, actor, *case, row.id).await?;
        }
        if !tx.move_report(row.id, &CORRECTABLE, "waiting", None, None).await? {
            return Err(not_correctable(row));
        }
        tx.enqueue(READ_REPORT, &json!({ "report": row.id }), context.now, None).await?;
        detail["cases"] = json!(cases);
        tx.journal_at_commit(context.now, &actor.name, kind, None, detail);
        Ok(())
    }

    /// A case without this report's evidence: counted and decided anew, or closed where nothing is left. Its reporters are
    /// not judged by it: it was the reading that was wrong.
    async fn lose_evidence(
        &self,
        tx: &mut Tx,
        context: &Context,
        actor: &Actor,
        case: CaseId,
        report: ReportId,
    ) -> Result<(), DeskError> {
        let old = cases::case(tx, case).await?;
        let mut new = old.clone();
        let left = observations::tally(tx, case).await?.observations;
        if left > 0 {
            self.recount(tx, context, &mut new).await?;
        } else {
            (new.reports, new.reporters, new.observations, new.duplicates) = (0, 0, 0, 0);
        }
        let empty = left == 0 && old.state != CaseState::Closed;
        if empty {
            new = CaseRow {
                state: CaseState::Closed,
                exit: Some(Exit::InfoOnly),
                closed_at: Some(context.now),
                snoozed_until: None,
                unread: false,
                ..new
            };
        }
        let kind = if empty { "case.emptied" } else { "case.corrected" };
        self.write_change(tx, actor, kind, &old, new, json!({ "report": report })).await?;
        if empty {
            self.lapse_proposals(tx, case, actor).await?;
        }
        Ok(())
    }
}

async fn correctable(tx: &mut Tx, report: ReportId, seen: Option<i64>) -> Result<ReportRow, DeskError> {
    let row = reports::report(tx, report).await?;
    if row.correction != seen {
        return Err(stale(report));
    }
    if CORRECTABLE.contains(&row.state.as_str()) { Ok(row) } else { Err(not_correctable(&row)) }
}

fn stale(report: ReportId) -> DeskError {
    StoreError::Stale { what: format!("reading of report {report}") }.into()
}

fn not_correctable(row: &ReportRow) -> DeskError {
    DeskError::State(reasons::report_state(row.id, &row.state, CORRECTABLE.join(", "), "corrected"))
}

async fn machines_reading(tx: &mut Tx, row: &ReportRow) -> Result<MachinesReading, DeskError> {
    let rows: Vec<ObservationRow> = observations::of_report(tx, row.id).await?;
    Ok(MachinesReading {
        state: row.state.clone(),
        format: row.format.clone(),
        error_code: row.error_code.clone(),
        observations: rows.into_iter().take(MAX_ACCUSED).map(|row| row.seen).collect(),
    })
}

/// What a person said, of a row.
pub fn person_of(row: &CorrectionRow) -> Result<PersonsReading, DeskError> {
    serde_json::from_value(row.person.clone()).map_err(DeskError::unreadable)
}

/// What the machine had read, of a row.
pub fn machine_of(row: &CorrectionRow) -> Result<MachinesReading, DeskError> {
    serde_json::from_value(row.machine.clone()).map_err(DeskError::unreadable)
}
