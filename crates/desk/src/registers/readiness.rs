//! What customers keep ready, as the desk sees it (A42, D54).

use model::{ContractId, CustomerId, Permission};
use store::inventory::readiness::{self, Lacking};

use crate::{Actor, Desk, DeskError};

/// Most contracts of one customer that are looked at.
const MAX_CONTRACTS: i64 = 1000;
/// Sites on one page.
const PAGE: i64 = 200;

impl Desk {
    /// What the running contracts of a customer lack.
    pub async fn readiness_gaps(&self, customer: CustomerId, actor: &Actor) -> Result<Vec<Lacking>, DeskError> {
        actor.must(Permission::ViewCases)?;
        Ok(readiness::missing_of_customer(&mut &self.store, customer, self.clock.now(), MAX_CONTRACTS).await?)
    }

    /// A page of sites without a person in charge or without an end date, after the contract `after`.
    pub async fn sites_lacking(&self, after: ContractId, actor: &Actor) -> Result<Vec<Lacking>, DeskError> {
        actor.must(Permission::ViewCases)?;
        Ok(readiness::sites_without_owner_or_end(&mut &self.store, self.clock.now(), after, PAGE).await?)
    }
}
