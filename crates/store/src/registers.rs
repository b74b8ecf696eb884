//! Registers: paper, telephone and legal instruments (A05), looks into data (D39), reports to other operators (D46), the
//! incident form (D44).

use jiff::Timestamp;
use model::{CaseId, LegalBasis, MailId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Arg, Query, Row, StoreError, Tx, args};

model::names! {
    /// What kind of instrument it is.
    InstrumentKind {
        /// A letter or fax.
        Paper "paper",
        /// A telephone call; nothing is ever disclosed on one (D55).
        Phone "phone",
        /// A paper of a court in a civil case.
        Lawsuit "lawsuit",
        /// 捜査関係事項照会書: an inquiry of the police; it does not lift the secrecy of communications.
        Inquiry "inquiry",
        /// A warrant.
        Warrant "warrant",
    }
}

impl InstrumentKind {
    /// Whether personal data may be disclosed in answer to it.
    pub const fn allows_disclosure(self) -> bool {
        matches!(self, Self::Lawsuit | Self::Inquiry | Self::Warrant)
    }

    /// Whether communications data may be looked at because of it.
    pub const fn lifts_secrecy(self) -> bool {
        matches!(self, Self::Warrant)
    }
}

model::names! {
    /// Where an instrument stands.
    InstrumentState {
        /// To be answered.
        Open "open",
        /// Answered.
        Answered "answered",
        /// Refused, with the reason as the answer.
        Refused "refused",
    }
}

impl From<InstrumentKind> for Arg {
    fn from(kind: InstrumentKind) -> Self {
        kind.name().into()
    }
}

impl From<InstrumentState> for Arg {
    fn from(state: InstrumentState) -> Self {
        state.name().into()
    }
}

/// An instrument.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstrumentRow {
    /// Our number of the row.
    pub id: i64,
    /// The number that people read: `J-2026-0001`.
    pub number: String,
    /// What kind.
    pub kind: InstrumentKind,
    /// The case it is about.
    pub case: Option<CaseId>,
    /// When it arrived.
    pub received_at: Timestamp,
    /// Which court, police station, lawyer or person.
    pub from_body: String,
    /// Their own number.
    pub reference: String,
    /// What is asked.
    pub asked: String,
    /// Until when it is to be answered.
    pub deadline_at: Option<Timestamp>,
    /// Where it stands.
    pub state: InstrumentState,
    /// What was answered, or why not.
    pub answer: Option<String>,
    /// Kinds of personal data that were disclosed.
    pub disclosed: Vec<String>,
    /// When.
    pub answered_at: Option<Timestamp>,
    /// By whom.
    pub answered_by: Option<String>,
    /// Who entered it.
    pub entered_by: String,
}

/// One look into communications or personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessRow {
    /// Our number.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// For which case.
    pub case: Option<CaseId>,
    /// `communications` or `personal`.
    pub what: String,
    /// On which ground.
    pub basis: LegalBasis,
    /// Document or clause.
    pub reference: Option<String>,
    /// What for.
    pub purpose: String,
    /// Which fields.
    pub fields: Vec<String>,
}

/// A report that the desk sent to another operator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutboundRow {
    /// Our number of the row.
    pub id: i64,
    /// The number that people read: `O-2026-0001`.
    pub number: String,
    /// The case it came from.
    pub case: Option<CaseId>,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// To whom.
    pub to: String,
    /// The form as it was sent.
    pub form: Value,
    /// Its mail.
    pub mail: Option<MailId>,
}

impl Tx {
    /// Enters an instrument; the number in `new` is replaced by the next of `year`, without gaps.
    pub async fn insert_instrument(&mut self, new: &InstrumentRow, year: i16) -> Result<InstrumentRow, StoreError> {
        let serial = self.next_number(&format!("instrument-{year}")).await?;
        let row = InstrumentRow { id: self.new_id().await?, number: format!("J-{year}-{serial:04}"), ..new.clone() };
        self.execute(
            "INSERT INTO instrument (id, number, kind, case_id, received_at, from_body, reference, asked, deadline_at, \
             state, disclosed, entered_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '[]', $11)",
            args![
                row.id,
                &row.number,
                row.kind,
                row.case,
                row.received_at,
                &row.from_body,
                &row.reference,
                &row.asked,
                row.deadline_at,
                row.state,
                &row.entered_by,
            ],
        )
        .await?;
        Ok(row)
    }

