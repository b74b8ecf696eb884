//! What customers keep ready, and what is missing (A42, D54).

use jiff::Timestamp;
use model::{Contract, ContractId, CustomerId, ReadinessItem};
use serde::Serialize;

use super::read::{self, SITES, contract_of};
use crate::{Query, StoreError, args, placeholders};

/// One item as it was noted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ready {
    /// What.
    pub item: ReadinessItem,
    /// The name, date, telephone number or place of it.
    pub value: String,
    /// First moment at which it has to be asked again.
    pub valid_until: Option<Timestamp>,
    /// When it was noted.
    pub updated_at: Timestamp,
}

impl Ready {
    /// Whether it still counts.
    pub fn counts(&self, now: Timestamp) -> bool {
        !self.value.trim().is_empty() && self.valid_until.is_none_or(|until| until > now)
    }
}

/// A contract and what it lacks.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Lacking {
    /// Contract.
    pub contract: Contract,
    /// What is missing or out of date; never empty.
    pub missing: Vec<ReadinessItem>,
}

/// What is noted for a contract.
pub async fn readiness_of(query: &mut impl Query, contract: ContractId) -> Result<Vec<Ready>, StoreError> {
    let sql = "SELECT item, value, valid_until, updated_at FROM readiness WHERE contract_id = $1 ORDER BY item";
    let rows = query.fetch(sql, args![contract]).await?;
    rows.iter()
        .map(|row| {
            Ok(Ready {
                item: row.parse("item")?,
                value: row.text("value")?,
                valid_until: row.opt_time("valid_until")?,
                updated_at: row.time("updated_at")?,
            })
        })
        .collect()
}

/// What a contract lacks at `now`: an item of its service that is not noted or out of date. A person in charge or an end
/// in the contract itself counts.
pub async fn missing_of(
    query: &mut impl Query,
    contract: ContractId,
    now: Timestamp,
) -> Result<Vec<ReadinessItem>, StoreError> {
    let contract = read::contract(query, contract).await?;
    let plan = read::plan(query, contract.plan).await?;
    let ready = readiness_of(query, contract.id).await?;
    let has = |item| ready.iter().any(|ready| ready.item == item && ready.counts(now));
    let in_contract = |item| match item {
        ReadinessItem::Owner => contract.responsible.as_deref().is_some_and(|name| !name.trim().is_empty()),
        ReadinessItem::EndDate => contract.to.is_some(),
        _ => false,
    };
    let required = ReadinessItem::required(plan.service, plan.control).iter().copied();
    Ok(required.filter(|item| !has(*item) && !in_contract(*item)).collect())
}

/// A customer's running contracts that lack something (D54); at most `limit` contracts are looked at.
pub async fn missing_of_customer(
    query: &mut impl Query,
    customer: CustomerId,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<Lacking>, StoreError> {
    let mut lacking = Vec::new();
    for contract in read::contracts_of(query, customer, limit).await? {
        if contract.from > now || contract.to.is_some_and(|to| to <= now) {
            continue;
        }
        let missing = missing_of(query, contract.id, now).await?;
        if !missing.is_empty() {
            lacking.push(Lacking { contract, missing });
        }
    }
    Ok(lacking)
}

/// Running sites and hosts without a person in charge or without an end date (A42), by number, after `after`.
pub async fn sites_without_owner_or_end(
    query: &mut impl Query,
    now: Timestamp,
    after: ContractId,
    limit: i64,
) -> Result<Vec<Lacking>, StoreError> {
    let noted = |item: ReadinessItem| {
        format!(
            "EXISTS (SELECT 1 FROM readiness r WHERE r.contract_id = c.id AND r.item = '{item}' AND TRIM(r.value) <> '' \
             AND (r.valid_until IS NULL OR r.valid_until > $1))"
        )
    };
    let owner = format!("(TRIM(COALESCE(c.responsible, '')) <> '' OR {})", noted(ReadinessItem::Owner));
    let end = format!("(c.valid_to IS NOT NULL OR {})", noted(ReadinessItem::EndDate));
    let sql = format!(
        "SELECT c.*, CASE WHEN {owner} THEN 1 ELSE 0 END AS has_owner, CASE WHEN {end} THEN 1 ELSE 0 END AS has_end \
         FROM contract c JOIN plan p ON p.id = c.plan_id WHERE c.id > $2 AND p.service IN ({}) \
         AND c.valid_from <= $1 AND (c.valid_to IS NULL OR c.valid_to > $1) AND NOT ({owner} AND {end}) \
         ORDER BY c.id LIMIT $3",
        placeholders(4, SITES.len())
    );
    let mut values = args![now, after, limit];
    values.extend(SITES.map(crate::Arg::from));
    let rows = query.fetch(&sql, values).await?;
    rows.iter()
        .map(|row| {
            let lacks =
                [(ReadinessItem::Owner, row.flag("has_owner")?), (ReadinessItem::EndDate, row.flag("has_end")?)];
            let missing = lacks.into_iter().filter(|(_, has)| !has).map(|(item, _)| item).collect();
            Ok(Lacking { contract: contract_of(row)?, missing })
        })
        .collect()
}
