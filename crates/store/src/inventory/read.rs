//! Questions about the inventory by key, by number and by subject.

use ipnet::IpNet;
use jiff::Timestamp;
use model::inventory::MAX_RESELLER_LEVELS;
use model::{Contract, ContractId, Customer, CustomerId, Holding, HoldingId, Plan, PlanId, ServiceKind, TimeSpan};
use serde::Serialize;

use crate::{Arg, Query, Row, StoreError, args, placeholders};

/// A holding with the contract and customer behind it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Held {
    /// The row.
    pub holding: Holding,
    /// Key of the contract, and its customer; absent for infrastructure.
    pub holder: Option<(String, CustomerId)>,
}

/// Contracts of a plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlanCount {
    /// Plan.
    pub plan: Plan,
    /// Contracts that run.
    pub running: i64,
    /// Contracts, ended and coming ones included.
    pub all: i64,
}

async fn one<T>(
    query: &mut impl Query,
    what: &str,
    column: &str,
    value: Arg,
    build: fn(&Row) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let shown = match &value {
        Arg::Int(Some(id)) => id.to_string(),
        Arg::Text(Some(key)) => key.clone(),
        _ => String::new(),
    };
    let row = query.fetch_opt(&format!("SELECT * FROM {what} WHERE {column} = $1"), vec![value]).await?;
    row.as_ref().map(build).transpose()?.ok_or_else(|| StoreError::NotFound { what: format!("{what} {shown}") })
}

/// A plan.
pub async fn plan(query: &mut impl Query, id: PlanId) -> Result<Plan, StoreError> {
    one(query, "plan", "id", id.into(), plan_of).await
}

/// A plan by the provider's key.
pub async fn plan_by_key(query: &mut impl Query, key: &str) -> Result<Plan, StoreError> {
    one(query, "plan", "key", key.into(), plan_of).await
}

/// All plans, by key.
pub async fn plans(query: &mut impl Query) -> Result<Vec<Plan>, StoreError> {
    query.fetch("SELECT * FROM plan ORDER BY key", args![]).await?.iter().map(plan_of).collect()
}

/// A customer.
pub async fn customer(query: &mut impl Query, id: CustomerId) -> Result<Customer, StoreError> {
    one(query, "customer", "id", id.into(), customer_of).await
}

/// A customer by the provider's key.
pub async fn customer_by_key(query: &mut impl Query, key: &str) -> Result<Customer, StoreError> {
    one(query, "customer", "key", key.into(), customer_of).await
}

/// A contract.
pub async fn contract(query: &mut impl Query, id: ContractId) -> Result<Contract, StoreError> {
    one(query, "contract", "id", id.into(), contract_of).await
}

/// A contract by the provider's key.
pub async fn contract_by_key(query: &mut impl Query, key: &str) -> Result<Contract, StoreError> {
    one(query, "contract", "key", key.into(), contract_of).await
}

/// The contracts of a customer, newest first.
pub async fn contracts_of(
    query: &mut impl Query,
    customer: CustomerId,
    limit: i64,
) -> Result<Vec<Contract>, StoreError> {
    let sql = "SELECT * FROM contract WHERE customer_id = $1 ORDER BY valid_from DESC, id DESC LIMIT $2";
    query.fetch(sql, args![customer, limit]).await?.iter().map(contract_of).collect()
}

/// A customer and the resellers above it, from the customer upwards (D40).
///
/// A notice goes to the topmost-but-nearest desk: the first of these after the customer that has a `desk_mail`.
pub async fn reseller_chain(query: &mut impl Query, id: CustomerId) -> Result<Vec<Customer>, StoreError> {
    let mut chain = vec![customer(query, id).await?];
    // The import refuses deeper trees and circles; the bound keeps a damaged database from holding us here.
    while let Some(parent) = chain.last().and_then(|last| last.parent).filter(|_| chain.len() <= MAX_RESELLER_LEVELS) {
        chain.push(customer(query, parent).await?);
    }
    Ok(chain)
}

