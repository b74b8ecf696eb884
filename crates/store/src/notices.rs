//! What a mail of the desk is written from: the case with its contract and customer, its dated observations, who held what,
//! who reported; and what telling, answering and waiting change on the case.

use jiff::Timestamp;
use model::inventory::{Control, ServiceKind};
use model::{
    CaseId, CaseState, Category, CauseClass, ContractId, Customer, Exit, Lane, Lang, MeasureId, ReportId, ReporterId,
    Severity, SubjectKey, TimeSpan,
};
use serde::Deserialize;
use serde_json::Value;

use crate::cases::CaseRow;
use crate::inventory::read::customer_of;
use crate::{Query, Row, StoreError, Tx, args, placeholders};

/// Most observations that are looked at for one mail.
const MAX_SEEN: i64 = 5000;

/// A case as its mails need it.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseFacts {
    /// Its id.
    pub id: CaseId,
    /// Its number, as people read it.
    pub number: String,
    /// Which desk.
    pub lane: Lane,
    /// What it is about, as stored: `site:…`, `account:…`, `host:…`.
    pub place: String,
    /// Where it stands.
    pub state: CaseState,
    /// How grave.
    pub severity: Severity,
    /// What kind.
    pub category: Category,
    /// What lies behind it.
    pub cause: CauseClass,
    /// How it ended.
    pub exit: Option<Exit>,
    /// Clause of the terms, where one was named.
    pub exit_clause: Option<String>,
    /// A word on the ending.
    pub exit_note: Option<String>,
    /// First report.
    pub opened_at: Timestamp,
    /// Until when somebody has to act.
    pub deadline_at: Option<Timestamp>,
    /// Who has to act by then: `desk` or `customer`.
    pub deadline_kind: Option<String>,
    /// Reports so far.
    pub reports: i64,
    /// How often it was reopened.
    pub reopened: i64,
    /// The contract, if it is known.
    pub contract: Option<ContractFacts>,
}

/// The contract of a case, its plan and customer.
#[derive(Debug, Clone, PartialEq)]
pub struct ContractFacts {
    /// Its id.
    pub id: ContractId,
    /// The provider's key.
    pub key: String,
    /// Name of the plan.
    pub plan: String,
    /// Kind of service.
    pub service: ServiceKind,
    /// Who has root.
    pub control: Control,
    /// The customer.
    pub customer: Customer,
}

/// One observation of a case, as far as a mail may show it.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// The report it was read from.
    pub report: ReportId,
    /// When that report came.
    pub received_at: Timestamp,
    /// Accused address.
    pub ip: Option<String>,
    /// Its port.
    pub port: Option<i64>,
    /// Accused URL.
    pub url: Option<String>,
    /// Accused domain.
    pub domain: Option<String>,
    /// Accused account.
    pub account: Option<String>,
    /// When it happened.
    pub at: Option<Timestamp>,
    /// Half the width of the interval it surely lies in, microseconds.
    pub uncertainty_us: i64,
    /// Zone as it was written.
    pub zone: Option<String>,
    /// Of an undated one, the interval for which it was asked whose it was.
    pub answered: Option<TimeSpan>,
    /// The rest of the observation.
    pub detail: Value,
}

/// What a contract held, from when to when.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// What.
    pub subject: SubjectKey,
    /// Ports.
    pub ports: (i64, i64),
    /// From (inclusive).
    pub from: Timestamp,
    /// Until (exclusive).
    pub to: Option<Timestamp>,
}

/// A report as its answer needs it.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportFacts {
    /// Its id.
    pub id: ReportId,
    /// Raw bytes.
    pub raw_hash: String,
    /// Door.
    pub door: String,
    /// When it came.
    pub received_at: Timestamp,
    /// Envelope sender; empty for the null sender.
    pub envelope_from: Option<String>,
    /// Envelope recipient.
    pub envelope_to: Option<String>,
    /// `waiting`, `read`, `noise`, `reply`, `set-aside` or `dismissed`.
    pub state: String,
    /// Its format.
    pub format: Option<String>,
    /// Subject line.
    pub subject: Option<String>,
    /// Message-ID without brackets.
    pub message_id: Option<String>,
    /// The reporter's own number.
    pub key: Option<String>,
    /// Language of its text.
    pub lang: Option<Lang>,
    /// `stop`, `identify` or `stop-and-identify`.
    pub request: Option<String>,
    /// Whether an answer is asked for in words.
    pub answer_wanted: bool,
    /// Whether it says that a machine sent it.
    pub automatic: bool,
    /// What it is about.
    pub category: Option<Category>,
    /// The case it belongs to, and that case's number.
    pub case: Option<(CaseId, String)>,
    /// Who reports.
    pub reporter: Option<ReporterFacts>,
}

