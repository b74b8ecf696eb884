//! Mails to customers and to the resellers between us and them.

use jiff::{SignedDuration, Timestamp};
use model::calendar::Calendar;
use model::measure::Justification;
use model::{CaseId, CauseClass, Customer, Lane, Lang, MailId, MeasureId};
use store::cases::CaseRow;
use store::inventory::read;
use store::measures::MeasureRow;
use store::notices::{self as facts, CaseFacts, ContractFacts, Seen};
use store::{Query, Tx, mails, messages};
use text::mail::{Addressee, Audience, CustomerContext, Deadline, MailContext, MailKind, MeasureFacts, RenderedMail};

use super::address::Target;
use super::draft::{Auto, Draft, Head, MAX_REFERENCES, careful, is_person, later, numbered};
use super::evidence::{self, Evidence};
use super::redact::Redactor;
use crate::pipeline::parse_place;
use crate::why::reasons;
use crate::{Desk, DeskError, Mode, Why};

/// Time to object in the rights lane (the seven days of the procedure for stopping transmission).
const RIGHTS_TIME: SignedDuration = SignedDuration::from_hours(7 * 24);
/// `deadline_kind` of a deadline for the customer; the other is `desk`.
pub(super) const CUSTOMER: &str = "customer";
/// Business days up to which a deadline is named as so many business days.
const MAX_NAMED_DAYS: u32 = 30;

/// Why nothing is written to the customer; each is put before a person, none stops the work on other cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withheld {
    /// No contract is known.
    NoContract,
    /// Neither the customer nor a reseller above has an address.
    NoAddress,
    /// Nothing that was seen is dated and lies within the time in which this contract held the place (A58).
    NoEvidence,
    /// A mail that judges the customer, and the cause is not set to deliberate (D02).
    NotDeliberate,
}

impl Withheld {
    /// Stable name, in the journal.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoContract => "no-contract",
            Self::NoAddress => "no-address",
            Self::NoEvidence => "no-dated-evidence-of-this-contract",
            Self::NotDeliberate => "cause-not-deliberate",
        }
    }

    /// What it says to a person.
    fn why(self) -> Why {
        match self {
            Self::NoContract => reasons::withheld_no_contract(),
            Self::NoAddress => reasons::withheld_no_address(),
            Self::NoEvidence => reasons::withheld_no_evidence(),
            Self::NotDeliberate => reasons::withheld_not_deliberate(),
        }
    }
}

/// What mail is wanted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish {
    pub(super) kind: MailKind,
    /// Language; the recipient's own if absent.
    pub(super) lang: Option<Lang>,
    /// The measure that it tells of; the latest if absent.
    pub(super) measure: Option<MeasureId>,
}

impl Wish {
    const fn of(kind: MailKind) -> Self {
        Self { kind, lang: None, measure: None }
    }
}

/// What a mail is worded from besides its evidence.
struct Ground<'a> {
    case: &'a CaseFacts,
    contract: &'a ContractFacts,
    recipient: &'a Recipient,
    calendar: &'a Calendar,
    measure: Option<MeasureId>,
}

/// A mail to a customer or reseller, worded but not written down.
pub(super) struct Letter {
    pub(super) case: CaseFacts,
    pub(super) kind: MailKind,
    pub(super) to: String,
    pub(super) lang: Lang,
    pub(super) resellers: Vec<Customer>,
    pub(super) context: CustomerContext,
    pub(super) redactor: Redactor,
    pub(super) calendar: Calendar,
}

/// Who gets it.
struct Recipient {
    to: String,
    name: String,
    lang: Lang,
    /// Resellers above the customer, nearest first.
    chain: Vec<Customer>,
    reseller: bool,
}

impl Desk {
    /// Writes a mail of `kind` to the customer of `case`, or to the nearest reseller with a desk, once in each round: the
    /// same kind is written again only after the customer has answered or the case was reopened.
    ///
    /// Nothing comes back if it is there already or cannot be written; the second is journalled with its reason and marks
    /// the case for a person. `mode` is held back by the settings.
    pub async fn write_customer_mail(
        &self,
        tx: &mut Tx,
        case: CaseId,
        kind: MailKind,
        mode: Mode,
        actor: &str,
    ) -> Result<Option<MailId>, DeskError> {
        let Some(dedupe) = self.round(tx, case, kind, actor).await? else { return Ok(None) };
        self.write_letter(tx, case, Wish::of(kind), &dedupe, careful(mode, self.settings.notices), actor).await
    }

