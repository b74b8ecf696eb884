//! Import of customers: a forest of resellers, at most three levels deep (D40).
//!
//! The row of a reseller is decided about before the rows below it, so the order of the file does not matter.

use std::collections::{HashMap, HashSet, VecDeque};

use model::inventory::MAX_RESELLER_LEVELS;

use super::catalogue::{bad_key, twice};
use super::keys::{BULK, IN_CHUNK, is_key};
use super::{CustomerRow, ImportReport, Line, RefusalCode};
use crate::{Arg, Row, StoreError, Tx, args, placeholders};

/// The customers that matter for an import: those of the file, everybody above them and below them.
#[derive(Default)]
struct Forest {
    ids: HashMap<String, i64>,
    trees: HashMap<i64, Node>,
    below: HashMap<i64, Vec<i64>>,
}

/// A customer as stored; `row.parent` is not filled, `parent` counts.
struct Node {
    row: CustomerRow,
    parent: Option<i64>,
}

impl Forest {
    fn add(&mut self, id: i64, row: CustomerRow, parent: Option<i64>) {
        self.ids.insert(row.key.clone(), id);
        self.graft(id, parent);
        self.trees.insert(id, Node { row: CustomerRow { parent: None, ..row }, parent });
    }

    /// Hangs a customer below `parent`.
    fn graft(&mut self, id: i64, parent: Option<i64>) {
        if let Some(old) = self.trees.get(&id).and_then(|node| node.parent)
            && let Some(siblings) = self.below.get_mut(&old)
        {
            siblings.retain(|other| *other != id);
        }
        if let Some(parent) = parent {
            self.below.entry(parent).or_default().push(id);
        }
    }

    /// Resellers above somebody below `parent`, itself included; more than the limit only says "too many".
    fn above(&self, parent: i64) -> Vec<i64> {
        std::iter::successors(Some(parent), |id| self.trees.get(id)?.parent).take(MAX_RESELLER_LEVELS + 1).collect()
    }

    /// Levels of customers below `id`.
    fn height(&self, id: i64) -> usize {
        let mut level = vec![id];
        for height in 0..=MAX_RESELLER_LEVELS {
            level = level.iter().filter_map(|id| self.below.get(id)).flatten().copied().collect();
            if level.is_empty() {
                return height;
            }
        }
        MAX_RESELLER_LEVELS + 1
    }

    /// Whether `id` (if it exists) may hang below `parent`.
    fn check(&self, id: Option<i64>, parent: i64) -> Result<(), (RefusalCode, String)> {
        let above = self.above(parent);
        if id.is_some_and(|id| above.contains(&id)) {
            return Err((RefusalCode::ResellerCycle, "a customer cannot be below itself; mend `parent`".to_owned()));
        }
        let levels = above.len() + id.map_or(0, |id| self.height(id));
        if levels > MAX_RESELLER_LEVELS {
            let why = format!(
                "this would make more than {MAX_RESELLER_LEVELS} levels of resellers; hang the customer one level higher"
            );
            return Err((RefusalCode::ResellerDepth, why));
        }
        Ok(())
    }
}

/// The customers of a file on their way in.
pub(super) struct CustomerImport {
    /// Every row stands behind the row of its reseller.
    lines: std::vec::IntoIter<Line<CustomerRow>>,
    pub(super) report: ImportReport,
}

impl CustomerImport {
    pub(super) fn new(lines: Vec<Line<CustomerRow>>) -> Self {
        let mut report = ImportReport::default();
        let lines = resellers_first(without_twins(lines, &mut report), &mut report);
        Self { lines: lines.into_iter(), report }
    }

