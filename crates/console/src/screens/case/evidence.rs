//! What a report shows: what was read from it, or the bytes as they came; always as text.

use desk::corrections::lacks;
use desk::registers::OUTBOUND_CATEGORIES;
use model::{CaseId, Grade, Observation, ReportId};
use store::observations::{self, ObservationRow};
use store::screens::{self, ReportLine};
use text::mail::Missing;
use text::wording;

use super::marks::{self, Mark, Piece};
use crate::Failure;
use crate::screens::correct::Current;
use crate::screens::page::{Page, Visit};

/// Reports of a case among which one can go back and forth.
const REPORTS: i64 = 200;
/// Bytes of a report that are shown as they came.
const MAX_RAW: usize = 200_000;
/// Observations of a report that are shown.
const SHOWN: usize = 100;

/// One observation, harmless.
#[derive(Debug)]
pub(crate) struct Seen {
    /// Its number.
    pub(crate) id: model::ObservationId,
    /// When, as the desk reads it.
    pub(crate) at: Option<String>,
    /// When, as the reporter wrote it, and how sure that is.
    pub(crate) stated: Option<String>,
    /// What is accused.
    pub(crate) subject: String,
    /// Of what.
    pub(crate) category: model::Category,
    /// How sure the reader is.
    pub(crate) mark: Mark,
    /// The brand, the work, the family of malware, where one is named.
    pub(crate) object: Option<String>,
    /// Whether an earlier one says the same.
    pub(crate) duplicate: bool,
    /// Whether it tells of a connection, which has a form of its own.
    pub(crate) connection: bool,
    /// The line it was read from, with the value marked.
    pub(crate) line: Vec<Piece>,
    /// What the report tells beside: the name of each detail and its text.
    pub(crate) details: Vec<(String, String)>,
}

impl Seen {
    fn of(page: &Page, row: &ObservationRow) -> Self {
        let seen = &row.seen;
        Self {
            id: row.id,
            at: seen.at.as_ref().map(|at| wording::stamp_seconds(at.at, &page.zone)),
            stated: seen.at.as_ref().map(|at| wording::zone_statement(page.lang, at)),
            subject: subject(page, seen),
            category: seen.category,
            object: seen.object.as_deref().map(|object| page.clean(object)),
            mark: Mark::of(seen),
            duplicate: row.duplicate,
            connection: page.personal() && seen.address().is_some() && OUTBOUND_CATEGORIES.contains(&seen.category),
            line: if page.personal() { marks::of_excerpt(seen) } else { Vec::new() },
            // What strangers wrote holds names that cannot be masked one by one.
            details: seen
                .details
                .iter()
                .filter(|_| page.personal())
                .map(|detail| (page.tn("told", detail.kind), page.clean(&detail.text)))
                .collect(),
        }
    }
}

/// What an observation accuses, in one harmless line.
pub(in crate::screens) fn subject(page: &Page, seen: &Observation) -> String {
    let mut parts = Vec::new();
    if let Some(url) = &seen.url {
        parts.push(wording::defang_url(url));
    } else if let Some(domain) = &seen.domain {
        parts.push(wording::defang_host(domain));
    }
    if let Some(account) = &seen.account {
        parts.push(page.mail(account));
    }
    if let Some(ip) = seen.ip {
        parts.push(match seen.port {
            Some(port) if ip.is_ipv6() => format!("[{ip}]:{port}"),
            Some(port) => format!("{ip}:{port}"),
            None => ip.to_string(),
        });
    }
    if parts.is_empty() { page.t("term-unknown") } else { parts.join(" · ") }
}

/// The right side of a case: one report.
#[derive(Debug)]
pub(crate) struct Evidence {
    /// The report.
    pub(crate) line: ReportLine,
    /// Where it stands among the reports of the case, from 1, the latest first.
    pub(crate) position: usize,
    /// How many there are.
    pub(crate) of: usize,
    /// The one before (later).
    pub(crate) newer: Option<ReportId>,
    /// The one behind (earlier).
    pub(crate) older: Option<ReportId>,
    /// What was read.
    pub(crate) seen: Vec<Seen>,
    /// How many more were read than are shown.
    pub(crate) more: usize,
    /// Readable text, with what was found in it marked.
    pub(crate) text: Vec<Piece>,
    /// What the reader could not do.
    pub(crate) remarks: Vec<String>,
    /// The bytes as they came, if they were asked for.
    pub(crate) raw: Vec<Piece>,
    /// Whether the raw bytes were asked for.
    pub(crate) is_raw: bool,
    /// The correction by a person that is in force.
    pub(crate) current: Option<Current>,
    /// The rule for its sender by which it was read: name and version.
    pub(crate) rule: Option<(String, i64)>,
    /// What it lacks to be worked on.
    pub(crate) lacks: Vec<Missing>,
}

