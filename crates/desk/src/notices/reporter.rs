//! Mails to reporters about one report: that it arrived (A52, B26), and what it lacks (B21).

use jiff::SignedDuration;
use model::trace::Traces;
use model::{CaseId, Lang, MailId, ReportId, RequestKind};
use store::mails::{self, MailChange, MailState};
use store::notices::{self as facts, ReportFacts};
use store::{Query, Tx};
use text::mail::{MailContext, MailKind, Missing, ReporterContext};

use super::address::{Signer, Target};
use super::customer::named_deadline;
use super::draft::{Attachment, Auto, Draft, Head, earlier, numbered};
use super::policy::{self, Silence};
use super::sender;
use crate::{Desk, DeskError, Mode};

/// A mail to a reporter before it is worded.
pub(super) struct ReporterMail {
    pub(super) kind: MailKind,
    pub(super) case: Option<CaseId>,
    pub(super) context: ReporterContext,
    pub(super) attachments: Vec<Attachment>,
    pub(super) dedupe: String,
}

impl Desk {
    /// Writes a receipt for `report` where one is wanted: to people, to machines that ask (once a day), never to what a
    /// machine sent as such. Nothing comes back where none is written.
    pub async fn write_receipt(&self, tx: &mut Tx, report: ReportId) -> Result<Option<MailId>, DeskError> {
        let report = facts::report_facts(tx, report).await?;
        // A question also says that the report arrived.
        if mails::mail_by_dedupe(tx, &ask_key(report.id)).await?.is_some() {
            return Ok(None);
        }
        let context = self.reporter_context(tx, &report, report.case.clone()).await?;
        let case = report.case.as_ref().map(|(case, _)| *case);
        let dedupe = receipt_key(report.id);
        let mail = ReporterMail { kind: MailKind::ReporterReceipt, case, context, attachments: Vec::new(), dedupe };
        self.put_answer(tx, &report, mail, self.settings.reporter_mails).await
    }

    /// Asks the reporter for what `report` lacks, by name and with the reason for each.
    pub async fn write_ask(
        &self,
        tx: &mut Tx,
        report: ReportId,
        missing: &[Missing],
    ) -> Result<Option<MailId>, DeskError> {
        let mut missing = missing.to_vec();
        missing.sort_unstable();
        missing.dedup();
        if missing.is_empty() {
            return Ok(None);
        }
        let report = facts::report_facts(tx, report).await?;
        let now = self.clock.now();
        let mut context = self.reporter_context(tx, &report, report.case.clone()).await?;
        let calendar = self.calendar(tx).await?;
        let until = calendar.deadline(now, self.settings.mail.ask_days);
        context.deadline = Some(named_deadline(&calendar, until, now));
        context.missing = missing;
        let case = report.case.as_ref().map(|(case, _)| *case);
        let mail = ReporterMail {
            kind: MailKind::ReporterAsk,
            case,
            context,
            attachments: Vec::new(),
            dedupe: ask_key(report.id),
        };
        let asked = self.put_answer(tx, &report, mail, self.settings.reporter_mails).await?;
        if asked.is_some()
            && let Some(receipt) = mails::mail_by_dedupe(tx, &receipt_key(report.id)).await?
        {
            // One mail is enough, if the other has not left yet.
            let open = [MailState::Draft, MailState::Queued];
            let change = MailChange { error: Some("the question says it too"), ..MailChange::default() };
            tx.move_mail(receipt.id, &open, MailState::Cancelled, &change).await?;
        }
        Ok(asked)
    }

    /// Writes a mail to whoever sent `report`, if the manners between machines allow it.
    pub(super) async fn put_answer(
        &self,
        tx: &mut Tx,
        report: &ReportFacts,
        mail: ReporterMail,
        mode: Mode,
    ) -> Result<Option<MailId>, DeskError> {
        if mails::mail_by_dedupe(tx, &mail.dedupe).await?.is_some() {
            return Ok(None);
        }
        let signer = self.signer(tx).await?;
        let raw = store::raw::raw(tx, &report.raw_hash).await?;
        let asks = mail.kind == MailKind::ReporterAsk;
        let wanted = match policy::may_answer(report, &raw, &signer, &self.settings.copy_to, asks) {
            Ok(wanted) => wanted,
            Err(why) => return Ok(silent(report, why)),
        };
        let checks = store::checks::findings(tx, report.id).await?;
        let way = self.tracer.trace(policy::head(&raw), report.received_at, &[]);
        let traces = way.map(|way| Traces { checks, ..way });
        let forwarder = self.forwarder(tx, report.id).await?;
        let case = mail.case;
        let mut journal = |kind: &str, why: &str| {
            let detail = serde_json::json!({ "report": report.id, "why": why });
            tx.journal_at_commit(self.clock.now(), "rule:reporter-mails", kind, case, detail);
        };
        let instead = match sender::whom(&report.door, traces.as_ref(), wanted.to, forwarder.as_deref()) {
            Ok(instead) => instead,
            Err(why) => {
                journal("report.unanswered", sender::UNVOUCHED);
                return Ok(silent(report, why));
            }
        };
        let mut mail = mail;
        let mut wanted = wanted;
        if let Some(instead) = &instead {
            // Whoever asks for no answers gets none, by whatever way.
            if signer.is_own(&instead.to) || policy::is_machine_address(&instead.to) {
                return Ok(silent(report, Silence::MachineAddress));
            }
            journal("report.answered-instead", instead.why);
            wanted.to = &instead.to;
            mail.context.name = None;
        }
        if mail.kind != MailKind::ReporterOutcome
            && let Some(why) = self.enough(tx, report, wanted, mail.kind).await?
        {
            return Ok(silent(report, why));
        }
        self.put_reporter_mail(tx, &signer, report, wanted.to, mail, mode).await.map(Some)
    }

