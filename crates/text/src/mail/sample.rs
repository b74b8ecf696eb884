//! Invented facts for previews and for checking templates: everything given, and only what must be given.

use jiff::{Timestamp, ToSpan};
use model::calendar::Calendar;
use model::{
    Category, CauseClass, Control, EventTime, Exit, Lang, LegalBasis, MeasureKind, Place, RequestKind, ServiceKind,
};

use super::context::{
    Addressee, ContractFacts, CustomerContext, Deadline, Event, MailContext, MeasureFacts, Provider, ReporterContext,
};
use super::kind::{Audience, Family, InfoReason, MailKind, Missing};
use crate::catalogue::t;

/// 22 November 2026, 14:05:08 in Japan, a Sunday.
const MOMENT_US: i64 = 1_795_323_908_000_000;

impl MailContext {
    /// Invented facts for `kind` with every field filled, for previews in `lang`.
    pub fn sample(lang: Lang, kind: MailKind, category: Category, control: Control) -> Self {
        match kind.audience() {
            Audience::Customer => Self::Customer(Box::new(customer(lang, kind, category, control))),
            Audience::Reseller => Self::Reseller(Box::new(customer(lang, kind, category, control))),
            Audience::Reporter => Self::Reporter(Box::new(reporter(lang, category))),
        }
    }

    /// The same with every field empty that may be.
    pub fn sample_minimal(lang: Lang, kind: MailKind, category: Category, control: Control) -> Self {
        match Self::sample(lang, kind, category, control) {
            Self::Customer(facts) => Self::Customer(Box::new(bare_customer(*facts))),
            Self::Reseller(facts) => Self::Reseller(Box::new(bare_customer(*facts))),
            Self::Reporter(facts) => Self::Reporter(Box::new(bare_reporter(*facts))),
        }
    }
}

/// The contexts with which a template of `kind` must render: each family of abuse, each control, each exit, full and bare.
pub(super) fn all(lang: Lang, kind: MailKind) -> Vec<MailContext> {
    let mut contexts = Vec::new();
    for family in Family::ALL {
        let Some(category) = Category::ALL.iter().find(|category| Family::of(**category) == *family) else {
            continue;
        };
        for control in Control::ALL {
            contexts.push(MailContext::sample(lang, kind, *category, *control));
            contexts.push(MailContext::sample_minimal(lang, kind, *category, *control));
        }
    }
    for exit in Exit::ALL {
        let reasons = InfoReason::ALL.iter().take(if *exit == Exit::InfoOnly { InfoReason::ALL.len() } else { 1 });
        for reason in reasons {
            let context = MailContext::sample(lang, kind, Category::PortScan, Control::Managed);
            contexts.push(with_exit(context, *exit, *reason));
        }
    }
    contexts
}

fn with_exit(mut context: MailContext, exit: Exit, reason: InfoReason) -> MailContext {
    match &mut context {
        MailContext::Customer(facts) | MailContext::Reseller(facts) => {
            facts.exit = Some(exit);
            facts.dry_run = true;
            facts.contract.service = ServiceKind::Access;
        }
        MailContext::Reporter(facts) => {
            facts.exit = Some(exit);
            facts.info_reason = (exit == Exit::InfoOnly).then_some(reason);
        }
    }
    context
}

