//! Paper, telephone, courts and police (A05, D55): numbered, with deadline and answer, linked to cases, never counted as mail.

use jiff::Timestamp;
use model::{CaseId, LegalBasis, Permission};
use serde_json::json;
use store::registers::{InstrumentKind, InstrumentRow, InstrumentState, instrument};

use super::access::{AccessGrant, Look, Personal};
use crate::why::reasons;
use crate::{Actor, Desk, DeskError};

/// Longest text of an instrument, characters.
const MAX_TEXT: usize = 4000;

/// An instrument as it is entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInstrument {
    /// What kind.
    pub kind: InstrumentKind,
    /// The case it is about, if that is known.
    pub case: Option<CaseId>,
    /// When it arrived.
    pub received_at: Timestamp,
    /// Which court, police station, lawyer or person.
    pub from_body: String,
    /// Their own number; may be empty.
    pub reference: String,
    /// What is asked.
    pub asked: String,
    /// Until when it is to be answered.
    pub deadline_at: Option<Timestamp>,
}

/// How an instrument is answered.
#[derive(Debug)]
pub struct InstrumentAnswer<'a> {
    /// Whether it is refused; the text then says why.
    pub refused: bool,
    /// What was answered.
    pub text: String,
    /// Kinds of personal data that go out, such as `name`, each allowed by the grant.
    pub disclosed: Vec<String>,
    /// The look that they come from; without it nothing personal goes out.
    pub grant: Option<&'a AccessGrant<Personal>>,
}

/// How a person answers an instrument: the look into personal data is written down on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstrumentReply {
    /// Whether it is refused; the text then says why.
    pub refused: bool,
    /// What was answered.
    pub text: String,
    /// Kinds of personal data that go out, such as `name`.
    pub disclosed: Vec<String>,
    /// What they go out for; needed where any do.
    pub purpose: String,
}

impl Desk {
    /// Enters an instrument under the next number of its year.
    pub async fn enter_instrument(&self, new: NewInstrument, actor: &Actor) -> Result<InstrumentRow, DeskError> {
        actor.must(Permission::WorkCases)?;
        let text = |what: &str, text: &str| {
            let text = text.trim();
            if text.chars().count() > MAX_TEXT {
                return Err(DeskError::Invalid(reasons::field_too_long(what, MAX_TEXT)));
            }
            Ok(text.to_owned())
        };
        let row = InstrumentRow {
            id: 0,
            number: String::new(),
            kind: new.kind,
            case: new.case,
            received_at: new.received_at,
            from_body: text("from", &new.from_body)?,
            reference: text("reference", &new.reference)?,
            asked: text("asked", &new.asked)?,
            deadline_at: new.deadline_at,
            state: InstrumentState::Open,
            answer: None,
            disclosed: Vec::new(),
            answered_at: None,
            answered_by: None,
            entered_by: actor.name.clone(),
        };
        if row.from_body.is_empty() || row.asked.is_empty() {
            return Err(DeskError::Invalid(reasons::instrument_incomplete()));
        }
        let now = self.clock.now();
        let year = now.to_zoned(text::wording::tokyo()).year();
        let mut tx = self.store.begin().await?;
        if let Some(case) = row.case {
            store::cases::case(&mut tx, case).await?;
        }
        let row = tx.insert_instrument(&row, year).await?;
        // Who asks may be a person: the journal has the number, the register the name.
        let detail = json!({ "number": row.number, "kind": row.kind, "deadline_at": row.deadline_at });
        tx.journal_at_commit(now, &actor.name, "instrument.entered", row.case, detail);
        tx.commit().await?;
        Ok(row)
    }