/// Who reports.
#[derive(Debug, Clone, PartialEq)]
pub struct ReporterFacts {
    /// Its id.
    pub id: ReporterId,
    /// Mail address.
    pub address: String,
    /// Name.
    pub name: Option<String>,
    /// Domain of the organisation.
    pub domain: Option<String>,
    /// What kind of reporter.
    pub kind: String,
    /// Whether it agreed that customers may be told who reported.
    pub share_identity: bool,
}

const CASE_SQL: &str = "SELECT c.number, c.lane, c.place, c.state, c.severity, c.category, c.cause, c.exit, \
    c.exit_clause, c.exit_note, c.opened_at, c.deadline_at, c.deadline_kind, c.reports, c.reopened, \
    k.id AS contract_id, k.key AS contract_key, p.name AS plan_name, p.service, p.control, \
    u.id, u.key, u.name, u.mail, u.lang, u.parent_id, u.desk_mail \
    FROM cases c LEFT JOIN contract k ON k.id = c.contract_id LEFT JOIN plan p ON p.id = k.plan_id \
    LEFT JOIN customer u ON u.id = k.customer_id WHERE c.id = $1";

/// The facts of one case.
pub async fn case_facts(query: &mut impl Query, id: CaseId) -> Result<CaseFacts, StoreError> {
    let row = query.fetch_opt(CASE_SQL, args![id]).await?;
    let row = row.ok_or_else(|| StoreError::NotFound { what: format!("case {id}") })?;
    Ok(CaseFacts {
        id,
        number: row.text("number")?,
        lane: row.parse("lane")?,
        place: row.text("place")?,
        state: row.parse("state")?,
        severity: row.parse("severity")?,
        category: row.parse("category")?,
        cause: row.parse("cause")?,
        exit: row.opt_parse("exit")?,
        exit_clause: row.opt_text("exit_clause")?,
        exit_note: row.opt_text("exit_note")?,
        opened_at: row.time("opened_at")?,
        deadline_at: row.opt_time("deadline_at")?,
        deadline_kind: row.opt_text("deadline_kind")?,
        reports: row.int("reports")?,
        reopened: row.int("reopened")?,
        contract: contract_facts(&row)?,
    })
}

fn contract_facts(row: &Row) -> Result<Option<ContractFacts>, StoreError> {
    // Without its plan or customer a contract is of no use for a mail: the joins give both or none.
    let (Some(id), Some(_)) = (row.opt_int("contract_id")?, row.opt_int("id")?) else {
        return Ok(None);
    };
    let Some(plan) = row.opt_text("plan_name")? else {
        return Ok(None);
    };
    Ok(Some(ContractFacts {
        id: ContractId(id),
        key: row.text("contract_key")?,
        plan,
        service: row.parse("service")?,
        control: row.parse("control")?,
        customer: customer_of(row)?,
    }))
}

/// The observations of a case, newest first, duplicates left out.
pub async fn seen_in(query: &mut impl Query, case: CaseId) -> Result<Vec<Seen>, StoreError> {
    let sql = "SELECT o.report_id, r.received_at, o.ip, o.port, o.url, o.domain, o.account, o.at, o.uncertainty_us, \
               o.zone, CASE WHEN o.at IS NULL THEN o.attribution ELSE NULL END AS answer, o.detail FROM observation o JOIN report r ON r.id = o.report_id \
               WHERE o.case_id = $1 AND o.duplicate = 0 ORDER BY o.at DESC, o.id LIMIT $2";
    let rows = query.fetch(sql, args![case, MAX_SEEN]).await?;
    rows.iter()
        .map(|row| {
            Ok(Seen {
                report: ReportId(row.int("report_id")?),
                received_at: row.time("received_at")?,
                ip: row.opt_text("ip")?,
                port: row.opt_int("port")?,
                url: row.opt_text("url")?,
                domain: row.opt_text("domain")?,
                account: row.opt_text("account")?,
                at: row.opt_time("at")?,
                uncertainty_us: row.opt_int("uncertainty_us")?.unwrap_or(0),
                zone: row.opt_text("zone")?,
                answered: row.opt_text("answer")?.and_then(|answer| answered(&answer)),
                detail: row.json("detail")?,
            })
        })
        .collect()
}

/// The interval of an answer of attribution.
fn answered(answer: &str) -> Option<TimeSpan> {
    #[derive(Deserialize)]
    struct Answered {
        span: TimeSpan,
    }
    serde_json::from_str::<Answered>(answer).ok().map(|answer| answer.span)
}

