//! What comes back finds its case: answers of customers and reporters, bounces, machines' replies, copies of our own mails.
//!
//! A mail belongs to a conversation if it answers a Message-ID of ours or came to a signed address; both hold a token that
//! only who got our mail can know. The number of a case in the subject counts only together with an address that the case
//! knows: numbers can be guessed, and a stranger must not speak for a customer.

use jiff::SignedDuration;
use model::{CaseId, CaseState, MailId, Noise, Reading, ReportId};
use store::mails::{self, MailChange, MailRow, MailState};
use store::messages::{self, MessageKind, MessageRow};
use store::notices as facts;
use store::reports::ReportRow;
use store::{StoreError, Tx, cases};

use super::address::{Signer, Target};
use super::answers;
use super::customer::CUSTOMER;
use super::delivery::{self, Recipient};
use crate::{Desk, DeskError};

/// Characters of a message that are kept with its case; the whole mail is in the raw evidence.
const MAX_TEXT: usize = 20_000;
/// Words of a subject that are tried as numbers of cases.
const MAX_NUMBERS: usize = 5;
/// Business days in which the desk looks at an answer.
const LOOK_DAYS: u32 = 1;
/// The journal's name for what comes in.
const ACTOR: &str = "job:read-report";

/// What a mail that came in turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThreadKind {
    /// The customer or the reseller's desk answered.
    CustomerAnswer,
    /// A reporter answered.
    ReporterAnswer,
    /// A mail of ours came back.
    Bounce,
    /// A mail server tells of a delay or a delivery; nothing changes.
    Delivery,
    /// A machine answered: out of office and the like.
    AutoReply,
    /// The copy of a mail of ours: it has left the house.
    OwnCopy,
}

/// A mail that belongs to a conversation and so is no report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threaded {
    /// Its case; a mail about a report without a case has none.
    pub case: Option<CaseId>,
    /// What it is.
    pub kind: ThreadKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Customer,
    Reporter,
}

#[derive(Debug, Clone, Copy)]
struct Conversation {
    case: CaseId,
    side: Side,
    mail: Option<MailId>,
}

impl Desk {
    /// Finds the conversation that `report` belongs to and does what follows: an answered case, a dead address, a mail known
    /// to have left. Nothing if it belongs to none: then it may be a report.
    ///
    /// To be called for everything that comes in, first of all: the copy of a notice looks like a report. The caller marks the
    /// row of the report.
    pub async fn thread_reply(
        &self,
        tx: &mut Tx,
        report: ReportId,
        raw: &[u8],
        reading: &Reading,
    ) -> Result<Option<Threaded>, DeskError> {
        let signer = self.signer(tx).await?;
        let row = store::reports::report(tx, report).await?;
        if let Some(mail) = own_copy(tx, &signer, reading).await? {
            self.confirm_sent(tx, &mail).await?;
            return Ok(Some(Threaded { case: mail.case, kind: ThreadKind::OwnCopy }));
        }
        let statuses = delivery::delivery_status(raw);
        let null_sender = row.envelope_from.as_deref() == Some("");
        if reading.noise == Some(Noise::Bounce) || (null_sender && !statuses.is_empty()) {
            if let Some(mail) = returned(tx, &signer, &row, raw).await? {
                let kind = self.returned_mail(tx, &row, &mail, &statuses, reading).await?;
                return Ok(Some(Threaded { case: mail.case, kind }));
            }
            return Ok(None);
        }
        let Some(found) = self.conversation(tx, &signer, &row, reading).await? else { return Ok(None) };
        let kind = self.answer(tx, found, &row, reading).await?;
        Ok(Some(Threaded { case: Some(found.case), kind }))
    }

    /// A copy came back to our own door: the mail has left, whatever the worker knew of it.
    async fn confirm_sent(&self, tx: &mut Tx, mail: &MailRow) -> Result<(), DeskError> {
        let now = self.clock.now();
        // Queued: an attempt that seemed to be put off had been taken.
        let from = [MailState::Sending, MailState::Uncertain, MailState::Queued];
        let change = MailChange { sent_at: mail.sending_at.or(Some(now)), ..MailChange::default() };
        if mail.attempts > 0 && tx.move_mail(mail.id, &from, MailState::Sent, &change).await? {
            self.left_the_house(tx, mail, ACTOR, "its copy came back").await?;
        }
        Ok(())
    }

