//! The second half of the pipeline: what one report writes, within a transaction.

use std::collections::BTreeSet;

use model::{Category, Grade, Noise, Observation, Reading, ReportId};
use serde_json::json;
use store::Tx;
use store::observations::{ReportRead, ReportStep};
use store::reporters::{ReporterRow, Seen};
use store::reports::READ_REPORT;

use super::group::{self, Group};
use super::place::Placed;
use super::read::{Prepared, is_due};
use super::{Context, NOT_OURS, NOTHING_FOUND, Processed, STRAY_REPLY, UNREADABLE};
use crate::grade::{self, Flag};
use crate::notices::ThreadKind;
use crate::playbook::Teller;
use crate::reporters::{self, ReporterKind};
use crate::{Desk, DeskError};

/// Longest text of a mail kept beside its report, in characters; the whole is in the raw report.
const KEPT_TEXT: usize = 16_384;

/// What is known of a report while it is written.
pub(crate) struct Report<'a> {
    pub(crate) id: ReportId,
    pub(crate) prepared: &'a Prepared,
    pub(crate) reading: &'a Reading,
    pub(crate) reporter: Option<ReporterRow>,
    pub(crate) grade: Grade,
    pub(crate) flags: BTreeSet<Flag>,
}

impl Report<'_> {
    /// The reporter's number in the facts: his own, or one that stands for this report alone.
    pub(crate) fn teller(&self) -> (i64, Teller) {
        match &self.reporter {
            Some(row) => {
                let kind = row.kind.parse().unwrap_or(ReporterKind::Person);
                (row.id.0, Teller { kind, trust: row.trust })
            }
            None => (-self.id.0, Teller { kind: ReporterKind::Person, trust: 0.5 }),
        }
    }
}

impl Desk {
    /// Writes everything that follows from one report, and the end of its job.
    pub(crate) async fn write_report(
        &self,
        tx: &mut Tx,
        context: &Context,
        prepared: &Prepared,
    ) -> Result<Processed, DeskError> {
        let id = prepared.report.id;
        let mut done = Processed { report: Some(id), state: prepared.report.state.clone(), ..Processed::default() };
        if prepared.from > 0 {
            if let Ok(reading) = &prepared.reading
                && is_due(&prepared.report, prepared.from)
            {
                self.write_step(tx, context, prepared, reading, &mut done).await?;
            }
        } else if prepared.report.state == "waiting" {
            if let Some(findings) = &prepared.findings {
                tx.keep_findings(id, findings, context.now).await?;
            }
            if let Some(counted) = prepared.report.reporter {
                tx.unsee_reporter(counted).await?;
            }
            match &prepared.reading {
                Err(panic) => {
                    let read = ReportRead {
                        state: "set-aside",
                        error_code: Some(UNREADABLE),
                        error: Some(panic),
                        ..ReportRead::default()
                    };
                    self.close_reading(tx, context, id, &read, &mut done).await?;
                }
                Ok(reading) => self.write_reading(tx, context, prepared, reading, &mut done).await?,
            }
        }
        let begun = matches!(done.state.as_str(), "read" | "dismissed");
        if let Some(next) = prepared.next.filter(|_| begun) {
            tx.enqueue(READ_REPORT, &json!({ "report": id, "from": next }), context.now, None).await?;
        }
        tx.finish_job(&prepared.job).await?;
        Ok(done)
    }

    async fn close_reading(
        &self,
        tx: &mut Tx,
        context: &Context,
        id: ReportId,
        read: &ReportRead<'_>,
        done: &mut Processed,
    ) -> Result<(), DeskError> {
        tx.finish_reading(id, read, context.now).await?;
        read.state.clone_into(&mut done.state);
        if let Some(code) = read.error_code {
            let detail = json!({ "report": id, "code": code, "error": read.error });
            tx.journal_at_commit(context.now, "job:read-report", &format!("report.{}", read.state), None, detail);
        }
        Ok(())
    }