    pub(super) async fn step(&mut self, tx: &mut Tx, most: usize) -> Result<bool, StoreError> {
        let lines: Vec<Line<CustomerRow>> = self.lines.by_ref().take(most).collect();
        tx.lock_inventory().await?;
        let forest = tx.forest(&lines).await?;
        let mut ids = tx.new_ids(i64::try_from(lines.len()).unwrap_or(i64::MAX)).await?;
        let mut work = Work { report: &mut self.report, forest, new: Vec::new(), changed: Vec::new() };
        for line in lines {
            work.place(line, &mut ids);
        }
        let (new, changed) = (work.new, work.changed);
        tx.write_customers(new, changed).await?;
        Ok(self.lines.len() > 0)
    }
}

/// The rows in an order in which each reseller comes before those below; refuses circles.
fn resellers_first(lines: Vec<Line<CustomerRow>>, report: &mut ImportReport) -> Vec<Line<CustomerRow>> {
    let in_file: HashSet<String> = lines.iter().map(|line| line.row.key.clone()).collect();
    let mut ordered = Vec::with_capacity(lines.len());
    let mut waiting: HashMap<String, Vec<Line<CustomerRow>>> = HashMap::new();
    let mut ready = VecDeque::new();
    for line in lines {
        match &line.row.parent {
            Some(parent) if in_file.contains(parent) => waiting.entry(parent.clone()).or_default().push(line),
            _ => ready.push_back(line),
        }
    }
    while let Some(line) = ready.pop_front() {
        ready.extend(waiting.remove(&line.row.key).into_iter().flatten());
        ordered.push(line);
    }
    for Line { line, row } in waiting.into_values().flatten() {
        let why = "its resellers form a circle in this file; mend `parent` of one of them".to_owned();
        report.refuse(line, &row.key, RefusalCode::ResellerCycle, why);
    }
    ordered
}

/// A changed customer: number, content, reseller.
type Changed = (i64, CustomerRow, Option<i64>);

/// The rows of one step.
struct Work<'a> {
    report: &'a mut ImportReport,
    forest: Forest,
    new: Vec<Vec<Arg>>,
    changed: Vec<Changed>,
}

impl Tx {
    async fn write_customers(&mut self, new: Vec<Vec<Arg>>, changed: Vec<Changed>) -> Result<(), StoreError> {
        let head = "INSERT INTO customer (id, key, name, mail, lang, parent_id, desk_mail) VALUES";
        self.insert_many(head, new, "").await?;
        for (id, row, parent) in changed {
            self.execute(
                "UPDATE customer SET name = $2, mail = $3, lang = $4, parent_id = $5, desk_mail = $6 WHERE id = $1",
                args![id, row.name, row.mail, row.lang, parent, row.desk_mail],
            )
            .await?;
        }
        Ok(())
    }

    /// Loads what decides about these rows.
    async fn forest(&mut self, lines: &[Line<CustomerRow>]) -> Result<Forest, StoreError> {
        let mut forest = Forest::default();
        if self.is_empty("customer").await? {
            return Ok(forest);
        }
        if lines.len() >= BULK {
            self.load_customers(&mut forest, "", args![]).await?;
            return Ok(forest);
        }
        let keys: HashSet<&str> =
            lines.iter().flat_map(|line| [Some(line.row.key.as_str()), line.row.parent.as_deref()]).flatten().collect();
        let keys: Vec<&str> = keys.into_iter().collect();
        for chunk in keys.chunks(IN_CHUNK) {
            let tail = format!("WHERE key IN ({})", placeholders(1, chunk.len()));
            self.load_customers(&mut forest, &tail, chunk.iter().map(|key| Arg::from(*key)).collect()).await?;
        }
        // Only what may be moved needs to know what hangs below it; a reseller above may have a hundred thousand.
        let own = lines.iter().filter_map(|line| forest.ids.get(&line.row.key));
        let mut down: Vec<i64> = own.copied().collect();
        for _ in 0..=MAX_RESELLER_LEVELS {
            let up: HashSet<i64> = forest.trees.values().filter_map(|node| node.parent).collect();
            let up: Vec<i64> = up.into_iter().filter(|id| !forest.trees.contains_key(id)).collect();
            self.load_related(&mut forest, "id", &up).await?;
            down = self.load_related(&mut forest, "parent_id", &down).await?;
        }
        Ok(forest)
    }

