//! Mails that came in and belong to a case: answers of customers and reporters, bounces of our notices.

use jiff::Timestamp;
use model::{CaseId, MailId, ReportId};
use serde::{Deserialize, Serialize};

use crate::{Query, Row, StoreError, Tx, args};

model::names! {
    /// Who speaks in a message.
    MessageKind {
        /// The customer, or the reseller's desk above him.
        Customer "customer",
        /// Somebody who reported.
        Reporter "reporter",
        /// A mail server: our mail could not be delivered.
        Bounce "bounce",
    }
}

impl From<MessageKind> for crate::Arg {
    fn from(kind: MessageKind) -> Self {
        kind.name().into()
    }
}

/// A mail that came in, on its case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MessageRow {
    /// Number.
    pub id: i64,
    /// Its case.
    pub case: CaseId,
    /// The raw mail, as it was accepted.
    pub report: ReportId,
    /// The mail of ours that it answers, if known.
    pub mail: Option<MailId>,
    /// Who speaks.
    pub kind: MessageKind,
    /// Its sender, as it says.
    pub from: Option<String>,
    /// When it came in.
    pub received_at: Timestamp,
    /// Readable text.
    pub text: String,
    /// Whether a machine wrote it: it does not count as an answer.
    pub automatic: bool,
}

impl Tx {
    /// Writes a message down; the number in it is replaced by a fresh one. A second message of the same report is not
    /// written. Returns whether it was.
    pub async fn put_message(&mut self, message: &MessageRow) -> Result<bool, StoreError> {
        let id = self.new_id().await?;
        let written = self
            .execute(
                "INSERT INTO message (id, case_id, report_id, mail_id, kind, from_addr, received_at, text, automatic) \
                 SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9 \
                 WHERE NOT EXISTS (SELECT 1 FROM message WHERE report_id = $3)",
                args![
                    id,
                    message.case,
                    message.report,
                    message.mail,
                    message.kind,
                    message.from.as_deref(),
                    message.received_at,
                    &message.text,
                    message.automatic,
                ],
            )
            .await?;
        Ok(written == 1)
    }
}

/// The messages of a case, oldest first.
pub async fn messages_of(query: &mut impl Query, case: CaseId) -> Result<Vec<MessageRow>, StoreError> {
    let rows = query.fetch("SELECT * FROM message WHERE case_id = $1 ORDER BY received_at, id", args![case]).await?;
    rows.iter().map(message_row).collect()
}

/// How many answers the customer of a case has given; those of machines do not count.
pub async fn count_answers(query: &mut impl Query, case: CaseId) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) AS n FROM message WHERE case_id = $1 AND kind = 'customer' AND automatic = 0";
    query.fetch_one(sql, args![case]).await?.int("n")
}

/// Builds a [`MessageRow`] from a row of the table `message`.
pub fn message_row(row: &Row) -> Result<MessageRow, StoreError> {
    Ok(MessageRow {
        id: row.int("id")?,
        case: CaseId(row.int("case_id")?),
        report: ReportId(row.int("report_id")?),
        mail: row.opt_int("mail_id")?.map(MailId),
        kind: row.parse("kind")?,
        from: row.opt_text("from_addr")?,
        received_at: row.time("received_at")?,
        text: row.text("text")?,
        automatic: row.flag("automatic")?,
    })
}
