//! The outbox: mails written down before they are sent, claimed before the first byte goes out, closed afterwards.
//!
//! A mail is written once: its `dedupe` key is unique. It is claimed (`queued` → `sending`) in a transaction of its own that
//! is committed before anything is sent, so a crash leaves it in `sending`, never in `queued`: such a mail becomes
//! `uncertain` and is never sent again by itself.

use jiff::Timestamp;
use model::{CaseId, Lang, MailId, ReportId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Query, Row, StoreError, Tx, args, placeholders};

model::names! {
    /// Where a mail stands.
    MailState {
        /// Waits for a person (or shows what a dry run would have sent).
        Draft "draft",
        /// Will be sent once its time has come.
        Queued "queued",
        /// Claimed by a worker; it may be on its way.
        Sending "sending",
        /// A worker died, or the line broke, while it was sent: it may or may not have left.
        Uncertain "uncertain",
        /// The mail server took it.
        Sent "sent",
        /// The mail server refused it, or it could not be composed.
        Failed "failed",
        /// It came back.
        Bounced "bounced",
        /// Taken back before it was sent.
        Cancelled "cancelled",
    }
}

impl MailState {
    /// Whether a person may have the same mail written anew: it never arrived.
    pub const fn may_be_written_again(self) -> bool {
        matches!(self, Self::Failed | Self::Bounced | Self::Cancelled)
    }
}

impl From<MailState> for crate::Arg {
    fn from(state: MailState) -> Self {
        state.name().into()
    }
}

/// The owner of an uncertain mail that has been given to a person.
const PERSON: &str = "person";

/// A mail to be written down.
#[derive(Debug, Clone)]
pub struct NewMail<'a> {
    /// Its number, from [`Tx::new_id`]: the Message-ID is made from it.
    pub id: MailId,
    /// Case it belongs to.
    pub case: Option<CaseId>,
    /// Report it answers.
    pub report: Option<ReportId>,
    /// Kind of mail: the template's name.
    pub kind: &'a str,
    /// `customer`, `reseller` or `reporter`.
    pub audience: &'a str,
    /// Recipient.
    pub to: &'a str,
    /// Sender.
    pub from: &'a str,
    /// Where answers go.
    pub reply_to: Option<&'a str>,
    /// Subject.
    pub subject: &'a str,
    /// Plain text.
    pub body: &'a str,
    /// Attachments, as the desk writes them.
    pub attachments: Option<&'a Value>,
    /// What else goes into the head, as the desk writes it.
    pub headers: &'a Value,
    /// Language.
    pub lang: Lang,
    /// Message-ID without brackets.
    pub message_id: &'a str,
    /// A second mail with the same key is not written.
    pub dedupe: &'a str,
    /// `draft` or `queued`.
    pub state: MailState,
    /// Not to be sent before.
    pub not_before: Timestamp,
    /// Now.
    pub at: Timestamp,
    /// Rule or person that wanted it.
    pub basis: Option<&'a str>,
}

/// A mail of the outbox.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MailRow {
    /// Number.
    pub id: MailId,
    /// Case it belongs to.
    pub case: Option<CaseId>,
    /// Report it answers.
    pub report: Option<ReportId>,
    /// Kind of mail: the template's name.
    pub kind: String,
    /// `customer`, `reseller` or `reporter`.
    pub audience: String,
    /// Recipient.
    pub to: String,
    /// Sender.
    pub from: String,
    /// Where answers go.
    pub reply_to: Option<String>,
    /// Subject.
    pub subject: String,
    /// Plain text.
    pub body: String,
    /// Attachments, as the desk wrote them.
    pub attachments: Option<Value>,
    /// What else goes into the head, as the desk wrote it.
    pub headers: Value,
    /// Language.
    pub lang: Lang,
    /// Message-ID without brackets.
    pub message_id: String,
    /// Key that keeps it from being written twice.
    pub dedupe: String,
    /// Where it stands.
    pub state: MailState,
    /// Not to be sent before.
    pub not_before: Timestamp,
    /// Written.
    pub created_at: Timestamp,
    /// Claimed.
    pub sending_at: Option<Timestamp>,
    /// Taken by the mail server.
    pub sent_at: Option<Timestamp>,
    /// How often it has been claimed.
    pub attempts: i64,
    /// What the mail server said last.
    pub last_error: Option<String>,
    /// Worker that holds it.
    pub owner: Option<String>,
    /// Rule or person that wanted it.
    pub basis: Option<String>,
}