    async fn write_reading(
        &self,
        tx: &mut Tx,
        context: &Context,
        prepared: &Prepared,
        reading: &Reading,
        done: &mut Processed,
    ) -> Result<(), DeskError> {
        let id = prepared.report.id;
        let format = reading.format.name();
        let mut read = described(reading, format);
        let text = kept(prepared, reading);
        read.reading = Some(text);
        if let Some(found) = self.thread_reply(tx, id, &prepared.raw, reading).await? {
            // A reporter who brings what was asked for also reports: that goes on below.
            let reports = found.kind == ThreadKind::ReporterAnswer && !prepared.sightings.is_empty();
            if !reports {
                done.attached.extend(found.case);
                let read = ReportRead { state: "reply", case: found.case, ..read };
                return self.close_reading(tx, context, id, &read, done).await;
            }
        }
        if let Some(noise) = reading.noise.filter(|_| !reading.report || prepared.sightings.is_empty()) {
            let stray = noise == Noise::Reply;
            let state = if stray { "set-aside" } else { "noise" };
            let error_code = stray.then_some(STRAY_REPLY);
            return self.close_reading(tx, context, id, &ReportRead { state, error_code, ..read }, done).await;
        }
        let reporter = self.note_reporter(tx, prepared, reading).await?;
        read.reporter = reporter.as_ref().map(|row| row.id);
        let groups = group::group(&prepared.sightings);
        if groups.is_empty() {
            let remarks = reading.remarks.join(" ");
            let read =
                ReportRead { state: "set-aside", error_code: Some(NOTHING_FOUND), error: Some(&remarks), ..read };
            self.close_reading(tx, context, id, &read, done).await?;
            self.write_receipt(tx, id).await?;
            return Ok(());
        }
        let report = graded(prepared, reading, reporter);
        self.write_groups(tx, context, &report, &groups, read, done).await
    }

    async fn write_groups(
        &self,
        tx: &mut Tx,
        context: &Context,
        report: &Report<'_>,
        groups: &[Group],
        mut read: ReportRead<'_>,
        done: &mut Processed,
    ) -> Result<(), DeskError> {
        let placed = self.place_groups(tx, context, report, groups).await?;
        let category = gravest(placed.iter().map(|placed| placed.category));
        read.category = category;
        read.group = category.map(|category| category.group().name());
        read.grade = Some(report.grade);
        read.case = placed.iter().find_map(|placed| placed.case);
        read.state = "read";
        if read.case.is_none() {
            read.state = "dismissed";
            read.error_code = Some(NOT_OURS);
        }
        self.close_reading(tx, context, report.id, &read, done).await?;
        for placed in &placed {
            note(done, placed);
        }
        self.carry_out(tx, context, report, &placed).await
    }

    /// Adds one to the reporter's reports; nothing for a report that names nobody.
    async fn note_reporter(
        &self,
        tx: &mut Tx,
        prepared: &Prepared,
        reading: &Reading,
    ) -> Result<Option<ReporterRow>, DeskError> {
        let envelope = prepared.report.envelope_from.as_deref();
        let claimed = reading.reporter.address.as_deref().or(envelope);
        let Some(address) = claimed.map(str::trim).filter(|address| address.contains('@') && address.len() <= 320)
        else {
            return Ok(None);
        };
        let kind = reporters::kind_of(reading, envelope);
        let seen = Seen {
            address,
            name: reading.reporter.name.as_deref(),
            domain: reading.reporter.domain.as_deref(),
            kind: kind.name(),
            trust: reporters::trust(kind, 0, 0),
            at: prepared.report.received_at,
        };
        Ok(Some(tx.see_reporter(seen).await?))
    }
}