    /// Links an instrument to a case.
    pub async fn link_instrument(&mut self, id: i64, case: CaseId) -> Result<(), StoreError> {
        let changed = self.execute("UPDATE instrument SET case_id = $2 WHERE id = $1", args![id, case]).await?;
        if changed == 1 { Ok(()) } else { Err(StoreError::NotFound { what: format!("instrument {id}") }) }
    }

    /// Writes the answer of an open instrument down, once. Returns whether it was open.
    pub async fn answer_instrument(&mut self, answered: &InstrumentRow) -> Result<bool, StoreError> {
        let disclosed = Value::from(answered.disclosed.clone()).to_string();
        let changed = self
            .execute(
                "UPDATE instrument SET state = $2, answer = $3, disclosed = $4, answered_at = $5, answered_by = $6 \
                 WHERE id = $1 AND state = 'open'",
                args![
                    answered.id,
                    answered.state,
                    answered.answer.as_deref(),
                    disclosed,
                    answered.answered_at,
                    answered.answered_by.as_deref(),
                ],
            )
            .await?;
        Ok(changed == 1)
    }

    /// Writes a look down; the number in `new` is replaced by a fresh one, which comes back.
    pub async fn insert_access(&mut self, new: &AccessRow) -> Result<i64, StoreError> {
        let id = self.new_id().await?;
        self.execute(
            "INSERT INTO access_record (id, at, actor, case_id, what, basis, reference, purpose, fields) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            args![
                id,
                new.at,
                &new.actor,
                new.case,
                &new.what,
                new.basis,
                new.reference.as_deref(),
                &new.purpose,
                Value::from(new.fields.clone()).to_string(),
            ],
        )
        .await?;
        Ok(id)
    }

    /// Notes that our own communications data was read for a case (A64).
    pub async fn own_data_read(&mut self, case: CaseId, now: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE cases SET own_data_read = 1, updated_at = $2, version = version + 1 \
                   WHERE id = $1 AND own_data_read = 0";
        self.execute(sql, args![case, now]).await?;
        Ok(())
    }

    /// Enters a report to another operator; the number in `new` is replaced by the next of `year`.
    pub async fn insert_outbound(&mut self, new: &OutboundRow, year: i16) -> Result<OutboundRow, StoreError> {
        let serial = self.next_number(&format!("outbound-{year}")).await?;
        let row = OutboundRow { id: self.new_id().await?, number: format!("O-{year}-{serial:04}"), ..new.clone() };
        self.execute(
            "INSERT INTO outbound (id, number, case_id, at, actor, to_addr, form, mail_id) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            args![row.id, &row.number, row.case, row.at, &row.actor, &row.to, row.form.to_string(), row.mail],
        )
        .await?;
        Ok(row)
    }

    /// Writes the incident form of a case (D44).
    pub async fn set_incident(&mut self, case: CaseId, form: &Value, now: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE cases SET incident = $2, updated_at = $3, version = version + 1 WHERE id = $1";
        self.execute(sql, args![case, form.to_string(), now]).await?;
        Ok(())
    }
}

/// One instrument.
pub async fn instrument(query: &mut impl Query, id: i64) -> Result<InstrumentRow, StoreError> {
    let row = query.fetch_opt("SELECT * FROM instrument WHERE id = $1", args![id]).await?;
    row.as_ref()
        .map(instrument_row)
        .transpose()?
        .ok_or_else(|| StoreError::NotFound { what: format!("instrument {id}") })
}

