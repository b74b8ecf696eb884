//! What reports say, one row per accused subject and time, and what became of each report.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::{CaseId, Category, ContractId, Grade, Lang, Observation, ObservationId, ReportId, ReporterId};
use serde_json::Value;

use crate::{Arg, Query, Row, StoreError, Tx, args};

/// An observation as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct ObservationRow {
    /// Our number.
    pub id: ObservationId,
    /// The report it was read from.
    pub report: ReportId,
    /// When that report was received.
    pub received_at: Timestamp,
    /// The case it belongs to.
    pub case: Option<CaseId>,
    /// The place, as in the case.
    pub place: Option<String>,
    /// The contract, if exactly one can have been it.
    pub contract: Option<ContractId>,
    /// The whole answer of attribution, as JSON.
    pub attribution: Option<Value>,
    /// What it accuses, without who reported it: equal for two reports of one event.
    pub fingerprint: String,
    /// Whether an earlier observation of the case says the same.
    pub duplicate: bool,
    /// The observation itself.
    pub seen: Observation,
}

/// What one more step of a long report gave.
#[derive(Debug, Clone, Copy)]
pub struct ReportStep<'a> {
    /// The reading so far, as JSON.
    pub reading: &'a str,
    /// Who reports.
    pub reporter: Option<ReporterId>,
    /// The cases to which this step came.
    pub cases: &'a [CaseId],
    /// What this step is about.
    pub category: Option<Category>,
    /// How good its evidence is.
    pub grade: Option<Grade>,
}

/// Whether a report has an observation in a case.
pub async fn is_in_case(query: &mut impl Query, report: ReportId, case: CaseId) -> Result<bool, StoreError> {
    let sql = "SELECT 1 AS one FROM observation WHERE report_id = $1 AND case_id = $2 LIMIT 1";
    Ok(query.fetch_opt(sql, args![report, case]).await?.is_some())
}

const HEAD: &str = "INSERT INTO observation (id, report_id, received_at, case_id, place, category, ip, port, url, url_key, \
    domain, account, at, uncertainty_us, zone, confidence, contract_id, attribution, fingerprint, duplicate, detail) VALUES";
const COLUMNS: &str =
    "id, report_id, received_at, case_id, place, contract_id, attribution, fingerprint, duplicate, detail";

fn values(row: &ObservationRow) -> Result<Vec<Arg>, StoreError> {
    let seen = &row.seen;
    let detail = serde_json::to_string(seen).map_err(|error| StoreError::Statement(error.to_string()))?;
    Ok(args![
        row.id,
        row.report,
        row.received_at,
        row.case,
        row.place.clone(),
        seen.category,
        seen.address().map(|ip| ip.to_string()),
        seen.port,
        seen.url.clone(),
        seen.url.as_deref().map(url_key),
        seen.domain.clone(),
        seen.account.clone(),
        seen.at.as_ref().map(|at| at.at),
        seen.at.as_ref().map(|at| at.uncertainty_us),
        seen.at.as_ref().and_then(|at| at.zone.clone()),
        seen.confidence,
        row.contract,
        row.attribution.as_ref().map(Value::to_string),
        &row.fingerprint,
        row.duplicate,
        detail
    ])
}

/// Equal for two writings of one URL: its hash without slashes at the end, short enough for an index.
fn url_key(url: &str) -> String {
    let mut key = crate::raw::content_hash(url.trim_end_matches('/').as_bytes());
    key.truncate(32);
    key
}

fn observation_row(row: &Row) -> Result<ObservationRow, StoreError> {
    let attribution = row.opt_text("attribution")?;
    Ok(ObservationRow {
        id: ObservationId(row.int("id")?),
        report: ReportId(row.int("report_id")?),
        received_at: row.time("received_at")?,
        case: row.opt_int("case_id")?.map(CaseId),
        place: row.opt_text("place")?,
        contract: row.opt_int("contract_id")?.map(ContractId),
        attribution: attribution
            .map(|text| serde_json::from_str(&text))
            .transpose()
            .map_err(|error| StoreError::Damaged(format!("attribution: {error}")))?,
        fingerprint: row.text("fingerprint")?,
        duplicate: row.flag("duplicate")?,
        seen: row.json("detail")?,
    })
}

/// One observation.
pub async fn observation(query: &mut impl Query, id: ObservationId) -> Result<ObservationRow, StoreError> {
    let row = query.fetch_opt(&format!("SELECT {COLUMNS} FROM observation WHERE id = $1"), args![id]).await?;
    let row = row.as_ref().map(observation_row).transpose()?;
    row.ok_or_else(|| StoreError::NotFound { what: format!("observation {id}") })
}

/// Observations of a case in the order of their numbers, after `after`.
pub async fn of_case(
    query: &mut impl Query,
    case: CaseId,
    after: ObservationId,
    limit: i64,
) -> Result<Vec<ObservationRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM observation WHERE case_id = $1 AND id > $2 ORDER BY id LIMIT $3");
    query.fetch(&sql, args![case, after, limit]).await?.iter().map(observation_row).collect()
}