/// The steps behind the first of a long report.
impl Desk {
    /// Writes one step: the cases that its observations belong to, and how far the report has been read.
    async fn write_step(
        &self,
        tx: &mut Tx,
        context: &Context,
        prepared: &Prepared,
        reading: &Reading,
        done: &mut Processed,
    ) -> Result<(), DeskError> {
        let id = prepared.report.id;
        let text = kept(prepared, reading);
        let groups = group::group(&prepared.sightings);
        let reporter = match prepared.report.reporter {
            Some(reporter) => Some(store::reporters::reporter(tx, reporter).await?),
            None => None,
        };
        let report = graded(prepared, reading, reporter);
        let placed = self.place_groups(tx, context, &report, &groups).await?;
        for placed in &placed {
            note(done, placed);
        }
        let cases: Vec<_> = placed.iter().filter_map(|placed| placed.case).collect();
        let step = ReportStep {
            reading: &text,
            reporter: prepared.report.reporter,
            cases: &cases,
            category: gravest(placed.iter().filter(|placed| placed.case.is_some()).map(|placed| placed.category)),
            grade: (!cases.is_empty()).then_some(report.grade),
        };
        tx.read_on(id, &step, context.now).await?;
        if !cases.is_empty() {
            "read".clone_into(&mut done.state);
        }
        self.carry_out(tx, context, &report, &placed).await
    }
}

/// The report with how good its evidence is, as far as this step has read it.
fn graded<'a>(prepared: &'a Prepared, reading: &'a Reading, reporter: Option<ReporterRow>) -> Report<'a> {
    let seen: Vec<&Observation> = prepared.sightings.iter().map(|one| &one.seen).collect();
    let answers: Vec<_> = prepared.sightings.iter().map(|one| &one.answer).collect();
    let flags = grade::flags(&seen, &answers, prepared.report.received_at);
    let grade = grade::grade(reading, &seen, &flags);
    Report { id: prepared.report.id, prepared, reading, reporter, grade, flags }
}

/// What a report or a step of it is about: the gravest kind, the first in order of those that are as grave.
fn gravest(categories: impl Iterator<Item = Category>) -> Option<Category> {
    categories.max_by_key(|category| (category.base_severity(), std::cmp::Reverse(*category)))
}

fn note(done: &mut Processed, placed: &Placed) {
    let Some(case) = placed.case else { return };
    let list = match placed.how {
        super::place::How::Opened => &mut done.opened,
        super::place::How::Reopened => &mut done.reopened,
        super::place::How::Attached => &mut done.attached,
    };
    if !list.contains(&case) {
        list.push(case);
    }
}

fn described<'a>(reading: &'a Reading, format: &'a str) -> ReportRead<'a> {
    ReportRead {
        state: "read",
        format: Some(format),
        subject: reading.subject.as_deref(),
        message_id: reading.message_id.as_deref(),
        report_key: reading.report_id.as_deref(),
        lang: reading.lang,
        request: Some(match reading.request {
            model::RequestKind::Stop => "stop",
            model::RequestKind::Identify => "identify",
            model::RequestKind::StopAndIdentify => "stop-and-identify",
        }),
        answer_wanted: reading.answer_wanted,
        automatic: reading.automatic,
        ..ReportRead::default()
    }
}

/// The reading as it is kept for the console: without the observations, which have rows of their own.
fn kept(prepared: &Prepared, reading: &Reading) -> String {
    let text: String = reading.text.chars().take(KEPT_TEXT).collect();
    let mut remarks = reading.remarks.clone();
    let read = prepared.from + prepared.sightings.len();
    if prepared.next.is_some() {
        remarks.push(format!("{read} observations so far; {} more are being read.", reading.rest));
    }
    json!({
        "report": reading.report,
        "noise": reading.noise,
        "reporter": reading.reporter,
        "forwarder": reading.forwarder,
        "in_reply_to": reading.in_reply_to,
        "written": reading.written,
        "text": text,
        "remarks": remarks,
        "observations": read,
        "rest": reading.rest,
        "rule": reading.rule,
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gravest_kind_names_a_report_whatever_comes_first_or_last() {
        use Category::{Blocklist, InfectedHost, Malware, Spam};
        for (kinds, wanted) in [
            (vec![Blocklist, InfectedHost, Spam], Some(InfectedHost)),
            (vec![Malware, InfectedHost], Some(InfectedHost)),
            (vec![InfectedHost, Malware], Some(InfectedHost)),
            (vec![], None),
        ] {
            assert_eq!(gravest(kinds.iter().copied()), wanted, "{kinds:?}");
        }
    }
}