    /// Tells the customer of a measure that is in force, once for each measure, whatever else this round has told him.
    ///
    /// It goes out at once also where notices wait for a person: who approved the measure has decided that the customer
    /// feels it, and he is to learn why within minutes (B31). A dry run of the notices shows it only.
    pub(crate) async fn write_measure_mail(
        &self,
        tx: &mut Tx,
        measure: &MeasureRow,
        kind: MailKind,
        actor: &str,
    ) -> Result<Option<MailId>, DeskError> {
        let (case, id) = (measure.case, measure.id);
        let dedupe = format!("c{case}:{kind}:m{id}");
        if mails::mail_by_dedupe(tx, &dedupe).await?.is_some() {
            return Ok(None);
        }
        let mode = if self.settings.notices == Mode::DryRun { Mode::DryRun } else { Mode::Act };
        let wish = Wish { measure: Some(id), ..Wish::of(kind) };
        self.write_letter(tx, case, wish, &dedupe, mode, actor).await
    }

    async fn write_letter(
        &self,
        tx: &mut Tx,
        case: CaseId,
        wish: Wish,
        dedupe: &str,
        mode: Mode,
        actor: &str,
    ) -> Result<Option<MailId>, DeskError> {
        let letter = match self.letter(tx, case, wish).await? {
            Ok(letter) => letter,
            Err(why) => return self.withhold(tx, case, dedupe, why, actor).await.map(|()| None),
        };
        let mail = MailId(tx.new_id().await?);
        self.put_letter(tx, letter, mail, dedupe, mode, actor).await
    }

    /// The mail of `kind` as it would be written to the customer of `case` now, in `lang` if one is named.
    pub async fn preview(&self, case: CaseId, kind: MailKind, lang: Option<Lang>) -> Result<RenderedMail, DeskError> {
        let letter = self
            .letter(&mut &self.store, case, Wish { lang, ..Wish::of(kind) })
            .await?
            .map_err(|why| DeskError::State(reasons::mail_cannot_be_written(kind, case, why.why())))?;
        self.word(&letter)
    }

    /// The key of this mail in this round; nothing if it is written already.
    async fn round(&self, tx: &mut Tx, case: CaseId, kind: MailKind, actor: &str) -> Result<Option<String>, DeskError> {
        let reopened = facts::case_facts(tx, case).await?.reopened;
        let answers = messages::count_answers(tx, case).await?;
        let key = format!("c{case}:{kind}:{reopened}.{answers}");
        let Some(first) = mails::mail_by_dedupe(tx, &key).await? else { return Ok(Some(key)) };
        // A person may write again what he took back or what did not arrive; a rule may not.
        if !is_person(actor) || !first.state.may_be_written_again() {
            return Ok(None);
        }
        for again in 2..100 {
            let key = format!("{key}.{again}");
            match mails::mail_by_dedupe(tx, &key).await? {
                None => return Ok(Some(key)),
                Some(mail) if !mail.state.may_be_written_again() => return Ok(None),
                Some(_) => {}
            }
        }
        Ok(None)
    }

    async fn withhold(
        &self,
        tx: &mut Tx,
        case: CaseId,
        mail: &str,
        why: Withheld,
        actor: &str,
    ) -> Result<(), DeskError> {
        let now = self.clock.now();
        let detail = serde_json::json!({ "mail": mail, "reason": why.name() });
        // Said once: rules and clocks ask again and again.
        if facts::is_journalled(tx, case, "mail.withheld", &detail).await? {
            return Ok(());
        }
        tx.change_case(case, now, |row| !std::mem::replace(&mut row.unread, true)).await?;
        tx.journal_at_commit(now, actor, "mail.withheld", Some(case), detail);
        Ok(())
    }

    /// Gathers and decides everything about a mail, and words nothing yet.
    pub(super) async fn letter(
        &self,
        query: &mut impl Query,
        case: CaseId,
        wish: Wish,
    ) -> Result<Result<Letter, Withheld>, DeskError> {
        let kind = wish.kind;
        if kind.audience() == Audience::Reporter {
            return Err(DeskError::Invalid(reasons::mail_to_reporter(kind)));
        }
        let case = facts::case_facts(query, case).await?;
        let Some(contract) = case.contract.clone() else { return Ok(Err(Withheld::NoContract)) };
        if kind.judges() && case.cause != CauseClass::Deliberate {
            return Ok(Err(Withheld::NotDeliberate));
        }
        let Some(recipient) = recipient(query, &contract.customer).await? else { return Ok(Err(Withheld::NoAddress)) };
        let seen = facts::seen_in(query, case.id).await?;
        let held = facts::held_by(query, contract.id, &evidence::wider_subjects(&seen)).await?;
        let redactor = redactor(query, &case, &seen).await?;
        let evidence = evidence::gather(&seen, &held, &redactor);
        let to_reseller = recipient.reseller && (kind.is_notice() || kind == MailKind::ResellerForward);
        let kind = if to_reseller { MailKind::ResellerForward } else { kind };
        if evidence.count == 0 && (kind.is_notice() || kind == MailKind::ResellerForward) {
            return Ok(Err(Withheld::NoEvidence));
        }
        let lang = wish.lang.unwrap_or(recipient.lang);
        let calendar = self.calendar(query).await?;
        let ground = Ground {
            case: &case,
            contract: &contract,
            recipient: &recipient,
            calendar: &calendar,
            measure: wish.measure,
        };
        let context = self.context(query, &ground, evidence, kind).await?;
        let Recipient { to, chain, .. } = recipient;
        Ok(Ok(Letter { case, kind, to, lang, resellers: chain, context, redactor, calendar }))
    }