    /// Links an instrument to the case it is about.
    pub async fn link_instrument(&self, id: i64, case: CaseId, actor: &Actor) -> Result<(), DeskError> {
        actor.must(Permission::WorkCases)?;
        let mut tx = self.store.begin().await?;
        store::cases::case(&mut tx, case).await?;
        let row = instrument(&mut tx, id).await?;
        tx.link_instrument(id, case).await?;
        let detail = json!({ "number": row.number, "before": row.case });
        tx.journal_at_commit(self.clock.now(), &actor.name, "instrument.linked", Some(case), detail);
        tx.commit().await?;
        Ok(())
    }

    /// Answers an instrument, once; the instrument itself is the ground of the look at what is disclosed (D39).
    pub async fn reply_to_instrument(
        &self,
        id: i64,
        reply: InstrumentReply,
        actor: &Actor,
    ) -> Result<InstrumentRow, DeskError> {
        let row = instrument(&mut &self.store, id).await?;
        if row.state != InstrumentState::Open {
            return Err(DeskError::State(reasons::instrument_answered(&row.number)));
        }
        // No look where nothing may go out anyway: the answer is then refused with the reason.
        let looks = !reply.disclosed.is_empty() && row.kind.allows_disclosure() && !reply.refused;
        let grant = match row.case {
            Some(case) if looks => {
                let (basis, reference) = (Some(LegalBasis::Instrument), Some(row.number));
                let look = Look { case, basis, reference, purpose: reply.purpose, fields: reply.disclosed.clone() };
                Some(self.record_access::<Personal>(&look, actor).await?)
            }
            None if looks => {
                return Err(DeskError::State(reasons::instrument_without_case(&row.number)));
            }
            _ => None,
        };
        let InstrumentReply { refused, text, disclosed, .. } = reply;
        self.answer_instrument(id, InstrumentAnswer { refused, text, disclosed, grant: grant.as_ref() }, actor).await
    }

    /// Answers an instrument, once. Nothing personal goes out on a telephone call or a plain letter, nor without a look
    /// that was written down for the same case.
    pub async fn answer_instrument(
        &self,
        id: i64,
        answer: InstrumentAnswer<'_>,
        actor: &Actor,
    ) -> Result<InstrumentRow, DeskError> {
        actor.must(Permission::WorkCases)?;
        let text = answer.text.trim();
        if text.is_empty() || text.chars().count() > MAX_TEXT {
            return Err(DeskError::Invalid(reasons::answer_missing(MAX_TEXT)));
        }
        let mut tx = self.store.begin().await?;
        let old = instrument(&mut tx, id).await?;
        may_disclose(&old, &answer)?;
        let now = self.clock.now();
        let row = InstrumentRow {
            state: if answer.refused { InstrumentState::Refused } else { InstrumentState::Answered },
            answer: Some(text.to_owned()),
            disclosed: answer.disclosed,
            answered_at: Some(now),
            answered_by: Some(actor.name.clone()),
            ..old
        };
        if !tx.answer_instrument(&row).await? {
            return Err(DeskError::State(reasons::instrument_answered(&row.number)));
        }
        let record = answer.grant.map(AccessGrant::record);
        let detail = json!({
            "number": row.number, "kind": row.kind, "state": row.state, "disclosed": row.disclosed, "record": record,
        });
        tx.journal_at_commit(now, &actor.name, "instrument.answered", row.case, detail);
        tx.commit().await?;
        Ok(row)
    }
}

fn may_disclose(row: &InstrumentRow, answer: &InstrumentAnswer<'_>) -> Result<(), DeskError> {
    if answer.disclosed.is_empty() {
        return Ok(());
    }
    if answer.refused || !row.kind.allows_disclosure() {
        return Err(DeskError::NotAllowed(reasons::nothing_disclosed(row.kind)));
    }
    let allowed =
        |field: &String| answer.grant.is_some_and(|grant| Some(grant.case()) == row.case && grant.allows(field));
    match answer.disclosed.iter().find(|field| !allowed(field)) {
        None => Ok(()),
        Some(field) => Err(DeskError::NotAllowed(reasons::field_not_looked_at(field, &row.number))),
    }
}