    /// A mail server sent one of our mails back, or says something about it.
    async fn returned_mail(
        &self,
        tx: &mut Tx,
        row: &ReportRow,
        mail: &MailRow,
        statuses: &[Recipient],
        reading: &Reading,
    ) -> Result<ThreadKind, DeskError> {
        let now = self.clock.now();
        let of_copy = |recipient: &&Recipient| {
            !self.settings.copy_to.is_empty() && recipient.address.eq_ignore_ascii_case(&self.settings.copy_to)
        };
        let about: Vec<&Recipient> = statuses.iter().filter(|recipient| !of_copy(recipient)).collect();
        let failed = about.iter().find(|recipient| recipient.failed());
        if failed.is_none() && !statuses.is_empty() {
            let event = if about.is_empty() { "mail.copy-returned" } else { "mail.delivery-notice" };
            let action = statuses.first().map(|recipient| recipient.action.clone());
            tx.journal_at_commit(
                now,
                ACTOR,
                event,
                mail.case,
                serde_json::json!({ "mail": mail.id, "action": action }),
            );
            return Ok(ThreadKind::Delivery);
        }
        let status = failed.map_or("", |recipient| recipient.status.as_str());
        let why =
            failed.map_or_else(|| "returned".to_owned(), |failed| format!("{} {}", failed.status, failed.diagnostic));
        let from = [MailState::Sent, MailState::Sending, MailState::Uncertain];
        let change = MailChange { error: Some(&why), ..MailChange::default() };
        let first = tx.move_mail(mail.id, &from, MailState::Bounced, &change).await?;
        if let Some(case) = mail.case {
            self.put_message(tx, case, MessageKind::Bounce, Some(mail.id), row, reading, true).await?;
        }
        if first {
            let detail =
                serde_json::json!({ "mail": mail.id, "kind": mail.kind, "audience": mail.audience, "status": status });
            tx.journal_at_commit(now, ACTOR, "mail.bounced", mail.case, detail);
            self.address_is_dead(tx, mail).await?;
        }
        Ok(ThreadKind::Bounce)
    }

    /// The customer cannot be told by mail: a person has to find another way, and the desk's clock runs, not the customer's.
    async fn address_is_dead(&self, tx: &mut Tx, mail: &MailRow) -> Result<(), DeskError> {
        let (Some(case), false) = (mail.case, mail.audience == "reporter") else { return Ok(()) };
        let now = self.clock.now();
        let until = self.calendar(tx).await?.deadline(now, LOOK_DAYS);
        let change = |row: &mut cases::CaseRow| {
            row.unread = true;
            if row.state == CaseState::Waiting {
                row.state = CaseState::Open;
                (row.deadline_at, row.deadline_kind) = (Some(until), Some("desk".to_owned()));
            }
            true
        };
        if let Some(before) = tx.change_case(case, now, change).await? {
            let detail = serde_json::json!({
                "reason": "address-does-not-work", "mail": mail.id, "from": before.state,
                "deadline_at": before.deadline_at, "deadline_kind": before.deadline_kind,
            });
            tx.journal_at_commit(now, ACTOR, "case.escalated", Some(case), detail);
        }
        Ok(())
    }

    /// The conversation by what the mail answers, where it was sent, or a number that the sender may know.
    async fn conversation(
        &self,
        tx: &mut Tx,
        signer: &Signer,
        row: &ReportRow,
        reading: &Reading,
    ) -> Result<Option<Conversation>, DeskError> {
        for id in &reading.in_reply_to {
            if let Some(mail) = signer.own_message(id)
                && let Some(found) = by_mail(tx, mail).await?
            {
                return Ok(Some(found));
            }
        }
        let found = match row.envelope_to.as_deref().and_then(|to| signer.target(to)) {
            Some(Target::Customer(case)) => Some(Conversation { case, side: Side::Customer, mail: None }),
            Some(Target::Reporter(case)) => Some(Conversation { case, side: Side::Reporter, mail: None }),
            Some(Target::Mail(mail)) => by_mail(tx, mail).await?,
            Some(Target::Report(report)) => by_report(tx, report).await?,
            None => by_number(tx, row, reading).await?,
        };
        // Cases are never deleted, but merged: what was said to the one belongs to the other.
        match found {
            None => Ok(None),
            Some(found) => match cases::merged_root(tx, found.case).await {
                Ok(root) => Ok(Some(Conversation { case: root.id, ..found })),
                Err(StoreError::NotFound { .. }) => Ok(None),
                Err(error) => Err(error.into()),
            },
        }
    }