    async fn context(
        &self,
        query: &mut impl Query,
        ground: &Ground<'_>,
        evidence: Evidence,
        kind: MailKind,
    ) -> Result<CustomerContext, DeskError> {
        let now = self.clock.now();
        let Ground { case, contract, recipient, calendar, measure } = *ground;
        let measure = measure_facts(query, case.id, measure).await?;
        let repeats = facts::repeats_of(query, contract.id, case.category, case.opened_at).await?;
        let running = case.deadline_at.filter(|at| *at > now && case.deadline_kind.as_deref() == Some(CUSTOMER));
        let deadline = running.unwrap_or_else(|| self.answer_deadline(calendar, case.lane, now));
        let asks = kind.is_notice() || kind == MailKind::ResellerForward;
        Ok(CustomerContext {
            case_number: case.number.clone(),
            provider: self.mail_provider(calendar),
            customer: Addressee { name: recipient.name.clone() },
            contract: text::mail::ContractFacts {
                key: contract.key.clone(),
                plan: contract.plan.clone(),
                service: contract.service,
                control: contract.control,
            },
            place: parse_place(&case.place),
            port: evidence.port,
            category: case.category,
            severity: case.severity,
            cause: case.cause,
            received_at: case.opened_at,
            report_count: u64::try_from(case.reports).unwrap_or(1).max(1),
            events: evidence.events,
            event_count: evidence.count,
            disclaimed: evidence.disclaimed,
            first_seen: evidence.first,
            last_seen: evidence.last,
            deadline: asks.then(|| named_deadline(calendar, deadline, now)),
            dry_run: measure.as_ref().is_some_and(|(_, dry_run)| *dry_run),
            measure: measure.map(|(measure, _)| measure),
            clause: case.exit_clause.clone(),
            repeats: u32::try_from(repeats).unwrap_or(u32::MAX).max(1),
            exit: case.exit,
            reply_address: self.settings.provider.desk_mail.clone(),
            note: None,
        })
    }

    /// The words of a mail, with the questions that the desk asks of every customer (D52).
    pub(super) fn word(&self, letter: &Letter) -> Result<RenderedMail, DeskError> {
        let context = match letter.kind.audience() {
            Audience::Reseller => MailContext::Reseller(Box::new(letter.context.clone())),
            Audience::Customer | Audience::Reporter => MailContext::Customer(Box::new(letter.context.clone())),
        };
        let mut mail = self.templates.render(letter.kind, letter.lang, &context)?;
        if letter.context.deadline.is_some() {
            mail.body.push('\n');
            mail.body.push_str(&super::answers::questionnaire(letter.lang));
        }
        Ok(numbered(mail, &letter.case.number))
    }

    async fn put_letter(
        &self,
        tx: &mut Tx,
        mut letter: Letter,
        id: MailId,
        dedupe: &str,
        mode: Mode,
        actor: &str,
    ) -> Result<Option<MailId>, DeskError> {
        let signer = self.signer(tx).await?;
        let case = letter.case.id;
        let reply_to = signer.address(Target::Customer(case));
        letter.context.reply_address.clone_from(&reply_to);
        if let Some(deadline) = letter.context.deadline.as_ref().filter(|_| mode != Mode::DryRun) {
            // The clock of the mail is the clock of the case: one that passed or was paused starts anew.
            let at = deadline.at;
            let set = |row: &mut CaseRow| {
                let new = (Some(at), Some(CUSTOMER.to_owned()));
                let changed = (&row.deadline_at, &row.deadline_kind) != (&new.0, &new.1);
                (row.deadline_at, row.deadline_kind) = new;
                changed
            };
            tx.change_case(case, self.clock.now(), set).await?;
        }
        let references = self.references(tx, case).await?;
        let attachments = self.summary(tx, &letter).await?.into_iter().collect();
        let mail = self.word(&letter)?;
        let head = Head {
            auto: if is_person(actor) { Auto::No } else { Auto::Generated },
            to_name: Some(letter.context.customer.name.clone()),
            envelope_from: Some(signer.address(Target::Mail(id))),
            in_reply_to: references.last().cloned(),
            references,
            dry_run: false,
            resellers: letter.resellers.iter().map(|party| party.key.clone()).collect(),
        };
        let audience = if letter.resellers.iter().any(|party| party.desk_mail.as_deref() == Some(&letter.to)) {
            Audience::Reseller
        } else {
            Audience::Customer
        };
        let draft = Draft {
            id,
            case: Some(case),
            report: None,
            kind: letter.kind,
            audience: audience.name(),
            to: &letter.to,
            reply_to,
            mail,
            attachments,
            head,
            lang: letter.lang,
            dedupe,
            mode,
            hold: SignedDuration::from_secs(self.settings.mail.undo_seconds.into()),
            actor,
        };
        self.put_draft(tx, &signer, draft).await
    }

