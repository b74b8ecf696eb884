//! Import of holdings: millions of rows, each checked against whatever else holds the same subject.

use std::collections::{BTreeSet, HashMap, HashSet};

use model::SubjectKey;

use super::catalogue::unknown;
use super::exclusive::{self, Hold, period};
use super::keys::{IN_CHUNK, Keyed};
use super::{HoldingRow, ImportReport, Line, RefusalCode};
use crate::{Arg, StoreError, Tx, args, placeholders};

/// Rows that are decided about and written together.
const CHUNK: usize = 4_000;
/// How often rows are tried again that were in the way of each other.
const ROUNDS: usize = 8;

/// A row whose keys have been looked up.
#[derive(Clone)]
struct Wanted {
    line: u64,
    subject: String,
    hold: Hold,
}

/// What is remembered of a file from step to step.
struct Work {
    source: String,
    report: ImportReport,
    /// The table was empty before this step.
    fresh: bool,
    /// Subjects of rows that this import has written; in a fresh table, all others are free without asking.
    written: HashSet<String>,
    /// Rows of the database that this file has spoken of: a second, different word about one is a contradiction.
    spoken: HashSet<i64>,
    /// Prefix lengths that this step has met.
    lengths: BTreeSet<(i64, i64)>,
}

/// What the database has of the subjects of a chunk.
type Stored = HashMap<String, Vec<(i64, Hold)>>;

/// What became of one row.
enum Fate {
    Done,
    /// Somebody else holds it; perhaps another row of the file ends that.
    Held(Hold),
    Contradiction,
}

/// The holdings of a file on their way in.
pub(super) struct HoldingImport {
    lines: std::vec::IntoIter<Line<HoldingRow>>,
    work: Work,
    /// Rows that others were in the way of, and how many these were when they were last tried again.
    later: Vec<Held>,
    before: usize,
    /// Those of them that are being tried again.
    again: std::vec::IntoIter<Held>,
    rounds: usize,
}

impl HoldingImport {
    pub(super) fn new(lines: Vec<Line<HoldingRow>>, source: &str) -> Self {
        let work = Work {
            source: source.to_owned(),
            report: ImportReport::default(),
            fresh: false,
            written: HashSet::new(),
            spoken: HashSet::new(),
            lengths: BTreeSet::new(),
        };
        let (later, again) = (Vec::new(), Vec::new().into_iter());
        Self { lines: lines.into_iter(), work, later, before: usize::MAX, again, rounds: 0 }
    }

    pub(super) fn into_report(self) -> ImportReport {
        self.work.report.sorted()
    }

    /// First the rows of the file; then, round by round, those that others were in the way of, until nothing moves any more.
    pub(super) async fn step(&mut self, tx: &mut Tx, most: usize) -> Result<bool, StoreError> {
        tx.lock_inventory().await?;
        self.work.fresh = tx.is_empty("holding").await?;
        let mut rows = self.looked_up(tx, most).await?.into_iter().peekable();
        while rows.peek().is_some() {
            let chunk: Vec<Wanted> = rows.by_ref().take(CHUNK).collect();
            self.later.extend(tx.import_holding_chunk(chunk, &mut self.work).await?);
        }
        // A prefix is found only if its length is known: with it, not after it.
        tx.add_prefix_lengths(&std::mem::take(&mut self.work.lengths)).await?;
        if self.lines.len() > 0 || self.again.len() > 0 {
            return Ok(true);
        }
        let left = std::mem::take(&mut self.later);
        if !left.is_empty() && left.len() < self.before && self.rounds < ROUNDS {
            self.before = left.len();
            self.rounds += 1;
            self.again = left.into_iter();
            return Ok(true);
        }
        tx.refuse_held(left, &mut self.work).await?;
        Ok(false)
    }

    /// The next rows: of the file, else of those that are tried again.
    async fn looked_up(&mut self, tx: &mut Tx, most: usize) -> Result<Vec<Wanted>, StoreError> {
        let lines: Vec<Line<HoldingRow>> = self.lines.by_ref().take(most).collect();
        if lines.is_empty() {
            return Ok(self.again.by_ref().take(most).map(|held| held.0).collect());
        }
        let keys = lines.iter().filter_map(|line| line.row.contract.as_deref());
        let contracts = tx.ids_of(Keyed::Contract, keys).await?;
        Ok(lines.into_iter().filter_map(|line| self.work.look_up(line, &contracts)).collect())
    }
}

impl Tx {
    /// Decides about a chunk and writes it; returns the rows that somebody is in the way of.
    async fn import_holding_chunk(&mut self, chunk: Vec<Wanted>, work: &mut Work) -> Result<Vec<Held>, StoreError> {
        let subjects: HashSet<&str> = chunk
            .iter()
            .map(|row| row.subject.as_str())
            .filter(|subject| !work.fresh || work.written.contains(*subject))
            .collect();
        let mut stored = self.stored_holds(subjects.into_iter().collect()).await?;
        let mut ids = self.new_ids(i64::try_from(chunk.len()).unwrap_or(i64::MAX)).await?;
        let (mut new, mut changed, mut later) = (Vec::new(), Vec::new(), Vec::new());
        for row in chunk {
            let Some(id) = ids.next() else { break };
            let rows = stored.entry(row.subject.clone()).or_default();
            match work.decide(&row, id, rows, &mut new, &mut changed) {
                Fate::Done => {}
                Fate::Held(by) => later.push(Held(row, by)),
                Fate::Contradiction => {
                    let why = "another line of this file gives the same holding another end; keep one of them";
                    work.report.refuse(row.line, &row.subject, RefusalCode::Duplicate, why.to_owned());
                }
            }
        }
        self.insert_many(
            "INSERT INTO holding (id, subject, contract_id, port_lo, port_hi, valid_from, valid_to, source) VALUES",
            new.into_iter().map(|(id, row)| work.values(id, row)).collect(),
            "",
        )
        .await?;
        for (id, to, source) in changed {
            self.execute("UPDATE holding SET valid_to = $2, source = $3 WHERE id = $1", args![id, to, source]).await?;
        }
        Ok(later)
    }

