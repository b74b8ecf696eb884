//! What goes with a notice: a summary of the reports, so that whoever gets it, or whom it is passed on to, can work with it
//! (D51). The reporter's identity and prose stay here, unless the reporter agreed and the provider allows it.

use model::Lang;
use store::Query;
use store::notices::{self as facts, ReportFacts};
use text::wording::{clean, stamp_mail_seconds, stamp_seconds};
use text::{t, ta};

use super::customer::Letter;
use super::draft::Attachment;
use super::settings::ReporterIdentity;
use crate::{Desk, DeskError};

/// Reports that are summed up; the newest.
const MAX_REPORTS: usize = 5;
/// Lines of evidence of one report.
const MAX_LINES: usize = 40;
/// Characters of a report that is passed on as it came.
const MAX_SHARED: usize = 16_000;

impl Desk {
    /// The summary of the reports behind a letter; nothing if the letter asks for nothing.
    pub(super) async fn summary(
        &self,
        query: &mut impl Query,
        letter: &Letter,
    ) -> Result<Option<Attachment>, DeskError> {
        if letter.context.deadline.is_none() {
            return Ok(None);
        }
        let lang = letter.lang;
        let reports = facts::reports_of(query, letter.case.id, 200).await?;
        let mut text = ta(lang, "mail-summary-title", &[("number", letter.case.number.as_str().into())]);
        text.push_str("\n\n");
        text.push_str(&t(lang, "mail-summary-about"));
        text.push('\n');
        for (index, report) in reports.iter().take(MAX_REPORTS).enumerate() {
            text.push('\n');
            text.push_str(&self.one_report(query, letter, index + 1, report).await?);
        }
        if let Some(more) = reports.len().checked_sub(MAX_REPORTS).filter(|more| *more > 0) {
            text.push('\n');
            text.push_str(&ta(lang, "mail-summary-more", &[("n", more.into())]));
            text.push('\n');
        }
        let name = format!("{}.txt", t(lang, "mail-summary-file"));
        Ok(Some(Attachment { name, mime: "text/plain".to_owned(), text }))
    }

    async fn one_report(
        &self,
        query: &mut impl Query,
        letter: &Letter,
        number: usize,
        report: &ReportFacts,
    ) -> Result<String, DeskError> {
        let lang = letter.lang;
        let zone = letter.calendar.zone().clone();
        let utc = jiff::tz::TimeZone::UTC;
        let at = stamp_mail_seconds(lang, report.received_at, &zone);
        let mut lines = vec![ta(
            lang,
            "mail-summary-report",
            &[("n", number.into()), ("at", at.into()), ("utc", stamp_seconds(report.received_at, &utc).into())],
        )];
        if let Some(format) = &report.format {
            lines.push(ta(lang, "mail-summary-format", &[("format", format.as_str().into())]));
        }
        let category = report.category.unwrap_or(letter.case.category);
        let name = t(lang, &format!("category-{category}"));
        lines.push(ta(lang, "mail-summary-subject-kind", &[("category", name.into())]));
        // Reading is pure and quick; the text is not kept anywhere else.
        let raw = store::raw::raw(query, &report.raw_hash).await?;
        let reading = self.reader.read(&raw, report.received_at);
        match self.shared(lang, report) {
            Some(who) => lines.extend(
                who.into_iter()
                    .chain(reading.text.chars().take(MAX_SHARED).collect::<String>().lines().map(str::to_owned)),
            ),
            None => lines.extend(evidence_lines(letter, &reading.text)),
        }
        lines.push(String::new());
        Ok(lines.join("\n"))
    }

    /// The lines that name the reporter, if he agreed and the provider passes it on.
    fn shared(&self, lang: Lang, report: &ReportFacts) -> Option<Vec<String>> {
        let share = self.settings.mail.reporter_identity == ReporterIdentity::Share;
        let reporter = report.reporter.as_ref().filter(|reporter| share && reporter.share_identity)?;
        let who = match &reporter.name {
            Some(name) => format!("{} <{}>", clean(name, 100), reporter.address),
            None => reporter.address.clone(),
        };
        Some(vec![ta(lang, "mail-summary-from", &[("who", who.into())]), t(lang, "mail-summary-shared"), String::new()])
    }
}

fn evidence_lines(letter: &Letter, text: &str) -> Vec<String> {
    let mut lines: Vec<String> = text
        .lines()
        .filter_map(|line| letter.redactor.evidence(line))
        .take(MAX_LINES)
        .map(|line| format!("  {line}"))
        .collect();
    let key = if lines.is_empty() { "mail-summary-no-lines" } else { "mail-summary-lines" };
    lines.insert(0, t(letter.lang, key));
    lines
}
