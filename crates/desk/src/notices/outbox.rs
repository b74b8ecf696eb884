//! Sending: claim, hand over, close. Each mail leaves at most once by itself.
//!
//! The claim is committed before the first byte. A worker that dies leaves its mail in `sending`; after a while it becomes
//! `uncertain`. The copy that comes back to our own door settles it, or a person does.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use model::{CaseId, CaseState};
use store::Tx;
use store::mails::{self, MailChange, MailRow, MailState};
use text::mail::MailKind;

use super::compose;
use super::draft::{earlier, later};
use crate::channels::{Channel, Outcome};
use crate::{Desk, DeskError};

/// Mails of one call; the caller asks again.
const MAX_PER_CALL: usize = 200;
/// Attempts after which a mail that is put off again and again is given up: about two days.
const MAX_ATTEMPTS: i64 = 52;
/// First wait after a refusal for now; doubled each time.
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(60);
/// Longest wait.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(1);
/// A mail claimed for longer than the time allowed for sending and this has lost its worker.
const GRACE: SignedDuration = SignedDuration::from_mins(2);
/// The journal's name for the worker.
const ACTOR: &str = "job:send";

/// What one call of [`Desk::send_due`] did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SentDue {
    /// Taken by the mail server.
    pub sent: u32,
    /// To be tried again.
    pub put_off: u32,
    /// Refused.
    pub failed: u32,
    /// Nobody knows.
    pub uncertain: u32,
    /// Uncertain for too long: put before a person.
    pub for_a_person: u32,
}

impl Desk {
    /// Sends what is due through `channel`, and looks after mails whose sending was cut off.
    ///
    /// Any number of workers on any number of nodes may call this at the same time.
    pub async fn send_due(&self, channel: &dyn Channel) -> Result<SentDue, DeskError> {
        let mut done = self.tidy_outbox().await?;
        for _ in 0..MAX_PER_CALL {
            if !mails::has_due_mail(&mut &self.store, self.clock.now()).await? {
                break;
            }
            let owner = owner()?;
            let mut tx = self.store.begin().await?;
            let claimed = tx.claim_mail(&owner, self.clock.now()).await?;
            tx.commit().await?;
            // Another worker was quicker: it may be at the next one already.
            let Some(mail) = claimed else { continue };
            let outcome = self.hand_over(channel, &mail).await;
            self.close(&mail, &owner, outcome, &mut done).await?;
        }
        Ok(done)
    }

    /// Mails that lost their worker become uncertain; uncertain ones whose copy does not come go to a person.
    async fn tidy_outbox(&self) -> Result<SentDue, DeskError> {
        let now = self.clock.now();
        let sending = SignedDuration::from_secs(self.settings.mail.timeout_seconds.into());
        let waiting = SignedDuration::from_mins(self.settings.uncertain_minutes.into());
        let mut done = SentDue::default();
        let mut tx = self.store.begin().await?;
        for mail in tx.strand_mails(earlier(earlier(now, sending), GRACE)).await? {
            done.uncertain += 1;
            let detail = serde_json::json!({ "mail": mail.id, "why": "its worker ended while it was sent" });
            tx.journal_at_commit(now, ACTOR, "mail.uncertain", mail.case, detail);
        }
        for mail in tx.give_up_waiting(earlier(now, waiting)).await? {
            done.for_a_person += 1;
            let detail = serde_json::json!({ "mail": mail.id, "choices": ["resend", "mark-sent"] });
            tx.journal_at_commit(now, ACTOR, "mail.for-a-person", mail.case, detail);
            self.put_before_a_person(&mut tx, mail.case).await?;
        }
        tx.commit().await?;
        Ok(done)
    }

    async fn hand_over(&self, channel: &dyn Channel, mail: &MailRow) -> Outcome {
        let settings = &self.settings;
        let composed = compose::compose(mail, &settings.provider.name, &settings.copy_to, self.clock.now());
        let outgoing = match composed {
            Ok(outgoing) => outgoing,
            Err(error) => return Outcome::Refused(error.to_string()),
        };
        let limit = std::time::Duration::from_secs(settings.mail.timeout_seconds.into());
        match tokio::time::timeout(limit, channel.send(&outgoing)).await {
            Ok(outcome) => outcome,
            Err(_) => Outcome::Unknown(format!("{} did not answer within {limit:?}", channel.name())),
        }
    }

