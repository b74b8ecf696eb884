//! The pack of evidence for the step on a contract (D43): a case with its timeline, what was seen, what the customer was
//! told and answered, and the earlier cases of the same contract.
//!
//! It never tells of another customer: a report that names somebody else too is in it with our customer's lines alone, its
//! bytes stay here. It does name the reporters, so making one needs a ground (D39): it is for whoever decides on the
//! contract, a lawyer or the police, not for the customer.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{CaseId, ContractId, Exit, ObservationId, ReportId};
use serde_json::{Value, json};
use store::cases::{self, CaseRow, Filter, MAX_PAGE, View};
use store::inventory::read;
use store::mails::{self, MailRow};
use store::observations::{self, ObservationRow};
use store::{StoreError, measures, reports};

use super::access::{Look, Personal};
use crate::{Actor, Desk, DeskError};

/// Name and version of what is in the file.
const FORMAT: &str = "mimawari-pack-1";
/// Earlier cases that go in, the latest first.
const MAX_EARLIER: usize = 20;
/// Observations of each case that go in.
const MAX_SEEN: i64 = 2000;
/// Most bytes of reports in one pack; of those that no longer fit the hash stays.
const MAX_RAW: usize = 16 << 20;
/// What is looked at to make one, by the names of the register of looks.
const FIELDS: [&str; 3] = ["customer", "reports", "mails"];

/// A pack, ready to be saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pack {
    /// Name for the file.
    pub name: String,
    /// One JSON object.
    pub bytes: Vec<u8>,
    /// SHA-256 of the bytes, as the journal has it.
    pub sha256: String,
}

impl Desk {
    /// Makes the pack of a case on the ground that `look` names, and writes down who made it and its hash. What is looked at
    /// is always the same; the fields of `look` are not asked.
    pub async fn evidence_pack(&self, look: Look, actor: &Actor) -> Result<Pack, DeskError> {
        let look = Look { fields: FIELDS.map(str::to_owned).to_vec(), ..look };
        let grant = self.record_access::<Personal>(&look, actor).await?;
        let case = cases::case(&mut &self.store, look.case).await?;
        let mut room = MAX_RAW;
        let now = self.clock.now();
        let mut pack = json!({
            "format": FORMAT, "made_at": now, "made_by": actor.name, "provider": self.settings.provider.name,
            "ground": {
                "record": grant.record(), "basis": look.basis, "reference": look.reference, "purpose": look.purpose,
            },
            "contract": self.contract_part(case.contract).await?,
            "case": self.dossier(&case, &mut room).await?,
        });
        let mut earlier = Vec::new();
        for case in self.earlier_of_contract(&case).await? {
            earlier.push(self.dossier(&case, &mut room).await?);
        }
        let count = earlier.len();
        pack["earlier_cases"] = earlier.into();
        let bytes = serde_json::to_vec_pretty(&pack).map_err(DeskError::unreadable)?;
        let sha256 = store::raw::content_hash(&bytes);
        let mut tx = self.store.begin().await?;
        let detail = json!({ "record": grant.record(), "sha256": sha256, "earlier": count });
        tx.journal_at_commit(now, &actor.name, "case.pack", Some(case.id), detail);
        tx.commit().await?;
        Ok(Pack { name: format!("{}-pack.json", case.number), bytes, sha256 })
    }

    async fn contract_part(&self, contract: Option<ContractId>) -> Result<Value, DeskError> {
        let Some(id) = contract else { return Ok(Value::Null) };
        let query = &mut &self.store;
        let contract = read::contract(query, id).await?;
        let plan = read::plan(query, contract.plan).await?;
        let customer = read::customer(query, contract.customer).await?;
        Ok(json!({ "contract": contract, "plan": plan, "customer": customer }))
    }

