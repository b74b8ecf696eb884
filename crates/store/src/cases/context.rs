//! What the desk must know around a case: the contract and its service, earlier cases, whether the customer was told.

use jiff::Timestamp;
use model::{CaseId, ContractId, Control, CustomerId, Lane, ServiceKind};
use serde::{Deserialize, Serialize};

use crate::{Query, StoreError, args};

/// A contract as far as a decision depends on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractFacts {
    /// The contract.
    pub contract: ContractId,
    /// Its key at the provider.
    pub key: String,
    /// Its customer.
    pub customer: CustomerId,
    /// The reseller above the customer, if any.
    pub reseller: Option<CustomerId>,
    /// Kind of service.
    pub service: ServiceKind,
    /// Who has root.
    pub control: Control,
    /// First moment of the contract.
    pub from: Timestamp,
    /// First moment after its end.
    pub to: Option<Timestamp>,
}

/// A contract as far as a decision depends on it.
pub async fn contract_facts(query: &mut impl Query, contract: ContractId) -> Result<Option<ContractFacts>, StoreError> {
    let sql = "SELECT contract.id, contract.key, contract.customer_id, customer.parent_id, plan.service, plan.control, \
               contract.valid_from, contract.valid_to FROM contract \
               JOIN plan ON plan.id = contract.plan_id JOIN customer ON customer.id = contract.customer_id \
               WHERE contract.id = $1";
    let Some(row) = query.fetch_opt(sql, args![contract]).await? else { return Ok(None) };
    Ok(Some(ContractFacts {
        contract: ContractId(row.int("id")?),
        key: row.text("key")?,
        customer: CustomerId(row.int("customer_id")?),
        reseller: row.opt_int("parent_id")?.map(CustomerId),
        service: row.parse("service")?,
        control: row.parse("control")?,
        from: row.time("valid_from")?,
        to: row.opt_time("valid_to")?,
    }))
}

/// How many cases this contract has had in `lane` since `since` that were no false alarm, `except` not counted (D43).
pub async fn earlier_cases(
    query: &mut impl Query,
    contract: ContractId,
    lane: Lane,
    since: Timestamp,
    except: Option<CaseId>,
) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) AS n FROM cases WHERE contract_id = $1 AND opened_at >= $2 AND lane = $3 AND id <> $4 \
               AND exit IN ('fixed', 'stopped', 'warned-then-stopped', 'cancelled')";
    query.fetch_one(sql, args![contract, since, lane, except.unwrap_or(CaseId(0))]).await?.int("n")
}

/// When the customer (or the reseller above) was first told of this case.
pub async fn told_at(query: &mut impl Query, case: CaseId) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT MIN(sent_at) AS at FROM mail WHERE case_id = $1 AND audience IN ('customer', 'reseller') \
               AND sent_at IS NOT NULL";
    query.fetch_one(sql, args![case]).await?.opt_time("at")
}