/// Customers directly below a reseller, by number, after `after`.
pub async fn customers_below(
    query: &mut impl Query,
    reseller: CustomerId,
    after: CustomerId,
    limit: i64,
) -> Result<Vec<Customer>, StoreError> {
    let sql = "SELECT * FROM customer WHERE parent_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    query.fetch(sql, args![reseller, after, limit]).await?.iter().map(customer_of).collect()
}

/// Everything that a contract holds or held, newest first.
pub async fn holdings_of(query: &mut impl Query, contract: ContractId, limit: i64) -> Result<Vec<Holding>, StoreError> {
    let sql = "SELECT * FROM holding WHERE contract_id = $1 ORDER BY valid_from DESC, subject, port_lo LIMIT $2";
    query.fetch(sql, args![contract, limit]).await?.iter().map(holding_of).collect()
}

/// Whoever held exactly one of `subjects` (text form of [`model::SubjectKey`]) at any moment of `span` with any port from
/// the first to the last of `ports`; at most `limit` rows, in no order.
pub async fn holdings_for(
    query: &mut impl Query,
    subjects: &[String],
    span: TimeSpan,
    ports: (u16, u16),
    limit: i64,
) -> Result<Vec<Held>, StoreError> {
    if subjects.is_empty() {
        return Ok(Vec::new());
    }
    let subjects = padded(subjects);
    let sql = format!(
        "SELECT h.*, c.key AS contract_key, c.customer_id FROM holding h LEFT JOIN contract c ON c.id = h.contract_id \
         WHERE h.subject IN ({}) AND h.valid_from <= $1 AND (h.valid_to IS NULL OR h.valid_to > $2) \
         AND h.port_lo <= $4 AND h.port_hi >= $3 LIMIT $5",
        placeholders(6, subjects.len())
    );
    // Stored times are cut to microseconds; one more on either side finds what a finer question touches.
    let first = span.earliest.as_microsecond().saturating_sub(1);
    let last = span.latest.as_microsecond().saturating_add(1);
    let mut values = args![last, first, ports.0, ports.1, limit];
    values.extend(subjects.into_iter().map(Arg::from));
    let rows = query.fetch(&sql, values).await?;
    rows.iter().map(held_of).collect()
}

/// `keys` with the last one repeated up to the next power of two: statements of few lengths stay prepared.
fn padded(keys: &[String]) -> Vec<&String> {
    let missing = keys.len().next_power_of_two() - keys.len();
    keys.iter().chain(std::iter::repeat_n(keys, missing).filter_map(|keys| keys.last())).collect()
}

/// Which of `subjects` were ever in anybody's hands.
pub async fn ever_held(query: &mut impl Query, subjects: &[String]) -> Result<Vec<String>, StoreError> {
    if subjects.is_empty() {
        return Ok(Vec::new());
    }
    let subjects = padded(subjects);
    let sql = format!("SELECT DISTINCT subject FROM holding WHERE subject IN ({})", placeholders(1, subjects.len()));
    let rows = query.fetch(&sql, subjects.into_iter().map(Arg::from).collect()).await?;
    rows.iter().map(|row| row.text("subject")).collect()
}

/// Which prefix lengths occur among the holdings, for IPv4 and for IPv6, longest first.
pub async fn prefix_lengths(query: &mut impl Query) -> Result<(Vec<u8>, Vec<u8>), StoreError> {
    let (mut v4, mut v6) = (Vec::new(), Vec::new());
    for row in query.fetch("SELECT family, bits FROM prefix_length ORDER BY bits DESC", args![]).await? {
        let bits = u8::try_from(row.int("bits")?).map_err(|error| StoreError::Damaged(error.to_string()))?;
        (if row.int("family")? == 4 { &mut v4 } else { &mut v6 }).push(bits);
    }
    Ok((v4, v6))
}

/// Our own address space, with the announcing AS.
pub async fn own_prefixes(query: &mut impl Query) -> Result<Vec<(IpNet, Option<i64>)>, StoreError> {
    let rows = query.fetch("SELECT prefix, asn FROM own_prefix ORDER BY prefix", args![]).await?;
    rows.iter().map(|row| Ok((row.parse("prefix")?, row.opt_int("asn")?))).collect()
}

