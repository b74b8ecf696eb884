//! The journal: everything that happened, append-only and hash-chained.
//!
//! Each entry's hash is the SHA-256 of its own canonical line, which contains the hash of the entry before. The export is
//! those lines, one JSON object each; [`verify`] needs nothing but them. Whoever keeps the last hash elsewhere (print it,
//! mail it) can also tell that the tail was not cut.

use jiff::Timestamp;
use model::CaseId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::raw::content_hash;
use crate::{Row, Store, StoreError, Tx, args};

/// The `prev` of the first entry.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// One entry, in the order of its fields' appearance in the canonical line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Number, from 1, without gaps.
    pub seq: i64,
    /// When, microseconds UTC.
    pub at: i64,
    /// Who: `user:NAME`, `rule:ID`, `door:NAME`, `job:KIND`, `cli:NAME`, `api:TOKEN`.
    pub actor: String,
    /// What kind of thing happened, such as `case.opened`.
    pub kind: String,
    /// On which case, if on one.
    pub case_id: Option<i64>,
    /// What exactly; a JSON object.
    pub detail: Value,
    /// Hash of the entry before.
    pub prev: String,
    /// Hash of this entry.
    pub hash: String,
}

impl Entry {
    /// The hash that this entry must have.
    fn expected_hash(&self) -> String {
        // An array, not an object: its order is the same in every JSON library. `detail` goes in as its stored text,
        // whose keys serde_json keeps sorted.
        let canonical = serde_json::json!([
            self.seq,
            self.at,
            self.actor,
            self.kind,
            self.case_id,
            self.detail.to_string(),
            self.prev
        ]);
        content_hash(canonical.to_string().as_bytes())
    }
}

/// Why a chain is not whole, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Break {
    /// A line that is no entry.
    #[error("line {line} is not a journal entry: {why}")]
    Unreadable {
        /// Line, from 1.
        line: usize,
        /// What the JSON reader says.
        why: String,
    },
    /// An entry is missing or out of order.
    #[error("line {line}: entry {found} stands where {expected} must be; entries are missing or moved")]
    Gap {
        /// Line, from 1.
        line: usize,
        /// Expected number.
        expected: i64,
        /// Found number.
        found: i64,
    },
    /// An entry does not follow from the one before.
    #[error("entry {0} does not name the hash of the entry before it; something before it was changed")]
    Link(i64),
    /// An entry's content does not fit its hash.
    #[error("entry {0} was changed after it was written")]
    Changed(i64),
}

/// A chain that is followed entry by entry from its beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    seq: i64,
    prev: String,
}

impl Default for Chain {
    fn default() -> Self {
        Self { seq: 0, prev: GENESIS.to_owned() }
    }
}

impl Chain {
    /// Goes on to `entry`, or says why it cannot be the next one.
    pub fn follow(&mut self, entry: &Entry) -> Result<(), Break> {
        self.follow_line(entry, usize::try_from(self.seq + 1).unwrap_or(usize::MAX))
    }

    fn follow_line(&mut self, entry: &Entry, line: usize) -> Result<(), Break> {
        if entry.seq != self.seq + 1 {
            return Err(Break::Gap { line, expected: self.seq + 1, found: entry.seq });
        }
        if entry.prev != self.prev {
            return Err(Break::Link(entry.seq));
        }
        if entry.hash != entry.expected_hash() {
            return Err(Break::Changed(entry.seq));
        }
        self.seq = entry.seq;
        self.prev.clone_from(&entry.hash);
        Ok(())
    }

    /// How many entries it has so far and the last hash.
    pub fn end(self) -> (i64, String) {
        (self.seq, self.prev)
    }
}

/// Checks exported lines; returns how many entries there are and the last hash.
pub fn verify(lines: impl Iterator<Item = String>) -> Result<(i64, String), Break> {
    let mut chain = Chain::default();
    for (index, line) in lines.enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let entry: Entry = serde_json::from_str(&line)
            .map_err(|error| Break::Unreadable { line: index + 1, why: error.to_string() })?;
        chain.follow_line(&entry, index + 1)?;
    }
    Ok(chain.end())
}

/// An entry that is appended when its transaction is committed.
pub(crate) struct PendingEntry {
    pub(crate) at: Timestamp,
    pub(crate) actor: String,
    pub(crate) kind: String,
    pub(crate) case: Option<CaseId>,
    pub(crate) detail: Value,
}

impl Tx {
    /// Appends an entry when this transaction is committed, after those of earlier calls. For work in the middle of a
    /// transaction: nothing is locked until the end, so two transactions cannot wait for each other's rows.
    pub fn journal_at_commit(&mut self, at: Timestamp, actor: &str, kind: &str, case: Option<CaseId>, detail: Value) {
        let (actor, kind) = (actor.to_owned(), kind.to_owned());
        self.entries.push(PendingEntry { at, actor, kind, case, detail });
    }

    /// Appends an entry. Call it last in a transaction: on PostgreSQL the head row stays locked until the commit.
    pub async fn journal(
        &mut self,
        at: Timestamp,
        actor: &str,
        kind: &str,
        case: Option<CaseId>,
        detail: &Value,
    ) -> Result<i64, StoreError> {
        let head = self
            .fetch_one(
                "INSERT INTO journal_head (one, seq, hash) VALUES (1, 1, $1) \
                 ON CONFLICT (one) DO UPDATE SET seq = journal_head.seq + 1 RETURNING seq, hash",
                args![GENESIS],
            )
            .await?;
        let mut entry = Entry {
            seq: head.int("seq")?,
            at: at.as_microsecond(),
            actor: actor.to_owned(),
            kind: kind.to_owned(),
            case_id: case.map(|case| case.0),
            detail: detail.clone(),
            prev: head.text("hash")?,
            hash: String::new(),
        };
        entry.hash = entry.expected_hash();
        let Entry { seq, at, actor, kind, case_id, detail, prev, hash } = entry;
        self.execute(
            "INSERT INTO journal (seq, at, actor, kind, case_id, detail, prev, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            args![seq, at, actor, kind, case_id, detail.to_string(), prev, &hash],
        )
        .await?;
        self.execute("UPDATE journal_head SET hash = $1 WHERE one = 1", args![hash]).await?;
        Ok(seq)
    }
}

impl Store {
    /// Up to `limit` entries after `seq`, in order.
    pub async fn journal_after(&self, seq: i64, limit: i64) -> Result<Vec<Entry>, StoreError> {
        let rows = self.fetch("SELECT * FROM journal WHERE seq > $1 ORDER BY seq LIMIT $2", args![seq, limit]).await?;
        rows.iter().map(entry).collect()
    }

    /// The timeline of a case, oldest first.
    pub async fn journal_of(&self, case: CaseId) -> Result<Vec<Entry>, StoreError> {
        let rows = self.fetch("SELECT * FROM journal WHERE case_id = $1 ORDER BY seq", args![case]).await?;
        rows.iter().map(entry).collect()
    }
}

pub(crate) fn entry(row: &Row) -> Result<Entry, StoreError> {
    Ok(Entry {
        seq: row.int("seq")?,
        at: row.int("at")?,
        actor: row.text("actor")?,
        kind: row.text("kind")?,
        case_id: row.opt_int("case_id")?,
        detail: row.json("detail")?,
        prev: row.text("prev")?,
        hash: row.text("hash")?,
    })
}
