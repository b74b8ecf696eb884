//! What a person does with the mails of a case: read, change, hold, release, take back, settle what is uncertain.

use jiff::SignedDuration;
use model::{CaseState, MailId, Permission};
use serde::Deserialize;
use store::mails::{self, MailChange, MailRow, MailState};
use store::notices as facts;
use store::{Query, Tx};

use super::draft::{Auto, Head, later};
use super::settings::ReporterIdentity;
use crate::why::reasons;
use crate::{Actor, Desk, DeskError, Why};

/// Longest subject that a person may write, characters.
const MAX_SUBJECT: usize = 150;
/// Longest text, bytes.
const MAX_BODY: usize = 256 * 1024;

/// A person's version of a draft.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailEdit {
    /// Subject.
    pub subject: String,
    /// Text.
    pub body: String,
}

impl Desk {
    /// Replaces subject and text of a draft. A mail to a reporter can't name the customer, nor the other way round.
    pub async fn edit(&self, actor: &Actor, mail: MailId, edit: &MailEdit) -> Result<MailRow, DeskError> {
        actor.must(Permission::WorkCases)?;
        let subject = text::wording::clean(&edit.subject, MAX_SUBJECT);
        if subject.is_empty() || edit.body.trim().is_empty() || edit.body.len() > MAX_BODY {
            return Err(DeskError::Invalid(reasons::mail_incomplete()));
        }
        let mut tx = self.store.begin().await?;
        let row = mails::mail(&mut tx, mail).await?;
        self.names_nobody(&mut tx, &row, &format!("{subject}\n{}", edit.body)).await?;
        if !tx.edit_mail(mail, &subject, &edit.body).await? {
            return Err(wrong_state(&row, reasons::mail_not_draft()));
        }
        let detail = serde_json::json!({ "mail": mail, "subject_before": row.subject, "body_before": row.body });
        self.finish(tx, actor, mail, row.case, "mail.edited", detail).await
    }

    /// Sends a draft now: its time in the outbox has come.
    pub async fn send_now(&self, actor: &Actor, mail: MailId) -> Result<MailRow, DeskError> {
        self.send_after(actor, mail, SignedDuration::ZERO).await
    }

    /// Sends a draft once the time has passed in which a person can take it back.
    pub async fn release(&self, actor: &Actor, mail: MailId) -> Result<MailRow, DeskError> {
        self.send_after(actor, mail, SignedDuration::from_secs(self.settings.mail.undo_seconds.into())).await
    }

    async fn send_after(&self, actor: &Actor, mail: MailId, hold: SignedDuration) -> Result<MailRow, DeskError> {
        actor.must(Permission::WorkCases)?;
        let mut tx = self.store.begin().await?;
        let row = mails::mail(&mut tx, mail).await?;
        let mut head: Head = serde_json::from_value(row.headers.clone())
            .map_err(|error| DeskError::Invalid(reasons::mail_head_damaged(mail, error.to_string())))?;
        if head.dry_run {
            return Err(wrong_state(&row, reasons::mail_of_dry_run()));
        }
        self.still_true(&mut tx, &row).await?;
        // A person has read it: it is not the work of a machine any more (RFC 3834, section 5).
        head.auto = Auto::No;
        tx.set_mail_headers(mail, &serde_json::json!(head)).await?;
        let change = MailChange { not_before: Some(later(self.clock.now(), hold)), ..MailChange::default() };
        if !tx.move_mail(mail, &[MailState::Draft, MailState::Queued], MailState::Queued, &change).await? {
            return Err(wrong_state(&row, reasons::mail_not_sendable()));
        }
        self.finish(tx, actor, mail, row.case, "mail.released", serde_json::json!({ "mail": mail })).await
    }

    /// Takes a queued mail back into the drafts, while its time has not come.
    pub async fn hold(&self, actor: &Actor, mail: MailId) -> Result<MailRow, DeskError> {
        self.take_back(actor, mail, &[MailState::Queued], MailState::Draft, "mail.held").await
    }

    /// Takes a mail back for good.
    pub async fn cancel(&self, actor: &Actor, mail: MailId) -> Result<MailRow, DeskError> {
        let from = [MailState::Draft, MailState::Queued, MailState::Failed];
        self.take_back(actor, mail, &from, MailState::Cancelled, "mail.cancelled").await
    }

    /// Sends an uncertain or refused mail (again), with the same Message-ID: whoever has it already can see that.
    pub async fn resend(&self, actor: &Actor, mail: MailId) -> Result<MailRow, DeskError> {
        actor.must(Permission::WorkCases)?;
        let mut tx = self.store.begin().await?;
        let row = mails::mail(&mut tx, mail).await?;
        let hold = SignedDuration::from_secs(self.settings.mail.undo_seconds.into());
        let change = MailChange { not_before: Some(later(self.clock.now(), hold)), ..MailChange::default() };
        if !tx.move_mail(mail, &[MailState::Uncertain, MailState::Failed], MailState::Queued, &change).await? {
            return Err(wrong_state(&row, reasons::mail_not_uncertain_or_failed()));
        }
        let detail = serde_json::json!({ "mail": mail, "was": row.state, "attempts": row.attempts });
        self.finish(tx, actor, mail, row.case, "mail.resent", detail).await
    }

