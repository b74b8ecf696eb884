//! The clock of notices: a reminder at half-time, and at the deadline a proposal to a person. Nothing is stopped by a clock.

use jiff::{SignedDuration, Timestamp, ToSpan};
use model::calendar::Calendar;
use model::inventory::Control;
use model::{CaseState, Lane, Lang, MeasureKind, Place};
use store::Tx;
use store::notices::{self as facts, CaseFacts, Running};
use text::mail::MailKind;
use text::wording::date_mail;

use crate::pipeline::{Wanted, parse_place};
use crate::{Desk, DeskError, Mode};

/// Waiting cases that one call looks at.
const MAX_CASES: i64 = 50_000;
/// Reminders go out in the morning: so long before the end of the business day (18:00).
const MORNING: SignedDuration = SignedDuration::from_hours(8);
/// Deadlines with fewer business days than this get no reminder: it would come with the notice.
const MIN_DAYS: u32 = 2;
/// The journal's name for the clock.
const ACTOR: &str = "job:tick";

/// What one call of [`Desk::tick_deadlines`] did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ticked {
    /// Reminders written.
    pub reminded: u32,
    /// Cases put before a person because the deadline passed without an answer.
    pub escalated: u32,
}

impl Desk {
    /// Reminds customers whose time is half over, and puts cases whose deadline has passed before a person, with the next
    /// measure written down for approval (A41). Each happens once in a round, however often and on however many nodes this
    /// is called.
    pub async fn tick_deadlines(&self) -> Result<Ticked, DeskError> {
        let now = self.clock.now();
        let calendar = self.calendar(&mut &self.store).await?;
        let mut ticked = Ticked::default();
        for running in facts::running_deadlines(&mut &self.store, MAX_CASES).await? {
            if running.deadline <= now {
                ticked.escalated += u32::from(self.escalate(&running, &calendar).await?);
            } else if running.reminded.is_none_or(|at| at < running.told)
                && reminder_at(&calendar, running.told, running.deadline).is_some_and(|at| at <= now)
            {
                let mut tx = self.store.begin().await?;
                let mail = self
                    .write_customer_mail(&mut tx, running.case, MailKind::CustomerReminder, Mode::Act, ACTOR)
                    .await?;
                tx.commit().await?;
                ticked.reminded += u32::from(mail.is_some());
            }
        }
        Ok(ticked)
    }

    async fn escalate(&self, running: &Running, calendar: &Calendar) -> Result<bool, DeskError> {
        let now = self.clock.now();
        let mut tx = self.store.begin().await?;
        let change = |row: &mut store::cases::CaseRow| {
            // Asked again under the lock: an answer may just have come in.
            let passed = row.state == CaseState::Waiting
                && row.deadline_kind.as_deref() == Some(super::customer::CUSTOMER)
                && row.deadline_at.is_some_and(|at| at <= now);
            if passed {
                row.state = CaseState::Open;
                row.deadline_kind = Some("desk".to_owned());
                row.unread = true;
            }
            passed
        };
        if tx.change_case(running.case, now, change).await?.is_none() {
            return Ok(false);
        }
        let case = facts::case_facts(&mut tx, running.case).await?;
        let (proposal, measure) = match case.lane {
            // Silence is not consent to a claim of right: a person weighs it.
            Lane::Rights => ("decide-on-the-claim", None),
            Lane::Abuse => {
                let (kind, url) = next_measure(&mut tx, &case).await?;
                let day = |at| date_mail(Lang::Ja, at, calendar.zone()).into();
                let said = [("told", day(running.told)), ("deadline", day(running.deadline))];
                let purpose = text::ta(Lang::Ja, "measure-no-answer", &said);
                let wanted = Wanted { kind, clause: None, url: url.as_deref(), purpose };
                (kind.name(), self.propose(&mut tx, running.case, wanted, ACTOR).await?)
            }
        };
        let detail = serde_json::json!({
            "reason": "no-answer", "proposal": proposal, "measure": measure, "told_at": running.told, "deadline_at": running.deadline,
            "reminded_at": running.reminded, "from": CaseState::Waiting, "to": CaseState::Open,
        });
        tx.journal_at_commit(now, ACTOR, "case.escalation-proposed", Some(running.case), detail);
        tx.commit().await?;
        Ok(true)
    }
}

/// What is proposed when nobody answers: where we run the system, the narrowest thing that stops it; else the service.
async fn next_measure(tx: &mut Tx, case: &CaseFacts) -> Result<(MeasureKind, Option<String>), DeskError> {
    if case.contract.as_ref().is_none_or(|contract| contract.control == Control::Root) {
        return Ok((MeasureKind::Suspend, None));
    }
    if let Place::Account(_) = parse_place(&case.place) {
        return Ok((MeasureKind::LockAccount, None));
    }
    let page = facts::seen_in(tx, case.id).await?.into_iter().find_map(|seen| seen.url);
    Ok((if page.is_some() { MeasureKind::QuarantinePath } else { MeasureKind::Suspend }, page))
}

/// The morning of the business day in the middle between telling and deadline; nothing if there is too little time.
fn reminder_at(calendar: &Calendar, told: Timestamp, deadline: Timestamp) -> Option<Timestamp> {
    let zone = calendar.zone();
    let last = deadline.to_zoned(zone.clone()).date();
    let mut day = told.to_zoned(zone.clone()).date();
    let mut days = 0;
    // Bounded: deadlines lie weeks ahead, not years.
    while day < last && days < 250 {
        day = day.checked_add(1.day()).ok()?;
        days += u32::from(calendar.is_business_day(day));
    }
    let at = earlier_in_the_day(calendar.deadline(told, days / 2));
    (days >= MIN_DAYS && at > told && at < deadline).then_some(at)
}

fn earlier_in_the_day(evening: Timestamp) -> Timestamp {
    evening.saturating_sub(MORNING).unwrap_or(evening)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn half_time_is_counted_in_business_days() {
        let calendar = Calendar::default();
        // Told on Friday afternoon, four business days: Monday is a holiday, so they are Tuesday to Friday.
        let told = at("2026-11-20T15:00:00+09:00");
        let deadline = calendar.deadline(told, 4);
        assert_eq!(deadline, at("2026-11-27T18:00:00+09:00"));
        assert_eq!(reminder_at(&calendar, told, deadline), Some(at("2026-11-25T10:00:00+09:00")));
    }

    #[test]
    fn a_short_deadline_has_no_reminder() {
        let calendar = Calendar::default();
        let told = at("2026-11-24T09:00:00+09:00");
        assert_eq!(reminder_at(&calendar, told, calendar.deadline(told, 1)), None);
        assert_eq!(reminder_at(&calendar, told, told), None);
        assert_eq!(reminder_at(&calendar, told, at("2026-11-23T09:00:00+09:00")), None);
        assert!(reminder_at(&calendar, told, calendar.deadline(told, 2)).is_some());
    }
}