    async fn load_related(&mut self, forest: &mut Forest, column: &str, ids: &[i64]) -> Result<Vec<i64>, StoreError> {
        let mut found = Vec::new();
        for chunk in ids.chunks(IN_CHUNK) {
            let tail = format!("WHERE {column} IN ({})", placeholders(1, chunk.len()));
            let args = chunk.iter().map(|id| Arg::from(*id)).collect();
            found.extend(self.load_customers(forest, &tail, args).await?);
        }
        Ok(found)
    }

    async fn load_customers(
        &mut self,
        forest: &mut Forest,
        tail: &str,
        args: Vec<Arg>,
    ) -> Result<Vec<i64>, StoreError> {
        let mut found = Vec::new();
        for row in self.fetch(&format!("SELECT * FROM customer {tail}"), args).await? {
            let id = row.int("id")?;
            found.push(id);
            if !forest.trees.contains_key(&id) {
                forest.add(id, customer_row(&row)?, row.opt_int("parent_id")?);
            }
        }
        Ok(found)
    }
}

impl Work<'_> {
    /// Decides about one row whose reseller has been decided about.
    fn place(&mut self, Line { line, row }: Line<CustomerRow>, fresh: &mut std::ops::Range<i64>) {
        let id = self.forest.ids.get(&row.key).copied();
        let parent = match row.parent.as_deref() {
            None => None,
            Some(key) => match self.forest.ids.get(key).copied() {
                None => {
                    let why = format!("there is no customer `{key}`, or its row was refused; mend that first");
                    return self.report.refuse(line, &row.key, RefusalCode::UnknownReseller, why);
                }
                Some(parent) => match self.forest.check(id, parent) {
                    Err((code, why)) => return self.report.refuse(line, &row.key, code, why),
                    Ok(()) => Some(parent),
                },
            },
        };
        let row = CustomerRow { parent: None, ..row };
        match id.and_then(|id| Some((id, self.forest.trees.get(&id)?))) {
            Some((_, node)) if node.row == row && node.parent == parent => self.report.unchanged += 1,
            Some((id, _)) => {
                self.report.updated += 1;
                self.forest.add(id, row.clone(), parent);
                self.changed.push((id, row, parent));
            }
            None => {
                let Some(id) = fresh.next() else { return };
                self.report.inserted += 1;
                self.new.push(args![
                    id,
                    &row.key,
                    &row.name,
                    row.mail.clone(),
                    row.lang,
                    parent,
                    row.desk_mail.clone()
                ]);
                self.forest.add(id, row, parent);
            }
        }
    }
}

/// Refuses rows without a usable key and rows whose key stands in the file before with other content; drops true twins.
fn without_twins(lines: Vec<Line<CustomerRow>>, report: &mut ImportReport) -> Vec<Line<CustomerRow>> {
    let mut first: HashMap<String, usize> = HashMap::with_capacity(lines.len());
    let mut kept: Vec<Line<CustomerRow>> = Vec::with_capacity(lines.len());
    for line in lines {
        if !is_key(&line.row.key) {
            report.refuse(line.line, &line.row.key, RefusalCode::BadKey, bad_key());
        } else if let Some(index) = first.get(&line.row.key) {
            let twin: &Line<CustomerRow> = &kept[*index];
            if twin.row == line.row {
                report.unchanged += 1;
            } else {
                report.refuse(line.line, &line.row.key, RefusalCode::Duplicate, twice(twin.line));
            }
        } else {
            first.insert(line.row.key.clone(), kept.len());
            kept.push(line);
        }
    }
    kept
}

fn customer_row(row: &Row) -> Result<CustomerRow, StoreError> {
    Ok(CustomerRow {
        key: row.text("key")?,
        name: row.text("name")?,
        mail: row.opt_text("mail")?,
        lang: row.parse("lang")?,
        parent: None,
        desk_mail: row.opt_text("desk_mail")?,
    })
}