/// Observations of a report in the order of their numbers.
pub async fn of_report(query: &mut impl Query, report: ReportId) -> Result<Vec<ObservationRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM observation WHERE report_id = $1 ORDER BY id");
    query.fetch(&sql, args![report]).await?.iter().map(observation_row).collect()
}

/// Which of `fingerprints` each of `cases` already has.
pub async fn known_fingerprints(
    query: &mut impl Query,
    cases: &[CaseId],
    fingerprints: &[String],
) -> Result<BTreeSet<(CaseId, String)>, StoreError> {
    let mut known = BTreeSet::new();
    if cases.is_empty() {
        return Ok(known);
    }
    let wanted: BTreeSet<CaseId> = cases.iter().copied().collect();
    for chunk in fingerprints.chunks(1000) {
        let sql = format!(
            "SELECT DISTINCT case_id, fingerprint FROM observation WHERE fingerprint IN ({}) AND case_id IS NOT NULL",
            crate::placeholders(1, chunk.len())
        );
        for row in query.fetch(&sql, chunk.iter().map(Arg::from).collect()).await? {
            let case = CaseId(row.int("case_id")?);
            if wanted.contains(&case) {
                known.insert((case, row.text("fingerprint")?));
            }
        }
    }
    Ok(known)
}

/// The counters of a case, as its rows say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Reports.
    pub reports: i64,
    /// Different reporters.
    pub reporters: i64,
    /// Observations.
    pub observations: i64,
    /// Of these, duplicates.
    pub duplicates: i64,
    /// First event.
    pub first_event: Option<Timestamp>,
    /// Last event.
    pub last_event: Option<Timestamp>,
}

/// Counts the rows of a case. A reporter without an address is one of his own.
pub async fn tally(query: &mut impl Query, case: CaseId) -> Result<Tally, StoreError> {
    let sql = "SELECT COUNT(*) AS observations, COUNT(DISTINCT fingerprint) AS fresh, \
               COUNT(DISTINCT report_id) AS reports, \
               COUNT(DISTINCT COALESCE(report.reporter_id, -report.id)) AS reporters, \
               MIN(observation.at) AS first_event, MAX(observation.at) AS last_event \
               FROM observation JOIN report ON report.id = observation.report_id WHERE observation.case_id = $1";
    let row = query.fetch_one(sql, args![case]).await?;
    let observations = row.int("observations")?;
    Ok(Tally {
        reports: row.int("reports")?,
        reporters: row.int("reporters")?,
        observations,
        duplicates: observations - row.int("fresh")?,
        first_event: row.opt_time("first_event")?,
        last_event: row.opt_time("last_event")?,
    })
}

/// Reporters whose reports belong to a case.
pub async fn reporters_of_case(query: &mut impl Query, case: CaseId) -> Result<Vec<ReporterId>, StoreError> {
    let sql = "SELECT DISTINCT report.reporter_id AS id FROM observation JOIN report ON report.id = observation.report_id \
               WHERE observation.case_id = $1 AND report.reporter_id IS NOT NULL ORDER BY 1";
    query.fetch(sql, args![case]).await?.iter().map(|row| row.int("id").map(ReporterId)).collect()
}

/// What reading a report came to.
#[derive(Debug, Clone, Default)]
pub struct ReportRead<'a> {
    /// `read`, `noise`, `reply`, `set-aside`.
    pub state: &'a str,
    /// Format's name.
    pub format: Option<&'a str>,
    /// Who reported.
    pub reporter: Option<ReporterId>,
    /// Subject line.
    pub subject: Option<&'a str>,
    /// Message-ID.
    pub message_id: Option<&'a str>,
    /// The reporter's own number.
    pub report_key: Option<&'a str>,
    /// Language.
    pub lang: Option<Lang>,
    /// What is asked for, as in JSON.
    pub request: Option<&'a str>,
    /// Whether an answer is asked for.
    pub answer_wanted: bool,
    /// Whether a machine wrote it.
    pub automatic: bool,
    /// The rest of the reading, as JSON, for the console.
    pub reading: Option<String>,
    /// Stable code of what went wrong.
    pub error_code: Option<&'a str>,
    /// What went wrong.
    pub error: Option<&'a str>,
    /// The case it first belongs to.
    pub case: Option<CaseId>,
    /// Row of the yearly table (A03).
    pub group: Option<&'a str>,
    /// Gravest category.
    pub category: Option<Category>,
    /// Grade of its evidence.
    pub grade: Option<Grade>,
}

impl Tx {
    /// Writes observations.
    pub async fn insert_observations(&mut self, rows: &[ObservationRow]) -> Result<(), StoreError> {
        let rows = rows.iter().map(values).collect::<Result<Vec<_>, _>>()?;
        self.insert_many(HEAD, rows, "").await?;
        Ok(())
    }