/// Everything that a contract holds or held under one of `subjects` (canonical texts, wider ones included).
pub async fn held_by(
    query: &mut impl Query,
    contract: ContractId,
    subjects: &[String],
) -> Result<Vec<Held>, StoreError> {
    let mut held = Vec::new();
    // A case is about one place: its subjects and what is wider than they are a few dozen texts.
    for chunk in subjects.chunks(500) {
        let sql = format!(
            "SELECT subject, port_lo, port_hi, valid_from, valid_to FROM holding WHERE contract_id = $1 AND subject IN ({})",
            placeholders(2, chunk.len())
        );
        let mut values = args![contract];
        values.extend(chunk.iter().map(crate::Arg::from));
        for row in query.fetch(&sql, values).await? {
            held.push(Held {
                subject: row.parse("subject")?,
                ports: (row.int("port_lo")?, row.int("port_hi")?),
                from: row.time("valid_from")?,
                to: row.opt_time("valid_to")?,
            });
        }
    }
    Ok(held)
}

/// How many cases of this category a contract has had up to and including `case`.
pub async fn repeats_of(
    query: &mut impl Query,
    contract: ContractId,
    category: Category,
    until: Timestamp,
) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) AS n FROM cases WHERE contract_id = $1 AND category = $2 AND opened_at <= $3 \
               AND merged_into IS NULL";
    query.fetch_one(sql, args![contract, category, until]).await?.int("n")
}

/// The measure of a case that a customer is told of, of those approved and not ended: the one that is named, else the
/// latest; the columns of `measure`.
pub async fn told_measure(
    query: &mut impl Query,
    case: CaseId,
    measure: Option<MeasureId>,
) -> Result<Option<Row>, StoreError> {
    let sql = "SELECT kind, justification, acted_at, ends_at, dry_run FROM measure WHERE case_id = $1 \
               AND state IN ('approved', 'acting', 'active') AND ($2 IS NULL OR id = $2) \
               ORDER BY proposed_at DESC, id DESC LIMIT 1";
    query.fetch_opt(sql, args![case, measure]).await
}

const REPORT_SQL: &str = "SELECT r.id, r.raw_hash, r.door, r.received_at, r.envelope_from, r.envelope_to, r.state, \
    r.format, r.subject, r.message_id, r.report_key, r.lang, r.request, r.answer_wanted, r.automatic, r.category, \
    r.case_id, c.number, p.id AS reporter, p.address, p.name, p.domain, p.kind, p.share_identity \
    FROM report r LEFT JOIN cases c ON c.id = r.case_id LEFT JOIN reporter p ON p.id = r.reporter_id";

/// The facts of one report.
pub async fn report_facts(query: &mut impl Query, id: ReportId) -> Result<ReportFacts, StoreError> {
    let row = query.fetch_opt(&format!("{REPORT_SQL} WHERE r.id = $1"), args![id]).await?;
    row.as_ref().map(report_row).transpose()?.ok_or_else(|| StoreError::NotFound { what: format!("report {id}") })
}

/// The reports of a case, newest first; an observation of the report may have brought it here.
pub async fn reports_of(query: &mut impl Query, case: CaseId, limit: i64) -> Result<Vec<ReportFacts>, StoreError> {
    let sql = format!(
        "{REPORT_SQL} WHERE r.case_id = $1 OR r.id IN (SELECT report_id FROM observation WHERE case_id = $1) \
         ORDER BY r.received_at DESC, r.id DESC LIMIT $2"
    );
    query.fetch(&sql, args![case, limit]).await?.iter().map(report_row).collect()
}

fn report_row(row: &Row) -> Result<ReportFacts, StoreError> {
    let reporter = match row.opt_int("reporter")? {
        None => None,
        Some(id) => Some(ReporterFacts {
            id: ReporterId(id),
            address: row.text("address")?,
            name: row.opt_text("name")?,
            domain: row.opt_text("domain")?,
            kind: row.text("kind")?,
            share_identity: row.flag("share_identity")?,
        }),
    };
    Ok(ReportFacts {
        id: ReportId(row.int("id")?),
        raw_hash: row.text("raw_hash")?,
        door: row.text("door")?,
        received_at: row.time("received_at")?,
        envelope_from: row.opt_text("envelope_from")?,
        envelope_to: row.opt_text("envelope_to")?,
        state: row.text("state")?,
        format: row.opt_text("format")?,
        subject: row.opt_text("subject")?,
        message_id: row.opt_text("message_id")?,
        key: row.opt_text("report_key")?,
        lang: row.opt_text("lang")?.and_then(|lang| lang.parse().ok()),
        request: row.opt_text("request")?,
        answer_wanted: row.flag("answer_wanted")?,
        automatic: row.flag("automatic")?,
        category: row.opt_text("category")?.and_then(|category| category.parse().ok()),
        case: row.opt_int("case_id")?.map(CaseId).zip(row.opt_text("number")?),
        reporter,
    })
}