/// Contracts per plan at `now`, by plan key (A01).
pub async fn counts_per_plan(query: &mut impl Query, now: Timestamp) -> Result<Vec<PlanCount>, StoreError> {
    let sql = "SELECT p.id, p.key, p.name, p.service, p.control, p.yen_per_month, p.disk_gb, p.mails_per_hour, \
               COUNT(c.id) AS contracts, CAST(COALESCE(SUM(CASE WHEN c.valid_from <= $1 AND \
               (c.valid_to IS NULL OR c.valid_to > $1) THEN 1 ELSE 0 END), 0) AS BIGINT) AS running \
               FROM plan p LEFT JOIN contract c ON c.plan_id = p.id \
               GROUP BY p.id, p.key, p.name, p.service, p.control, p.yen_per_month, p.disk_gb, p.mails_per_hour \
               ORDER BY p.key";
    let rows = query.fetch(sql, args![now]).await?;
    rows.iter()
        .map(|row| Ok(PlanCount { plan: plan_of(row)?, running: row.int("running")?, all: row.int("contracts")? }))
        .collect()
}

/// How many contracts there are.
pub async fn contract_count(query: &mut impl Query) -> Result<i64, StoreError> {
    query.fetch_one("SELECT COUNT(*) AS n FROM contract", args![]).await?.int("n")
}

/// The services that a customer can look after himself: sites and hosts.
pub(super) const SITES: [ServiceKind; 3] = [ServiceKind::SharedHosting, ServiceKind::Vps, ServiceKind::Server];

/// Builds a plan from a row.
pub fn plan_of(row: &Row) -> Result<Plan, StoreError> {
    Ok(Plan {
        id: PlanId(row.int("id")?),
        key: row.text("key")?,
        name: row.text("name")?,
        service: row.parse("service")?,
        control: row.parse("control")?,
        yen_per_month: row.opt_int("yen_per_month")?,
        disk_gb: row.opt_int("disk_gb")?,
        mails_per_hour: row.opt_int("mails_per_hour")?,
    })
}

/// Builds a customer from a row.
pub fn customer_of(row: &Row) -> Result<Customer, StoreError> {
    Ok(Customer {
        id: CustomerId(row.int("id")?),
        key: row.text("key")?,
        name: row.text("name")?,
        mail: row.opt_text("mail")?,
        lang: row.parse("lang")?,
        parent: row.opt_int("parent_id")?.map(CustomerId),
        desk_mail: row.opt_text("desk_mail")?,
    })
}

/// Builds a contract from a row.
pub fn contract_of(row: &Row) -> Result<Contract, StoreError> {
    Ok(Contract {
        id: ContractId(row.int("id")?),
        key: row.text("key")?,
        customer: CustomerId(row.int("customer_id")?),
        plan: PlanId(row.int("plan_id")?),
        from: row.time("valid_from")?,
        to: row.opt_time("valid_to")?,
        responsible: row.opt_text("responsible")?,
    })
}

/// Builds a holding from a row.
pub fn holding_of(row: &Row) -> Result<Holding, StoreError> {
    let port = |column| u16::try_from(row.int(column)?).map_err(|error| StoreError::Damaged(error.to_string()));
    Ok(Holding {
        id: HoldingId(row.int("id")?),
        subject: row.parse("subject")?,
        contract: row.opt_int("contract_id")?.map(ContractId),
        port_lo: port("port_lo")?,
        port_hi: port("port_hi")?,
        from: row.time("valid_from")?,
        to: row.opt_time("valid_to")?,
        source: row.text("source")?,
    })
}

fn held_of(row: &Row) -> Result<Held, StoreError> {
    let holder = match row.opt_text("contract_key")? {
        Some(key) => Some((key, CustomerId(row.int("customer_id")?))),
        None => None,
    };
    Ok(Held { holding: holding_of(row)?, holder })
}