/// What [`Tx::move_mail`] writes besides the new state.
#[derive(Debug, Clone, Default)]
pub struct MailChange<'a> {
    /// Only if this worker still holds it.
    pub owner: Option<&'a str>,
    /// When the mail server took it.
    pub sent_at: Option<Timestamp>,
    /// When to try again, or from when it may be sent.
    pub not_before: Option<Timestamp>,
    /// What went wrong.
    pub error: Option<&'a str>,
}

impl Tx {
    /// Writes a mail down, unless one with the same key is there. Returns whether it was written.
    pub async fn put_mail(&mut self, new: &NewMail<'_>) -> Result<bool, StoreError> {
        let attachments = new.attachments.map(Value::to_string);
        let inserted = self
            .execute(
                "INSERT INTO mail (id, case_id, report_id, kind, audience, to_addr, from_addr, reply_to, subject, body, \
                 attachments, headers, lang, message_id, dedupe, state, not_before, created_at, attempts, basis) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 0, $19) \
                 ON CONFLICT (dedupe) DO NOTHING",
                args![
                    new.id,
                    new.case,
                    new.report,
                    new.kind,
                    new.audience,
                    new.to,
                    new.from,
                    new.reply_to,
                    new.subject,
                    new.body,
                    attachments,
                    new.headers.to_string(),
                    new.lang,
                    new.message_id,
                    new.dedupe,
                    new.state,
                    new.not_before,
                    new.at,
                    new.basis,
                ],
            )
            .await?;
        Ok(inserted == 1)
    }

    /// Claims the mail that has waited longest of those whose time has come, for `owner` (new at each call). Commit before
    /// sending.
    pub async fn claim_mail(&mut self, owner: &str, now: Timestamp) -> Result<Option<MailRow>, StoreError> {
        // The condition is asked again under the row lock: the second of two workers finds nothing and asks once more.
        let row = self
            .fetch_opt(
                "UPDATE mail SET state = 'sending', owner = $1, sending_at = $2, attempts = attempts + 1 WHERE id = \
                 (SELECT id FROM mail WHERE state = 'queued' AND not_before <= $2 ORDER BY not_before, id LIMIT 1) \
                 AND state = 'queued' RETURNING *",
                args![owner, now],
            )
            .await?;
        row.as_ref().map(mail_row).transpose()
    }

    /// Moves a mail from one of `from` to `to`. Returns whether it was in one of them (and held by `change.owner`).
    pub async fn move_mail(
        &mut self,
        id: MailId,
        from: &[MailState],
        to: MailState,
        change: &MailChange<'_>,
    ) -> Result<bool, StoreError> {
        let sql = format!(
            "UPDATE mail SET state = $2, sent_at = COALESCE($3, sent_at), not_before = COALESCE($4, not_before), \
             last_error = COALESCE($5, last_error), owner = CASE WHEN $2 = 'uncertain' THEN owner ELSE NULL END \
             WHERE id = $1 AND ($6 IS NULL OR owner = $6) AND state IN ({})",
            placeholders(7, from.len())
        );
        let mut values = args![id, to, change.sent_at, change.not_before, change.error, change.owner];
        values.extend(from.iter().map(|state| crate::Arg::from(*state)));
        Ok(self.execute(&sql, values).await? == 1)
    }

    /// Mails claimed before `before` and never closed: their worker is gone. They become `uncertain`.
    pub async fn strand_mails(&mut self, before: Timestamp) -> Result<Vec<MailRow>, StoreError> {
        let sql = "UPDATE mail SET state = 'uncertain' WHERE state = 'sending' AND sending_at < $1 RETURNING *";
        self.fetch(sql, args![before]).await?.iter().map(mail_row).collect()
    }

    /// Uncertain mails claimed before `before` whose copy did not come back: each is returned once, for a person.
    pub async fn give_up_waiting(&mut self, before: Timestamp) -> Result<Vec<MailRow>, StoreError> {
        let sql = "UPDATE mail SET owner = $1 WHERE state = 'uncertain' AND sending_at < $2 \
                   AND (owner IS NULL OR owner <> $1) RETURNING *";
        self.fetch(sql, args![PERSON, before]).await?.iter().map(mail_row).collect()
    }

    /// Changes the text of a draft. Returns whether it still was one.
    pub async fn edit_mail(&mut self, id: MailId, subject: &str, body: &str) -> Result<bool, StoreError> {
        let sql = "UPDATE mail SET subject = $2, body = $3 WHERE id = $1 AND state = 'draft'";
        Ok(self.execute(sql, args![id, subject, body]).await? == 1)
    }

    /// Replaces what else goes into the head of a mail.
    pub async fn set_mail_headers(&mut self, id: MailId, headers: &Value) -> Result<(), StoreError> {
        self.execute("UPDATE mail SET headers = $2 WHERE id = $1", args![id, headers.to_string()]).await?;
        Ok(())
    }

