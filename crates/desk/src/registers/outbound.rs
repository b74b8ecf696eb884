//! Reports to other operators: only with every field that they need, as XARF and in words (D46).

use model::{CaseId, EventTime, Lang, MailId, ObservationId, Permission};
use serde_json::json;
use store::mails::{MailState, NewMail};
use store::registers::OutboundRow;
use text::{t, ta};

use super::form::{ConnectionForm, FormLack, LOG_BEGIN, LOG_END};
use super::xarf::OUTBOUND_CATEGORIES;
use crate::notices::{Attachment, Auto, Head};
use crate::why::reasons;
use crate::{Actor, Desk, DeskError, Mode, Said};

/// A report to another operator.
#[derive(Debug, Clone, PartialEq)]
pub struct NewOutbound {
    /// The form.
    pub form: ConnectionForm,
    /// The other operator's address.
    pub to: String,
    /// The case it comes from.
    pub case: Option<CaseId>,
    /// In which language.
    pub lang: Lang,
}

/// A connection as a report to us tells of it: what a report to another operator is filled with (B29), and what we are
/// asked with (D47).
#[derive(Debug, Clone, PartialEq)]
pub struct Sighting {
    /// The case that it belongs to.
    pub case: Option<CaseId>,
    /// The form, as far as the report fills it.
    pub form: ConnectionForm,
    /// Whether it came from one of our own addresses.
    pub ours: bool,
}

impl Sighting {
    /// Whether another operator can be told: not of our own addresses, and only of what a connection shows by itself.
    pub fn reportable(&self) -> bool {
        !self.ours && OUTBOUND_CATEGORIES.contains(&self.form.category)
    }
}

impl Desk {
    /// The form as the report that an observation was read from fills it.
    pub async fn sighting(&self, observation: ObservationId) -> Result<Sighting, DeskError> {
        let row = store::observations::observation(&mut &self.store, observation).await?;
        let reading = store::screens::reading(&mut &self.store, row.report).await?.unwrap_or_default();
        let text = reading["text"].as_str().unwrap_or_default();
        let form = ConnectionForm::from_report(&row.seen, text);
        Ok(Sighting { case: row.case, ours: self.is_ours(&form).await?, form })
    }

    /// Writes a report to another operator into the register and the outbox. Refused while the form lacks anything; in a
    /// dry run of notices the mail is a draft that never leaves.
    pub async fn send_outbound(&self, new: NewOutbound, actor: &Actor) -> Result<OutboundRow, DeskError> {
        actor.must(Permission::WorkCases)?;
        check(&new)?;
        if self.is_ours(&new.form).await? {
            // To tell somebody else would be to tell who holds which address here.
            return Err(DeskError::Invalid(reasons::source_is_ours()));
        }
        if let Some(case) = new.case {
            store::cases::case(&mut &self.store, case).await?;
        }
        let now = self.clock.now();
        let uuid = uuid()?;
        let xarf = new
            .form
            .to_xarf(&self.settings.provider, &uuid, now)
            .ok_or_else(|| DeskError::Invalid(reasons::no_xarf()))?;
        let dry_run = self.settings.notices == Mode::DryRun;
        let mut tx = self.store.begin().await?;
        let mail = MailId(tx.new_id().await?);
        let year = now.to_zoned(text::wording::tokyo()).year();
        let row = OutboundRow {
            id: 0,
            number: String::new(),
            case: new.case,
            at: now,
            actor: actor.name.clone(),
            to: new.to.clone(),
            form: json!(new.form),
            mail: Some(mail),
        };
        let row = tx.insert_outbound(&row, year).await?;
        let signer = self.signer(&mut tx).await?;
        let own = &self.settings.provider.desk_mail;
        let head = Head { auto: Auto::No, envelope_from: Some(own.clone()), dry_run, ..Head::default() };
        let file = Attachment {
            name: "xarf.json".to_owned(),
            mime: "application/json".to_owned(),
            text: serde_json::to_string_pretty(&xarf).map_err(DeskError::unreadable)?,
        };
        tx.put_mail(&NewMail {
            id: mail,
            case: new.case,
            report: None,
            kind: "outbound-report",
            audience: "operator",
            to: &new.to,
            from: &signer.desk_mail(),
            reply_to: Some(own),
            subject: &subject(&new, &row.number),
            body: &self.outbound_body(&new, &row.number),
            attachments: Some(&json!([file])),
            headers: &json!(head),
            lang: new.lang,
            message_id: &signer.message_id(mail),
            dedupe: &format!("outbound:{}", row.number),
            state: if dry_run { MailState::Draft } else { MailState::Queued },
            not_before: now,
            at: now,
            basis: Some(&actor.name),
        })
        .await?;
        let detail = json!({
            "number": row.number, "category": new.form.category, "report_id": uuid, "mail": mail, "dry_run": dry_run,
        });
        tx.journal_at_commit(now, &actor.name, "outbound.sent", new.case, detail);
        tx.commit().await?;
        Ok(row)
    }