/// The observations of a report, in order: `(ip, url, domain, account)`, at most `limit`.
pub async fn reported_in(
    query: &mut impl Query,
    report: ReportId,
    case: Option<CaseId>,
    limit: i64,
) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT url, domain, account, ip FROM observation WHERE report_id = $1 \
               AND ($2 IS NULL OR case_id = $2) ORDER BY id LIMIT $3";
    let rows = query.fetch(sql, args![report, case, limit]).await?;
    let mut said = Vec::new();
    for row in rows {
        for column in ["url", "ip", "domain", "account"] {
            if let Some(text) = row.opt_text(column)? {
                said.push(text);
                break;
            }
        }
    }
    Ok(said)
}

/// A case whose customer has been told and whose deadline for an answer runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Running {
    /// The case.
    pub case: CaseId,
    /// When the customer was last told, reminders not counted.
    pub told: Timestamp,
    /// When a reminder was last written.
    pub reminded: Option<Timestamp>,
    /// The deadline.
    pub deadline: Timestamp,
}

/// Running deadlines, the first to end first, at most `limit`.
pub async fn running_deadlines(query: &mut impl Query, limit: i64) -> Result<Vec<Running>, StoreError> {
    // A reminder that went to a reseller is of another kind; its key tells.
    let sql = "SELECT c.id, c.deadline_at, \
               MAX(CASE WHEN m.dedupe LIKE '%:customer-reminder:%' THEN NULL ELSE m.sent_at END) AS told, \
               MAX(CASE WHEN m.dedupe LIKE '%:customer-reminder:%' THEN m.created_at ELSE NULL END) AS reminded \
               FROM cases c JOIN mail m ON m.case_id = c.id AND m.audience <> 'reporter' \
               WHERE c.state = 'waiting' AND c.deadline_kind = 'customer' AND c.deadline_at IS NOT NULL \
               GROUP BY c.id, c.deadline_at ORDER BY c.deadline_at LIMIT $1";
    let rows = query.fetch(sql, args![limit]).await?;
    let mut running = Vec::with_capacity(rows.len());
    for row in rows {
        if let Some(told) = row.opt_time("told")? {
            running.push(Running {
                case: CaseId(row.int("id")?),
                told,
                reminded: row.opt_time("reminded")?,
                deadline: row.time("deadline_at")?,
            });
        }
    }
    Ok(running)
}

/// Whether the journal of a case holds an entry of this kind with exactly this detail.
pub async fn is_journalled(
    query: &mut impl Query,
    case: CaseId,
    kind: &str,
    detail: &Value,
) -> Result<bool, StoreError> {
    let sql = "SELECT seq FROM journal WHERE case_id = $1 AND kind = $2 AND detail = $3 LIMIT 1";
    Ok(query.fetch_opt(sql, args![case, kind, detail.to_string()]).await?.is_some())
}

impl Tx {
    /// Changes a case whatever others do to it at the same time. `change` says whether there was anything to change.
    /// Returns the row as it was before, if it was changed.
    pub async fn change_case(
        &mut self,
        id: CaseId,
        now: Timestamp,
        change: impl FnOnce(&mut CaseRow) -> bool + Send,
    ) -> Result<Option<CaseRow>, StoreError> {
        // Takes the row lock, so that nobody comes between reading and writing.
        self.execute("UPDATE cases SET version = version WHERE id = $1", args![id]).await?;
        let old = crate::cases::case(self, id).await?;
        let mut new = old.clone();
        if !change(&mut new) {
            return Ok(None);
        }
        new.updated_at = now;
        self.save_case(&old, &new).await?;
        Ok(Some(old))
    }

    /// What the customer answered, by question; JSON.
    pub async fn set_answers(&mut self, case: CaseId, answers: &Value) -> Result<(), StoreError> {
        self.execute("UPDATE cases SET answers = $2 WHERE id = $1", args![case, answers.to_string()]).await?;
        Ok(())
    }

    /// Takes today's one answer to a robot. Returns whether it was still there to be taken.
    pub async fn take_receipt_of_day(&mut self, reporter: ReporterId, day: &str) -> Result<bool, StoreError> {
        let sql = "UPDATE reporter SET receipt_day = $2 WHERE id = $1 AND (receipt_day IS NULL OR receipt_day <> $2)";
        Ok(self.execute(sql, args![reporter, day]).await? == 1)
    }
}
