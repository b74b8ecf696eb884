//! The kinds of mails, for whom they are, and the words that their facts use.

use model::{Category, Lang};
use serde::{Deserialize, Serialize};

use crate::catalogue::t;

model::names! {
    /// A mail that the desk sends.
    MailKind {
        /// First notice, the provider runs the system and can look and act.
        CustomerNoticeManaged "customer-notice-managed",
        /// First notice, the customer has root: the provider can't check, tells, and stops when reports go on (B19).
        CustomerNoticeRoot "customer-notice-root",
        /// Question whether the customer objects to taking content down (送信防止措置), seven days.
        CustomerNoticeRights "customer-notice-rights",
        /// No answer yet.
        CustomerReminder "customer-reminder",
        /// What was stopped, why, on which ground, until when, how to have it undone (B31).
        CustomerMeasure "customer-measure",
        /// The third time: the step on the contract is announced (D43).
        CustomerWarningThird "customer-warning-third",
        /// The contract is ended.
        CustomerCancel "customer-cancel",
        /// The case is closed.
        CustomerClosed "customer-closed",
        /// To a reseller's desk: please pass it on and answer by the date (D40, D51).
        ResellerForward "reseller-forward",
        /// The report has arrived (A52, B26).
        ReporterReceipt "reporter-receipt",
        /// Something is missing: what, and why it is needed (B21, B11).
        ReporterAsk "reporter-ask",
        /// How it ended.
        ReporterOutcome "reporter-outcome",
        /// Thanks for an answer or for going on to report.
        ReporterThanks "reporter-thanks",
    }
}

impl MailKind {
    /// For whom it is.
    pub const fn audience(self) -> Audience {
        match self {
            Self::CustomerNoticeManaged
            | Self::CustomerNoticeRoot
            | Self::CustomerNoticeRights
            | Self::CustomerReminder
            | Self::CustomerMeasure
            | Self::CustomerWarningThird
            | Self::CustomerCancel
            | Self::CustomerClosed => Audience::Customer,
            Self::ResellerForward => Audience::Reseller,
            Self::ReporterReceipt | Self::ReporterAsk | Self::ReporterOutcome | Self::ReporterThanks => {
                Audience::Reporter
            }
        }
    }

    /// Whether it asks the customer to act by a date, and so must hold every [`Part`] (A41).
    pub const fn is_notice(self) -> bool {
        matches!(
            self,
            Self::CustomerNoticeManaged
                | Self::CustomerNoticeRoot
                | Self::CustomerNoticeRights
                | Self::CustomerReminder
                | Self::CustomerWarningThird
        )
    }

    /// Whether it may be sent only once the cause class is set to deliberate; the one mail that may judge (D02).
    pub const fn judges(self) -> bool {
        matches!(self, Self::CustomerCancel)
    }
}

model::names! {
    /// Whom a mail is for.
    Audience {
        /// The customer who had the address, site or account.
        Customer "customer",
        /// A reseller's desk between us and the customer.
        Reseller "reseller",
        /// Whoever reported.
        Reporter "reporter",
    }
}

model::names! {
    /// The parts that every notice has (A41, A40), each under its heading `mail-part-<name>` of the catalogue.
    Part {
        /// A report was received: what it says.
        Report "report",
        /// You may be a stepping stone.
        SteppingStone "stepping-stone",
        /// What may happen if nothing is done, simply said (A40).
        Risk "risk",
        /// Answer by the date by replying.
        Answer "answer",
        /// What happens without an answer.
        Stop "stop",
        /// Likely causes.
        Causes "causes",
        /// What to do now.
        Measures "measures",
        /// Notes: relapse, spread, targeted mails, planted files.
        Notes "notes",
    }
}

impl Part {
    /// Its heading.
    pub fn heading(self, lang: Lang) -> String {
        t(lang, &format!("mail-part-{self}"))
    }
}

model::names! {
    /// Categories with the same causes and the same cures: one text each.
    Family {
        /// Mail sent through an account or a form.
        Mail "mail",
        /// A page that steals credentials.
        Phishing "phishing",
        /// A site or server in the hands of strangers.
        Web "web",
        /// A machine or line from which others are scanned or attacked.
        Host "host",
        /// A service that answers everybody, a hole, a flood.
        OpenService "open-service",
        /// Copyright, trademark, defamation.
        Rights "rights",
        /// Fraud and impersonation.
        Fraud "fraud",
        /// Other content that is against the law or the terms.
        Content "content",
        /// Anything else.
        General "general",
    }
}

impl Family {
    /// Where a category belongs.
    pub const fn of(category: Category) -> Self {
        match category {
            Category::Spam | Category::BulkMessaging | Category::CompromisedAccount => Self::Mail,
            Category::Phishing | Category::SuspiciousRegistration => Self::Phishing,
            Category::Malware | Category::RemoteCompromise | Category::CompromisedServer | Category::ExposedData => {
                Self::Web
            }
            Category::InfectedHost
            | Category::Botnet
            | Category::LoginAttack
            | Category::PortScan
            | Category::Reconnaissance
            | Category::Scraping
            | Category::SqlInjection
            | Category::VulnerabilityScan
            | Category::Eavesdropping => Self::Host,
            Category::Ddos | Category::OpenService | Category::Cve | Category::Misconfiguration => Self::OpenService,
            Category::BrandInfringement
            | Category::Copyright
            | Category::CopyrightP2p
            | Category::CopyrightCyberlocker
            | Category::CopyrightLinkSite
            | Category::CopyrightUgc
            | Category::CopyrightUsenet
            | Category::Defamation => Self::Rights,
            Category::Fraud | Category::Impersonation => Self::Fraud,
            Category::Obscene | Category::Harassment | Category::Csam | Category::Csem => Self::Content,
            Category::Blocklist | Category::ThreatIntelligence | Category::Unknown => Self::General,
        }
    }
}

model::names! {
    /// What a report lacks (B21). Catalogue: `missing-<name>`, and why it is needed in `.why`.
    Missing {
        /// The accused address.
        Address "address",
        /// The source port: many customers share one address (B11).
        Port "port",
        /// Date and time.
        Time "time",
        /// The zone of the time.
        Zone "zone",
        /// The complete URL.
        Url "url",
        /// Lines of the log.
        LogLines "log-lines",
        /// All headers of the mail.
        Headers "headers",
        /// How often, over which time.
        Rate "rate",
        /// The attacked address and port.
        Target "target",
        /// What is wrong with it: which law, which harm.
        Reason "reason",
        /// The infringed right or work.
        Work "work",
        /// Proof of holding the right, or of acting for the holder.
        Authority "authority",
        /// A picture of the screen.
        Screenshot "screenshot",
    }
}

model::names! {
    /// Why a report was only noted (B17, D31). Catalogue: `info-reason-<name>`.
    InfoReason {
        /// One ping or one packet: harmless by itself, and its source can be forged.
        SinglePing "single-ping",
        /// Below the rate from which we act.
        BelowThreshold "below-threshold",
        /// The source address may be forged (UDP, ICMP, SYN only).
        MaybeForged "maybe-forged",
        /// Already over and fixed when the report came.
        AlreadyOver "already-over",
        /// Normal behaviour of the Internet: a crawler, a mail bounce, a resolver.
        Ordinary "ordinary",
    }
}
