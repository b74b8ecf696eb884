//! The gate before a look: who, why, on which ground, at which fields; written down before anything is shown (D39, C12).
//!
//! Functions that read communications data or unmask personal data take an [`AccessGrant`], which only
//! [`Desk::record_access`] makes: without a record of the look there is no way to call them.

use std::marker::PhantomData;

use model::measure::Lack;
use model::{CaseId, Customer, LegalBasis, Permission};
use serde_json::json;
use store::Tx;
use store::registers::{AccessRow, instrument_by_number};

use crate::why::reasons;
use crate::{Actor, Desk, DeskError};

mod sealed {
    pub trait Sealed {}
}

/// A class of protected data.
pub trait Data: sealed::Sealed + Send + Sync {
    /// Its name in the register.
    const NAME: &'static str;
    /// Whether the secrecy of communications covers it (Telecommunications Business Act, Art. 4).
    const COMMUNICATIONS: bool;
}

/// Who spoke with whom, and when: logs of mail, logins, connections.
#[derive(Debug)]
pub enum Communications {}

/// Names, addresses and telephone numbers of customers and reporters.
#[derive(Debug)]
pub enum Personal {}

impl sealed::Sealed for Communications {}
impl sealed::Sealed for Personal {}

impl Data for Communications {
    const NAME: &'static str = "communications";
    const COMMUNICATIONS: bool = true;
}

impl Data for Personal {
    const NAME: &'static str = "personal";
    const COMMUNICATIONS: bool = false;
}

/// The proof that a look has been written down. It is good for the case and the fields that were named, and is used up by
/// being dropped: it cannot be copied or made otherwise.
#[derive(Debug)]
pub struct AccessGrant<D: Data> {
    record: i64,
    case: CaseId,
    fields: Vec<String>,
    data: PhantomData<D>,
}

impl<D: Data> AccessGrant<D> {
    /// Number of the row in the register.
    pub const fn record(&self) -> i64 {
        self.record
    }

    /// The case it is good for.
    pub const fn case(&self) -> CaseId {
        self.case
    }

    /// Whether `field` may be looked at.
    pub fn allows(&self, field: &str) -> bool {
        self.fields.iter().any(|known| known == field)
    }
}

/// A look that somebody wants to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// For which case.
    pub case: CaseId,
    /// On which ground.
    pub basis: Option<LegalBasis>,
    /// The clause or document; with [`LegalBasis::Instrument`] the number of an instrument in the register.
    pub reference: Option<String>,
    /// What for.
    pub purpose: String,
    /// At which fields, by name; nothing else may be read.
    pub fields: Vec<String>,
}

/// Most fields of one look.
const MAX_FIELDS: usize = 50;

impl Desk {
    /// Writes a look down and grants it, or refuses it and writes the refusal down.
    pub async fn record_access<D: Data>(&self, look: &Look, actor: &Actor) -> Result<AccessGrant<D>, DeskError> {
        let mut tx = self.store.begin().await?;
        let result = self.access_in::<D>(&mut tx, look, actor).await;
        if let Err(error) = &result {
            let detail = json!({ "what": D::NAME, "basis": look.basis, "why": error.code().0 });
            tx.journal_at_commit(self.clock.now(), &actor.name, "access.denied", Some(look.case), detail);
        }
        // A refusal has written nothing but its journal entry.
        tx.commit().await?;
        result
    }

    pub(crate) async fn access_in<D: Data>(
        &self,
        tx: &mut Tx,
        look: &Look,
        actor: &Actor,
    ) -> Result<AccessGrant<D>, DeskError> {
        actor.must(Permission::ViewPersonal)?;
        let Some(basis) = look.basis else { return Err(DeskError::NoBasis(vec![Lack::Basis])) };
        if D::COMMUNICATIONS && !basis.allows_communications_data() {
            return Err(DeskError::NoBasis(vec![Lack::CommunicationsData]));
        }
        let purpose = text::wording::clean(&look.purpose, 500);
        if purpose.is_empty() {
            return Err(DeskError::NoBasis(vec![Lack::Purpose]));
        }
        let named = |field: &String| !field.trim().is_empty() && field.len() <= 100;
        if look.fields.is_empty() || look.fields.len() > MAX_FIELDS || !look.fields.iter().all(named) {
            return Err(DeskError::Invalid(reasons::look_without_fields(MAX_FIELDS)));
        }
        if basis == LegalBasis::Instrument {
            instrument_carries::<D>(tx, look).await?;
        }
        store::cases::case(tx, look.case).await?;
        let now = self.clock.now();
        let row = AccessRow {
            id: 0,
            at: now,
            actor: actor.name.clone(),
            case: Some(look.case),
            what: D::NAME.to_owned(),
            basis,
            reference: look.reference.clone(),
            purpose: purpose.clone(),
            fields: look.fields.clone(),
        };
        let record = tx.insert_access(&row).await?;
        if D::COMMUNICATIONS {
            tx.own_data_read(look.case, now).await?;
        }
        let detail = json!({
            "record": record, "what": D::NAME, "basis": basis, "reference": look.reference, "purpose": purpose,
            "fields": look.fields,
        });
        tx.journal_at_commit(now, &actor.name, "access.granted", Some(look.case), detail);
        Ok(AccessGrant { record, case: look.case, fields: look.fields.clone(), data: PhantomData })
    }

    /// The customer of the case, unmasked. The grant names which of `name`, `mail` and `desk-mail` are shown.
    pub async fn customer_unmasked(&self, grant: &AccessGrant<Personal>) -> Result<Option<Customer>, DeskError> {
        let case = store::cases::case(&mut &self.store, grant.case()).await?;
        let Some(id) = case.customer else { return Ok(None) };
        let mut customer = store::inventory::read::customer(&mut &self.store, id).await?;
        if !grant.allows("name") {
            customer.name = text::wording::mask_name(&customer.name);
        }
        if !grant.allows("mail") {
            customer.mail = customer.mail.as_deref().map(text::wording::mask_mail);
        }
        if !grant.allows("desk-mail") {
            customer.desk_mail = customer.desk_mail.as_deref().map(text::wording::mask_mail);
        }
        Ok(Some(customer))
    }
}

/// The instrument must be in the register and strong enough: an inquiry does not lift the secrecy of communications.
async fn instrument_carries<D: Data>(tx: &mut Tx, look: &Look) -> Result<(), DeskError> {
    let Some(number) = look.reference.as_deref() else {
        return Err(DeskError::NoBasis(vec![Lack::Reference]));
    };
    let instrument = match instrument_by_number(tx, number).await {
        Err(store::StoreError::NotFound { .. }) => return Err(DeskError::NoBasis(vec![Lack::Reference])),
        other => other?,
    };
    if D::COMMUNICATIONS && !instrument.kind.lifts_secrecy() {
        return Err(DeskError::NoBasis(vec![Lack::CommunicationsData]));
    }
    if !instrument.kind.allows_disclosure() {
        return Err(DeskError::NoBasis(vec![Lack::Basis]));
    }
    Ok(())
}
