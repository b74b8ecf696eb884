//! Public lists that are watched, and what they say about us: one row per list, and one per stay of something of ours in one.

use jiff::Timestamp;
use model::{CaseId, ReportId};
use serde_json::Value;

use crate::{Arg, Query, Row, Store, StoreError, Tx, args, placeholders};

/// A watched list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// Its name in the register.
    pub name: String,
    /// `trial` (read, opens nothing), `rated` (opens cases) or `retired` (not asked) (A37).
    pub state: String,
    /// Since when it is that.
    pub set_at: Timestamp,
    /// Who said so.
    pub set_by: String,
    /// What is known of asking it.
    pub asked: Asked,
}

/// What is known of asking a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// When it is asked next.
    pub due_at: Timestamp,
    /// When it was asked last.
    pub checked_at: Option<Timestamp>,
    /// When it answered last, with a version or with "as before".
    pub answered_at: Option<Timestamp>,
    /// When it last changed.
    pub changed_at: Option<Timestamp>,
    /// What the server calls the version (RFC 9110, section 8.8.3).
    pub etag: Option<String>,
    /// When the server says it changed, as written.
    pub modified: Option<String>,
    /// Which of its addresses answered last, from 0.
    pub mirror: i64,
    /// Questions in a row that were not answered well.
    pub failures: i64,
    /// Entries of the last version that was taken.
    pub entries: Option<i64>,
    /// Why its versions open and close nothing at present, or why it does not answer: a stable word and more.
    pub trouble: Option<String>,
}

/// A stay of something of ours in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing {
    /// Its number.
    pub id: i64,
    /// The list.
    pub list: String,
    /// What of ours, as text.
    pub subject: String,
    /// The version that had it first.
    pub first_at: Timestamp,
    /// The first version that had it no more.
    pub gone_at: Option<Timestamp>,
    /// What the list says of it.
    pub detail: Value,
    /// The report by which the desk was told.
    pub report: Option<ReportId>,
}

fn watched(row: &Row) -> Result<Watched, StoreError> {
    Ok(Watched {
        name: row.text("name")?,
        state: row.text("state")?,
        set_at: row.time("set_at")?,
        set_by: row.text("set_by")?,
        asked: Asked {
            due_at: row.time("due_at")?,
            checked_at: row.opt_time("checked_at")?,
            answered_at: row.opt_time("answered_at")?,
            changed_at: row.opt_time("changed_at")?,
            etag: row.opt_text("etag")?,
            modified: row.opt_text("modified")?,
            mirror: row.int("mirror")?,
            failures: row.int("failures")?,
            entries: row.opt_int("entries")?,
            trouble: row.opt_text("trouble")?,
        },
    })
}

fn listing(row: &Row) -> Result<Listing, StoreError> {
    Ok(Listing {
        id: row.int("id")?,
        list: row.text("list")?,
        subject: row.text("subject")?,
        first_at: row.time("first_at")?,
        gone_at: row.opt_time("gone_at")?,
        detail: row.json("detail")?,
        report: row.opt_int("report_id")?.map(ReportId),
    })
}

/// Every list that was ever watched, by name.
pub async fn watched_lists(query: &mut impl Query) -> Result<Vec<Watched>, StoreError> {
    query.fetch("SELECT * FROM blocklist ORDER BY name", args![]).await?.iter().map(watched).collect()
}

/// One watched list.
pub async fn watched_list(query: &mut impl Query, name: &str) -> Result<Option<Watched>, StoreError> {
    query.fetch_opt("SELECT * FROM blocklist WHERE name = $1", args![name]).await?.as_ref().map(watched).transpose()
}

/// What of ours a list has at present.
pub async fn open_listings(query: &mut impl Query, list: &str) -> Result<Vec<Listing>, StoreError> {
    let sql = "SELECT * FROM listing WHERE list = $1 AND gone_at IS NULL ORDER BY subject";
    query.fetch(sql, args![list]).await?.iter().map(listing).collect()
}

/// Stays in all lists, the latest first; of one subject, if it is named.
pub async fn listings(
    query: &mut impl Query,
    subject: Option<&str>,
    open: bool,
    limit: i64,
) -> Result<Vec<Listing>, StoreError> {
    let sql = "SELECT * FROM listing WHERE ($1 IS NULL OR subject = $1) AND ($2 = 0 OR gone_at IS NULL) \
               ORDER BY first_at DESC, id DESC LIMIT $3";
    query.fetch(sql, args![subject.map(str::to_owned), i64::from(open), limit]).await?.iter().map(listing).collect()
}

/// Stays that ended, of which the desk was told but of whose end it has not heard.
pub async fn unsettled_listings(query: &mut impl Query, limit: i64) -> Result<Vec<Listing>, StoreError> {
    let sql = "SELECT * FROM listing WHERE settled = 0 AND gone_at IS NOT NULL ORDER BY id LIMIT $1";
    query.fetch(sql, args![limit]).await?.iter().map(listing).collect()
}

/// The cases that a listing is in.
pub async fn cases_of_listing(query: &mut impl Query, listing: &Listing) -> Result<Vec<CaseId>, StoreError> {
    let Some(report) = listing.report else { return Ok(Vec::new()) };
    let sql = "SELECT DISTINCT case_id FROM observation WHERE report_id = $1 AND case_id IS NOT NULL \
               AND (ip = $2 OR url = $2 OR domain = $2)";
    let rows = query.fetch(sql, args![report, &listing.subject]).await?;
    rows.iter().map(|row| row.int("case_id").map(CaseId)).collect()
}