    /// The key called `name`; `fresh` becomes it if there is none yet.
    pub async fn secret(&mut self, name: &str, fresh: &str, now: Timestamp) -> Result<String, StoreError> {
        self.execute(
            "INSERT INTO secret (name, value, created_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING",
            args![name, fresh, now],
        )
        .await?;
        self.fetch_one("SELECT value FROM secret WHERE name = $1", args![name]).await?.text("value")
    }
}

/// The key called `name`, if it has been made.
pub async fn secret(query: &mut impl Query, name: &str) -> Result<Option<String>, StoreError> {
    let row = query.fetch_opt("SELECT value FROM secret WHERE name = $1", args![name]).await?;
    row.map(|row| row.text("value")).transpose()
}

/// One mail.
pub async fn mail(query: &mut impl Query, id: MailId) -> Result<MailRow, StoreError> {
    let row = query.fetch_opt("SELECT * FROM mail WHERE id = $1", args![id]).await?;
    row.as_ref().map(mail_row).transpose()?.ok_or_else(|| StoreError::NotFound { what: format!("mail {id}") })
}

/// The mail with this Message-ID (without brackets).
pub async fn mail_by_message_id(query: &mut impl Query, message_id: &str) -> Result<Option<MailRow>, StoreError> {
    let row = query.fetch_opt("SELECT * FROM mail WHERE message_id = $1", args![message_id]).await?;
    row.as_ref().map(mail_row).transpose()
}

/// The mail with this key.
pub async fn mail_by_dedupe(query: &mut impl Query, dedupe: &str) -> Result<Option<MailRow>, StoreError> {
    let row = query.fetch_opt("SELECT * FROM mail WHERE dedupe = $1", args![dedupe]).await?;
    row.as_ref().map(mail_row).transpose()
}

/// The mails of a case, oldest first.
pub async fn mails_of(query: &mut impl Query, case: CaseId) -> Result<Vec<MailRow>, StoreError> {
    let rows = query.fetch("SELECT * FROM mail WHERE case_id = $1 ORDER BY created_at, id", args![case]).await?;
    rows.iter().map(mail_row).collect()
}

/// Up to `limit` mails in `state`, oldest first.
pub async fn mails_in(query: &mut impl Query, state: MailState, limit: i64) -> Result<Vec<MailRow>, StoreError> {
    let sql = "SELECT * FROM mail WHERE state = $1 ORDER BY not_before, id LIMIT $2";
    query.fetch(sql, args![state, limit]).await?.iter().map(mail_row).collect()
}

/// Whether a mail's time has come; a cheap look before a worker takes a write lock.
pub async fn has_due_mail(query: &mut impl Query, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "SELECT id FROM mail WHERE state = 'queued' AND not_before <= $1 LIMIT 1";
    Ok(query.fetch_opt(sql, args![now]).await?.is_some())
}

/// How many mails of `kind` were written to `to` since `since`, cancelled ones left out.
pub async fn count_mails_to(query: &mut impl Query, to: &str, kind: &str, since: Timestamp) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) AS n FROM mail WHERE to_addr = $1 AND created_at >= $2 AND kind = $3 \
               AND state <> 'cancelled'";
    query.fetch_one(sql, args![to, since, kind]).await?.int("n")
}

/// Builds a [`MailRow`] from a row of the table `mail`.
pub fn mail_row(row: &Row) -> Result<MailRow, StoreError> {
    let attachments = row.opt_text("attachments")?.map(|text| serde_json::from_str(&text)).transpose();
    Ok(MailRow {
        id: MailId(row.int("id")?),
        case: row.opt_int("case_id")?.map(CaseId),
        report: row.opt_int("report_id")?.map(ReportId),
        kind: row.text("kind")?,
        audience: row.text("audience")?,
        to: row.text("to_addr")?,
        from: row.text("from_addr")?,
        reply_to: row.opt_text("reply_to")?,
        subject: row.text("subject")?,
        body: row.text("body")?,
        attachments: attachments.map_err(|error| StoreError::Damaged(format!("column attachments: {error}")))?,
        headers: row.json("headers")?,
        lang: row.parse("lang")?,
        message_id: row.text("message_id")?,
        dedupe: row.text("dedupe")?,
        state: row.parse("state")?,
        not_before: row.time("not_before")?,
        created_at: row.time("created_at")?,
        sending_at: row.opt_time("sending_at")?,
        sent_at: row.opt_time("sent_at")?,
        attempts: row.int("attempts")?,
        last_error: row.opt_text("last_error")?,
        owner: row.opt_text("owner")?,
        basis: row.opt_text("basis")?,
    })
}
