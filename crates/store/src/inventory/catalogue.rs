//! Import of the small tables: plans, own prefixes, readiness items.

use std::collections::HashMap;

use jiff::Timestamp;
use model::SubjectKey;

use super::keys::{IN_CHUNK, Keyed, is_key};
use super::{ImportReport, Line, PlanRow, PrefixRow, ReadinessRow, RefusalCode};
use crate::{Arg, Row, StoreError, Tx, args, placeholders};

/// What a row is beside what the file and the database have of the same key.
enum Fate {
    New,
    Changed,
    Same,
    Twice,
}

/// Decides about a row and remembers it: `stored` holds what the database has, `seen` the lines of this file.
fn fate<K: std::hash::Hash + Eq + Clone, V: PartialEq>(
    stored: &mut HashMap<K, V>,
    seen: &mut HashMap<K, u64>,
    key: &K,
    value: V,
    line: u64,
) -> Fate {
    let again = seen.contains_key(key);
    seen.entry(key.clone()).or_insert(line);
    let fate = match stored.get(key) {
        Some(old) if *old == value => return Fate::Same,
        Some(_) if again => return Fate::Twice,
        Some(_) => Fate::Changed,
        None => Fate::New,
    };
    stored.insert(key.clone(), value);
    fate
}

/// Explains a [`Fate::Twice`].
pub(super) fn twice(first: u64) -> String {
    format!("line {first} has the same key with other content; keep one of them")
}

impl Tx {
    /// Takes in plans.
    pub async fn import_plans(&mut self, lines: Vec<Line<PlanRow>>) -> Result<ImportReport, StoreError> {
        let mut report = ImportReport::default();
        let mut stored = HashMap::new();
        for row in self.fetch("SELECT * FROM plan", args![]).await? {
            let row = plan_row(&row)?;
            stored.insert(row.key.clone(), row);
        }
        let mut seen = HashMap::new();
        for Line { line, row } in lines {
            if !is_key(&row.key) {
                report.refuse(line, &row.key, RefusalCode::BadKey, bad_key());
                continue;
            }
            match fate(&mut stored, &mut seen, &row.key.clone(), row.clone(), line) {
                Fate::Same => report.unchanged += 1,
                Fate::Twice => report.refuse(line, &row.key, RefusalCode::Duplicate, twice(seen[&row.key])),
                fate => {
                    self.put_plan(&row).await?;
                    report.count(matches!(fate, Fate::New));
                }
            }
        }
        Ok(report.sorted())
    }

    async fn put_plan(&mut self, row: &PlanRow) -> Result<(), StoreError> {
        let id = self.new_id().await?;
        self.execute(
            "INSERT INTO plan (id, key, name, service, control, yen_per_month, disk_gb, mails_per_hour) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (key) DO UPDATE SET name = excluded.name, \
             service = excluded.service, control = excluded.control, yen_per_month = excluded.yen_per_month, \
             disk_gb = excluded.disk_gb, mails_per_hour = excluded.mails_per_hour",
            args![
                id,
                &row.key,
                &row.name,
                row.service,
                row.control,
                row.yen_per_month,
                row.disk_gb,
                row.mails_per_hour
            ],
        )
        .await?;
        Ok(())
    }

    /// Takes in announced prefixes. Notes of existing ones are kept.
    pub async fn import_prefixes(&mut self, lines: Vec<Line<PrefixRow>>) -> Result<ImportReport, StoreError> {
        let mut report = ImportReport::default();
        let mut stored: HashMap<String, Option<i64>> = HashMap::new();
        for row in self.fetch("SELECT prefix, asn FROM own_prefix", args![]).await? {
            stored.insert(row.text("prefix")?, row.opt_int("asn")?);
        }
        let mut seen = HashMap::new();
        for Line { line, row } in lines {
            let key = SubjectKey::network(row.prefix).to_string().trim_start_matches("ip:").to_owned();
            match fate(&mut stored, &mut seen, &key, Some(i64::from(row.asn)), line) {
                Fate::Same => report.unchanged += 1,
                Fate::Twice => report.refuse(line, &key, RefusalCode::Duplicate, twice(seen[&key])),
                fate => {
                    self.execute(
                        "INSERT INTO own_prefix (prefix, asn) VALUES ($1, $2) \
                         ON CONFLICT (prefix) DO UPDATE SET asn = excluded.asn",
                        args![&key, row.asn],
                    )
                    .await?;
                    report.count(matches!(fate, Fate::New));
                }
            }
        }
        Ok(report.sorted())
    }

