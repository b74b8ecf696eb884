//! A mail between writing and sending: what stands in the outbox besides subject and text.

use jiff::{SignedDuration, Timestamp};
use model::{CaseId, Lang, MailId, ReportId};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::mails::{MailState, NewMail};
use text::mail::{MailKind, RenderedMail};

use super::address::Signer;
use crate::{Desk, DeskError, Mode};

/// Most Message-IDs in References; RFC 5322 lets a chain be cut in the middle.
pub(super) const MAX_REFERENCES: usize = 10;

/// What RFC 3834 calls the way in which a mail came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Auto {
    /// A person sent it: no header.
    No,
    /// The desk sent it by itself.
    #[default]
    Generated,
    /// The desk answered a mail by itself.
    Replied,
}

/// What goes into the head of a mail besides the usual; kept as JSON in the outbox.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Head {
    /// How it came to be.
    pub auto: Auto,
    /// Name of the recipient.
    pub to_name: Option<String>,
    /// Envelope sender; absent: the null sender, to which nothing comes back.
    pub envelope_from: Option<String>,
    /// Message-ID that it answers, without brackets.
    pub in_reply_to: Option<String>,
    /// Message-IDs of the conversation, oldest first, without brackets.
    pub references: Vec<String>,
    /// Written in a dry run: it shows what would have been sent, and is never sent.
    pub dry_run: bool,
    /// Keys of the resellers it went through, from the customer's up.
    pub resellers: Vec<String>,
}

/// A file that goes with a mail; text only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// File name.
    pub name: String,
    /// `text/plain` or `application/json`.
    pub mime: String,
    /// Content.
    pub text: String,
}

/// A mail that has been worded and wants to be written into the outbox.
pub(super) struct Draft<'a> {
    pub(super) id: MailId,
    pub(super) case: Option<CaseId>,
    pub(super) report: Option<ReportId>,
    pub(super) kind: MailKind,
    /// Audience under which answers are sorted: the kind's own, except that a reseller may get a customer's mail.
    pub(super) audience: &'a str,
    pub(super) to: &'a str,
    pub(super) reply_to: String,
    pub(super) mail: RenderedMail,
    pub(super) attachments: Vec<Attachment>,
    pub(super) head: Head,
    pub(super) lang: Lang,
    pub(super) dedupe: &'a str,
    pub(super) mode: Mode,
    /// Time in which it can still be held.
    pub(super) hold: SignedDuration,
    pub(super) actor: &'a str,
}

impl Desk {
    /// Writes a mail into the outbox with its journal entry; nothing if the same mail is there already.
    pub(super) async fn put_draft(
        &self,
        tx: &mut Tx,
        signer: &Signer,
        draft: Draft<'_>,
    ) -> Result<Option<MailId>, DeskError> {
        let now = self.clock.now();
        let head = Head { dry_run: draft.mode == Mode::DryRun, ..draft.head };
        let attachments = (!draft.attachments.is_empty()).then(|| serde_json::json!(draft.attachments));
        let state = if draft.mode == Mode::Act { MailState::Queued } else { MailState::Draft };
        let not_before = later(now, draft.hold);
        // What a dry run shows must not keep the real mail from being written later.
        let dry = format!("dry:{}", draft.dedupe);
        let dedupe = if head.dry_run { &dry } else { draft.dedupe };
        let written = tx
            .put_mail(&NewMail {
                id: draft.id,
                case: draft.case,
                report: draft.report,
                kind: draft.kind.name(),
                audience: draft.audience,
                to: draft.to,
                from: &signer.desk_mail(),
                reply_to: Some(&draft.reply_to),
                subject: &draft.mail.subject,
                body: &draft.mail.body,
                attachments: attachments.as_ref(),
                headers: &serde_json::json!(head),
                lang: draft.lang,
                message_id: &signer.message_id(draft.id),
                dedupe,
                state,
                not_before,
                at: now,
                basis: Some(draft.actor),
            })
            .await?;
        if !written {
            return Ok(None);
        }
        // No address in the journal: it is kept for ever and shown to auditors.
        let detail = serde_json::json!({
            "mail": draft.id, "report": draft.report, "kind": draft.kind, "audience": draft.audience,
            "lang": draft.lang, "dry_run": head.dry_run, "resellers": head.resellers, "not_before": not_before,
        });
        let kind = if state == MailState::Queued { "mail.queued" } else { "mail.drafted" };
        tx.journal_at_commit(now, draft.actor, kind, draft.case, detail);
        Ok(Some(draft.id))
    }
}

/// `by` after `at`, or the end of time.
pub(super) fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

/// `by` before `at`, or the beginning of time.
pub(super) fn earlier(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_sub(by).unwrap_or(Timestamp::MIN)
}

/// The more careful of what the playbook wants and what the settings allow.
pub(super) const fn careful(wanted: Mode, allowed: Mode) -> Mode {
    match (wanted, allowed) {
        (Mode::DryRun, _) | (_, Mode::DryRun) => Mode::DryRun,
        (Mode::Ask, _) | (_, Mode::Ask) => Mode::Ask,
        (Mode::Act, Mode::Act) => Mode::Act,
    }
}

/// Whether `actor` is a person, not a rule or job.
pub(super) fn is_person(actor: &str) -> bool {
    ["user:", "cli:", "api:"].iter().any(|person| actor.starts_with(person))
}

/// The subject with the number of its case, by which people and programs find it.
pub(super) fn numbered(mail: RenderedMail, number: &str) -> RenderedMail {
    if mail.subject.contains(number) {
        return mail;
    }
    RenderedMail { subject: text::wording::clean(&format!("[{number}] {}", mail.subject), 150), ..mail }
}