/// One instrument by the number that people read.
pub async fn instrument_by_number(query: &mut impl Query, number: &str) -> Result<InstrumentRow, StoreError> {
    let row = query.fetch_opt("SELECT * FROM instrument WHERE number = $1", args![number]).await?;
    let row = row.as_ref().map(instrument_row).transpose()?;
    row.ok_or_else(|| StoreError::NotFound { what: format!("instrument {number}") })
}

/// Up to `limit` instruments in `state`, or all: open ones first, by deadline; then the others, the latest first.
pub async fn instruments(
    query: &mut impl Query,
    state: Option<InstrumentState>,
    limit: i64,
) -> Result<Vec<InstrumentRow>, StoreError> {
    let sql = "SELECT * FROM instrument WHERE ($1 IS NULL OR state = $1) \
               ORDER BY CASE WHEN state = 'open' THEN 0 ELSE 1 END, \
               CASE WHEN state = 'open' THEN COALESCE(deadline_at, 8000000000000000000) ELSE -received_at END, id \
               LIMIT $2";
    let rows = query.fetch(sql, args![state.map(InstrumentState::name), limit.clamp(1, 1000)]).await?;
    rows.iter().map(instrument_row).collect()
}

/// The instruments of a case, oldest first.
pub async fn instruments_of(query: &mut impl Query, case: CaseId) -> Result<Vec<InstrumentRow>, StoreError> {
    let sql = "SELECT * FROM instrument WHERE case_id = $1 ORDER BY received_at, id";
    query.fetch(sql, args![case]).await?.iter().map(instrument_row).collect()
}

/// Looks into data: those for `case`, or all; the latest first.
pub async fn accesses(query: &mut impl Query, case: Option<CaseId>, limit: i64) -> Result<Vec<AccessRow>, StoreError> {
    let sql = "SELECT * FROM access_record WHERE ($1 IS NULL OR case_id = $1) ORDER BY at DESC, id DESC LIMIT $2";
    query.fetch(sql, args![case, limit.max(1)]).await?.iter().map(access_row).collect()
}

/// Reports to other operators, the latest first.
pub async fn outbounds(query: &mut impl Query, limit: i64) -> Result<Vec<OutboundRow>, StoreError> {
    let sql = "SELECT * FROM outbound ORDER BY at DESC, id DESC LIMIT $1";
    query.fetch(sql, args![limit.clamp(1, 1000)]).await?.iter().map(outbound_row).collect()
}

fn instrument_row(row: &Row) -> Result<InstrumentRow, StoreError> {
    Ok(InstrumentRow {
        id: row.int("id")?,
        number: row.text("number")?,
        kind: row.parse("kind")?,
        case: row.opt_int("case_id")?.map(CaseId),
        received_at: row.time("received_at")?,
        from_body: row.text("from_body")?,
        reference: row.text("reference")?,
        asked: row.text("asked")?,
        deadline_at: row.opt_time("deadline_at")?,
        state: row.parse("state")?,
        answer: row.opt_text("answer")?,
        disclosed: row.json("disclosed")?,
        answered_at: row.opt_time("answered_at")?,
        answered_by: row.opt_text("answered_by")?,
        entered_by: row.text("entered_by")?,
    })
}

fn access_row(row: &Row) -> Result<AccessRow, StoreError> {
    Ok(AccessRow {
        id: row.int("id")?,
        at: row.time("at")?,
        actor: row.text("actor")?,
        case: row.opt_int("case_id")?.map(CaseId),
        what: row.text("what")?,
        basis: row.parse("basis")?,
        reference: row.opt_text("reference")?,
        purpose: row.text("purpose")?,
        fields: row.json("fields")?,
    })
}

fn outbound_row(row: &Row) -> Result<OutboundRow, StoreError> {
    Ok(OutboundRow {
        id: row.int("id")?,
        number: row.text("number")?,
        case: row.opt_int("case_id")?.map(CaseId),
        at: row.time("at")?,
        actor: row.text("actor")?,
        to: row.text("to_addr")?,
        form: row.json("form")?,
        mail: row.opt_int("mail_id")?.map(MailId),
    })
}