    async fn answer(
        &self,
        tx: &mut Tx,
        found: Conversation,
        row: &ReportRow,
        reading: &Reading,
    ) -> Result<ThreadKind, DeskError> {
        let now = self.clock.now();
        let automatic = reading.automatic || reading.noise == Some(Noise::AutoReply);
        let kind = if found.side == Side::Customer { MessageKind::Customer } else { MessageKind::Reporter };
        let written = self.put_message(tx, found.case, kind, found.mail, row, reading, automatic).await?;
        if automatic {
            if written {
                let detail = serde_json::json!({ "report": row.id, "mail": found.mail, "from": kind });
                tx.journal_at_commit(now, ACTOR, "message.automatic", Some(found.case), detail);
            }
            return Ok(ThreadKind::AutoReply);
        }
        if written {
            match found.side {
                Side::Customer => self.customer_answered(tx, found, row).await?,
                Side::Reporter => {
                    self.put_before_a_person(tx, Some(found.case)).await?;
                    let detail = serde_json::json!({ "report": row.id, "mail": found.mail, "from": kind });
                    tx.journal_at_commit(now, ACTOR, "message.received", Some(found.case), detail);
                }
            }
        }
        Ok(if found.side == Side::Customer { ThreadKind::CustomerAnswer } else { ThreadKind::ReporterAnswer })
    }

    /// The customer's clock stops; the desk has a business day to look.
    async fn customer_answered(&self, tx: &mut Tx, found: Conversation, row: &ReportRow) -> Result<(), DeskError> {
        let now = self.clock.now();
        let look = self.calendar(tx).await?.deadline(now, LOOK_DAYS);
        let change = |case: &mut cases::CaseRow| {
            case.unread = true;
            if matches!(case.state, CaseState::Waiting | CaseState::Open) {
                case.state = CaseState::Answered;
                (case.deadline_at, case.deadline_kind) = (Some(look), Some("desk".to_owned()));
            }
            true
        };
        let before = tx.change_case(found.case, now, change).await?;
        let answered = merged_answers(tx, found.case).await?;
        if let Some(answers) = &answered {
            tx.set_answers(found.case, answers).await?;
        }
        let paused = before
            .as_ref()
            .filter(|case| case.deadline_kind.as_deref() == Some(CUSTOMER))
            .and_then(|case| case.deadline_at);
        let left = paused.map(|at| at.duration_since(now).max(SignedDuration::ZERO).as_secs());
        let detail = serde_json::json!({
            "report": row.id, "mail": found.mail, "from": before.as_ref().map(|case| case.state),
            "deadline_at": before.as_ref().and_then(|case| case.deadline_at), "seconds_left": left,
            "answers": answered.as_ref().and_then(|answers| answers.as_object().map(serde_json::Map::len)),
        });
        tx.journal_at_commit(now, ACTOR, "case.answered", Some(found.case), detail);
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "one row of a table; a struct for it would be the row again")]
    async fn put_message(
        &self,
        tx: &mut Tx,
        case: CaseId,
        kind: MessageKind,
        mail: Option<MailId>,
        row: &ReportRow,
        reading: &Reading,
        automatic: bool,
    ) -> Result<bool, DeskError> {
        let message = MessageRow {
            id: 0,
            case,
            report: row.id,
            mail,
            kind,
            from: reading.reporter.address.clone(),
            received_at: row.received_at,
            text: reading.text.chars().take(MAX_TEXT).collect(),
            automatic,
        };
        Ok(tx.put_message(&message).await?)
    }
}

/// What the customer has answered so far, the latest answer to each question.
async fn merged_answers(tx: &mut Tx, case: CaseId) -> Result<Option<serde_json::Value>, DeskError> {
    // What came by telephone stays where no mail answers the question.
    let mut merged = match cases::answers(tx, case).await? {
        Some(serde_json::Value::Object(known)) => known,
        _ => serde_json::Map::new(),
    };
    for message in messages::messages_of(tx, case).await? {
        if message.kind == MessageKind::Customer && !message.automatic {
            for (question, answer) in answers::parse_answers(&message.text) {
                merged.insert(question.to_owned(), serde_json::json!(answer));
            }
        }
    }
    Ok((!merged.is_empty()).then_some(serde_json::Value::Object(merged)))
}