/// Whether a case rests on listings alone, and all of them have ended.
pub async fn only_ended_listings(query: &mut impl Query, case: CaseId) -> Result<bool, StoreError> {
    let sql = "SELECT COUNT(*) AS n FROM observation o JOIN report r ON r.id = o.report_id \
               LEFT JOIN listing l ON l.report_id = o.report_id AND (l.subject = o.ip OR l.subject = o.url OR l.subject = o.domain) \
               WHERE o.case_id = $1 AND (l.id IS NULL OR l.gone_at IS NULL)";
    let row = query.fetch_opt(sql, args![case]).await?;
    Ok(row.map(|row| row.int("n")).transpose()? == Some(0))
}

impl Tx {
    /// Says what a list is to us: `trial`, `rated` or `retired`. A list that is taken up is asked at once.
    pub async fn set_list(&mut self, name: &str, state: &str, at: Timestamp, by: &str) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO blocklist (name, state, set_at, set_by, due_at, mirror, failures) \
             VALUES ($1, $2, $3, $4, $3, 0, 0) \
             ON CONFLICT (name) DO UPDATE SET state = excluded.state, set_at = excluded.set_at, set_by = excluded.set_by",
            args![name, state, at, by],
        )
        .await?;
        Ok(())
    }

    /// Notes how asking a list went.
    pub async fn note_asked(&mut self, name: &str, asked: &Asked) -> Result<(), StoreError> {
        self.execute(
            "UPDATE blocklist SET due_at = $2, checked_at = $3, answered_at = $4, changed_at = $5, etag = $6, modified = $7, \
             mirror = $8, failures = $9, entries = $10, trouble = $11 WHERE name = $1",
            args![
                name,
                asked.due_at,
                asked.checked_at,
                asked.answered_at,
                asked.changed_at,
                asked.etag.clone(),
                asked.modified.clone(),
                asked.mirror,
                asked.failures,
                asked.entries,
                asked.trouble.clone()
            ],
        )
        .await?;
        Ok(())
    }

    /// Begins stays: subjects with what the list says of them.
    pub async fn begin_listings(
        &mut self,
        list: &str,
        at: Timestamp,
        new: &[(String, Value)],
    ) -> Result<(), StoreError> {
        let mut ids = self.new_ids(i64::try_from(new.len()).unwrap_or(i64::MAX)).await?;
        let rows = new
            .iter()
            .filter_map(|(subject, detail)| {
                Some(args![ids.next()?, list, subject.as_str(), at, detail.to_string(), 0_i64])
            })
            .collect();
        let head = "INSERT INTO listing (id, list, subject, first_at, detail, settled) VALUES";
        // Two nodes that take the same version: the one row stays.
        self.insert_many(head, rows, "ON CONFLICT (list, subject) WHERE gone_at IS NULL DO NOTHING").await?;
        Ok(())
    }

    /// Ends stays.
    pub async fn end_listings(&mut self, ids: &[i64], at: Timestamp) -> Result<(), StoreError> {
        for chunk in ids.chunks(256) {
            let sql = format!(
                "UPDATE listing SET gone_at = $1 WHERE gone_at IS NULL AND id IN ({})",
                placeholders(2, chunk.len())
            );
            let mut values = args![at];
            values.extend(chunk.iter().map(|id| Arg::from(*id)));
            self.execute(&sql, values).await?;
        }
        Ok(())
    }

    /// Notes by which report the desk was told of stays.
    pub async fn report_listings(&mut self, ids: &[i64], report: ReportId) -> Result<(), StoreError> {
        for chunk in ids.chunks(256) {
            let sql = format!("UPDATE listing SET report_id = $1 WHERE id IN ({})", placeholders(2, chunk.len()));
            let mut values = args![report];
            values.extend(chunk.iter().map(|id| Arg::from(*id)));
            self.execute(&sql, values).await?;
        }
        Ok(())
    }

    /// Notes that the desk has heard of the end of a stay.
    pub async fn settle_listing(&mut self, id: i64) -> Result<(), StoreError> {
        self.execute("UPDATE listing SET settled = 1 WHERE id = $1", args![id]).await?;
        Ok(())
    }
}

impl Store {
    /// The next list that is to be asked at `now`; nobody else gets it before `until`, and it is asked again then if this
    /// node dies.
    pub async fn claim_list(&self, now: Timestamp, until: Timestamp) -> Result<Option<Watched>, StoreError> {
        let sql = "SELECT * FROM blocklist WHERE state <> 'retired' AND due_at <= $1 ORDER BY due_at, name LIMIT 1";
        // A look without a lock first: an idle desk must not write.
        let Some(row) = self.fetch_opt(sql, args![now]).await? else { return Ok(None) };
        let found = watched(&row)?;
        let mut tx = self.begin().await?;
        let claimed = tx
            .execute(
                "UPDATE blocklist SET due_at = $3 WHERE name = $1 AND due_at = $2",
                args![&found.name, found.asked.due_at, until],
            )
            .await?;
        tx.commit().await?;
        Ok((claimed == 1).then_some(found))
    }
}

/// The domains that somebody of ours holds at `now`.
pub async fn held_domains(query: &mut impl Query, now: Timestamp) -> Result<Vec<String>, StoreError> {
    // The semicolon is the letter behind the colon.
    let sql = "SELECT DISTINCT subject FROM holding WHERE subject >= 'domain:' AND subject < 'domain;' \
               AND valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1)";
    let rows = query.fetch(sql, args![now]).await?;
    rows.iter().map(|row| row.text("subject").map(|subject| subject.trim_start_matches("domain:").to_owned())).collect()
}
