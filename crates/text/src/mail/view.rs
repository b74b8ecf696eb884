//! The facts of a mail as its template sees them: in its language, defanged, cleaned and bounded.
//!
//! Absent facts are `none`; a template asks with `{% if … %}` before it prints one.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use minijinja::value::Serde;
use model::{Lang, Observation, RequestKind};
use serde::Serialize;

use super::context::{CustomerContext, Event, MailContext, MeasureFacts, Provider, ReporterContext};
use super::kind::Family;
use crate::catalogue::t;
use crate::wording::{
    self, clean, date_mail, defang_host, defang_url, is_hidden, service_name, stamp_mail, stamp_mail_seconds, tokyo,
    zone_statement,
};

/// Most events that a mail shows.
const MAX_EVENTS: usize = 20;
/// Most lines of one excerpt, and of the operator's paragraph.
const MAX_LINES: usize = 20;
/// Longest line of an excerpt, characters.
const MAX_LINE: usize = 240;

/// What is printed under a name, and the stable name to compare with.
#[derive(Serialize)]
struct Named {
    key: &'static str,
    name: String,
}

impl Named {
    fn new(lang: Lang, prefix: &str, key: &'static str) -> Self {
        Self { key, name: t(lang, &format!("{prefix}-{key}")) }
    }
}

#[derive(Serialize)]
struct ProviderView {
    name: String,
    desk_mail: String,
    phone: Option<String>,
    url: Option<String>,
    terms_url: Option<String>,
}

#[derive(Serialize)]
struct CategoryView {
    key: &'static str,
    name: String,
    group: String,
    family: &'static str,
    causes: String,
    measures: String,
}

#[derive(Serialize)]
struct ContractView {
    key: String,
    plan: String,
    service: &'static str,
    service_name: String,
    control: &'static str,
}

#[derive(Serialize)]
struct DeadlineView {
    at: String,
    date: String,
    business_days: Option<u32>,
}

#[derive(Serialize)]
struct MeasureView {
    kind: Named,
    basis: Named,
    ground: String,
    reference: String,
    purpose: String,
    started_at: Option<String>,
    ends_at: Option<String>,
    undo_how: Option<String>,
}

#[derive(Serialize)]
struct EventLine {
    at_local: Option<String>,
    at_utc: Option<String>,
    original_time: Option<String>,
    zone: Option<String>,
    uncertainty_s: Option<i64>,
    time_statement: Option<String>,
    ip: Option<String>,
    port: Option<String>,
    target_port: Option<String>,
    target_service: Option<&'static str>,
    url_defanged: Option<String>,
    domain: Option<String>,
    account: Option<String>,
    count: Option<u64>,
    explained: Option<String>,
    log: Vec<String>,
}

/// What templates for customers and resellers can print.
#[derive(Serialize)]
struct CustomerView {
    case_number: String,
    provider: ProviderView,
    customer: AddresseeView,
    contract: ContractView,
    subject: String,
    category: CategoryView,
    severity: Named,
    cause: Named,
    received_at: String,
    report_count: u64,
    events: Vec<EventLine>,
    event_count: u64,
    events_left: u64,
    disclaimed: bool,
    first_seen: Option<String>,
    last_seen: Option<String>,
    deadline: Option<DeadlineView>,
    measure: Option<MeasureView>,
    clause: Option<String>,
    repeats: u32,
    exit: Option<Named>,
    reply_address: String,
    note: Option<String>,
    dry_run: bool,
    defanged: bool,
}

#[derive(Serialize)]
struct AddresseeView {
    name: String,
}

#[derive(Serialize)]
struct MissingView {
    key: &'static str,
    name: String,
    why: String,
}

#[derive(Serialize)]
struct ReporterView {
    case_number: String,
    provider: ProviderView,
    name: Option<String>,
    subject: Option<String>,
    report_id: Option<String>,
    received_at: String,
    reported: Option<String>,
    category: Option<CategoryView>,
    asks_identity: bool,
    missing: Vec<MissingView>,
    fail2ban: bool,
    deadline: Option<DeadlineView>,
    exit: Option<Named>,
    info_reason: Option<Named>,
    reply_address: String,
    note: Option<String>,
}

/// The view of `context` in `lang`, ready for the engine.
pub(super) fn view(lang: Lang, context: &MailContext) -> minijinja::Value {
    match context {
        MailContext::Customer(facts) | MailContext::Reseller(facts) => {
            minijinja::Value::from(Serde(customer(lang, facts)))
        }
        MailContext::Reporter(facts) => minijinja::Value::from(Serde(reporter(lang, facts))),
    }
}