    /// The cases of the same contract before this one that were no false alarm, the latest first.
    async fn earlier_of_contract(&self, case: &CaseRow) -> Result<Vec<CaseRow>, DeskError> {
        if case.contract.is_none() {
            return Ok(Vec::new());
        }
        let filter = Filter { view: View::All, contract: case.contract, snoozed: true, ..Filter::default() };
        let now = self.clock.now();
        let mut found = cases::page(&mut &self.store, &filter, None, MAX_PAGE, now).await?.cases;
        let founded = |exit| matches!(exit, Exit::Fixed | Exit::Stopped | Exit::WarnedThenStopped | Exit::Cancelled);
        found
            .retain(|other| other.id != case.id && other.opened_at <= case.opened_at && other.exit.is_none_or(founded));
        found.sort_by_key(|other| std::cmp::Reverse((other.opened_at, other.id)));
        found.truncate(MAX_EARLIER);
        Ok(found)
    }

    /// Everything about one case; `room` is how many bytes of reports still fit.
    async fn dossier(&self, case: &CaseRow, room: &mut usize) -> Result<Value, DeskError> {
        let query = &mut &self.store;
        let seen = observations::of_case(query, case.id, ObservationId(0), MAX_SEEN).await?;
        let mut by_report: BTreeMap<ReportId, Vec<ObservationRow>> = BTreeMap::new();
        for row in seen.into_iter().filter(|row| row.contract.is_none() || row.contract == case.contract) {
            by_report.entry(row.report).or_default().push(row);
        }
        let mut told = Vec::new();
        for (report, rows) in by_report {
            told.push(self.report_part(case, report, &rows, room).await?);
        }
        let sent = mails::mails_of(query, case.id).await?;
        Ok(json!({
            "case": case,
            "decision": cases::decision(query, case.id).await?,
            "timeline": self.store.journal_of(case.id).await?,
            "reports": told,
            "mails": sent.iter().filter(|mail| mail.audience != "reporter").map(mail_part).collect::<Vec<_>>(),
            "measures": measures::measures_of(query, case.id).await?,
            "answers": cases::answers(query, case.id).await?,
            "incident": cases::incident(query, case.id).await?,
        }))
    }

    /// A report with what it says of this case; its bytes only if it says nothing of anybody else.
    async fn report_part(
        &self,
        case: &CaseRow,
        report: ReportId,
        rows: &[ObservationRow],
        room: &mut usize,
    ) -> Result<Value, DeskError> {
        let query = &mut &self.store;
        let row = reports::report(query, report).await?;
        let all = observations::of_report(query, report).await?;
        let mut part = json!({
            "id": row.id, "received_at": row.received_at, "door": row.door, "format": row.format,
            "raw_sha256": row.raw_hash,
            "observations": rows.iter().map(|row| json!({ "id": row.id, "seen": row.seen })).collect::<Vec<_>>(),
        });
        if !all.iter().all(|row| is_of(row, case.id, case.contract)) {
            part["raw_left_out"] = "it tells of others too".into();
            return Ok(part);
        }
        part["subject"] = row.subject.into();
        part["envelope_from"] = row.envelope_from.into();
        let raw = match self.store.get_raw(&row.raw_hash).await {
            Ok(raw) => raw,
            Err(StoreError::NotFound { .. }) => {
                part["raw_left_out"] = "the bytes are no longer kept".into();
                return Ok(part);
            }
            Err(error) => return Err(error.into()),
        };
        match room.checked_sub(raw.len()) {
            Some(left) => {
                *room = left;
                part["raw_base64"] = STANDARD.encode(&raw).into();
            }
            None => part["raw_left_out"] = "the pack is full".into(),
        }
        Ok(part)
    }
}

/// Whether an observation is surely of this case or its contract.
fn is_of(row: &ObservationRow, case: CaseId, contract: Option<ContractId>) -> bool {
    match row.contract {
        Some(of) => contract == Some(of),
        None => row.case == Some(case),
    }
}

fn mail_part(mail: &MailRow) -> Value {
    json!({
        "id": mail.id, "kind": mail.kind, "audience": mail.audience, "to": mail.to, "subject": mail.subject,
        "body": mail.body, "lang": mail.lang, "state": mail.state, "created_at": mail.created_at, "sent_at": mail.sent_at,
        "message_id": mail.message_id,
    })
}