    /// Who passed a report on, as its reading has it.
    async fn forwarder(&self, tx: &mut Tx, report: ReportId) -> Result<Option<String>, DeskError> {
        let reading = store::screens::reading(tx, report).await?;
        Ok(reading.and_then(|reading| reading["forwarder"]["address"].as_str().map(str::to_owned)))
    }

    async fn put_reporter_mail(
        &self,
        tx: &mut Tx,
        signer: &Signer,
        report: &ReportFacts,
        to: &str,
        mut mail: ReporterMail,
        mode: Mode,
    ) -> Result<MailId, DeskError> {
        let id = MailId(tx.new_id().await?);
        let reply_to = signer.address(mail.case.map_or(Target::Report(report.id), Target::Reporter));
        mail.context.reply_address.clone_from(&reply_to);
        let number = mail.context.case_number.clone();
        let to_name = mail.context.name.clone();
        let lang = reporter_lang(report);
        let context = MailContext::Reporter(Box::new(mail.context));
        let rendered = numbered(self.templates.render(mail.kind, lang, &context)?, &number);
        let answers = report.message_id.clone();
        let head = Head {
            auto: Auto::Replied,
            to_name,
            // RFC 3834, section 3.1: an answer of a machine to a machine must not bring back another. A question or an
            // outcome that does not arrive is of interest, a receipt is not.
            envelope_from: (mail.kind != MailKind::ReporterReceipt).then(|| signer.address(Target::Mail(id))),
            references: answers.iter().cloned().collect(),
            in_reply_to: answers,
            dry_run: false,
            resellers: Vec::new(),
        };
        let draft = Draft {
            id,
            case: mail.case,
            report: Some(report.id),
            kind: mail.kind,
            audience: "reporter",
            to,
            reply_to,
            mail: rendered,
            attachments: mail.attachments,
            head,
            lang,
            dedupe: &mail.dedupe,
            mode,
            hold: SignedDuration::ZERO,
            actor: "rule:reporter-mails",
        };
        self.put_draft(tx, signer, draft).await?;
        Ok(id)
    }

    /// Whether this reporter has had enough mails for now. Takes a robot's one answer of the day.
    async fn enough(
        &self,
        tx: &mut Tx,
        report: &ReportFacts,
        wanted: policy::Wanted<'_>,
        kind: MailKind,
    ) -> Result<Option<Silence>, DeskError> {
        let now = self.clock.now();
        if wanted.robot {
            let day = now.to_zoned(self.calendar(tx).await?.zone().clone()).date().to_string();
            let Some(reporter) = &report.reporter else { return Ok(Some(Silence::NoAddress)) };
            return Ok((!tx.take_receipt_of_day(reporter.id, &day).await?).then_some(Silence::Enough));
        }
        let since = earlier(now, SignedDuration::from_hours(24));
        let written = mails::count_mails_to(tx, wanted.to, kind.name(), since).await?;
        Ok((written >= i64::from(self.settings.mail.receipts_per_day)).then_some(Silence::Enough))
    }

    /// What a reporter is told: his own words back, and nothing that our inventory knows.
    pub(super) async fn reporter_context(
        &self,
        query: &mut impl Query,
        report: &ReportFacts,
        case: Option<(CaseId, String)>,
    ) -> Result<ReporterContext, DeskError> {
        let (case, number) = case.map_or((None, format!("R-{}", report.id)), |(case, number)| (Some(case), number));
        let reported = facts::reported_in(query, report.id, case, 1).await?.into_iter().next();
        Ok(ReporterContext {
            case_number: number,
            provider: self.mail_provider(&self.calendar(query).await?),
            name: report.reporter.as_ref().and_then(|reporter| reporter.name.clone()),
            subject: report.subject.clone(),
            report_id: report.key.clone(),
            received_at: report.received_at,
            reported,
            category: report.category,
            request: request(report),
            missing: Vec::new(),
            fail2ban: report.format.as_deref() == Some(model::Format::Fail2ban.name()),
            deadline: None,
            exit: None,
            info_reason: None,
            reply_address: self.settings.provider.desk_mail.clone(),
            note: None,
        })
    }
}

fn silent(report: &ReportFacts, why: Silence) -> Option<MailId> {
    tracing::debug!(report = report.id.0, ?why, "no mail to this reporter");
    None
}

fn receipt_key(report: ReportId) -> String {
    format!("q{report}:receipt")
}

fn ask_key(report: ReportId) -> String {
    format!("q{report}:ask")
}

fn request(report: &ReportFacts) -> RequestKind {
    let name = report.request.clone().map(serde_json::Value::String);
    name.and_then(|name| serde_json::from_value(name).ok()).unwrap_or_default()
}

/// The language of the report, else the one that its sender's country reads.
pub(super) fn reporter_lang(report: &ReportFacts) -> Lang {
    let japanese =
        || report.reporter.as_ref().is_some_and(|reporter| reporter.address.to_ascii_lowercase().ends_with(".jp"));
    report.lang.unwrap_or_else(|| if japanese() { Lang::Ja } else { Lang::En })
}