    async fn stored_holds(&mut self, subjects: Vec<&str>) -> Result<Stored, StoreError> {
        let mut stored = Stored::new();
        for chunk in subjects.chunks(IN_CHUNK) {
            let sql = format!("SELECT * FROM holding WHERE subject IN ({})", placeholders(1, chunk.len()));
            for row in self.fetch(&sql, chunk.iter().map(|subject| Arg::from(*subject)).collect()).await? {
                stored.entry(row.text("subject")?).or_default().push((row.int("id")?, Hold::of(&row)?));
            }
        }
        Ok(stored)
    }

    async fn refuse_held(&mut self, rows: Vec<Held>, work: &mut Work) -> Result<(), StoreError> {
        let mut keys: HashMap<i64, String> = HashMap::new();
        for Held(row, by) in rows {
            let holder = match by.contract {
                None => "the provider's infrastructure".to_owned(),
                Some(id) if keys.contains_key(&id) => format!("contract {}", keys[&id]),
                Some(id) => {
                    let found = self.fetch_opt("SELECT key FROM contract WHERE id = $1", args![id]).await?;
                    let key = found.map_or_else(|| Ok(id.to_string()), |row| row.text("key"))?;
                    keys.insert(id, key.clone());
                    format!("contract {key}")
                }
            };
            let why = format!("{holder} holds it {}; end that holding first", period(&by));
            work.report.refuse(row.line, &row.subject, RefusalCode::HeldAlready, why);
        }
        Ok(())
    }

    /// Remembers which prefix lengths occur.
    pub(super) async fn add_prefix_lengths(&mut self, lengths: &BTreeSet<(i64, i64)>) -> Result<(), StoreError> {
        let rows = lengths.iter().map(|(family, bits)| args![*family, *bits]).collect();
        let head = "INSERT INTO prefix_length (family, bits) VALUES";
        self.insert_many(head, rows, "ON CONFLICT (family, bits) DO NOTHING").await?;
        Ok(())
    }
}

/// A row and who is in its way.
struct Held(Wanted, Hold);

impl Work {
    fn look_up(&mut self, Line { line, row }: Line<HoldingRow>, contracts: &HashMap<String, i64>) -> Option<Wanted> {
        let (subject, mut hold) = match exclusive::check(&row) {
            Ok(checked) => checked,
            Err((code, why)) => {
                self.report.refuse(line, &row.subject, code, why);
                return None;
            }
        };
        if let Some(key) = &row.contract {
            hold.contract = contracts.get(key).copied();
            if hold.contract.is_none() {
                self.report.refuse(line, &row.subject, RefusalCode::UnknownContract, unknown("contract", key));
                return None;
            }
        }
        self.lengths.extend(prefix_length(&subject));
        Some(Wanted { line, subject: subject.to_string(), hold })
    }

    /// Decides about one row beside `rows`, which hold the same subject.
    fn decide(
        &mut self,
        row: &Wanted,
        id: i64,
        rows: &mut Vec<(i64, Hold)>,
        new: &mut Vec<(i64, Wanted)>,
        changed: &mut Vec<(i64, Option<i64>, String)>,
    ) -> Fate {
        let same = rows.iter().position(|(_, hold)| hold.is_same_row(&row.hold));
        if let Some(index) = same {
            let (id, hold) = &rows[index];
            if hold.to == row.hold.to {
                self.spoken.insert(*id);
                self.report.unchanged += 1;
                return Fate::Done;
            }
            if self.spoken.contains(id) {
                return Fate::Contradiction;
            }
        }
        let in_the_way = rows.iter().enumerate().find(|(at, (_, hold))| Some(*at) != same && hold.excludes(&row.hold));
        if let Some((_, (_, by))) = in_the_way {
            return Fate::Held(by.clone());
        }
        if let Some(index) = same {
            let id = rows[index].0;
            rows[index].1 = row.hold.clone();
            self.spoken.insert(id);
            self.report.updated += 1;
            changed.push((id, row.hold.to, self.source_of(row.line)));
        } else {
            rows.push((id, row.hold.clone()));
            self.spoken.insert(id);
            if self.fresh {
                self.written.insert(row.subject.clone());
            }
            self.report.inserted += 1;
            new.push((id, row.clone()));
        }
        Fate::Done
    }

    fn source_of(&self, line: u64) -> String {
        format!("{}:{line}", self.source)
    }

    fn values(&self, id: i64, row: Wanted) -> Vec<Arg> {
        let Hold { contract, ports, from, to } = row.hold;
        args![id, row.subject, contract, ports.0, ports.1, from, to, self.source_of(row.line)]
    }
}

/// Family (4 or 6) and length of a prefix.
pub(super) fn prefix_length(subject: &SubjectKey) -> Option<(i64, i64)> {
    let SubjectKey::Ip(net) = subject else { return None };
    Some((if net.addr().is_ipv4() { 4 } else { 6 }, net.prefix_len().into()))
}