fn customer(lang: Lang, facts: &CustomerContext) -> CustomerView {
    let zone = zone(&facts.provider);
    let at = |time: Timestamp| stamp_mail(lang, time, &zone);
    let shown = &facts.events[..facts.events.len().min(MAX_EVENTS)];
    CustomerView {
        case_number: clean(&facts.case_number, 40),
        provider: provider(lang, &facts.provider),
        customer: AddresseeView { name: clean(&facts.customer.name, 100) },
        contract: ContractView {
            key: clean(&facts.contract.key, 80),
            plan: clean(&facts.contract.plan, 80),
            service: facts.contract.service.name(),
            service_name: t(lang, &format!("service-{}", facts.contract.service)),
            control: facts.contract.control.name(),
        },
        subject: wording::place(lang, &facts.place, facts.port, true),
        category: category(lang, facts.category),
        severity: Named::new(lang, "severity", facts.severity.name()),
        cause: Named::new(lang, "cause", facts.cause.name()),
        received_at: at(facts.received_at),
        report_count: facts.report_count,
        events: shown.iter().map(|event| event_line(lang, event, &zone)).collect(),
        event_count: facts.event_count,
        events_left: facts.event_count.saturating_sub(shown.len() as u64),
        disclaimed: facts.disclaimed,
        first_seen: facts.first_seen.map(at),
        last_seen: facts.last_seen.map(at),
        deadline: facts.deadline.as_ref().map(|deadline| DeadlineView {
            at: at(deadline.at),
            date: date_mail(lang, deadline.at, &zone),
            business_days: deadline.business_days,
        }),
        measure: facts.measure.as_ref().map(|measure| measure_view(lang, measure, &zone)),
        clause: line(facts.clause.as_deref()),
        repeats: facts.repeats,
        exit: facts.exit.map(|exit| Named::new(lang, "exit", exit.name())),
        reply_address: clean(&facts.reply_address, 320),
        note: paragraph(facts.note.as_deref()),
        dry_run: facts.dry_run,
        defanged: facts.events.iter().any(|event| event.url.is_some() || event.domain.is_some())
            || matches!(facts.place, model::Place::Site(_)),
    }
}

fn reporter(lang: Lang, facts: &ReporterContext) -> ReporterView {
    let zone = zone(&facts.provider);
    ReporterView {
        case_number: clean(&facts.case_number, 40),
        provider: provider(lang, &facts.provider),
        name: line(facts.name.as_deref()),
        subject: line(facts.subject.as_deref()),
        report_id: line(facts.report_id.as_deref()),
        received_at: stamp_mail(lang, facts.received_at, &zone),
        reported: line(facts.reported.as_deref()).map(|text| defang_reported(&text)),
        category: facts.category.map(|kind| category(lang, kind)),
        asks_identity: facts.request != RequestKind::Stop,
        missing: facts
            .missing
            .iter()
            .map(|missing| MissingView {
                key: missing.name(),
                name: t(lang, &format!("missing-{missing}")),
                why: t(lang, &format!("missing-{missing}.why")),
            })
            .collect(),
        fail2ban: facts.fail2ban,
        deadline: facts.deadline.as_ref().map(|deadline| DeadlineView {
            at: stamp_mail(lang, deadline.at, &zone),
            date: date_mail(lang, deadline.at, &zone),
            business_days: deadline.business_days,
        }),
        exit: facts.exit.map(|exit| Named::new(lang, "exit", exit.name())),
        info_reason: facts.info_reason.map(|reason| Named::new(lang, "info-reason", reason.name())),
        reply_address: clean(&facts.reply_address, 320),
        note: paragraph(facts.note.as_deref()),
    }
}

/// A plain address is no link and stays readable; URLs and names lose their teeth.
fn defang_reported(text: &str) -> String {
    if text.contains("://") {
        defang_url(text)
    } else if text.parse::<std::net::IpAddr>().is_ok() || text.contains(' ') {
        text.to_owned()
    } else {
        defang_host(text)
    }
}

fn zone(provider: &Provider) -> TimeZone {
    TimeZone::get(&provider.zone).unwrap_or_else(|_| tokyo())
}

fn provider(lang: Lang, facts: &Provider) -> ProviderView {
    let name = match lang {
        Lang::Ja => &facts.name,
        Lang::En => facts.name_en.as_ref().unwrap_or(&facts.name),
    };
    ProviderView {
        name: clean(name, 100),
        desk_mail: clean(&facts.desk_mail, 320),
        phone: line(facts.phone.as_deref()),
        url: line(facts.url.as_deref()),
        terms_url: line(facts.terms_url.as_deref()),
    }
}

