//! The everyday operations: take it, sort it, accept it, close it, open it again.

use jiff::Timestamp;
use model::{CaseState, Category, CauseClass, ContractId, Exit, Grade, UserId};
use serde_json::json;
use store::cases::{self, CaseRow};
use text::mail::MailKind;

use super::{At, Open};
use crate::playbook::{Attributed, Service, Settled};
use crate::why::reasons;
use crate::{Actor, Desk, DeskError, Said};

/// Longest words of a person on a case.
const MAX_WORDS: usize = 10_000;

/// How a case is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// The exit.
    pub exit: Exit,
    /// Clause of the terms, law, or the body it is referred to (`police`).
    pub clause: Option<String>,
    /// A person's words.
    pub note: Option<String>,
}

impl Closing {
    /// An exit without clause and words.
    pub const fn new(exit: Exit) -> Self {
        Self { exit, clause: None, note: None }
    }
}

impl Desk {
    /// Gives a case to a person, or to nobody.
    pub async fn assign_case(&self, actor: &Actor, at: At, to: Option<UserId>) -> Result<CaseRow, DeskError> {
        self.change_one(actor, at, "case.assigned", json!({}), |case| {
            case.assignee = to;
            Ok(())
        })
        .await
    }

    /// Writes a person's words into the timeline of a case.
    pub async fn note_case(&self, actor: &Actor, at: At, text: &str) -> Result<CaseRow, DeskError> {
        let text = worded(text)?;
        let Open { mut tx, old, .. } = self.open_case(actor, at).await?;
        let saved = self.write_change(&mut tx, actor, "case.note", &old, old.clone(), json!({ "text": text })).await?;
        tx.commit().await?;
        Ok(saved)
    }

    /// Hides a case from the queue until a moment, or shows it again.
    pub async fn snooze_case(&self, actor: &Actor, at: At, until: Option<Timestamp>) -> Result<CaseRow, DeskError> {
        let now = self.clock.now();
        self.change_one(actor, at, "case.snoozed", json!({}), |case| {
            must_be_open(case)?;
            if until.is_some_and(|until| until <= now) {
                return Err(DeskError::Invalid(reasons::moment_passed()));
            }
            case.snoozed_until = until;
            Ok(())
        })
        .await
    }

    /// Notes that somebody looked at what is new.
    pub async fn seen_case(&self, actor: &Actor, at: At) -> Result<CaseRow, DeskError> {
        self.change_one(actor, at, "case.seen", json!({}), |case| {
            case.unread = false;
            Ok(())
        })
        .await
    }

    /// Adds time and clicks that a person spent (A04, B51). It is no change of the case: no version, no journal.
    pub async fn touch_case(
        &self,
        actor: &Actor,
        case: model::CaseId,
        work_ms: u32,
        clicks: u32,
    ) -> Result<(), DeskError> {
        actor.must(model::Permission::WorkCases)?;
        let mut tx = self.store.begin().await?;
        tx.touch_case(case, work_ms, clicks).await?;
        Ok(tx.commit().await?)
    }

    /// Sorts a case under another category. It may change desk and severity; the playbook decides again, and what it would
    /// do is shown but not done.
    pub async fn set_category(&self, actor: &Actor, at: At, category: Category) -> Result<CaseRow, DeskError> {
        self.settle_case(actor, at, "case.category", None, |case, settled| {
            if category.lane() != case.lane {
                return Err(DeskError::Invalid(reasons::category_of_other_desk(category, category.lane(), case.lane)));
            }
            settled.category = Some(category);
            Ok(())
        })
        .await
    }

    /// Says what lies behind a case, how sure that is, and why (A06).
    pub async fn set_cause(
        &self,
        actor: &Actor,
        at: At,
        class: CauseClass,
        confidence: f64,
        reason: &str,
    ) -> Result<CaseRow, DeskError> {
        let reason = worded(reason)?;
        if !(0.0..=1.0).contains(&confidence) {
            return Err(DeskError::Invalid(reasons::confidence_out_of_range()));
        }
        self.settle_case(actor, at, "case.cause", Some(reason), |_, settled| {
            settled.cause = Some((class, confidence));
            Ok(())
        })
        .await
    }

