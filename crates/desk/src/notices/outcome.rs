//! How a case ended, told to everybody who reported it and wants to know; never who the customer is (D32).

use model::{CaseId, Exit, MailId, ReportId};
use serde_json::{Value, json};
use store::Tx;
use store::notices::{self as facts, CaseFacts, ReportFacts};
use text::mail::{InfoReason, MailKind};

use super::draft::Attachment;
use super::reporter::ReporterMail;
use crate::{Desk, DeskError};

/// Reports of one case that are looked at.
const MAX_REPORTS: i64 = 20_000;
/// The version of XARF whose field names the status uses.
const XARF_VERSION: &str = "4.2.0";

impl Desk {
    /// Writes the outcome of `case` to each of its reporters once, where it is wanted. A case that was merged has no outcome
    /// of its own: its reporters hear of the one it went into.
    pub async fn write_outcomes(&self, tx: &mut Tx, case: CaseId, exit: Exit) -> Result<Vec<MailId>, DeskError> {
        let case = facts::case_facts(tx, case).await?;
        if exit == Exit::Merged {
            return Ok(Vec::new());
        }
        let reports = facts::reports_of(tx, case.id, MAX_REPORTS).await?;
        let mut written = Vec::new();
        for report in one_each(&reports) {
            let case_named = Some((case.id, case.number.clone()));
            let mut context = self.reporter_context(tx, report, case_named).await?;
            context.exit = Some(exit);
            context.info_reason = info_reason(&case, exit);
            context.category = context.category.or(Some(case.category));
            let attachments = self.xarf_status(report, &case, exit).into_iter().collect();
            let reporter = report.reporter.as_ref().map_or(0, |reporter| reporter.id.0);
            let dedupe = format!("c{}:outcome:{reporter}:{}", case.id, case.reopened);
            let mail =
                ReporterMail { kind: MailKind::ReporterOutcome, case: Some(case.id), context, attachments, dedupe };
            written.extend(self.put_answer(tx, report, mail, self.settings.reporter_mails).await?);
        }
        Ok(written)
    }

    /// What became of a report in XARF so far, in the form in which its reporter gets the outcome; nothing for a report of
    /// another format, or one that has not been read.
    pub async fn xarf_status_of(&self, report: ReportId) -> Result<Option<Value>, DeskError> {
        let report = facts::report_facts(&mut &self.store, report).await?;
        if !is_xarf(&report) {
            return Ok(None);
        }
        let case = match &report.case {
            Some((id, _)) => {
                // A case that was merged has no outcome of its own.
                let root = store::cases::merged_root(&mut &self.store, *id).await?.id;
                Some(facts::case_facts(&mut &self.store, root).await?)
            }
            None => None,
        };
        let exit = case.as_ref().and_then(|case| case.exit);
        Ok(Some(self.status_object(&report, case.as_ref(), exit)))
    }

    /// Who reports in XARF gets the ending in a form that a program reads.
    fn xarf_status(&self, report: &ReportFacts, case: &CaseFacts, exit: Exit) -> Option<Attachment> {
        is_xarf(report).then(|| Attachment {
            name: "xarf-status.json".to_owned(),
            mime: "application/json".to_owned(),
            text: format!("{:#}\n", self.status_object(report, Some(case), Some(exit))),
        })
    }

    /// XARF has no message of its own for this, so it is a plain object with XARF's names; it holds the reporter's own
    /// number and nothing about the customer.
    fn status_object(&self, report: &ReportFacts, case: Option<&CaseFacts>, exit: Option<Exit>) -> Value {
        let category = report.category.or(case.map(|case| case.category)).map(model::Category::xarf);
        let domain = self.settings.provider.desk_mail.rsplit_once('@').map_or("", |(_, domain)| domain);
        json!({
            "xarf_version": XARF_VERSION,
            "message": "status",
            "report_id": report.key,
            "category": category.map(|(class, _)| class),
            "type": category.map(|(_, kind)| kind),
            "status": if exit.is_some() { "closed" } else { "open" },
            "outcome": exit,
            "case": case.map(|case| case.number.as_str()),
            "received_at": report.received_at.to_string(),
            "updated_at": self.clock.now().to_string(),
            "sender": {
                "org": self.settings.provider.name, "contact": self.settings.provider.desk_mail, "domain": domain,
            },
        })
    }
}

fn is_xarf(report: &ReportFacts) -> bool {
    matches!(report.format.as_deref(), Some("xarf-v4" | "xarf-v3"))
}

/// One report of each reporter: the newest, but one in which an answer was asked for comes first.
fn one_each(reports: &[ReportFacts]) -> Vec<&ReportFacts> {
    let mut chosen: Vec<&ReportFacts> = Vec::new();
    for report in reports {
        let Some(reporter) = &report.reporter else { continue };
        let same = |known: &&mut &ReportFacts| known.reporter.as_ref().is_some_and(|known| known.id == reporter.id);
        match chosen.iter_mut().find(same) {
            Some(known) if report.answer_wanted && !known.answer_wanted => *known = report,
            Some(_) => {}
            None => chosen.push(report),
        }
    }
    chosen
}

/// The reason why a report was only noted, where the person or rule that closed it named one.
fn info_reason(case: &CaseFacts, exit: Exit) -> Option<InfoReason> {
    let note = case.exit_note.as_deref().filter(|_| exit == Exit::InfoOnly)?;
    note.split_whitespace().find_map(|word| word.trim_matches(['(', ')', '[', ']', '.', ',']).parse().ok())
}
