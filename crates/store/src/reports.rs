//! Reports as they came: accepted durably with the job that will read them, and what became of each.

use jiff::Timestamp;
use model::ReportId;
use serde_json::json;

use crate::{Query, Row, Store, StoreError, Tx, args};

/// The kind of job that reads an accepted report; its payload is `{"report": ID}`.
pub const READ_REPORT: &str = "read-report";

/// What a door hands over.
#[derive(Debug, Clone, Copy)]
pub struct NewReport<'a> {
    /// The bytes as they came: a mail, or bare JSON.
    pub raw: &'a [u8],
    /// Which door: `lmtp`, `smtp`, `maildir`, `mbox`, `file`, `stdin`, `api`, `form`.
    pub door: &'a str,
    /// Envelope sender; empty for the null sender, absent where there is no envelope.
    pub envelope_from: Option<&'a str>,
    /// Envelope recipient, absent where there is no envelope.
    pub envelope_to: Option<&'a str>,
    /// When it was received.
    pub received: Timestamp,
}

/// The store's promise: this report is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// Its number.
    pub report: ReportId,
    /// Whether the very same bytes had been accepted before (a door that repeats after a lost answer); nothing was added.
    pub duplicate: bool,
}

/// A stored report, without its raw bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportRow {
    /// Its number.
    pub id: ReportId,
    /// Where the raw bytes are.
    pub raw_hash: String,
    /// Door it came through.
    pub door: String,
    /// When.
    pub received_at: Timestamp,
    /// Envelope sender.
    pub envelope_from: Option<String>,
    /// Envelope recipient.
    pub envelope_to: Option<String>,
    /// `waiting`, `read`, `noise`, `reply`, `set-aside` or `dismissed`.
    pub state: String,
    /// Format, once read.
    pub format: Option<String>,
    /// Subject line, once read.
    pub subject: Option<String>,
    /// Reporter, once read.
    pub reporter: Option<model::ReporterId>,
    /// The case it (first) belongs to.
    pub case: Option<model::CaseId>,
    /// Stable code of what went wrong.
    pub error_code: Option<String>,
    /// What went wrong.
    pub error: Option<String>,
}

impl Tx {
    /// Accepts a report: raw bytes, row and reading job. Durable once the transaction is committed.
    pub async fn accept_report(&mut self, new: NewReport<'_>) -> Result<Receipt, StoreError> {
        let hash = self.put_raw(new.raw, new.received).await?;
        let id = self.new_id().await?;
        let inserted = self
            .execute(
                "INSERT INTO report (id, raw_hash, door, received_at, envelope_from, envelope_to, state) \
                 VALUES ($1, $2, $3, $4, $5, $6, 'waiting') ON CONFLICT (raw_hash) DO NOTHING",
                args![id, &hash, new.door, new.received, new.envelope_from, new.envelope_to],
            )
            .await?;
        if inserted == 0 {
            let row = self.fetch_one("SELECT id FROM report WHERE raw_hash = $1", args![hash]).await?;
            return Ok(Receipt { report: ReportId(row.int("id")?), duplicate: true });
        }
        self.enqueue(READ_REPORT, &json!({ "report": id }), new.received, None).await?;
        Ok(Receipt { report: ReportId(id), duplicate: false })
    }
}

impl Store {
    /// Accepts one report in a transaction of its own. When this returns `Ok`, the door may say 250.
    pub async fn accept_report(&self, new: NewReport<'_>) -> Result<Receipt, StoreError> {
        let mut tx = self.begin().await?;
        let receipt = tx.accept_report(new).await?;
        tx.commit().await?;
        Ok(receipt)
    }
}

/// One report.
pub async fn report(query: &mut impl Query, id: ReportId) -> Result<ReportRow, StoreError> {
    let row = query.fetch_opt("SELECT * FROM report WHERE id = $1", args![id]).await?;
    row.as_ref().map(report_row).transpose()?.ok_or_else(|| StoreError::NotFound { what: format!("report {id}") })
}

/// Builds a [`ReportRow`] from a row of the table `report`.
pub fn report_row(row: &Row) -> Result<ReportRow, StoreError> {
    Ok(ReportRow {
        id: ReportId(row.int("id")?),
        raw_hash: row.text("raw_hash")?,
        door: row.text("door")?,
        received_at: row.time("received_at")?,
        envelope_from: row.opt_text("envelope_from")?,
        envelope_to: row.opt_text("envelope_to")?,
        state: row.text("state")?,
        format: row.opt_text("format")?,
        subject: row.opt_text("subject")?,
        reporter: row.opt_int("reporter_id")?.map(model::ReporterId),
        case: row.opt_int("case_id")?.map(model::CaseId),
        error_code: row.opt_text("error_code")?,
        error: row.opt_text("error")?,
    })
}