    /// Says how good the evidence is (B20).
    pub async fn set_grade(&self, actor: &Actor, at: At, grade: Grade) -> Result<CaseRow, DeskError> {
        self.settle_case(actor, at, "case.grade", None, |_, settled| {
            settled.grade = Some(grade);
            Ok(())
        })
        .await
    }

    async fn settle_case(
        &self,
        actor: &Actor,
        at: At,
        kind: &str,
        cause_reason: Option<String>,
        change: impl FnOnce(&CaseRow, &mut Settled) -> Result<(), DeskError> + Send,
    ) -> Result<CaseRow, DeskError> {
        let Open { mut tx, old, context } = self.open_case(actor, at).await?;
        let mut facts = self.facts_of(&mut tx, &old).await?;
        let before = facts.settled.clone();
        change(&old, &mut facts.settled)?;
        if facts.settled == before && cause_reason.is_none() {
            return Ok(old);
        }
        let mut new = old.clone();
        let stored = self.redecide(&mut tx, &context, &mut new, facts).await?;
        if cause_reason.is_some() {
            new.cause_reason = cause_reason;
        }
        let more = json!({ "settled_before": before, "rule": stored.decision.rule });
        let saved = self.write_change(&mut tx, actor, kind, &old, new, more).await?;
        tx.commit().await?;
        Ok(saved)
    }

    /// Takes a case out of triage for a contract that a person chose; the playbook decides, and its steps are carried out.
    pub async fn accept_case(&self, actor: &Actor, at: At, contract: Option<ContractId>) -> Result<CaseRow, DeskError> {
        let Open { mut tx, old, context } = self.open_case(actor, at).await?;
        if old.state != CaseState::Triage {
            return Err(DeskError::State(reasons::case_not_in_triage(&old.number)));
        }
        let Some(contract) = contract.or(old.contract) else {
            return Err(DeskError::Invalid(reasons::choose_contract()));
        };
        if old.contract.is_some_and(|known| known != contract) {
            return Err(DeskError::State(reasons::case_of_other_contract(&old.number)));
        }
        let is = cases::contract_facts(&mut tx, contract)
            .await?
            .ok_or_else(|| DeskError::Invalid(reasons::no_such_contract(contract)))?;
        let mut facts = self.facts_of(&mut tx, &old).await?;
        let settled_before = facts.settled.clone();
        // Who takes it on has seen what was read.
        facts.settled.reading = true;
        facts.attributed = Attributed::One;
        facts.service =
            Some(Service { kind: is.service, control: is.control, since: is.from, resold: is.reseller.is_some() });
        let mut new =
            CaseRow { contract: Some(contract), customer: Some(is.customer), state: CaseState::Open, ..old.clone() };
        let stored = self.redecide(&mut tx, &context, &mut new, facts).await?;
        new.deadline_at = stored.decision.deadline;
        new.deadline_kind = new.deadline_at.map(|_| "desk".to_owned());
        let more = json!({ "rule": stored.decision.rule, "settled_before": settled_before });
        let saved = self.write_change(&mut tx, actor, "case.accepted", &old, new, more).await?;
        let rule = format!("rule:{}", stored.decision.rule);
        self.act_on_case(&mut tx, &context, saved.id, &stored.decision, None, &rule).await?;
        let saved = cases::case(&mut tx, saved.id).await?;
        tx.commit().await?;
        Ok(saved)
    }