    /// Whether the form accuses one of our own addresses.
    async fn is_ours(&self, form: &ConnectionForm) -> Result<bool, DeskError> {
        let Some(source) = form.source_ip else { return Ok(false) };
        let own = store::inventory::read::own_prefixes(&mut &self.store).await?;
        Ok(own.iter().any(|(net, _)| net.contains(&source)))
    }

    fn outbound_body(&self, new: &NewOutbound, number: &str) -> String {
        let (form, lang) = (&new.form, new.lang);
        let own = &self.settings.provider;
        let end = |ip: Option<std::net::IpAddr>, port: Option<u16>| match (ip, port) {
            (Some(ip), Some(port)) if ip.is_ipv6() => format!("[{ip}]:{port}"),
            (Some(ip), Some(port)) => format!("{ip}:{port}"),
            (Some(ip), None) => ip.to_string(),
            (None, _) => String::new(),
        };
        let protocol =
            form.transport.map(|transport| json!(transport)).and_then(|name| Some(name.as_str()?.to_uppercase()));
        let mut lines = vec![ta(lang, "outbound-greeting", &[("provider", own.name.as_str().into())]), String::new()];
        let mut field = |key: &str, value: String| lines.push(format!("{}: {value}", t(lang, key)));
        field("outbound-number", number.to_owned());
        field("outbound-category", t(lang, &format!("category-{}", form.category)));
        field("outbound-source", end(form.source_ip, form.source_port));
        field("outbound-target", end(form.target_ip, form.target_port));
        field("outbound-protocol", protocol.unwrap_or_default());
        field("outbound-time", stated_time(form, lang));
        if let Some(count) = form.count {
            field("outbound-count", text::wording::number(count));
        }
        lines.extend([String::new(), t(lang, "outbound-log"), LOG_BEGIN.to_owned()]);
        lines.extend(form.log.iter().cloned());
        lines.extend([LOG_END.to_owned(), String::new(), t(lang, "outbound-ask"), String::new()]);
        lines.push(own.name.clone());
        lines.push(own.desk_mail.clone());
        lines.join("\n") + "\n"
    }
}

fn subject(new: &NewOutbound, number: &str) -> String {
    let category = t(new.lang, &format!("category-{}", new.form.category));
    let ip = new.form.source_ip.map(|ip| ip.to_string()).unwrap_or_default();
    let values = [("category", category.into()), ("ip", ip.into()), ("number", number.into())];
    text::wording::clean(&ta(new.lang, "outbound-subject", &values), 150)
}

/// The time in the zone of the log and in UTC, and how sure it is (D48).
fn stated_time(form: &ConnectionForm, lang: Lang) -> String {
    let (Some(at), Some(zone)) = (form.at, form.zone.as_deref()) else { return String::new() };
    let Some(offset) = super::form::offset(zone) else { return String::new() };
    let stamp = at.display_with_offset(offset).to_string();
    let time = EventTime { original: None, ..EventTime::zoned(at, zone, "") };
    format!("{stamp} (UTC {at}; {})", text::wording::zone_statement(lang, &time))
}

fn check(new: &NewOutbound) -> Result<(), DeskError> {
    if !OUTBOUND_CATEGORIES.contains(&new.form.category) {
        let known = Said::fields("category", OUTBOUND_CATEGORIES.iter().map(|category| category.name()));
        return Err(DeskError::Invalid(reasons::not_reported_outside(new.form.category, known)));
    }
    let lacks = new.form.lacks();
    if !lacks.is_empty() {
        let lacks = Said::fields("form-lack", lacks.into_iter().map(FormLack::name));
        return Err(DeskError::Invalid(reasons::outbound_lacks(lacks)));
    }
    if new.to.parse::<lettre::Address>().is_err() {
        return Err(DeskError::Invalid(reasons::operator_address_wrong()));
    }
    Ok(())
}

/// A random UUID (RFC 9562, version 4).
fn uuid() -> Result<String, DeskError> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(DeskError::no_randomness)?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    Ok(format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]))
}