    async fn close(&self, mail: &MailRow, owner: &str, outcome: Outcome, done: &mut SentDue) -> Result<(), DeskError> {
        let now = self.clock.now();
        let outcome = match outcome {
            Outcome::Later(why) if mail.attempts >= MAX_ATTEMPTS => Outcome::Refused(why),
            other => other,
        };
        let own = [MailState::Sending, MailState::Uncertain];
        let mut tx = self.store.begin().await?;
        let change = |error| MailChange { owner: Some(owner), error, ..MailChange::default() };
        match &outcome {
            Outcome::Taken(said) => {
                let change = MailChange { sent_at: Some(now), ..change(None) };
                if tx.move_mail(mail.id, &own, MailState::Sent, &change).await? {
                    self.left_the_house(&mut tx, mail, ACTOR, said).await?;
                }
                done.sent += 1;
            }
            Outcome::Later(why) => {
                let change = MailChange { not_before: Some(later(now, wait(mail.attempts))), ..change(Some(why)) };
                tx.move_mail(mail.id, &own, MailState::Queued, &change).await?;
                done.put_off += 1;
            }
            Outcome::Refused(why) => {
                if tx.move_mail(mail.id, &own, MailState::Failed, &change(Some(why))).await? {
                    let detail = serde_json::json!({ "mail": mail.id, "kind": mail.kind, "attempts": mail.attempts });
                    tx.journal_at_commit(now, ACTOR, "mail.failed", mail.case, detail);
                    self.put_before_a_person(&mut tx, mail.case).await?;
                }
                done.failed += 1;
            }
            Outcome::Unknown(why) => {
                if tx.move_mail(mail.id, &own, MailState::Uncertain, &change(Some(why))).await? {
                    let detail =
                        serde_json::json!({ "mail": mail.id, "why": "the answer of the mail server was lost" });
                    tx.journal_at_commit(now, ACTOR, "mail.uncertain", mail.case, detail);
                }
                done.uncertain += 1;
            }
        }
        tx.commit().await?;
        Ok(())
    }

    /// What follows from a mail having left: the customer has been told, the case waits for the answer.
    pub(super) async fn left_the_house(
        &self,
        tx: &mut Tx,
        mail: &MailRow,
        actor: &str,
        how: &str,
    ) -> Result<(), DeskError> {
        let now = self.clock.now();
        let detail = serde_json::json!({ "mail": mail.id, "kind": mail.kind, "audience": mail.audience, "how": how });
        tx.journal_at_commit(now, actor, "mail.sent", mail.case, detail);
        let (Some(case), "customer" | "reseller") = (mail.case, mail.audience.as_str()) else { return Ok(()) };
        let asks = mail.kind.parse().is_ok_and(|kind: MailKind| kind.is_notice() || kind == MailKind::ResellerForward);
        let told = |row: &mut store::cases::CaseRow| {
            let first = row.first_action_at.is_none();
            row.first_action_at = row.first_action_at.or(Some(now));
            let moves = asks && matches!(row.state, CaseState::Triage | CaseState::Open | CaseState::Answered);
            if moves {
                row.state = CaseState::Waiting;
            }
            first || moves
        };
        let before = tx.change_case(case, now, told).await?;
        if let Some(before) = before.filter(|before| asks && before.state != CaseState::Waiting) {
            let after = store::cases::case(tx, case).await?.state;
            if after != before.state {
                let detail = serde_json::json!({ "from": before.state, "to": after, "mail": mail.id });
                tx.journal_at_commit(now, actor, "case.state", Some(case), detail);
            }
        }
        Ok(())
    }

    /// Marks the case of a mail as having something new, if it has a case.
    pub(super) async fn put_before_a_person(&self, tx: &mut Tx, case: Option<CaseId>) -> Result<(), DeskError> {
        if let Some(case) = case {
            tx.change_case(case, self.clock.now(), |row| !std::mem::replace(&mut row.unread, true)).await?;
        }
        Ok(())
    }
}

/// A name that no other claim has.
fn owner() -> Result<String, DeskError> {
    let mut random = [0_u8; 12];
    getrandom::fill(&mut random).map_err(DeskError::no_randomness)?;
    Ok(URL_SAFE_NO_PAD.encode(random))
}

/// How long to wait after the `attempts`-th attempt.
fn wait(attempts: i64) -> SignedDuration {
    let doublings = u32::try_from(attempts.clamp(1, 12) - 1).unwrap_or(0);
    FIRST_WAIT.saturating_mul(1 << doublings).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_an_hour_and_end_after_two_days() {
        assert_eq!(wait(1), FIRST_WAIT);
        assert_eq!(wait(3), SignedDuration::from_mins(4));
        assert_eq!(wait(1_000), LONGEST_WAIT);
        let all: i64 = (1..MAX_ATTEMPTS).map(|attempt| wait(attempt).as_secs()).sum();
        assert!((40 * 3600..56 * 3600).contains(&all), "{all}");
    }
}
