//! Reports as they came: accepted durably with the job that will read them, and what became of each.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use model::ReportId;
use serde_json::json;

use crate::raw::Packed;
use crate::{Arg, Query, Row, Store, StoreError, Tx, args, placeholders};

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
    /// Envelope recipients, with `, ` between them; absent where there is no envelope.
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
    /// The correction of its reading that is in force.
    pub correction: Option<i64>,
    /// Stable code of what went wrong.
    pub error_code: Option<String>,
    /// What went wrong.
    pub error: Option<String>,
}

/// A report made ready to be written by [`Tx::accept_reports`].
#[derive(Debug, Clone)]
pub struct PackedReport {
    packed: Packed,
    door: String,
    envelope_from: Option<String>,
    envelope_to: Option<String>,
    received: Timestamp,
}

impl PackedReport {
    /// Hashes and compresses the report.
    pub fn new(new: &NewReport<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            packed: Packed::new(new.raw)?,
            door: new.door.to_owned(),
            envelope_from: new.envelope_from.map(str::to_owned),
            envelope_to: new.envelope_to.map(str::to_owned),
            received: new.received,
        })
    }

    /// How many bytes will be written.
    pub const fn packed_len(&self) -> usize {
        self.packed.packed_len()
    }
}

/// Reports in one statement; far below the parameters that either database allows.
const PER_STATEMENT: usize = 256;

impl Tx {
    /// Accepts a report: raw bytes, row and reading job. Durable once the transaction is committed.
    pub async fn accept_report(&mut self, new: NewReport<'_>) -> Result<Receipt, StoreError> {
        let receipts = self.accept_reports(&[PackedReport::new(&new)?]).await?;
        receipts.into_iter().next().ok_or_else(|| StoreError::NotFound { what: "receipt".to_owned() })
    }

    /// Accepts reports with few statements; the receipts are in the order of the reports. Durable once the transaction
    /// is committed.
    pub async fn accept_reports(&mut self, new: &[PackedReport]) -> Result<Vec<Receipt>, StoreError> {
        let mut receipts = Vec::with_capacity(new.len());
        for chunk in new.chunks(PER_STATEMENT) {
            self.put_packed(chunk.iter().map(|report| (&report.packed, report.received))).await?;
            let mut fresh = self.insert_reports(chunk).await?;
            let jobs: Vec<_> = chunk
                .iter()
                .zip(&fresh)
                .filter_map(|(report, id)| Some((json!({ "report": (*id)? }), report.received)))
                .collect();
            self.enqueue_many(READ_REPORT, &jobs).await?;
            let known = self.known_reports(chunk, &fresh).await?;
            for (report, fresh) in chunk.iter().zip(fresh.drain(..)) {
                let id = fresh.or_else(|| known.get(report.packed.hash()).copied());
                let id = id.ok_or_else(|| StoreError::NotFound { what: "report that was just written".to_owned() })?;
                receipts.push(Receipt { report: ReportId(id), duplicate: fresh.is_none() });
            }
        }
        Ok(receipts)
    }

    /// Inserts the rows; the number of each that was not there before.
    async fn insert_reports(&mut self, chunk: &[PackedReport]) -> Result<Vec<Option<i64>>, StoreError> {
        const WIDTH: usize = 6;
        let mut ids = Vec::with_capacity(chunk.len());
        let mut values = Vec::with_capacity(chunk.len() * WIDTH);
        for report in chunk {
            let id = self.new_id().await?;
            ids.push(id);
            values.extend(args![
                id,
                report.packed.hash(),
                &report.door,
                report.received,
                report.envelope_from.as_deref(),
                report.envelope_to.as_deref()
            ]);
        }
        let rows: Vec<String> =
            (0..chunk.len()).map(|row| format!("({}, 'waiting')", placeholders(row * WIDTH + 1, WIDTH))).collect();
        let sql = format!(
            "INSERT INTO report (id, raw_hash, door, received_at, envelope_from, envelope_to, state) VALUES {} \
             ON CONFLICT (raw_hash) DO NOTHING RETURNING id",
            rows.join(", ")
        );
        let fresh: BTreeSet<i64> =
            self.fetch(&sql, values).await?.iter().map(|row| row.int("id")).collect::<Result<_, _>>()?;
        Ok(ids.into_iter().map(|id| fresh.contains(&id).then_some(id)).collect())
    }

    /// The numbers of those reports of `chunk` that were there before, by hash.
    async fn known_reports(
        &mut self,
        chunk: &[PackedReport],
        fresh: &[Option<i64>],
    ) -> Result<HashMap<String, i64>, StoreError> {
        let hashes: Vec<Arg> = chunk
            .iter()
            .zip(fresh)
            .filter(|(_, id)| id.is_none())
            .map(|(report, _)| Arg::from(report.packed.hash()))
            .collect();
        if hashes.is_empty() {
            return Ok(HashMap::new());
        }
        let sql = format!("SELECT id, raw_hash FROM report WHERE raw_hash IN ({})", placeholders(1, hashes.len()));
        self.fetch(&sql, hashes).await?.iter().map(|row| Ok((row.text("raw_hash")?, row.int("id")?))).collect()
    }

    /// Moves a report from one of the states `from` to `to`, with the code and words that go with it. Returns whether it
    /// stood in one of them.
    pub async fn move_report(
        &mut self,
        id: ReportId,
        from: &[&str],
        to: &str,
        code: Option<&str>,
        words: Option<&str>,
    ) -> Result<bool, StoreError> {
        let sql = format!(
            "UPDATE report SET state = $2, error_code = $3, error = $4 WHERE id = $1 AND state IN ({})",
            placeholders(5, from.len())
        );
        let mut values = args![id, to, code, words];
        values.extend(from.iter().map(|state| Arg::from(*state)));
        Ok(self.execute(&sql, values).await? == 1)
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

/// Reports received since `since` whose reporter or envelope sender is `from` or, if that is a domain, belongs to it; the
/// latest first. Whether the mail itself says so is for the reader to tell.
pub async fn of_sender(
    query: &mut impl Query,
    from: &str,
    since: Timestamp,
    limit: i64,
) -> Result<Vec<ReportRow>, StoreError> {
    let from = from.to_lowercase();
    let (at, below) =
        if from.contains('@') { (from.clone(), from.clone()) } else { (format!("%@{from}"), format!("%.{from}")) };
    let sql = "SELECT report.* FROM report LEFT JOIN reporter ON reporter.id = report.reporter_id \
               WHERE report.received_at >= $1 AND (reporter.address LIKE $2 OR reporter.address LIKE $3 \
               OR report.envelope_from LIKE $2 OR report.envelope_from LIKE $3) \
               ORDER BY report.received_at DESC, report.id DESC LIMIT $4";
    query.fetch(sql, args![since, at, below, limit]).await?.iter().map(report_row).collect()
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
        correction: row.opt_int("correction_id")?,
        error_code: row.opt_text("error_code")?,
        error: row.opt_text("error")?,
    })
}