impl Evidence {
    /// The report of a case that the address names, or the last one.
    pub(crate) async fn of_case(visit: &Visit, page: &Page, case: CaseId) -> Result<Option<Self>, Failure> {
        let reports = screens::reports_of_case(&mut visit.store(), case, REPORTS).await?;
        let wanted = visit.value::<ReportId>("report")?;
        let at = wanted.and_then(|id| reports.iter().position(|line| line.report.id == id)).unwrap_or(0);
        let Some(line) = reports.get(at).cloned() else { return Ok(None) };
        let neighbour = |at: Option<usize>| at.and_then(|at| reports.get(at)).map(|line| line.report.id);
        let rows = observations::of_report(&mut visit.store(), line.report.id).await?;
        let rows = rows.into_iter().filter(|row| row.case == Some(case)).collect();
        let mut evidence = Self::of(visit, page, line, rows).await?;
        evidence.position = at + 1;
        evidence.of = reports.len();
        evidence.newer = neighbour(at.checked_sub(1));
        evidence.older = neighbour(Some(at + 1));
        Ok(Some(evidence))
    }

    /// Whether more was read than `count`.
    pub(crate) fn more_than(&self, count: usize) -> bool {
        self.seen.len() + self.more > count
    }

    /// What the code of the trouble with it means.
    pub(crate) fn trouble(&self, page: &Page) -> Option<String> {
        let key = format!("error-{}", self.line.report.error_code.as_ref()?.replace('.', "-"));
        text::has(page.lang, &key).then(|| page.t(&key))
    }

    /// What went wrong in the program's own words, where the remarks do not say it.
    pub(crate) fn detail(&self) -> Option<&String> {
        self.line.report.error.as_ref().filter(|_| self.remarks.is_empty())
    }

    /// Whether a person may correct what was read of it.
    pub(crate) fn correctable(&self) -> bool {
        matches!(self.line.report.state.as_str(), "set-aside" | "noise" | "dismissed" | "read")
    }

    /// One report by itself.
    pub(crate) async fn of_report(visit: &Visit, page: &Page, id: ReportId) -> Result<Self, Failure> {
        let line = screens::report_line(&mut visit.store(), id).await?;
        let rows = observations::of_report(&mut visit.store(), id).await?;
        Self::of(visit, page, line, rows).await
    }

    async fn of(visit: &Visit, page: &Page, line: ReportLine, rows: Vec<ObservationRow>) -> Result<Self, Failure> {
        let reading = screens::reading(&mut visit.store(), line.report.id).await?;
        let current = Current::of(visit, page, line.report.id).await?;
        let grade = line.grade.as_deref().and_then(|grade| grade.parse().ok()).unwrap_or(Grade::Claim);
        // Who read it by himself knows what it lacks.
        let is_machine = current.is_none() && matches!(line.report.state.as_str(), "read" | "set-aside");
        let lacks = if is_machine { lacks(&rows, grade).into_iter().collect() } else { Vec::new() };
        let field = |name: &str| reading.as_ref().and_then(|reading| reading.get(name));
        // Free text of strangers holds names and addresses that cannot be masked one by one.
        let personal = page.personal();
        let text = field("text").and_then(|text| text.as_str()).filter(|_| personal).unwrap_or_default();
        // What the reader could make nothing of is shown as it came.
        let is_raw = visit.field("raw").is_some() || (line.report.state == "set-aside" && text.trim().is_empty());
        let marked = |text: &str| marks::of_text(text, rows.iter().map(|row| &row.seen));
        let raw = if is_raw && personal {
            let bytes = visit.store().get_raw(&line.report.raw_hash).await?;
            marked(&String::from_utf8_lossy(&bytes[..bytes.len().min(MAX_RAW)]))
        } else {
            Vec::new()
        };
        Ok(Self {
            seen: rows.iter().take(SHOWN).map(|row| Seen::of(page, row)).collect(),
            more: rows.len().saturating_sub(SHOWN),
            text: marked(text),
            remarks: field("remarks")
                .and_then(|remarks| remarks.as_array())
                .map(|remarks| {
                    let told = remarks.iter().filter_map(|remark| remark.as_str());
                    told.map(|english| page.clean(&text::remarks::remark(page.lang, english))).collect()
                })
                .unwrap_or_default(),
            position: 1,
            of: 1,
            newer: None,
            older: None,
            line,
            raw,
            is_raw,
            rule: field("rule").and_then(|rule| Some((rule["name"].as_str()?.to_owned(), rule["version"].as_i64()?))),
            current,
            lacks,
        })
    }
}