/// Our own mail, by its Message-ID: what comes in is its copy.
async fn own_copy(tx: &mut Tx, signer: &Signer, reading: &Reading) -> Result<Option<MailRow>, DeskError> {
    let Some(id) = reading.message_id.as_deref() else { return Ok(None) };
    if signer.own_message(id).is_none() {
        return Ok(None);
    }
    Ok(mails::mail_by_message_id(tx, id.trim_matches(['<', '>'])).await?)
}

/// The mail that a bounce is about: by the address it came to, else by the Message-ID that it quotes.
async fn returned(tx: &mut Tx, signer: &Signer, row: &ReportRow, raw: &[u8]) -> Result<Option<MailRow>, DeskError> {
    let by_address = row.envelope_to.as_deref().and_then(|to| match signer.target(to) {
        Some(Target::Mail(mail)) => Some(mail),
        _ => None,
    });
    for mail in by_address.into_iter().chain(signer.own_messages_in(raw)) {
        match mails::mail(tx, mail).await {
            Ok(mail) => return Ok(Some(mail)),
            Err(StoreError::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(None)
}

async fn by_mail(tx: &mut Tx, mail: MailId) -> Result<Option<Conversation>, DeskError> {
    let mail = match mails::mail(tx, mail).await {
        Ok(mail) => mail,
        Err(StoreError::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let side = if mail.audience == "reporter" { Side::Reporter } else { Side::Customer };
    match (mail.case, mail.report) {
        (Some(case), _) => Ok(Some(Conversation { case, side, mail: Some(mail.id) })),
        (None, Some(report)) => {
            Ok(by_report(tx, report).await?.map(|found| Conversation { mail: Some(mail.id), ..found }))
        }
        (None, None) => Ok(None),
    }
}

/// The reporter's side of the case that a report has led to. Without a case the answer is read as a report of its own: it
/// holds what was lacking.
async fn by_report(tx: &mut Tx, report: ReportId) -> Result<Option<Conversation>, DeskError> {
    let facts = match facts::report_facts(tx, report).await {
        Ok(facts) => facts,
        Err(StoreError::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    Ok(facts.case.map(|(case, _)| Conversation { case, side: Side::Reporter, mail: None }))
}

/// The case whose number stands in the subject, if the sender is somebody whom that case knows.
async fn by_number(tx: &mut Tx, row: &ReportRow, reading: &Reading) -> Result<Option<Conversation>, DeskError> {
    let (Some(subject), Some(from)) = (&reading.subject, &reading.reporter.address) else { return Ok(None) };
    // From and Reply-To cost nothing to forge; the envelope must at least agree.
    let domain = |address: &str| address.rsplit_once('@').map(|(_, domain)| domain.to_ascii_lowercase());
    if row.envelope_from.as_deref().is_some_and(|envelope| domain(envelope) != domain(from)) {
        return Ok(None);
    }
    let number = |word: &&str| word.contains('-') && word.bytes().any(|byte| byte.is_ascii_digit());
    let words = subject.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).filter(number);
    for word in words.take(MAX_NUMBERS) {
        let case = match cases::case_by_number(tx, &word.to_ascii_uppercase()).await {
            Ok(case) => case.id,
            Err(StoreError::NotFound { .. }) => continue,
            Err(error) => return Err(error.into()),
        };
        if let Some(side) = known_side(tx, case, from).await? {
            return Ok(Some(Conversation { case, side, mail: None }));
        }
    }
    Ok(None)
}

/// On which side of a case an address is known.
async fn known_side(tx: &mut Tx, case: CaseId, from: &str) -> Result<Option<Side>, DeskError> {
    let same = |address: &Option<String>| address.as_deref().is_some_and(|address| address.eq_ignore_ascii_case(from));
    if let Some(contract) = facts::case_facts(tx, case).await?.contract
        && (same(&contract.customer.mail) || same(&contract.customer.desk_mail))
    {
        return Ok(Some(Side::Customer));
    }
    let told = mails::mails_of(tx, case).await?;
    if told
        .iter()
        .any(|mail| mail.audience != "reporter" && mail.sent_at.is_some() && mail.to.eq_ignore_ascii_case(from))
    {
        return Ok(Some(Side::Customer));
    }
    let reports = facts::reports_of(tx, case, 1000).await?;
    let reporter = reports.iter().filter_map(|report| report.reporter.as_ref());
    Ok(reporter
        .map(|reporter| &reporter.address)
        .any(|address| address.eq_ignore_ascii_case(from))
        .then_some(Side::Reporter))
}
