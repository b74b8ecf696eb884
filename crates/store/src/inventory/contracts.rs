//! Import of contracts.

use std::collections::HashMap;

use jiff::Timestamp;

use super::catalogue::{bad_key, bad_period, twice, unknown};
use super::keys::{IN_CHUNK, Keyed, is_key};
use super::{ContractRow, ImportReport, Line, RefusalCode};
use crate::{Arg, StoreError, Tx, args, placeholders};

/// Rows that are decided about and written together.
const CHUNK: usize = 4_000;

/// A contract as it is or will be stored: customer, plan, from, to, responsible.
type Stored = (i64, i64, i64, Option<i64>, Option<String>);

/// Keys of this import to our numbers.
struct Known {
    plans: HashMap<String, i64>,
    customers: HashMap<String, i64>,
    fresh: bool,
}

/// The contracts of a file on their way in.
pub(super) struct ContractImport {
    lines: std::vec::IntoIter<Line<ContractRow>>,
    /// Keys of this file, with the line in which each stands first.
    seen: HashMap<String, u64>,
    pub(super) report: ImportReport,
}

impl ContractImport {
    pub(super) fn new(lines: Vec<Line<ContractRow>>) -> Self {
        let seen = HashMap::with_capacity(lines.len());
        Self { lines: lines.into_iter(), seen, report: ImportReport::default() }
    }

    pub(super) async fn step(&mut self, tx: &mut Tx, most: usize) -> Result<bool, StoreError> {
        let lines: Vec<Line<ContractRow>> = self.lines.by_ref().take(most).collect();
        tx.lock_inventory().await?;
        let known = Known {
            plans: tx.ids_of(Keyed::Plan, lines.iter().map(|line| line.row.plan.as_str())).await?,
            customers: tx.ids_of(Keyed::Customer, lines.iter().map(|line| line.row.customer.as_str())).await?,
            fresh: tx.is_empty("contract").await?,
        };
        for chunk in lines.chunks(CHUNK) {
            tx.import_contract_chunk(chunk, &known, &mut self.seen, &mut self.report).await?;
        }
        Ok(self.lines.len() > 0)
    }
}

impl Tx {
    async fn import_contract_chunk(
        &mut self,
        chunk: &[Line<ContractRow>],
        known: &Known,
        seen: &mut HashMap<String, u64>,
        report: &mut ImportReport,
    ) -> Result<(), StoreError> {
        let look_up =
            chunk.iter().map(|line| line.row.key.as_str()).filter(|key| !known.fresh || seen.contains_key(*key));
        let mut stored = self.stored_contracts(look_up.collect()).await?;
        let mut ids = self.new_ids(i64::try_from(chunk.len()).unwrap_or(i64::MAX)).await?;
        let mut new = Vec::new();
        for Line { line, row } in chunk {
            let wanted = match wanted(row, known) {
                Ok(wanted) => wanted,
                Err((code, why)) => {
                    report.refuse(*line, &row.key, code, why);
                    continue;
                }
            };
            let first = *seen.entry(row.key.clone()).or_insert(*line);
            match stored.get(&row.key) {
                Some((_, old)) if *old == wanted => report.unchanged += 1,
                Some(_) if first != *line => report.refuse(*line, &row.key, RefusalCode::Duplicate, twice(first)),
                Some((id, _)) => {
                    let id = *id;
                    report.updated += 1;
                    self.update_contract(id, &wanted).await?;
                    stored.insert(row.key.clone(), (id, wanted));
                }
                None => {
                    let Some(id) = ids.next() else { break };
                    report.inserted += 1;
                    let (customer, plan, from, to, responsible) = wanted.clone();
                    new.push(args![id, &row.key, customer, plan, from, to, responsible]);
                    stored.insert(row.key.clone(), (id, wanted));
                }
            }
        }
        let head = "INSERT INTO contract (id, key, customer_id, plan_id, valid_from, valid_to, responsible) VALUES";
        self.insert_many(head, new, "").await?;
        Ok(())
    }

    async fn stored_contracts(&mut self, keys: Vec<&str>) -> Result<HashMap<String, (i64, Stored)>, StoreError> {
        let mut stored = HashMap::new();
        for chunk in keys.chunks(IN_CHUNK) {
            let sql = format!("SELECT * FROM contract WHERE key IN ({})", placeholders(1, chunk.len()));
            for row in self.fetch(&sql, chunk.iter().map(|key| Arg::from(*key)).collect()).await? {
                let content = (
                    row.int("customer_id")?,
                    row.int("plan_id")?,
                    row.int("valid_from")?,
                    row.opt_int("valid_to")?,
                    row.opt_text("responsible")?,
                );
                stored.insert(row.text("key")?, (row.int("id")?, content));
            }
        }
        Ok(stored)
    }

    async fn update_contract(&mut self, id: i64, wanted: &Stored) -> Result<(), StoreError> {
        let (customer, plan, from, to, responsible) = wanted.clone();
        self.execute(
            "UPDATE contract SET customer_id = $2, plan_id = $3, valid_from = $4, valid_to = $5, responsible = $6 \
             WHERE id = $1",
            args![id, customer, plan, from, to, responsible],
        )
        .await?;
        Ok(())
    }
}

fn wanted(row: &ContractRow, known: &Known) -> Result<Stored, (RefusalCode, String)> {
    if !is_key(&row.key) {
        return Err((RefusalCode::BadKey, bad_key()));
    }
    let customer = known.customers.get(&row.customer);
    let customer = *customer.ok_or_else(|| (RefusalCode::UnknownCustomer, unknown("customer", &row.customer)))?;
    let plan = known.plans.get(&row.plan);
    let plan = *plan.ok_or_else(|| (RefusalCode::UnknownPlan, unknown("plan", &row.plan)))?;
    let (from, to) = (row.from.as_microsecond(), row.to.map(Timestamp::as_microsecond));
    if to.is_some_and(|to| to <= from) {
        return Err((RefusalCode::BadPeriod, bad_period()));
    }
    Ok((customer, plan, from, to, row.responsible.clone()))
}