    /// Writes what reading a report came to.
    pub async fn finish_reading(
        &mut self,
        report: ReportId,
        read: &ReportRead<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE report SET state = $2, format = $3, reporter_id = $4, subject = $5, message_id = $6, \
                   report_key = $7, lang = $8, request = $9, answer_wanted = $10, automatic = $11, reading = $12, \
                   error_code = $13, error = $14, case_id = $15, group_name = $16, category = $17, grade = $18, \
                   read_at = $19 WHERE id = $1";
        let values = args![
            report,
            read.state,
            read.format,
            read.reporter,
            read.subject,
            read.message_id,
            read.report_key,
            read.lang,
            read.request,
            read.answer_wanted,
            read.automatic,
            read.reading.clone(),
            read.error_code,
            read.error,
            read.case,
            read.group,
            read.category,
            read.grade,
            now
        ];
        self.execute(sql, values).await?;
        if read.reporter.is_some() && read.case.is_some() {
            self.note_tellings(report).await?;
        }
        Ok(())
    }

    /// Notes what one more step of a long report gave: its reading so far, and the cases to which it came. A report that was
    /// about nobody of ours so far is one of ours as soon as a step finds somebody.
    pub async fn read_on(&mut self, report: ReportId, step: &ReportStep<'_>, now: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE report SET reading = $2, read_at = $3, reporter_id = COALESCE(reporter_id, $4), \
                   state = CASE WHEN case_id IS NULL AND $5 > 0 THEN 'read' ELSE state END, \
                   error_code = CASE WHEN case_id IS NULL AND $5 > 0 THEN NULL ELSE error_code END, \
                   category = COALESCE(category, $6), group_name = COALESCE(group_name, $7), \
                   grade = COALESCE(grade, $8), case_id = COALESCE(case_id, CASE WHEN $5 > 0 THEN $5 ELSE NULL END) WHERE id = $1";
        let case = step.cases.first().map_or(0, |case| case.0);
        let values = args![
            report,
            step.reading,
            now,
            step.reporter,
            case,
            step.category,
            step.category.map(|category| category.group().name()),
            step.grade
        ];
        self.execute(sql, values).await?;
        for cases in step.cases.chunks(256) {
            self.count_tellings(cases).await?;
        }
        Ok(())
    }

    /// Moves observations of one case to another and says of which reports they are; all of them, or those named.
    pub async fn move_observations(
        &mut self,
        from: CaseId,
        into: CaseId,
        only: Option<&[ObservationId]>,
    ) -> Result<Vec<ObservationId>, StoreError> {
        let mut moved = Vec::new();
        match only {
            None => {
                let sql = "UPDATE observation SET case_id = $2 WHERE case_id = $1 RETURNING id";
                moved = ids(&self.fetch(sql, args![from, into]).await?)?;
            }
            Some(only) => {
                for chunk in only.chunks(1000) {
                    let sql = format!(
                        "UPDATE observation SET case_id = $2 WHERE case_id = $1 AND id IN ({}) RETURNING id",
                        crate::placeholders(3, chunk.len())
                    );
                    let mut values = args![from, into];
                    values.extend(chunk.iter().map(|id| Arg::from(*id)));
                    moved.extend(ids(&self.fetch(&sql, values).await?)?);
                }
            }
        }
        moved.sort();
        self.count_tellings(&[from, into]).await?;
        Ok(moved)
    }

    /// Marks anew which observations of a case say again what an earlier one said, and lets each of its reports name a
    /// case that it is really part of.
    pub async fn settle_observations(&mut self, case: CaseId) -> Result<(), StoreError> {
        self.execute(
            "UPDATE observation SET duplicate = CASE WHEN id = (SELECT MIN(other.id) FROM observation AS other \
             WHERE other.case_id = observation.case_id AND other.fingerprint = observation.fingerprint) \
             THEN 0 ELSE 1 END WHERE case_id = $1",
            args![case],
        )
        .await?;
        self.execute(
            "UPDATE report SET case_id = (SELECT MIN(case_id) FROM observation WHERE observation.report_id = report.id) \
             WHERE id IN (SELECT report_id FROM observation WHERE case_id = $1)",
            args![case],
        )
        .await?;
        Ok(())
    }
}

fn ids(rows: &[Row]) -> Result<Vec<ObservationId>, StoreError> {
    rows.iter().map(|row| row.int("id").map(ObservationId)).collect()
}

/// What a report's own row says that a decision needs: who sent it, its grade, when it came.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportFacts {
    /// Reporter.
    pub reporter: Option<ReporterId>,
    /// Grade of its evidence by itself.
    pub grade: Option<Grade>,
    /// When it was received.
    pub received_at: Timestamp,
    /// Format's name.
    pub format: Option<String>,
}

/// These facts of all reports of a case.
pub async fn reports_of_case(
    query: &mut impl Query,
    case: CaseId,
) -> Result<BTreeMap<ReportId, ReportFacts>, StoreError> {
    let sql = "SELECT id, reporter_id, grade, received_at, format FROM report \
               WHERE id IN (SELECT report_id FROM observation WHERE case_id = $1)";
    query
        .fetch(sql, args![case])
        .await?
        .iter()
        .map(|row| {
            let facts = ReportFacts {
                reporter: row.opt_int("reporter_id")?.map(ReporterId),
                grade: row.opt_parse("grade")?,
                received_at: row.time("received_at")?,
                format: row.opt_text("format")?,
            };
            Ok((ReportId(row.int("id")?), facts))
        })
        .collect()
}