    /// Closes a case by one of the exits of B05, or as nothing to do. Reporters hear of it, and their trust follows it.
    pub async fn close_case(&self, actor: &Actor, at: At, closing: &Closing) -> Result<CaseRow, DeskError> {
        let Open { mut tx, old, .. } = self.open_case(actor, at).await?;
        must_be_open(&old)?;
        let told = cases::told_at(&mut tx, old.id).await?;
        let clause = closing.clause.as_deref().map(str::trim).filter(|clause| !clause.is_empty());
        fits(&old, closing.exit, clause.is_some(), told.is_some())?;
        let gaps = self.closing_gaps(&mut tx, &old, closing.exit).await?;
        if !gaps.is_empty() {
            let gaps = Said::Fields(gaps.into_iter().map(|gap| (gap.clone(), gap)).collect());
            return Err(DeskError::State(reasons::closing_lacks(&old.number, gaps)));
        }
        let note = closing.note.as_deref().filter(|note| !note.trim().is_empty()).map(worded).transpose()?;
        let now = self.clock.now();
        let new = CaseRow {
            state: CaseState::Closed,
            exit: Some(closing.exit),
            exit_clause: clause.map(str::to_owned),
            exit_note: note,
            closed_at: Some(now),
            snoozed_until: None,
            unread: false,
            ..old.clone()
        };
        let saved = self.write_change(&mut tx, actor, "case.closed", &old, new, json!({})).await?;
        self.judge_reporters(&mut tx, saved.id, closing.exit, 1).await?;
        self.lapse_proposals(&mut tx, saved.id, actor).await?;
        self.write_outcomes(&mut tx, saved.id, closing.exit).await?;
        if told.is_some() {
            self.write_customer_mail(&mut tx, saved.id, MailKind::CustomerClosed, self.settings.notices, &actor.name)
                .await?;
        }
        let saved = cases::case(&mut tx, saved.id).await?;
        tx.commit().await?;
        Ok(saved)
    }

    /// Opens a closed case again.
    pub async fn reopen_case(&self, actor: &Actor, at: At, reason: &str) -> Result<CaseRow, DeskError> {
        let reason = worded(reason)?;
        let Open { mut tx, old, .. } = self.open_case(actor, at).await?;
        let Some(exit) = old.exit.filter(|_| old.state == CaseState::Closed) else {
            return Err(DeskError::State(reasons::case_not_closed(&old.number)));
        };
        if exit == Exit::Merged {
            return Err(DeskError::State(reasons::case_merged_away(&old.number)));
        }
        let new = CaseRow {
            state: if old.contract.is_some() { CaseState::Open } else { CaseState::Triage },
            exit: None,
            exit_clause: None,
            exit_note: None,
            closed_at: None,
            reopened: old.reopened + 1,
            ..old.clone()
        };
        let saved = self.write_change(&mut tx, actor, "case.reopened", &old, new, json!({ "reason": reason })).await?;
        self.judge_reporters(&mut tx, saved.id, exit, -1).await?;
        tx.commit().await?;
        Ok(saved)
    }
}

fn must_be_open(case: &CaseRow) -> Result<(), DeskError> {
    if case.state == CaseState::Closed {
        return Err(DeskError::State(reasons::case_closed(&case.number)));
    }
    Ok(())
}

/// Whether a case can end this way.
fn fits(case: &CaseRow, exit: Exit, has_clause: bool, told: bool) -> Result<(), DeskError> {
    let stops = matches!(exit, Exit::Stopped | Exit::WarnedThenStopped | Exit::Cancelled);
    let problem = match exit {
        Exit::Merged => Some(reasons::exit_by_merging()),
        _ if stops && case.contract.is_none() => Some(reasons::exit_without_contract()),
        _ if (stops || exit == Exit::ReferredOut) && !has_clause => Some(reasons::exit_without_clause()),
        Exit::Cancelled if case.cause != CauseClass::Deliberate => Some(reasons::exit_not_deliberate()),
        Exit::WarnedThenStopped if !told => Some(reasons::exit_not_told()),
        _ => None,
    };
    problem.map_or(Ok(()), |why| Err(DeskError::State(reasons::cannot_end(&case.number, exit, why))))
}

/// Words of a person: some, and not too many.
fn worded(text: &str) -> Result<String, DeskError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(DeskError::Invalid(reasons::words_missing()));
    }
    if text.len() > MAX_WORDS {
        return Err(DeskError::Invalid(reasons::words_too_long(MAX_WORDS)));
    }
    Ok(text.to_owned())
}