fn category(lang: Lang, category: model::Category) -> CategoryView {
    let family = Family::of(category).name();
    CategoryView {
        key: category.name(),
        name: t(lang, &format!("category-{category}")),
        group: t(lang, &format!("group-{}", category.group().name())),
        family,
        causes: format!("parts/causes-{family}"),
        measures: format!("parts/measures-{family}"),
    }
}

fn measure_view(lang: Lang, facts: &MeasureFacts, zone: &TimeZone) -> MeasureView {
    MeasureView {
        kind: Named::new(lang, "mail-measure", facts.kind.name()),
        basis: Named::new(lang, "basis", facts.basis.name()),
        ground: t(lang, &format!("mail-basis-{}", facts.basis)),
        reference: clean(&facts.reference, 300),
        purpose: clean(&facts.purpose, 500),
        started_at: facts.started_at.map(|at| stamp_mail(lang, at, zone)),
        ends_at: facts.ends_at.map(|at| stamp_mail(lang, at, zone)),
        undo_how: paragraph(facts.undo_how.as_deref()),
    }
}

fn event_line(lang: Lang, event: &Event, zone: &TimeZone) -> EventLine {
    let time = event.time.as_ref();
    EventLine {
        at_local: time.map(|time| stamp_mail_seconds(lang, time.at, zone)),
        at_utc: time.map(|time| wording::stamp_seconds(time.at, &TimeZone::UTC)),
        original_time: time.and_then(|time| time.original.as_deref()).map(|text| clean(text, 80)),
        zone: time.and_then(|time| time.zone.as_deref()).map(|text| clean(text, 40)),
        uncertainty_s: time.map(|time| time.uncertainty_us.max(0).div_euclid(1_000_000)),
        time_statement: time.map(|time| zone_statement(lang, time)),
        ip: event.ip.map(|ip| ip.to_string()),
        port: event.port.map(|port| port.to_string()),
        target_port: event.target_port.map(|port| port.to_string()),
        target_service: event.target_port.and_then(service_name),
        url_defanged: line(event.url.as_deref()).map(|url| defang_url(&url)),
        domain: line(event.domain.as_deref()).map(|name| defang_host(&name)),
        account: line(event.account.as_deref()),
        count: event.count,
        explained: explained(lang, event, zone),
        log: event.log_excerpt.as_deref().map(lines).unwrap_or_default(),
    }
}

/// The event as a sentence, where it is a connection that a reader may not make out from address and port alone (D50).
fn explained(lang: Lang, event: &Event, zone: &TimeZone) -> Option<String> {
    event.ip.and(event.target_port)?;
    let seen = Observation {
        ip: event.ip,
        port: event.port,
        at: event.time.clone(),
        target_port: event.target_port,
        transport: event.transport,
        count: event.count,
        ..Observation::new(model::Category::Unknown, 1.0)
    };
    Some(wording::explain(lang, &seen, zone, false))
}

/// Every name that a template may print, with its parts: `case_number`, `provider.name`, `events[].ip`.
pub(super) fn names(facts: &minijinja::Value) -> Vec<String> {
    let mut found = Vec::new();
    walk(facts, "", &mut found);
    found.sort();
    found
}

fn walk(value: &minijinja::Value, path: &str, found: &mut Vec<String>) {
    use minijinja::value::ValueKind;
    match value.kind() {
        ValueKind::Map => {
            for key in value.try_iter().into_iter().flatten() {
                let below = value.get_item(&key).unwrap_or_default();
                let dot = if path.is_empty() { "" } else { "." };
                walk(&below, &format!("{path}{dot}{key}"), found);
            }
        }
        ValueKind::Seq => match value.get_item_by_index(0) {
            Ok(first) if !first.is_undefined() => walk(&first, &format!("{path}[]"), found),
            _ => found.push(format!("{path}[]")),
        },
        _ => found.push(path.to_owned()),
    }
}

/// One clean line, or nothing if it is blank.
fn line(text: Option<&str>) -> Option<String> {
    text.map(|text| clean(text, 500)).filter(|text| !text.is_empty())
}

/// Several clean lines, or nothing if they are blank.
fn paragraph(text: Option<&str>) -> Option<String> {
    text.map(|text| lines(text).join("\n")).filter(|text| !text.trim().is_empty())
}

fn lines(text: &str) -> Vec<String> {
    let clean_line = |line: &str| line.chars().filter(|c| !is_hidden(*c)).take(MAX_LINE).collect::<String>();
    text.trim().lines().take(MAX_LINES).map(clean_line).collect()
}