    async fn stored_readiness(&mut self, contracts: &[i64]) -> Result<HashMap<(i64, String), Ready>, StoreError> {
        let mut stored = HashMap::new();
        if contracts.is_empty() {
            return Ok(stored);
        }
        let sql = format!("SELECT * FROM readiness WHERE contract_id IN ({})", placeholders(1, contracts.len()));
        for row in self.fetch(&sql, contracts.iter().map(|id| Arg::from(*id)).collect()).await? {
            stored.insert(
                (row.int("contract_id")?, row.text("item")?),
                (row.text("value")?, row.opt_int("valid_until")?),
            );
        }
        Ok(stored)
    }

    async fn put_readiness(&mut self, contract: i64, row: &ReadinessRow, now: Timestamp) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO readiness (contract_id, item, value, valid_until, updated_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (contract_id, item) DO UPDATE SET value = excluded.value, \
             valid_until = excluded.valid_until, updated_at = excluded.updated_at",
            args![contract, row.item.name(), &row.value, row.valid_until, now],
        )
        .await?;
        Ok(())
    }
}

/// The readiness items of a file on their way in.
pub(super) struct ReadinessImport {
    lines: std::vec::IntoIter<Line<ReadinessRow>>,
    /// Contract and item, with the line in which they stand first.
    seen: HashMap<(i64, String), u64>,
    now: Timestamp,
    pub(super) report: ImportReport,
}

impl ReadinessImport {
    pub(super) fn new(lines: Vec<Line<ReadinessRow>>, now: Timestamp) -> Self {
        Self { lines: lines.into_iter(), seen: HashMap::new(), now, report: ImportReport::default() }
    }

    pub(super) async fn step(&mut self, tx: &mut Tx, most: usize) -> Result<bool, StoreError> {
        let lines: Vec<Line<ReadinessRow>> = self.lines.by_ref().take(most).collect();
        let contracts = tx.ids_of(Keyed::Contract, lines.iter().map(|line| line.row.contract.as_str())).await?;
        for chunk in lines.chunks(IN_CHUNK) {
            let ids: Vec<i64> = chunk.iter().filter_map(|line| contracts.get(&line.row.contract).copied()).collect();
            let mut stored = tx.stored_readiness(&ids).await?;
            for Line { line, row } in chunk {
                let Some(contract) = contracts.get(&row.contract).copied() else {
                    let why = unknown("contract", &row.contract);
                    self.report.refuse(*line, &row.contract, RefusalCode::UnknownContract, why);
                    continue;
                };
                let key = (contract, row.item.name().to_owned());
                let value = (row.value.clone(), row.valid_until.map(Timestamp::as_microsecond));
                match fate(&mut stored, &mut self.seen, &key, value, *line) {
                    Fate::Same => self.report.unchanged += 1,
                    Fate::Twice => {
                        let why = twice(self.seen[&key]);
                        self.report.refuse(*line, &row.contract, RefusalCode::Duplicate, why);
                    }
                    fate => {
                        tx.put_readiness(contract, row, self.now).await?;
                        self.report.count(matches!(fate, Fate::New));
                    }
                }
            }
        }
        Ok(self.lines.len() > 0)
    }
}

/// Value and end of a readiness item.
type Ready = (String, Option<i64>);

fn plan_row(row: &Row) -> Result<PlanRow, StoreError> {
    Ok(PlanRow {
        key: row.text("key")?,
        name: row.text("name")?,
        service: row.parse("service")?,
        control: row.parse("control")?,
        yen_per_month: row.opt_int("yen_per_month")?,
        disk_gb: row.opt_int("disk_gb")?,
        mails_per_hour: row.opt_int("mails_per_hour")?,
    })
}

/// Explains [`RefusalCode::BadKey`].
pub(super) fn bad_key() -> String {
    "a key has 1 to 255 bytes; give the row the key that it has in your own system".to_owned()
}

/// Explains a key that leads nowhere.
pub(super) fn unknown(what: &str, key: &str) -> String {
    format!("there is no {what} `{key}`; import it first or mend the key")
}

/// Explains [`RefusalCode::BadPeriod`].
pub(super) fn bad_period() -> String {
    "`to` is not after `from`; `to` is the first moment that no longer counts".to_owned()
}