    /// Settles an uncertain mail: the person has seen in the mail server's log that it left.
    pub async fn mark_sent(&self, actor: &Actor, mail: MailId) -> Result<MailRow, DeskError> {
        actor.must(Permission::WorkCases)?;
        let mut tx = self.store.begin().await?;
        let row = mails::mail(&mut tx, mail).await?;
        let change = MailChange { sent_at: row.sending_at.or(Some(self.clock.now())), ..MailChange::default() };
        if !tx.move_mail(mail, &[MailState::Uncertain], MailState::Sent, &change).await? {
            return Err(wrong_state(&row, reasons::mail_not_uncertain()));
        }
        self.left_the_house(&mut tx, &row, &actor.name, "a person says so").await?;
        tx.commit().await?;
        Ok(mails::mail(&mut &self.store, mail).await?)
    }

    /// Uncertain mails, oldest first: the list a person works through.
    pub async fn uncertain_mails(&self, limit: i64) -> Result<Vec<MailRow>, DeskError> {
        Ok(mails::mails_in(&mut &self.store, MailState::Uncertain, limit.clamp(1, 1000)).await?)
    }

    async fn take_back(
        &self,
        actor: &Actor,
        mail: MailId,
        from: &[MailState],
        to: MailState,
        event: &str,
    ) -> Result<MailRow, DeskError> {
        actor.must(Permission::WorkCases)?;
        let mut tx = self.store.begin().await?;
        let row = mails::mail(&mut tx, mail).await?;
        if !tx.move_mail(mail, from, to, &MailChange::default()).await? {
            return Err(wrong_state(&row, reasons::mail_gone()));
        }
        self.finish(tx, actor, mail, row.case, event, serde_json::json!({ "mail": mail, "was": row.state })).await
    }

    async fn finish(
        &self,
        mut tx: Tx,
        actor: &Actor,
        mail: MailId,
        case: Option<model::CaseId>,
        event: &str,
        detail: serde_json::Value,
    ) -> Result<MailRow, DeskError> {
        tx.journal_at_commit(self.clock.now(), &actor.name, event, case, detail);
        let row = mails::mail(&mut tx, mail).await?;
        tx.commit().await?;
        Ok(row)
    }

    /// Whether what a draft says still holds: its deadline lies ahead and its case is open.
    async fn still_true(&self, query: &mut impl Query, mail: &MailRow) -> Result<(), DeskError> {
        let (Some(case), false) = (mail.case, mail.audience == "reporter") else { return Ok(()) };
        let case = facts::case_facts(query, case).await?;
        let late = case.deadline_kind.as_deref() == Some(super::customer::CUSTOMER)
            && case.deadline_at.is_some_and(|at| at <= self.clock.now());
        if late {
            return Err(wrong_state(mail, reasons::mail_deadline_passed()));
        }
        if case.state == CaseState::Closed && mail.kind != "customer-closed" {
            return Err(wrong_state(mail, reasons::mail_case_closed()));
        }
        Ok(())
    }

    /// Refuses a text that tells one side who the other is (D32).
    async fn names_nobody(&self, query: &mut impl Query, mail: &MailRow, text: &str) -> Result<(), DeskError> {
        let Some(case) = mail.case else { return Ok(()) };
        let names = if mail.audience == "reporter" {
            customer_names(query, case).await?
        } else {
            self.reporter_names(query, case).await?
        };
        let written = text.to_lowercase();
        let before = mail.body.to_lowercase();
        // What the reporter himself wrote (the address of a sender of spam, say) stands in the draft already.
        if names.iter().any(|name| written.contains(name) && !before.contains(name)) {
            let to_reporter = mail.audience == "reporter";
            let why = if to_reporter { reasons::mail_names_customer() } else { reasons::mail_names_reporter() };
            return Err(DeskError::Invalid(why));
        }
        Ok(())
    }

    async fn reporter_names(&self, query: &mut impl Query, case: model::CaseId) -> Result<Vec<String>, DeskError> {
        let share = self.settings.mail.reporter_identity == ReporterIdentity::Share;
        let mut names = Vec::new();
        for reporter in facts::reports_of(query, case, 1000).await?.into_iter().filter_map(|report| report.reporter) {
            if !(share && reporter.share_identity) {
                names.push(reporter.address);
                names.extend(reporter.name);
            }
        }
        Ok(usable(names))
    }
}

async fn customer_names(query: &mut impl Query, case: model::CaseId) -> Result<Vec<String>, DeskError> {
    let Some(contract) = facts::case_facts(query, case).await?.contract else { return Ok(Vec::new()) };
    let customer = contract.customer;
    let names = [Some(contract.key), Some(customer.name), Some(customer.key), customer.mail, customer.desk_mail];
    Ok(usable(names.into_iter().flatten().collect()))
}

/// Names long enough to name somebody, in lower case.
fn usable(names: Vec<String>) -> Vec<String> {
    let long_enough = |name: &String| name.chars().count() >= if name.is_ascii() { 4 } else { 2 };
    names.into_iter().map(|name| name.trim().to_lowercase()).filter(long_enough).collect()
}

fn wrong_state(mail: &MailRow, why: Why) -> DeskError {
    DeskError::State(reasons::mail_state(mail.id, mail.state, why))
}