    /// The customer's side of the conversation so far.
    async fn references(&self, tx: &mut Tx, case: CaseId) -> Result<Vec<String>, DeskError> {
        let mut ids: Vec<String> = mails::mails_of(tx, case)
            .await?
            .into_iter()
            .filter(|mail| mail.audience != Audience::Reporter.name() && mail.sent_at.is_some())
            .map(|mail| mail.message_id)
            .collect();
        let surplus = ids.len().saturating_sub(MAX_REFERENCES);
        ids.drain(..surplus);
        Ok(ids)
    }

    /// The deadline that a customer gets where the playbook named none.
    fn answer_deadline(&self, calendar: &Calendar, lane: Lane, now: Timestamp) -> Timestamp {
        match lane {
            Lane::Abuse => calendar.deadline(now, self.settings.mail.answer_days),
            Lane::Rights => later(now, RIGHTS_TIME),
        }
    }

    /// The provider as the templates know it.
    pub(super) fn mail_provider(&self, calendar: &Calendar) -> text::mail::Provider {
        let own = &self.settings.provider;
        text::mail::Provider {
            name: own.name.clone(),
            name_en: None,
            desk_mail: own.desk_mail.clone(),
            phone: own.phone.clone(),
            url: None,
            terms_url: own.terms_url.clone(),
            zone: calendar.zone().iana_name().unwrap_or("Asia/Tokyo").to_owned(),
        }
    }
}

/// The deadline with the business days it was counted in, if it was.
pub(super) fn named_deadline(calendar: &Calendar, at: Timestamp, now: Timestamp) -> Deadline {
    let business_days = (1..=MAX_NAMED_DAYS).find(|days| calendar.deadline(now, *days) == at);
    Deadline { at, business_days }
}

/// The nearest reseller with a desk, at most three levels up, else the customer (D40).
async fn recipient(query: &mut impl Query, customer: &Customer) -> Result<Option<Recipient>, DeskError> {
    let chain = read::reseller_chain(query, customer.id).await?.split_off(1);
    let desk =
        chain.iter().find(|party| party.desk_mail.as_deref().is_some_and(|mail| !mail.trim().is_empty())).cloned();
    let (party, to, reseller) = match desk {
        Some(party) => (party.clone(), party.desk_mail, true),
        None => (customer.clone(), customer.mail.clone().or_else(|| customer.desk_mail.clone()), false),
    };
    let usable = to.filter(|to| to.parse::<lettre::Address>().is_ok());
    Ok(usable.map(|to| Recipient { to, name: party.name, lang: party.lang, chain, reseller }))
}

/// Knows what is the customer's own and who reported.
async fn redactor(query: &mut impl Query, case: &CaseFacts, seen: &[Seen]) -> Result<Redactor, DeskError> {
    let mut redactor = Redactor::default();
    for one in seen.iter().map(evidence::observation) {
        redactor.addresses.extend(one.address());
        redactor.hosts.extend(one.host().map(|host| host.to_lowercase()));
        redactor.accounts.extend(one.account.map(|account| account.to_lowercase()));
    }
    redactor.addresses.sort_unstable();
    redactor.addresses.dedup();
    for list in [&mut redactor.hosts, &mut redactor.accounts] {
        list.sort_unstable();
        list.dedup();
    }
    for reporter in facts::reports_of(query, case.id, 200).await?.into_iter().filter_map(|report| report.reporter) {
        for text in [Some(reporter.address), reporter.name, reporter.domain].into_iter().flatten() {
            redactor.hide(&text);
        }
    }
    Ok(redactor)
}

async fn measure_facts(
    query: &mut impl Query,
    case: CaseId,
    measure: Option<MeasureId>,
) -> Result<Option<(MeasureFacts, bool)>, DeskError> {
    let Some(row) = facts::told_measure(query, case, measure).await? else { return Ok(None) };
    let why: Justification = row.json("justification")?;
    let Some(basis) = why.basis else { return Ok(None) };
    let facts = MeasureFacts {
        kind: row.parse("kind")?,
        basis,
        reference: why.reference,
        purpose: why.purpose,
        started_at: row.opt_time("acted_at")?,
        ends_at: row.opt_time("ends_at")?.or(why.ends_at),
        undo_how: None,
    };
    Ok(Some((facts, row.flag("dry_run")?)))
}