fn moment() -> Timestamp {
    Timestamp::from_microsecond(MOMENT_US).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn days_later(days: i64) -> Timestamp {
    moment().checked_add((days * 24).hours()).unwrap_or(Timestamp::MAX)
}

fn business_days(days: u32) -> Deadline {
    Deadline { at: Calendar::default().deadline(moment(), days), business_days: Some(days) }
}

fn provider() -> Provider {
    Provider {
        name: "サンプルインターネット株式会社".to_owned(),
        name_en: Some("Sample Internet, Inc.".to_owned()),
        desk_mail: "abuse@example.jp".to_owned(),
        phone: Some("03-0000-0000".to_owned()),
        url: Some("https://www.example.jp/support/".to_owned()),
        terms_url: Some("https://www.example.jp/terms/".to_owned()),
        zone: "Asia/Tokyo".to_owned(),
    }
}

fn events(category: Category) -> Vec<Event> {
    let first = Event {
        time: Some(EventTime::zoned(moment(), "+0000", "22/Nov/2026:05:05:08 +0000")),
        ip: "203.0.113.7".parse().ok(),
        port: Some(50_025),
        target_port: Some(22),
        count: Some(1_200),
        log_excerpt: Some("203.0.113.7:50025 -> port 22, 1200 attempts in 60 s".to_owned()),
        ..Event::default()
    };
    let second = Event {
        time: Some(EventTime::unzoned(days_later(0), "2026-11-22 05:05:08")),
        url: Some("https://www.example.com/wp-includes/login/index.php".to_owned()),
        domain: Some("www.example.com".to_owned()),
        ..Event::default()
    };
    match Family::of(category) {
        Family::Mail | Family::Host | Family::OpenService | Family::General => vec![first, second],
        Family::Phishing | Family::Web | Family::Rights | Family::Fraud | Family::Content => vec![second, first],
    }
}

fn place(category: Category) -> Place {
    match Family::of(category) {
        Family::Mail => Place::Account("info@example.com".to_owned()),
        Family::Host | Family::OpenService | Family::General => {
            Place::Host(std::net::Ipv4Addr::new(203, 0, 113, 7).into())
        }
        Family::Phishing | Family::Web | Family::Rights | Family::Fraud | Family::Content => {
            Place::Site("example.com".to_owned())
        }
    }
}

fn customer(lang: Lang, kind: MailKind, category: Category, control: Control) -> CustomerContext {
    let text = |name: &str| t(lang, &format!("mail-sample-{name}"));
    CustomerContext {
        case_number: "M-2026-000123".to_owned(),
        provider: provider(),
        customer: Addressee { name: text(if kind == MailKind::ResellerForward { "reseller" } else { "customer" }) },
        contract: ContractFacts {
            key: "C-100200".to_owned(),
            plan: text("plan"),
            service: match control {
                Control::Managed => ServiceKind::SharedHosting,
                Control::Root => ServiceKind::Vps,
            },
            control,
        },
        place: place(category),
        port: Some(50_025),
        category,
        severity: category.base_severity(),
        cause: if kind.judges() { CauseClass::Deliberate } else { CauseClass::Unknown },
        received_at: moment(),
        report_count: 3,
        events: events(category),
        event_count: 25,
        disclaimed: true,
        first_seen: Some(moment()),
        last_seen: Some(days_later(1)),
        deadline: Some(match kind {
            MailKind::CustomerNoticeRights => Deadline { at: days_later(7), business_days: None },
            _ => business_days(3),
        }),
        measure: Some(MeasureFacts {
            kind: MeasureKind::Suspend,
            basis: LegalBasis::Contract,
            reference: text("reference"),
            purpose: text("purpose"),
            started_at: Some(days_later(4)),
            ends_at: Some(days_later(11)),
            undo_how: None,
        }),
        clause: Some(text("clause")),
        repeats: 3,
        exit: Some(Exit::Fixed),
        reply_address: "abuse+m-2026-000123.k7f3@example.jp".to_owned(),
        note: Some(text("note")),
        dry_run: false,
    }
}

fn bare_customer(facts: CustomerContext) -> CustomerContext {
    let event = Event { ip: "203.0.113.7".parse().ok(), ..Event::default() };
    CustomerContext {
        provider: bare_provider(facts.provider),
        port: None,
        events: vec![Event::default(), event],
        event_count: 2,
        disclaimed: false,
        report_count: 1,
        first_seen: None,
        last_seen: None,
        deadline: facts.deadline.map(|deadline| Deadline { business_days: None, ..deadline }),
        measure: facts.measure.map(|measure| MeasureFacts {
            started_at: None,
            ends_at: None,
            undo_how: None,
            ..measure
        }),
        clause: None,
        repeats: 1,
        cause: match facts.cause {
            CauseClass::Deliberate => CauseClass::Careless,
            other => other,
        },
        note: None,
        dry_run: false,
        ..facts
    }
}

fn reporter(lang: Lang, category: Category) -> ReporterContext {
    let text = |name: &str| t(lang, &format!("mail-sample-{name}"));
    ReporterContext {
        case_number: "M-2026-000123".to_owned(),
        provider: provider(),
        name: Some(text("reporter")),
        subject: Some("Abuse report: 203.0.113.7".to_owned()),
        report_id: Some("REP-2026-4711".to_owned()),
        received_at: moment(),
        reported: Some("https://www.example.com/wp-includes/login/index.php".to_owned()),
        category: Some(category),
        request: RequestKind::StopAndIdentify,
        missing: Missing::ALL.to_vec(),
        fail2ban: true,
        deadline: Some(Deadline { at: days_later(7), business_days: Some(5) }),
        exit: Some(Exit::Fixed),
        info_reason: Some(InfoReason::BelowThreshold),
        reply_address: "abuse+m-2026-000123.k7f3@example.jp".to_owned(),
        note: Some(text("note")),
    }
}

fn bare_reporter(facts: ReporterContext) -> ReporterContext {
    ReporterContext {
        provider: bare_provider(facts.provider),
        name: None,
        subject: None,
        report_id: None,
        reported: None,
        category: None,
        request: RequestKind::Stop,
        missing: vec![Missing::Port],
        fail2ban: false,
        deadline: None,
        info_reason: None,
        note: None,
        ..facts
    }
}

fn bare_provider(facts: Provider) -> Provider {
    Provider { name_en: None, phone: None, url: None, terms_url: None, ..facts }
}
